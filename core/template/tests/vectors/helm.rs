//! Just enough of Helm's engine to run the vectors: its functions, and how it words errors.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use weir_template::{
    Answer, Env, Error, ErrorKind, Function, Functions, Kind, List, Map, MissingKey, Object, Set, Value,
};
use weir_yaml as yaml;

const FILE: &str = "vectors/templates/main.yaml";

static FUNCTIONS: LazyLock<Arc<Functions>> = LazyLock::new(|| Arc::new(functions()));

/// How often each template is being included.
#[derive(Default)]
struct Host {
    included: RefCell<HashMap<Vec<u8>, u32>>,
}

fn text(args: &[Value], at: usize) -> weir_template::Str {
    args.get(at).and_then(Value::as_str).cloned().unwrap()
}

fn functions() -> Functions {
    let mut functions = Functions::sprig();
    functions.add(
        "include",
        Function::executing("string, any -> string", |call, args| {
            let name = text(args, 0);
            let host: &Host = call.host().unwrap();
            let mut included = host.included.borrow_mut();
            let count = included.entry(name.to_vec()).or_default();
            if *count > 1000 {
                return Err(Error::new(format!(
                    "rendering template has a nested reference name: {}: unable to execute template",
                    name.to_text()
                )));
            }
            *count += 1;
            Ok(Answer::execute(Arc::clone(call.set()), name, args.get(1).cloned().unwrap(), |written| {
                written.map(Value::from)
            }))
        }),
    );
    functions.add(
        "tpl",
        Function::executing("string, any -> string", |call, args| {
            let source = text(args, 0);
            let quoted = || format!("{:?}", Value::Str(text(args, 0)));
            let parsed = call.parse("gotpl", &source);
            let set = parsed.map_err(|error| error.wrap(format!("cannot parse template {}: ", quoted())))?;
            let wrap = format!("error during tpl function execution for {}: ", quoted());
            Ok(Answer::execute(set, "gotpl", args.get(1).cloned().unwrap(), move |written| {
                let written = written.map_err(|error| error.wrap(wrap))?;
                Ok(without_no_value(&written).into())
            }))
        }),
    );
    functions
        .with("required", "string, any -> any", |_, args| {
            let value = args.get(1).cloned().unwrap();
            if value.is_nil() || value.as_str().is_some_and(|text| text.is_empty()) {
                return Err(warning(&text(args, 0)));
            }
            Ok(value)
        })
        .with("fail", "string -> string", |_, args| Err(warning(&text(args, 0))))
        .with("toYaml", "any -> string", |_, args| {
            let value = args.first().unwrap().to_yaml()?;
            let text = yaml::to_yaml(&value).unwrap_or_default();
            Ok(text.strip_suffix('\n').unwrap_or(&text).into())
        })
        .with("mustToYaml", "any -> string", |_, args| {
            let value = args.first().unwrap().to_yaml()?;
            let text = yaml::to_yaml(&value).map_err(|error| Error::new(error.to_string()))?;
            Ok(text.strip_suffix('\n').unwrap_or(&text).into())
        })
        .with("toYamlPretty", "any -> string", |_, args| {
            let value = args.first().unwrap().to_yaml()?;
            let text = yaml::to_yaml_v3(&value, 2, false).unwrap_or_default();
            Ok(text.strip_suffix('\n').unwrap_or(&text).into())
        })
        .with("toJson", "any -> string", |_, args| {
            Ok(args.first().unwrap().to_json().unwrap_or_default().into())
        })
        .with("fromYaml", "string -> map", |_, args| {
            match yaml::first_from_yaml(&text(args, 0).to_text(), yaml::Dialect::Sigs) {
                Ok(yaml::Value::Null) => Ok(Map::new().into()),
                Ok(value @ yaml::Value::Map(_)) => Ok(Value::from_yaml(&value)),
                Ok(value) => Ok(error_map(&unmarshal_error(&value, "map[string]interface {}"))),
                Err(error) => Ok(error_map(&yaml_error(&error))),
            }
        })
        .with("fromYamlArray", "string -> []any", |_, args| {
            match yaml::first_from_yaml(&text(args, 0).to_text(), yaml::Dialect::Sigs) {
                Ok(yaml::Value::Null) => Ok(Value::list(Vec::new())),
                Ok(value @ yaml::Value::List(_)) => Ok(Value::from_yaml(&value)),
                Ok(value) => Ok(Value::list(vec![unmarshal_error(&value, "[]interface {}").into()])),
                Err(error) => Ok(Value::list(vec![yaml_error(&error).into()])),
            }
        })
        .with("fromJson", "string -> map", |_, args| match Value::from_json_partly(&text(args, 0)) {
            (Value::Nil, None) => Ok(Map::nil(weir_template::Type::AnyMap).into()),
            (value @ Value::Map(_), None) => Ok(value),
            (Value::Map(map), Some(error)) => {
                map.set("Error", error.to_string());
                Ok(map.into())
            }
            (_, Some(error)) => Ok(error_map(&error.to_string())),
            (value, None) => Ok(error_map(&json_error(&value.to_yaml()?, "map[string]interface {}"))),
        })
        .with("fromJsonArray", "string -> []any", |_, args| match Value::from_json_partly(&text(args, 0)) {
            (Value::Nil, None) => Ok(List::nil(weir_template::Type::AnyList).into()),
            (value @ Value::List(_), None) => Ok(value),
            (_, Some(error)) => Ok(Value::list(vec![error.to_string().into()])),
            (value, None) => Ok(Value::list(vec![json_error(&value.to_yaml()?, "[]interface {}").into()])),
        });
    functions
}

