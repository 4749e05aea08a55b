//! Addresses, as the library that Helm asks takes them.

/// True for an absolute URL.
pub(super) fn is_request_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    if !is_scheme || text.chars().any(|c| c.is_ascii_control()) {
        return false;
    }
    let Some(host) = rest.strip_prefix("//") else { return true };
    let host = host.split(['/', '?', '#']).next().unwrap_or(host);
    let host = host.rsplit('@').next().unwrap_or(host);
    let port =
        if host.starts_with('[') { host.rsplit(']').next() } else { host.find(':').map(|at| &host[at..]) };
    let is_port = port
        .unwrap_or_default()
        .strip_prefix(':')
        .unwrap_or_default()
        .bytes()
        .all(|byte| byte.is_ascii_digit());
    is_port && !host.contains([' ', '<', '>', '"', '\\', '^', '`', '{', '|', '}']) && !has_bad_escape(rest)
}

fn has_bad_escape(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .any(|after| !after.chars().take(2).all(|c| c.is_ascii_hexdigit()) || after.len() < 2)
}

/// True for what looks like the address of a page, with or without a scheme.
pub(super) fn is_url(text: &str) -> bool {
    if text.len() <= 3 || text.chars().count() >= 2083 || text.starts_with('.') {
        return false;
    }
    let rest = match text.split_once("://") {
        Some((scheme, rest)) => {
            if !matches!(scheme, "ftp" | "tcp" | "udp" | "ws" | "wss" | "http" | "https") {
                return false;
            }
            rest
        }
        None => text,
    };
    if text.chars().any(char::is_whitespace) {
        return false;
    }
    let (host, path) = rest.find(['/', '?', '#']).map_or((rest, ""), |at| rest.split_at(at));
    if host.is_empty() || rest.len() == text.len() && !path.is_empty() && !text.contains('.') {
        return false;
    }
    let host = host.rsplit('@').next().unwrap_or(host);
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    let is_port = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c as u32 >= 0xa1;
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_name = name.split('.').all(|part| {
        part.starts_with(is_letter)
            && part.ends_with(is_letter)
            && part.chars().all(|c| is_letter(c) || "-_".contains(c))
    });
    is_port && is_name
}

/// True for the address of a mailbox.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, host)) = text.rsplit_once('@') else { return false };
    let is_wide = |c: char| c as u32 >= 0xa0;
    let is_atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || is_wide(c);
    let is_local = local.split('.').all(|part| !part.is_empty() && part.chars().all(is_atom))
        || local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let is_letter = |c: char| c.is_ascii_alphanumeric() || is_wide(c);
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_part = |part: &str| {
        part.starts_with(is_letter)
            && part.ends_with(is_letter)
            && part.chars().all(|c| is_letter(c) || "-._~".contains(c))
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    is_local
        && host.contains('.')
        && host.split('.').all(is_part)
        && !top.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_from_other_texts() {
        for (text, good) in [
            ("https://example.com/a b", true),
            ("example.com", false),
            ("http://[::1]:80/", true),
            ("http://a:b/", false),
            ("file:///icon.png", true),
            ("", false),
        ] {
            assert_eq!(is_request_url(text), good, "{text}");
        }
        for (text, good) in
            [("https://example.com", true), ("example.com/x", true), ("not a url", false), ("http://", false)]
        {
            assert_eq!(is_url(text), good, "{text}");
        }
        for (text, good) in [
            ("a@b.ch", true),
            ("a.b+c@d-e.example.org", true),
            ("a@b", false),
            ("@b.c", false),
            ("a b@c.d", false),
        ] {
            assert_eq!(is_email(text), good, "{text}");
        }
    }
}
