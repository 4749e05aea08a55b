//! Setting, adding and inserting.

use super::inline::{inline, string};
use super::place::{Slot, column, end_of_lines, line_end};
use super::{Change, EditError};
use crate::emit::to_yaml_v3;
use crate::locate::PathStep;
use crate::node::{Node, NodeKind};
use crate::scan::ScalarStyle;
use crate::value::Value;

/// New text in place of a node.
pub(super) fn replace(text: &str, slot: &Slot<'_, '_>, value: &Value) -> Change {
    let span = slot.node.span();
    let (start, mut end) = (span.start as usize, span.end as usize);
    let block_text = matches!(slot.node.style(), ScalarStyle::Literal | ScalarStyle::Folded);
    if block_text {
        end = end_of_lines(text, slot.node);
    }
    if slot.in_flow {
        return Change { start, end, text: inline(value, slot.node.style()) };
    }
    if is_block(value) {
        return replace_by_block(text, slot, value, end);
    }
    let below_key = slot.node.kind() != NodeKind::Scalar && !slot.node.is_flow();
    let start = if below_key { pull_up(text, slot, start) } else { start };
    // The colon or dash and a value need a space between them.
    let tight = text[..start].ends_with([':', '-', '?']) && (start == end || below_key);
    let space = if tight { " " } else { "" };
    let same_style = if below_key { ScalarStyle::Plain } else { slot.node.style() };
    Change { start, end, text: format!("{space}{}", inline(value, same_style)) }
}

/// True for what is written over several lines.
fn is_block(value: &Value) -> bool {
    match value {
        Value::List(list) => !list.is_empty(),
        Value::Map(map) => !map.is_empty(),
        Value::String(text) => text.contains('\n'),
        _ => false,
    }
}

/// Where a block begins that may move up beside its key: right behind the colon, if nothing else is there.
fn pull_up(text: &str, slot: &Slot<'_, '_>, start: usize) -> usize {
    let Some(key) = slot.key else { return start };
    let key_end = key.span().end as usize;
    match text.get(key_end..start) {
        Some(between) if between.trim() == ":" => key_end + between.find(':').unwrap_or(0) + 1,
        _ => start,
    }
}

fn replace_by_block(text: &str, slot: &Slot<'_, '_>, value: &Value, end: usize) -> Change {
    let start = slot.node.span().start as usize;
    if let Value::String(_) = value {
        let space = if text[..start].ends_with([':', '-']) { " " } else { "" };
        return Change { start, end, text: format!("{space}{}", block(value, slot.outer, true)) };
    }
    let Some(key) = slot.key else {
        let space = if text[..start].ends_with('-') { " " } else { "" };
        let indent = column(text, start) + space.len();
        return Change { start, end, text: format!("{space}{}", block(value, indent, true)) };
    };
    // Below the key: lists at its column where they stood so, all else two further in.
    let stood_below = !slot.node.is_flow() && slot.node.kind() != NodeKind::Scalar;
    if stood_below {
        let indent = column(text, start).max(slot.outer + usize::from(matches!(value, Value::Map(_))));
        return Change { start, end, text: block(value, indent, true) };
    }
    let start = pull_up(text, slot, slot.node.full_span().start as usize).max(key.span().end as usize);
    let indent = slot.outer + if matches!(value, Value::List(_)) { 0 } else { 2 };
    Change { start, end, text: format!("\n{}", block(value, indent, false)) }
}

/// A value over several lines at this indentation, without the last line break. The first line may be begun already.
fn block(value: &Value, indent: usize, begun: bool) -> String {
    let text = to_yaml_v3(value, 2, true).unwrap_or_else(|_| inline(value, ScalarStyle::Plain));
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let pad = " ".repeat(indent);
    let mut out = String::new();
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        if !line.is_empty() && (at > 0 || !begun) {
            out.push_str(&pad);
        }
        out.push_str(line);
    }
    out
}

