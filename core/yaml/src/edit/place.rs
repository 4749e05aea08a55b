//! Where in text and value an edit goes.

use super::EditError;
use crate::locate::PathStep;
use crate::node::{Node, NodeKind};
use crate::value::Value;

/// A node that an edit is about, with its surroundings.
pub(super) struct Slot<'d, 't> {
    pub(super) node: Node<'d, 't>,
    /// Its key, where it is the value of one.
    pub(super) key: Option<Node<'d, 't>>,
    /// It stands inside of brackets.
    pub(super) in_flow: bool,
    /// Columns of indentation of the block around it.
    pub(super) outer: usize,
}

/// Follows the path as far as nodes are there; gives the steps that are missing.
pub(super) fn walk<'d, 't, 'p, 'a>(
    text: &str,
    root: Option<Node<'d, 't>>,
    path: &'p [PathStep<'a>],
) -> Result<(Slot<'d, 't>, &'p [PathStep<'a>]), EditError> {
    let Some(node) = root else { return Err(EditError::new("the document is empty")) };
    let mut slot = Slot { node, key: None, in_flow: false, outer: 0 };
    for (at, step) in path.iter().enumerate() {
        let node = slot.node;
        if node.kind() == NodeKind::Alias {
            return Err(EditError::new("the path goes through an alias"));
        }
        let next = match step {
            PathStep::Key(key) => node.entry(key).map(|(key, value)| (Some(key), value)),
            PathStep::Index(index) => node.items().nth(*index).map(|item| (None, item)),
        };
        let Some((key, next)) = next else { return Ok((slot, &path[at..])) };
        let in_flow = slot.in_flow || node.is_flow();
        let outer = if in_flow { slot.outer } else { column(text, node.span().start as usize) };
        slot = Slot { node: next, key, in_flow, outer };
    }
    Ok((slot, &[]))
}

/// Columns before this offset on its line.
pub(super) fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().count()
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// The end of the line, its break not included.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
    if text[at..end].ends_with('\r') { end - 1 } else { end }
}

/// The offset behind a block node, at the end of its last line: comments beside it are behind its end too.
pub(super) fn end_of_lines(text: &str, node: Node<'_, '_>) -> usize {
    let end = node.span().end as usize;
    let trimmed = text[..end].trim_end_matches([' ', '\n', '\r']).len().max(node.span().start as usize);
    let keeps_breaks = end > trimmed && last_scalar_keeps(text, node);
    if keeps_breaks { line_end(text, end.saturating_sub(1)) } else { line_end(text, trimmed) }
}

/// True if the node ends with a block text that keeps its last line breaks.
fn last_scalar_keeps(text: &str, node: Node<'_, '_>) -> bool {
    let mut at = node;
    loop {
        let last = match at.kind() {
            NodeKind::Mapping => at.entries().last().map(|(_, value)| value),
            NodeKind::Sequence => at.items().last(),
            NodeKind::Scalar | NodeKind::Alias => None,
        };
        let Some(last) = last else { break };
        at = last;
    }
    let written = text.get(at.span().range()).unwrap_or("");
    written.starts_with(['|', '>']) && written.lines().next().is_some_and(|header| header.contains('+'))
}

pub(super) fn get_value<'v>(value: &'v Value, path: &[PathStep<'_>]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match step {
        PathStep::Key(key) => value.get(key),
        PathStep::Index(index) => value.as_list()?.get(*index),
    })
}

fn value_mut<'v>(value: &'v mut Value, path: &[PathStep<'_>]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, step| match step {
        PathStep::Key(key) => value.as_map_mut()?.get_mut(key),
        PathStep::Index(index) => value.as_list_mut()?.get_mut(*index),
    })
}

pub(super) fn set_value(value: &mut Value, path: &[PathStep<'_>], new: Value) -> Option<()> {
    let Some((last, parent)) = path.split_last() else {
        *value = new;
        return Some(());
    };
    let parent = value_mut(value, parent)?;
    match last {
        PathStep::Key(key) => *parent.make_map().entry(key) = new,
        PathStep::Index(index) => {
            if parent.is_null() {
                *parent = Value::from(Vec::new());
            }
            let list = parent.as_list_mut()?;
            if *index == list.len() {
                list.push(new);
            } else {
                *list.get_mut(*index)? = new;
            }
        }
    }
    Some(())
}

pub(super) fn insert_value(value: &mut Value, path: &[PathStep<'_>], index: usize, new: Value) -> Option<()> {
    let list = value_mut(value, path)?.as_list_mut()?;
    (index <= list.len()).then(|| list.insert(index, new))
}

pub(super) fn remove_value(value: &mut Value, path: &[PathStep<'_>]) -> Option<()> {
    let (last, parent) = path.split_last()?;
    let parent = value_mut(value, parent)?;
    match last {
        PathStep::Key(key) => parent.as_map_mut()?.remove(key).map(|_| ()),
        PathStep::Index(index) => {
            let list = parent.as_list_mut()?;
            (*index < list.len()).then(|| _ = list.remove(*index))
        }
    }
}

pub(super) fn rename_value(value: &mut Value, path: &[PathStep<'_>], to: &str) -> Option<()> {
    let (PathStep::Key(key), parent) = path.split_last()? else { return None };
    let map = value_mut(value, parent)?.as_map_mut()?;
    if map.contains_key(to) {
        return None;
    }
    let own = map.remove(key)?;
    map.insert(to, own);
    Some(())
}

pub(super) fn move_value(value: &mut Value, path: &[PathStep<'_>], from: usize, to: usize) -> Option<()> {
    let list = value_mut(value, path)?.as_list_mut()?;
    if from >= list.len() || to >= list.len() {
        return None;
    }
    let own = list.remove(from);
    list.insert(to, own);
    Some(())
}
