//! Where copies of what lies behind URLs are put: `localized-files/HOST/PATH`, and the reference for repositories.

use weir_files::RootedPath;

use crate::remote::url::RepositoryUrl;
use crate::remote::{Need, need};

/// The directory beside a kustomization that holds what it names by URLs.
pub(super) const STORE: &str = "localized-files";

/// A kustomization behind a URL, to be localized.
#[derive(Debug, Clone)]
pub struct Target {
    /// The repository that it is in.
    pub need: Need,
    /// Its directory there.
    pub dir: RootedPath,
    /// The name of the new directory where none is given.
    pub name: String,
}

/// What a URL of a kustomization to be localized stands for; an error if it is none or names no reference.
pub fn target(url: &str) -> Result<Target, String> {
    let parsed = RepositoryUrl::parse(url)?;
    if parsed.reference.is_empty() {
        return Err(format!("localize remote root '{url}' missing ref query string parameter"));
    }
    let dir = RootedPath::new(&parsed.dir).map_err(|error| error.to_string())?;
    let last = if dir.is_root() { last_part(parsed.path()) } else { dir.name() };
    let name = format!("localized-{last}-{}", parsed.reference.replace('/', "-"));
    Ok(Target { need: need(&parsed), dir, name })
}

fn last_part(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

/// The place of a file behind a URL. Users, ports and queries are no part of it.
pub(super) fn place_of_file(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    format!("{STORE}/{}{}", bare(host), cleaned(&escaped(path)))
}

/// The place of a directory in a repository.
pub(super) fn place_of_repository(url: &RepositoryUrl, dir: &RootedPath) -> String {
    let host = match url.host().split_once("://") {
        Some(("file", _)) => "file-schemed",
        Some((_, host)) => bare(host),
        None => bare(url.host()),
    };
    let path = cleaned(url.path().strip_suffix(".git").unwrap_or(url.path()));
    let below = if dir.is_root() { String::new() } else { format!("/{dir}") };
    format!("{STORE}/{host}{path}{}{below}", cleaned(&url.reference))
}

/// A host without its user, its port and what follows.
fn bare(host: &str) -> &str {
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.trim_end_matches(['/', ':']);
    match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((address, _)) => address,
        None => host.split_once(':').map_or(host, |(host, _)| host),
    }
}

/// Begins with a slash and has no dots in it; nothing if there are no parts.
fn cleaned(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    parts.iter().map(|part| format!("/{part}")).collect()
}

/// What may not stand in the path of a URL, as it is sent.
fn escaped(path: &str) -> String {
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/%[]".contains(&byte);
    let piece =
        |byte: u8| if may_stand(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    path.bytes().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_files() {
        for (url, place) in [
            (
                "https://raw.githubusercontent.com/o/r/v1/a/b.yaml",
                "raw.githubusercontent.com/o/r/v1/a/b.yaml",
            ),
            ("http://me@host:8080/a/../b%20c/d e.yaml?x=1", "host/b%20c/d%20e.yaml"),
        ] {
            assert_eq!(place_of_file(url), format!("localized-files/{place}"));
        }
    }

    #[test]
    fn places_of_repositories() {
        for (url, place) in [
            ("https://github.com/o/r.git//a/b?ref=v1", "github.com/o/r/v1"),
            ("git@github.com:o/r?ref=feature/x", "github.com/o/r/feature/x"),
            ("ssh://git@host:7999/o/r?ref=v1", "host/o/r/v1"),
            ("file:///tmp/r.git//a?ref=main", "file-schemed/tmp/r/main"),
            ("org-1@host.com:o/r.git?ref=a", "host.com/o/r/a"),
        ] {
            let url = RepositoryUrl::parse(url).unwrap();
            assert_eq!(place_of_repository(&url, &RootedPath::root()), format!("localized-files/{place}"));
        }
    }

    #[test]
    fn names_of_new_directories() {
        let name = |url: &str| target(url).map(|target| target.name);
        assert_eq!(name("https://github.com/o/r?ref=a/b").as_deref(), Ok("localized-r-a-b"));
        assert_eq!(name("github.com/o/r//x/y?ref=v1").as_deref(), Ok("localized-y-v1"));
        assert!(name("github.com/o/r").is_err());
    }
}