/// An entry that is not there yet, or an item at the end.
pub(super) fn add(
    text: &str,
    slot: &Slot<'_, '_>,
    step: &PathStep<'_>,
    value: &Value,
) -> Result<Change, EditError> {
    let node = slot.node;
    match (step, node.kind()) {
        (PathStep::Key(key), NodeKind::Mapping) if node.is_flow() => {
            add_to_flow(text, node, &entry_inline(key, value))
        }
        (PathStep::Key(key), NodeKind::Mapping) => {
            let indent = column(text, node.span().start as usize);
            Ok(add_line(text, node, &block(&Value::from([(*key, value.clone())]), indent, false)))
        }
        (PathStep::Index(index), NodeKind::Sequence) if *index == node.items().count() => {
            insert_item(text, slot, *index, value)
        }
        (PathStep::Key(key), NodeKind::Scalar) if is_nothing(node) => {
            Ok(replace(text, slot, &Value::from([(*key, value.clone())])))
        }
        (PathStep::Index(0), NodeKind::Scalar) if is_nothing(node) => {
            Ok(replace(text, slot, &Value::from(vec![value.clone()])))
        }
        (PathStep::Key(key), _) => {
            Err(EditError::new(format!("there is no map that could hold key '{key}'")))
        }
        (PathStep::Index(_), _) => Err(EditError::new("there is no list of this length")),
    }
}

fn is_nothing(node: Node<'_, '_>) -> bool {
    node.style() == ScalarStyle::Plain && matches!(node.scalar(), Some("" | "~" | "null" | "Null" | "NULL"))
}

fn entry_inline(key: &str, value: &Value) -> String {
    format!("{}: {}", string(key, ScalarStyle::Plain), inline(value, ScalarStyle::Plain))
}

/// At the end of a collection in brackets.
fn add_to_flow(text: &str, node: Node<'_, '_>, entry: &str) -> Result<Change, EditError> {
    let span = node.span();
    if !text[span.range()].starts_with(['[', '{']) {
        return Err(EditError::new("a pair without braces cannot hold more"));
    }
    let close = span.end as usize - 1;
    let last = node.entries().last().map(|(_, value)| value).or_else(|| node.items().last());
    let Some(last) = last else { return Ok(Change { start: close, end: close, text: entry.to_string() }) };
    let at = last.span().end as usize;
    // A comma may stand there already; then the new entry goes behind it.
    let rest = &text[at..close];
    Ok(match rest.find(',').filter(|_| rest.trim_start().starts_with(',')) {
        Some(comma) => Change { start: at + comma + 1, end: at + comma + 1, text: format!(" {entry}") },
        None => Change { start: at, end: at, text: format!(", {entry}") },
    })
}

/// On lines of its own behind a block.
fn add_line(text: &str, node: Node<'_, '_>, lines: &str) -> Change {
    let at = end_of_lines(text, node);
    Change { start: at, end: at, text: format!("\n{lines}") }
}

pub(super) fn insert_item(
    text: &str,
    slot: &Slot<'_, '_>,
    index: usize,
    value: &Value,
) -> Result<Change, EditError> {
    let node = slot.node;
    let count = node.items().count();
    if index > count {
        return Err(EditError::new("the list is not that long"));
    }
    if node.is_flow() {
        let entry = inline(value, ScalarStyle::Plain);
        let Some(before) = node.items().nth(index) else { return add_to_flow(text, node, &entry) };
        let at = before.full_span().start as usize;
        return Ok(Change { start: at, end: at, text: format!("{entry}, ") });
    }
    let indent = column(text, node.span().start as usize);
    let item = block(&Value::from(vec![value.clone()]), indent, false);
    if index == count {
        return Ok(add_line(text, node, &item));
    }
    if let Ok(line) = super::reorder::first_line(text, node, index) {
        return Ok(Change { start: line, end: line, text: format!("{item}\n") });
    }
    let dash = super::remove::dash(text, node, index)?;
    // The first item of a list that begins beside another dash or a tag.
    let pad = " ".repeat(indent);
    Ok(Change { start: dash, end: dash, text: format!("{}\n{pad}", item.trim_start()) })
}

/// The end of the line that a node ends on, with its break.
pub(super) fn behind_line(text: &str, node: Node<'_, '_>) -> usize {
    let end = line_end(text, end_of_lines(text, node));
    let rest = &text[end..];
    let length = if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    end + length
}
