//! Regular expressions as Go's regexp has them, on the `regex` crate.
//!
//! The syntax is read and checked here, with Go's errors, and written down for the crate, whose `\d`, `\w`, `\s` and
//! `\b` mean more than Go's. Searching again after an empty match goes by Go's rules too.

mod class;
mod syntax;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regex::bytes;

use crate::rune::{self, decode};
use crate::strconv;

/// A compiled expression.
#[derive(Debug)]
pub(crate) struct Regexp {
    inner: bytes::Regex,
    /// Names of the groups, the first of which is the whole and has none.
    names: Vec<Vec<u8>>,
    empty: bool,
}

/// So many expressions are kept compiled.
const MOST: usize = 256;

thread_local! {
    static COMPILED: RefCell<HashMap<Vec<u8>, Rc<Regexp>>> = RefCell::default();
}

/// `regexp.Compile`; the error is its text.
pub(crate) fn compile(expression: &[u8]) -> Result<Rc<Regexp>, String> {
    if let Some(known) = COMPILED.with_borrow(|compiled| compiled.get(expression).cloned()) {
        return Ok(known);
    }
    let made = Rc::new(Regexp::new(expression).map_err(|why| format!("error parsing regexp: {why}"))?);
    COMPILED.with_borrow_mut(|compiled| {
        if compiled.len() >= MOST {
            compiled.clear();
        }
        compiled.insert(expression.to_vec(), Rc::clone(&made));
    });
    Ok(made)
}

/// An error if Go's `regexp.Compile` does not take the expression. It is not compiled.
pub fn check(expression: &[u8]) -> Result<(), String> {
    syntax::translate(expression).map(|_| ())
}

/// Whether a text matches somewhere. Expressions are kept compiled.
pub fn is_match(expression: &[u8], text: &[u8]) -> Result<bool, String> {
    Ok(compile(expression)?.is_match(text))
}

/// What the panic of `regexp.MustCompile` says.
pub(crate) fn must_compile(expression: &[u8]) -> Result<Rc<Regexp>, String> {
    compile(expression).map_err(|why| {
        let shown = if strconv::can_backquote(expression) {
            [b"`", expression, b"`"].concat()
        } else {
            strconv::quote(expression)
        };
        format!("regexp: Compile({}): {why}", String::from_utf8_lossy(&shown))
    })
}

/// `regexp.QuoteMeta`
pub(crate) fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if b"\\.+*?()|[]{}^$".contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out
}

impl Regexp {
    fn new(expression: &[u8]) -> Result<Self, String> {
        let translated = syntax::translate(expression)?;
        let inner = bytes::RegexBuilder::new(&translated.pattern).build().map_err(|_| {
            // What Go reads, the crate reads too, unless it becomes too large.
            format!("expression too large: `{}`", String::from_utf8_lossy(expression))
        })?;
        Ok(Self { inner, names: translated.names, empty: expression.is_empty() })
    }

    pub(crate) fn is_match(&self, text: &[u8]) -> bool {
        self.inner.is_match(text)
    }

    /// The first match.
    pub(crate) fn find<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        self.inner.find(text).map(|found| found.as_bytes())
    }

    /// Where up to `limit` matches start and end; a negative limit is none.
    pub(crate) fn find_all(&self, text: &[u8], limit: i64) -> Vec<(usize, usize)> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut found = Vec::new();
        let mut at = 0;
        let mut last_end = None;
        while found.len() < limit && at <= text.len() {
            let Some(next) = self.inner.find_at(text, at) else { break };
            let mut accepted = true;
            if next.end() == at {
                accepted = last_end != Some(next.start());
                at += step(text, at);
            } else {
                at = next.end();
            }
            last_end = Some(next.end());
            if accepted {
                found.push((next.start(), next.end()));
            }
        }
        found
    }

    /// `Split`
    pub(crate) fn split<'t>(&self, text: &'t [u8], limit: i64) -> Option<Vec<&'t [u8]>> {
        if limit == 0 {
            return None;
        }
        if !self.empty && text.is_empty() {
            return Some(vec![b""]);
        }
        let mut parts = Vec::new();
        let (mut start, mut end) = (0, 0);
        for (from, to) in self.find_all(text, limit) {
            if limit > 0 && parts.len() as i64 == limit - 1 {
                break;
            }
            end = from;
            if to != 0 {
                parts.push(text.get(start..end).unwrap_or_default());
            }
            start = to;
        }
        if end != text.len() {
            parts.push(text.get(start..).unwrap_or_default());
        }
        Some(parts)
    }

    /// `ReplaceAllString`, and with `literal` the one that takes the replacement as it is. Nothing if that becomes longer
    /// than `most`.
    pub(crate) fn replace_all(
        &self,
        text: &[u8],
        replacement: &[u8],
        literal: bool,
        most: usize,
    ) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(text.len());
        let (mut last_end, mut at) = (0, 0);
        while at <= text.len() {
            if out.len() > most {
                return None;
            }
            let Some(captures) = self.inner.captures_at(text, at) else { break };
            let Some(whole) = captures.get(0) else { break };
            out.extend_from_slice(text.get(last_end..whole.start()).unwrap_or_default());
            if whole.end() > last_end || whole.start() == 0 {
                if literal {
                    out.extend_from_slice(replacement);
                } else {
                    self.expand(&captures, replacement, &mut out);
                }
            }
            last_end = whole.end();
            at = last_end.max(at + step(text, at));
        }
        out.extend_from_slice(text.get(last_end..).unwrap_or_default());
        Some(out)
    }

    /// Replaces `$1`, `${name}` and `$$`.
    fn expand(&self, captures: &bytes::Captures<'_>, template: &[u8], out: &mut Vec<u8>) {
        let mut rest = template;
        while let Some(dollar) = rune::find_byte(rest, b'$') {
            let (before, from) = rest.split_at(dollar);
            out.extend_from_slice(before);
            rest = from.get(1..).unwrap_or_default();
            if let Some(tail) = rest.strip_prefix(b"$") {
                out.push(b'$');
                rest = tail;
                continue;
            }
            let Some((name, tail)) = reference(rest) else {
                out.push(b'$');
                continue;
            };
            rest = tail;
            let number = std::str::from_utf8(name)
                .ok()
                .filter(|name| is_number(name))
                .and_then(|name| name.parse().ok());
            let group = match number {
                Some(number) => captures.get(number),
                None => {
                    let named = self.names.iter().enumerate().filter(|(_, known)| known.as_slice() == name);
                    named.filter_map(|(at, _)| captures.get(at)).next()
                }
            };
            out.extend_from_slice(group.map_or(&[][..], |group| group.as_bytes()));
        }
        out.extend_from_slice(rest);
    }
}

/// Digits, without a zero in front, and not too many.
fn is_number(name: &str) -> bool {
    let digits = name.bytes().all(|byte| byte.is_ascii_digit());
    digits && name.len() < 9 && (name == "0" || !name.starts_with('0'))
}

/// A name behind a dollar, and what follows.
fn reference(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (braced, inner) = match text.strip_prefix(b"{") {
        Some(inner) => (true, inner),
        None => (false, text),
    };
    let length =
        rune::runes(inner).find(|(_, c)| !rune::is_alphanumeric(*c)).map_or(inner.len(), |(at, _)| at);
    if length == 0 {
        return None;
    }
    let (name, rest) = inner.split_at(length);
    if braced { Some((name, rest.strip_prefix(b"}")?)) } else { Some((name, rest)) }
}

/// The width of the character here; behind the end one, to get past it.
fn step(text: &[u8], at: usize) -> usize {
    decode(text.get(at..).unwrap_or_default()).1.max(1)
}
