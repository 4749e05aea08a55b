//! INI: sections of `name = value`, read and written as the library does that sops uses for it.
//!
//! What stands before the first section is in a section `DEFAULT`, which is always there.

use zeroize::Zeroizing;

use super::as_text;
use crate::error::SecretError;
use crate::secret::Secret;
use crate::tree::{Branch, Comment, Item, Node};

const DEFAULT: &str = "DEFAULT";
/// What stands between a name and its value.
const DELIMITERS: [char; 2] = ['=', ':'];
/// What comments begin with, behind values too.
const COMMENTS: [char; 2] = ['#', ';'];
const TRIPLE: &str = "\"\"\"";

pub(super) fn parse(text: &str) -> Result<Branch, SecretError> {
    let lines = text.strip_prefix('\u{feff}').unwrap_or(text).split_inclusive('\n');
    let mut reader = Reader { lines, number: 0, comment: String::new(), count: 1 };
    let mut sections = vec![Section { name: DEFAULT.to_string(), ..Section::default() }];
    while let Some(line) = reader.next() {
        let line = line.trim_start();
        if line.starts_with(COMMENTS) {
            reader.comment.push_str(line);
        } else if let Some(header) = line.strip_prefix('[') {
            let Some((name, behind)) = header.rsplit_once(']') else {
                return Err(reader.fault("unclosed section"));
            };
            if name.is_empty() {
                return Err(reader.fault("empty section name"));
            }
            if let Some(at) = behind.find(COMMENTS) {
                reader.comment.push_str(&behind[at..]);
            }
            let comment = reader.take_comment();
            reader.count = 1;
            sections.push(Section { name: name.to_string(), comment, keys: Vec::new() });
        } else if !line.is_empty() {
            let key = reader.key(line)?;
            if let Some(section) = sections.last_mut() {
                section.set(key);
            }
        }
    }
    Ok(sections.into_iter().map(Section::item).collect())
}

struct Key {
    name: String,
    value: Zeroizing<String>,
    comment: String,
}

#[derive(Default)]
struct Section {
    name: String,
    comment: String,
    keys: Vec<Key>,
}

impl Section {
    /// A key that is named again stays where it was and gets the new value.
    fn set(&mut self, key: Key) {
        match self.keys.iter_mut().find(|own| own.name == key.name) {
            Some(own) => *own = key,
            None => self.keys.push(key),
        }
    }

    /// The comment of a section is its first item, that of a key comes behind it.
    fn item(self) -> Item {
        let mut branch = Branch::new();
        branch.extend(comment_item(&self.comment));
        for key in self.keys {
            branch.push(Item::Entry(key.name, Node::from(key.value.as_str())));
            branch.extend(comment_item(&key.comment));
        }
        Item::Entry(self.name, Node::Map(branch))
    }
}

fn comment_item(comment: &str) -> Option<Item> {
    let text = if comment.starts_with(';') {
        comment.trim_start_matches([';', ' '])
    } else if comment.starts_with('#') {
        comment.trim_start_matches(['#', ' '])
    } else {
        comment
    };
    (!comment.is_empty()).then(|| Item::Comment(Comment { text: Secret::from(text), inline: false }))
}

