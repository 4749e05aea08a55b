//! What one scalar means to yaml.v3, before JSON makes it coarser.

use std::borrow::Cow;

use super::scalar::{Scalar, decode_base64, short_name};
use super::{Decoder, Dialect};
use crate::error::{Fault, YamlError};
use crate::node::Node;
use crate::resolve::Plain;
use crate::scan::Generation;

/// What a scalar means.
#[derive(Debug, Clone, PartialEq)]
pub enum Meaning<'d> {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// One that is too large for that.
    UInt(u64),
    /// A number with a fraction, infinite or none at all.
    Float(f64),
    /// A moment in RFC 3339, with as many digits as it needs.
    Time(String),
    /// A text.
    Text(Cow<'d, str>),
    /// Bytes, written with the tag `!!binary`.
    Binary(Vec<u8>),
}

impl<'d> Node<'d, '_> {
    /// What this scalar means; aliases and collections are an error.
    pub fn meaning(self) -> Result<Meaning<'d>, YamlError> {
        self.scalar_meaning().map_err(|fault| fault.in_text(self.document().text()))
    }

    fn scalar_meaning(self) -> Result<Meaning<'d>, Fault> {
        let Some(text) = self.scalar() else { return Err(Fault::over("this is no scalar", self.span())) };
        if self.tag().and_then(|tag| short_name(tag, Generation::V3)) == Some("binary") {
            let bytes = decode_base64(text)
                .ok_or_else(|| Fault::over("!!binary value contains invalid base64 data", self.span()))?;
            return Ok(Meaning::Binary(bytes));
        }
        Ok(match Decoder::new(self.document(), Dialect::V3).typed_scalar(self.id())? {
            Scalar::Text(text) => Meaning::Text(text),
            Scalar::Plain(Plain::Null) => Meaning::Null,
            Scalar::Plain(Plain::Bool(flag)) => Meaning::Bool(flag),
            Scalar::Plain(Plain::Int(number)) => Meaning::Int(number),
            Scalar::Plain(Plain::UInt(number)) => Meaning::UInt(number),
            Scalar::Plain(Plain::Float(number)) => Meaning::Float(number),
            Scalar::Plain(Plain::Time(time)) => {
                let text = time.to_json();
                Meaning::Time(
                    text.ok_or_else(|| Fault::over("timezone hour outside of range [0,23]", self.span()))?,
                )
            }
            Scalar::Plain(Plain::Text) => Meaning::Text(text.into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::parse;

    fn meaning(text: &str) -> Result<String, String> {
        let documents = parse(text).unwrap();
        let root = documents[0].root().unwrap();
        root.meaning().map(|meaning| format!("{meaning:?}")).map_err(|error| error.to_string())
    }

    #[test]
    fn scalars_mean_what_they_look_like() {
        for (text, expected) in [
            ("yes", "Text(\"yes\")"),
            ("1.0", "Float(1.0)"),
            ("0x10", "Int(16)"),
            ("18446744073709551615", "UInt(18446744073709551615)"),
            ("2001-12-14t21:59:43.10-05:00", "Time(\"2001-12-14T21:59:43.1-05:00\")"),
            ("!!binary aGVsbG//", "Binary([104, 101, 108, 108, 111, 255])"),
            ("!!str 1", "Text(\"1\")"),
            ("~", "Null"),
        ] {
            assert_eq!(meaning(text).as_deref(), Ok(expected), "{text}");
        }
        assert!(meaning("!!int x").is_err() && meaning("!!binary x").is_err() && meaning("[]").is_err());
    }
}
