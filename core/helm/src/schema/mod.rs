//! Values held against `values.schema.json`, with Helm's words for what does not fit.
//!
//! Schemas elsewhere are not fetched here: the caller gives what it has, and the error names what is missing.

mod known;
mod quick;
mod words;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::rc::Rc;
use std::sync::Arc;

use boon::{Compiler, Format, SchemaIndex, Schemas, UrlLoader};
use serde_json::Value as Json;
use weir_files::Bytes;
use weir_yaml::Value;

pub(crate) use known::Known;
use known::Schema;

use crate::chart::Chart;
use crate::error::Error;
use crate::values::{Node, Table};

/// Where Helm says the schema of a chart is.
const LOCATION: &str = "file:///values.schema.json";

/// Formats that our library knows and Helm's does not.
const UNKNOWN_FORMATS: [&str; 2] = ["idn-hostname", "idn-email"];

/// Schemas behind URLs, as far as they are there: what stands there, or why it could not be had.
pub type RemoteSchemas = BTreeMap<String, Result<Vec<u8>, String>>;

/// URLs of schemas that were looked for and are not there.
pub(crate) type Wanted = Rc<RefCell<Vec<String>>>;

/// What schemas elsewhere say, and which are missing.
type Remote<'r> = (&'r RemoteSchemas, &'r Wanted);

/// Holds the values of a chart and of the charts in it against their schemas, those that are known and others.
pub(crate) fn validate(
    chart: &Chart,
    values: &Table,
    known: Option<&Known>,
    remote: Remote<'_>,
) -> Result<(), Error> {
    let mut text = String::new();
    collect(chart, values, known, remote, &mut text);
    if text.is_empty() { Ok(()) } else { Err(Error::new(text)) }
}

fn collect(chart: &Chart, values: &Table, known: Option<&Known>, remote: Remote<'_>, text: &mut String) {
    if let Some(schema) = &chart.schema
        && let Err(error) = validate_chart(&Value::from(values.to_map()), schema, known, remote)
    {
        text.push_str(&format!("{}:\n{error}", chart.name()));
    }
    for subchart in &chart.dependencies {
        match values.get(subchart.name()) {
            None | Some(Node::Leaf(Value::Null)) => {}
            Some(Node::Table(below)) => collect(subchart, &below, known, remote, text),
            Some(Node::Leaf(other)) => {
                let name = subchart.name();
                let is = crate::values::go_type(&other);
                text.push_str(&format!(
                    "{name}:\ninvalid type for values: expected object (map), got {is}\n"
                ));
            }
        }
    }
}

fn validate_chart(
    values: &Value,
    text: &Bytes,
    known: Option<&Known>,
    remote: Remote<'_>,
) -> Result<(), Error> {
    match known {
        Some(known) => fits(values, &known.of(text), remote),
        None => fits(values, &Schema::new(text), remote),
    }
}

/// Holds values against one schema.
pub(crate) fn validate_one(values: &Value, text: &[u8], remote: Remote<'_>) -> Result<(), Error> {
    fits(values, &Schema::new(&Arc::from(text)), remote)
}

fn fits(values: &Value, schema: &Schema, remote: Remote<'_>) -> Result<(), Error> {
    if schema.rules.as_ref().is_some_and(|rules| quick::fits(rules, values)) {
        return Ok(());
    }
    match schema.compiled.get() {
        Some((schemas, index)) => fits_compiled(values, schemas, *index),
        None => fits_slowly(values, schema, remote),
    }
}

fn fits_slowly(values: &Value, schema: &Schema, (remote, wanted): Remote<'_>) -> Result<(), Error> {
    let json = schema.json().as_ref().map_err(Error::new)?;
    let mut compiler = Compiler::new();
    compiler.use_loader(Box::new(Loader { remote: remote.clone(), wanted: Rc::clone(wanted) }));
    for name in UNKNOWN_FORMATS {
        compiler.register_format(Format { name, func: |_| Ok(()) });
    }
    compiler.add_resource(LOCATION, json.clone()).map_err(|error| words::of_schema(&error))?;
    let mut schemas = Schemas::new();
    let index = compiler.compile(LOCATION, &mut schemas).map_err(|error| words::of_schema(&error))?;
    let done = fits_compiled(values, &schemas, index);
    // What stands elsewhere may be another the next time.
    if remote.is_empty() && wanted.borrow().is_empty() {
        _ = schema.compiled.set((schemas, index));
    }
    done
}

fn fits_compiled(values: &Value, schemas: &Schemas, index: SchemaIndex) -> Result<(), Error> {
    let json = to_json(values);
    schemas.validate(&json, index).map_err(|error| Error::new(format!("{}\n", words::of_values(&error))))
}

