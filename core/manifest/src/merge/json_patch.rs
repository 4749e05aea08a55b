//! JSON patch, RFC 6902, as `evanphx/json-patch` v4 reads it: negative indices count from the end, a map lacks nothing
//! (`replace`, `test` and `copy` take a missing key as null), and texts are compared as they are written.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use weir_yaml::{Map, Text, Value};

use crate::quote::quoted;

/// A list of operations.
#[derive(Debug, Clone, Default)]
pub struct JsonPatch {
    operations: Vec<Value>,
    /// The patch was written by a person, so `<`, `>` and `&` stand unescaped in it.
    is_literal: bool,
}

/// Why a patch cannot be read or applied, in the words of the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPatchError(pub String);

impl fmt::Display for JsonPatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JsonPatchError {}

fn error<T>(text: impl Into<String>) -> Result<T, JsonPatchError> {
    Err(JsonPatchError(text.into()))
}

const MISSING: &str = "missing value";

impl JsonPatch {
    /// From a list of maps; null is an empty patch.
    pub fn new(patch: &Value) -> Result<Self, JsonPatchError> {
        let operations = match patch {
            Value::Null => Vec::new(),
            Value::List(list) => list.to_vec(),
            other => return error(format!("cannot unmarshal {} into a JSON patch", json_kind(other))),
        };
        let wrong = operations.iter().find(|operation| !matches!(operation, Value::Map(_) | Value::Null));
        if let Some(wrong) = wrong {
            return error(format!("cannot unmarshal {} into an operation of a JSON patch", json_kind(wrong)));
        }
        Ok(Self { operations, is_literal: false })
    }

    /// The same patch as text of JSON that a person wrote. It matters to `test` only: kustomize escapes `<`, `>` and `&` in
    /// documents but not in literal patches, so texts with these characters are never equal there.
    pub fn literal(mut self) -> Self {
        self.is_literal = true;
        self
    }

    /// Applies all operations to a document that was written by Go, with escapes.
    pub fn apply(&self, document: &mut Value) -> Result<(), JsonPatchError> {
        self.apply_to(document, true)
    }

    /// As [`JsonPatch::apply`], and then reads all numbers as kustomize does after a patch: as floats, so that large integers
    /// lose digits.
    pub fn apply_in_kustomize(&self, document: &mut Value) -> Result<(), JsonPatchError> {
        let mut patched = document.clone();
        self.apply(&mut patched)?;
        if patched.as_map().is_none() {
            return error(format!("the patch makes a {} of the object", patched.kind()));
        }
        through_floats(&mut patched);
        *document = patched;
        Ok(())
    }

    /// Applies all operations to a document as a person wrote it.
    pub fn apply_to_literal(&self, document: &mut Value) -> Result<(), JsonPatchError> {
        self.apply_to(document, false)
    }

    /// On an error the document is left as it was.
    fn apply_to(&self, document: &mut Value, is_escaped: bool) -> Result<(), JsonPatchError> {
        let root = match document {
            Value::Map(_) | Value::List(_) => document.clone(),
            Value::Null => Value::Map(Map::new()),
            _ => return error(format!("cannot apply a JSON patch to a {}", document.kind())),
        };
        let mut spelling = Spelling { document: is_escaped, known: HashMap::new() };
        for operation in &self.operations {
            spelling.learn(operation, !self.is_literal);
        }
        let mut run = Run { root, spelling };
        for operation in &self.operations {
            run.step(&Operation(operation))?;
        }
        if !(document.is_null() && run.root.as_map().is_some_and(Map::is_empty)) {
            *document = run.root;
        }
        Ok(())
    }
}

fn through_floats(value: &mut Value) {
    match value {
        Value::Int(number) => {
            let float = *number as f64;
            // 2^63 itself is the first that no longer fits.
            *value = if float < 9_223_372_036_854_775_808.0 {
                Value::Int(float as i64)
            } else {
                Value::Float(float)
            };
        }
        Value::UInt(number) => *value = Value::Float(*number as f64),
        Value::List(_) => value.as_list_mut().into_iter().flatten().for_each(through_floats),
        Value::Map(map) => map.values_mut().for_each(through_floats),
        _ => {}
    }
}

fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "bool",
        Value::Map(_) => "object",
        Value::List(_) => "array",
        other => other.kind(),
    }
}

/// Whether texts stand escaped in their JSON. Only texts with `<`, `>`, `&` and line separators can differ in that.
struct Spelling {
    document: bool,
    /// By address; the text is held so that the address stays its own.
    known: HashMap<usize, (Text, bool)>,
}

impl Spelling {
    fn address(text: &Text) -> usize {
        Arc::as_ptr(text).cast::<u8>() as usize
    }

    fn is_plain(text: &str) -> bool {
        !text.contains(['<', '>', '&', '\u{2028}', '\u{2029}'])
    }

    fn learn(&mut self, value: &Value, escaped: bool) {
        match value {
            Value::String(text) if !Self::is_plain(text) => {
                self.known.insert(Self::address(text), (Text::clone(text), escaped));
            }
            Value::List(list) => list.iter().for_each(|item| self.learn(item, escaped)),
            Value::Map(map) => map.values().for_each(|item| self.learn(item, escaped)),
            _ => {}
        }
    }

    /// A copy is written by Go, so it is escaped.
    fn copy(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) if !Self::is_plain(text) => {
                let own = Text::from(&**text);
                self.known.insert(Self::address(&own), (Text::clone(&own), true));
                Value::String(own)
            }
            Value::List(list) => list.iter().map(|item| self.copy(item)).collect(),
            Value::Map(map) => {
                Value::Map(map.iter().map(|(key, item)| (key.clone(), self.copy(item))).collect())
            }
            other => other.clone(),
        }
    }

    fn is_escaped(&self, text: &Text) -> bool {
        self.known.get(&Self::address(text)).map_or(self.document, |(_, escaped)| *escaped)
    }

    /// Numbers are compared as texts: `1` is not `1.0`.
    fn is_same(&self, one: &Value, other: &Value) -> bool {
        match (one, other) {
            (Value::String(a), Value::String(b)) => {
                a == b && (Self::is_plain(a) || self.is_escaped(a) == self.is_escaped(b))
            }
            (Value::List(a), Value::List(b)) => {
                a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| self.is_same(a, b))
            }
            (Value::Map(a), Value::Map(b)) => {
                let same = |key: &str, value| b.get(key).is_some_and(|other| self.is_same(value, other));
                a.len() == b.len() && a.iter().all(|(key, value)| same(key, value))
            }
            (a, b) => a == b,
        }
    }
}

/// One operation as it is written.
struct Operation<'a>(&'a Value);

impl Operation<'_> {
    fn kind(&self) -> &str {
        self.0.str_at(&["op"]).unwrap_or("unknown")
    }

    fn text(&self, field: &str, missing: &str) -> Result<&str, String> {
        match self.0.get(field) {
            None | Some(Value::Null) => Err(format!("operation{missing} missing {field} field: {MISSING}")),
            Some(Value::String(text)) => Ok(text),
            Some(other) => {
                Err(format!("json: cannot unmarshal {} into Go value of type string", json_kind(other)))
            }
        }
    }

    fn path(&self) -> Result<&str, String> {
        self.text("path", "")
    }

    fn from(&self) -> Result<&str, String> {
        self.text("from", ",")
    }

    fn value(&self) -> Value {
        self.0.get("value").cloned().unwrap_or_default()
    }
}

struct Run {
    root: Value,
    spelling: Spelling,
}

impl Run {
    fn step(&mut self, operation: &Operation<'_>) -> Result<(), JsonPatchError> {
        match operation.kind() {
            "add" => self.add(operation),
            "remove" => self.remove(operation),
            "replace" => self.replace(operation),
            "move" => self.move_value(operation),
            "test" => self.test(operation),
            "copy" => self.copy(operation),
            other => error(format!("Unexpected kind: {other}")),
        }
    }

