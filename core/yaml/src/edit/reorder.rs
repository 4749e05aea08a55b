//! Items that move with their lines and the comments above them, and keys that change their name.

use super::inline::string;
use super::place::{Slot, line_start};
use super::write::behind_line;
use super::{Change, EditError};
use crate::locate::PathStep;
use crate::node::{Node, NodeKind};

/// The key at the end of a path in the style that it has.
pub(super) fn rename(slot: &Slot<'_, '_>, step: &PathStep<'_>, to: &str) -> Result<Change, EditError> {
    let PathStep::Key(key) = step else { return Err(EditError::new("an item has no key")) };
    let Some((node, _)) = slot.node.entry(key) else {
        return Err(EditError::new(format!("there is no key '{key}'")));
    };
    if node.kind() != NodeKind::Scalar || node.full_span() != node.span() {
        return Err(EditError::new(format!("the key '{key}' is more than a word")));
    }
    let span = node.span();
    Ok(Change { start: span.start as usize, end: span.end as usize, text: string(to, node.style()) })
}

/// An item that goes to an earlier place of its list.
pub(super) fn move_up(text: &str, slot: &Slot<'_, '_>, from: usize, to: usize) -> Result<Change, EditError> {
    let list = slot.node;
    if list.kind() != NodeKind::Sequence || list.is_flow() || slot.in_flow || to > from {
        return Err(EditError::new("only items of a list in lines can move up"));
    }
    let item = list.items().nth(from).ok_or_else(|| EditError::new("the list is not that long"))?;
    let own = first_line(text, list, from)?;
    let target = first_line(text, list, to)?;
    let end = behind_line(text, item);
    let (Some(between), Some(lines)) = (text.get(target..own), text.get(own..end)) else {
        return Err(EditError::new("the items stand in each other"));
    };
    if !lines.ends_with('\n') {
        return Err(EditError::new("the last line has no end"));
    }
    // Whoever carries out the change writes the breaks as the text has them.
    Ok(Change { start: target, end, text: format!("{lines}{between}").replace("\r\n", "\n") })
}

/// Where the lines of an item begin, those with comments right above it included.
pub(super) fn first_line(text: &str, list: Node<'_, '_>, index: usize) -> Result<usize, EditError> {
    let dash = super::remove::dash(text, list, index)?;
    let mut line = line_start(text, dash);
    if !text[line..dash].trim().is_empty() {
        return Err(EditError::new("the item shares its line"));
    }
    let floor = match index.checked_sub(1).and_then(|before| list.items().nth(before)) {
        Some(before) => behind_line(text, before),
        None => 0,
    };
    while line > floor {
        let above = line_start(text, line - 1);
        if above < floor || !text[above..line].trim_start().starts_with('#') {
            break;
        }
        line = above;
    }
    Ok(line)
}
