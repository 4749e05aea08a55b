//! Ignore rules as the Flux controllers apply them.
//!
//! They are not quite those of Git: a rule for a directory holds for every file below it by itself, so a later rule can
//! take single files back in, and nothing is cut off early.

use weir_files::{Entry, ReadError, RootedPath, Tree};

const FILE: &str = ".sourceignore";
const VCS: &str = ".git/,.gitignore,.gitmodules,.gitattributes";
const DEFAULTS: &str = "*.jpg,*.jpeg,*.gif,*.png,*.wmv,*.flv,*.tar.gz,*.zip,.github/,.circleci/,.travis.yml,\
                        .gitlab-ci.yml,appveyor.yml,.drone.yml,cloudbuild.yaml,codeship-services.yml,codeship-steps.yml,\
                        **/.goreleaser.yml,**/.sops.yaml,**/.flux.yaml";
/// Deeper directories are not searched for rules.
const MAX_DEPTH: usize = 64;

/// All rules of a source, weakest first.
#[derive(Debug, Clone, Default)]
pub struct IgnoreRules(Vec<Pattern>);

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// The directory whose file it comes from.
    domain: Vec<String>,
    parts: Vec<String>,
    includes: bool,
    directories_only: bool,
    is_path: bool,
}

impl IgnoreRules {
    /// The rules of a source: of Git itself, then those of its files or else the defaults, then those of its spec.
    pub fn for_source(tree: &Tree, spec: Option<&str>) -> Result<Self, ReadError> {
        let root = RootedPath::root();
        let mut rules: Vec<_> = VCS.split(',').map(|rule| Pattern::parse(rule, &root)).collect();
        let mut own = Vec::new();
        collect(tree, &root, 0, &mut own)?;
        if own.is_empty() && spec.is_none() {
            rules.extend(DEFAULTS.split(',').map(|rule| Pattern::parse(rule, &root)));
        }
        rules.extend(own);
        rules.extend(read(spec.unwrap_or_default(), &root));
        Ok(Self(rules))
    }

    /// True if the last rule that speaks of this path excludes it.
    pub fn excludes(&self, path: &RootedPath, is_directory: bool) -> bool {
        let parts: Vec<_> = path.parts().collect();
        let speaks = |rule: &&Pattern| rule.matches(&parts, is_directory);
        self.0.iter().rev().find(speaks).is_some_and(|rule| !rule.includes)
    }
}

fn collect(tree: &Tree, dir: &RootedPath, depth: usize, rules: &mut Vec<Pattern>) -> Result<(), ReadError> {
    let entries = tree.list(dir)?;
    if entries.iter().any(|(name, entry)| name == FILE && matches!(entry, Entry::File { .. })) {
        let bytes = tree.read(&dir.child(FILE))?;
        rules.extend(read(&String::from_utf8_lossy(&bytes), dir));
    }
    for (name, entry) in entries {
        if entry == Entry::Directory && name != ".git" && depth < MAX_DEPTH {
            collect(tree, &dir.child(&name), depth + 1, rules)?;
        }
    }
    Ok(())
}

fn read(text: &str, domain: &RootedPath) -> Vec<Pattern> {
    let rules = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    rules.map(|line| Pattern::parse(line, domain)).collect()
}

impl Pattern {
    /// Reads one line.
    pub fn parse(line: &str, domain: &RootedPath) -> Self {
        let (includes, rule) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let rule = if rule.ends_with("\\ ") { rule } else { rule.trim_end_matches(' ') };
        let (directories_only, rule) = match rule.strip_suffix('/') {
            Some(rest) => (true, rest),
            None => (false, rule),
        };
        Self {
            domain: domain.parts().map(str::to_string).collect(),
            parts: rule.split('/').map(str::to_string).collect(),
            includes,
            directories_only,
            is_path: rule.contains('/'),
        }
    }

    fn matches(&self, path: &[&str], is_directory: bool) -> bool {
        let inside =
            path.len() > self.domain.len() && self.domain.iter().zip(path).all(|(own, part)| own == part);
        if !inside {
            return false;
        }
        let path = &path[self.domain.len()..];
        if self.is_path {
            self.matches_path(path, is_directory)
        } else {
            self.matches_name(path, is_directory)
        }
    }

    /// A rule without a slash speaks of any part of the path.
    fn matches_name(&self, path: &[&str], is_directory: bool) -> bool {
        for (at, name) in path.iter().enumerate() {
            match glob(&self.parts[0], name) {
                None => return false,
                Some(false) => {}
                Some(true) => return !(self.directories_only && !is_directory && at + 1 == path.len()),
            }
        }
        false
    }

    fn matches_path(&self, mut path: &[&str], is_directory: bool) -> bool {
        let (mut matched, mut anywhere) = (false, false);
        for (at, part) in self.parts.iter().enumerate() {
            match part.as_str() {
                "" => anywhere = false,
                "**" if at + 1 == self.parts.len() => break,
                "**" => anywhere = true,
                part if part.contains("**") || path.is_empty() => return false,
                part if anywhere => {
                    anywhere = false;
                    match path.iter().position(|name| glob(part, name) != Some(false)) {
                        Some(found) if glob(part, path[found]).is_none() => return false,
                        Some(found) => {
                            matched = true;
                            path = &path[found + 1..];
                        }
                        None => {
                            matched = false;
                            path = &[];
                        }
                    }
                }
                part => {
                    if glob(part, path[0]) != Some(true) {
                        return false;
                    }
                    matched = true;
                    path = &path[1..];
                }
            }
        }
        matched && !(self.directories_only && !is_directory && path.is_empty())
    }
}

