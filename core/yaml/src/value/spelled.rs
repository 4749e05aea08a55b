//! Scalars that are written otherwise than they would be printed: `1.0`, `0x1F`, `True`, a bare null, texts in quotes.
//!
//! Only [`crate::Dialect::Spelled`] makes them. Whoever does not look for the spelling sees the value.

use std::sync::Arc;

use super::{Layout, Text, Value, key};
use crate::{Dialect, resolve_plain};

/// A scalar and how it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Spelled {
    value: Value,
    text: Text,
    /// The text that kustomize prints in its place, if it is another.
    printed: Option<Text>,
    /// Nobody said whether it is a text or what it looks like.
    is_open: bool,
}

impl Spelled {
    /// Of a text in quotes.
    pub(super) fn quoted(text: Text) -> Self {
        Self { value: Value::String(Text::clone(&text)), text, printed: None, is_open: false }
    }

    /// As it stands in its source, without quotes.
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// What it means: a null, a boolean, a number or, for times, a string.
    pub fn value(&self) -> &Value {
        &self.value
    }
}

impl Value {
    /// A scalar with its spelling; without one where it would be printed so anyway.
    pub fn spelled(value: Value, text: &str) -> Self {
        let is_usual = match &value {
            Self::List(_) | Self::Map(_) | Self::Spelled(_) => true,
            Self::String(own) => **own == *text,
            other => crate::to_json(other) == text,
        };
        if is_usual { value } else { Self::always_spelled(value, text) }
    }

    /// A scalar with its spelling, be it the usual one.
    pub fn always_spelled(value: Value, text: &str) -> Self {
        match value {
            Self::List(_) | Self::Map(_) | Self::Spelled(_) => value,
            value => {
                let text = Text::from(text);
                Self::Spelled(Arc::new(Spelled { value, text, printed: None, is_open: false }))
            }
        }
    }

    /// A null between brackets that is not written at all, where kustomize prints an empty text.
    pub(crate) fn left_out() -> Self {
        let spelled = Spelled {
            value: Self::Null,
            text: Text::from(""),
            printed: Some(Text::from("")),
            is_open: false,
        };
        Self::Spelled(Arc::new(spelled))
    }

    /// A time between brackets, where its colons need quotes: kustomize prints it as a text.
    pub(crate) fn time_in_brackets(value: Value, text: &str) -> Self {
        let text = Text::from(text);
        let printed = Some(text.clone());
        Self::Spelled(Arc::new(Spelled { value, text, printed, is_open: false }))
    }

    /// A text that becomes another one when it is printed as it was written.
    pub fn printed_as(text: &str, printed: &str) -> Self {
        let text = Text::from(text);
        let value = Self::String(Text::clone(&text));
        Self::Spelled(Arc::new(Spelled { value, text, printed: Some(Text::from(printed)), is_open: false }))
    }

    /// A scalar of which nobody said what it is: it is printed without quotes, but a text may still take its place.
    pub fn open(text: &str) -> Self {
        let value = resolve_plain(text, Dialect::V3);
        let text = match &value {
            Self::String(own) if **own == *text => Text::clone(own),
            _ => Text::from(text),
        };
        Self::Spelled(Arc::new(Spelled { value, text, printed: None, is_open: true }))
    }

