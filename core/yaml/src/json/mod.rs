//! JSON as Go's encoding/json reads and writes it.

mod parse;
mod print;

pub use parse::{JsonError, from_json};
pub use print::{to_json, to_json_pretty};
