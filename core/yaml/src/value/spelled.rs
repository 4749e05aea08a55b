//! Scalars that are written otherwise than they would be printed: `1.0`, `0x1F`, `True`, a bare null, texts in quotes.
//!
//! Only [`crate::Dialect::Spelled`] makes them. Whoever does not look for the spelling sees the value.

use std::sync::Arc;

use super::{Text, Value, key};
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

    /// A text that becomes another one when it is printed as it was written.
    pub fn printed_as(text: &str, printed: &str) -> Self {
        let text = Text::from(text);
        let value = Self::String(Text::clone(&text));
        Self::Spelled(Arc::new(Spelled { value, text, printed: Some(Text::from(printed)), is_open: false }))
    }

    /// A scalar of which nobody said what it is: it is printed without quotes, but a text may still take its place.
    pub fn open(text: &str) -> Self {
        match resolve_plain(text, Dialect::V3) {
            Self::String(own) if *own == *text => Self::String(own),
            value => {
                let text = Text::from(text);
                Self::Spelled(Arc::new(Spelled { value, text, printed: None, is_open: true }))
            }
        }
    }

    /// True for what looks like something else than a text, though nobody said that it is.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Spelled(spelled) if spelled.is_open)
    }

    /// A text in quotes.
    pub fn quoted(text: &str) -> Self {
        key::shared_quoted(text)
    }

    /// True for a text in quotes.
    pub fn is_quoted(&self) -> bool {
        matches!(self, Self::Spelled(spelled) if spelled.printed.is_none() && spelled.value.as_str() == Some(&*spelled.text))
    }

    /// The value without its spelling.
    pub fn meant(&self) -> &Value {
        if let Self::Spelled(spelled) = self { &spelled.value } else { self }
    }

    /// Forgets all spellings in it, and puts what kustomize prints in the place of what is printed otherwise.
    pub fn forget_spelling(&mut self) {
        match self {
            Self::Spelled(spelled) => {
                *self = spelled.printed.clone().map_or_else(|| spelled.value.clone(), Self::String);
            }
            Self::List(list) if list.iter().any(Value::has_spelling) => {
                Arc::make_mut(list).iter_mut().for_each(Value::forget_spelling);
            }
            Self::Map(map) if map.values().any(Value::has_spelling) => {
                map.iter_mut().for_each(|(_, value)| value.forget_spelling());
            }
            _ => {}
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
    fn may_be_open() {
        let number = Value::open("8080");
        assert!(number.is_open() && number.as_i64() == Some(8080) && number.as_written() == Some("8080"));
        assert_eq!(Value::open("web"), Value::from("web"));
        assert!(!Value::always_spelled(Value::Int(8080), "8080").is_open());
    }
}
