//! YAML: comments become items of the tree where sops puts them, and comments of the text where it finds them.

use base64::Engine as _;
use weir_yaml::{Comments, Dialect, Meaning, Noted, NotedContent, to_yaml_noted};
use zeroize::Zeroizing;

use crate::error::SecretError;
use crate::tree::{Branch, Comment, Item, MAX_DEPTH, Node};

/// Aliases may multiply a document up to so many nodes.
const MAX_ALIASED: usize = 1_000_000;

pub(super) fn parse(text: &str) -> Result<Vec<Branch>, SecretError> {
    let unreadable = |cause: String| SecretError::Unreadable(cause);
    let documents = weir_yaml::parse(text).map_err(|error| unreadable(error.to_string()))?;
    let mut reader = Reader { aliased: 0, in_alias: false };
    let mut branches = Vec::with_capacity(documents.len());
    for (at, document) in documents.iter().enumerate() {
        // Only of the first one sops asks that its keys differ.
        if at == 0 {
            document.to_value(Dialect::V3).or_else(allowed).map_err(|error| unreadable(error.to_string()))?;
        }
        let mut branch = Branch::new();
        note(&mut branch, &document.comments().head, false);
        note(&mut branch, &document.comments().line, false);
        if let Some(node) = document.outermost() {
            reader.root(node, &mut branch)?;
        }
        note(&mut branch, &document.comments().foot, false);
        branches.push(branch);
    }
    Ok(branches)
}

/// What is only wrong for JSON is not wrong here, or has words of its own later on.
fn allowed(error: weir_yaml::YamlError) -> Result<weir_yaml::Value, weir_yaml::YamlError> {
    let is_only_for_json = ["json: unsupported value", "unsupported type: map["];
    let is_allowed = is_only_for_json.iter().any(|start| error.message.starts_with(start));
    if is_allowed { Ok(weir_yaml::Value::Null) } else { Err(error) }
}

fn lines(comment: &str) -> impl Iterator<Item = &str> {
    comment.split('\n').filter(|line| !line.is_empty()).map(|line| line.strip_prefix('#').unwrap_or(line))
}

fn note(branch: &mut Branch, comment: &str, inline: bool) {
    branch.extend(lines(comment).map(|line| Item::Comment(Comment { text: line.into(), inline })));
}

fn note_item(items: &mut Vec<Node>, comment: &str, inline: bool) {
    items.extend(lines(comment).map(|line| Node::Comment(Comment { text: line.into(), inline })));
}

struct Reader {
    /// Nodes that are there because an alias named them.
    aliased: usize,
    in_alias: bool,
}

type YamlNode<'d, 't> = weir_yaml::Node<'d, 't>;

fn comments(node: YamlNode<'_, '_>) -> Comments {
    node.comments().cloned().unwrap_or_default()
}

impl Reader {
    fn fault(node: YamlNode<'_, '_>, cause: &str) -> SecretError {
        let line = node.line();
        SecretError::Unreadable(format!("Error unmarshaling input YAML: line {line}: {cause}"))
    }

    fn root(&mut self, node: YamlNode<'_, '_>, branch: &mut Branch) -> Result<(), SecretError> {
        let own = comments(node);
        note(branch, &own.head, false);
        note(branch, &own.line, false);
        match node.kind() {
            weir_yaml::NodeKind::Mapping => self.entries(node, branch, 0)?,
            weir_yaml::NodeKind::Sequence => {
                return Err(Self::fault(node, "YAML documents that are sequences are not supported"));
            }
            _ => {
                if !matches!(node.meaning(), Ok(Meaning::Null)) {
                    return Err(Self::fault(node, "YAML documents that are values are not supported"));
                }
                return Ok(());
            }
        }
        note(branch, &own.foot, false);
        Ok(())
    }

