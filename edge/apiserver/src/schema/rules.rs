//! What the schema of a custom resource demands beyond types.

use weir_yaml::Value;

/// Demands on one value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    /// The declared type, for messages.
    pub(crate) type_name: &'static str,
    /// Null may stand here.
    pub(crate) nullable: bool,
    /// Unknown fields are kept.
    pub(crate) keep_unknown: bool,
    /// A whole object stands here, with its own metadata.
    pub(crate) embedded: bool,
    /// The values that may stand here.
    pub(crate) one_of: Option<Vec<Value>>,
    /// A pattern that strings match.
    pub(crate) pattern: Option<String>,
    /// The format of strings.
    pub(crate) format: Option<String>,
    /// The smallest number, and whether itself is too small.
    pub(crate) minimum: Option<(f64, bool)>,
    /// The greatest number, and whether itself is too great.
    pub(crate) maximum: Option<(f64, bool)>,
    /// Numbers are a multiple of this.
    pub(crate) multiple_of: Option<f64>,
    /// Strings have at least so many characters.
    pub(crate) min_length: Option<usize>,
    /// Strings have at most so many characters.
    pub(crate) max_length: Option<usize>,
    /// Lists have at least so many items.
    pub(crate) min_items: Option<usize>,
    /// Lists have at most so many items.
    pub(crate) max_items: Option<usize>,
    /// Maps have at least so many fields.
    pub(crate) min_fields: Option<usize>,
    /// Maps have at most so many fields.
    pub(crate) max_fields: Option<usize>,
}
