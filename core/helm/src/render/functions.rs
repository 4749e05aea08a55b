//! The functions that Helm adds to those of sprig.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use weir_template::{Call, Error, Function, Functions, List, Map, Quick, Str, Type, Value};
use weir_yaml::Dialect;

use super::include::{include, tpl};
use super::memory::Memory;
use super::toml;
use crate::typed;
use crate::warnings::Warnings;

/// Marks around a text that is to be said alone.
pub(super) const WARN_START: &str = "HELM_ERR_START";
/// The other end.
pub(super) const WARN_END: &str = "HELM_ERR_END";

/// What templates look up in a cluster.
pub trait Lookup {
    /// One object, or a list of them where there is no name; an empty map where there is none.
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<weir_yaml::Value, String>;
}

/// What the functions of one rendering share.
pub(super) struct Host {
    pub(super) lookup: Option<Rc<dyn Lookup>>,
    pub(super) lint: bool,
    /// How often each name is being included right now.
    pub(super) included: RefCell<HashMap<Str, Rc<Cell<u32>>, Quick>>,
    /// What includes gave; nothing where somebody wants to know where each line comes from.
    pub(super) memory: Option<Rc<Memory>>,
    pub(super) warnings: RefCell<Warnings>,
}

/// All functions that a chart may call; made once.
pub fn functions() -> Arc<Functions> {
    static ALL: LazyLock<Arc<Functions>> = LazyLock::new(|| Arc::new(make()));
    Arc::clone(&ALL)
}

fn make() -> Functions {
    let mut all = Functions::sprig();
    all.remove("env");
    all.remove("expandenv");
    all.add("include", Function::executing("string, any -> string", include));
    all.add("tpl", Function::executing("string, any -> string", tpl));
    all.with("required", "string, any -> any", required);
    all.with("fail", "string -> string", fail);
    all.with("lookup", "string, string, string, string -> map", lookup);
    all.with("getHostByName", "string -> string", |_, _| Ok(Value::from("")));
    all.with("toYaml", "any -> string", |_, args| Ok(Value::from(to_yaml(arg(args)).unwrap_or_default())));
    all.with("mustToYaml", "any -> string", |_, args| to_yaml(arg(args)).map(Value::from));
    all.with("toYamlPretty", "any -> string", |_, args| Ok(Value::from(to_yaml_pretty(arg(args)))));
    all.with("fromYaml", "string -> map", |_, args| Ok(from_yaml(text(args))));
    all.with("fromYamlArray", "string -> []any", |_, args| Ok(from_yaml_array(text(args))));
    all.with("fromJson", "string -> map", |_, args| Ok(from_json(text(args))));
    all.with("fromJsonArray", "string -> []any", |_, args| Ok(from_json_array(text(args))));
    all.with("toToml", "any -> string", |_, args| {
        Ok(Value::from(toml::write(something(args)?).unwrap_or_else(|error| error)))
    });
    all.with("mustToToml", "any -> string", |_, args| {
        toml::write(something(args)?).map(Value::from).map_err(Error::new)
    });
    all.with("fromToml", "string -> map", |_, args| {
        Ok(Value::Map(toml::read(&text(args).to_text()).unwrap_or_else(|error| error_map(&error))))
    });
    all
}

/// What is to be TOML: Go's library falls over nothing at all.
fn something(args: &[Value]) -> Result<&Value, Error> {
    match arg(args) {
        Value::Nil | Value::NoValue => Err(Error::new("reflect: call of reflect.Value.Type on zero Value")),
        other => Ok(other),
    }
}

fn arg(args: &[Value]) -> &Value {
    args.first().unwrap_or(&Value::Nil)
}

pub(super) fn text(args: &[Value]) -> &Str {
    static EMPTY: LazyLock<Str> = LazyLock::new(|| Str::from(""));
    args.first().and_then(Value::as_str).unwrap_or(&EMPTY)
}

impl Host {
    pub(super) fn new(memory: Option<Rc<Memory>>) -> Self {
        Self { lookup: None, lint: false, included: RefCell::default(), memory, warnings: RefCell::default() }
    }

    /// Notes that what is asked for now may differ the next time.
    fn by_chance(&self) {
        if let Some(memory) = &self.memory {
            memory.chance().happens();
        }
    }
}

fn warned(message: &Str) -> Error {
    Error::new(format!("{WARN_START}{}{WARN_END}", message.to_text()))
}

fn required(call: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
    let value = args.get(1).cloned().unwrap_or_default();
    let is_missing = match &value {
        Value::Nil | Value::NoValue => true,
        Value::Str(text) => text.is_empty(),
        _ => false,
    };
    if !is_missing {
        return Ok(value);
    }
    match call.host::<Rc<Host>>() {
        Some(host) if host.lint => {
            let message = if value.is_nil() { "missing required value" } else { "missing required values" };
            let fields = [("message", &*text(args).to_text())];
            host.by_chance();
            host.warnings.borrow_mut().log("WARN", message, &fields);
            Ok(Value::from(""))
        }
        _ => Err(warned(text(args))),
    }
}

