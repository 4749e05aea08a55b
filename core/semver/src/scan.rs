//! The grammar that versions and ranges share, as small scanners over bytes.

/// What Go's regular expressions call white space.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0c' | b'\r')
}

/// The pieces of a version as it is written, before anything is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pieces<'a> {
    /// All of it, with a leading `v`.
    pub(crate) text: &'a str,
    /// Major, minor and patch as far as they are there.
    pub(crate) numbers: [Option<&'a str>; 3],
    /// What follows the hyphen.
    pub(crate) pre: Option<&'a str>,
    /// What follows the plus sign.
    pub(crate) metadata: Option<&'a str>,
}

fn run(text: &str, keep: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| keep(*byte)).count()
}

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// Takes `lead` and identifiers with dots between them from the start of the text.
fn identifiers<'a>(text: &'a str, lead: &str) -> Option<&'a str> {
    let rest = text.strip_prefix(lead)?;
    let mut end = run(rest, is_identifier);
    if end == 0 {
        return None;
    }
    while let Some(more) = rest.get(end..).and_then(|tail| tail.strip_prefix('.')) {
        match run(more, is_identifier) {
            0 => break,
            count => end += 1 + count,
        }
    }
    rest.get(..end)
}

/// Takes as much of a version as there is at the start of the text; `digit` says what numbers are made of.
pub(crate) fn pieces(text: &str, digit: impl Fn(u8) -> bool) -> Option<Pieces<'_>> {
    let mut at = usize::from(text.starts_with('v'));
    let mut numbers = [None; 3];
    for (index, slot) in numbers.iter_mut().enumerate() {
        let rest = text.get(at..)?;
        let Some(rest) = (if index == 0 { Some(rest) } else { rest.strip_prefix('.') }) else { break };
        let count = run(rest, &digit);
        if count == 0 {
            break;
        }
        *slot = rest.get(..count);
        at += count + usize::from(index > 0);
    }
    numbers[0]?;
    let pre = identifiers(text.get(at..)?, "-");
    at += pre.map_or(0, |pre| pre.len() + 1);
    let metadata = identifiers(text.get(at..)?, "+");
    at += metadata.map_or(0, |metadata| metadata.len() + 1);
    Some(Pieces { text: text.get(..at)?, numbers, pre, metadata })
}

/// The digits of versions.
pub(crate) fn is_number(byte: u8) -> bool {
    byte.is_ascii_digit()
}

/// The digits of ranges: wildcards too, and, by a slip in the original that must stay, the bar.
pub(crate) fn is_number_or_wildcard(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'|' | b'x' | b'X' | b'*')
}
