//! The short way for schemas as most charts have them: types, properties, lists, alternatives, references inside.
//!
//! It only ever says that a schema is sound and that values fit. Whatever is wrong, or not plainly simple (patterns,
//! identifiers, formats that count, schemas elsewhere), makes it give up, and all is done the long way, which has the
//! words for what does not fit. A test holds the two against each other.

use std::cell::{Cell, RefCell};

use serde_json::{Map, Value as Json};
use weir_yaml::Value;

/// Deeper schemas go the long way.
const DEEPEST: usize = 64;
/// References can make a small schema a long way; longer ones are not gone here.
const MOST_STEPS: u32 = 1_000_000;

/// Words that mean more than is understood here.
const REFUSED: [&str; 28] = [
    "id",
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveAnchor",
    "$recursiveRef",
    "$vocabulary",
    "pattern",
    "propertyNames",
    "contains",
    "minContains",
    "maxContains",
    "prefixItems",
    "additionalItems",
    "unevaluatedItems",
    "unevaluatedProperties",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "multipleOf",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "divisibleBy",
    "disallow",
    "extends",
    "extend",
    "links",
];

/// True if the schema is sound and the values fit, as far as that can be told quickly.
pub(super) fn fits(schema: &Json, values: &Value) -> bool {
    let Some(draft) = draft(schema) else { return false };
    let quick = Quick { root: schema, draft, left: Cell::new(MOST_STEPS), sound: RefCell::default() };
    quick.is_plain(schema, 0) && quick.holds(schema, values, 0) == Some(true)
}

/// The year of a draft; the seventh is of 2018.
fn draft(schema: &Json) -> Option<u32> {
    let Some(url) = schema.as_object()?.get("$schema") else { return Some(2020) };
    draft_of(url)
}

fn draft_of(url: &Json) -> Option<u32> {
    let url = url.as_str()?;
    let url = url.strip_suffix('#').unwrap_or(url);
    let url = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    Some(match url {
        "json-schema.org/schema" | "json-schema.org/draft/2020-12/schema" => 2020,
        "json-schema.org/draft/2019-09/schema" => 2019,
        "json-schema.org/draft-07/schema" => 2018,
        _ => return None,
    })
}

struct Quick<'s> {
    root: &'s Json,
    draft: u32,
    left: Cell<u32>,
    /// Where the targets of references are, other than definitions, that are sound or are being looked at.
    sound: RefCell<Vec<usize>>,
}

