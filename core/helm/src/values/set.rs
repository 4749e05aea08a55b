//! `--set` and its kin: `name=value,list[0].key=value`, read as Helm's `strvals` does, its odd corners included.

use weir_yaml::{Map, Value, from_json};

use super::file::floats;
use super::literal::go_type;
use crate::error::Error;
use crate::quote::quoted;

/// The highest index of a list.
pub(super) const MAX_INDEX: usize = 65_536;
/// How deep a name may go.
pub(super) const MAX_DEPTH: usize = 30;

/// What values are made of the texts.
pub(super) enum Kind<'r> {
    /// `--set`: numbers, booleans and null are known.
    Typed,
    /// `--set-string`.
    Text,
    /// `--set-json`.
    Json,
    /// `--set-file`: what the file of that name holds.
    File(&'r mut dyn FnMut(&str) -> Result<Value, Error>),
}

/// Why reading stopped.
pub(super) enum Stop {
    /// The text is at its end, which is no failure.
    End,
    /// It cannot be read.
    Failed(Error),
}

impl Stop {
    fn failed(message: impl Into<String>) -> Self {
        Self::Failed(Error::new(message))
    }
}

/// Reads a text over these values.
pub(super) fn parse_into(text: &str, values: &mut Map, kind: Kind<'_>) -> Result<(), Error> {
    let mut parser = Parser { text: text.chars().collect(), at: 0, kind };
    loop {
        match parser.key(values, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Failed(error)) => return Err(error),
        }
    }
}

