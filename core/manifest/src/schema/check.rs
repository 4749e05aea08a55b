//! Whether an object has the fields and types of its built-in kind.
//!
//! Rules beyond types are the API server's: names, ranges, what excludes what. Objects of other kinds are not looked at.

use weir_yaml::Value;

use super::{Schema, Shape, of_api_version};
use crate::kinds::builtin;
use crate::{object, split_api_version};

/// Deeper values are not looked at.
const DEEPEST: usize = 200;
/// Words that differ by more letters are other words.
const CLOSE: usize = 2;

/// What is wrong with an object, or that nothing is known of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// All problems; none if it is as it should be.
    Problems(Vec<String>),
    /// The kind is not built into Kubernetes.
    OtherKind,
}

/// Looks at an object.
pub fn check(object: &Value) -> Checked {
    let said = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_string);
    let (api_version, kind) = (said(object::api_version(object)), said(object::kind(object)));
    let (Some(api_version), Some(kind)) = (&api_version, &kind) else {
        let missing = if kind.is_none() { "kind" } else { "apiVersion" };
        return Checked::Problems(vec![format!("{missing} not set")]);
    };
    if let Some(schema) = of_api_version(api_version, kind) {
        let mut problems = Vec::new();
        value(object, schema, &mut Vec::new(), &mut problems);
        return Checked::Problems(problems);
    }
    let (group, _) = split_api_version(api_version);
    let of_group = || builtin().iter().filter(|resource| *resource.gvk.group == *group);
    // This one is gone as a whole.
    if of_group().next().is_none() && group != "extensions" {
        return Checked::OtherKind;
    }
    let message = format!("no matches for kind \"{kind}\" in version \"{api_version}\"");
    let mut others = of_group().filter(|one| *one.gvk.kind == **kind).map(|one| one.gvk.api_version());
    Checked::Problems(vec![match others.find(|other| other != api_version) {
        Some(other) => format!("{message}; there is one in {other}"),
        None => message,
    }])
}

fn value(found: &Value, schema: Schema, path: &mut Vec<String>, problems: &mut Vec<String>) {
    // Nothing is what is not there.
    if found.is_null() || path.len() > DEEPEST {
        return;
    }
    let wanted = match (schema.shape(), found) {
        (Shape::Struct, Value::Map(_)) => return fields(found, schema, path, problems),
        (Shape::Map, Value::Map(map)) => {
            let Some(inner) = schema.values() else { return };
            for (key, below) in map.iter() {
                path.push(key.as_str().to_string());
                value(below, inner, path, problems);
                path.pop();
            }
            return;
        }
        (Shape::List, Value::List(items)) => {
            let Some(inner) = schema.items() else { return };
            for (at, item) in items.iter().enumerate() {
                path.push(at.to_string());
                value(item, inner, path, problems);
                path.pop();
            }
            return;
        }
        (Shape::Any, _) | (Shape::FreeMap, Value::Map(_)) => return,
        (shape, found) if fits(shape, found) => return,
        (shape, _) => words(shape),
    };
    problems.push(format!("{}: {wanted} is wanted, not {}", path.join("."), found_words(found)));
}

fn fits(shape: Shape, found: &Value) -> bool {
    let is_text = found.as_str().is_some();
    let is_whole = match found {
        Value::Int(_) | Value::UInt(_) => true,
        Value::Float(number) => number.fract() == 0.0,
        _ => false,
    };
    let is_number = is_whole || matches!(found, Value::Float(_));
    match shape {
        Shape::Any | Shape::FreeMap | Shape::Struct | Shape::Map | Shape::List => false,
        Shape::String | Shape::Bytes | Shape::Time | Shape::MicroTime => is_text,
        Shape::Boolean => found.as_bool().is_some(),
        Shape::Integer(bits) => {
            is_whole && (bits != 32 || found.as_i64().is_none_or(|number| i32::try_from(number).is_ok()))
        }
        Shape::Number => is_number,
        Shape::Quantity => is_text || is_number,
        Shape::IntOrString => is_text || is_whole,
    }
}

fn words(shape: Shape) -> &'static str {
    match shape {
        Shape::Any => "anything",
        Shape::FreeMap | Shape::Struct | Shape::Map => "a map",
        Shape::List => "a list",
        Shape::String => "a string",
        Shape::Bytes => "a string in base64",
        Shape::Boolean => "a boolean",
        Shape::Integer(_) => "an integer",
        Shape::Number => "a number",
        Shape::Quantity => "a quantity",
        Shape::IntOrString => "an integer or a string",
        Shape::Time | Shape::MicroTime => "a time",
    }
}

