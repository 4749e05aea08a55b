//! Replacements inside of texts that are JSON or YAML.

use std::ops::Range;

use weir_yaml::{Dialect, Node, NodeKind, ScalarStyle, Text, Value};

use super::{FieldOptions, set_field};
use crate::fields::{self, Leaf};

/// Deeper texts are refused by all that reads them.
const DEEPEST: usize = 600;

/// Sets a value if the path goes on inside of a text. Says whether it does.
pub(super) fn replace(
    object: &mut Value,
    parts: &[String],
    create: Option<Leaf>,
    value: &Value,
) -> Result<bool, String> {
    for at in 1..parts.len() {
        let (Some(outer), Some(inner)) = (parts.get(..at), parts.get(at..)) else { return Ok(false) };
        let Some(text) = fields::get(object, outer).and_then(Value::as_str).map(Text::from) else { continue };
        let documents = weir_yaml::parse(&text).unwrap_or_default();
        let Some(root) = documents.first().and_then(|document| document.root()) else { continue };
        let Ok(mut parsed) = root.to_value(Dialect::Spelled) else { continue };
        let before = parsed.clone();
        if !matches!(parsed, Value::Map(_) | Value::List(_)) {
            return Ok(false);
        }
        let mut set =
            |field: &mut Value, is_new: bool| set_field(field, value, &FieldOptions::default(), is_new);
        if !fields::visit(&mut parsed, inner, create, false, &mut set).is_ok_and(|count| count > 0) {
            return Ok(false);
        }
        let new = match text.trim_start().starts_with(['{', '[']) {
            true => json_like(&parsed, &text),
            false => weir_yaml::to_yaml_styled(root, &parsed)
                .or_else(|| commented(&text, root, &before, &parsed))
                .ok_or("not supported yet: replacement inside of a YAML text with merge keys or with comments where lines come or go")?
                .trim()
                .to_string(),
        };
        let new = Value::from(new);
        fields::visit(object, outer, None, false, &mut |field, _| {
            *field = new.clone();
            Ok(())
        })?;
        return Ok(true);
    }
    Ok(false)
}

fn json_like(value: &Value, like: &str) -> String {
    let is_pretty = like.contains('\n') && like.contains("  ");
    let json = if is_pretty { narrow(&weir_yaml::to_json_pretty(value)) } else { weir_yaml::to_json(value) };
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// Indented by two blanks, not four.
fn narrow(json: &str) -> String {
    let half = |line: &str| {
        let rest = line.trim_start_matches(' ');
        format!("{}{rest}", " ".repeat((line.len() - rest.len()) / 2))
    };
    json.trim_end().split('\n').map(half).collect::<Vec<_>>().join("\n")
}

/// A text with comments, printed anew: its lines without them, then each comment where it was. That needs as many lines as
/// before.
fn commented(text: &str, root: Node<'_, '_>, before: &Value, after: &Value) -> Option<String> {
    let (lines, foot) = lines_of(text, root);
    let bare: String = lines.iter().map(|line| format!("{}\n", line.content)).collect();
    let documents = weir_yaml::parse(&bare).ok()?;
    let root = documents.first()?.root()?;
    let is_same = root.to_value(Dialect::Spelled).is_ok_and(|value| value == *before);
    let printed = weir_yaml::to_yaml_styled(root, after).filter(|_| is_same)?;
    if printed.lines().count() != lines.len() || !has_same_shape(before, after) {
        return None;
    }
    let mut out = String::new();
    for (line, printed) in lines.iter().zip(printed.lines()) {
        let indent: String = printed.chars().take_while(|char| *char == ' ').collect();
        for comment in &line.above {
            out.extend([if comment.is_empty() { "" } else { &indent }, comment, "\n"]);
        }
        let behind = line.behind.map_or_else(String::new, |comment| format!(" {comment}"));
        out.extend([printed, &behind, "\n"]);
    }
    foot.iter().for_each(|comment| out.extend([comment, "\n"]));
    Some(out)
}

/// True if one has the keys and as many items as the other.
fn has_same_shape(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len()
                && one.iter().zip(other.iter()).all(|(a, b)| a.0 == b.0 && has_same_shape(&a.1, &b.1))
        }
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(a, b)| has_same_shape(a, b))
        }
        (Value::Map(_) | Value::List(_), _) | (_, Value::Map(_) | Value::List(_)) => false,
        _ => true,
    }
}

/// A line with content, and the comments around it.
struct Line<'t> {
    /// Comments above it, and the empty lines between those at the very top.
    above: Vec<&'t str>,
    content: &'t str,
    behind: Option<&'t str>,
}

/// The lines of a text, and its last comments.
fn lines_of<'t>(text: &'t str, root: Node<'_, '_>) -> (Vec<Line<'t>>, Vec<&'t str>) {
    let mut literal = Vec::new();
    literal_lines(text, root, 0, &mut literal);
    let (mut lines, mut above) = (Vec::new(), Vec::new());
    for (at, line) in text.lines().enumerate() {
        if literal.iter().any(|lines: &Range<usize>| lines.contains(&at)) {
            lines.push(Line { above: Vec::new(), content: line, behind: None });
            continue;
        }
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            above.push(trimmed);
            continue;
        }
        let comment = line.find(" #").filter(|at| !is_in_quotes(line, *at));
        let (content, behind) = match comment {
            Some(at) => (line.get(..at).unwrap_or(line).trim_end(), line.get(at..).map(str::trim)),
            None => (line, None),
        };
        // Elsewhere empty lines go.
        let is_first = lines.is_empty();
        above.retain(|line| is_first || !line.is_empty());
        lines.push(Line { above: std::mem::take(&mut above), content, behind });
    }
    (lines, above)
}

fn literal_lines(text: &str, node: Node<'_, '_>, depth: usize, found: &mut Vec<Range<usize>>) {
    if depth > DEEPEST {
        return;
    }
    if node.style() == ScalarStyle::Literal && node.kind() == NodeKind::Scalar {
        let line = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count());
        let span = node.span().range();
        // Empty lines behind it belong to what follows.
        let end = text.get(span.clone()).map_or(span.start, |own| span.start + own.trim_end().len());
        found.push(line(span.start) + 1..line(end) + 1);
    }
    node.entries().for_each(|(_, value)| literal_lines(text, value, depth + 1, found));
    node.items().for_each(|item| literal_lines(text, item, depth + 1, found));
}

/// True if so many quotes stand before that place that one is open.
fn is_in_quotes(line: &str, at: usize) -> bool {
    let before = line.get(..at).unwrap_or("");
    before.matches('"').count() % 2 == 1 || before.matches('\'').count() % 2 == 1
}
