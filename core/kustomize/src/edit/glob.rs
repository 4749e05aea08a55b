//! File patterns as Go's `path/filepath` reads them.

use weir_files::{RootedPath, Tree};

use super::{Result, problem};

/// Patterns with more steps back than this match nothing.
const MAX_STEPS: usize = 100_000;

/// The files that a pattern names, hidden ones only if it begins with a dot.
pub(super) fn files(tree: &Tree, dir: &RootedPath, pattern: &str) -> Result<Vec<String>> {
    if matches(pattern, "").is_none() {
        return problem(format!("{pattern}: syntax error in pattern"));
    }
    let mut found = expand(tree, dir, pattern);
    if !base(pattern).starts_with('.') {
        found.retain(|path| !base(path).starts_with('.'));
    }
    Ok(found)
}

fn base(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or("")
}

fn has_meta(text: &str) -> bool {
    text.contains(['*', '?', '[', '\\'])
}

fn expand(tree: &Tree, dir: &RootedPath, pattern: &str) -> Vec<String> {
    let is_there =
        |path: &str| dir.join(path).is_ok_and(|path| tree.entry(&path).is_ok_and(|entry| entry.is_some()));
    if !has_meta(pattern) {
        return if is_there(pattern) { vec![pattern.to_string()] } else { Vec::new() };
    }
    let (folder, name) = match pattern.rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((folder, name)) => (folder, name),
        None => (".", pattern),
    };
    let folders = if has_meta(folder) { expand(tree, dir, folder) } else { vec![folder.to_string()] };
    let mut found = Vec::new();
    for folder in folders {
        let Ok(path) = dir.join(&folder) else { continue };
        for (own, _) in tree.list(&path).unwrap_or_default() {
            if matches(name, &own) == Some(true) {
                found.push(join(&folder, &own));
            }
        }
    }
    found
}

/// A child of a folder, without steps that lead nowhere.
fn join(folder: &str, name: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match (part, parts.last()) {
            ("..", Some(last)) if *last != ".." => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    parts.push(name);
    let path = parts.join("/");
    if folder.starts_with('/') { format!("/{path}") } else { path }
}

/// Whether a pattern matches all of a text; nothing if it is no pattern.
pub(super) fn matches(pattern: &str, text: &str) -> Option<bool> {
    let pieces = pieces(pattern)?;
    let text: Vec<char> = text.chars().collect();
    let (mut piece, mut at, mut steps) = (0, 0, 0);
    let mut back: Option<(usize, usize)> = None;
    while piece < pieces.len() || at < text.len() {
        steps += 1;
        if steps > MAX_STEPS {
            return Some(false);
        }
        match (pieces.get(piece), text.get(at)) {
            (Some(Piece::Many), _) => {
                back = Some((piece, at));
                piece += 1;
                continue;
            }
            (Some(one), Some(c)) if one.takes(*c) => {
                (piece, at) = (piece + 1, at + 1);
                continue;
            }
            _ => {}
        }
        // The last star takes one more character, but never a slash.
        match back {
            Some((star, from)) if text.get(from).is_some_and(|c| *c != '/') => {
                back = Some((star, from + 1));
                (piece, at) = (star + 1, from + 1);
            }
            _ => return Some(false),
        }
    }
    Some(true)
}

enum Piece {
    Many,
    Any,
    One(char),
    OneOf { negated: bool, ranges: Vec<(char, char)> },
}

impl Piece {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Many => false,
            Self::Any => c != '/',
            Self::One(own) => *own == c,
            Self::OneOf { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
        }
    }
}

fn pieces(pattern: &str) -> Option<Vec<Piece>> {
    let mut chars = pattern.chars().peekable();
    let mut pieces = Vec::new();
    while let Some(c) = chars.next() {
        pieces.push(match c {
            '*' => Piece::Many,
            '?' => Piece::Any,
            '\\' => Piece::One(chars.next()?),
            '[' => {
                let negated = chars.next_if_eq(&'^').is_some();
                let mut ranges = Vec::new();
                while ranges.is_empty() || chars.peek() != Some(&']') {
                    let low = bound(&mut chars)?;
                    let high = if chars.next_if_eq(&'-').is_some() { bound(&mut chars)? } else { low };
                    ranges.push((low, high));
                }
                chars.next();
                Piece::OneOf { negated, ranges }
            }
            c => Piece::One(c),
        });
    }
    Some(pieces)
}

fn bound(chars: &mut impl Iterator<Item = char>) -> Option<char> {
    match chars.next()? {
        '\\' => chars.next(),
        '-' | ']' => None,
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_go() {
        for (pattern, text, wanted) in [
            ("*.yaml", "a.yaml", Some(true)),
            ("*.yaml", "d/a.yaml", Some(false)),
            ("d/*", "d/a.yaml", Some(true)),
            ("a*b*c", "aXbYbc", Some(true)),
            ("a?c", "abc", Some(true)),
            ("a?c", "a/c", Some(false)),
            ("[a-c]x", "bx", Some(true)),
            ("[^a-c]x", "bx", Some(false)),
            ("a\\*", "a*", Some(true)),
            ("*", "", Some(true)),
            ("", "a", Some(false)),
            ("[a", "a", None),
            ("[]", "a", None),
            ("a\\", "a", None),
        ] {
            assert_eq!(matches(pattern, text), wanted, "{pattern} {text}");
        }
    }

    #[test]
    fn paths_are_joined_without_detours() {
        assert_eq!(join("./a/../b", "c"), "b/c");
        assert_eq!(join("../..", "c"), "../../c");
        assert_eq!(join("/", "c"), "/c");
    }
}
