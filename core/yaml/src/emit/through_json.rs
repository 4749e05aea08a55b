//! What becomes of a string that is written as JSON and read back as YAML, which is how sigs.k8s.io/yaml prints.

use std::borrow::Cow;

use super::EmitError;
use crate::decode::{Dialect, first_from_yaml};
use crate::json::to_json;
use crate::value::Value;

/// Keys without `?` end here, counted as they stand in JSON.
const LONGEST_KEY: usize = 1024;

pub(super) fn text_through_json(text: &str) -> Result<Cow<'_, str>, EmitError> {
    if is_plain(text) {
        return Ok(Cow::Borrowed(text));
    }
    if text.chars().any(is_refused) {
        return Err(EmitError::new("control characters are not allowed"));
    }
    if !text.contains('\u{85}') {
        return Ok(Cow::Borrowed(text));
    }
    // This line break of YAML is none of JSON: it is folded on the way back.
    let json = to_json(&Value::from(text));
    match first_from_yaml(&json, Dialect::Sigs) {
        Ok(Value::String(text)) => Ok(Cow::Owned(text.to_string())),
        Ok(_) => Ok(Cow::Borrowed(text)),
        Err(error) => Err(EmitError::new(error.message)),
    }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte < 0x7f)
}

pub(super) fn key_through_json(key: &str) -> Result<Cow<'_, str>, EmitError> {
    if key.len() <= LONGEST_KEY / 6 && is_plain(key) {
        return Ok(Cow::Borrowed(key));
    }
    let text = text_through_json(key)?;
    let too_long = key.len() > LONGEST_KEY / 6 && key.chars().map(json_len).sum::<usize>() + 2 > LONGEST_KEY;
    if too_long || key.contains('\u{85}') {
        return Err(EmitError::new("did not find expected ',' or '}'"));
    }
    Ok(text)
}

/// Characters that JSON writes as they are and YAML does not read.
fn is_refused(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// How many characters Go's JSON makes of one.
fn json_len(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..' ' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => 6,
        _ => 1,
    }
}