    fn add(&mut self, operation: &Operation<'_>) -> Result<(), JsonPatchError> {
        let Ok(path) = operation.path() else {
            return error(format!("add operation failed to decode path: {MISSING}"));
        };
        let Some((container, key)) = find(&mut self.root, path) else {
            return error(format!(
                "add operation does not apply: doc is missing path: {path_q}: {MISSING}",
                path_q = plain_quoted(path)
            ));
        };
        insert(container, &key, operation.value())
            .or_else(|problem| error(format!("error in add for path: '{path}': {problem}")))
    }

    fn remove(&mut self, operation: &Operation<'_>) -> Result<(), JsonPatchError> {
        let Ok(path) = operation.path() else {
            return error(format!("remove operation failed to decode path: {MISSING}"));
        };
        let Some((container, key)) = find(&mut self.root, path) else {
            return error(format!(
                "remove operation does not apply: doc is missing path: {}: {MISSING}",
                plain_quoted(path)
            ));
        };
        match take(container, &key) {
            Ok(_) => Ok(()),
            Err(problem) => error(format!("error in remove for path: '{path}': {problem}")),
        }
    }

    fn replace(&mut self, operation: &Operation<'_>) -> Result<(), JsonPatchError> {
        let path = match operation.path() {
            Ok(path) => path,
            Err(problem) => return error(format!("replace operation failed to decode path: {problem}")),
        };
        if path.is_empty() {
            let value = operation.value();
            if !matches!(value, Value::Map(_) | Value::List(_)) {
                return error("replace operation value must be object or array: %!w(<nil>)");
            }
            self.root = value;
            return Ok(());
        }
        let Some((container, key)) = find(&mut self.root, path) else {
            return error(format!(
                "replace operation does not apply: doc is missing path: {path}: {MISSING}"
            ));
        };
        if look(container, &key).is_err() {
            return error(format!("replace operation does not apply: doc is missing key: {path}: {MISSING}"));
        }
        match container {
            Value::Map(map) => {
                map.insert(key, operation.value());
            }
            other => {
                let list = other.as_list_mut().expect("a container is a map or a list");
                let at = index(&key, list.len()).expect("the value was found just now");
                list[at] = operation.value();
            }
        }
        Ok(())
    }

    fn move_value(&mut self, operation: &Operation<'_>) -> Result<(), JsonPatchError> {
        let from = match operation.from() {
            Ok(from) => from,
            Err(problem) => return error(format!("move operation failed to decode from: {problem}")),
        };
        let Some((container, key)) = find(&mut self.root, from) else {
            return error(format!(
                "move operation does not apply: doc is missing from path: {from}: {MISSING}"
            ));
        };
        let value = look(container, &key).and_then(|_| take(container, &key));
        let value = value.or_else(|problem| error(format!("error in move for path: '{key}': {problem}")))?;
        let path = match operation.path() {
            Ok(path) => path,
            Err(problem) => return error(format!("move operation failed to decode path: {problem}")),
        };
        let Some((container, key)) = find(&mut self.root, path) else {
            return error(format!(
                "move operation does not apply: doc is missing destination path: {path}: {MISSING}"
            ));
        };
        insert(container, &key, value)
            .or_else(|problem| error(format!("error in move for path: '{path}': {problem}")))
    }

    fn copy(&mut self, operation: &Operation<'_>) -> Result<(), JsonPatchError> {
        let from = match operation.from() {
            Ok(from) => from,
            Err(problem) => return error(format!("copy operation failed to decode from: {problem}")),
        };
        let Some((container, key)) = find(&mut self.root, from) else {
            return error(format!(
                "copy operation does not apply: doc is missing from path: {from}: {MISSING}"
            ));
        };
        let value = look(container, &key)
            .or_else(|problem| error(format!("error in copy for from: '{from}': {problem}")))?
            .unwrap_or_default();
        let Ok(path) = operation.path() else {
            return error(format!("copy operation failed to decode path: {MISSING}"));
        };
        let value = self.spelling.copy(&value);
        let Some((container, key)) = find(&mut self.root, path) else {
            return error(format!(
                "copy operation does not apply: doc is missing destination path: {path}: {MISSING}"
            ));
        };
        insert(container, &key, value)
            .or_else(|problem| error(format!("error while adding value during copy: {problem}")))
    }

