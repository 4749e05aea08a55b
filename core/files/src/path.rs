//! Paths below a root that no value can point outside of.

use std::fmt;
use std::sync::Arc;

/// A normalised path below the root of a tree: parts joined by `/`, no `.`, no `..`, no leading slash.
/// The root itself is the empty path and prints as `.`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RootedPath(Arc<str>);

/// A relative path climbs above the root of its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscapesRoot {
    /// The path as it was written.
    pub path: String,
}

impl fmt::Display for EscapesRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "path '{}' leaves the root of the source", self.path)
    }
}

impl std::error::Error for EscapesRoot {}

impl RootedPath {
    /// The root of the tree.
    pub fn root() -> Self {
        Self(Arc::from(""))
    }

    /// Reads a path as written by a person: `./a//b/../c` is `a/c`; a leading `/` means the root.
    pub fn new(path: &str) -> Result<Self, EscapesRoot> {
        Self::root().join(path.trim_start_matches('/'))
    }

    /// The path that `relative`, as written inside this directory, stands for.
    pub fn join(&self, relative: &str) -> Result<Self, EscapesRoot> {
        let mut parts: Vec<&str> =
            if relative.starts_with('/') { Vec::new() } else { self.parts().collect() };
        for part in relative.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    if parts.pop().is_none() {
                        return Err(EscapesRoot { path: relative.to_string() });
                    }
                }
                part => parts.push(part),
            }
        }
        Ok(Self(Arc::from(parts.join("/"))))
    }

    /// A direct child; `name` is one path part as a directory listing gives it.
    pub fn child(&self, name: &str) -> Self {
        debug_assert!(!name.contains('/') && name != "..", "a listing gives single parts");
        if self.is_root() { Self(Arc::from(name)) } else { Self(Arc::from(format!("{}/{name}", self.0))) }
    }

    /// The directory that holds this path; none for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.is_root() {
            return None;
        }
        Some(match self.0.rsplit_once('/') {
            Some((parent, _)) => Self(Arc::from(parent)),
            None => Self::root(),
        })
    }

    /// The last part; empty for the root.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or("")
    }

    /// The parts from the root down.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    /// True for the root of the tree.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// True if this path is `other` or lies below it.
    pub fn is_within(&self, other: &Self) -> bool {
        other.is_root()
            || self.0.strip_prefix(&*other.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The text without a leading `./`; empty for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How one would write this path from inside the directory `from`, with `../` where needed.
    pub fn relative_to(&self, from: &Self) -> String {
        let (to, from): (Vec<_>, Vec<_>) = (self.parts().collect(), from.parts().collect());
        let shared = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
        let mut parts = vec![".."; from.len() - shared];
        parts.extend(&to[shared..]);
        if parts.is_empty() { ".".to_string() } else { parts.join("/") }
    }
}

impl fmt::Display for RootedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_root() { "." } else { &self.0 })
    }
}

impl fmt::Debug for RootedPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RootedPath {
        RootedPath::new(text).unwrap()
    }

    #[test]
    fn normalises_what_people_write() {
        for (written, meant) in
            [("./a//b/../c", "a/c"), ("/", "."), ("a/..", "."), ("/a", "a"), ("a/./b/", "a/b")]
        {
            assert_eq!(path(written).to_string(), meant, "{written}");
        }
    }

    #[test]
    fn cannot_leave_the_root() {
        assert!(RootedPath::new("..").is_err());
        assert!(RootedPath::new("a/../../etc").is_err());
        assert!(path("a/b").join("../../..").is_err());
        assert_eq!(path("a/b").join("../..").unwrap(), RootedPath::root());
    }

    #[test]
    fn relates_paths() {
        assert!(path("a/b").is_within(&path("a")));
        assert!(!path("ab").is_within(&path("a")));
        assert_eq!(path("a/x/y").relative_to(&path("a/b/c")), "../../x/y");
        assert_eq!(path("a").relative_to(&path("a")), ".");
        assert_eq!(path("a/b").parent(), Some(path("a")));
        assert_eq!(path("a/b").name(), "b");
    }
}