    fn entries(
        &mut self,
        node: YamlNode<'_, '_>,
        branch: &mut Branch,
        depth: usize,
    ) -> Result<(), SecretError> {
        for (key, value) in node.entries() {
            let of_key = comments(key);
            note(branch, &of_key.head, false);
            note(branch, &of_key.line, false);
            let is_leaf = matches!(value.kind(), weir_yaml::NodeKind::Scalar | weir_yaml::NodeKind::Alias);
            let of_value = if is_leaf { comments(value) } else { Comments::default() };
            note(branch, &of_value.head, false);
            note(branch, &of_value.line, true);
            let name = Self::key(key)?;
            let read = self.value(value, is_leaf, depth + 1)?;
            branch.push(Item::Entry(name, read));
            note(branch, &of_value.foot, false);
            note(branch, &of_key.foot, false);
        }
        Ok(())
    }

    fn key(node: YamlNode<'_, '_>) -> Result<String, SecretError> {
        let kind = match node.resolved().meaning() {
            Ok(Meaning::Text(text)) => return Ok(text.into_owned()),
            Ok(Meaning::Null) => "null",
            Ok(Meaning::Bool(_)) => "bool",
            Ok(Meaning::Int(_) | Meaning::UInt(_)) => "int",
            Ok(Meaning::Float(_)) => "float64",
            Ok(Meaning::Time(_)) => "time.Time",
            Ok(Meaning::Binary(_)) => "binary",
            Err(_) => "map or list",
        };
        let cause = format!("Tree contains a non-string key (type {kind}). Only string keys are supported");
        Err(Self::fault(node, &cause))
    }

    /// `handled`: somebody else has taken the comments of the node already.
    fn value(&mut self, node: YamlNode<'_, '_>, handled: bool, depth: usize) -> Result<Node, SecretError> {
        if depth > MAX_DEPTH {
            return Err(Self::fault(node, "exceeded max depth"));
        }
        if self.in_alias {
            self.aliased += 1;
            if self.aliased > MAX_ALIASED {
                return Err(Self::fault(node, "document contains excessive aliasing"));
            }
        }
        let own = if handled { Comments::default() } else { comments(node) };
        match node.kind() {
            weir_yaml::NodeKind::Mapping => {
                let mut branch = Branch::new();
                note(&mut branch, &own.head, false);
                note(&mut branch, &own.line, false);
                self.entries(node, &mut branch, depth)?;
                note(&mut branch, &own.foot, false);
                Ok(Node::Map(branch))
            }
            weir_yaml::NodeKind::Sequence => {
                let mut items = Vec::new();
                note_item(&mut items, &own.head, false);
                note_item(&mut items, &own.line, false);
                for item in node.items() {
                    let of_item = comments(item);
                    note_item(&mut items, &of_item.head, false);
                    note_item(&mut items, &of_item.line, true);
                    items.push(self.value(item, true, depth + 1)?);
                    note_item(&mut items, &of_item.foot, false);
                }
                note_item(&mut items, &own.foot, false);
                Ok(Node::List(items))
            }
            weir_yaml::NodeKind::Alias => {
                let outer = std::mem::replace(&mut self.in_alias, true);
                let value = self.value(node.resolved(), false, depth + 1);
                self.in_alias = outer;
                value
            }
            weir_yaml::NodeKind::Scalar => Self::scalar(node),
        }
    }

    fn scalar(node: YamlNode<'_, '_>) -> Result<Node, SecretError> {
        let meaning = node.meaning().map_err(|error| SecretError::Unreadable(error.to_string()))?;
        Ok(match meaning {
            Meaning::Null => Node::Null,
            Meaning::Bool(flag) => Node::Bool(flag),
            Meaning::Int(number) => Node::Int(number),
            Meaning::UInt(_) => return Err(Self::fault(node, "Cannot walk value, unknown type: uint64")),
            Meaning::Float(number) => Node::Float(number),
            Meaning::Time(text) => Node::Time(text.into()),
            Meaning::Text(text) => Node::from(&*text),
            Meaning::Binary(bytes) => Node::Text(bytes.into()),
        })
    }
}

pub(super) fn emit(branches: &[Branch], indent: usize) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let documents: Vec<_> = branches.iter().map(|branch| map(branch)).collect();
    let room = branches.iter().map(super::json::branch_room).sum::<usize>() * 2;
    print(&documents, indent, room)
}

