//! Taking entries and items out.

use super::place::{Slot, column, end_of_lines, line_start};
use super::write::{behind_line, replace};
use super::{Change, EditError};
use crate::locate::PathStep;
use crate::node::{Node, NodeKind};
use crate::value::{Map, Value};

/// Comments in deeper values are not looked for.
const MAX_DEPTH: usize = 100;

/// A member of a collection: where it begins, its dash included, and its last node.
struct Member<'d, 't> {
    start: usize,
    last: Node<'d, 't>,
}

pub(super) fn remove(text: &str, slot: &Slot<'_, '_>, step: &PathStep<'_>) -> Result<Change, EditError> {
    let node = slot.node;
    let flow = node.is_flow() || slot.in_flow;
    let (members, index) = match (step, node.kind()) {
        (PathStep::Key(key), NodeKind::Mapping) => {
            let index = node.entries().position(|(own, _)| own.resolved().scalar() == Some(*key));
            let member = |(key, value): (Node<'_, '_>, _)| (key.full_span().start as usize, value);
            (node.entries().map(member).collect::<Vec<_>>(), index)
        }
        (PathStep::Index(index), NodeKind::Sequence) => {
            let mut items = Vec::new();
            for (at, item) in node.items().enumerate() {
                let start = if flow { item.full_span().start as usize } else { dash(text, node, at)? };
                items.push((start, item));
            }
            (items, Some(*index))
        }
        _ => return Err(EditError::new("there is nothing at this path")),
    };
    let members: Vec<Member<'_, '_>> =
        members.into_iter().map(|(start, last)| Member { start, last }).collect();
    let Some(index) = index.filter(|index| *index < members.len()) else {
        return Err(EditError::new("there is nothing at this path"));
    };
    if members.len() == 1 {
        let empty = match node.kind() {
            NodeKind::Mapping => Value::from(Map::new()),
            _ => Value::from(Vec::new()),
        };
        return Ok(replace(text, slot, &empty));
    }
    Ok(if flow { from_flow(&members, index) } else { from_block(text, &members, index) })
}

/// Up to the next member, or from the end of the one before.
fn from_flow(members: &[Member<'_, '_>], index: usize) -> Change {
    let own = &members[index];
    let (start, end) = match members.get(index + 1) {
        Some(next) => (own.start, next.start),
        None => (members[index - 1].last.span().end as usize, own.last.span().end as usize),
    };
    Change { start, end, text: String::new() }
}

/// Whole lines, unless something else stands before it on its first line.
fn from_block(text: &str, members: &[Member<'_, '_>], index: usize) -> Change {
    let own = &members[index];
    let line = line_start(text, own.start);
    let alone = text[line..own.start].trim().is_empty();
    if alone {
        let end = behind_line(text, own.last);
        // A last line without a break takes the break before it along.
        let cut = end == text.len() && !text.ends_with('\n') && line > 0;
        let comments = comments_in(text, line, end, own.last);
        if !comments.is_empty() {
            return Change { start: line, end, text: comments };
        }
        return Change { start: line - usize::from(cut), end, text: String::new() };
    }
    match members.get(index + 1) {
        Some(next) => Change { start: own.start, end: next.start, text: String::new() },
        None => Change { start: own.start, end: end_of_lines(text, own.last), text: String::new() },
    }
}

/// Lines that are nothing but a comment, at the column of what holds them: people wrote them, and they stay.
fn comments_in(text: &str, start: usize, end: usize, last: Node<'_, '_>) -> String {
    let indent = &text[start..end];
    let indent = &indent[..indent.len() - indent.trim_start_matches(' ').len()];
    let (mut comments, mut at) = (String::new(), start);
    for line in text[start..end].split_inclusive('\n') {
        let comment = line.trim();
        if comment.starts_with('#') && !is_in_scalar(last, at + line.len() - line.trim_start().len(), 0) {
            comments.push_str(&format!("{indent}{comment}\n"));
        }
        at += line.len();
    }
    comments
}

/// True if the text at this offset is part of a value.
fn is_in_scalar(node: Node<'_, '_>, at: usize, depth: usize) -> bool {
    let range = node.span().range();
    if !range.contains(&at) || depth > MAX_DEPTH {
        return false;
    }
    match node.kind() {
        NodeKind::Scalar | NodeKind::Alias => true,
        NodeKind::Sequence => node.items().any(|item| is_in_scalar(item, at, depth + 1)),
        NodeKind::Mapping => node.entries().any(|(_, value)| is_in_scalar(value, at, depth + 1)),
    }
}

/// Where the dash of this item stands.
pub(super) fn dash(text: &str, list: Node<'_, '_>, index: usize) -> Result<usize, EditError> {
    let first = list.span().start as usize;
    if index == 0 {
        return Ok(first);
    }
    let indent = column(text, first);
    let before = list.items().nth(index - 1).map_or(first, |item| item.span().end as usize);
    let item = list.items().nth(index).map_or(text.len(), |item| item.full_span().start as usize);
    // The last dash at this column that is not behind the item's own content.
    let region = text.get(before.min(item)..item).unwrap_or("");
    let found = region.char_indices().rev().find(|(at, c)| {
        let offset = before + at;
        *c == '-'
            && column(text, offset) == indent
            && text[line_start(text, offset)..offset].trim().is_empty()
    });
    found.map(|(at, _)| before + at).ok_or_else(|| EditError::new("the dash of an item was not found"))
}