/// Go's words for what is no JSON are those of another parser; the cause is the same.
fn parse(text: &[u8]) -> Result<Json, String> {
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err("EOF".to_string());
    }
    serde_json::from_slice(text).map_err(|error| error.to_string())
}

struct Loader {
    remote: RemoteSchemas,
    wanted: Wanted,
}

impl UrlLoader for Loader {
    fn load(&self, url: &str) -> Result<Json, Box<dyn StdError>> {
        if url.starts_with("urn:") {
            return Ok(Json::Bool(true));
        }
        match self.remote.get(url) {
            Some(Ok(text)) => Ok(parse(text)?),
            Some(Err(why)) => Err(why.as_str().into()),
            None if url.starts_with("http:") || url.starts_with("https:") => {
                self.wanted.borrow_mut().push(url.to_string());
                Err("schemas behind URLs are not fetched here".into())
            }
            None if url.starts_with("file:") => {
                let path = url.strip_prefix("file://").unwrap_or(url);
                Err(format!("open {path}: no such file or directory").into())
            }
            None => Err(format!("no URLLoader registered for {url:?}").into()),
        }
    }
}

/// The value as JSON has it: whole floats are integers.
fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Int(number) => Json::from(*number),
        Value::UInt(number) => Json::from(*number),
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => Json::from(*number as i64),
        Value::Float(number) => serde_json::Number::from_f64(*number).map_or(Json::Null, Json::Number),
        Value::String(text) => Json::from(&**text),
        Value::Spelled(spelled) => to_json(spelled.value()),
        Value::List(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Map(map) => {
            Json::Object(map.iter().map(|(key, value)| (key.to_string(), to_json(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(schema: &str, values: &str) -> String {
        let values = Value::from(crate::values::load(values.as_bytes()).unwrap());
        validate_one(&values, schema.as_bytes(), (&RemoteSchemas::new(), &Wanted::default()))
            .unwrap_err()
            .message
    }

    #[test]
    fn problems_are_said_as_helm_does() {
        let schema = r#"{"$schema":"http://json-schema.org/draft-07/schema#","required":["name","tag"],
            "additionalProperties":false,"properties":{
            "num":{"type":"integer","maximum":65535},"t":{"type":["string","null"]},
            "e":{"enum":["a",1,true,null]},"l":{"maxItems":1},"p":{"pattern":"^a"},
            "a":{"anyOf":[{"type":"string"},{"required":["x"]}]},"m":{"minLength":3}}}"#;
        let values = "num: 70000\nt: 1\ne: b\nl: [1, 2]\np: \"b'\"\na: {}\nm: ab\nextra: 1\n";
        assert_eq!(
            problem(schema, values),
            "- at '': missing properties 'name', 'tag'\n\
             - at '/a': 'anyOf' failed\n  \
             - at '/a': got object, want string\n  \
             - at '/a': missing property 'x'\n\
             - at '/e': value must be one of 'a', 1, true, <nil>\n\
             - at '/l': maxItems: got 2, want 1\n\
             - at '/m': minLength: got 2, want 3\n\
             - at '/num': maximum: got 70,000, want 65,535\n\
             - at '/p': 'b\\'' does not match pattern '^a'\n\
             - at '/t': got number, want null or string\n\
             - at '': additional properties 'extra' not allowed\n"
        );
    }

    #[test]
    fn schemas_that_are_known_say_the_same() {
        let text: Bytes = Arc::from(&br#"{"properties":{"a":{"pattern":"^x"}}}"#[..]);
        let known = Known::default();
        let mut said = Vec::new();
        for values in ["a: x", "a: z", "a: z"] {
            let values = Value::from(crate::values::load(values.as_bytes()).unwrap());
            let (remote, wanted) = (RemoteSchemas::new(), Wanted::default());
            said.push(validate_chart(&values, &text, Some(&known), (&remote, &wanted)));
        }
        let wrong = Err(Error::new("- at '/a': 'z' does not match pattern '^x'\n"));
        assert_eq!(said, [Ok(()), wrong.clone(), wrong]);
        assert!(known.of(&text).compiled.get().is_some());
    }

    #[test]
    fn schemas_elsewhere_are_named() {
        let schema = r#"{"properties":{"a":{"$ref":"https://example.com/a.json"}}}"#;
        assert!(problem(schema, "a: 1").contains("failing loading \"https://example.com/a.json\""));
        let string = Ok(b"{\"type\":\"string\"}".to_vec());
        let remote = RemoteSchemas::from([("https://example.com/a.json".to_string(), string)]);
        let values = Value::from(crate::values::load(b"a: 1").unwrap());
        let error = validate_one(&values, schema.as_bytes(), (&remote, &Wanted::default())).unwrap_err();
        assert_eq!(error.message, "- at '/a': got number, want string\n");
    }
}