struct Parser<'r> {
    text: Vec<char>,
    at: usize,
    kind: Kind<'r>,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.text.get(self.at).copied();
        self.at += usize::from(c.is_some());
        c
    }

    /// What stands before one of these characters, and which one it is; none at the end.
    fn until(&mut self, stop: &[char]) -> (String, Option<char>) {
        let mut text = String::new();
        loop {
            match self.next() {
                None => return (text, None),
                Some(c) if stop.contains(&c) => return (text, Some(c)),
                Some('\\') => match self.next() {
                    None => return (text, None),
                    Some(c) => text.push(c),
                },
                Some(c) => text.push(c),
            }
        }
    }

    fn key(&mut self, data: &mut Map, depth: usize) -> Result<(), Stop> {
        let (key, last) = self.until(&['=', '[', ',', '.']);
        match last {
            None if key.is_empty() => Err(Stop::End),
            None => Err(Stop::failed(format!("key {} has no value", quoted(&key)))),
            Some('[') => self.list(data, &key, depth),
            Some('=') => self.assign(data, &key),
            Some(',') => Err(Stop::failed(format!("key {} has no value (cannot end with ,)", quoted(&key)))),
            Some(_) => self.below(data, &key, depth + 1),
        }
    }

    fn list(&mut self, data: &mut Map, key: &str, depth: usize) -> Result<(), Stop> {
        let index = self.index()?;
        let list = match data.get(key) {
            None => Vec::new(),
            Some(Value::List(items)) => items.to_vec(),
            Some(other) => return Err(no_key(other, "[]interface {}")),
        };
        let (list, result) = self.item(list, index, depth);
        set(data, key, Value::from(list));
        result
    }

    fn assign(&mut self, data: &mut Map, key: &str) -> Result<(), Stop> {
        if matches!(self.kind, Kind::Json) {
            let value = self.json()?;
            set(data, key, value);
            return Ok(());
        }
        match self.value_list()? {
            Listed::Items(items) => set(data, key, Value::from(items)),
            Listed::AtEnd => {
                set(data, key, Value::from(""));
                return Err(Stop::End);
            }
            Listed::NoList => {
                let (text, _) = self.until(&[',']);
                let value = self.read(text)?;
                set(data, key, value);
            }
        }
        Ok(())
    }

    fn below(&mut self, data: &mut Map, key: &str, depth: usize) -> Result<(), Stop> {
        if depth > MAX_DEPTH {
            return Err(Stop::failed(format!(
                "value name nested level is greater than maximum supported nested level of {MAX_DEPTH}"
            )));
        }
        let mut inner = match data.get(key) {
            None => Map::new(),
            Some(Value::Map(map)) => map.clone(),
            Some(other) => return Err(no_key(other, "map[string]interface {}")),
        };
        let result = self.key(&mut inner, depth);
        if result.is_ok() && inner.is_empty() {
            return Err(Stop::failed(format!("key map {} has no value", quoted(key))));
        }
        if !inner.is_empty() {
            set(data, key, Value::from(inner));
        }
        result
    }

    fn index(&mut self) -> Result<i64, Stop> {
        let (text, last) = self.until(&[']']);
        // Wrapped, the end of the text is still no failure.
        if last.is_none() {
            return Err(Stop::End);
        }
        atoi(&text).map_err(|error| Stop::failed(format!("error parsing index: {error}")))
    }

    /// The list with the item set. What was there already changes in place, whatever comes after.
    fn item(&mut self, list: Vec<Value>, index: i64, depth: usize) -> (Vec<Value>, Result<(), Stop>) {
        let Ok(at) = usize::try_from(index) else {
            return (list, Err(Stop::failed(format!("negative {index} index not allowed"))));
        };
        let (key, last) = self.until(&['[', '.', '=']);
        if !key.is_empty() {
            let message = format!("unexpected data at end of array index: {}", quoted(&key));
            return (list, Err(Stop::failed(message)));
        }
        match last {
            None => (list, Err(Stop::End)),
            Some('=') => match self.item_value() {
                Ok(value) => set_index(list, at, value),
                Err(stop) => (list, Err(stop)),
            },
            Some('[') => self.item_list(list, at, depth),
            Some(_) => self.item_map(list, at, depth),
        }
    }

    fn item_value(&mut self) -> Result<Value, Stop> {
        if matches!(self.kind, Kind::Json) {
            return self.json();
        }
        match self.value_list()? {
            Listed::Items(items) => Ok(Value::from(items)),
            Listed::AtEnd => Ok(Value::from("")),
            Listed::NoList => {
                let (text, _) = self.until(&[',']);
                self.read(text)
            }
        }
    }

    fn item_list(&mut self, mut list: Vec<Value>, at: usize, depth: usize) -> (Vec<Value>, Result<(), Stop>) {
        let next = match self.index() {
            Ok(next) => next,
            Err(stop) => return (list, Err(stop)),
        };
        let inner = match list.get(at) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::List(items)) => items.to_vec(),
            Some(other) => {
                let stop = no_key(other, "[]interface {}");
                return (list, Err(stop));
            }
        };
        let length = inner.len();
        let (inner, result) = self.item(inner, next, depth);
        match result {
            Ok(()) => set_index(list, at, Value::from(inner)),
            Err(stop) => {
                if length > 0 && inner.len() == length {
                    list[at] = Value::from(inner);
                }
                (list, Err(stop))
            }
        }
    }

    fn item_map(&mut self, mut list: Vec<Value>, at: usize, depth: usize) -> (Vec<Value>, Result<(), Stop>) {
        let mut inner = list.get(at).and_then(Value::as_map).cloned().unwrap_or_default();
        let result = self.key(&mut inner, depth);
        match result {
            Ok(()) => set_index(list, at, Value::from(inner)),
            Err(stop) => {
                if let Some(item) = list.get_mut(at) {
                    *item = Value::from(inner);
                }
                (list, Err(stop))
            }
        }
    }

    /// A list in braces, if one begins here.
    fn value_list(&mut self) -> Result<Listed, Stop> {
        match self.text.get(self.at) {
            None => return Ok(Listed::AtEnd),
            Some('{') => self.at += 1,
            Some(_) => return Ok(Listed::NoList),
        }
        let mut items = Vec::new();
        loop {
            let (text, last) = self.until(&[',', '}']);
            if last.is_none() {
                return Err(Stop::failed("list must terminate with '}'"));
            }
            if last == Some('}') && self.text.get(self.at) == Some(&',') {
                self.at += 1;
            }
            items.push(self.read(text)?);
            if last == Some('}') {
                return Ok(Listed::Items(items));
            }
        }
    }

    fn read(&mut self, text: String) -> Result<Value, Stop> {
        match &mut self.kind {
            Kind::Typed | Kind::Json => Ok(typed(text)),
            Kind::Text => Ok(Value::from(text)),
            Kind::File(read) => read(&text).map_err(Stop::Failed),
        }
    }

    /// A value in JSON; nothing at all is null. A comma behind it is taken too.
    fn json(&mut self) -> Result<Value, Stop> {
        if self.is_empty_value() {
            return Ok(Value::Null);
        }
        let end = json_end(&self.text, self.at);
        let text: String = self.text[self.at..end].iter().collect();
        let value = from_json(text.as_bytes()).map_err(|error| Stop::failed(error.to_string()))?;
        self.at = end;
        self.is_empty_value();
        Ok(floats(value))
    }

    fn is_empty_value(&mut self) -> bool {
        loop {
            match self.text.get(self.at) {
                None => return true,
                Some(',') => {
                    self.at += 1;
                    return true;
                }
                Some(c) if c.is_whitespace() => self.at += 1,
                Some(_) => return false,
            }
        }
    }
}

enum Listed {
    Items(Vec<Value>),
    AtEnd,
    NoList,
}

