//! What is meant by `ghcr.io/org/chart:1.0.0@sha256:..`.

use std::fmt;

/// A repository in a registry, and what of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Host and port.
    pub registry: String,
    /// The path.
    pub repository: String,
    /// A tag. What semver writes with `+` has `_` here.
    pub tag: Option<String>,
    /// A digest, `sha256:..`.
    pub digest: Option<String>,
}

impl std::str::FromStr for Reference {
    type Err = String;

    /// With or without `oci://`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |cause: &str| format!("invalid reference `{text}`: {cause}");
        let rest = text.strip_prefix("oci://").unwrap_or(text);
        let (registry, rest) = rest.split_once('/').ok_or_else(|| wrong("it names no repository"))?;
        let (rest, digest) = match rest.rsplit_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (rest, None),
        };
        let (repository, tag) = match rest.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag.replace('+', "_"))),
            _ => (rest, None),
        };
        if !is_host(registry) {
            return Err(wrong("the registry is no host"));
        }
        if !is_repository(repository) {
            return Err(wrong("a repository is of small letters, digits and . _ - between slashes"));
        }
        if tag.as_deref().is_some_and(|tag| !is_tag(tag)) {
            return Err(wrong("the tag is none"));
        }
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(wrong("the digest is not sha256: and 64 hexadecimal digits"));
        }
        Ok(Self {
            registry: registry.to_string(),
            repository: repository.to_string(),
            tag,
            digest: digest.map(str::to_string),
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl Reference {
    /// The host that answers for the registry.
    #[must_use]
    pub fn host(&self) -> &str {
        if self.registry == "docker.io" { "registry-1.docker.io" } else { &self.registry }
    }

    /// The same repository with this tag.
    #[must_use]
    pub fn with_tag(&self, tag: &str) -> Self {
        Self { tag: Some(tag.replace('+', "_")), digest: None, ..self.clone() }
    }

    /// What to ask for: the digest before the tag, `latest` without both.
    #[must_use]
    pub fn version(&self) -> &str {
        self.digest.as_deref().or(self.tag.as_deref()).unwrap_or("latest")
    }
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_name =
        |host: &str| host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let is_address = |host: &str| {
        host.strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok())
    };
    !host.is_empty()
        && (is_name(host) || is_address(host))
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn is_repository(text: &str) -> bool {
    let is_inside = |b: u8| matches!(b, b'.' | b'_' | b'-');
    let is_end = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.split('/').all(|part| {
        let bytes = part.as_bytes();
        bytes.first().is_some_and(is_end)
            && bytes.last().is_some_and(is_end)
            && bytes.iter().all(|b| is_end(b) || is_inside(*b))
            && !part.contains("..")
    })
}

fn is_tag(text: &str) -> bool {
    text.len() <= 128
        && !text.starts_with(['.', '-'])
        && !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// Whether it is `sha256:` and its digits.
pub(crate) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart_and_put_together() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for (text, shown) in [
            ("oci://ghcr.io/org/chart:1.0.0+meta", "ghcr.io/org/chart:1.0.0_meta".to_string()),
            ("localhost:5000/chart", "localhost:5000/chart".to_string()),
            ("[::1]:5000/a/b", "[::1]:5000/a/b".to_string()),
            (&format!("docker.io/a/b:1@{digest}"), format!("docker.io/a/b:1@{digest}")),
        ] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), shown);
        }
        assert_eq!("docker.io/a/b".parse::<Reference>().unwrap().host(), "registry-1.docker.io");
    }

    #[test]
    fn what_is_no_reference_is_refused() {
        for text in [
            "",
            "ghcr.io",
            "ghcr.io/",
            "gh cr.io/a",
            "ghcr.io/A",
            "ghcr.io/../a",
            "ghcr.io/a@sha256:12",
            "h:x/a",
            "ghcr.io/a:-1",
        ] {
            let error = text.parse::<Reference>().unwrap_err();
            assert!(error.starts_with("invalid reference"), "{text}: {error}");
        }
    }
}
