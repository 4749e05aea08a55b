//! A document printed again with changed values, in the styles that it was written in, as yaml.v3 prints its nodes.

use std::borrow::Cow;

use super::analyze::Analysis;
use super::noted::{Noted, NotedContent, StyledScalar, written_again};
use super::writer::{Context, Writer};
use super::{MAX_DEPTH, Style};
use crate::decode::Dialect;
use crate::node::{Node, NodeKind};
use crate::resolve::{Plain, resolve};
use crate::scan::{Generation, ScalarStyle};
use crate::value::{Layout, Map, Value};

/// The key that merges maps, if it stands there without quotes.
const MERGE: &str = "<<";

/// The value below a node as it is written: aliases are open scalars with their star, and keys that merge are keys. None
/// where a map has other keys than scalars, or the same twice.
pub fn to_written_value(root: Node<'_, '_>) -> Option<Value> {
    literal(root, 0)
}

fn literal(node: Node<'_, '_>, depth: usize) -> Option<Value> {
    if depth > MAX_DEPTH {
        return None;
    }
    match node.kind() {
        NodeKind::Scalar => node.to_value(Dialect::Spelled).ok(),
        NodeKind::Alias => Some(Value::open(&format!("*{}", node.resolved().anchor()?))),
        NodeKind::Sequence => {
            let items = node.items().map(|item| literal(item, depth + 1));
            items.collect::<Option<Vec<_>>>().map(Value::from)
        }
        NodeKind::Mapping => {
            let mut map = Map::new();
            for (key, value) in node.entries() {
                if map.insert(key.scalar()?, literal(value, depth + 1)?).is_some() {
                    return None;
                }
            }
            Some(map.into())
        }
    }
}

/// The document below a node with other values, if it can be printed. The values are those of [`to_written_value`]; entries and
/// items that the node does not have come last, in plain styles, and `new` takes the place of what is there as a whole.
pub fn to_yaml_styled(root: Node<'_, '_>, value: &Value, new: &Value) -> Option<String> {
    let style = Style { generation: Generation::V3, indent: 2, compact: true, through_json: false };
    let written = Written { new }.value(Some(root), value, false, 0)?;
    written_again(root.document().comments(), &written, style).ok()
}

/// True if a value is of the kind that the node has.
fn fits(node: Node<'_, '_>, value: &Value) -> bool {
    match node.kind() {
        NodeKind::Mapping => matches!(value, Value::Map(_)),
        NodeKind::Sequence => matches!(value, Value::List(_)),
        NodeKind::Scalar => !matches!(value, Value::Map(_) | Value::List(_)),
        NodeKind::Alias => {
            value.is_open()
                && value.as_written().is_some_and(|text| text.strip_prefix('*') == node.resolved().anchor())
        }
    }
}

/// Makes what is printed of a document.
struct Written<'v> {
    new: &'v Value,
}