struct Reader<'t> {
    lines: std::str::SplitInclusive<'t, char>,
    number: usize,
    /// What has been met since the last key.
    comment: String,
    /// The number of the next key that is called `-`.
    count: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<&'t str> {
        self.number += 1;
        self.lines.next()
    }

    /// The line itself may be a part of a secret.
    fn fault(&self, cause: &str) -> SecretError {
        SecretError::Unreadable(format!("Could not unmarshal input data: line {}: {cause}", self.number))
    }

    fn take_comment(&mut self) -> String {
        std::mem::take(&mut self.comment).trim().to_string()
    }

    fn key(&mut self, line: &'t str) -> Result<Key, SecretError> {
        let (mut name, rest) = self.name(line)?;
        if name == "-" {
            name = format!("#{}", self.count);
            self.count += 1;
        }
        let value = self.value(rest)?;
        if name.is_empty() {
            return Err(self.fault("error creating new key: empty key name"));
        }
        Ok(Key { name, value, comment: self.take_comment() })
    }

    /// The name, without its quotes, and what stands behind the delimiter.
    fn name(&self, line: &'t str) -> Result<(String, &'t str), SecretError> {
        let quote = match line.as_bytes() {
            [b'"', ..] if line.len() > 6 && line.starts_with(TRIPLE) => TRIPLE,
            [b'"', ..] => "\"",
            [b'`', ..] => "`",
            _ => "",
        };
        let no_delimiter = || self.fault("key-value delimiter not found");
        if quote.is_empty() {
            let at = line.find(DELIMITERS).ok_or_else(no_delimiter)?;
            if at == 0 {
                return Err(self.fault("empty key name"));
            }
            return Ok((line[..at].trim().to_string(), &line[at + 1..]));
        }
        let inner = &line[quote.len()..];
        let end = inner.find(quote).ok_or_else(|| self.fault("missing closing key quote"))?;
        let behind = &inner[end + quote.len()..];
        let at = behind.find(DELIMITERS).ok_or_else(no_delimiter)?;
        Ok((inner[..end].trim().to_string(), &behind[at + 1..]))
    }

    fn value(&mut self, text: &'t str) -> Result<Zeroizing<String>, SecretError> {
        let line = text.trim_start();
        let quote = if line.len() > 3 && line.starts_with(TRIPLE) {
            TRIPLE
        } else if line.starts_with('`') {
            "`"
        } else {
            ""
        };
        if !quote.is_empty() {
            let inner = &line[quote.len()..];
            return match inner.rfind(quote) {
                Some(end) => Ok(Zeroizing::new(inner[..end].to_string())),
                None => self.long(inner, quote),
            };
        }
        let line = line.trim();
        if let Some(begun) = line.strip_suffix('\\') {
            return Ok(self.continued(begun));
        }
        let mut line = line;
        if let Some(at) = line.find(COMMENTS) {
            self.comment.push_str(&line[at..]);
            line = line[..at].trim();
        }
        for quote in ['\'', '"'] {
            let inner = line.strip_prefix(quote).and_then(|line| line.strip_suffix(quote));
            if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
                line = inner;
                break;
            }
        }
        Ok(Zeroizing::new(line.to_string()))
    }

    /// A value in quotes that goes over several lines.
    fn long(&mut self, begun: &str, quote: &str) -> Result<Zeroizing<String>, SecretError> {
        let mut value = Zeroizing::new(begun.to_string());
        while let Some(next) = self.next() {
            let end = next.rfind(quote);
            let goes_on = end.is_some_and(|end| {
                next[end + quote.len()..].trim_end_matches(['\r', '\n']).trim().ends_with('\\')
            });
            match end {
                Some(end) if !goes_on => {
                    value.push_str(&next[..end]);
                    if let Some(at) = next[end..].find(COMMENTS) {
                        self.comment.push_str(next[end + at..].trim());
                    }
                    return Ok(value);
                }
                _ => value.push_str(next),
            }
        }
        Err(self.fault("missing closing key quote"))
    }

    /// Lines that end with a backslash.
    fn continued(&mut self, begun: &str) -> Zeroizing<String> {
        let mut value = Zeroizing::new(begun.to_string());
        while let Some(next) = self.next() {
            let next = next.trim();
            if next.is_empty() {
                break;
            }
            value.push_str(next);
            if !value.ends_with('\\') {
                break;
            }
            value.pop();
        }
        value
    }
}

pub(super) fn emit(branches: &[Branch]) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let mut out = Zeroizing::new(Vec::with_capacity(branches.iter().map(super::json::branch_room).sum()));
    let sections: Vec<_> = branches.iter().flatten().filter_map(Item::entry).collect();
    for (at, (name, value)) in sections.iter().enumerate() {
        let Node::Map(branch) = value else {
            return Err(SecretError::Emit(
                "Error marshaling to INI: Error encoding section: Section values should always be TreeBranches"
                    .to_string(),
            ));
        };
        if name.is_empty() {
            return Err(SecretError::Emit("Error marshaling to INI: empty section name".to_string()));
        }
        let (comment, keys) = keys_of(branch)?;
        write_comment(&mut out, comment, false);
        if at > 0 || name.to_uppercase() != DEFAULT {
            out.extend_from_slice(format!("[{name}]\n").as_bytes());
        } else if keys.is_empty() {
            continue;
        }
        write_keys(&mut out, &keys);
        if at + 1 < sections.len() {
            out.push(b'\n');
        }
    }
    Ok(out)
}