fn fail(call: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
    match call.host::<Rc<Host>>() {
        Some(host) if host.lint => {
            let fields = [("message", &*text(args).to_text())];
            host.by_chance();
            host.warnings.borrow_mut().log("INFO", "funcMap fail", &fields);
            Ok(Value::from(""))
        }
        _ => Err(warned(text(args))),
    }
}

fn lookup(call: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
    let word =
        |at: usize| args.get(at).and_then(Value::as_str).map(|text| text.to_text()).unwrap_or_default();
    let host = call.host::<Rc<Host>>();
    match host.and_then(|host| host.lookup.as_ref().filter(|_| !host.lint)) {
        None => Ok(Value::Map(Map::new())),
        Some(cluster) => {
            host.into_iter().for_each(|host| host.by_chance());
            match cluster.lookup(&word(0), &word(1), &word(2), &word(3)) {
                Ok(found) => Ok(Value::from_yaml(&found)),
                Err(error) => Err(Error::new(error)),
            }
        }
    }
}

fn to_yaml(value: &Value) -> Result<String, Error> {
    if let Some(text) = value.to_yaml_text() {
        return Ok(without_last_break(text));
    }
    let value = value.to_yaml().map_err(|error| error.wrap("error marshaling into JSON: "))?;
    let text = weir_yaml::to_yaml(&value)
        .map_err(|error| Error::new(format!("error converting JSON to YAML: {error}")))?;
    Ok(without_last_break(text))
}

fn without_last_break(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
    }
    text
}

fn to_yaml_pretty(value: &Value) -> String {
    let value = value.to_yaml().ok();
    let text = value.and_then(|value| weir_yaml::to_yaml_v3(&value, 2, false).ok());
    without_last_break(text.unwrap_or_default())
}

fn error_map(error: &str) -> Map {
    let map = Map::new();
    map.set("Error", error);
    map
}

/// What a document is, or why it cannot be read.
fn document(text: &Str) -> Result<weir_yaml::Value, String> {
    let text = typed::utf8(text).map_err(|error| error.message)?;
    weir_yaml::first_from_yaml(text, Dialect::Sigs)
        .map_err(|error| format!("error converting YAML to JSON: {}", error.in_words_of_v2()))
}

fn misfit(value: &weir_yaml::Value, wanted: &str) -> String {
    let kind = typed::json_kind(value);
    format!("json: cannot unmarshal {kind} into Go value of type {wanted}")
}

fn from_yaml(text: &Str) -> Value {
    match document(text) {
        // Null leaves the map as it was: empty.
        Ok(weir_yaml::Value::Null) => Value::Map(Map::new()),
        Ok(value @ weir_yaml::Value::Map(_)) => Value::from_yaml(&value),
        Ok(other) => {
            let problem = misfit(&other, "map[string]interface {}");
            Value::Map(error_map(&format!("error unmarshaling JSON: while decoding JSON: {problem}")))
        }
        Err(error) => Value::Map(error_map(&error)),
    }
}

fn error_list(error: String) -> Value {
    Value::list(vec![Value::from(error)])
}

fn from_yaml_array(text: &Str) -> Value {
    match document(text) {
        Ok(weir_yaml::Value::Null) => Value::list(Vec::new()),
        Ok(value @ weir_yaml::Value::List(_)) => Value::from_yaml(&value),
        Ok(other) => {
            let problem = misfit(&other, "[]interface {}");
            error_list(format!("error unmarshaling JSON: while decoding JSON: {problem}"))
        }
        Err(error) => error_list(error),
    }
}

/// What a JSON text that is no map or list is to `encoding/json`.
fn json_misfit(value: &Value, wanted: &str) -> String {
    let kind = match value {
        Value::Bool(_) => "bool",
        Value::Float(_) | Value::Int(..) => "number",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "string",
    };
    format!("json: cannot unmarshal {kind} into Go value of type {wanted}")
}

fn from_json(text: &Str) -> Value {
    match Value::from_json(text) {
        Ok(Value::Nil) => Value::Map(Map::nil(Type::AnyMap)),
        Ok(value @ Value::Map(_)) => value,
        Ok(other) => Value::Map(error_map(&json_misfit(&other, "map[string]interface {}"))),
        Err(error) => Value::Map(error_map(&error.to_string())),
    }
}

fn from_json_array(text: &Str) -> Value {
    match Value::from_json(text) {
        Ok(Value::Nil) => Value::List(List::nil(Type::AnyList)),
        Ok(value @ Value::List(_)) => value,
        Ok(other) => error_list(json_misfit(&other, "[]interface {}")),
        Err(error) => error_list(error.to_string()),
    }
}