impl<'v> Written<'v> {
    fn value<'n: 'v>(
        &self,
        node: Option<Node<'n, 'n>>,
        value: &'v Value,
        in_flow: bool,
        depth: usize,
    ) -> Option<Noted<'v>> {
        if depth > MAX_DEPTH {
            return None;
        }
        // What takes the place of another kind of value has nothing of it.
        let node = node.filter(|node| fits(*node, value) && !self.is_new(value));
        let comments = node.and_then(Node::comments).cloned().unwrap_or_default();
        let in_flow = in_flow || node.is_some_and(Node::is_flow);
        let content = match value {
            _ if node.is_some_and(|node| node.kind() == NodeKind::Alias) => {
                NotedContent::Alias(node?.resolved().anchor()?)
            }
            Value::List(list) => {
                let mut nodes = node.into_iter().flat_map(Node::items);
                let items = list.iter().map(|item| self.value(nodes.next(), item, in_flow, depth + 1));
                let items = items.collect::<Option<Vec<_>>>()?;
                if in_flow { NotedContent::FlowList(items) } else { NotedContent::List(items) }
            }
            Value::Map(map) => {
                let in_flow = in_flow || node.is_none() && map.layout() != Layout::Block;
                let known: Vec<_> = node.into_iter().flat_map(Node::entries).collect();
                let entries = map.iter().map(|(key, item)| {
                    let entry = known.iter().find(|(own, _)| own.scalar() == Some(key.as_str()));
                    let value = self.value(entry.map(|(_, node)| *node), item, in_flow, depth + 1)?;
                    Some((key_of(entry.map(|(key, _)| *key), key, &value)?, value))
                });
                let entries = entries.collect::<Option<Vec<_>>>()?;
                if in_flow { NotedContent::FlowMap(entries) } else { NotedContent::Map(entries) }
            }
            scalar => scalar_content(node, scalar)?,
        };
        let mut marks = node.map(marks_of).unwrap_or_default();
        if node.is_some_and(|node| was_float(node, value)) {
            marks.push("!!float".to_string());
        }
        if marks.is_empty() {
            return Some(Noted { comments, content });
        }
        let content = NotedContent::Marked(marks, Box::new(content));
        // Where a comment behind the anchor of a block stands is anybody's guess.
        let has_lines = !comments.line.is_empty() || !comments.head.is_empty();
        (!(has_lines && content.is_block())).then_some(Noted { comments, content })
    }

    /// True for what was copied into the document as a whole.
    fn is_new(&self, value: &Value) -> bool {
        match (value, self.new) {
            (Value::Map(one), Value::Map(other)) => one.is_same(other),
            (Value::List(one), Value::List(other)) => std::sync::Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

fn key_of<'v>(node: Option<Node<'v, 'v>>, key: &'v str, value: &Noted<'_>) -> Option<Noted<'v>> {
    let comments = node.and_then(Node::comments).cloned().unwrap_or_default();
    // Where the comment of a key stands before the anchor of a block is anybody's guess.
    if !comments.line.is_empty()
        && value.content.is_block()
        && matches!(value.content, NotedContent::Marked(..))
    {
        return None;
    }
    let style = node.map_or(ScalarStyle::Plain, Node::style);
    let mut marks = node.map(marks_of).unwrap_or_default();
    // The key that merges maps is always said to be one.
    if key == MERGE && style == ScalarStyle::Plain && !marks.iter().any(|mark| mark.starts_with('!')) {
        marks.push("!!merge".to_string());
    }
    let is_tagged = node.is_some_and(|node| node.tag().is_some());
    let is_word =
        style == ScalarStyle::Plain && node.is_some() && resolve(key, Generation::V3) != Plain::Text;
    let content = match is_word {
        true => NotedContent::Word(key.into()),
        false => NotedContent::Styled(StyledScalar { text: key.into(), style, is_tagged }),
    };
    let content = if marks.is_empty() { content } else { NotedContent::Marked(marks, Box::new(content)) };
    Some(Noted { comments, content })
}

fn scalar_content<'v>(node: Option<Node<'v, 'v>>, value: &'v Value) -> Option<NotedContent<'v>> {
    let style = node.map_or(ScalarStyle::Plain, Node::style);
    if value.as_str().is_some() {
        let is_tagged = node.is_some_and(|node| node.tag().is_some());
        let text = Cow::Borrowed(value.as_written()?);
        // A time is a text for others, and stays as it is here.
        let is_time = value.as_str() != value.as_written() && style == ScalarStyle::Plain;
        if is_time && matches!(resolve(&text, Generation::V3), Plain::Time(_)) {
            return Some(NotedContent::Word(text));
        }
        return Some(NotedContent::Styled(StyledScalar { text, style, is_tagged }));
    }
    let text = value.as_written().map_or_else(|| Cow::Owned(crate::to_json(value)), Cow::Borrowed);
    Some(match style {
        ScalarStyle::Plain => NotedContent::Word(text),
        _ => NotedContent::Styled(StyledScalar { text, style, is_tagged: true }),
    })
}

/// True for a number without a dot where one with a dot was: it has to say that it is one.
fn was_float(node: Node<'_, '_>, value: &Value) -> bool {
    let old = node.scalar().filter(|_| node.style() == ScalarStyle::Plain && node.tag().is_none());
    let is_float = |text: &str| matches!(resolve(text, Generation::V3), Plain::Float(_));
    old.is_some_and(is_float)
        && matches!(value.meant(), Value::Int(_) | Value::UInt(_))
        && !value.as_written().is_some_and(is_float)
}