/// Go's filepath.Match: `*`, `?`, `[a-z]`, `\`. Nothing for a pattern that is none.
fn glob(pattern: &str, name: &str) -> Option<bool> {
    let (pattern, name): (Vec<_>, Vec<_>) = (pattern.chars().collect(), name.chars().collect());
    well_formed(&pattern)?;
    Some(glob_from(&pattern, &name))
}

fn well_formed(pattern: &[char]) -> Option<()> {
    let mut rest = pattern;
    while let Some((c, tail)) = rest.split_first() {
        rest = match c {
            '\\' => tail.get(1..)?,
            '[' => class(tail, 'x')?.1,
            _ => tail,
        };
    }
    Some(())
}

fn glob_from(pattern: &[char], name: &[char]) -> bool {
    // Where to go on after a star that turned out too short; one such place is enough.
    let (mut p, mut n, mut star) = (0, 0, None);
    loop {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            None if n == name.len() => return true,
            None => None,
            Some(_) if n == name.len() => None,
            Some('?') => Some(p + 1),
            Some('[') => class(&pattern[p + 1..], name[n])
                .and_then(|(is_in, rest)| is_in.then_some(pattern.len() - rest.len())),
            Some('\\') => (pattern.get(p + 1) == name.get(n)).then_some(p + 2),
            Some(c) => (*c == name[n]).then_some(p + 1),
        };
        match (step, star) {
            (Some(next), _) => {
                p = next;
                n += 1;
            }
            (None, Some((at, from))) if from < name.len() => {
                star = Some((at, from + 1));
                p = at + 1;
                n = from + 1;
            }
            (None, _) => return false,
        }
    }
}

/// Whether a character is in the class that begins here, and what follows the class.
fn class(pattern: &[char], c: char) -> Option<(bool, &[char])> {
    let (negated, mut rest) = match pattern.split_first()? {
        ('^', rest) => (true, rest),
        _ => (false, pattern),
    };
    let (mut found, mut count) = (false, 0);
    loop {
        match rest.split_first()? {
            (']', tail) if count > 0 => return Some((found != negated, tail)),
            _ => {}
        }
        let (low, tail) = class_char(rest)?;
        rest = tail;
        let mut high = low;
        if let Some(('-', tail)) = rest.split_first() {
            (high, rest) = class_char(tail)?;
        }
        found |= low <= c && c <= high;
        count += 1;
    }
}

fn class_char(pattern: &[char]) -> Option<(char, &[char])> {
    match pattern.split_first()? {
        ('-' | ']', _) => None,
        ('\\', tail) => tail.split_first().map(|(c, tail)| (*c, tail)),
        (c, tail) => Some((*c, tail)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use weir_files::MemoryFiles;

    fn kept(files: &[(&str, &str)], spec: Option<&str>) -> Vec<String> {
        let tree = MemoryFiles::from_iter(files.iter().copied()).tree();
        let rules = IgnoreRules::for_source(&tree, spec).unwrap();
        let keeps = |path: &&str| !rules.excludes(&RootedPath::new(path).unwrap(), false);
        files.iter().map(|(path, _)| *path).filter(keeps).map(str::to_string).collect()
    }

    #[test]
    fn defaults_hold_until_something_is_said() {
        let files = [
            ("app.yaml", ""),
            ("docs/a.md", ""),
            ("logo.png", ""),
            (".github/ci.yaml", ""),
            (".gitignore", ""),
        ];
        assert_eq!(kept(&files, None), ["app.yaml", "docs/a.md"]);
        assert_eq!(kept(&files, Some("/docs/")), ["app.yaml", "logo.png", ".github/ci.yaml"]);
    }

    #[test]
    fn files_speak_of_their_own_directory() {
        let files =
            [("a/.sourceignore", "*.md\n!keep.md"), ("a/x.md", ""), ("a/keep.md", ""), ("b/x.md", "")];
        assert_eq!(kept(&files, None), ["a/.sourceignore", "a/keep.md", "b/x.md"]);
    }

    #[test]
    fn files_below_an_excluded_directory_can_come_back() {
        let files = [("apps/a.yaml", ""), ("apps/b.yaml", ""), ("x/apps", "")];
        assert_eq!(kept(&files, Some("apps/\n!apps/b.yaml")), ["apps/b.yaml", "x/apps"]);
        assert_eq!(kept(&files, Some("/*\n!/x")), ["x/apps"]);
        assert_eq!(kept(&files, Some("**/b.yaml")), ["apps/a.yaml", "x/apps"]);
    }

    #[test]
    fn globs_are_gos() {
        for (pattern, name, answer) in [
            ("*.md", "a.md", Some(true)),
            ("a*b*c", "axxbyyc", Some(true)),
            ("[a-c]?", "bz", Some(true)),
            ("[^a]", "a", Some(false)),
            ("\\*", "*", Some(true)),
            ("[", "a", None),
            ("[a-", "a", None),
            ("*", "", Some(true)),
        ] {
            assert_eq!(glob(pattern, name), answer, "{pattern} {name}");
        }
    }
}
