//! Replacements inside of texts that are JSON or YAML.

use weir_yaml::{Dialect, Text, Value, to_written_value, to_yaml_styled};

use super::{FieldOptions, set_field};
use crate::fields::{self, Leaf};

/// Sets a value if the path goes on inside of a text. Says whether it does.
pub(super) fn replace(
    object: &mut Value,
    parts: &[String],
    create: Option<Leaf>,
    value: &Value,
) -> Result<bool, String> {
    for at in 1..parts.len() {
        let (Some(outer), Some(inner)) = (parts.get(..at), parts.get(at..)) else { return Ok(false) };
        let Some(text) = fields::get(object, outer).and_then(Value::as_str).map(Text::from) else { continue };
        let documents = weir_yaml::parse(&text).unwrap_or_default();
        let Some(root) = documents.first().and_then(|document| document.root()) else { continue };
        let is_json = text.trim_start().starts_with(['{', '[']);
        let parsed = if is_json { root.to_value(Dialect::Spelled).ok() } else { to_written_value(root) };
        let Some(mut parsed) = parsed else {
            if is_json {
                continue;
            }
            return Err("not supported: replacement inside of a YAML text with the same key twice, or with lists, maps or aliases as keys".to_string());
        };
        if !matches!(parsed, Value::Map(_) | Value::List(_)) {
            return Ok(false);
        }
        let mut set = |field: &mut Value, is_new: bool| {
            // What is open is an alias, which has nothing to keep.
            if field.is_open() && !is_new {
                *field = value.clone();
                return Ok(());
            }
            set_field(field, value, &FieldOptions::default(), is_new)
        };
        if !fields::visit(&mut parsed, inner, create, false, &mut set).is_ok_and(|count| count > 0) {
            return Ok(false);
        }
        let new = match is_json {
            true => {
                // It is written as YAML on the way.
                parsed.forget_spelling();
                json_like(&parsed, &text)
            }
            false => to_yaml_styled(root, &parsed, value)
                .ok_or("not supported: replacement inside of a YAML text with a comment behind the anchor or tag of a list or map")?
                .trim()
                .to_string(),
        };
        let new = Value::from(new);
        fields::visit(object, outer, None, false, &mut |field, _| {
            *field = new.clone();
            Ok(())
        })?;
        return Ok(true);
    }
    Ok(false)
}

fn json_like(value: &Value, like: &str) -> String {
    let is_pretty = like.contains('\n') && like.contains("  ");
    let json = if is_pretty { narrow(&weir_yaml::to_json_pretty(value)) } else { weir_yaml::to_json(value) };
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Indented by two blanks, not four.
fn narrow(json: &str) -> String {
    let half = |line: &str| {
        let rest = line.trim_start_matches(' ');
        format!("{}{rest}", " ".repeat((line.len() - rest.len()) / 2))
    };
    json.trim_end().split('\n').map(half).collect::<Vec<_>>().join("\n")
}
