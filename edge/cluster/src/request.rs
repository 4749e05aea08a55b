//! URLs of the API, built from a resource and names.

use std::fmt::Write;

use crate::Resource;

/// What a request is about: a resource, maybe one object of it, maybe a part of that.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Target<'a> {
    pub(crate) namespace: &'a str,
    pub(crate) name: &'a str,
    pub(crate) subresource: &'a str,
}

/// Path and query of a request.
pub(crate) fn url(resource: &Resource, target: Target<'_>, query: &[(&str, &str)]) -> String {
    let mut url = match resource.group.as_str() {
        "" => format!("/api/{}", resource.version),
        group => format!("/apis/{group}/{}", resource.version),
    };
    if resource.namespaced && !target.namespace.is_empty() {
        _ = write!(url, "/namespaces/{}", escape(target.namespace));
    }
    _ = write!(url, "/{}", resource.plural);
    if !target.name.is_empty() {
        _ = write!(url, "/{}", escape(target.name));
    }
    if !target.subresource.is_empty() {
        _ = write!(url, "/{}", target.subresource);
    }
    let mut separator = '?';
    for (key, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        _ = write!(url, "{separator}{key}={}", escape(value));
        separator = '&';
    }
    url
}

/// Percent-encodes all but the unreserved characters.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builds_urls() {
        let deployments = Resource {
            group: "apps".into(),
            version: "v1".into(),
            kind: "Deployment".into(),
            plural: "deployments".into(),
            namespaced: true,
        };
        let target = Target { namespace: "a", name: "b", subresource: "status" };
        assert_eq!(
            url(&deployments, target, &[("fieldManager", "x y"), ("dryRun", "")]),
            "/apis/apps/v1/namespaces/a/deployments/b/status?fieldManager=x%20y"
        );
        let all = Target::default();
        let nodes =
            Resource { group: String::new(), namespaced: false, plural: "nodes".into(), ..deployments };
        assert_eq!(url(&nodes, all, &[]), "/api/v1/nodes");
    }
}
