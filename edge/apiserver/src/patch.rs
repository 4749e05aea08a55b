//! JSON patches and strategic merge patches on objects.

use weir_manifest::Gvk;
use weir_manifest::merge::JsonPatch;
use weir_yaml::Value;

/// The object after a JSON patch.
pub(crate) fn json(object: &Value, patch: &Value) -> Result<Value, String> {
    let patch = JsonPatch::new(patch).map_err(|error| error.to_string())?;
    let mut out = object.clone();
    patch.apply(&mut out).map_err(|error| error.to_string())?;
    Ok(out)
}

/// The object after a strategic merge patch.
pub(crate) fn strategic(_gvk: &Gvk, _object: &Value, _patch: &Value) -> Result<Value, String> {
    Err("strategic merge patches are not supported yet".to_owned())
}
