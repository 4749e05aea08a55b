//! Values piece by piece to text: whoever has them in another form than [`Value`] needs not make one first.

use super::analyze::is_plain_word;
use super::order::{are_sorted, sorted_keys};
use super::through_json::{key_through_json, text_through_json};
use super::writer::{Context, LONGEST_SIMPLE_KEY, Writer};
use super::{EmitError, MAX_DEPTH, SIGS, Style};
use crate::number::general;
use crate::value::Value;

/// Most texts are shorter.
const USUAL: usize = 128;

/// Prints one value, in the style of [`super::to_yaml`]. A map or list gets what prints each of its values.
pub struct Printer {
    style: Style,
    writer: Writer,
    depth: usize,
    /// Where the next value stands.
    context: Context,
}

impl Default for Printer {
    fn default() -> Self {
        Self::behind(String::with_capacity(USUAL), SIGS)
    }
}

impl Printer {
    pub(super) fn behind(text: String, style: Style) -> Self {
        let mut writer = Writer::new(style);
        writer.out = text;
        Self { style, writer, depth: 0, context: Context::Root }
    }

    /// The text, with a line break at its end.
    pub fn finish(self) -> String {
        self.writer.finish()
    }

    /// Any value.
    pub fn value(&mut self, value: &Value) -> Result<(), EmitError> {
        match value {
            Value::Null => self.word("null"),
            Value::Bool(flag) => self.word(if *flag { "true" } else { "false" }),
            Value::Int(number) => self.word(&number.to_string()),
            Value::UInt(number) => self.word(&number.to_string()),
            Value::Spelled(spelled) => self.value(spelled.value())?,
            Value::Float(number) => self.float(*number)?,
            Value::String(text) => self.text(text)?,
            Value::List(items) => self.list(items.iter(), Self::value)?,
            Value::Map(map) => {
                self.map(map.iter().map(|(key, value)| (key.as_str(), value)), Self::value)?;
            }
        }
        Ok(())
    }

    fn word(&mut self, word: &str) {
        self.writer.word(word, self.context);
    }

    /// A string.
    pub fn text(&mut self, text: &str) -> Result<(), EmitError> {
        if is_plain_word(text, self.style.generation) {
            self.word(text);
        } else if self.style.through_json {
            self.writer.text(&text_through_json(text)?, self.context);
        } else {
            self.writer.text(text, self.context);
        }
        Ok(())
    }

    /// A list.
    pub fn list<T, E: From<EmitError>>(
        &mut self,
        items: impl ExactSizeIterator<Item = T>,
        mut print: impl FnMut(&mut Self, T) -> Result<(), E>,
    ) -> Result<(), E> {
        if items.len() == 0 {
            self.writer.empty("[", "]");
            return Ok(());
        }
        self.deeper()?;
        let outer = self.writer.enter_sequence(self.context);
        for item in items {
            self.writer.dash();
            self.context = Context::Item;
            print(self, item)?;
        }
        self.writer.leave(outer);
        self.depth -= 1;
        Ok(())
    }

    /// A map of entries with different keys, which are put in their order.
    pub fn map<'k, T: Copy, E: From<EmitError>>(
        &mut self,
        entries: impl ExactSizeIterator<Item = (&'k str, T)> + Clone,
        mut print: impl FnMut(&mut Self, T) -> Result<(), E>,
    ) -> Result<(), E> {
        if entries.len() == 0 {
            self.writer.empty("{", "}");
            return Ok(());
        }
        self.deeper()?;
        let outer = self.writer.enter_mapping(self.context);
        let mut entry = |printer: &mut Self, (key, value): (&str, T)| {
            printer.key(key)?;
            print(printer, value)
        };
        if are_sorted(entries.clone().map(|(key, _)| key)) {
            entries.into_iter().try_for_each(|one| entry(self, one))?;
        } else {
            let sorted = sorted_keys(entries.collect(), self.style.generation);
            sorted.into_iter().try_for_each(|one| entry(self, one))?;
        }
        self.writer.leave(outer);
        self.depth -= 1;
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), EmitError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(EmitError::new("exceeded max depth of 1000"));
        }
        Ok(())
    }

    fn key(&mut self, key: &str) -> Result<(), EmitError> {
        let simple = if key.len() <= LONGEST_SIMPLE_KEY && is_plain_word(key, self.style.generation) {
            self.writer.write_indent();
            self.word(key);
            true
        } else if self.style.through_json {
            self.writer.key(&key_through_json(key)?)
        } else {
            self.writer.key(key)
        };
        self.writer.colon(simple);
        self.context = Context::MappingValue;
        Ok(())
    }

    fn float(&mut self, number: f64) -> Result<(), EmitError> {
        if self.style.through_json {
            match crate::decode::normal_float(number) {
                Some(Value::Float(_)) => {}
                Some(whole) => return self.value(&whole),
                None => return Err(EmitError::new(format!("json: unsupported value: {number}"))),
            }
        }
        let text = match number {
            f64::INFINITY => ".inf".to_string(),
            f64::NEG_INFINITY => "-.inf".to_string(),
            number if number.is_nan() => ".nan".to_string(),
            number => general(number),
        };
        self.word(&text);
        Ok(())
    }
}