    /// True for a scalar of which nobody said what it is.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Spelled(spelled) if spelled.is_open)
    }

    /// A text in quotes, or in lines of its own (`|`, `>`): whatever takes its place is a text too.
    pub fn quoted(text: &str) -> Self {
        key::shared_quoted(text)
    }

    /// True for a text in quotes, or in lines of its own (`|`, `>`).
    pub fn is_quoted(&self) -> bool {
        matches!(self, Self::Spelled(spelled) if !spelled.is_open && spelled.value.as_str() == Some(&*spelled.text))
    }

    /// The value without its spelling.
    pub fn meant(&self) -> &Value {
        if let Self::Spelled(spelled) = self { &spelled.value } else { self }
    }

    /// Forgets all spellings in it, and puts what kustomize prints in the place of what is printed otherwise.
    pub fn forget_spelling(&mut self) {
        self.forget_spelling_in(false);
    }

    fn forget_spelling_in(&mut self, in_flow: bool) {
        match self {
            // Between brackets something has to be written.
            Self::Spelled(_) if in_flow && self.is_bare_null() => *self = Self::from(""),
            // Texts on lines of their own are put in quotes there.
            // What may not stand there bare neither, and becomes what it says: a time is none then.
            Self::Spelled(spelled) if in_flow && spelled.value.as_str().is_some() => {
                *self = match spelled.text.contains(':')
                    && spelled.printed.as_ref().is_none_or(|text| *text == spelled.text)
                {
                    true => Self::String(spelled.text.clone()),
                    false => spelled.value.clone(),
                };
            }
            Self::Spelled(spelled) => {
                *self = spelled.printed.clone().map_or_else(|| spelled.value.clone(), Self::String);
            }
            Self::List(list) if list.iter().any(Value::has_spelling) => {
                let in_flow = in_flow || is_in_brackets(list);
                Arc::make_mut(list).iter_mut().for_each(|item| item.forget_spelling_in(in_flow));
            }
            Self::Map(map) if map.values().any(Value::has_spelling) => {
                let in_flow = in_flow || map.layout() != Layout::Block;
                map.iter_mut().for_each(|(_, value)| value.forget_spelling_in(in_flow));
            }
            _ => {}
        }
    }

    /// Forgets how it is written, and takes over how JSON writes it: texts in quotes, maps in braces.
    pub fn written_as_json(self) -> Self {
        self.in_json(Layout::Braces)
    }

    fn in_json(self, layout: Layout) -> Self {
        match self {
            Self::Spelled(spelled) => spelled.value.clone().in_json(layout),
            Self::String(text) => Self::quoted(&text),
            Self::List(list) => {
                list.iter().map(|item| item.clone().in_json(Layout::Inner)).collect::<Vec<_>>().into()
            }
            Self::Map(mut map) => {
                map.set_layout(layout);
                map.iter_mut().for_each(|(_, value)| *value = std::mem::take(value).in_json(Layout::Inner));
                Self::Map(map)
            }
            other => other,
        }
    }

    /// Forgets which maps in it are written in braces.
    pub fn forget_layout(&mut self) {
        match self {
            Self::List(list) if list.iter().any(Value::has_layout) => {
                Arc::make_mut(list).iter_mut().for_each(Value::forget_layout);
            }
            Self::Map(map) if map.layout() != Layout::Block || map.values().any(Value::has_layout) => {
                map.set_layout(Layout::Block);
                map.iter_mut().for_each(|(_, value)| value.forget_layout());
            }
            _ => {}
        }
    }

    fn has_layout(&self) -> bool {
        match self {
            Self::List(list) => list.iter().any(Value::has_layout),
            Self::Map(map) => map.layout() != Layout::Block || map.values().any(Value::has_layout),
            _ => false,
        }
    }

    /// Puts quotes around a scalar of which nobody said what it is, if it looks like something else than a text, by the rules
    /// of YAML 1.1. Kustomize does so with whatever it sets in a map.
    pub fn quote_if_open(&mut self) {
        if let Self::Spelled(spelled) = self
            && spelled.is_open
            && !spelled.text.is_empty()
            && resolve_plain(&spelled.text, Dialect::Sigs).as_str().is_none()
        {
            *self = Self::quoted(&spelled.text.clone());
        }
    }

    /// True if something in it has a spelling of its own.
    pub fn has_spelling(&self) -> bool {
        match self {
            Self::Spelled(_) => true,
            Self::List(list) => list.iter().any(Value::has_spelling),
            Self::Map(map) => map.values().any(Value::has_spelling),
            _ => false,
        }
    }

    /// True for a null that is not written at all.
    pub fn is_bare_null(&self) -> bool {
        matches!(self, Self::Spelled(spelled) if spelled.value.is_null() && spelled.text.is_empty())
    }

    /// The text of a string, or of a scalar whose spelling is known.
    pub fn as_written(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            Self::Spelled(spelled) => Some(&spelled.text),
            _ => None,
        }
    }
}

/// Lists have no layout of their own; their maps tell.
fn is_in_brackets(list: &[Value]) -> bool {
    list.first().and_then(Value::as_map).is_some_and(|map| map.layout() == Layout::Inner)
}

#[cfg(test)]
mod tests {
    use crate::{Dialect, Value, first_from_yaml, to_yaml};

