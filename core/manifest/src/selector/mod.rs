//! Label and field selectors, as the API server reads, prints and applies them.

mod field;
mod label;
mod label_syntax;

pub use field::{FieldSelector, FieldTerm};
pub use label::{LabelSelector, Operator, Requirement, SelectorError};
pub use label_syntax::{label_key_problems, label_value_problems};