    fn test(&mut self, operation: &Operation<'_>) -> Result<(), JsonPatchError> {
        let path = match operation.path() {
            Ok(path) => path,
            Err(problem) => return error(format!("test operation failed to decode path: {problem}")),
        };
        let found = if path.is_empty() {
            self.root.clone()
        } else {
            let Some((container, key)) = find(&mut self.root, path) else {
                return error(format!("test operation does not apply: is missing path: {path}: {MISSING}"));
            };
            look(container, &key)
                .or_else(|problem| error(format!("error in test for path: '{path}': {problem}")))?
                .unwrap_or_default()
        };
        if self.spelling.is_same(&found, &operation.value()) {
            return Ok(());
        }
        error(format!("testing value {path} failed: test failed"))
    }
}

/// In quotes, but with nothing escaped.
fn plain_quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// The container of the value at this pointer, and the key of the value in it. What stands before the first slash does not
/// matter.
fn find<'a>(root: &'a mut Value, path: &str) -> Option<(&'a mut Value, String)> {
    let decoded = |part: &str| unescape(part);
    let mut parts = path.split('/').skip(1).peekable();
    let mut container = root;
    loop {
        let part = decoded(parts.next()?);
        if parts.peek().is_none() {
            return matches!(container, Value::Map(_) | Value::List(_)).then_some((container, part));
        }
        container = match container {
            Value::Map(map) => map.get_mut(&part)?,
            other => {
                let list = other.as_list_mut()?;
                let at = index(&part, list.len()).ok()?;
                list.get_mut(at)?
            }
        };
    }
}

/// `~1` is a slash, `~0` a tilde, in one pass from the left.
fn unescape(part: &str) -> String {
    if !part.contains('~') {
        return part.to_string();
    }
    let mut out = String::with_capacity(part.len());
    let mut rest = part;
    while let Some(at) = rest.find('~') {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let (sign, length) = match after.as_bytes().get(1) {
            Some(b'1') => ('/', 2),
            Some(b'0') => ('~', 2),
            _ => ('~', 1),
        };
        out.push(sign);
        rest = &after[length..];
    }
    out + rest
}

fn atoi(key: &str) -> Result<i64, String> {
    let digits = key.strip_prefix(['+', '-']).unwrap_or(key);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    key.parse().map_err(|_| {
        let problem = if is_number { "value out of range" } else { "invalid syntax" };
        format!("strconv.Atoi: parsing {}: {problem}", quoted(key))
    })
}

fn invalid_index(at: i64) -> String {
    format!("Unable to access invalid index: {at}: invalid index referenced")
}

/// The place in a list of this length; negative ones count from the end.
fn index(key: &str, length: usize) -> Result<usize, String> {
    let at = atoi(key)?;
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    if at >= length || at < -length {
        return Err(invalid_index(at));
    }
    usize::try_from(if at < 0 { at + length } else { at }).map_err(|_| invalid_index(at))
}

/// What stands under a key; nothing is no error in a map, but one in a list.
fn look(container: &Value, key: &str) -> Result<Option<Value>, String> {
    match container {
        Value::List(list) => index(key, list.len()).map(|at| list.get(at).cloned()),
        other => Ok(other.get(key).cloned()),
    }
}

fn take(container: &mut Value, key: &str) -> Result<Value, String> {
    match container {
        Value::Map(map) => {
            map.remove(key).ok_or_else(|| format!("Unable to remove nonexistent key: {key}: {MISSING}"))
        }
        other => {
            let list = other.as_list_mut().expect("a container is a map or a list");
            let at = index(key, list.len())?;
            Ok(list.remove(at))
        }
    }
}

fn insert(container: &mut Value, key: &str, value: Value) -> Result<(), String> {
    match container {
        Value::Map(map) => {
            map.insert(key, value);
        }
        other => {
            let list = other.as_list_mut().expect("a container is a map or a list");
            if key == "-" {
                list.push(value);
                return Ok(());
            }
            let improper = |problem| format!("value was not a proper array index: '{key}': {problem}");
            atoi(key).map_err(improper)?;
            let at = index(key, list.len() + 1)?;
            list.insert(at, value);
        }
    }
    Ok(())
}
