//! Which reference of the remote is meant.

use weir_semver::{Range, Version};

use super::GitReference;

/// A reference of the remote and the commit behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RemoteRef {
    pub(super) name: String,
    pub(super) commit: String,
}

/// What to ask the remote for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// One reference by its full name.
    Ref { name: String, revision: String },
    /// The highest tag in a range.
    Tags(String),
    /// A commit, maybe of a branch.
    Commit { commit: String, branch: Option<String> },
}

pub(super) fn wanted(reference: &GitReference) -> Wanted {
    let set = |text: &str| !text.is_empty();
    if set(&reference.commit) {
        let branch = Some(reference.branch.clone()).filter(|branch| set(branch));
        return Wanted::Commit { commit: reference.commit.clone(), branch };
    }
    if set(&reference.name) {
        return Wanted::Ref { name: reference.name.clone(), revision: reference.name.clone() };
    }
    if set(&reference.semver) {
        return Wanted::Tags(reference.semver.clone());
    }
    if set(&reference.tag) {
        let name = format!("refs/tags/{}", reference.tag);
        return Wanted::Ref { name, revision: reference.tag.clone() };
    }
    let branch = if set(&reference.branch) { &reference.branch } else { "master" };
    Wanted::Ref { name: format!("refs/heads/{branch}"), revision: branch.to_string() }
}

impl Wanted {
    /// Which references the remote is to list.
    pub(super) fn listing(&self) -> Option<String> {
        match self {
            Self::Ref { name, .. } => Some(name.clone()),
            Self::Tags(_) => Some("refs/tags/*:refs/tags/*".to_string()),
            Self::Commit { .. } => None,
        }
    }

    /// In words, for errors.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Ref { name, .. } => {
                match (name.strip_prefix("refs/heads/"), name.strip_prefix("refs/tags/")) {
                    (Some(branch), _) => format!("branch '{branch}'"),
                    (_, Some(tag)) => format!("tag '{tag}'"),
                    _ => format!("reference '{name}'"),
                }
            }
            Self::Tags(range) => format!("a tag that matches semver '{range}'"),
            Self::Commit { commit, .. } => format!("commit '{commit}'"),
        }
    }
}

/// The tag with the highest version in the range. Of equal versions the last name wins, as in Flux.
pub(super) fn highest(range: &str, refs: &[RemoteRef]) -> Result<Option<RemoteRef>, String> {
    let range = Range::parse(range).map_err(|e| format!("semver '{range}' cannot be read: {e}"))?;
    let mut best: Option<(Version, &RemoteRef)> = None;
    for found in refs {
        let Some(tag) = found.name.strip_prefix("refs/tags/") else { continue };
        let Ok(version) = Version::parse(tag) else { continue };
        let is_better = match &best {
            None => true,
            Some((top, by)) => version > *top || version == *top && found.name > by.name,
        };
        if range.contains(&version) && is_better {
            best = Some((version, found));
        }
    }
    Ok(best.map(|(_, found)| found.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_is_set_counts() {
        let mut reference = GitReference::default();
        assert_eq!(wanted(&reference).words(), "branch 'master'");
        reference.branch = "main".into();
        reference.tag = "v1".into();
        assert_eq!(wanted(&reference).words(), "tag 'v1'");
        reference.semver = "1.x".into();
        assert_eq!(wanted(&reference), Wanted::Tags("1.x".into()));
        reference.name = "refs/pull/1/head".into();
        assert_eq!(wanted(&reference).listing().as_deref(), Some("refs/pull/1/head"));
        reference.commit = "abc".into();
        let (commit, branch) = ("abc".into(), Some("main".into()));
        assert_eq!(wanted(&reference), Wanted::Commit { commit, branch });
    }

    #[test]
    fn the_highest_in_range_wins() {
        let refs: Vec<_> = ["1.0.0", "1.2.0", "2.0.0-rc.1", "latest"]
            .map(|tag| RemoteRef { name: format!("refs/tags/{tag}"), commit: tag.into() })
            .into();
        assert_eq!(highest(">=1.0.0 <2.0.0", &refs).unwrap().unwrap().commit, "1.2.0");
        assert_eq!(highest(">=3", &refs).unwrap(), None);
        assert!(highest("nonsense!", &refs).is_err());
    }
}
