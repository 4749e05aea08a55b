//! Scalars with their tags.

use super::{Decoder, Dialect};
use crate::error::Fault;
use crate::node::Content;
use crate::number;
use crate::resolve::{Plain, resolve, resolve_hinted};
use crate::scan::{Generation, ScalarStyle};
use crate::value::Value;

const PREFIX: &str = "tag:yaml.org,2002:";

/// A scalar's type and, if it is text, the text.
pub(super) enum Scalar<'d> {
    Plain(Plain),
    Text(std::borrow::Cow<'d, str>),
}

impl<'d> Decoder<'d, '_> {
    pub(super) fn scalar(&mut self, id: u32) -> Result<Value, Fault> {
        let value = match self.typed_scalar(id)? {
            Scalar::Text(text) if self.dialect == Dialect::Spelled && self.is_in_quotes(id) => {
                return Ok(Value::quoted(&text));
            }
            Scalar::Text(text) => Value::shared(&text),
            Scalar::Plain(Plain::Null) => Value::Null,
            Scalar::Plain(Plain::Bool(flag)) => Value::Bool(flag),
            Scalar::Plain(Plain::Int(number)) => Value::Int(number),
            Scalar::Plain(Plain::UInt(number)) => Value::UInt(number),
            Scalar::Plain(Plain::Float(number)) if self.keeps_floats => Value::Float(number),
            Scalar::Plain(Plain::Float(number)) => match normal_float(number) {
                Some(value) => value,
                None => self.put_off(format!("json: unsupported value: {}", special(number)), id),
            },
            Scalar::Plain(Plain::Time(time)) if self.dialect.has_times() => {
                let text = time.to_json();
                let time =
                    text.ok_or_else(|| self.fault("timezone hour outside of range [0,23]", id))?.into();
                if self.dialect == Dialect::Spelled && self.in_flow && self.text(id).contains(':') {
                    return Ok(Value::time_in_brackets(time, self.text(id)));
                }
                time
            }
            Scalar::Plain(Plain::Time(_) | Plain::Text) => Value::shared(self.text(id)),
        };
        if self.dialect == Dialect::Spelled && self.in_flow && value.is_null() && self.text(id).is_empty() {
            return Ok(Value::left_out());
        }
        let is_spelled = self.dialect == Dialect::Spelled && value.as_str() != Some(self.text(id));
        Ok(if is_spelled { Value::spelled(value, self.text(id)) } else { value })
    }

    fn is_in_quotes(&self, id: u32) -> bool {
        matches!(self.content(id), Content::Scalar { style, .. } if *style != ScalarStyle::Plain)
    }

    pub(super) fn text(&self, id: u32) -> &'d str {
        match self.content(id) {
            Content::Scalar { value, .. } => value,
            _ => "",
        }
    }

    /// What a scalar is, by its tag, its quotes or its looks.
    pub(super) fn typed_scalar(&self, id: u32) -> Result<Scalar<'d>, Fault> {
        let Content::Scalar { value, style } = self.content(id) else {
            unreachable!("asked for scalars only")
        };
        let value: &'d str = value;
        let text = || Ok(Scalar::Text(value.into()));
        let generation = self.dialect.generation();
        let tag = match self.tag(id) {
            // yaml.v3 takes the lone "!" for no tag at all.
            Some("!") if generation == Generation::V3 => None,
            tag => tag,
        };
        let Some(tag) = tag else {
            if *style != ScalarStyle::Plain {
                return text();
            }
            return Ok(match resolve(value, generation) {
                Plain::Text => Scalar::Text(value.into()),
                plain => Scalar::Plain(plain),
            });
        };
        let name = short_name(tag, generation).unwrap_or("");
        let found = match name {
            "str" => return text(),
            "binary" => return self.binary(value, id),
            "bool" | "int" | "float" | "null" | "timestamp" => {
                resolve_hinted(value, generation, name == "timestamp")
            }
            _ => return text(),
        };
        match (name, found) {
            ("bool", Plain::Bool(_))
            | ("int", Plain::Int(_) | Plain::UInt(_))
            | ("float", Plain::Float(_))
            | ("null", Plain::Null)
            | ("timestamp", Plain::Time(_)) => Ok(Scalar::Plain(resolve_hinted(value, generation, true))),
            ("float", Plain::Int(number)) => Ok(Scalar::Plain(Plain::Float(number as f64))),
            (_, found) => {
                let message = format!("cannot decode !!{} `{value}` as a !!{name}", found.name());
                Err(self.fault(message, id))
            }
        }
    }

    fn binary(&self, value: &str, id: u32) -> Result<Scalar<'d>, Fault> {
        let bytes = decode_base64(value);
        let bytes = bytes.ok_or_else(|| self.fault("!!binary value contains invalid base64 data", id))?;
        Ok(Scalar::Text(go_lossy(&bytes).into()))
    }
}