fn yaml_error(error: &yaml::YamlError) -> String {
    // sigs.k8s.io/yaml leaves the first line out.
    format!("error converting YAML to JSON: {}", error.to_string().replace("yaml: line 1: ", "yaml: "))
}

fn json_error(value: &yaml::Value, wanted: &str) -> String {
    let kind = match value.kind() {
        "boolean" => "bool",
        "map" => "object",
        "list" => "array",
        other => other,
    };
    format!("json: cannot unmarshal {kind} into Go value of type {wanted}")
}

fn unmarshal_error(value: &yaml::Value, wanted: &str) -> String {
    format!("error unmarshaling JSON: while decoding JSON: {}", json_error(value, wanted))
}

fn without_no_value(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(b"<no value>") {
            rest = after;
        } else {
            out.push(*first);
            rest = tail;
        }
    }
    out
}

/// A named map, or the files of a chart that has none.
struct Named(&'static str, Map);

impl Object for Named {
    fn type_name(&self) -> Cow<'static, str> {
        self.0.into()
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn underlying(&self) -> Option<Value> {
        Some(self.1.clone().into())
    }

    fn method(&self, name: &str) -> Option<&'static str> {
        (self.0 == "engine.files" && name == "Get").then_some("string -> string")
    }

    fn call(&self, _: &str, _: &mut weir_template::Call<'_>, _: &[Value]) -> Result<Value, Error> {
        Ok("".into())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn error_map(text: &str) -> Value {
    let map = Map::new();
    map.set("Error", text);
    map.into()
}

fn warning(text: &[u8]) -> Error {
    Error::new(format!("HELM_ERR_START{}HELM_ERR_END", String::from_utf8_lossy(text)))
}

pub(crate) fn render(template: &str, values: &yaml::Value, header: &yaml::Value) -> Result<Vec<u8>, String> {
    let mut set = Set::new(Arc::clone(&FUNCTIONS)).with_missing_key(MissingKey::Zero);
    set.parse("vectors/templates/_helpers.tpl", header.str_at(&["helpers"]).unwrap()).unwrap();
    set.parse(FILE, template).map_err(|error| {
        let text = error.to_string();
        let tokens: Vec<&str> = text.split(": ").collect();
        format!("parse error at ({}): {}", tokens[1], tokens.last().unwrap())
    })?;
    let data = Map::new();
    let map = Value::from_yaml(values).as_map().unwrap();
    data.set("Values", Value::object(Named("common.Values", map)));
    data.set("Files", Value::object(Named("engine.files", Map::new())));
    let chart = Map::new();
    for (key, value) in header.get("chart").unwrap().as_map().unwrap().iter() {
        let (first, rest) = key.split_at(1);
        let name = format!("{}{rest}", first.to_uppercase()).replace("Api", "API");
        chart.set(name, Value::from_yaml(value));
    }
    data.set("Chart", Value::Map(chart));
    let template = Map::new();
    template.set("Name", FILE);
    template.set("BasePath", "vectors/templates");
    data.set("Template", Value::Map(template));
    let release = Map::new();
    for (key, value) in header.get("release").unwrap().as_map().unwrap().iter() {
        let value = value.as_i64().map_or_else(|| Value::from_yaml(value), Value::int);
        release.set(key.as_str(), value);
    }
    data.set("Release", Value::Map(release));
    data.set("Capabilities", Value::Nil);
    let host = Host::default();
    // Rows that show what is no date show today.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let env = Env { host: Some(&host), now: (now.as_secs() as i64, 0), ..Env::default() };
    let mut out = Vec::new();
    match Arc::new(set).execute(FILE, data.into(), &mut out, &env) {
        Ok(()) => Ok(without_no_value(&out)),
        Err(error) => Err(reshaped(&error)),
    }
}

/// Helm's three indented lines for each link of the chain.
fn reshaped(error: &Error) -> String {
    if error.kind() != ErrorKind::Exec {
        return error.to_string();
    }
    let text = error.to_string();
    let tokens: Vec<&str> = text.splitn(3, ": ").collect();
    let [_, location, rest] = tokens.as_slice() else {
        return format!("execution error in ({FILE}): {text}");
    };
    if let (Some(start), Some(end)) = (rest.find("HELM_ERR_START"), rest.rfind("HELM_ERR_END"))
        && start < end
    {
        return format!("execution error at ({location}): {}", &rest[start + 14..end]);
    }
    let mut shown: Vec<String> = Vec::new();
    for (_, link) in error.chain() {
        let Some(line) = traced(&link) else { return text };
        if shown.last() != Some(&line) {
            shown.push(line);
        }
    }
    shown.concat().trim().to_string()
}

fn traced(text: &str) -> Option<String> {
    let rest = text.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        return Some(format!("{text}\n"));
    }
    let short = |message: &str| message.find(" template:").map_or(message, |at| &message[..at]).to_string();
    if let Some((name, after)) = rest.split_once(": executing ") {
        let quoted = after.strip_prefix('"')?;
        let end = quoted.find('"')?;
        let at = quoted[end + 1..].strip_prefix(" at <")?;
        let (place, message) = at.split_once(">: ")?;
        let message = short(message);
        let function = format!("executing \"{}\" at <{place}>:", &quoted[..end]);
        let message = if message.is_empty() { String::new() } else { format!("{message}\n") };
        return Some(format!("{name}\n  {function}\n    {message}"));
    }
    let (name, message) = rest.rsplit_once(": ")?;
    let message = short(message);
    Some(format!("{name}\n  {message}\n"))
}
