//! JSON patches and strategic merge patches on objects.

use weir_manifest::Gvk;
use weir_manifest::merge::{JsonPatch, strategic_merge};
use weir_yaml::Value;

/// The object after a JSON patch.
pub(crate) fn json(object: &Value, patch: &Value) -> Result<Value, String> {
    let patch = JsonPatch::new(patch).map_err(|error| error.to_string())?;
    let mut out = object.clone();
    patch.apply(&mut out).map_err(|error| error.to_string())?;
    Ok(out)
}

/// The object after a strategic merge patch.
pub(crate) fn strategic(gvk: &Gvk, object: &Value, patch: &Value) -> Result<Value, String> {
    let schema = weir_manifest::schema::of_kind(gvk).ok_or_else(|| format!("no schema of {gvk}"))?;
    strategic_merge(object, patch, schema).map_err(|error| error.to_string())
}
