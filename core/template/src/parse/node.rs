//! The syntax tree: nodes by number, and their text as Go prints it in errors.

use std::num::NonZeroU32;
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
    /// Variables, so many as are declared or assigned to, then commands.
    Pipe {
        declared: u8,
        assigns: bool,
        parts: Children,
    },
    Command(Children),
    /// A function, by its number; its name is at [`Source::name`].
    Identifier {
        end: u32,
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
    /// Fields behind something that is no field or variable; they are at [`Source::name`].
    Chain {
        of: Id,
        end: u32,
    },
    If(Branches),
    With(Branches),
    Range(Branches),
    Break,
    Continue,
    /// The name is a string in quotes, at [`Source::name`].
    Template {
        end: u32,
        pipe: Option<NonZeroU32>,
    },
    /// `{{end}}` and `{{else}}`: only while parsing.
    End,
    Else,
}

const _: () = assert!(size_of::<Node>() <= 16, "a chart has hundreds of thousands of nodes");

/// Where a [`Branch`] stands in [`Source::children`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Branches(pub(super) u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Branch {
    pub(crate) pipe: Id,
    pub(crate) list: Id,
    pub(crate) otherwise: Option<Id>,
}

impl Branch {
    /// No node has this number.
    const NONE: Id = Id::MAX;

    /// Puts it to the children.
    pub(super) fn put(self, children: &mut Vec<Id>) -> Branches {
        let at = Branches(children.len() as u32);
        children.extend([self.pipe, self.list, self.otherwise.unwrap_or(Self::NONE)]);
        at
    }
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

    pub(crate) fn branch(&self, at: Branches) -> Branch {
        match self.children.get(at.0 as usize..).and_then(<[_]>::first_chunk) {
            Some([pipe, list, otherwise]) => {
                let otherwise = Some(*otherwise).filter(|otherwise| *otherwise != Branch::NONE);
                Branch { pipe: *pipe, list: *list, otherwise }
            }
            None => Branch { pipe: Branch::NONE, list: Branch::NONE, otherwise: None },
        }
    }

    /// The variables and the commands of a pipeline.
    pub(crate) fn pipeline(&self, declared: u8, parts: Children) -> (&[Id], &[Id]) {
        let parts = self.children(parts);
        parts.split_at_checked(declared.into()).unwrap_or((&[], parts))
    }

    /// The name that begins where the node is.
    pub(crate) fn name(&self, id: Id, end: u32) -> Piece {
        Piece { start: self.pos(id), end }
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
            Kind::Text(piece) | Kind::Field(piece) | Kind::String(piece) | Kind::Variable(piece) => {
                out.extend_from_slice(self.piece(*piece));
            }
            Kind::Number { text, .. } => out.extend_from_slice(self.piece(*text)),
            Kind::Action(pipe) => {
                out.extend_from_slice(b"{{");
                self.write(*pipe, out);
                out.extend_from_slice(b"}}");
            }
            Kind::Identifier { end, .. } => out.extend_from_slice(self.piece(self.name(id, *end))),
            Kind::Pipe { declared, assigns, parts } => {
                self.write_pipe(self.pipeline(*declared, *parts), *assigns, out)
            }
            Kind::Command(args) => self.write_command(*args, out),
            Kind::Dot => out.push(b'.'),
            Kind::Nil => out.extend_from_slice(b"nil"),
            Kind::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
            Kind::Chain { of, end } => {
                self.write_operand(*of, out);
                out.extend_from_slice(self.piece(self.name(id, *end)));
            }
            Kind::If(at) => self.write_branch("if", self.branch(*at), out),
            Kind::With(at) => self.write_branch("with", self.branch(*at), out),
            Kind::Range(at) => self.write_branch("range", self.branch(*at), out),
            Kind::Break => out.extend_from_slice(b"{{break}}"),
            Kind::Continue => out.extend_from_slice(b"{{continue}}"),
            Kind::End => out.extend_from_slice(b"{{end}}"),
            Kind::Else => out.extend_from_slice(b"{{else}}"),
            Kind::Template { end, pipe } => {
                out.extend_from_slice(b"{{template ");
                out.extend_from_slice(&strconv::quote(&self.unquoted(self.name(id, *end))));
                if let Some(pipe) = pipe {
                    out.push(b' ');
                    self.write(pipe.get(), out);
                }
                out.extend_from_slice(b"}}");
            }
        }
    }

    fn write_pipe(&self, (declared, commands): (&[Id], &[Id]), assigns: bool, out: &mut Vec<u8>) {
        for (at, variable) in declared.iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(b", ");
            }
            self.write(*variable, out);
        }
        if !declared.is_empty() {
            out.extend_from_slice(if assigns { b" = " } else { b" := " });
        }
        for (at, command) in commands.iter().enumerate() {
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
