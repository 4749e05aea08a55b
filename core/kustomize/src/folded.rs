//! What becomes of folded texts (`>`): kustomize writes every object as YAML once more before it prints it, in the
//! styles of its source, and the writer of folded texts is not exact. Line breaks are doubled there.

use weir_yaml::{Dialect, Node, NodeKind, ScalarStyle, Value, first_from_yaml};

/// Deeper values are refused by all that walks them.
const DEEPEST: usize = 600;

/// Notes what all folded texts of a document become in a round through the writer, and the last text if it keeps its line
/// breaks. What writes them anew before that (labels, annotations, variables) is not concerned.
pub(crate) fn rewrite(text: &str, value: &mut Value, is_patch: bool) {
    let has_folded = text.contains(" >") || text.contains("\n>");
    let may_have_foot = !is_patch && text.contains('+') && text.contains('#');
    if !has_folded && !may_have_foot {
        return;
    }
    let documents = weir_yaml::parse(text).unwrap_or_default();
    if let Some(root) = documents.first().and_then(|document| document.root()) {
        walk(root, value, false, 0);
        if may_have_foot {
            above_foot(text, root, value, 0);
        }
    }
}

/// A comment at the end of a document gets an empty line above it, which is part of a text that keeps its line breaks.
fn above_foot(text: &str, node: Node<'_, '_>, value: &mut Value, depth: usize) {
    if depth > DEEPEST || node.is_flow() {
        return;
    }
    match node.kind() {
        NodeKind::Mapping => {
            let Some((key, inner)) = node.entries().last() else { return };
            let map = value.as_map_mut();
            if let Some(value) = key.scalar().and_then(|key| map?.get_mut(key)) {
                above_foot(text, inner, value, depth + 1);
            }
        }
        NodeKind::Sequence => {
            let last = value.as_list_mut().and_then(|list| list.last_mut());
            if let (Some(inner), Some(value)) = (node.items().last(), last) {
                above_foot(text, inner, value, depth + 1);
            }
        }
        NodeKind::Scalar if matches!(node.style(), ScalarStyle::Literal | ScalarStyle::Folded) => {
            let own = value.as_str().unwrap_or("").to_string();
            let keeps = own.ends_with("\n\n") || own == "\n";
            let has_foot =
                text.get(node.span().range().end..).is_some_and(|rest| rest.trim_start().starts_with('#'));
            if keeps && has_foot {
                let mut printed = value.clone();
                printed.forget_spelling();
                *value = Value::printed_as(&own, &format!("{}\n", printed.as_str().unwrap_or("")));
            }
        }
        NodeKind::Scalar | NodeKind::Alias => {}
    }
}

fn walk(node: Node<'_, '_>, value: &mut Value, in_flow: bool, depth: usize) {
    let node = node.resolved();
    let in_flow = in_flow || node.is_flow();
    if depth > DEEPEST {
        return;
    }
    match node.kind() {
        NodeKind::Scalar if node.style() == ScalarStyle::Folded && !in_flow => {
            let new = value.as_str().and_then(|text| Some(Value::printed_as(text, &round(text)?)));
            if let Some(new) = new {
                *value = new;
            }
        }
        NodeKind::Mapping => {
            let Some(map) = value.as_map_mut() else { return };
            for (key, inner) in node.entries() {
                let place = key.resolved().scalar().filter(|key| map.contains_key(key));
                if let Some(value) = place.and_then(|key| map.get_mut(key)) {
                    walk(inner, value, in_flow, depth + 1);
                }
            }
        }
        NodeKind::Sequence => {
            for (inner, value) in node.items().zip(value.as_list_mut().into_iter().flatten()) {
                walk(inner, value, in_flow, depth + 1);
            }
        }
        NodeKind::Scalar | NodeKind::Alias => {}
    }
}

/// The text after it was written folded and read again; none if it is the same or written in another style.
fn round(text: &str) -> Option<String> {
    if !text.contains('\n') || !may_be_a_block(text) {
        return None;
    }
    let yaml = written(text);
    let read = first_from_yaml(&yaml, Dialect::V3).ok()?;
    read.str_at(&["a"]).filter(|read| *read != text).map(str::to_string)
}

/// Texts with blanks at the end of a line or unusual characters are written in quotes.
fn may_be_a_block(text: &str) -> bool {
    let is_usual = |char: char| matches!(char, '\n' | '\t' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}');
    !text.ends_with(' ') && !text.contains(" \n") && text.chars().all(is_usual)
}

fn written(text: &str) -> String {
    let mut out = String::from("a: >");
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    match text.strip_suffix('\n') {
        None => out.push('-'),
        Some(rest) if rest.is_empty() || rest.ends_with('\n') => out.push('+'),
        Some(_) => {}
    }
    // The writer looks at the start of the text here where it means to look at what follows the break.
    let starts_blank = text.trim_start_matches('\n').starts_with([' ', '\t']);
    let starts_with_nothing = text.trim_start_matches('\n').is_empty();
    let (mut breaks, mut leading_blank) = (true, true);
    out.push('\n');
    for char in text.chars() {
        if char == '\n' {
            if !breaks && !leading_blank && !starts_blank && !starts_with_nothing {
                out.push('\n');
            }
            out.push('\n');
            breaks = true;
        } else {
            if breaks {
                out.push_str("  ");
                leading_blank = matches!(char, ' ' | '\t');
            }
            out.push(char);
            breaks = false;
        }
    }
    if !breaks {
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_breaks_before_deeper_lines() {
        assert_eq!(round("a(\n  b\n)").as_deref(), Some("a(\n\n  b\n)"));
        assert_eq!(round("a b\n"), None);
        assert_eq!(round("a\nb"), None);
        assert_eq!(round("a \n  b"), None);
    }
}
