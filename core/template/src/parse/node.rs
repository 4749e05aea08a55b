//! The syntax tree: nodes by number, and their text as Go prints it in errors.

use std::sync::OnceLock;

use super::number;
use crate::strconv;
use crate::value::Str;

/// A node of the tree.
pub(crate) type Id = u32;

/// A number constant under all types that can hold it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number {
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    /// An imaginary constant; nothing in templates takes one.
    pub(crate) complex: bool,
}

/// A piece of the source text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// Nodes that stand one after the other in [`Source::children`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Children {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    List(Children),
    Text(Piece),
    Action(Id),
    Pipe {
        declared: Children,
        assigns: bool,
        commands: Children,
    },
    Command(Children),
    /// A function, by its number.
    Identifier {
        name: Piece,
        function: u32,
    },
    /// `.a.b`, with the first dot.
    Field(Piece),
    /// `$x.a.b`, with the dollar.
    Variable(Piece),
    Dot,
    Nil,
    Bool(bool),
    Number {
        text: Piece,
        complex: bool,
    },
    /// With its quotes.
    String(Piece),
    /// Fields behind something that is no field or variable.
    Chain {
        of: Id,
        fields: Piece,
    },
    If(Branch),
    With(Branch),
    Range(Branch),
    Break,
    Continue,
    Template {
        /// A string in quotes.
        name: Piece,
        pipe: Option<Id>,
    },
    /// `{{end}}` and `{{else}}`: only while parsing.
    End,
    Else,
}

const _: () = assert!(size_of::<Node>() <= 24, "a chart has hundreds of thousands of nodes");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Branch {
    pub(crate) pipe: Id,
    pub(crate) list: Id,
    pub(crate) otherwise: Option<Id>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) pos: u32,
    pub(crate) kind: Kind,
}

/// A text and what was parsed from it; shared by all templates that it defines, in all files that say the same.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) text: Str,
    pub(crate) nodes: Vec<Node>,
    pub(crate) children: Vec<Id>,
    /// Where lines start; only counted when a place is asked for.
    starts: OnceLock<Vec<u32>>,
}

impl Source {
    pub(super) fn new(text: Str, nodes: Vec<Node>, children: Vec<Id>) -> Self {
        Self { text, nodes, children, starts: OnceLock::new() }
    }

    pub(crate) fn kind(&self, id: Id) -> &Kind {
        self.nodes.get(id as usize).map_or(&Kind::Nil, |node| &node.kind)
    }

    pub(crate) fn pos(&self, id: Id) -> u32 {
        self.nodes.get(id as usize).map_or(0, |node| node.pos)
    }

    pub(crate) fn children(&self, children: Children) -> &[Id] {
        self.children.get(children.start as usize..children.end as usize).unwrap_or_default()
    }

    pub(crate) fn piece(&self, piece: Piece) -> &[u8] {
        self.text.get(piece.start as usize..piece.end as usize).unwrap_or_default()
    }

    /// What a string says that stands in quotes here.
    pub(crate) fn unquoted(&self, quoted: Piece) -> Str {
        unquoted(self.piece(quoted)).unwrap_or_else(|| Str::from(""))
    }

    /// The number that this text is.
    pub(crate) fn number(&self, text: Piece, complex: bool) -> Number {
        let text = self.piece(text);
        let read = if complex { number::complex(text) } else { number::number(text) };
        read.unwrap_or(Number { int: None, uint: None, float: None, complex })
    }

    /// Whether the node is a field of something, or a variable.
    pub(crate) fn is_value(&self, id: Id) -> bool {
        matches!(self.kind(id), Kind::Field(_) | Kind::Variable(_))
    }

    /// Line from one, and column in bytes from zero, of a node.
    pub(crate) fn place(&self, id: Id) -> (u32, u32) {
        self.place_of(self.pos(id))
    }

    pub(crate) fn place_of(&self, pos: u32) -> (u32, u32) {
        let starts = self.starts.get_or_init(|| {
            let ends = self.text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect()
        });
        let line = starts.partition_point(|start| *start <= pos);
        let start = line.checked_sub(1).and_then(|at| starts.get(at)).copied().unwrap_or(0);
        (line as u32, pos - start)
    }