/// The name of a tag of YAML itself. yaml.v3 knows the short spelling too, however it came about.
pub(super) fn short_name(tag: &str, generation: Generation) -> Option<&str> {
    let short = tag.strip_prefix("!!").filter(|_| generation == Generation::V3);
    tag.strip_prefix(PREFIX).or(short)
}

impl Plain {
    fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::UInt(_) => "int",
            Self::Float(_) => "float",
            Self::Time(_) => "timestamp",
            Self::Text => "str",
        }
    }
}

/// Below it neighbouring floats are at most one apart.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A float as it comes back from JSON: whole numbers below 1e21 are written without a dot there, in the shortest
/// digits that name the float.
pub(crate) fn normal_float(float: f64) -> Option<Value> {
    if !float.is_finite() {
        return None;
    }
    if float.fract() != 0.0 || float.abs() >= 1e21 {
        return Some(Value::Float(float));
    }
    // Up to there no shorter digits name a whole number.
    if float.abs() < EXACT {
        return Some(Value::Int(float as i64));
    }
    let text = number::json(float);
    let int = text.parse().map(Value::Int);
    Some(int.or_else(|_| text.parse().map(Value::UInt)).unwrap_or(Value::Float(float)))
}

fn special(number: f64) -> &'static str {
    match number {
        f64::INFINITY => "+Inf",
        f64::NEG_INFINITY => "-Inf",
        _ => "NaN",
    }
}

/// Bytes as text, one replacement character for each byte that is none: Go counts so.
fn go_lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

/// Standard base64 with padding; line breaks are skipped.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    let groups = digits.len().div_ceil(4);
    for (at, group) in digits.chunks(4).enumerate() {
        let padding = match group {
            [_, _, b'=', b'='] if at + 1 == groups => 2,
            [_, _, _, b'='] if at + 1 == groups => 1,
            [_, _, _, _] => 0,
            _ => return None,
        };
        let mut bits = 0u32;
        for digit in &group[..4 - padding] {
            bits = bits << 6 | base64_digit(*digit)?;
        }
        bits <<= 6 * padding;
        bytes.extend_from_slice(&bits.to_be_bytes()[1..4 - padding]);
    }
    Some(bytes)
}

fn base64_digit(digit: u8) -> Option<u32> {
    Some(u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_strict_about_padding() {
        assert_eq!(decode_base64("aGVs\nbG8=").as_deref(), Some(b"hello".as_slice()));
        assert_eq!(decode_base64("").as_deref(), Some(b"".as_slice()));
        for text in ["aGVsbG8", "a===", "aG=s", "aG==aGVs", "####"] {
            assert_eq!(decode_base64(text), None, "{text}");
        }
    }

    #[test]
    fn whole_floats_become_integers() {
        assert_eq!(normal_float(1e15), Some(Value::Int(1_000_000_000_000_000)));
        assert_eq!(normal_float(-0.0), Some(Value::Int(0)));
        assert_eq!(normal_float(9007199254740991.0), Some(Value::Int(9_007_199_254_740_991)));
        assert_eq!(normal_float(-9007199254740992.0), Some(Value::Int(-9_007_199_254_740_992)));
        assert_eq!(normal_float(9007199254740993.0), Some(Value::Int(9_007_199_254_740_992)));
        assert_eq!(normal_float(1e19), Some(Value::UInt(10_000_000_000_000_000_000)));
        assert_eq!(normal_float(1e20), Some(Value::Float(1e20)));
        assert_eq!(normal_float(-9223372036854775808.0), Some(Value::Float(-9223372036854775808.0)));
        assert_eq!(normal_float(f64::NAN), None);
    }
}
