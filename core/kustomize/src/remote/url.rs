//! URLs of repositories, in all forms that kustomize takes: `https://host/org/repo//path?ref=v1`, `github.com/org/repo`,
//! `git@host:org/repo.git`, `ssh://`, `file://`, `.../_git/repo/path`.

/// What kustomize waits for a repository, in milliseconds, where the URL does not say.
const TIMEOUT: u64 = 27_000;

/// Schemes that are known.
const SCHEMES: [&str; 4] = ["ssh://", "https://", "http://", "file://"];

/// A directory in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RepositoryUrl {
    /// As it was written.
    pub(crate) raw: String,
    /// What to clone: host and path.
    pub(crate) clone: String,
    /// So many bytes of it are the host.
    host: usize,
    /// The directory in it, empty for its root.
    pub(crate) dir: String,
    /// Branch, tag or commit; empty for the default branch.
    pub(crate) reference: String,
    pub(crate) submodules: bool,
    pub(crate) timeout_ms: u64,
}

impl RepositoryUrl {
    /// Reads a URL; the error says what is missing.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        if url.starts_with('/') {
            return Err(format!("uri looks like abs path: {url}"));
        }
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let (reference, timeout_ms, submodules) = query_of(query);
        let (host, rest) = host_of(path)?;
        let (repository, dir) = split_path(rest, host.starts_with("file://"))?;
        let clone = format!("{host}{repository}");
        let dir = dir.strip_prefix('/').unwrap_or(&dir).to_string();
        Ok(Self { raw: url.to_string(), clone, host: host.len(), dir, reference, submodules, timeout_ms })
    }

    /// Scheme, user and host, with what divides them from the path.
    pub(crate) fn host(&self) -> &str {
        self.clone.get(..self.host).unwrap_or("")
    }

    /// The path of the repository there.
    pub(crate) fn path(&self) -> &str {
        self.clone.get(self.host..).unwrap_or("")
    }
}

fn cut_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Scheme, user and host as one text, and what follows.
fn host_of(url: &str) -> Result<(String, &str), String> {
    let url = cut_prefix(url, "git::").unwrap_or(url);
    let found = SCHEMES.iter().find_map(|scheme| Some((*scheme, cut_prefix(url, scheme)?)));
    let (scheme, rest) = found.unwrap_or(("", url));
    let (user, rest) = user_of(rest);
    let is_github = cut_prefix(rest, "github.com/").or(cut_prefix(rest, "github.com:")).is_some();
    // `git@host:path` has no scheme.
    let is_scp = scheme.is_empty() && (!user.is_empty() || is_github);
    if scheme.is_empty() && !is_scp {
        return Err("failed to parse scheme".to_string());
    }
    if scheme == "file://" {
        return Ok((scheme.to_string(), url.get(scheme.len()..).unwrap_or(rest)));
    }
    let slash = rest.find('/');
    let colon =
        rest.find(':').filter(|colon| is_scp && (slash.is_none() || *colon > 0 && Some(*colon) < slash));
    let (host, path) = match colon.or(slash) {
        Some(at) => rest.split_at(at + 1),
        None => (rest, ""),
    };
    if is_github {
        let is_ssh = scheme == "ssh://" || !user.is_empty();
        let host = if is_ssh { format!("{user}github.com:") } else { "https://github.com/".to_string() };
        return Ok((host, path));
    }
    if host.is_empty() {
        return Err("failed to parse host segment".to_string());
    }
    Ok((format!("{scheme}{user}{host}"), path))
}

/// `user@` and the rest.
fn user_of(text: &str) -> (&str, &str) {
    let Some((user, _)) = text.split_once('@') else { return ("", text) };
    let is_user = user.starts_with(|first: char| first.is_ascii_alphabetic())
        && user.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_user { text.split_at(user.len() + 1) } else { ("", text) }
}

/// The path of the repository and the directory in it.
fn split_path(path: &str, is_file: bool) -> Result<(String, String), String> {
    const AZURE: &str = "_git/";
    let (repository, dir) = if let Some(at) = path.find(AZURE) {
        let (start, rest) = path.split_at(at + AZURE.len());
        let (name, dir) = rest.split_once('/').unwrap_or((rest, ""));
        (format!("{start}{name}"), dir.to_string())
    } else if let Some((repository, dir)) = path.split_once("//") {
        (repository.to_string(), dir.to_string())
    } else if let Some(at) = path.find(".git") {
        let (repository, dir) = path.split_at(at + 4);
        (repository.to_string(), dir.to_string())
    } else if is_file {
        (path.to_string(), String::new())
    } else {
        let parts: Vec<&str> = path.splitn(3, '/').collect();
        match parts.as_slice() {
            [org, name] => (format!("{org}/{name}"), String::new()),
            [org, name, dir] => (format!("{org}/{name}"), (*dir).to_string()),
            _ => return Err("failed to parse repo path segment".to_string()),
        }
    };
    if repository.is_empty() {
        return Err("failed to parse repo path segment".to_string());
    }
    if leaves(&dir) {
        return Err(format!("url path exits repo: {path}"));
    }
    Ok((repository, dir))
}

