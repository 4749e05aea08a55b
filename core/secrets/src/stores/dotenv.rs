//! `NAME=value`, a line each. Line breaks of a value are written as `\n`; there are no quotes.

use zeroize::Zeroizing;

use super::as_text;
use crate::error::SecretError;
use crate::tree::{Branch, Comment, Item, Node};

pub(super) fn parse(bytes: &[u8]) -> Result<Branch, SecretError> {
    let mut branch = Branch::new();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if let Some(comment) = line.strip_prefix(b"#") {
            branch.push(Item::Comment(Comment { text: comment.to_vec().into(), inline: false }));
        } else if !line.is_empty() {
            let wrong = |cause: &str| SecretError::Unreadable(format!("line {number}: {cause}"));
            let at = line.iter().position(|byte| *byte == b'=');
            let at = at.ok_or_else(|| wrong("invalid dotenv input line: it has no ="))?;
            let (name, value) = (&line[..at], &line[at + 1..]);
            let name = std::str::from_utf8(name).map_err(|_| wrong("its name is not UTF-8"))?;
            branch.push(Item::Entry(name.to_string(), Node::Text(replaced(value, b"\\n", b"\n").into())));
        }
    }
    Ok(branch)
}

pub(super) fn emit(branch: &Branch) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let mut lines = Vec::new();
    for item in branch {
        match item {
            Item::Comment(comment) => {
                lines.push(Zeroizing::new([b"#", comment.text.bytes(), b"\n"].concat()))
            }
            Item::Entry(key, value) if value.is_complex() => {
                return Err(SecretError::Emit(format!(
                    "cannot use complex value in dotenv file; offending key {key}"
                )));
            }
            Item::Entry(key, value) => {
                let value = replaced(&as_text(value), b"\n", b"\\n");
                lines.push(Zeroizing::new([key.as_bytes(), b"=", &value, b"\n"].concat()));
            }
        }
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(lines.iter().map(|line| line.len()).sum()));
    lines.iter().for_each(|line| bytes.extend_from_slice(line));
    Ok(bytes)
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len() * to.len()));
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        if let Some(behind) = rest.strip_prefix(from) {
            out.extend_from_slice(to);
            rest = behind;
        } else {
            out.push(*first);
            rest = &rest[1..];
        }
    }
    out
}
