//! Values written as YAML in every style that people use: quotes, blocks, brackets, comments, anchors, odd indents.

use crate::random::Random;

/// A value to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Null,
    /// A scalar that is written just so.
    Bare(String),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<usize> for Node {
    fn from(number: usize) -> Self {
        Self::Bare(number.to_string())
    }
}

impl From<bool> for Node {
    fn from(flag: bool) -> Self {
        Self::Bare(flag.to_string())
    }
}

impl From<Vec<Node>> for Node {
    fn from(list: Vec<Node>) -> Self {
        Self::List(list)
    }
}

/// A map of these entries.
pub(crate) fn map<const N: usize>(entries: [(&str, Node); N]) -> Node {
    Node::Map(entries.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
}

/// A scalar that is written just so.
pub(crate) fn bare(text: &str) -> Node {
    Node::Bare(text.to_string())
}

impl Node {
    pub(crate) fn set(&mut self, key: &str, value: impl Into<Node>) {
        let Self::Map(entries) = self else { return };
        let value = value.into();
        match entries.iter_mut().find(|(own, _)| own == key) {
            Some((_, own)) => *own = value,
            None => entries.push((key.to_string(), value)),
        }
    }

    pub(crate) fn set_at(&mut self, path: &[&str], value: impl Into<Node>) {
        let Some((key, rest)) = path.split_first() else { return };
        if rest.is_empty() {
            return self.set(key, value);
        }
        let Self::Map(entries) = self else { return };
        if !entries.iter().any(|(own, _)| own == key) {
            entries.push(((*key).to_string(), map([])));
        }
        if let Some((_, inner)) = entries.iter_mut().find(|(own, _)| own == key) {
            inner.set_at(rest, value);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::List(list) => list.is_empty(),
            Self::Map(entries) => entries.is_empty(),
            _ => false,
        }
    }
}

/// Writes a document; the odder, the more styles.
pub(crate) fn write(random: &mut Random, node: &Node, odd: usize) -> String {
    write_with(random, node, odd, false)
}

/// The same with comments behind keys too. In what is patched they may land inside of braces, where kustomize fails.
pub(crate) fn write_kustomization(random: &mut Random, node: &Node, odd: usize) -> String {
    write_with(random, node, odd, true)
}

fn write_with(random: &mut Random, node: &Node, odd: usize, behind: bool) -> String {
    let mut writer = Writer { random, odd, out: String::new(), anchors: Vec::new(), compact: true, behind };
    writer.compact = !writer.is_odd(30);
    if writer.is_odd(20) {
        writer.out.push_str("# head\n");
    }
    match node {
        Node::Map(entries) if !entries.is_empty() => writer.entries(entries, 0),
        Node::List(items) if !items.is_empty() => writer.items(items, 0),
        other => {
            writer.inline(other);
            writer.out.push('\n');
        }
    }
    // What becomes of it behind a text that ends with an empty line is said in COMPATIBILITY.md.
    if writer.is_odd(10) && !writer.out.ends_with("\n\n") {
        writer.out.push_str("# foot\n");
    }
    writer.out
}

struct Writer<'r> {
    random: &'r mut Random,
    odd: usize,
    out: String,
    anchors: Vec<(String, Node)>,
    /// Dashes stand below their key.
    compact: bool,
    /// Comments may stand behind keys.
    behind: bool,
}