impl Quick<'_> {
    /// True if all in the schema is sound and understood here.
    fn is_plain(&self, schema: &Json, depth: usize) -> bool {
        match schema {
            Json::Bool(_) => true,
            Json::Object(fields) if depth < DEEPEST => {
                fields.iter().all(|(word, value)| self.is_plain_word(word, value, depth + 1))
            }
            _ => false,
        }
    }

    fn is_plain_word(&self, word: &str, value: &Json, depth: usize) -> bool {
        let each = |map: &Map<String, Json>| map.values().all(|schema| self.is_plain(schema, depth));
        match word {
            "$schema" => draft_of(value).is_some(),
            "$id" => depth == 1 && value.as_str().is_some_and(is_name),
            "title" | "description" | "$comment" => value.is_string(),
            "format" => value.is_string() && self.draft == 2020,
            "default" | "const" => true,
            "examples" => value.is_array(),
            "deprecated" | "readOnly" | "writeOnly" | "uniqueItems" => value.is_boolean(),
            "type" => value.is_string() && is_type(value) || is_set(value, is_type),
            "required" => value.as_array().is_some_and(Vec::is_empty) || is_set(value, Json::is_string),
            "enum" => is_set(value, |one| !one.is_array() && !one.is_object()),
            "properties" | "definitions" | "$defs" => value.as_object().is_some_and(each),
            "patternProperties" => {
                value.as_object().is_some_and(|map| map.keys().all(|pattern| pattern == ".*") && each(map))
            }
            "additionalProperties" | "items" | "not" | "if" | "then" | "else" => self.is_plain(value, depth),
            "anyOf" | "oneOf" | "allOf" => value
                .as_array()
                .is_some_and(|all| !all.is_empty() && all.iter().all(|schema| self.is_plain(schema, depth))),
            "$ref" => self.target(value).is_some_and(|target| self.is_sound(value, target, depth)),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                value.is_u64()
            }
            other => !REFUSED.contains(&other),
        }
    }

    /// What a reference inside of the schema leads to.
    fn target(&self, reference: &Json) -> Option<&Json> {
        let path = reference.as_str()?.strip_prefix("#/")?;
        if path.contains(['~', '%']) {
            return None;
        }
        path.split('/').try_fold(self.root, |above, name| {
            let above = above.as_object()?;
            let is_root = self.root.as_object().is_some_and(|root| std::ptr::eq(root, above));
            // What stands below another identifier is looked for elsewhere.
            above.get(name).filter(|_| is_root || !above.contains_key("$id"))
        })
    }

    /// True if what a reference leads to is plain: definitions are looked at anyway.
    fn is_sound(&self, reference: &Json, target: &Json, depth: usize) -> bool {
        let path = reference.as_str().unwrap_or_default();
        let definition = path.strip_prefix("#/definitions/").or_else(|| path.strip_prefix("#/$defs/"));
        if definition.is_some_and(|name| !name.contains('/')) {
            return true;
        }
        let place = std::ptr::from_ref(target).addr();
        if self.sound.borrow().contains(&place) {
            return true;
        }
        self.sound.borrow_mut().push(place);
        self.is_plain(target, depth)
    }

    /// Whether the value fits; nothing if that is too much to tell here.
    fn holds(&self, schema: &Json, value: &Value, depth: usize) -> Option<bool> {
        self.left.set(self.left.get().checked_sub(1)?);
        let fields = match schema {
            Json::Bool(flag) => return Some(*flag),
            Json::Object(fields) if depth < DEEPEST => fields,
            _ => return None,
        };
        if let Some(reference) = fields.get("$ref") {
            let holds = self.holds(self.target(reference)?, value, depth + 1)?;
            // Up to the seventh draft, what stands beside a reference does not count.
            if !holds || self.draft < 2019 {
                return Some(holds);
            }
        }
        for (word, rule) in fields {
            if !self.holds_word(word, rule, fields, value, depth + 1)? {
                return Some(false);
            }
        }
        Some(true)
    }

    fn holds_word(
        &self,
        word: &str,
        rule: &Json,
        fields: &Map<String, Json>,
        value: &Value,
        depth: usize,
    ) -> Option<bool> {
        let count = |rule: &Json| rule.as_u64().and_then(|count| usize::try_from(count).ok());
        Some(match word {
            "type" => match rule {
                Json::Array(types) => any(types, |one| has_type(value, one))?,
                one => has_type(value, one)?,
            },
            "enum" => any(rule.as_array()?, |one| equals(value, one))?,
            "const" => equals(value, rule)?,
            "anyOf" => any(rule.as_array()?, |one| self.holds(one, value, depth))?,
            "allOf" => !any(rule.as_array()?, |one| self.holds(one, value, depth).map(|holds| !holds))?,
            "oneOf" => {
                let all = rule.as_array()?.iter().map(|one| self.holds(one, value, depth));
                all.collect::<Option<Vec<_>>>()?.into_iter().filter(|holds| *holds).count() == 1
            }
            "not" => !self.holds(rule, value, depth)?,
            "if" => {
                let next = if self.holds(rule, value, depth)? { "then" } else { "else" };
                fields.get(next).map_or(Some(true), |schema| self.holds(schema, value, depth))?
            }
            "required" => value.as_map().is_none_or(|map| {
                rule.as_array().is_some_and(|all| {
                    all.iter().all(|name| name.as_str().is_some_and(|name| map.contains_key(name)))
                })
            }),
            "properties" => self.hold_properties(rule.as_object()?, value, depth)?,
            "patternProperties" | "additionalProperties" => {
                self.hold_others(word, rule, fields, value, depth)?
            }
            "items" => match value.as_list() {
                Some(items) => !any(items, |item| self.holds(rule, item, depth).map(|holds| !holds))?,
                None => true,
            },
            "uniqueItems" => match (rule, value.as_list()) {
                (Json::Bool(true), Some(items)) => self.all_differ(items)?,
                _ => true,
            },
            "minItems" => value.as_list().is_none_or(|items| Some(items.len()) >= count(rule)),
            "maxItems" => value.as_list().is_none_or(|items| Some(items.len()) <= count(rule)),
            "minProperties" => value.as_map().is_none_or(|map| Some(map.len()) >= count(rule)),
            "maxProperties" => value.as_map().is_none_or(|map| Some(map.len()) <= count(rule)),
            "minLength" => value.as_str().is_none_or(|text| Some(text.chars().count()) >= count(rule)),
            "maxLength" => value.as_str().is_none_or(|text| Some(text.chars().count()) <= count(rule)),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => within(word, rule, value)?,
            _ => true,
        })
    }

    fn all_differ(&self, items: &[Value]) -> Option<bool> {
        for (at, item) in items.iter().enumerate() {
            let left = self.left.get().checked_sub(u32::try_from(at).ok()?)?;
            self.left.set(left);
            if any(items.get(..at)?, |other| are_same(item, other))? {
                return Some(false);
            }
        }
        Some(true)
    }

    fn hold_properties(&self, rules: &Map<String, Json>, value: &Value, depth: usize) -> Option<bool> {
        let Some(map) = value.as_map() else { return Some(true) };
        for (key, value) in map.iter() {
            if let Some(schema) = rules.get(key.as_str())
                && !self.holds(schema, value, depth)?
            {
                return Some(false);
            }
        }
        Some(true)
    }

    /// What `properties` does not name; all patterns take all names.
    fn hold_others(
        &self,
        word: &str,
        rule: &Json,
        fields: &Map<String, Json>,
        value: &Value,
        depth: usize,
    ) -> Option<bool> {
        let Some(map) = value.as_map() else { return Some(true) };
        let is_pattern = word == "patternProperties";
        let Some(schema) = (if is_pattern { rule.get(".*") } else { Some(rule) }) else { return Some(true) };
        let taken = fields.get("patternProperties").and_then(|all| all.get(".*")).is_some();
        if !is_pattern && taken {
            return Some(true);
        }
        let named = fields.get("properties").and_then(Json::as_object);
        for (key, value) in map.iter() {
            let is_named = !is_pattern && named.is_some_and(|named| named.contains_key(key.as_str()));
            if !is_named && !self.holds(schema, value, depth)? {
                return Some(false);
            }
        }
        Some(true)
    }
}

