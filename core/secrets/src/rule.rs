//! Which values of a document are encrypted.

use regex::Regex;
use weir_yaml::Value;

use crate::error::SecretError;

/// Leaves plain what ends in it, where no other rule is given.
const DEFAULT_SUFFIX: &str = "_unencrypted";

/// The rule of a document. The last kind that is given decides, in sops's order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rule {
    unencrypted_suffix: String,
    encrypted_suffix: String,
    unencrypted_regex: Option<Regex>,
    encrypted_regex: Option<Regex>,
    by_comment: bool,
}

impl Rule {
    pub(crate) fn of(metadata: &Value) -> Result<Self, SecretError> {
        let text = |key: &str| metadata.str_at(&[key]).unwrap_or_default().to_string();
        let pattern = |key: &str| match text(key) {
            pattern if pattern.is_empty() => Ok(None),
            pattern => Regex::new(&pattern)
                .map(Some)
                .map_err(|error| SecretError::Metadata(format!("{key} is no regular expression: {error}"))),
        };
        let mut rule = Self {
            unencrypted_suffix: text("unencrypted_suffix"),
            encrypted_suffix: text("encrypted_suffix"),
            unencrypted_regex: pattern("unencrypted_regex")?,
            encrypted_regex: pattern("encrypted_regex")?,
            by_comment: !text("unencrypted_comment_regex").is_empty()
                || !text("encrypted_comment_regex").is_empty(),
        };
        if rule.is_default() {
            rule.unencrypted_suffix = DEFAULT_SUFFIX.to_string();
        }
        Ok(rule)
    }

    fn is_default(&self) -> bool {
        self.unencrypted_suffix.is_empty()
            && self.encrypted_suffix.is_empty()
            && self.unencrypted_regex.is_none()
            && self.encrypted_regex.is_none()
            && !self.by_comment
    }

    /// Comments decide, and they are lost by now: the values tell for themselves.
    pub(crate) fn is_by_comment(&self) -> bool {
        self.by_comment
    }

    /// Whether everything is encrypted, but for a suffix that hardly anybody uses.
    pub(crate) fn is_for_all(&self) -> bool {
        self.encrypted_suffix.is_empty() && self.unencrypted_regex.is_none() && self.encrypted_regex.is_none()
    }

    /// Whether the value at the end of this way is encrypted.
    pub(crate) fn covers(&self, path: &[&str]) -> bool {
        let mut covered = true;
        let ends = |suffix: &str| path.iter().any(|key| key.ends_with(suffix));
        let matches = |pattern: &Regex| path.iter().any(|key| pattern.is_match(key));
        if !self.unencrypted_suffix.is_empty() && ends(&self.unencrypted_suffix) {
            covered = false;
        }
        if !self.encrypted_suffix.is_empty() {
            covered = ends(&self.encrypted_suffix);
        }
        if self.unencrypted_regex.as_ref().is_some_and(matches) {
            covered = false;
        }
        if let Some(pattern) = &self.encrypted_regex {
            covered = matches(pattern);
        }
        covered
    }
}
