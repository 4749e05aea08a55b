//! Values with comments to YAML text, as yaml.v3 prints nodes: order kept, and blocks everywhere but where a document is
//! printed again that had brackets.
//!
//! It takes the same steps in the same order as go-yaml's emitter, for what has no place at once (a comment behind a
//! list, say) waits there for the next thing that prints one.

use std::borrow::Cow;

use super::writer::{Context, Writer};
use super::{EmitError, MAX_DEPTH, Style};
use crate::parse::Comments;
use crate::scan::{Generation, ScalarStyle};

/// go-yaml takes its own `<<` for the key that merges, which it then has to name.
const MERGE: &str = "<<";
const MERGE_TAGGED: &str = "!!merge <<";

/// A value with the comments that belong to it.
#[derive(Default)]
pub struct Noted<'a> {
    /// Its comments, with their `#`.
    pub comments: Comments,
    /// What it is.
    pub content: NotedContent<'a>,
}

/// What a value with comments is.
#[derive(Default)]
pub enum NotedContent<'a> {
    /// A null, boolean, number or time, as it is written.
    Word(Cow<'a, str>),
    /// A text, quoted as need be.
    Text(Cow<'a, str>),
    /// Bytes that are no text, in base64 without line breaks.
    Binary(String),
    /// A list.
    List(Vec<Noted<'a>>),
    /// Keys with values, in order.
    Map(Vec<(Noted<'a>, Noted<'a>)>),
    /// Null.
    #[default]
    Null,
    /// A scalar as it was written.
    Styled(StyledScalar<'a>),
    /// Stands for the value with this anchor.
    Alias(&'a str),
    /// A list in brackets.
    FlowList(Vec<Noted<'a>>),
    /// Keys with values in braces.
    FlowMap(Vec<(Noted<'a>, Noted<'a>)>),
    /// A value with an anchor or a tag or both.
    Marked(Vec<String>, Box<NotedContent<'a>>),
}

/// A scalar as it was written.
pub struct StyledScalar<'a> {
    /// What it says.
    pub(super) text: Cow<'a, str>,
    /// The style that it was written in.
    pub(super) style: ScalarStyle,
    /// Nothing with a tag needs quotes.
    pub(super) is_tagged: bool,
}

impl NotedContent<'_> {
    /// Without anchor and tag.
    fn bare(&self) -> &Self {
        if let Self::Marked(_, content) = self { content } else { self }
    }

    /// True for a list or map on lines of its own.
    pub(super) fn is_block(&self) -> bool {
        match self.bare() {
            Self::List(items) => !items.is_empty(),
            Self::Map(entries) => !entries.is_empty(),
            _ => false,
        }
    }

    fn is_collection(&self) -> bool {
        matches!(self.bare(), Self::List(_) | Self::Map(_) | Self::FlowList(_) | Self::FlowMap(_))
    }
}

/// Documents in the style of yaml.v3 with this indent (2 to 9), in the order given.
///
/// `room` is how many bytes are set aside at the start: who prints secrets gives enough, so that none are left behind
/// in memory that was too small.
pub fn to_yaml_noted(documents: &[Noted<'_>], indent: usize, room: usize) -> Result<String, EmitError> {
    let indent = if (2..=9).contains(&indent) { indent } else { 2 };
    let style = Style { generation: Generation::V3, indent, compact: false, through_json: false };
    let mut printer = Printer { writer: Writer::new(style), ..Printer::new(style) };
    printer.writer.out.reserve(room);
    for (at, document) in documents.iter().enumerate() {
        printer.document(document, at == 0)?;
    }
    Ok(printer.writer.finish())
}

/// A document as it was written, with its own comments above and below.
pub(super) fn written_again(
    comments: &Comments,
    root: &Noted<'_>,
    style: Style,
) -> Result<String, EmitError> {
    let mut printer = Printer::new(style);
    printer.writer.indent = None;
    if !comments.head.is_empty() {
        printer.head.clone_from(&comments.head);
        printer.print_head();
        printer.writer.put_break();
    }
    printer.begin(root);
    printer.print_head();
    printer.node(root, Context::Root)?;
    replace(&mut printer.foot, &comments.foot);
    printer.writer.foot_indent = Some(0);
    printer.print_foot();
    printer.writer.foot_indent = None;
    printer.writer.write_indent();
    Ok(printer.writer.finish())
}

struct Printer {
    writer: Writer,
    /// Comments that wait to be printed; what is beside the next text waits in the writer.
    head: String,
    foot: String,
    /// What stood at the foot of the key before.
    tail: String,
    key_line: String,
    depth: usize,
}

impl Printer {
    fn new(style: Style) -> Self {
        let (head, foot, tail, key_line) = Default::default();
        Self { writer: Writer::new(style), head, foot, tail, key_line, depth: 0 }
    }

    fn document(&mut self, root: &Noted<'_>, first: bool) -> Result<(), EmitError> {
        self.writer.indent = None;
        if !first {
            self.writer.write_indent();
            self.writer.indicator("---", true, false, false);
            self.writer.write_indent();
        }
        self.begin(root);
        self.print_head();
        self.node(root, Context::Root)?;
        self.writer.foot_indent = Some(0);
        self.print_foot();
        self.writer.foot_indent = None;
        self.writer.write_indent();
        Ok(())
    }

    /// What go-yaml takes over when it looks at the event that begins a value.
    fn begin(&mut self, node: &Noted<'_>) {
        replace(&mut self.head, &node.comments.head);
        if !node.content.is_collection() {
            self.end(node);
        }
    }

    /// The same of the event that ends one.
    fn end(&mut self, node: &Noted<'_>) {
        replace(&mut self.writer.beside, &node.comments.line);
        replace(&mut self.foot, &node.comments.foot);
    }

    /// Prints what has been begun, and what follows it at once.
    fn node(&mut self, node: &Noted<'_>, context: Context) -> Result<(), EmitError> {
        self.marks(&node.content);
        match node.content.bare() {
            NotedContent::Null => self.writer.word("null", context),
            NotedContent::Word(word) if word.is_empty() => {}
            NotedContent::Word(word) => self.writer.word(word, context),
            NotedContent::Text(text) if text == MERGE => self.writer.word(MERGE_TAGGED, context),
            NotedContent::Text(text) => self.writer.text(text, context),
            NotedContent::Binary(digits) => self.binary(digits, context),
            NotedContent::List(items) if items.is_empty() => return self.empty(node, "[", "]"),
            NotedContent::Map(entries) if entries.is_empty() => return self.empty(node, "{", "}"),
            NotedContent::Styled(scalar) => scalar.print(&mut self.writer, context, false),
            NotedContent::Alias(name) => self.writer.indicator(&format!("*{name}"), true, false, false),
            NotedContent::List(_)
            | NotedContent::Map(_)
            | NotedContent::FlowList(_)
            | NotedContent::FlowMap(_)
            | NotedContent::Marked(..) => {}
        }
        self.print_line();
        self.print_foot();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(EmitError::new("exceeded max depth of 1000"));
        }
        match node.content.bare() {
            NotedContent::FlowList(_) | NotedContent::FlowMap(_) => self.flow(node, context)?,
            NotedContent::List(items) => self.list(node, items, context)?,
            NotedContent::Map(entries) => self.map(node, entries, context)?,
            _ => {}
        }
        self.depth -= 1;
        Ok(())
    }

    fn binary(&mut self, digits: &str, context: Context) {
        const LINE: usize = 70;
        self.writer.word("!!binary", context);
        if digits.len() / LINE == 0 {
            self.writer.word(digits, context);
            return;
        }
        let mut lines = String::with_capacity(digits.len() + digits.len() / LINE + 1);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && at % LINE == 0 {
                lines.push('\n');
            }
            lines.push(digit);
        }
        lines.push('\n');
        self.writer.text(&lines, context);
    }

    /// Comments of what is empty stand between its brackets.
    fn empty(&mut self, node: &Noted<'_>, open: &str, close: &str) -> Result<(), EmitError> {
        self.print_line();
        self.print_foot();
        self.writer.indicator(open, true, true, false);
        self.end(node);
        if matches!(node.content.bare(), NotedContent::Map(_)) {
            let outer = self.writer.begin_text(Context::MappingValue);
            self.print_head();
            self.writer.leave(outer);
        } else if self.writer.column == 0 {
            self.writer.write_indent();
        }
        self.writer.indicator(close, false, false, false);
        self.print_line();
        self.print_foot();
        Ok(())
    }

    fn list(&mut self, node: &Noted<'_>, items: &[Noted<'_>], context: Context) -> Result<(), EmitError> {
        let outer = self.writer.enter_sequence(context);
        for item in items {
            self.begin(item);
            self.print_head();
            self.writer.dash();
            self.node(item, Context::Item)?;
        }
        self.end(node);
        self.writer.leave(outer);
        Ok(())
    }

    fn map(
        &mut self,
        node: &Noted<'_>,
        entries: &[(Noted<'_>, Noted<'_>)],
        context: Context,
    ) -> Result<(), EmitError> {
        let outer = self.writer.enter_mapping(context);
        let mut foot = "";
        for (key, value) in entries {
            replace(&mut self.tail, foot);
            replace(&mut self.head, &key.comments.head);
            replace(&mut self.writer.beside, &key.comments.line);
            foot = &key.comments.foot;
            self.print_head();
            if !self.writer.beside.is_empty() {
                self.key_line = std::mem::take(&mut self.writer.beside);
            }
            let simple = match &key.content {
                NotedContent::Text(text) => self.key(text),
                content => {
                    self.writer.write_indent();
                    self.written_key(content, false)?;
                    true
                }
            };
            self.begin(value);
            self.writer.colon(simple);
            self.line_of_key(value);
            self.node(value, Context::MappingValue)?;
        }
        self.end(node);
        replace(&mut self.tail, foot);
        self.print_head();
        self.writer.leave(outer);
        Ok(())
    }

    /// A value in brackets or between them.
    fn flow(&mut self, node: &Noted<'_>, context: Context) -> Result<(), EmitError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(EmitError::new("exceeded max depth of 1000"));
        }
        match node.content.bare() {
            NotedContent::FlowList(items) => self.flow_list(node, items, context)?,
            NotedContent::FlowMap(entries) => self.flow_map(node, entries, context)?,
            NotedContent::Styled(scalar) => scalar.print(&mut self.writer, Context::MappingValue, true),
            NotedContent::Alias(name) => self.writer.indicator(&format!("*{name}"), true, false, false),
            // Something has to be written there.
            NotedContent::Word(word) if word.is_empty() => self.writer.word("''", Context::MappingValue),
            NotedContent::Word(word) => self.writer.word(word, Context::MappingValue),
            _ => return Err(EmitError::new("a block inside of brackets")),
        }
        self.depth -= 1;
        Ok(())
    }

    fn flow_list(
        &mut self,
        node: &Noted<'_>,
        items: &[Noted<'_>],
        context: Context,
    ) -> Result<(), EmitError> {
        self.writer.indicator("[", true, true, false);
        let outer = self.writer.begin_text(context);
        let mut has_comma = true;
        for item in items {
            self.begin(item);
            self.flow_entry(has_comma);
            has_comma = self.flow_item(item)?;
        }
        self.end(node);
        self.writer.leave(outer);
        if self.writer.column == 0 {
            self.writer.write_indent();
        }
        self.writer.indicator("]", false, false, false);
        self.print_line();
        self.print_foot();
        Ok(())
    }

    fn flow_map(
        &mut self,
        node: &Noted<'_>,
        entries: &[(Noted<'_>, Noted<'_>)],
        context: Context,
    ) -> Result<(), EmitError> {
        self.writer.indicator("{", true, true, false);
        let outer = self.writer.begin_text(context);
        let (mut has_comma, mut foot) = (true, "");
        for (key, value) in entries {
            replace(&mut self.tail, foot);
            replace(&mut self.head, &key.comments.head);
            replace(&mut self.writer.beside, &key.comments.line);
            foot = &key.comments.foot;
            self.flow_entry(has_comma);
            self.written_key(&key.content, true)?;
            self.begin(value);
            self.writer.colon(true);
            has_comma = self.flow_item(value)?;
        }
        self.end(node);
        replace(&mut self.tail, foot);
        let waits = !(self.head.is_empty() && self.foot.is_empty() && self.tail.is_empty());
        if waits && !has_comma {
            self.writer.indicator(",", false, false, false);
        }
        self.print_head();
        self.writer.leave(outer);
        self.writer.indicator("}", false, false, false);
        self.print_line();
        self.print_foot();
        Ok(())
    }

    /// What comes before an entry.
    fn flow_entry(&mut self, has_comma: bool) {
        if !has_comma {
            self.writer.indicator(",", false, false, false);
        }
        self.print_head();
        if self.writer.column == 0 {
            self.writer.write_indent();
        }
    }

    /// An entry and what is noted beside it. Says whether the comma stands there already: it does before a comment.
    fn flow_item(&mut self, item: &Noted<'_>) -> Result<bool, EmitError> {
        let waits = !(self.writer.beside.is_empty() && self.foot.is_empty() && self.tail.is_empty());
        self.marks(&item.content);
        self.flow(item, Context::MappingValue)?;
        if waits && !item.content.is_collection() {
            self.writer.indicator(",", false, false, false);
            self.print_line();
            self.print_foot();
        }
        Ok(waits)
    }

    fn written_key(&mut self, key: &NotedContent<'_>, in_flow: bool) -> Result<(), EmitError> {
        self.marks(key);
        match key.bare() {
            NotedContent::Styled(key) => key.print(&mut self.writer, Context::SimpleKey, in_flow),
            NotedContent::Word(key) => self.writer.word(key, Context::SimpleKey),
            _ => return Err(EmitError::new("a key that is no text")),
        }
        Ok(())
    }

    fn marks(&mut self, content: &NotedContent<'_>) {
        if let NotedContent::Marked(marks, _) = content {
            marks.iter().for_each(|mark| self.writer.indicator(mark, true, false, false));
        }
    }

    fn key(&mut self, text: &str) -> bool {
        if text != MERGE {
            return self.writer.key(text);
        }
        self.writer.write_indent();
        self.writer.word(MERGE_TAGGED, Context::SimpleKey);
        true
    }

    /// A comment behind a key stands behind its value, or before it if that is a block.
    fn line_of_key(&mut self, value: &Noted<'_>) {
        if self.key_line.is_empty() {
            return;
        }
        match value.content.bare() {
            NotedContent::FlowList(_) | NotedContent::FlowMap(_) | NotedContent::Alias(_) => {}
            NotedContent::List(_) | NotedContent::Map(_) => {
                std::mem::swap(&mut self.writer.beside, &mut self.key_line);
                self.print_line();
                std::mem::swap(&mut self.writer.beside, &mut self.key_line);
            }
            _ if self.writer.beside.is_empty() => {
                self.writer.beside = std::mem::take(&mut self.key_line);
            }
            _ => {}
        }
    }

    fn print_head(&mut self) {
        if !self.tail.is_empty() {
            self.writer.write_indent();
            let tail = std::mem::take(&mut self.tail);
            self.writer.comment(&tail);
            self.writer.foot_indent = Some(self.writer.indent.unwrap_or(0));
        }
        if !self.head.is_empty() {
            self.writer.write_indent();
            let head = std::mem::take(&mut self.head);
            self.writer.comment(&head);
        }
    }

    fn print_line(&mut self) {
        if !self.writer.beside.is_empty() {
            self.writer.space();
            let line = std::mem::take(&mut self.writer.beside);
            self.writer.comment(&line);
        }
    }

    fn print_foot(&mut self) {
        if !self.foot.is_empty() {
            self.writer.write_indent();
            let foot = std::mem::take(&mut self.foot);
            self.writer.comment(&foot);
            self.writer.foot_indent = Some(self.writer.indent.unwrap_or(0));
        }
    }
}

/// Nothing replaces nothing: what waits goes on waiting.
fn replace(waiting: &mut String, comment: &str) {
    if !comment.is_empty() {
        comment.clone_into(waiting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Noted<'_> {
        Noted { content: NotedContent::Text(text.into()), ..Noted::default() }
    }

    fn noted<'a>(mut node: Noted<'a>, head: &str, line: &str, foot: &str) -> Noted<'a> {
        node.comments = Comments { head: head.into(), line: line.into(), foot: foot.into() };
        node
    }

    fn map<'a>(entries: Vec<(Noted<'a>, Noted<'a>)>) -> Noted<'a> {
        Noted { content: NotedContent::Map(entries), ..Noted::default() }
    }

    #[test]
    fn comments_stand_where_go_yaml_puts_them() {
        let list = Noted {
            content: NotedContent::List(vec![
                noted(text("b"), "#first\n#second", "", ""),
                noted(text("c\nd\n"), "", "#beside", "#last"),
            ]),
            ..Noted::default()
        };
        let inner = noted(map(vec![(noted(text("e"), "", "", "#foot of e"), text("f"))]), "#in", "", "");
        let root = map(vec![
            (text("a"), list),
            (noted(text("g"), "#above g", "", ""), inner),
            (text("h"), noted(map(Vec::new()), "#nothing", "", "")),
            (text("i"), noted(text("true"), "", "#no truth", "")),
        ]);
        let documents = [noted(root, "#top", "", ""), map(vec![(text("z"), Noted::default())])];
        let expected = "#top\na:\n    #first\n    #second\n    - b\n    - | #beside\n      c\n      d\n    #last\n\
                        #above g\ng:\n    #in\n    e: f\n    #foot of e\nh: {\n    #nothing\n}\ni: \"true\" #no truth\n---\nz: null\n";
        assert_eq!(to_yaml_noted(&documents, 4, 0).unwrap(), expected);
    }
}