    /// The source text of a node, written as Go writes it.
    pub(crate) fn context(&self, id: Id) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(id, &mut out);
        out
    }

    fn write(&self, id: Id, out: &mut Vec<u8>) {
        match self.kind(id) {
            Kind::List(nodes) => self.children(*nodes).iter().for_each(|node| self.write(*node, out)),
            Kind::Text(piece)
            | Kind::Identifier { name: piece, .. }
            | Kind::Field(piece)
            | Kind::String(piece)
            | Kind::Variable(piece) => {
                out.extend_from_slice(self.piece(*piece));
            }
            Kind::Number { text, .. } => out.extend_from_slice(self.piece(*text)),
            Kind::Action(pipe) => {
                out.extend_from_slice(b"{{");
                self.write(*pipe, out);
                out.extend_from_slice(b"}}");
            }
            Kind::Pipe { declared, assigns, commands } => {
                self.write_pipe(*declared, *assigns, *commands, out)
            }
            Kind::Command(args) => self.write_command(*args, out),
            Kind::Dot => out.push(b'.'),
            Kind::Nil => out.extend_from_slice(b"nil"),
            Kind::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
            Kind::Chain { of, fields } => {
                self.write_operand(*of, out);
                out.extend_from_slice(self.piece(*fields));
            }
            Kind::If(branch) => self.write_branch("if", *branch, out),
            Kind::With(branch) => self.write_branch("with", *branch, out),
            Kind::Range(branch) => self.write_branch("range", *branch, out),
            Kind::Break => out.extend_from_slice(b"{{break}}"),
            Kind::Continue => out.extend_from_slice(b"{{continue}}"),
            Kind::End => out.extend_from_slice(b"{{end}}"),
            Kind::Else => out.extend_from_slice(b"{{else}}"),
            Kind::Template { name, pipe } => {
                out.extend_from_slice(b"{{template ");
                out.extend_from_slice(&strconv::quote(&self.unquoted(*name)));
                if let Some(pipe) = pipe {
                    out.push(b' ');
                    self.write(*pipe, out);
                }
                out.extend_from_slice(b"}}");
            }
        }
    }

    fn write_pipe(&self, declared: Children, assigns: bool, commands: Children, out: &mut Vec<u8>) {
        for (at, variable) in self.children(declared).iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(b", ");
            }
            self.write(*variable, out);
        }
        if declared.end > declared.start {
            out.extend_from_slice(if assigns { b" = " } else { b" := " });
        }
        for (at, command) in self.children(commands).iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(b" | ");
            }
            self.write(*command, out);
        }
    }

    fn write_command(&self, args: Children, out: &mut Vec<u8>) {
        for (at, arg) in self.children(args).iter().enumerate() {
            if at > 0 {
                out.push(b' ');
            }
            self.write_operand(*arg, out);
        }
    }

    fn write_operand(&self, id: Id, out: &mut Vec<u8>) {
        if matches!(self.kind(id), Kind::Pipe { .. }) {
            out.push(b'(');
            self.write(id, out);
            out.push(b')');
        } else {
            self.write(id, out);
        }
    }

    fn write_branch(&self, word: &str, branch: Branch, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{{");
        out.extend_from_slice(word.as_bytes());
        out.push(b' ');
        self.write(branch.pipe, out);
        out.extend_from_slice(b"}}");
        self.write(branch.list, out);
        if let Some(otherwise) = branch.otherwise {
            out.extend_from_slice(b"{{else}}");
            self.write(otherwise, out);
        }
        out.extend_from_slice(b"{{end}}");
    }

    /// True if a template with this root gives nothing but space.
    pub(crate) fn is_empty(&self, id: Id) -> bool {
        match self.kind(id) {
            Kind::List(nodes) => self.children(*nodes).iter().all(|node| self.is_empty(*node)),
            Kind::Text(piece) => {
                let text = self.piece(*piece);
                crate::rune::runes(text).all(|(_, c)| crate::rune::is_space(c))
            }
            _ => false,
        }
    }
}

/// What a string in quotes says, if they are sound.
pub(super) fn unquoted(quoted: &[u8]) -> Option<Str> {
    match quoted {
        [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => Some(inner.into()),
        [b'`', inner @ .., b'`'] if !inner.contains(&b'\r') => Some(inner.into()),
        _ => strconv::unquote(quoted).map(Str::from),
    }
}
