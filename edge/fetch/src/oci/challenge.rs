//! What a registry asks for when it does not let us in: `WWW-Authenticate`.

use std::collections::BTreeMap;

/// A way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// User and password with each request.
    Basic,
    /// A token from somewhere else.
    Bearer { realm: String, service: String, scope: String },
}

/// The first of the ways that we know.
pub(super) fn challenge<'a>(headers: impl Iterator<Item = &'a str>) -> Option<Challenge> {
    let mut basic = None;
    for header in headers {
        let (scheme, rest) = header.trim().split_once(' ').unwrap_or((header.trim(), ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            let mut pairs = parameters(rest);
            let mut take = |name: &str| pairs.remove(name).unwrap_or_default();
            let realm = take("realm");
            if !realm.is_empty() {
                return Some(Challenge::Bearer { realm, service: take("service"), scope: take("scope") });
            }
        } else if scheme.eq_ignore_ascii_case("basic") {
            basic = Some(Challenge::Basic);
        }
    }
    basic
}

/// `a="b c",d=e`: values may hold commas in quotes.
fn parameters(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = text.trim();
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([',', ' ']).to_ascii_lowercase();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted),
            None => match after.split_once(',') {
                Some((value, after)) => (value.trim().to_string(), after),
                None => (after.trim().to_string(), ""),
            },
        };
        found.insert(name, value);
        rest = after;
    }
    found
}

fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_before_a_password() {
        let bearer =
            r#"Bearer realm="https://auth.example.com/token",service="reg",scope="repository:a/b:pull,push""#;
        assert_eq!(
            challenge(["Basic realm=x", bearer].into_iter()),
            Some(Challenge::Bearer {
                realm: "https://auth.example.com/token".into(),
                service: "reg".into(),
                scope: "repository:a/b:pull,push".into()
            })
        );
        assert_eq!(challenge(["basic realm=\"x\""].into_iter()), Some(Challenge::Basic));
        assert_eq!(challenge(["Bearer", "Negotiate"].into_iter()), None);
        assert!(challenge(["Bearer realm=\"unclosed"].into_iter()).is_some());
    }
}
