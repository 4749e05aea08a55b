//! Names of objects, held against the rules of Kubernetes for their kind.

use crate::quote::quoted;

/// What Kubernetes says of the name of an object of this kind.
pub(super) fn check(kind: &str, name: &str) -> Result<(), String> {
    let problems: Vec<String> = match kind.to_lowercase().as_str() {
        "service" => dns_1035_label(name),
        "namespace" => dns_1123_label(name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => dns_1123_subdomain(name),
    };
    if problems.is_empty() {
        return Ok(());
    }
    let quoted = quoted(name);
    let each: Vec<_> =
        problems.iter().map(|problem| format!("metadata.name: Invalid value: {quoted}: {problem}")).collect();
    let all = if let [only] = each.as_slice() { only.clone() } else { format!("[{}]", each.join(", ")) };
    Err(format!("object name does not conform to Kubernetes naming requirements: {quoted}: {all}"))
}

fn is_end(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

fn is_label(part: &str) -> bool {
    part.starts_with(is_end) && part.ends_with(is_end) && part.chars().all(|c| is_end(c) || c == '-')
}

fn too_long(name: &str, most: usize) -> Option<String> {
    (name.len() > most).then(|| format!("must be no more than {most} bytes"))
}

fn dns_1123_subdomain(name: &str) -> Vec<String> {
    let words = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and \
                 must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
                 '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    let mut problems: Vec<_> = too_long(name, 253).into_iter().collect();
    if !name.split('.').all(is_label) {
        problems.push(words.to_string());
    }
    problems
}

fn dns_1123_label(name: &str) -> Vec<String> {
    let words = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start \
                 and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is \
                 '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    let mut problems: Vec<_> = too_long(name, 63).into_iter().collect();
    if !is_label(name) {
        problems.push(words.to_string());
    }
    problems
}

fn dns_1035_label(name: &str) -> Vec<String> {
    let words = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic \
                 character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for \
                 validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    let mut problems: Vec<_> = too_long(name, 63).into_iter().collect();
    if !is_label(name) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        problems.push(words.to_string());
    }
    problems
}

fn path_segment(name: &str) -> Vec<String> {
    if name == "." || name == ".." {
        return vec![format!("may not be '{name}'")];
    }
    ['/', '%'].into_iter().filter(|c| name.contains(*c)).map(|c| format!("may not contain '{c}'")).collect()
}