/// True if it holds for one of them.
fn any<T>(all: &[T], mut holds: impl FnMut(&T) -> Option<bool>) -> Option<bool> {
    for one in all {
        if holds(one)? {
            return Some(true);
        }
    }
    Some(false)
}

fn is_type(name: &Json) -> bool {
    let known = ["null", "boolean", "integer", "number", "string", "array", "object"];
    name.as_str().is_some_and(|name| known.contains(&name))
}

/// True for a list that is not empty, of different things that are all such.
fn is_set(list: &Json, is: impl Fn(&Json) -> bool) -> bool {
    let Some(items) = list.as_array() else { return false };
    !items.is_empty()
        && items.iter().all(is)
        && items.iter().enumerate().all(|(at, item)| !items[..at].contains(item))
}

/// Numbers so large are told apart the long way.
const LARGE: f64 = 9.0e15;

fn number(value: &Value) -> Option<Option<f64>> {
    let number = match value {
        Value::Int(number) => *number as f64,
        Value::UInt(number) => *number as f64,
        Value::Float(number) => *number,
        Value::Spelled(_) => return None,
        _ => return Some(None),
    };
    (number.abs() < LARGE).then_some(Some(number))
}

fn has_type(value: &Value, name: &Json) -> Option<bool> {
    let number = number(value)?;
    Some(match name.as_str()? {
        "null" => value.is_null(),
        "boolean" => value.as_bool().is_some(),
        "integer" => number.is_some_and(|number| number.fract() == 0.0),
        "number" => number.is_some(),
        "string" => value.as_str().is_some(),
        "array" => value.as_list().is_some(),
        "object" => value.as_map().is_some(),
        _ => return None,
    })
}

/// Whether a value is the one of the schema, if that is no list and no map.
fn equals(value: &Value, other: &Json) -> Option<bool> {
    Some(match other {
        Json::Null => value.is_null(),
        Json::Bool(flag) => value.as_bool() == Some(*flag),
        Json::String(text) => number(value).map(|_| value.as_str() == Some(text))?,
        Json::Number(other) => {
            let other = other.as_f64().filter(|other| other.abs() < LARGE)?;
            number(value)? == Some(other)
        }
        Json::Array(_) | Json::Object(_) => return None,
    })
}

/// Whether two values are the same to JSON, if both are neither lists nor maps.
fn are_same(one: &Value, other: &Value) -> Option<bool> {
    let is_scalar = |value: &Value| value.as_list().is_none() && value.as_map().is_none();
    if !is_scalar(one) || !is_scalar(other) {
        return None;
    }
    Some(match (number(one)?, number(other)?) {
        (None, None) => one == other,
        (one, other) => one == other,
    })
}

/// True for a plain name of a whole schema, which leads to nothing that is known already.
fn is_name(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    rest.is_some_and(|rest| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/.-_".contains(&byte);
        rest.starts_with(|first: char| first.is_ascii_lowercase())
            && rest.bytes().all(is_plain)
            && !rest.starts_with("json-schema.org")
    })
}