fn found_words(found: &Value) -> String {
    match found {
        Value::Map(_) => "a map".to_string(),
        Value::List(_) => "a list".to_string(),
        other => weir_yaml::to_json(other),
    }
}

fn fields(found: &Value, schema: Schema, path: &mut Vec<String>, problems: &mut Vec<String>) {
    let Some(map) = found.as_map() else { return };
    for (key, below) in map.iter() {
        let Some(field) = schema.field(key.as_str()) else {
            let at = path.iter().map(String::as_str).chain([key.as_str()]).collect::<Vec<_>>().join(".");
            let close = schema.fields().map(|field| field.name).find(|name| is_close(name, key.as_str()));
            let hint = close.map_or_else(String::new, |name| format!("; did you mean '{name}'?"));
            problems.push(format!("unknown field \"{at}\"{hint}"));
            continue;
        };
        path.push(key.as_str().to_string());
        value(below, field.schema, path, problems);
        path.pop();
    }
    for field in schema.fields().filter(|field| field.required) {
        if map.get(field.name).is_none_or(Value::is_null) {
            let at = path.iter().map(String::as_str).chain([field.name]).collect::<Vec<_>>().join(".");
            problems.push(format!("missing required field \"{at}\""));
        }
    }
}

/// True if few letters tell two words apart.
fn is_close(one: &str, other: &str) -> bool {
    if one.eq_ignore_ascii_case(other) {
        return true;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > CLOSE || one.len().min(other.len()) <= CLOSE || other.len() > 60 {
        return false;
    }
    let mut before: Vec<usize> = (0..=other.len()).collect();
    for (at, a) in one.iter().enumerate() {
        let mut corner = at;
        let mut left = at + 1;
        let mut row = vec![left];
        for (b, above) in other.iter().zip(before.iter().skip(1)) {
            let best = (corner + usize::from(a != b)).min(left + 1).min(above + 1);
            corner = *above;
            left = best;
            row.push(best);
        }
        before = row;
    }
    before.last().is_some_and(|distance| *distance <= CLOSE)
}

#[cfg(test)]
mod tests {
    use weir_yaml::{Dialect, first_from_yaml};

    use super::*;

    fn problems(text: &str) -> Vec<String> {
        match check(&first_from_yaml(text, Dialect::Sigs).unwrap()) {
            Checked::Problems(problems) => problems,
            Checked::OtherKind => vec!["other kind".to_string()],
        }
    }

    #[test]
    fn fields_and_types_are_those_of_the_kind() {
        let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, labels: {a: 1}}\nspec:\n  replica: 1\n  paused: 'yes'\n  \
            selector: {}\n  template:\n    spec:\n      containers:\n      - image: [a]\n        ports: [{containerPort: http}]\n        \
            resources: {limits: {cpu: 1, memory: 1Gi}}\n";
        assert_eq!(
            problems(deployment),
            [
                "metadata.labels.a: a string is wanted, not 1",
                "unknown field \"spec.replica\"; did you mean 'replicas'?",
                "spec.paused: a boolean is wanted, not \"yes\"",
                "spec.template.spec.containers.0.image: a string is wanted, not a list",
                "spec.template.spec.containers.0.ports.0.containerPort: an integer is wanted, not \"http\"",
                "missing required field \"spec.template.spec.containers.0.name\"",
            ]
        );
        assert!(
            problems("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\nimmutable: null\n")
                .is_empty()
        );
    }

    #[test]
    fn kinds_are_those_of_kubernetes_or_somebody_elses() {
        let gone = problems("apiVersion: extensions/v1beta1\nkind: Ingress\n");
        assert_eq!(gone, ["no matches for kind \"Ingress\" in version \"extensions/v1beta1\""]);
        assert_eq!(
            problems("apiVersion: apps/v1beta1\nkind: Deployment\n"),
            ["no matches for kind \"Deployment\" in version \"apps/v1beta1\"; there is one in apps/v1"]
        );
        assert_eq!(
            problems("apiVersion: v1\nkind: Pot\n"),
            ["no matches for kind \"Pot\" in version \"v1\""]
        );
        assert_eq!(problems("apiVersion: example.com/v1\nkind: Pot\n"), ["other kind"]);
        assert_eq!(problems("kind: Pod\n"), ["apiVersion not set"]);
    }
}
