//! A document printed again with changed values, in the styles that it was written in, as yaml.v3 prints its nodes.
//!
//! Comments and merge keys are not printed yet: documents that have them are refused.

use super::analyze::Analysis;
use super::writer::{Context, Writer};
use super::{MAX_DEPTH, Style};
use crate::decode::Dialect;
use crate::node::{Node, NodeKind};
use crate::resolve::{Plain, resolve};
use crate::scan::{Generation, ScalarStyle};
use crate::value::Value;

/// The document below a node with other values, if it can be printed. The values are those of
/// [`crate::Dialect::Spelled`]; entries and items that the node does not have come last, in plain styles.
pub fn to_yaml_styled(root: Node<'_, '_>, value: &Value) -> Option<String> {
    let style = Style { generation: Generation::V3, indent: 2, compact: true, through_json: false };
    let mut printer = Styled { writer: Writer::new(style) };
    printer.value(Some(root), value, Context::Root, false, 0)?;
    Some(printer.writer.finish())
}

/// True if a value is of the kind that the node has.
fn fits(node: Node<'_, '_>, value: &Value) -> bool {
    match node.kind() {
        NodeKind::Mapping => matches!(value, Value::Map(_)),
        NodeKind::Sequence => matches!(value, Value::List(_)),
        NodeKind::Scalar | NodeKind::Alias => !matches!(value, Value::Map(_) | Value::List(_)),
    }
}

struct Styled {
    writer: Writer,
}

impl Styled {
    fn value(
        &mut self,
        node: Option<Node<'_, '_>>,
        value: &Value,
        context: Context,
        in_flow: bool,
        depth: usize,
    ) -> Option<()> {
        if depth > MAX_DEPTH || node.is_some_and(|node| node.comments().is_some()) {
            return None;
        }
        if let Some(node) = node.filter(|node| node.kind() == NodeKind::Alias) {
            return self.alias(node, value);
        }
        // What takes the place of another kind of value has nothing of it.
        let node = node.filter(|node| fits(*node, value));
        if let Some(node) = node {
            self.properties(node);
        }
        let in_flow = in_flow || node.is_some_and(Node::is_flow);
        match value {
            Value::List(list) if list.is_empty() => self.writer.empty("[", "]"),
            Value::Map(map) if map.is_empty() => self.writer.empty("{", "}"),
            Value::List(list) => {
                let mut nodes = node.into_iter().flat_map(Node::items);
                let outer = self.open(value, context, in_flow);
                for (at, item) in list.iter().enumerate() {
                    if in_flow {
                        self.comma(at);
                    } else {
                        self.writer.dash();
                    }
                    self.value(nodes.next(), item, Context::Item, in_flow, depth + 1)?;
                }
                self.close("]", outer, in_flow);
            }
            Value::Map(map) => {
                let known: Vec<_> = node.into_iter().flat_map(Node::entries).collect();
                let named = |key: &str| known.iter().find(|(own, _)| own.scalar() == Some(key));
                if known
                    .iter()
                    .any(|(key, _)| key.scalar().is_none_or(|key| key == "<<" || !map.contains_key(key)))
                {
                    return None;
                }
                let outer = self.open(value, context, in_flow);
                for (at, (key, item)) in map.iter().enumerate() {
                    let entry = named(key);
                    if in_flow {
                        self.comma(at);
                    } else {
                        self.writer.write_indent();
                    }
                    let style = entry.map_or(ScalarStyle::Plain, |(key, _)| key.style());
                    if entry.is_some_and(|(key, _)| key.comments().is_some()) {
                        return None;
                    }
                    self.text(key, (style, false), Context::SimpleKey, in_flow);
                    self.writer.colon(true);
                    self.value(
                        entry.map(|(_, node)| *node),
                        item,
                        Context::MappingValue,
                        in_flow,
                        depth + 1,
                    )?;
                }
                self.close("}", outer, in_flow);
            }
            Value::String(_) | Value::Spelled(_) if value.as_str().is_some() => {
                let style = node.map_or(ScalarStyle::Plain, Node::style);
                let is_tagged = node.is_some_and(|node| node.tag().is_some());
                self.text(value.as_written()?, (style, is_tagged), context, in_flow);
            }
            scalar => {
                let text = scalar.as_written().map_or_else(|| crate::to_json(scalar), str::to_string);
                let style = node.map_or(ScalarStyle::Plain, Node::style);
                if style != ScalarStyle::Plain {
                    self.text(&text, (style, true), context, in_flow);
                } else if !text.is_empty() {
                    self.writer.word(&text, context);
                }
            }
        }
        Some(())
    }

