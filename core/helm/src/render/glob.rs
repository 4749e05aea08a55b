//! Patterns of `.Files.Glob`: `*` within a part of a path, `**` across parts, `?`, `[a-z]`, `{a,b}`.

/// A pattern that can be matched.
pub(crate) struct Glob(Vec<Piece>);

enum Piece {
    Text(String),
    /// Any characters of one part.
    Any,
    /// Any characters at all.
    Super,
    /// One character of a part.
    Single,
    Class {
        negated: bool,
        holds: Class,
    },
    Alternatives(Vec<Vec<Piece>>),
}

enum Class {
    Range(char, char),
    Chars(String),
}

/// Braces in braces, and no deeper.
const DEEPEST: usize = 32;

impl Glob {
    /// Reads a pattern; what cannot be read matches everything, as in Helm.
    pub(crate) fn new(pattern: &str) -> Self {
        let mut reader = Reader { text: pattern.chars().collect(), at: 0 };
        match reader.pieces(0) {
            Some(pieces) => Self(pieces),
            None => Self(vec![Piece::Super]),
        }
    }

    /// True if the whole path is what the pattern says.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        let mut places = vec![false; path.len() + 1];
        places[0] = true;
        walk(&self.0, &path, places)[path.len()]
    }
}

/// Where the pieces can end if they begin at these places.
fn walk(pieces: &[Piece], path: &[char], mut places: Vec<bool>) -> Vec<bool> {
    for piece in pieces {
        let mut next = vec![false; places.len()];
        for start in (0..places.len()).filter(|at| places[*at]) {
            match piece {
                Piece::Text(text) => {
                    let count = text.chars().count();
                    if path[start..].len() >= count
                        && text.chars().eq(path[start..start + count].iter().copied())
                    {
                        next[start + count] = true;
                    }
                }
                Piece::Any | Piece::Super => {
                    let stops = |c: &char| *c == '/' && matches!(piece, Piece::Any);
                    let end = path[start..].iter().position(stops).map_or(path.len(), |at| start + at);
                    next[start..=end].fill(true);
                }
                Piece::Single | Piece::Class { .. } => {
                    if path.get(start).is_some_and(|c| is_one(piece, *c)) {
                        next[start + 1] = true;
                    }
                }
                Piece::Alternatives(_) => {}
            }
        }
        if let Piece::Alternatives(alternatives) = piece {
            for pieces in alternatives {
                let ends = walk(pieces, path, places.clone());
                next.iter_mut().zip(ends).for_each(|(next, end)| *next |= end);
            }
        }
        places = next;
    }
    places
}

fn is_one(piece: &Piece, c: char) -> bool {
    match piece {
        Piece::Single => c != '/',
        Piece::Class { negated, holds: Class::Range(low, high) } => (*low..=*high).contains(&c) != *negated,
        Piece::Class { negated, holds: Class::Chars(chars) } => chars.contains(c) != *negated,
        _ => false,
    }
}

struct Reader {
    text: Vec<char>,
    at: usize,
}

impl Reader {
    fn next(&mut self) -> Option<char> {
        let c = self.text.get(self.at).copied();
        self.at += usize::from(c.is_some());
        c
    }

    /// The pieces up to the end, or in braces up to `,` or `}`.
    fn pieces(&mut self, depth: usize) -> Option<Vec<Piece>> {
        if depth > DEEPEST {
            return None;
        }
        let mut pieces = Vec::new();
        while let Some(&c) = self.text.get(self.at) {
            match c {
                ',' | '}' if depth > 0 => break,
                '{' => {
                    self.at += 1;
                    pieces.push(self.alternatives(depth)?);
                }
                '[' => {
                    self.at += 1;
                    pieces.push(self.class()?);
                }
                '?' => {
                    self.at += 1;
                    pieces.push(Piece::Single);
                }
                '*' => {
                    self.at += 1;
                    let doubled = self.text.get(self.at) == Some(&'*');
                    self.at += usize::from(doubled);
                    pieces.push(if doubled { Piece::Super } else { Piece::Any });
                }
                _ => pieces.push(Piece::Text(self.literal(depth > 0))),
            }
        }
        Some(pieces)
    }

    fn literal(&mut self, in_braces: bool) -> String {
        let mut text = String::new();
        while let Some(&c) = self.text.get(self.at) {
            let ends = matches!(c, '?' | '*' | '[' | '{') || in_braces && matches!(c, '}' | ',');
            if ends {
                break;
            }
            self.at += 1;
            text.extend(if c == '\\' { self.next() } else { Some(c) });
        }
        text
    }

    fn alternatives(&mut self, depth: usize) -> Option<Piece> {
        let mut alternatives = Vec::new();
        loop {
            alternatives.push(self.pieces(depth + 1)?);
            // Braces that are not closed end with the pattern.
            if self.next() != Some(',') {
                return Some(Piece::Alternatives(alternatives));
            }
        }
    }

    fn class(&mut self) -> Option<Piece> {
        let negated = self.text.get(self.at) == Some(&'!');
        self.at += usize::from(negated);
        if self.text.get(self.at + 1) == Some(&'-') {
            let low = self.next()?;
            self.at += 1;
            let high = self.next()?;
            return (self.next()? == ']' && low <= high)
                .then_some(Piece::Class { negated, holds: Class::Range(low, high) });
        }
        let mut chars = String::new();
        loop {
            match self.next()? {
                ']' => break,
                '\\' => chars.push(self.next()?),
                c => chars.push(c),
            }
        }
        (!chars.is_empty()).then_some(Piece::Class { negated, holds: Class::Chars(chars) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_matched() {
        for (pattern, path, hit) in [
            ("*.txt", "a.txt", true),
            ("*.txt", "d/a.txt", false),
            ("**.txt", "d/a.txt", true),
            ("conf/**", "conf/a/b", true),
            ("conf/*", "conf/a/b", false),
            ("{a,b}/*.y{a,}ml", "b/x.yml", true),
            ("{a,b}/*.y{a,}ml", "c/x.yml", false),
            ("[a-c]?", "bx", true),
            ("[!a-c]?", "bx", false),
            ("[abc]", "c", true),
            ("a\\*", "a*", true),
            ("{a,b", "b", true),
            ("[a", "anything/at all", true),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Glob::new(pattern).matches(path), hit, "{pattern} {path}");
        }
    }
}
