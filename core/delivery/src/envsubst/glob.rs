//! Patterns: `*`, `?`, `[a-z]` and `\`, as Go's `path.Match` has them, but `*` and `?` match slashes.

use super::functions::first_char;

/// Whether all of it matches. Nothing if the pattern is none.
pub(super) fn matches(mut pattern: &[u8], mut name: &[u8]) -> Option<bool> {
    'pattern: while !pattern.is_empty() {
        let (star, chunk, rest) = split(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Some(true);
        }
        let is_last = pattern.is_empty();
        match consume(chunk, name)? {
            Some(rest) if rest.is_empty() || !is_last => {
                name = rest;
                continue;
            }
            _ => {}
        }
        if star {
            for at in 1..=name.len() {
                match consume(chunk, &name[at..])? {
                    Some(rest) if is_last && !rest.is_empty() => {}
                    Some(rest) => {
                        name = rest;
                        continue 'pattern;
                    }
                    None => {}
                }
            }
        }
        return Some(false);
    }
    Some(name.is_empty())
}

/// Whether there is a star, what has to be found then, and the rest.
fn split(pattern: &[u8]) -> (bool, &[u8], &[u8]) {
    let stars = pattern.iter().take_while(|byte| **byte == b'*').count();
    let pattern = &pattern[stars..];
    let mut in_range = false;
    let mut at = 0;
    while at < pattern.len() {
        match pattern[at] {
            b'\\' if at + 1 < pattern.len() => at += 1,
            b'[' => in_range = true,
            b']' => in_range = false,
            b'*' if !in_range => break,
            _ => {}
        }
        at += 1;
    }
    (stars > 0, &pattern[..at], &pattern[at..])
}

/// What is left of the name behind a piece without stars. Nothing outside if the pattern is none, nothing inside if it
/// does not match.
fn consume<'a>(mut chunk: &[u8], mut name: &'a [u8]) -> Option<Option<&'a [u8]>> {
    while let Some(&head) = chunk.first() {
        let Some(&own) = name.first() else { return Some(None) };
        match head {
            b'[' => {
                let (c, width) = first_char(name)?;
                name = &name[width..];
                let (is_in, rest) = class(&chunk[1..], c)?;
                chunk = rest;
                if !is_in {
                    return Some(None);
                }
                continue;
            }
            b'?' => {
                let (_, width) = first_char(name)?;
                name = &name[width..];
                chunk = &chunk[1..];
                continue;
            }
            b'\\' => {
                chunk = &chunk[1..];
                if *chunk.first()? != own {
                    return Some(None);
                }
            }
            byte if byte != own => return Some(None),
            _ => {}
        }
        name = &name[1..];
        chunk = &chunk[1..];
    }
    Some(Some(name))
}

/// Whether a character is in the class that begins here, and what follows it.
fn class(mut chunk: &[u8], c: char) -> Option<(bool, &[u8])> {
    let negated = chunk.first() == Some(&b'^');
    if negated {
        chunk = &chunk[1..];
    }
    let (mut is_in, mut ranges) = (false, 0);
    loop {
        if chunk.first() == Some(&b']') && ranges > 0 {
            return Some((is_in != negated, &chunk[1..]));
        }
        let (low, rest) = member(chunk)?;
        let (high, rest) = if rest.first() == Some(&b'-') { member(&rest[1..])? } else { (low, rest) };
        chunk = rest;
        is_in |= (low..=high).contains(&c);
        ranges += 1;
    }
}

fn member(chunk: &[u8]) -> Option<(char, &[u8])> {
    let chunk = match chunk.first()? {
        b'-' | b']' => return None,
        b'\\' => &chunk[1..],
        _ => chunk,
    };
    let (c, width) = first_char(chunk)?;
    if c == char::REPLACEMENT_CHARACTER && width == 1 {
        return None;
    }
    let rest = &chunk[width..];
    (!rest.is_empty()).then_some((c, rest))
}
