//! Where a chart is: URLs relative to a repository, versions among tags.

use weir_semver::{Range, Version};

use super::error::ChartError;
use crate::oci::{Reference, Registry};

/// A URL of an index as seen from its repository.
#[must_use]
pub fn join_url(repository: &str, url: &str) -> String {
    if url.contains("://") {
        return url.to_string();
    }
    let (base, query) = match repository.split_once('?') {
        Some((base, query)) => (base, Some(query)),
        None => (repository, None),
    };
    let base = base.trim_end_matches('/');
    let joined = match (url.strip_prefix('/'), base.split_once("://")) {
        (Some(rest), Some((scheme, authority))) => {
            let host = authority.split('/').next().unwrap_or_default();
            format!("{scheme}://{host}/{rest}")
        }
        _ => resolve_dots(base, url),
    };
    match query {
        Some(query) if !joined.contains('?') => format!("{joined}?{query}"),
        _ => joined,
    }
}

fn resolve_dots(base: &str, url: &str) -> String {
    let (origin, path) = match base.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            (format!("{scheme}://{host}"), path)
        }
        None => (String::new(), base),
    };
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    for part in url.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("{origin}/{}", parts.join("/"))
}

/// The reference with the tag that a version or a range of versions stands for.
pub fn versioned_reference(
    registry: &Registry,
    reference: &Reference,
    version: &str,
) -> Result<Reference, ChartError> {
    let mismatch =
        |is: &str| ChartError::Wrong(format!("chart reference and version mismatch: {version} is not {is}"));
    if let Some(tag) = &reference.tag {
        if !version.is_empty() && version.replace('+', "_") != *tag {
            return Err(mismatch(tag));
        }
        return Ok(reference.clone());
    }
    if reference.digest.is_some() && version.is_empty() {
        return Ok(reference.clone());
    }
    if Version::parse(version).is_ok() {
        let digest = reference.digest.clone();
        return Ok(Reference { digest, ..reference.with_tag(version) });
    }
    let failed = |cause| ChartError::Registry { registry: reference.registry.clone(), cause };
    let tags = registry.tags(reference).map_err(failed)?;
    let mut versions: Vec<_> =
        tags.iter().filter_map(|tag| Version::parse_strict(&tag.replace('_', "+")).ok()).collect();
    if versions.is_empty() {
        return Err(ChartError::NotFound(format!(
            "unable to locate any tags in provided repository: oci://{reference}"
        )));
    }
    versions.sort_by(|a, b| b.cmp(a));
    let wanted = if version.is_empty() { "*" } else { version };
    let range = Range::parse(wanted).map_err(|error| ChartError::Wrong(format!("`{version}`: {error}")))?;
    let found = versions.iter().find(|candidate| range.contains(candidate));
    let found = found.ok_or_else(|| {
        ChartError::NotFound(format!(
            "oci://{reference}: could not locate a version matching provided version string {version}"
        ))
    })?;
    Ok(reference.with_tag(found.original()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_an_index_are_seen_from_its_repository() {
        for (repository, url, full) in [
            ("https://a.com/charts", "x-1.tgz", "https://a.com/charts/x-1.tgz"),
            ("https://a.com/charts/", "./x-1.tgz", "https://a.com/charts/x-1.tgz"),
            ("https://a.com/charts", "/x-1.tgz", "https://a.com/x-1.tgz"),
            ("https://a.com/charts", "../files/x-1.tgz", "https://a.com/files/x-1.tgz"),
            ("https://a.com/charts", "https://b.com/x.tgz", "https://b.com/x.tgz"),
            ("https://a.com/charts?token=1", "x.tgz", "https://a.com/charts/x.tgz?token=1"),
            ("https://a.com", "x.tgz", "https://a.com/x.tgz"),
        ] {
            assert_eq!(join_url(repository, url), full);
        }
    }
}