pub(super) fn emit_value(value: &Node) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    print(&[noted(value)], 4, super::json::room(value) * 2)
}

fn print(documents: &[Noted<'_>], indent: usize, room: usize) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let text = to_yaml_noted(documents, indent, room);
    let text = text.map_err(|error| SecretError::Emit(format!("Error marshaling to YAML: {error}")))?;
    Ok(Zeroizing::new(text.into_bytes()))
}

fn noted(value: &Node) -> Noted<'_> {
    let content = match value {
        Node::Null | Node::Comment(_) => NotedContent::Null,
        Node::Bool(flag) => NotedContent::Word(if *flag { "true" } else { "false" }.into()),
        Node::Int(number) => NotedContent::Word(number.to_string().into()),
        Node::Float(number) => {
            let text = weir_yaml::to_yaml_v3(&weir_yaml::Value::Float(*number), 2, false).unwrap_or_default();
            NotedContent::Word(text.trim_end().to_string().into())
        }
        Node::Time(text) => NotedContent::Word(text.as_str().unwrap_or_default().into()),
        Node::Text(text) => match text.as_str() {
            Some(text) => NotedContent::Text(text.into()),
            None => NotedContent::Binary(base64::engine::general_purpose::STANDARD.encode(text.bytes())),
        },
        Node::List(items) => return list(items),
        Node::Map(branch) => return map(branch),
    };
    Noted { content, ..Noted::default() }
}

/// Comments that have been met and have found no place yet.
#[derive(Default)]
struct Waiting {
    head: Vec<String>,
    inline: Vec<String>,
}

impl Waiting {
    fn add(&mut self, comment: &Comment) {
        let text = format!("#{}", String::from_utf8_lossy(comment.text.bytes()));
        if comment.inline { &mut self.inline } else { &mut self.head }.push(text);
    }

    fn head(&mut self) -> String {
        std::mem::take(&mut self.head).join("\n")
    }

    fn inline(&mut self) -> String {
        std::mem::take(&mut self.inline).join("\n")
    }

    fn rest(mut self) -> String {
        self.head.append(&mut self.inline);
        self.head()
    }
}

fn map(branch: &Branch) -> Noted<'_> {
    let mut waiting = Waiting::default();
    let mut own = Comments::default();
    let mut entries: Vec<(Noted<'_>, Noted<'_>)> = Vec::new();
    for item in branch {
        match item {
            Item::Comment(comment) => waiting.add(comment),
            Item::Entry(key, value) => {
                let head = waiting.head();
                let mut key = Noted { content: NotedContent::Text(key.into()), ..Noted::default() };
                // What stands above the first key stands above the map.
                if entries.is_empty() {
                    own.head = head
                } else {
                    key.comments.head = head
                }
                let mut value = noted(value);
                value.comments.line = waiting.inline();
                entries.push((key, value));
            }
        }
    }
    match entries.last_mut() {
        Some((key, _)) => key.comments.foot = waiting.rest(),
        None => own.head = waiting.rest(),
    }
    Noted { comments: own, content: NotedContent::Map(entries) }
}

fn list(items: &[Node]) -> Noted<'_> {
    let mut waiting = Waiting::default();
    let mut own = Comments::default();
    let mut values: Vec<Noted<'_>> = Vec::new();
    for item in items {
        if let Node::Comment(comment) = item {
            waiting.add(comment);
            continue;
        }
        let head = waiting.head();
        let mut value = noted(item);
        if values.is_empty() {
            own.head = head;
        } else if !head.is_empty() {
            value.comments.head = if value.comments.head.is_empty() {
                head
            } else {
                format!("{head}\n{}", value.comments.head)
            };
        }
        let line = waiting.inline();
        if !line.is_empty() {
            value.comments.line = line;
        }
        values.push(value);
    }
    let rest = waiting.rest();
    match values.last_mut() {
        Some(last) => last.comments.foot = rest,
        None => own.head = rest,
    }
    Noted { comments: own, content: NotedContent::List(values) }
}