fn within(word: &str, limit: &Json, value: &Value) -> Option<bool> {
    let limit = limit.as_f64().filter(|limit| limit.abs() < LARGE)?;
    let Some(number) = number(value)? else { return Some(true) };
    Some(match word {
        "minimum" => number >= limit,
        "maximum" => number <= limit,
        "exclusiveMinimum" => number > limit,
        _ => number < limit,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{RemoteSchemas, Schema, Wanted, fits_slowly};
    use super::*;

    struct Random(u64);

    impl Random {
        fn below(&mut self, end: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            (self.0 >> 11) % end
        }

        fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
            all[self.below(all.len() as u64) as usize]
        }

        fn value(&mut self, depth: u32) -> String {
            match self.below(if depth > 2 { 9 } else { 12 }) {
                0 => "null".to_string(),
                1 => "true".to_string(),
                2..5 => self.below(5).to_string(),
                5 => "1.5".to_string(),
                6..9 => format!("{:?}", self.pick(&["a", "b", "", "abc"])),
                9 => format!("[{},{}]", self.value(depth + 1), self.value(depth + 1)),
                _ => {
                    let fields = ["a", "b", "c"].map(|name| format!("{name:?}:{}", self.value(depth + 1)));
                    format!("{{{}}}", fields[..self.below(4) as usize].join(","))
                }
            }
        }

        fn schema(&mut self, depth: u32) -> String {
            if depth > 3 {
                return self.pick(&["true", "{}", "{\"type\":\"string\"}"]).to_string();
            }
            let words: Vec<_> = (0..self.below(4)).map(|_| self.word(depth + 1)).collect();
            format!("{{{}}}", words.join(","))
        }

        fn word(&mut self, depth: u32) -> String {
            let word = self.pick(&[
                "type",
                "type",
                "properties",
                "properties",
                "additionalProperties",
                "items",
                "required",
                "enum",
                "anyOf",
                "oneOf",
                "allOf",
                "not",
                "if",
                "then",
                "else",
                "$ref",
                "minimum",
                "exclusiveMaximum",
                "maxLength",
                "minItems",
                "maxProperties",
                "const",
                "uniqueItems",
                "patternProperties",
                "description",
                "form",
                "format",
            ]);
            let value = match word {
                "type" => match self.below(3) {
                    0 => "[\"string\",\"null\"]".to_string(),
                    _ => format!(
                        "{:?}",
                        self.pick(&["object", "array", "integer", "number", "boolean", "odd"])
                    ),
                },
                "properties" => {
                    format!("{{\"a\":{},\"b\":{}}}", self.schema(depth), self.schema(depth))
                }
                "patternProperties" => format!("{{\".*\":{}}}", self.schema(depth)),
                "anyOf" | "oneOf" | "allOf" => format!("[{},{}]", self.schema(depth), self.schema(depth)),
                "required" => self.pick(&["[\"a\"]", "[\"a\",\"b\"]", "[\"a\",\"a\"]", "[]"]).to_string(),
                "enum" => self.pick(&["[1,\"a\"]", "[null,true]", "[{}]", "[]"]).to_string(),
                "$ref" => self
                    .pick(&[
                        "\"#/$defs/x\"",
                        "\"#/$defs/y\"",
                        "\"#\"",
                        "\"#/$defs/x/properties/a\"",
                        "\"#/$defs/x/form\"",
                    ])
                    .to_string(),
                "minimum" | "exclusiveMaximum" | "maxLength" | "minItems" | "maxProperties" => {
                    self.pick(&["0", "1", "2", "2.5"]).to_string()
                }
                "const" => self.value(3),
                "uniqueItems" => self.pick(&["true", "true", "false", "1"]).to_string(),
                "form" => self.schema(depth),
                "description" | "format" => self.pick(&["\"ipv4\"", "true"]).to_string(),
                _ => self.schema(depth),
            };
            format!("{word:?}:{value}")
        }
    }

    #[test]
    fn what_fits_quickly_fits_slowly() {
        let mut random = Random(88_172_645_463_325_252);
        let (mut fit, mut missed) = (0, 0);
        for _ in 0..4000 {
            let draft =
                random.pick(&["schema#", "draft/2020-12/schema", "draft-07/schema#", "draft/2019-09/schema"]);
            let (defs, word) = (random.schema(2), random.word(1));
            let id = random.pick(&["", "", "\"$id\":\"http://example.com/a.json\",", "\"$id\":\"a b\","]);
            let schema = format!(
                "{{\"$schema\":\"http://json-schema.org/{draft}\",{id}\"$defs\":{{\"x\":{defs}}},{word},\"items\":{}}}",
                random.schema(1)
            );
            let json: Json = serde_json::from_str(&schema).unwrap();
            for _ in 0..5 {
                let text = random.value(0);
                let value = weir_yaml::from_json(text.as_bytes()).unwrap();
                let schema_read = Schema::new(json.clone());
                let slowly = fits_slowly(&value, &schema_read, (&RemoteSchemas::new(), &Wanted::default()));
                let quickly = fits(&json, &value);
                assert!(!quickly || slowly.is_ok(), "{schema}\n{text}\n{slowly:?}");
                fit += u32::from(quickly);
                missed += u32::from(!quickly && slowly.is_ok());
            }
        }
        assert!(fit > 1000 && missed < fit, "{fit} fit quickly, {missed} did not");
    }
}
