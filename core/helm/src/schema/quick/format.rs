//! Formats, as far as it is plain that a text has them. Only drafts before 2019 ask for them.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Formats that Helm's library knows; it lets pass whatever has another.
const KNOWN: [&str; 19] = [
    "regex",
    "ipv4",
    "ipv6",
    "hostname",
    "email",
    "date",
    "time",
    "date-time",
    "duration",
    "period",
    "json-pointer",
    "relative-json-pointer",
    "uuid",
    "uri",
    "iri",
    "uri-reference",
    "iri-reference",
    "uri-template",
    "semver",
];

/// True if the text surely has the format; nothing if it may or may not.
pub(super) fn fits(format: &str, text: &str) -> Option<bool> {
    let is_sure = match format {
        "ipv4" => text.parse::<Ipv4Addr>().is_ok(),
        "ipv6" => !text.contains(['.', '%']) && text.parse::<Ipv6Addr>().is_ok(),
        "hostname" => text.len() <= 253 && text.split('.').all(is_label),
        "uri" | "iri" => is_plain_url(text),
        "uri-reference" | "iri-reference" => is_plain_url(text) || is_plain_path(text),
        "email" => is_plain_email(text),
        other => !KNOWN.contains(&other),
    };
    is_sure.then_some(true)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_plain_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        host.split('.').all(is_label) && is_plain_path(path)
    })
}

fn is_plain_path(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.-_".contains(&byte))
}

fn is_plain_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        (1..=64).contains(&local.len())
            && local.bytes().all(is_plain)
            && domain.len() <= 180
            && domain.split('.').all(is_label)
    })
}
