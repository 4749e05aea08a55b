//! A patch into an object.

use std::sync::Arc;

use weir_yaml::{Dialect, Value, resolve_plain};

use super::super::MergeError;
use super::element;
use super::walk::{Sources, Taken, Visitor, is_missing};

/// The key of a directive.
pub(super) const DIRECTIVE: &str = "$patch";

pub(super) struct TwoWay;

/// What a patch says to do at a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

impl Visitor for TwoWay {
    fn map(&self, sources: &mut Sources) -> Result<Taken, MergeError> {
        let (dest, patch) = halves(sources);
        if is_missing(dest.as_ref()) {
            // An unknown directive on something new is no error.
            let directive = patch.as_mut().map_or(Ok(Directive::Merge), take_directive);
            if directive == Ok(Directive::Delete) {
                return Ok(Taken::Nothing);
            }
            if patch.is_none() && dest.as_ref().is_some_and(|dest| !dest.is_bare_null()) {
                return Ok(Taken::Dest);
            }
            return Ok(Taken::other(patch.as_ref()));
        }
        merged(dest, patch)
    }

    fn scalar(&self, sources: &mut Sources) -> Option<Value> {
        let (dest, patch) = halves(sources);
        match patch {
            Some(patch) if patch.is_null() => None,
            Some(patch) => Some(in_style_of(dest.as_ref(), patch)),
            None => dest.clone(),
        }
    }

    fn merged_list(&self, sources: &mut Sources) -> Result<Taken, MergeError> {
        let (dest, patch) = halves(sources);
        if is_missing(dest.as_ref()) {
            return Ok(Taken::other(patch.as_ref()));
        }
        merged(dest, patch)
    }

    fn plain_list(&self, sources: &mut Sources) -> Option<Value> {
        self.scalar(sources)
    }
}

/// A scalar keeps the quotes that it has, so whatever takes the place of a text in quotes is a text too.
fn in_style_of(dest: Option<&Value>, patch: &Value) -> Value {
    let is_text = patch.as_str().is_some() && patch.as_str() == patch.as_written();
    match (dest, patch) {
        (_, Value::Map(_) | Value::List(_)) => patch.clone(),
        (Some(dest), patch) if dest == patch => patch.clone(),
        (Some(dest), patch) if dest.is_quoted() || !is_text && needs_quotes(dest) => {
            Value::quoted(&element::text_of(patch))
        }
        (Some(dest), Value::Spelled(_)) if !dest.is_null() && is_text => patch.meant().clone(),
        _ => patch.clone(),
    }
}

/// True for a text that cannot be written without quotes. Dates and words like `yes` can.
fn needs_quotes(value: &Value) -> bool {
    let Value::String(text) = value else { return false };
    let is_word = text.bytes().all(|byte| byte.is_ascii_alphabetic());
    !(is_word && resolve_plain(text, Dialect::V3).as_str() == Some(&**text))
        && weir_yaml::to_yaml_v3(value, 2, true).is_ok_and(|yaml| yaml.starts_with(['"', '\'']))
}

fn halves(sources: &mut Sources) -> (&mut Option<Value>, &mut Option<Value>) {
    match &mut sources[..] {
        [dest, patch] => (dest, patch),
        _ => unreachable!("two values are merged"),
    }
}

fn merged(dest: &mut Option<Value>, patch: &mut Option<Value>) -> Result<Taken, MergeError> {
    let Some(value) = patch else { return Ok(Taken::Dest) };
    if value.is_null() {
        return Ok(Taken::Nothing);
    }
    // Where the patch became the destination further up, both are one: a directive leaves both.
    let is_one = match (&dest, &value) {
        (Some(Value::Map(dest)), Value::Map(patch)) => dest.is_same(patch),
        (Some(Value::List(dest)), Value::List(patch)) => Arc::ptr_eq(dest, patch),
        _ => false,
    };
    let directive = take_directive(value)?;
    if is_one {
        dest.clone_from(patch);
    }
    Ok(match directive {
        Directive::Delete => Taken::Nothing,
        Directive::Replace => Taken::other(patch.as_ref()),
        Directive::Merge => Taken::Dest,
    })
}

/// Takes the directive out of a patch. In a list it is a map of its own with nothing else in it.
fn take_directive(patch: &mut Value) -> Result<Directive, MergeError> {
    match patch {
        Value::Map(map) => {
            let Some(word) = map.get(DIRECTIVE) else { return Ok(Directive::Merge) };
            let directive = read(word)?;
            map.remove(DIRECTIVE);
            Ok(directive)
        }
        Value::List(list) => {
            let with_key = list.iter().filter_map(Value::as_map).find(|map| map.contains_key(DIRECTIVE));
            let Some(word) = with_key.filter(|map| map.len() == 1).and_then(|map| map.get(DIRECTIVE)) else {
                return Ok(Directive::Merge);
            };
            let directive = read(word)?;
            let word = element::text_of(word);
            let list = patch.as_list_mut().expect("it is a list");
            element::set(list, None, &[DIRECTIVE.to_string()], &[word])?;
            Ok(directive)
        }
        _ => Err(MergeError::new("a patch directive is in neither a map nor a list")),
    }
}

fn read(word: &Value) -> Result<Directive, MergeError> {
    match word.as_str() {
        Some("merge") => Ok(Directive::Merge),
        Some("replace") => Ok(Directive::Replace),
        Some("delete") => Ok(Directive::Delete),
        _ => Err(MergeError::new(format!("unknown patch strategy '{}'", element::text_of(word)))),
    }
}
