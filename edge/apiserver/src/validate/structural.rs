//! What the structural schema of a custom resource demands.

use weir_yaml::{Value, to_json};

use crate::problem::Cause;
use crate::schema::{ListKind, Rules, Scalar, Shape, TypeId, Types};

/// Checks an object. Everything that is wrong is added.
pub(super) fn check(types: &Types, ty: TypeId, value: &Value, causes: &mut Vec<Cause>) {
    Checker { types, causes }.value(ty, value, "", 0);
}

struct Checker<'a> {
    types: &'a Types,
    causes: &'a mut Vec<Cause>,
}

impl Checker<'_> {
    fn value(&mut self, ty: TypeId, value: &Value, path: &str, depth: usize) {
        let Some(node) = self.types.node(ty).filter(|_| depth < 200) else { return };
        let rules = node.rules.as_deref();
        if value.is_null() {
            if let Some(rules) = rules.filter(|rules| !rules.nullable && !rules.type_name.is_empty()) {
                self.wrong_type(path, value, rules.type_name);
            }
            return;
        }
        if let Some(rules) = rules {
            if !fits(&node.shape, value) {
                self.wrong_type(path, value, rules.type_name);
                return;
            }
            self.rules(rules, value, path);
        }
        match (&node.shape, value) {
            (Shape::Map { fields, rest, .. }, Value::Map(map)) => {
                for field in fields.iter().filter(|field| field.required) {
                    if !map.contains_key(&field.name) {
                        self.causes.push(Cause::required(below(path, &field.name), ""));
                    }
                }
                for (key, inner) in map {
                    if path.is_empty() && matches!(key.as_str(), "metadata" | "apiVersion" | "kind") {
                        continue;
                    }
                    if let Some(ty) = fields.get(key).map(|field| field.ty).or(*rest) {
                        self.value(ty, inner, &below(path, key), depth + 1);
                    }
                }
            }
            (Shape::List { items, kind }, Value::List(list)) => {
                for (at, item) in list.iter().enumerate() {
                    self.value(*items, item, &format!("{path}[{at}]"), depth + 1);
                }
                self.duplicates(*items, kind, list, path);
            }
            _ => {}
        }
    }

    fn wrong_type(&mut self, path: &str, value: &Value, expected: &str) {
        let given = match value.meant() {
            Value::Null | Value::Spelled(_) => "null",
            Value::Bool(_) => "boolean",
            Value::Int(_) | Value::UInt(_) => "integer",
            Value::Float(_) => "number",
            Value::String(_) => "string",
            Value::List(_) => "array",
            Value::Map(_) => "object",
        };
        let field = if path.is_empty() { "<nil>" } else { path };
        self.causes.push(Cause {
            reason: "FieldValueTypeInvalid",
            message: format!(
                "Invalid value: {given:?}: {field} in body must be of type {expected}: {given:?}"
            ),
            field: field.to_owned(),
        });
    }

    fn duplicates(&mut self, items: TypeId, kind: &ListKind, list: &[Value], path: &str) {
        if *kind == ListKind::Atomic {
            return;
        }
        let mut seen = Vec::with_capacity(list.len());
        for (at, item) in list.iter().enumerate() {
            let Ok(step) = crate::apply::item_step(self.types, items, kind, item) else { continue };
            if seen.contains(&step) {
                let shown = match &step {
                    crate::apply::Step::Item(keys) => {
                        Value::Map(keys.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
                    }
                    _ => item.clone(),
                };
                self.causes.push(Cause::duplicate(format!("{path}[{at}]"), &shown));
            }
            seen.push(step);
        }
    }

    fn rules(&mut self, rules: &Rules, value: &Value, path: &str) {
        if let Some(known) = &rules.one_of
            && !known.iter().any(|one| one.means(value))
        {
            let words: Vec<String> = known.iter().map(to_json).collect();
            self.causes.push(Cause {
                reason: "FieldValueNotSupported",
                message: format!(
                    "Unsupported value: {}: supported values: {}",
                    to_json(value),
                    words.join(", ")
                ),
                field: path.to_owned(),
            });
        }
        match value {
            Value::String(text) => self.text(rules, text, value, path),
            Value::Int(_) | Value::UInt(_) | Value::Float(_) => self.number(rules, value, path),
            Value::List(list) => {
                self.size(rules.min_items, rules.max_items, list.len(), "items", path, value);
            }
            Value::Map(map) => {
                self.size(rules.min_fields, rules.max_fields, map.len(), "properties", path, value);
            }
            Value::Null | Value::Bool(_) | Value::Spelled(_) => {}
        }
    }

    fn invalid(&mut self, path: &str, value: &Value, why: &str) {
        let why = format!("{path} in body {why}");
        self.causes.push(Cause::invalid(path, value, why));
    }

    fn text(&mut self, rules: &Rules, text: &str, value: &Value, path: &str) {
        let length = text.chars().count();
        if let Some(least) = rules.min_length.filter(|least| length < *least) {
            self.invalid(path, value, &format!("should be at least {least} chars long"));
        }
        if let Some(most) = rules.max_length.filter(|most| length > *most) {
            self.causes.push(Cause {
                reason: "FieldValueTooLong",
                message: format!("Too long: may not be more than {most} bytes"),
                field: path.to_owned(),
            });
        }
        if rules.format.as_deref() == Some("date-time") && crate::time::parse(text).is_none() {
            self.invalid(path, value, &format!("must be of type date-time: {text:?}"));
        }
        if let Some(pattern) = &rules.pattern
            && let Some(regex) = crate::pattern::compiled(pattern)
            && !regex.is_match(text)
        {
            self.invalid(path, value, &format!("should match '{pattern}'"));
        }
    }

    fn number(&mut self, rules: &Rules, value: &Value, path: &str) {
        let Some(number) = value.as_f64() else { return };
        if let Some((least, exclusive)) = rules.minimum
            && (number < least || exclusive && number <= least)
        {
            let than = if exclusive { "greater than" } else { "greater than or equal to" };
            self.invalid(path, value, &format!("should be {than} {least}"));
        }
        if let Some((most, exclusive)) = rules.maximum
            && (number > most || exclusive && number >= most)
        {
            let than = if exclusive { "less than" } else { "less than or equal to" };
            self.invalid(path, value, &format!("should be {than} {most}"));
        }
        if let Some(unit) = rules.multiple_of.filter(|unit| *unit != 0.0 && (number / unit).fract() != 0.0) {
            self.invalid(path, value, &format!("should be a multiple of {unit}"));
        }
    }

    fn size(
        &mut self,
        least: Option<usize>,
        most: Option<usize>,
        size: usize,
        what: &str,
        path: &str,
        value: &Value,
    ) {
        if let Some(least) = least.filter(|least| size < *least) {
            self.invalid(path, value, &format!("should have at least {least} {what}"));
        }
        if let Some(most) = most.filter(|most| size > *most) {
            self.causes.push(Cause {
                reason: "FieldValueTooMany",
                message: format!("Too many: {size}: must have at most {most} items"),
                field: path.to_owned(),
            });
        }
    }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn fits(shape: &Shape, value: &Value) -> bool {
    match shape {
        Shape::Any => true,
        Shape::Map { .. } => value.as_map().is_some(),
        Shape::List { .. } => value.as_list().is_some(),
        Shape::Scalar(Scalar::Boolean) => value.as_bool().is_some(),
        Shape::Scalar(Scalar::Integer(_)) => match value {
            Value::Int(_) | Value::UInt(_) => true,
            Value::Float(number) => number.fract() == 0.0,
            _ => false,
        },
        Shape::Scalar(Scalar::Number) => value.as_f64().is_some(),
        Shape::Scalar(Scalar::IntOrString) => value.as_str().is_some() || value.as_i64().is_some(),
        Shape::Scalar(
            Scalar::String | Scalar::Bytes | Scalar::Quantity | Scalar::Time | Scalar::MicroTime,
        ) => value.as_str().is_some(),
    }
}