/// Anchor and tag.
fn marks_of(node: Node<'_, '_>) -> Vec<String> {
    let anchor = node.anchor().map(|anchor| format!("&{anchor}"));
    let tag = node.tag().map(|tag| {
        let short = tag.strip_prefix("tag:yaml.org,2002:").map(|name| format!("!!{name}"));
        short.unwrap_or_else(|| tag.to_string())
    });
    anchor.into_iter().chain(tag).collect()
}

impl StyledScalar<'_> {
    pub(super) fn print(&self, writer: &mut Writer, context: Context, in_flow: bool) {
        let (text, style) = (&*self.text, self.style);
        let analysis = Analysis::new(text, Generation::V3);
        let is_key = context == Context::SimpleKey;
        // Words like `yes` only need quotes where nobody wrote them, and with a tag nothing needs any.
        let is_word = text.bytes().all(|byte| byte.is_ascii_alphabetic())
            && resolve(text, Generation::V3) == Plain::Text;
        let usual = match analysis.style(text, Generation::V3, is_key || in_flow) {
            _ if is_word && !text.is_empty() || self.is_tagged && analysis.allows_plain() => {
                ScalarStyle::Plain
            }
            usual => usual,
        };
        let is_open = !in_flow || !text.contains([',', '?', '[', ']', '{', '}']);
        let outer = writer.begin_text(context);
        match style {
            ScalarStyle::Plain if in_flow && text.is_empty() => writer.single_quoted(text, !is_key),
            ScalarStyle::DoubleQuoted => writer.double_quoted(text, !is_key),
            ScalarStyle::SingleQuoted if analysis.allows_single_quotes() => {
                writer.single_quoted(text, !is_key)
            }
            ScalarStyle::Plain if usual == ScalarStyle::Plain && is_open => writer.plain(text, !is_key),
            ScalarStyle::Plain if usual == ScalarStyle::Plain => writer.single_quoted(text, !is_key),
            ScalarStyle::Folded if analysis.allows_block() && !is_key && !in_flow => {
                writer.folded_block(text)
            }
            ScalarStyle::Plain | ScalarStyle::Literal if usual != ScalarStyle::Plain => {
                writer.leave(outer);
                return writer.text(text, context);
            }
            ScalarStyle::Literal if analysis.allows_block() && !is_key && !in_flow => writer.literal(text),
            _ => writer.double_quoted(text, !is_key),
        }
        writer.leave(outer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse;

    fn again(text: &str) -> Option<String> {
        let documents = parse(text).unwrap();
        let root = documents[0].root().unwrap();
        to_yaml_styled(root, &to_written_value(root)?, &Value::Null)
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
        let odd = "a: &x 1\nb: *x\nc: !!str 5\nd: !own {e: f}\ng: >-\n  h\n  i\n";
        assert_eq!(again(odd).as_deref(), Some(odd.replace("h\n  i", "h i").as_str()));
    }
    #[test]
    fn keeps_comments_and_merge_keys() {
        for text in [
            "a: 1 # why\n",
            "# top\n\n# first\na: x # why\nb: # behind\n# list\n- x # one\n# two\n- y\n# foot\n\nc: 3\n# end\n",
            "a: [b, {c: d}] # flow\nb: {} # empty\nc: | # text\n  d\n",
            "a: &x {b: c}\nd:\n  !!merge <<: *x\n  e: f # g\n",
        ] {
            assert_eq!(again(text).as_deref(), Some(text));
        }
        let merge = "a: &x {b: c}\nd: {<<: *x, e: y}\n\"<<\": z\n";
        assert_eq!(again(merge).as_deref(), Some(merge.replace("{<<", "{!!merge <<").as_str()));
        for text in [
            "a: [b, # c\n  d]\n",
            "a: {b: 1, # c\n  d: 2}\n",
            "1: 2\ntrue: 4 # x\n",
            "a:\nb: # c\n- {d: ''}\n",
        ] {
            assert_eq!(again(text).as_deref(), Some(text));
        }
        assert_eq!(again("? [a]\n: b\n"), None);
    }
}
