//! The kinds of resources that commands are about, and reading them.

use std::sync::Arc;

use weir_cluster::{Cluster, PatchBody, Resource};
use weir_yaml::Value;

use crate::exit::Failure;

/// A kind of resource, and its words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) api_version: &'static str,
    pub(super) kind: &'static str,
    /// As the flux CLI calls it in sentences.
    pub(super) words: &'static str,
}

pub(super) const KUSTOMIZATION: Kind =
    Kind { api_version: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization", words: "kustomization" };
pub(super) const GIT_REPOSITORY: Kind =
    Kind { api_version: "source.toolkit.fluxcd.io/v1", kind: "GitRepository", words: "source git" };

/// The field manager of what people do by hand.
pub(super) const MANAGER: &str = "weir";

pub(super) async fn served(cluster: &Cluster, kind: &Kind) -> Result<Arc<Resource>, Failure> {
    Ok(cluster.resource(kind.api_version, kind.kind).await?)
}

pub(super) async fn read_one(
    cluster: &Cluster,
    kind: &Kind,
    namespace: &str,
    name: &str,
) -> Result<Value, Failure> {
    let resource = served(cluster, kind).await?;
    cluster
        .get(&resource, namespace, name)
        .await?
        .ok_or_else(|| Failure::new(format!("{}.{} \"{name}\" not found", resource.plural, resource.group)))
}

pub(super) async fn merge(
    cluster: &Cluster,
    kind: &Kind,
    namespace: &str,
    name: &str,
    patch: Value,
) -> Result<Value, Failure> {
    let resource = served(cluster, kind).await?;
    Ok(cluster.patch(&resource, namespace, name, "", MANAGER, &PatchBody::Merge(patch)).await?)
}

/// Status and message of a condition.
pub(super) fn condition<'a>(object: &'a Value, kind: &str) -> Option<(&'a str, &'a str)> {
    let all = object.at(&["status", "conditions"]).and_then(Value::as_list)?;
    let found = all.iter().find(|condition| condition.str_at(&["type"]) == Some(kind))?;
    Some((found.str_at(&["status"])?, found.str_at(&["message"]).unwrap_or_default()))
}

pub(super) fn is_suspended(object: &Value) -> bool {
    object.at(&["spec", "suspend"]).and_then(Value::as_bool).unwrap_or(false)
}

/// The revision that a resource is at.
pub(super) fn revision(object: &Value) -> &str {
    let paths: [&[&str]; 2] = [&["status", "lastAppliedRevision"], &["status", "artifact", "revision"]];
    paths.iter().find_map(|path| object.str_at(path)).unwrap_or_default()
}

/// A revision with its digest cut to eight digits, as people read it; also inside of sentences.
pub(super) fn shorten(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) =
        ["sha1:", "sha256:"].iter().filter_map(|mark| Some((rest.find(mark)?, mark.len()))).min()
    {
        let start = at.0 + at.1;
        let digits = rest[start..].bytes().take_while(u8::is_ascii_hexdigit).count();
        out.push_str(&rest[..start + digits.min(8)]);
        rest = &rest[start + digits..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_cut() {
        let sha = "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0";
        assert_eq!(
            shorten(&format!("Applied revision: main@sha1:{sha}")),
            "Applied revision: main@sha1:a1b2c3d4"
        );
        assert_eq!(shorten("v1.0.0"), "v1.0.0");
    }
}
