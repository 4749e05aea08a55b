//! Printer columns of custom resources.

use weir_yaml::Value;

/// A printer column of a custom resource.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its head.
    pub(crate) name: String,
    /// The type of its values.
    pub(crate) kind: String,
    /// The format of its values.
    pub(crate) format: String,
    /// What it is.
    pub(crate) description: String,
    /// Above 0 it is shown in wide tables only.
    pub(crate) priority: i64,
    /// Where the value stands.
    pub(crate) path: String,
}

/// The printer columns of a version; without any the age is shown.
pub(crate) fn custom_columns(version: &Value) -> Vec<Column> {
    let text = |column: &Value, key: &str| column.str_at(&[key]).unwrap_or("").to_owned();
    let list = version.get("additionalPrinterColumns").and_then(Value::as_list).unwrap_or_default();
    let mut columns: Vec<Column> = list
        .iter()
        .map(|column| Column {
            name: text(column, "name"),
            kind: text(column, "type"),
            format: text(column, "format"),
            description: text(column, "description"),
            priority: column.get("priority").and_then(Value::as_i64).unwrap_or(0),
            path: text(column, "jsonPath"),
        })
        .collect();
    if columns.is_empty() {
        columns.push(Column {
            name: "Age".to_owned(),
            kind: "date".to_owned(),
            format: String::new(),
            description:
                "CreationTimestamp is a timestamp representing the server time when this object was created."
                    .to_owned(),
            priority: 0,
            path: ".metadata.creationTimestamp".to_owned(),
        });
    }
    columns
}
