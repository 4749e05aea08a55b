//! Other places to get the same things from: air-gapped networks, caches, tests on loopback.

/// Whatever begins with `from` is taken from `to` instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mirror {
    from: String,
    to: String,
}

impl std::str::FromStr for Mirror {
    type Err = String;

    /// `FROM=TO`, where both are a URL (`https://charts.example.com`, `oci://ghcr.io/org`) or a host with a path.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("a mirror is FROM=TO, as in `ghcr.io=registry.local:5000`, not `{text}`");
        let (from, to) = text.split_once('=').ok_or_else(wrong)?;
        let [from, to] = [from, to].map(|side| side.trim().trim_end_matches('/').to_string());
        if from.is_empty() || to.is_empty() {
            return Err(wrong());
        }
        Ok(Self { from, to })
    }
}

/// All mirrors; the longest that fits counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mirrors(Vec<Mirror>);

impl Mirrors {
    /// These.
    #[must_use]
    pub fn new(mut all: Vec<Mirror>) -> Self {
        all.sort_by_key(|mirror| std::cmp::Reverse(bare(&mirror.from).len()));
        Self(all)
    }

    /// Where to go instead, if somewhere else.
    #[must_use]
    pub fn redirect(&self, url: &str) -> Option<String> {
        self.0.iter().find_map(|mirror| mirror.redirect(url))
    }
}

impl Mirror {
    fn redirect(&self, url: &str) -> Option<String> {
        let (scheme, rest) = split(url);
        let (from_scheme, from) = split(&self.from);
        if from_scheme.is_some() && from_scheme != scheme {
            return None;
        }
        let rest = rest.strip_prefix(from)?;
        if !(rest.is_empty() || rest.starts_with(['/', ':', '@', '?'])) {
            return None;
        }
        let (to_scheme, to) = split(&self.to);
        Some(match to_scheme.or(scheme) {
            Some(scheme) => format!("{scheme}://{to}{rest}"),
            None => format!("{to}{rest}"),
        })
    }
}

fn split(url: &str) -> (Option<&str>, &str) {
    match url.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, url),
    }
}

fn bare(url: &str) -> &str {
    split(url).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mirrors(all: &[&str]) -> Mirrors {
        Mirrors::new(all.iter().map(|one| one.parse().unwrap()).collect())
    }

    #[test]
    fn the_longest_prefix_of_whole_names_counts() {
        let all = mirrors(&[
            "ghcr.io=local:5000",
            "ghcr.io/org=http://other",
            "https://charts.example.com/=http://127.0.0.1:80/x/",
        ]);
        assert_eq!(all.redirect("oci://ghcr.io/a/b:1").as_deref(), Some("oci://local:5000/a/b:1"));
        assert_eq!(all.redirect("oci://ghcr.io/org/b").as_deref(), Some("http://other/b"));
        assert_eq!(all.redirect("oci://ghcr.io/organ/b").as_deref(), Some("oci://local:5000/organ/b"));
        assert_eq!(all.redirect("https://ghcr.io.evil/a"), None);
        assert_eq!(
            all.redirect("https://charts.example.com/index.yaml").as_deref(),
            Some("http://127.0.0.1:80/x/index.yaml")
        );
        assert_eq!(all.redirect("http://charts.example.com/index.yaml"), None);
    }

    #[test]
    fn half_a_mirror_is_none() {
        for text in ["", "a", "=b", "a="] {
            assert!(text.parse::<Mirror>().unwrap_err().contains("FROM=TO"), "{text}");
        }
    }
}
