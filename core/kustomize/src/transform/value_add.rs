//! `ValueAddTransformer`: one value for chosen fields, or as a part of the paths in them.

use weir_manifest::field_spec::split_path;
use weir_yaml::{Dialect, Text, Value};

use super::Step;
use super::namespace::{self, Settings, Subjects};
use crate::fields::{self, Leaf, scalar_text};
use crate::reader::Reader;
use crate::select::{self, Matcher, Selector};
use crate::source::Source;

/// A configuration.
#[derive(Debug, Clone, Default)]
pub(super) struct ValueAdd {
    value: Text,
    targets: Vec<Target>,
    file: Text,
}

#[derive(Debug, Clone, Default)]
struct Target {
    selector: Option<Selector>,
    path: Text,
    position: i64,
}

/// Reads a configuration.
pub(super) fn read(reader: &mut Reader<'_>, value: &Value) -> ValueAdd {
    let mut found = ValueAdd::default();
    reader.fields(value, &["value", "targets", "targetFilePath"], |reader, name, value| match name {
        "value" => found.value = Text::from(reader.text(value).trim()),
        "targets" => found.targets = reader.list(value, target),
        _ => found.file = reader.text(value),
    });
    found
}

fn target(reader: &mut Reader<'_>, value: &Value) -> Target {
    let mut found = Target::default();
    reader.fields(value, &["selector", "fieldPath", "filePathPosition"], |reader, name, value| match name {
        "selector" => found.selector = Some(select::read(reader, value)),
        "fieldPath" => found.path = reader.text(value),
        _ => found.position = reader.integer(value),
    });
    found
}

/// Carries it out.
pub(super) fn run(step: &mut Step<'_, '_>, mut add: ValueAdd) {
    if let Err(message) = complete(step, &mut add) {
        return step.context.report_at(step.here, &[], message);
    }
    for target in &add.targets {
        if let Err(message) = apply(step, target, &add.value) {
            step.context.report_at(step.here, &[], message);
        }
    }
    step.resources.changed();
}

fn complete(step: &mut Step<'_, '_>, add: &mut ValueAdd) -> Result<(), String> {
    if add.value.is_empty() {
        add.value = Text::from(step.here.loader.dir.name());
    }
    if !add.file.is_empty() {
        let (file, text) = step.here.loader.load_text(&add.file)?;
        let value = weir_yaml::first_from_yaml(&text, Dialect::Sigs).map_err(|error| error.to_string())?;
        let source = Source::new(file, Some(&text));
        let mut reader = Reader::lenient(&source);
        let more = read(&mut reader, &value);
        std::mem::take(&mut reader.problems).into_iter().for_each(|problem| step.context.report(problem));
        add.targets.extend(more.targets);
    }
    if add.targets.is_empty() {
        return Err("must specify at least one target".to_string());
    }
    for target in &add.targets {
        if target.path.is_empty() {
            return Err("fieldPath cannot be empty".to_string());
        }
        if target.position < 0 {
            return Err(format!("value of FilePathPosition ({}) cannot be negative", target.position));
        }
    }
    Ok(())
}

fn apply(step: &mut Step<'_, '_>, target: &Target, value: &Text) -> Result<(), String> {
    let matcher = target.selector.as_ref().map(Matcher::new).transpose()?;
    let path = split_path(&target.path, '/');
    let settings = Settings { specs: Vec::new(), unset_only: false, subjects: Subjects::Default };
    for resource in &mut step.resources.list {
        if matcher.as_ref().is_some_and(|matcher| !matcher.fits(resource)) {
            continue;
        }
        if &*target.path == "metadata/namespace" {
            namespace::set(resource, value, &settings).map_err(|error| error.to_string())?;
            continue;
        }
        let mut set = |field: &mut Value, is_new: bool| {
            let old = |field: &Value| if is_new { String::new() } else { scalar_text(field) };
            if matches!(field, Value::Map(_) | Value::List(_)) {
                return Err(format!("a scalar is expected, not a {}", field.kind()));
            }
            *field = match usize::try_from(target.position) {
                Ok(position) if position > 0 => Value::from(inserted(&old(field), position - 1, value)),
                _ => Value::String(value.clone()),
            };
            Ok(())
        };
        fields::visit(&mut resource.object, &path, Some(Leaf::Scalar), false, &mut set)
            .map_err(|message| format!("{message}: field '{}' of {}", target.path, resource.id()))?;
        resource.learn_scope();
    }
    Ok(())
}

/// A path with one more part at a place; absolute paths stay so.
fn inserted(path: &str, position: usize, part: &str) -> String {
    let (root, rest) = path.strip_prefix('/').map_or(("", path), |rest| ("/", rest));
    let mut parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    parts.insert(position.min(parts.len()), part);
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserts_parts() {
        for (path, position, expected) in
            [("", 0, "P"), ("/", 3, "/P"), ("/a", 0, "/P/a"), ("a/b", 1, "a/P/b"), ("/a/b", 9, "/a/b/P")]
        {
            assert_eq!(inserted(path, position, "P"), expected, "{path} {position}");
        }
    }
}