impl Writer<'_> {
    fn is_odd(&mut self, percent: usize) -> bool {
        self.odd > 0 && self.random.chance(percent * self.odd / 3)
    }

    fn indent(&mut self, depth: usize) {
        self.out.extend(std::iter::repeat_n(' ', depth));
    }

    fn comment(&mut self, depth: usize) {
        if self.is_odd(4) {
            self.indent(depth);
            self.out.push_str("# why\n");
        }
        if self.is_odd(2) {
            self.out.push('\n');
        }
    }

    fn entries(&mut self, entries: &[(String, Node)], depth: usize) {
        for (at, (key, value)) in entries.iter().enumerate() {
            if at > 0 || depth == 0 {
                self.comment(depth);
                self.indent(depth);
            }
            self.key(key);
            self.out.push(':');
            self.value(value, depth);
        }
    }

    fn key(&mut self, key: &str) {
        let style = if self.is_odd(6) { self.random.within(1, 2) } else { 0 };
        match style {
            1 => self.out.push_str(&double(key)),
            2 => self.out.push_str(&single(key)),
            _ if is_plain(key) || key == "<<" => self.out.push_str(key),
            _ => self.out.push_str(&double(key)),
        }
    }

    /// What follows a key.
    fn value(&mut self, value: &Node, depth: usize) {
        let is_block = match value {
            Node::Map(entries) => !entries.is_empty() && !self.is_odd(12),
            Node::List(items) => !items.is_empty() && !self.is_odd(12),
            _ => false,
        };
        if !is_block {
            self.out.push(' ');
            return self.scalar_line(value, depth);
        }
        if let Some(name) = self.alias(value) {
            self.out.push_str(&format!(" *{name}\n"));
            return;
        }
        self.anchor(value, " ", "");
        if self.behind && self.is_odd(4) {
            self.out.push_str(" # behind");
        }
        self.out.push('\n');
        match value {
            Node::Map(entries) => {
                let inner = depth + if self.is_odd(8) { 4 } else { 2 };
                self.comment(inner);
                self.indent(inner);
                self.entries(entries, inner);
            }
            Node::List(items) => {
                let inner = if self.compact { depth } else { depth + 2 };
                self.items(items, inner);
            }
            _ => {}
        }
    }

    fn items(&mut self, items: &[Node], depth: usize) {
        for item in items {
            self.comment(depth);
            self.indent(depth);
            self.out.push_str("- ");
            match item {
                Node::Map(entries) if !entries.is_empty() && !self.is_odd(12) => {
                    self.entries(entries, depth + 2);
                }
                Node::List(inner) if !inner.is_empty() && !self.is_odd(12) => {
                    self.out.push('\n');
                    self.items(inner, depth + 2);
                }
                other => self.scalar_line(other, depth),
            }
        }
    }

    fn alias(&mut self, value: &Node) -> Option<String> {
        if self.odd == 0 {
            return None;
        }
        let found = self.anchors.iter().find(|(_, own)| own == value).map(|(name, _)| name.clone());
        found.filter(|_| self.is_odd(60))
    }

    fn anchor(&mut self, value: &Node, before: &str, after: &str) {
        if self.is_odd(3) {
            let name = format!("a{}", self.anchors.len());
            self.out.push_str(&format!("{before}&{name}{after}"));
            self.anchors.push((name, value.clone()));
        }
    }

    /// A value on the line of its key or dash; texts of several lines may be blocks.
    fn scalar_line(&mut self, value: &Node, depth: usize) {
        if let Some(name) = self.alias(value) {
            self.out.push_str(&format!("*{name}\n"));
            return;
        }
        if matches!(value, Node::Text(_) | Node::Bare(_)) {
            self.anchor(value, "", " ");
        }
        if let Node::Text(text) = value
            && text.contains('\n')
            && is_block_text(text)
            && self.random.chance(80)
        {
            return self.block(text, depth);
        }
        self.inline(value);
        if self.is_odd(6) {
            self.out.push_str(" # line");
        }
        self.out.push('\n');
    }

    fn block(&mut self, text: &str, depth: usize) {
        let folded = self.is_odd(25);
        self.out.push(if folded { '>' } else { '|' });
        let body = text.trim_end_matches('\n');
        match text.len() - body.len() {
            0 => self.out.push('-'),
            1 => {}
            _ => self.out.push('+'),
        }
        self.out.push('\n');
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if !line.is_empty() {
                self.indent(depth + 2);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    fn inline(&mut self, value: &Node) {
        match value {
            Node::Null => {
                let words = ["null", "~", "", "Null"];
                let word = if self.odd > 0 { self.random.pick(&words) } else { "null" };
                self.out.push_str(word);
            }
            Node::Bare(text) => self.out.push_str(text),
            Node::Text(text) => self.text(text),
            Node::List(items) => {
                self.out.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.out.push_str(if at > 0 { ", " } else { "" });
                    self.flow(item);
                }
                self.out.push(']');
            }
            Node::Map(entries) => {
                self.out.push('{');
                for (at, (key, item)) in entries.iter().enumerate() {
                    self.out.push_str(if at > 0 { ", " } else { "" });
                    self.key(key);
                    self.out.push_str(": ");
                    self.flow(item);
                }
                self.out.push('}');
            }
        }
    }

    fn flow(&mut self, value: &Node) {
        match value {
            Node::Null => self.out.push_str("null"),
            other => self.inline(other),
        }
    }

    fn text(&mut self, text: &str) {
        let style = if self.is_odd(25) { self.random.within(1, 2) } else { 0 };
        match style {
            0 if is_plain(text) => self.out.push_str(text),
            2 if text.bytes().all(|byte| byte >= b' ') => self.out.push_str(&single(text)),
            _ => self.out.push_str(&double(text)),
        }
    }
}

fn double(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn is_plain(text: &str) -> bool {
    const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-$() ".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '$')
        && text.bytes().all(is_word)
        && !text.ends_with(' ')
        && !WORDS.contains(&&*text.to_lowercase())
        || text.contains(':')
            && text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._/-:@".contains(&byte))
            && !text.ends_with(':')
}

fn is_block_text(text: &str) -> bool {
    !text.starts_with([' ', '\n', '\t'])
        && !text.contains('\t')
        && !text.contains(" \n")
        && !text.ends_with(' ')
}
