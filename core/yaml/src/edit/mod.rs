//! Changes in the source text that leave every other byte alone: comments, quotes and order stay as people wrote
//! them.
//!
//! Each edit is checked before it is handed out: the new text must mean the old value with this one change. What
//! cannot be done so is an error, never a guess.

mod inline;
mod make;
mod place;
mod remove;
mod reorder;
mod write;

use std::fmt;

use crate::decode::Dialect;
use crate::locate::PathStep;
use crate::node::{Document, Node, NodeKind, parse};
use crate::value::Value;
use place::walk;

pub use make::make;

/// Why a text cannot be edited so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditError {
    /// What stands in the way.
    pub message: String,
}

impl EditError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EditError {}

/// A replacement of some bytes.
#[derive(Debug)]
struct Change {
    start: usize,
    end: usize,
    text: String,
}

/// The text with this value at this path. Keys that are missing are made, a list grows by one at its end.
pub fn set(text: &str, document: usize, path: &[PathStep<'_>], value: &Value) -> Result<String, EditError> {
    edit(text, document, path, |root| {
        let (slot, rest) = walk(text, root, path)?;
        let value = nest(rest, value.clone())?;
        let change = match rest.first() {
            None => write::replace(text, &slot, &value),
            Some(step) => write::add(text, &slot, step, &value)?,
        };
        Ok((change, Wish::Set(nested_path(path, rest), value)))
    })
}

/// The text with an item put into the list at this path, before the item that stands there now.
pub fn insert(
    text: &str,
    document: usize,
    path: &[PathStep<'_>],
    index: usize,
    value: &Value,
) -> Result<String, EditError> {
    edit(text, document, path, |root| {
        let (slot, rest) = walk(text, root, path)?;
        if !rest.is_empty() || slot.node.kind() != NodeKind::Sequence {
            return Err(EditError::new("there is no list at this path"));
        }
        let change = write::insert_item(text, &slot, index, value)?;
        Ok((change, Wish::Insert(path.to_vec(), index, value.clone())))
    })
}

/// The text without the entry or item at this path.
pub fn remove(text: &str, document: usize, path: &[PathStep<'_>]) -> Result<String, EditError> {
    edit(text, document, path, |root| {
        let Some((last, parent)) = path.split_last() else {
            return Err(EditError::new("a whole document cannot be removed"));
        };
        let (slot, rest) = walk(text, root, parent)?;
        if !rest.is_empty() {
            return Err(EditError::new("there is nothing at this path"));
        }
        Ok((remove::remove(text, &slot, last)?, Wish::Remove(path.to_vec())))
    })
}

/// The text with another name for the key at the end of this path.
pub fn rename(text: &str, document: usize, path: &[PathStep<'_>], to: &str) -> Result<String, EditError> {
    edit(text, document, path, |root| {
        let Some((last, parent)) = path.split_last() else {
            return Err(EditError::new("a document has no key"));
        };
        let (slot, rest) = walk(text, root, parent)?;
        if !rest.is_empty() {
            return Err(EditError::new("there is nothing at this path"));
        }
        Ok((reorder::rename(&slot, last, to)?, Wish::Rename(path.to_vec(), to.to_string())))
    })
}

/// The text with an item of the list at this path moved up to an earlier place, with the comments right above it.
pub fn move_item(
    text: &str,
    document: usize,
    path: &[PathStep<'_>],
    from: usize,
    to: usize,
) -> Result<String, EditError> {
    edit(text, document, path, |root| {
        let (slot, rest) = walk(text, root, path)?;
        if !rest.is_empty() {
            return Err(EditError::new("there is no list at this path"));
        }
        Ok((reorder::move_up(text, &slot, from, to)?, Wish::Move(path.to_vec(), from, to)))
    })
}

/// What an edit should come to, to check it by.
enum Wish<'a> {
    Set(Vec<PathStep<'a>>, Value),
    Insert(Vec<PathStep<'a>>, usize, Value),
    Remove(Vec<PathStep<'a>>),
    Rename(Vec<PathStep<'a>>, String),
    Move(Vec<PathStep<'a>>, usize, usize),
}

fn edit<'a>(
    text: &str,
    document: usize,
    path: &[PathStep<'a>],
    plan: impl for<'d, 't> FnOnce(Option<Node<'d, 't>>) -> Result<(Change, Wish<'a>), EditError>,
) -> Result<String, EditError> {
    if has_odd_breaks(text) {
        return Err(EditError::new("the text has line breaks that editors do not show"));
    }
    let documents = parse(text).map_err(|error| EditError::new(error.to_string()))?;
    let Some(own) = documents.get(document) else {
        return Err(EditError::new(format!("there is no document {document}")));
    };
    let (change, wish) = plan(own.root())?;
    let mut changed = String::with_capacity(text.len() + change.text.len());
    changed.push_str(&text[..change.start]);
    if text.contains("\r\n") {
        changed.push_str(&change.text.replace('\n', "\r\n"));
    } else {
        changed.push_str(&change.text);
    }
    changed.push_str(&text[change.end..]);
    if is_as_wished(&documents, &changed, document, path, wish) {
        Ok(changed)
    } else {
        Err(EditError::new("this cannot be edited in place"))
    }
}

/// Line breaks of YAML beside those of Unix and Windows: what is a line is not what it looks like then.
fn has_odd_breaks(text: &str) -> bool {
    text.contains(['\u{85}', '\u{2028}', '\u{2029}']) || text.split("\r\n").any(|part| part.contains('\r'))
}

/// All documents mean the same as before, but for the wish.
fn is_as_wished(
    before: &[Document<'_>],
    changed: &str,
    document: usize,
    path: &[PathStep<'_>],
    wish: Wish<'_>,
) -> bool {
    let Ok(after) = parse(changed) else { return false };
    let value = |document: &Document<'_>| document.to_value(Dialect::V3).ok();
    if before.len() != after.len() {
        return false;
    }
    let others = before.iter().zip(&after).enumerate().filter(|(at, _)| *at != document);
    if others.into_iter().any(|(_, (old, new))| value(old) != value(new)) {
        return false;
    }
    let (Some(mut want), Some(got)) = (value(&before[document]), value(&after[document])) else {
        return false;
    };
    // What an alias repeats changes in other places too, on purpose.
    let shared = before[document].has_aliases();
    let target = match &wish {
        Wish::Set(path, value) => place::set_value(&mut want, path, value.clone()),
        Wish::Insert(path, index, value) => place::insert_value(&mut want, path, *index, value.clone()),
        Wish::Remove(path) => place::remove_value(&mut want, path),
        Wish::Rename(path, to) => place::rename_value(&mut want, path, to),
        Wish::Move(path, from, to) => place::move_value(&mut want, path, *from, *to),
    };
    let agrees = |path: &[PathStep<'_>]| match (place::get_value(&want, path), place::get_value(&got, path)) {
        (Some(want), Some(got)) => want.means(got),
        (None, None) => true,
        _ => false,
    };
    target.is_some() && if shared { agrees(path) } else { want.means(&got) }
}

/// The value below the steps that are missing.
fn nest(rest: &[PathStep<'_>], value: Value) -> Result<Value, EditError> {
    let Some((_, below)) = rest.split_first() else { return Ok(value) };
    below.iter().rev().try_fold(value, |value, step| match step {
        PathStep::Key(key) => Ok(Value::from([(*key, value)])),
        PathStep::Index(0) => Ok(Value::from(vec![value])),
        PathStep::Index(_) => Err(EditError::new("the list is not that long")),
    })
}

/// The path up to the first missing step.
fn nested_path<'a>(path: &[PathStep<'a>], rest: &[PathStep<'_>]) -> Vec<PathStep<'a>> {
    let known = path.len() - rest.len();
    path[..(known + 1).min(path.len())].to_vec()
}