    #[test]
    fn is_kept_and_forgotten() {
        let text = "a: 1.0\nb: 1\nc:\nd: null\ne: [True, ~]\nf: 2001-01-01\n";
        let mut value = first_from_yaml(text, Dialect::Spelled).unwrap();
        let written = |key: &str| value.get(key).and_then(Value::as_written);
        assert_eq!([written("a"), written("b"), written("f")], [Some("1.0"), None, Some("2001-01-01")]);
        assert!(value.get("c").unwrap().is_bare_null() && !value.get("d").unwrap().is_bare_null());
        assert!(value.get("c").unwrap().is_null());
        let plain = first_from_yaml(text, Dialect::V3).unwrap();
        assert_eq!(to_yaml(&value).unwrap(), to_yaml(&plain).unwrap());
        assert_ne!(value, plain);
        let quoted = first_from_yaml("a: 'x'\nb: x\n", Dialect::Spelled).unwrap();
        assert!(quoted.get("a").unwrap().is_quoted() && !quoted.get("b").unwrap().is_quoted());
        assert!(!value.get("f").unwrap().is_quoted());
        value.forget_spelling();
        assert_eq!(value, plain);
    }

    #[test]
    fn bare_nulls_between_brackets_become_texts() {
        let text = "a: {b: 1}\nc: [{d: 1}]\ne:\n- {d: 1}\nf: {}\n";
        let mut value = first_from_yaml(text, Dialect::Spelled).unwrap();
        value.set_at(&["a", "n"], Value::open(""));
        for list in ["c", "e"] {
            let item = Value::from([("n", Value::open(""))]);
            value.as_map_mut().unwrap().get_mut(list).unwrap().as_list_mut().unwrap().push(item);
        }
        let mut block = value.clone();
        value.forget_spelling();
        let now = "a: {b: 1, n: ''}\nc: [{d: 1}, {n: ''}]\ne: [{d: 1}, {n: null}]\nf: {}\n";
        assert_eq!(value, first_from_yaml(now, Dialect::V3).unwrap());
        block.forget_layout();
        block.forget_spelling();
        assert!(block.at(&["a", "n"]).unwrap().is_null());
    }

    #[test]
    fn times_with_colons_are_texts_between_brackets() {
        let text = "a: {t: 2001-12-14t21:59:43.10-05:00, d: 2001-12-14}\nb: [2001-12-14t21:59:43.10-05:00]\nc: 2001-12-14t21:59:43.10-05:00\n";
        let mut value = first_from_yaml(text, Dialect::Spelled).unwrap();
        let plain = first_from_yaml(text, Dialect::V3).unwrap();
        assert!(value.means(&plain));
        value.forget_spelling();
        let (time, written) = ("2001-12-14T21:59:43.1-05:00", "2001-12-14t21:59:43.10-05:00");
        assert_eq!(value.str_at(&["c"]), Some(time));
        assert_eq!(value.get("b"), Some(&Value::from(vec![Value::from(written)])));
        assert_eq!(value.str_at(&["a", "t"]), Some(written));
        assert_eq!(value.str_at(&["a", "d"]), Some("2001-12-14T00:00:00Z"));
    }

    #[test]
    fn may_be_as_in_json() {
        let mut value = first_from_yaml("a:\n  b:\n  c: [x, 1.0]\n", Dialect::Spelled).unwrap();
        value.set_at(&["d"], Value::printed_as("x", "y"));
        let json = "{a: {b: null, c: [\"x\", 1]}, d: \"x\"}\n";
        assert_eq!(value.written_as_json(), first_from_yaml(json, Dialect::Spelled).unwrap());
    }

    #[test]
    fn may_be_open() {
        let number = Value::open("8080");
        assert!(number.is_open() && number.as_i64() == Some(8080) && number.as_written() == Some("8080"));
        assert!(Value::open("web").is_open() && !Value::open("web").is_quoted());
        assert!(!Value::always_spelled(Value::Int(8080), "8080").is_open());
        let quoted = |mut value: Value| {
            value.quote_if_open();
            value
        };
        assert_eq!(quoted(number), Value::quoted("8080"));
        assert_eq!(quoted(Value::open("on")), Value::quoted("on"));
        for other in [Value::Int(1), Value::open("web"), Value::open("")] {
            assert_eq!(quoted(other.clone()), other);
        }
    }
}
