//! Reading and changing one resource, and what its status says.

use weir_cluster::{Cluster, PatchBody};
use weir_yaml::Value;

use super::kind::Kind;
use crate::exit::Failure;

/// The field manager of what people do by hand.
pub(crate) const MANAGER: &str = "weir";

pub(crate) async fn read_one(
    cluster: &Cluster,
    kind: &Kind,
    namespace: &str,
    name: &str,
) -> Result<Value, Failure> {
    let resource = kind.served(cluster).await?;
    cluster
        .get(&resource, namespace, name)
        .await?
        .ok_or_else(|| Failure::new(format!("{}.{} \"{name}\" not found", resource.plural, resource.group)))
}

pub(crate) async fn merge(
    cluster: &Cluster,
    kind: &Kind,
    namespace: &str,
    name: &str,
    patch: Value,
) -> Result<Value, Failure> {
    let resource = kind.served(cluster).await?;
    Ok(cluster.patch(&resource, namespace, name, "", MANAGER, &PatchBody::Merge(patch)).await?)
}

/// Status and message of a condition.
pub(crate) fn condition<'a>(object: &'a Value, kind: &str) -> Option<(&'a str, &'a str)> {
    let found = whole_condition(object, kind)?;
    Some((found.str_at(&["status"])?, found.str_at(&["message"]).unwrap_or_default()))
}

pub(crate) fn whole_condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    let all = object.at(&["status", "conditions"]).and_then(Value::as_list)?;
    all.iter().find(|condition| condition.str_at(&["type"]) == Some(kind))
}

pub(crate) fn is_suspended(object: &Value) -> bool {
    object.at(&["spec", "suspend"]).and_then(Value::as_bool).unwrap_or(false)
}

/// Text with digests cut to eight digits, as people read them: words of 40 to 128 hexadecimal digits.
pub(crate) fn shorten(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
        let is_digest = (40..=128).contains(&word.len())
            && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        out.push_str(if is_digest { &word[..8] } else { word });
        rest = &rest[word.len()..];
        let between = rest.find(is_word).unwrap_or(rest.len());
        out.push_str(&rest[..between]);
        rest = &rest[between..];
    }
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
        assert_eq!(shorten(&format!("{sha}/ä {sha}x")), format!("a1b2c3d4/ä {sha}x"));
        assert_eq!(shorten("v1.0.0"), "v1.0.0");
    }
}
