//! YAML and JSON as Go's libraries read and write them.
//!
//! [`Value`] is what all engines work on: compact, shared, without places. Places are found again by parsing the
//! source text, only when somebody needs to be told. It does not know what a Kubernetes object is.

mod json;
mod value;

pub use json::{JsonError, from_json, to_json, to_json_pretty};
pub use value::{Key, List, Map, Text, Value};
