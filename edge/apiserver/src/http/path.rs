//! Which resource a path names.

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A resource.
    Resource(Place),
    /// Anything else, by its segments.
    Other(Vec<String>),
}

/// A resource or an object of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Place {
    /// The group, empty for the core.
    pub(crate) group: String,
    /// The version.
    pub(crate) version: String,
    /// The namespace, or empty.
    pub(crate) namespace: String,
    /// The word of the resource.
    pub(crate) plural: String,
    /// The name of an object, or empty.
    pub(crate) name: String,
    /// What lies below the object, or empty.
    pub(crate) subresource: String,
    /// True for the old form of watches.
    pub(crate) watch: bool,
}

impl Target {
    /// Reads a path.
    pub(crate) fn read(path: &str) -> Self {
        let segments: Vec<String> = path
            .split('/')
            .filter(|one| !one.is_empty())
            .map(|one| super::query::decode(one, false))
            .collect();
        place(&segments).map_or(Self::Other(segments), Self::Resource)
    }
}

fn place(segments: &[String]) -> Option<Place> {
    let (group, version, mut rest) = match segments {
        [api, version, rest @ ..] if api == "api" => ("", version, rest),
        [apis, group, version, rest @ ..] if apis == "apis" => (group.as_str(), version, rest),
        _ => return None,
    };
    let mut place = Place { group: group.to_owned(), version: version.clone(), ..Place::default() };
    if let [watch, more @ ..] = rest
        && watch == "watch"
        && !more.is_empty()
    {
        (place.watch, rest) = (true, more);
    }
    match rest {
        [] => return None,
        // Below a namespace; `status` and `finalize` are the namespace's own.
        [namespaces, namespace, plural, more @ ..]
            if namespaces == "namespaces"
                && !(group.is_empty() && matches!(plural.as_str(), "status" | "finalize")) =>
        {
            place.namespace.clone_from(namespace);
            place.plural.clone_from(plural);
            below(&mut place, more);
        }
        [plural, more @ ..] => {
            place.plural.clone_from(plural);
            below(&mut place, more);
        }
    }
    Some(place)
}

fn below(place: &mut Place, rest: &[String]) {
    if let [name, rest @ ..] = rest {
        place.name.clone_from(name);
        place.subresource = rest.join("/");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> String {
        match Target::read(path) {
            Target::Resource(p) => {
                format!("{}|{}|{}|{}|{}|{}", p.group, p.version, p.namespace, p.plural, p.name, p.subresource)
            }
            Target::Other(segments) => segments.join(" "),
        }
    }

    #[test]
    fn reads_paths() {
        for (path, meaning) in [
            ("/api/v1/pods", "|v1||pods||"),
            ("/api/v1/namespaces", "|v1||namespaces||"),
            ("/api/v1/namespaces/x", "|v1||namespaces|x|"),
            ("/api/v1/namespaces/x/status", "|v1||namespaces|x|status"),
            ("/api/v1/namespaces/x/pods", "|v1|x|pods||"),
            ("/apis/apps/v1/namespaces/x/deployments/d/scale", "apps|v1|x|deployments|d|scale"),
            (
                "/apis/rbac.authorization.k8s.io/v1/clusterroles/a%3Ab",
                "rbac.authorization.k8s.io|v1||clusterroles|a:b|",
            ),
            ("/apis/apps", "apis apps"),
            ("/apis/apps/v1", "apis apps v1"),
            ("/", ""),
        ] {
            assert_eq!(read(path), meaning, "{path}");
        }
    }
}
