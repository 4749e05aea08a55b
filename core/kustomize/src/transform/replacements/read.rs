//! Entries of `replacements` as they are written.

use weir_yaml::{Text, Value};

use super::{FieldOptions, Replacement, Target};
use crate::reader::Reader;
use crate::select::{self, Selector};

/// Reads an entry.
pub(crate) fn read(reader: &mut Reader<'_>, value: &Value) -> Replacement {
    let mut found = Replacement { at: reader.at(), ..Replacement::default() };
    let names = ["path", "source", "sourceValue", "targets"];
    reader.fields(value, &names, |reader, name, value| match name {
        "path" => found.path = reader.text(value),
        "sourceValue" => found.source_value = Some(reader.text(value)),
        "targets" => found.targets = Some(reader.list(value, target)),
        _ => found.source = Some(source(reader, value)),
    });
    found
}

fn source(reader: &mut Reader<'_>, value: &Value) -> (Selector, Text, FieldOptions) {
    let (mut selector, mut path, mut options) =
        (Selector::default(), Text::from(""), FieldOptions::default());
    let names = ["group", "version", "kind", "name", "namespace", "fieldPath", "options"];
    reader.fields(value, &names, |reader, name, value| match name {
        "group" => selector.group = reader.text(value),
        "version" => selector.version = reader.text(value),
        "kind" => selector.kind = reader.text(value),
        "name" => selector.name = reader.text(value),
        "namespace" => selector.namespace = reader.text(value),
        "fieldPath" => path = reader.text(value),
        _ => options = field_options(reader, value),
    });
    (selector, path, options)
}

fn target(reader: &mut Reader<'_>, value: &Value) -> Target {
    let mut found = Target::default();
    reader.fields(value, &["select", "reject", "fieldPaths", "options"], |reader, name, value| match name {
        "select" => found.select = Some(select::read(reader, value)),
        "reject" => found.reject = reader.list(value, select::read),
        "fieldPaths" => found.paths = reader.texts(value),
        _ => found.options = field_options(reader, value),
    });
    found
}

fn field_options(reader: &mut Reader<'_>, value: &Value) -> FieldOptions {
    let mut found = FieldOptions::default();
    reader.fields(value, &["delimiter", "index", "encoding", "create"], |reader, name, value| match name {
        "delimiter" => found.delimiter = reader.text(value),
        "index" => found.index = reader.integer(value),
        "create" => found.create = reader.flag(value),
        _ => {
            reader.text(value);
        }
    });
    found
}
