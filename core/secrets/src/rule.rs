//! Which values of a document are encrypted.

use regex::bytes::Regex;

use crate::secret::Secret;

/// Leaves plain what ends in it, where no other rule is given.
pub(crate) const DEFAULT_SUFFIX: &str = "_unencrypted";

/// How a rule looks at keys or comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleKind {
    /// All but what stands below a key that ends so.
    UnencryptedSuffix,
    /// Only what stands below a key that ends so.
    EncryptedSuffix,
    /// All but what stands below a key that matches.
    UnencryptedRegex,
    /// Only what stands below a key that matches.
    EncryptedRegex,
    /// All but what stands below a comment that matches.
    UnencryptedCommentRegex,
    /// Only what stands below a comment that matches.
    EncryptedCommentRegex,
}

impl RuleKind {
    /// All, by the names that sops gives them.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::UnencryptedSuffix, "unencrypted_suffix"),
        (Self::EncryptedSuffix, "encrypted_suffix"),
        (Self::UnencryptedRegex, "unencrypted_regex"),
        (Self::EncryptedRegex, "encrypted_regex"),
        (Self::UnencryptedCommentRegex, "unencrypted_comment_regex"),
        (Self::EncryptedCommentRegex, "encrypted_comment_regex"),
    ];

    /// The name that sops gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }

    fn is_suffix(self) -> bool {
        matches!(self, Self::UnencryptedSuffix | Self::EncryptedSuffix)
    }
}

/// The rule of a document.
#[derive(Debug, Clone)]
pub struct Rule {
    kind: RuleKind,
    text: String,
    pattern: Option<Pattern>,
}

/// A pattern of a rule.
#[derive(Debug, Clone)]
enum Pattern {
    /// One of these words as it is, such as `^(data|stringData)$`: most rules say no more, and to compile them would take
    /// as long as to open a file.
    Words(Vec<String>),
    Regex(Regex),
}

impl Pattern {
    fn new(text: &str) -> Result<Self, regex::Error> {
        match words(text) {
            Some(words) => Ok(Self::Words(words)),
            None => Regex::new(text).map(Self::Regex),
        }
    }

    fn is_match(&self, text: &[u8]) -> bool {
        match self {
            Self::Words(words) => words.iter().any(|word| word.as_bytes() == text),
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

/// The words of a pattern that lists some and is nothing else.
fn words(pattern: &str) -> Option<Vec<String>> {
    let listed = pattern.strip_prefix('^')?.strip_suffix('$')?;
    let listed = match listed.strip_prefix('(') {
        Some(rest) => rest.strip_suffix(')')?,
        // Without parentheses, each of several would have but one end.
        None if listed.contains('|') => return None,
        None => listed,
    };
    let words = listed.split('|').map(|word| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        word.chars().all(is_plain).then(|| word.to_string())
    });
    words.collect()
}

impl Default for Rule {
    fn default() -> Self {
        Self { kind: RuleKind::UnencryptedSuffix, text: DEFAULT_SUFFIX.to_string(), pattern: None }
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.text) == (other.kind, &other.text)
    }
}

impl Rule {
    /// A rule of this kind with its suffix or pattern.
    pub fn new(kind: RuleKind, text: &str) -> Result<Self, String> {
        let pattern = if kind.is_suffix() {
            None
        } else {
            let compiled = Pattern::new(text);
            Some(compiled.map_err(|error| format!("{} is no regular expression: {error}", kind.name()))?)
        };
        Ok(Self { kind, text: text.to_string(), pattern })
    }

    /// No rule at all: everything is encrypted.
    #[must_use]
    pub fn everything() -> Self {
        Self { kind: RuleKind::UnencryptedSuffix, text: String::new(), pattern: None }
    }

    /// The rule among these that is given; the usual one if none is.
    pub(crate) fn one_of<'t>(mut text: impl FnMut(&str) -> Option<&'t str>) -> Result<Self, RuleFault> {
        let given = RuleKind::ALL
            .iter()
            .filter_map(|(kind, name)| Some((*kind, text(name).filter(|text| !text.is_empty())?)));
        let given: Vec<_> = given.collect();
        match given.as_slice() {
            [] => Ok(Self::default()),
            [(kind, text)] => Self::new(*kind, text).map_err(RuleFault::Pattern),
            _ => Err(RuleFault::Several),
        }
    }

    /// What it looks at.
    #[must_use]
    pub fn kind(&self) -> RuleKind {
        self.kind
    }

    /// Its suffix or pattern.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Comments decide.
    pub(crate) fn is_by_comment(&self) -> bool {
        matches!(self.kind, RuleKind::UnencryptedCommentRegex | RuleKind::EncryptedCommentRegex)
    }

    /// Whether everything is encrypted, but for a suffix that hardly anybody uses.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        self.kind == RuleKind::UnencryptedSuffix
    }

    /// Whether the pattern of the rule matches this text.
    pub(crate) fn matches(&self, text: &[u8]) -> bool {
        self.pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
    }

    /// Whether the value at the end of this way is encrypted, as far as keys decide.
    pub(crate) fn covers<S: AsRef<str>>(&self, path: &[S]) -> bool {
        let hit = !self.text.is_empty()
            && path.iter().any(|key| {
                let key = key.as_ref();
                if self.kind.is_suffix() { key.ends_with(&self.text) } else { self.matches(key.as_bytes()) }
            });
        match self.kind {
            RuleKind::EncryptedSuffix | RuleKind::EncryptedRegex => hit,
            RuleKind::UnencryptedSuffix | RuleKind::UnencryptedRegex => !hit,
            RuleKind::UnencryptedCommentRegex | RuleKind::EncryptedCommentRegex => true,
        }
    }

    /// The same with the comments that stand above, outermost first; the last one of all is the value itself where
    /// that is a comment.
    pub(crate) fn covers_below<S: AsRef<str>>(
        &self,
        path: &[S],
        above: &[Vec<Secret>],
        is_comment: bool,
    ) -> bool {
        let mut all = above.iter().flatten().map(Secret::bytes);
        match self.kind {
            RuleKind::UnencryptedCommentRegex => !all.any(|comment| self.matches(comment)),
            RuleKind::EncryptedCommentRegex => {
                // A comment does not ask for its own encryption.
                let count = above.iter().map(Vec::len).sum::<usize>() - usize::from(is_comment);
                all.take(count).any(|comment| self.matches(comment))
            }
            _ => self.covers(path),
        }
    }
}

/// Why there is no rule.
pub(crate) enum RuleFault {
    Several,
    Pattern(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_words_match_as_they_would_compiled() {
        let texts = [
            "data",
            "stringData",
            "xdata",
            "datax",
            "data\n",
            "\ndata",
            "",
            "a|b",
            "(data)",
            "Data",
            "a.b",
            "a-b",
        ];
        let lists = ["^(data|stringData)$", "^data$", "^$", "^()$", "^(|data)$", "^a-b$", "^(data)$"];
        for pattern in lists {
            assert!(matches!(Pattern::new(pattern), Ok(Pattern::Words(_))), "{pattern}");
        }
        let others = [
            "^data|stringData$",
            "data",
            "^(a.b)$",
            "^((a|b))$",
            "^(a)|(b)$",
            "(?i)^data$",
            "^(?i:data)$",
            "^^data$",
        ];
        for pattern in lists.iter().chain(&others) {
            let (ours, compiled) = (Pattern::new(pattern).unwrap(), Regex::new(pattern).unwrap());
            for text in texts.map(str::as_bytes) {
                assert_eq!(ours.is_match(text), compiled.is_match(text), "{pattern} {text:?}");
            }
        }
    }
}
