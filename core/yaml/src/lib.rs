//! YAML and JSON as Go's libraries read and write them.
//!
//! [`Value`] is what all engines work on: compact, shared, without places. Places are found again by parsing the
//! source text, only when somebody needs to be told. It does not know what a Kubernetes object is.

mod decode;
pub mod edit;
mod emit;
mod error;
mod json;
mod locate;
mod node;
mod number;
mod parse;
mod resolve;
mod scan;
mod timestamp;
mod value;

pub use decode::{Dialect, Meaning, Wanted, first_from_yaml, from_yaml, wanted_from_yaml};
pub use emit::{
    EmitError, Noted, NotedContent, Printer, StyledScalar, append_yaml, json_to_yaml, to_written_value,
    to_yaml, to_yaml_noted, to_yaml_styled, to_yaml_v3,
};
pub use error::YamlError;
pub use json::{JsonError, from_json, to_json, to_json_pretty};
pub use locate::{PathStep, locate, locate_key};
pub use node::{Document, Entries, Items, Node, NodeKind, parse};
pub use parse::Comments;
pub use resolve::resolve_plain;
pub use scan::ScalarStyle;
pub use value::{Key, Layout, List, Map, Spelled, Text, Value};