    /// An alias stays one as long as it stands for the same.
    fn alias(&mut self, node: Node<'_, '_>, value: &Value) -> Option<()> {
        let is_same = node.to_value(Dialect::Spelled).is_ok_and(|own| own == *value);
        let name = node.resolved().anchor().filter(|_| is_same)?;
        self.writer.indicator(&format!("*{name}"), true, false, false);
        Some(())
    }

    /// Anchor and tag.
    fn properties(&mut self, node: Node<'_, '_>) {
        if let Some(anchor) = node.anchor() {
            self.writer.indicator(&format!("&{anchor}"), true, false, false);
        }
        if let Some(tag) = node.tag() {
            let short = tag.strip_prefix("tag:yaml.org,2002:").map(|name| format!("!!{name}"));
            self.writer.indicator(short.as_deref().unwrap_or(tag), true, false, false);
        }
    }

    fn open(&mut self, value: &Value, context: Context, in_flow: bool) -> Option<usize> {
        let is_list = matches!(value, Value::List(_));
        if in_flow {
            self.writer.indicator(if is_list { "[" } else { "{" }, true, true, false);
            None
        } else if is_list {
            self.writer.enter_sequence(context)
        } else {
            self.writer.enter_mapping(context)
        }
    }

    fn close(&mut self, bracket: &str, outer: Option<usize>, in_flow: bool) {
        if in_flow {
            self.writer.indicator(bracket, false, false, false);
        } else {
            self.writer.leave(outer);
        }
    }

    fn comma(&mut self, at: usize) {
        if at > 0 {
            self.writer.indicator(",", false, false, false);
        }
    }

    fn text(&mut self, text: &str, (style, is_tagged): (ScalarStyle, bool), context: Context, in_flow: bool) {
        let analysis = Analysis::new(text, Generation::V3);
        let is_key = context == Context::SimpleKey;
        // Words like `yes` only need quotes where nobody wrote them, and with a tag nothing needs any.
        let is_word = text.bytes().all(|byte| byte.is_ascii_alphabetic())
            && resolve(text, Generation::V3) == Plain::Text;
        let usual = match analysis.style(text, Generation::V3, is_key || in_flow) {
            _ if is_word && !text.is_empty() || is_tagged && analysis.allows_plain() => ScalarStyle::Plain,
            usual => usual,
        };
        let is_open = !in_flow || !text.contains([',', '?', '[', ']', '{', '}']);
        let outer = self.writer.begin_text(context);
        match style {
            ScalarStyle::DoubleQuoted => self.writer.double_quoted(text, !is_key),
            ScalarStyle::SingleQuoted if analysis.allows_single_quotes() => {
                self.writer.single_quoted(text, !is_key);
            }
            ScalarStyle::Plain if usual == ScalarStyle::Plain && is_open => self.writer.plain(text, !is_key),
            ScalarStyle::Plain if usual == ScalarStyle::Plain => self.writer.single_quoted(text, !is_key),
            ScalarStyle::Folded if analysis.allows_block() && !is_key && !in_flow => {
                self.writer.folded_block(text);
            }
            ScalarStyle::Plain | ScalarStyle::Literal if usual != ScalarStyle::Plain => {
                self.writer.leave(outer);
                return self.writer.text(text, context);
            }
            ScalarStyle::Literal if analysis.allows_block() && !is_key && !in_flow => {
                self.writer.literal(text);
            }
            _ => self.writer.double_quoted(text, !is_key),
        }
        self.writer.leave(outer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    fn again(text: &str) -> Option<String> {
        let documents = parse(text).unwrap();
        let root = documents[0].root().unwrap();
        to_yaml_styled(root, &root.to_value(Dialect::Spelled).unwrap())
    }

    #[test]
    fn keeps_styles() {
        for text in [
            "a: \"x\"\nb: 'y'\nc: {d: \"1\", e: [f, 2]}\ng:\n- h\n- i: 1.0\n  j: |\n    k\n    l\n",
            "- a\n- b: {}\n  c: []\n",
        ] {
            assert_eq!(again(text).as_deref(), Some(text));
        }
        assert_eq!(again("a: {\n  b: \"c\",\n}\n").as_deref(), Some("a: {b: \"c\"}\n"));
        assert_eq!(again("a: 1 # why\n"), None);
        let odd = "a: &x 1\nb: *x\nc: !!str 5\nd: !own {e: f}\ng: >-\n  h\n  i\n";
        assert_eq!(again(odd).as_deref(), Some(odd.replace("h\n  i", "h i").as_str()));
    }
}