fn leaves(dir: &str) -> bool {
    let mut depth = 0_i64;
    for part in dir.split('/') {
        depth += match part {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        if depth < 0 {
            return true;
        }
    }
    false
}

/// Reference, timeout and submodules. A query that cannot be read says nothing.
fn query_of(query: &str) -> (String, u64, bool) {
    let (mut reference, mut version) = (String::new(), String::new());
    let (mut timeout, mut submodules) = (TIMEOUT, true);
    for pair in query.split('&').rev().filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let Some(value) = decoded(value).filter(|_| !pair.contains(';')) else {
            return (String::new(), TIMEOUT, true);
        };
        match key {
            "ref" => reference = value,
            "version" => version = value,
            "timeout" => timeout = milliseconds(&value).unwrap_or(TIMEOUT),
            "submodules" => submodules = flag(&value).unwrap_or(true),
            _ => {}
        }
    }
    (if reference.is_empty() { version } else { reference }, timeout, submodules)
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (digits, behind) = rest.split_at_checked(2)?;
                let digits = std::str::from_utf8(digits).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = behind;
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).ok()
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// `61`, `61s`, `1m1.5s`; nothing if it is not above zero.
fn milliseconds(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.parse::<u32>() {
        return (seconds > 0).then(|| u64::from(seconds) * 1000);
    }
    let (mut rest, mut total) = (text, 0.0);
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, behind) = rest.split_at(number);
        let unit = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit);
        let factor = match unit {
            "ns" => 1e-6,
            "us" | "µs" | "μs" => 1e-3,
            "ms" => 1.0,
            "s" => 1e3,
            "m" => 6e4,
            "h" => 3.6e6,
            _ => return None,
        };
        total += digits.parse::<f64>().ok()? * factor;
        rest = behind;
    }
    (total > 0.0).then_some(total as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> (String, String, String) {
        let url = RepositoryUrl::parse(url).unwrap();
        (url.clone, url.dir, url.reference)
    }

    #[test]
    fn reads_all_forms() {
        for (url, clone, dir, reference) in [
            ("github.com/o/r", "https://github.com/o/r", "", ""),
            ("gitHub.com/o/r/a/b?ref=v1", "https://github.com/o/r", "a/b", "v1"),
            ("github.com:o/r", "https://github.com/o/r", "", ""),
            ("git@github.com/o/r.git/a", "git@github.com:o/r.git", "a", ""),
            ("org-1@github.com:o/r//a?version=2", "org-1@github.com:o/r", "a", "2"),
            ("ssh://git.example.com:7999/o/r", "ssh://git.example.com:7999/o/r", "", ""),
            ("git::https://x.com/o/r//a?ref=a%2Fb", "https://x.com/o/r", "a", "a/b"),
            ("https://dev.azure.com/o/p/_git/r/a/b", "https://dev.azure.com/o/p/_git/r", "a/b", ""),
            ("file:///tmp/r//a?ref=main", "file:///tmp/r", "a", "main"),
            ("git@host.com:g/s/r.git//a", "git@host.com:g/s/r.git", "a", ""),
        ] {
            assert_eq!(parse(url), (clone.into(), dir.into(), reference.into()), "{url}");
        }
    }

    #[test]
    fn refuses_what_is_no_repository() {
        for (url, error) in [
            ("/tmp", "uri looks like abs path"),
            ("../../tmp", "failed to parse scheme"),
            ("src/github.com/org/repo/path", "failed to parse scheme"),
            ("ssh://git.example.com", "failed to parse repo path segment"),
            ("https://host?ref=a/b/c", "failed to parse repo path segment"),
            ("https://github.com/org/repo.git//path/../../exits/repo", "url path exits repo"),
            ("gh:org/repo", "failed to parse scheme"),
            ("https://github.com/thisisa404.yaml", "failed to parse repo path segment"),
            ("file:////tmp//path", "failed to parse repo path segment"),
            ("git@scp://github.com/org/repo.git//path", "failed to parse repo path segment"),
        ] {
            let found = RepositoryUrl::parse(url);
            assert!(found.as_ref().is_err_and(|own| own.starts_with(error)), "{url}: {found:?}");
        }
    }

    #[test]
    fn reads_queries() {
        let query = |text: &str| query_of(text);
        assert_eq!(query("ref=a&version=b&timeout=61&submodules=false"), ("a".into(), 61_000, false));
        assert_eq!(query("timeout=1m1s"), (String::new(), 61_000, true));
        assert_eq!(query("timeout=-1&submodules=x"), (String::new(), TIMEOUT, true));
        assert_eq!(query("ref=%zz&timeout=5"), (String::new(), TIMEOUT, true));
    }
}