/// Where the JSON value that begins here ends.
fn json_end(text: &[char], start: usize) -> usize {
    let (mut at, mut depth, mut in_text) = (start, 0_usize, false);
    while let Some(&c) = text.get(at) {
        at += 1;
        match c {
            '\\' if in_text => at += 1,
            '"' => in_text = !in_text,
            _ if in_text => continue,
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_word = c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        let goes_on = || {
            text.get(at).is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, '+' | '-' | '.'))
        };
        if depth == 0 && !in_text && !(is_word && goes_on()) {
            break;
        }
    }
    at.min(text.len())
}

/// Nothing is set under an empty key.
pub(super) fn set(data: &mut Map, key: &str, value: Value) {
    if !key.is_empty() {
        data.insert(key, value);
    }
}

/// Sets an item, with nulls before it where the list is too short.
pub(super) fn set_index(mut list: Vec<Value>, at: usize, value: Value) -> (Vec<Value>, Result<(), Stop>) {
    if at > MAX_INDEX {
        let message = format!("index of {at} is greater than maximum supported index of {MAX_INDEX}");
        return (list, Err(Stop::failed(message)));
    }
    if list.len() <= at {
        list.resize(at + 1, Value::Null);
    }
    list[at] = value;
    (list, Ok(()))
}

/// Go's words for what is something else than it is used as.
pub(super) fn no_key(value: &Value, wanted: &str) -> Stop {
    let is = go_type(value);
    Stop::failed(format!("unable to parse key: interface conversion: interface {{}} is {is}, not {wanted}"))
}

/// Go's `strconv.Atoi`.
pub(super) fn atoi(text: &str) -> Result<i64, String> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let why = if is_number { "value out of range" } else { "invalid syntax" };
    text.parse()
        .ok()
        .filter(|_| is_number)
        .ok_or_else(|| format!("strconv.Atoi: parsing {}: {why}", quoted(text)))
}

fn typed(text: String) -> Value {
    match text.to_lowercase().as_str() {
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        "null" => return Value::Null,
        "0" => return Value::Int(0),
        _ => {}
    }
    let is_number = |text: &str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !text.starts_with('0')
        && is_number(&text)
        && let Ok(number) = text.parse::<i64>()
    {
        return Value::Int(number);
    }
    Value::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str, over: &str) -> String {
        let mut values = super::super::load(over.as_bytes()).unwrap();
        match parse_into(text, &mut values, Kind::Typed) {
            Ok(()) => weir_yaml::to_json(&Value::from(values)),
            Err(error) => error.message,
        }
    }

    #[test]
    fn texts_are_read_as_helm_does() {
        for (text, values) in [
            ("a=1,b.c=x", r#"{"a":1,"b":{"c":"x"}}"#),
            (
                "a=true,b=TRUE,c=null,d=007,e=-5,f=1.5",
                r#"{"a":true,"b":true,"c":null,"d":"007","e":-5,"f":"1.5"}"#,
            ),
            ("a={1,b,null},c=2", r#"{"a":[1,"b",null],"c":2}"#),
            ("a[0].b=1,a[1].b=2", r#"{"a":[{"b":1},{"b":2}]}"#),
            ("a[1]=x", r#"{"a":[null,"x"]}"#),
            ("a[0][1]=x", r#"{"a":[[null,"x"]]}"#),
            (r"a\.b=1\,2", r#"{"a.b":"1,2"}"#),
            ("a=", r#"{"a":""}"#),
            ("a[0].b=", r#"{"a":[]}"#),
            ("a", r#"key "a" has no value"#),
            ("a,b=1", r#"key "a" has no value (cannot end with ,)"#),
            ("a={1", "list must terminate with '}'"),
            ("a[x]=1", r#"error parsing index: strconv.Atoi: parsing "x": invalid syntax"#),
            ("a[-1]=1", "negative -1 index not allowed"),
            ("a[0]b=1", r#"unexpected data at end of array index: "b""#),
            ("a[70000]=1", "index of 70000 is greater than maximum supported index of 65536"),
        ] {
            assert_eq!(parsed(text, ""), values, "{text}");
        }
        assert_eq!(
            parsed("a.b=1", "a: x"),
            "unable to parse key: interface conversion: interface {} is string, not map[string]interface {}"
        );
        assert_eq!(
            parsed("a[0]=1", "a: 1"),
            "unable to parse key: interface conversion: interface {} is float64, not []interface {}"
        );
    }

    #[test]
    fn json_is_read_to_its_end() {
        let mut values = Map::new();
        parse_into(r#"a={"x":[1,"}"]},b=2 ,c=,d="q""#, &mut values, Kind::Json).unwrap();
        assert_eq!(weir_yaml::to_json(&Value::from(values)), r#"{"a":{"x":[1,"}"]},"b":2,"c":null,"d":"q"}"#);
    }
}
