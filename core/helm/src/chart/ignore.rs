//! `.helmignore`: which files of a directory are no part of the chart.

use crate::error::Error;
use crate::path;

/// The rules, in order.
#[derive(Default)]
pub(super) struct Rules(Vec<Rule>);

struct Rule {
    pattern: String,
    negated: bool,
    directories_only: bool,
    /// The pattern is for the whole path, not for the last part of it.
    whole: bool,
    /// There is nothing in the pattern that stands for anything else.
    literal: bool,
}

impl Rule {
    fn hits(&self, name: &str) -> bool {
        if self.literal { self.pattern == name } else { path::matches(&self.pattern, name).unwrap_or(false) }
    }
}

/// Go's `bufio.Scanner` takes no longer lines.
const LONGEST_LINE: usize = 64 * 1024;

impl Rules {
    /// The rules of a file, if there is one, and those that always hold.
    pub(super) fn read(text: Option<&[u8]>) -> Result<Self, Error> {
        let mut rules = Self(Vec::new());
        let text = text.unwrap_or_default();
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        for line in text.split(|byte| *byte == b'\n') {
            if line.len() >= LONGEST_LINE {
                return Err(Error::new("bufio.Scanner: token too long"));
            }
            rules.rule(String::from_utf8_lossy(line).trim())?;
        }
        // Files in templates/ whose name begins with a dot are never meant.
        rules.rule("templates/.?*")?;
        Ok(rules)
    }

    fn rule(&mut self, rule: &str) -> Result<(), Error> {
        if rule.is_empty() || rule.starts_with('#') {
            return Ok(());
        }
        if rule.contains("**") {
            return Err(Error::new("double-star (**) syntax is not supported"));
        }
        path::matches(rule, "abc").map_err(Error::new)?;
        let (negated, rule) = rule.strip_prefix('!').map_or((false, rule), |rule| (true, rule));
        let (directories_only, rule) = rule.strip_suffix('/').map_or((false, rule), |rule| (true, rule));
        let (whole, rule) = match rule.strip_prefix('/') {
            Some(rule) => (true, rule),
            None => (rule.contains('/'), rule),
        };
        let literal = !rule.contains(['*', '?', '[', '\\']);
        self.0.push(Rule { pattern: rule.to_string(), negated, directories_only, whole, literal });
        Ok(())
    }

    /// True if the file or directory is left out.
    pub(super) fn ignores(&self, path: &str, is_directory: bool) -> bool {
        let base = path::base(path);
        for rule in &self.0 {
            let name = if rule.whole { path } else { base };
            let hit = || rule.hits(name);
            if rule.negated {
                if rule.directories_only && !is_directory || !hit() {
                    return true;
                }
            } else if (!rule.directories_only || is_directory) && hit() {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_those_of_helm() {
        let rules = Rules::read(Some(b"# no\n*.bak\n/root\nci/\nsub/*.txt\n")).unwrap();
        for (path, is_directory, ignored) in [
            ("a/b.bak", false, true),
            ("root", false, true),
            ("a/root", false, false),
            ("ci", true, true),
            ("a/ci", true, true),
            ("ci", false, false),
            ("sub/a.txt", false, true),
            ("x/sub/a.txt", false, false),
            ("templates/.hidden", false, true),
            ("templates/a/.hidden", false, false),
        ] {
            assert_eq!(rules.ignores(path, is_directory), ignored, "{path}");
        }
        let negated = Rules::read(Some(b"!keep\n")).unwrap();
        assert!(negated.ignores("other", false), "as in Helm, a negated rule ignores all else");
        assert!(Rules::read(Some(b"a/**")).is_err());
    }
}