struct Written<'a> {
    name: &'a str,
    value: Zeroizing<Vec<u8>>,
    comment: Option<&'a Secret>,
}

/// The comment of a section, and its keys with theirs.
fn keys_of(branch: &Branch) -> Result<(Option<&Secret>, Vec<Written<'_>>), SecretError> {
    let (own, rest) = match branch.split_first() {
        Some((Item::Comment(comment), rest)) => (Some(&comment.text), rest),
        _ => (None, branch.as_slice()),
    };
    let mut keys: Vec<Written<'_>> = Vec::with_capacity(rest.len());
    // The key that a comment belongs to.
    let mut last = None;
    for item in rest {
        match item {
            Item::Comment(comment) => {
                if let Some(key) = last.and_then(|at: usize| keys.get_mut(at)) {
                    key.comment = Some(&comment.text);
                }
            }
            Item::Entry(name, _) if name.is_empty() => {
                return Err(SecretError::Emit("Error marshaling to INI: empty key name".to_string()));
            }
            Item::Entry(name, value) if value.is_complex() => {
                return Err(SecretError::Emit(format!(
                    "Error marshaling to INI: cannot use complex value in ini file; offending key {name}"
                )));
            }
            Item::Entry(name, value) => {
                let value = as_text(value);
                let known = keys.iter().position(|key| key.name == name);
                match known.and_then(|at| keys.get_mut(at)) {
                    Some(key) => key.value = value,
                    None => keys.push(Written { name, value, comment: None }),
                }
                last = Some(known.unwrap_or(keys.len() - 1));
            }
        }
    }
    Ok((own, keys))
}

fn write_comment(out: &mut Vec<u8>, comment: Option<&Secret>, trims: bool) {
    let Some(comment) = comment.filter(|comment| !comment.is_empty()) else { return };
    let text = Zeroizing::new(String::from_utf8_lossy(comment.bytes()).into_owned());
    for line in text.split('\n') {
        match line.chars().next().filter(|first| COMMENTS.contains(first)) {
            Some(mark) => out.extend_from_slice(format!("{mark} {}", line[1..].trim()).as_bytes()),
            None => {
                out.extend_from_slice(b"; ");
                out.extend_from_slice(if trims { line.trim() } else { line }.as_bytes());
            }
        }
        out.push(b'\n');
    }
}

fn write_keys(out: &mut Vec<u8>, keys: &[Written<'_>]) {
    let quoted = |name: &str| {
        if name.contains('"') || name.contains(DELIMITERS) {
            format!("`{name}`")
        } else if name.contains('`') {
            format!("{TRIPLE}{name}{TRIPLE}")
        } else {
            name.to_string()
        }
    };
    let width = keys.iter().map(|key| quoted(key.name).len()).max().unwrap_or_default();
    for key in keys {
        write_comment(out, key.comment, true);
        let name = quoted(key.name);
        out.extend_from_slice(name.as_bytes());
        out.extend(std::iter::repeat_n(b' ', width - name.len()));
        out.extend_from_slice(b" = ");
        let has = |marks: &[u8]| key.value.iter().any(|byte| marks.contains(byte));
        let is_spaced = std::str::from_utf8(&key.value).is_ok_and(|text| text.trim().len() != text.len());
        let quote = if has(b"\n`") {
            TRIPLE
        } else if has(b"#;") {
            "`"
        } else if is_spaced {
            "\""
        } else {
            ""
        };
        for part in [quote.as_bytes(), &key.value, quote.as_bytes(), b"\n"] {
            out.extend_from_slice(part);
        }
    }
}
