//! From tokens to the syntax tree, as Go's parser does it, with its errors.

mod control;
mod pipeline;

use std::cell::RefCell;
use std::sync::Arc;

use super::lex::{Kind as T, Lexer, Token};
use super::node::{Children, Id, Kind, Node, Piece, Source, unquoted};
use crate::error::{At, Error, ErrorKind};
use crate::function::Functions;
use crate::strconv;
use crate::value::Str;

/// Deeper nesting of control structures and parentheses is refused, as the parser and the compiler call themselves.
const DEEPEST: u32 = 400;

/// One template of a text.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) name: Arc<str>,
    pub(super) root: Id,
}

type Result<R> = std::result::Result<R, Error>;

struct Parser<'a> {
    name: Arc<str>,
    text: Str,
    input: &'a [u8],
    lexer: Lexer<'a>,
    functions: &'a Functions,
    tokens: [Token; 3],
    peeked: usize,
    /// Names of variables that are known here.
    variables: Vec<&'a [u8]>,
    nodes: Vec<Node>,
    children: Vec<Id>,
    /// Children of nodes that are not complete yet.
    pending: Vec<Id>,
    trees: Vec<Tree>,
    clashes: bool,
    /// The delimiter of the action that is being read.
    action: Option<Token>,
    range_depth: u32,
    depth: u32,
}

/// What a text was parsed to.
pub(super) struct Parsed {
    pub(super) source: Source,
    /// The name of the text.
    pub(super) name: Arc<str>,
    /// The templates that it defines in order, then the text itself.
    pub(super) trees: Vec<Tree>,
    /// The text defines a template of its own name.
    pub(super) clashes: bool,
}

/// The tree of a text, and its templates.
pub(super) fn parse(name: &str, text: Str, functions: &Functions) -> Result<Parsed> {
    DESK.with_borrow_mut(|desk| parse_at(desk, name, text, functions))
}

fn parse_at(desk: &mut Desk, name: &str, text: Str, functions: &Functions) -> Result<Parsed> {
    if u32::try_from(text.len()).is_err() {
        return Err(Error::limit(format!("template: {name}: text is longer than 4 GiB")));
    }
    let input = text.clone();
    let has = |name| functions.get(name).is_some();
    let mut parser = Parser {
        name: Arc::from(name),
        text,
        input: &input,
        lexer: Lexer::new(&input, !has("break"), !has("continue")),
        functions,
        tokens: [Token::NONE; 3],
        peeked: 0,
        variables: vec![b"$"],
        nodes: std::mem::take(&mut desk.nodes),
        children: std::mem::take(&mut desk.children),
        pending: Vec::new(),
        trees: Vec::new(),
        clashes: false,
        action: None,
        range_depth: 0,
        depth: 0,
    };
    parser.whole()?;
    let Parser { name, text, nodes, children, trees, clashes, .. } = parser;
    let source = Source::new(text, nodes.to_vec(), children.to_vec());
    *desk = Desk { nodes, children };
    desk.nodes.clear();
    desk.children.clear();
    Ok(Parsed { source, name, trees, clashes })
}

/// Room to work in, kept from text to text: what is to stay gets as much as it needs.
#[derive(Default)]
struct Desk {
    nodes: Vec<Node>,
    children: Vec<Id>,
}

thread_local! {
    static DESK: RefCell<Desk> = RefCell::default();
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Token {
        if self.peeked > 0 {
            self.peeked -= 1;
        } else {
            self.tokens[0] = self.lexer.token();
        }
        self.token(self.peeked)
    }

    fn token(&self, at: usize) -> Token {
        self.tokens.get(at).copied().unwrap_or(self.tokens[0])
    }

    fn backup(&mut self) {
        self.peeked += 1;
    }

    fn backup2(&mut self, first: Token) {
        self.tokens[1] = first;
        self.peeked = 2;
    }

    fn backup3(&mut self, first: Token, second: Token) {
        self.tokens[1] = second;
        self.tokens[2] = first;
        self.peeked = 3;
    }

    fn peek(&mut self) -> Token {
        if self.peeked > 0 {
            return self.token(self.peeked - 1);
        }
        self.peeked = 1;
        self.tokens[0] = self.lexer.token();
        self.tokens[0]
    }

    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != T::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.backup();
        token
    }

    fn bytes(&self, token: Token) -> &'a [u8] {
        self.input.get(token.start() as usize..token.end() as usize).unwrap_or_default()
    }

    /// The line on which a token starts.
    fn line(&self, token: Token) -> usize {
        let before = self.input.get(..token.start() as usize).unwrap_or_default();
        1 + memchr::memchr_iter(b'\n', before).count()
    }

    /// The error, on the line of the last token that was read.
    fn error<R>(&self, message: impl std::fmt::Display) -> Result<R> {
        let line = self.line(self.tokens[0]) as u32;
        let text = format!("template: {}:{line}: {message}", self.name);
        let (file, template) = (Arc::clone(&self.name), Arc::clone(&self.name));
        let at = At { file, template, line, column: 0, context: String::new() };
        Err(Error::of(ErrorKind::Parse, text, Some(at)))
    }

    fn shown(&self, token: Token) -> String {
        let bytes = self.bytes(token);
        match token.kind {
            T::Eof => "EOF".into(),
            T::Error => self.lexer.error().into(),
            kind if kind >= T::Block => format!("<{}>", String::from_utf8_lossy(bytes)),
            _ if bytes.len() > 10 => {
                let end = crate::rune::runes(bytes).nth(10).map_or(bytes.len(), |(at, _)| at);
                let quoted = strconv::quote(bytes.get(..end).unwrap_or_default());
                format!("{}...", String::from_utf8_lossy(&quoted))
            }
            _ => String::from_utf8_lossy(&strconv::quote(bytes)).into_owned(),
        }
    }

    fn unexpected<R>(&self, token: Token, context: &str) -> Result<R> {
        if token.kind == T::Error {
            let message = self.lexer.error();
            let line = self.action.map(|action| self.line(action)).filter(|line| *line != self.line(token));
            let Some(line) = line else { return self.error(message) };
            let word = if message.ends_with(" action") { "" } else { " in action" };
            return self.error(format_args!("{message}{word} started at {}:{line}", self.name));
        }
        self.error(format_args!("unexpected {} in {context}", self.shown(token)))
    }

    fn expect(&mut self, kind: T, context: &str) -> Result<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { self.unexpected(token, context) }
    }

    fn node(&mut self, pos: u32, kind: Kind) -> Id {
        self.nodes.push(Node { pos, kind });
        (self.nodes.len() - 1) as Id
    }

    fn kind(&self, id: Id) -> &Kind {
        self.nodes.get(id as usize).map_or(&Kind::Nil, |node| &node.kind)
    }

    /// Closes the list of children that was begun when so many were pending.
    fn close(&mut self, begun: usize) -> Children {
        let start = self.children.len() as u32;
        self.children.extend_from_slice(self.pending.get(begun..).unwrap_or_default());
        self.pending.truncate(begun);
        Children { start, end: self.children.len() as u32 }
    }

    /// The source text of a node that is complete.
    fn context(&mut self, id: Id) -> String {
        let nodes = std::mem::take(&mut self.nodes);
        let children = std::mem::take(&mut self.children);
        let source = Source::new(self.text.clone(), nodes, children);
        let context = source.context(id);
        (self.nodes, self.children) = (source.nodes, source.children);
        String::from_utf8_lossy(&context).into_owned()
    }

    fn whole(&mut self) -> Result<()> {
        let pos = self.peek().start();
        let begun = self.pending.len();
        while self.peek().kind != T::Eof {
            if self.peek().kind == T::LeftDelim {
                let delim = self.next();
                if self.next_non_space().kind == T::Define {
                    self.definition()?;
                    continue;
                }
                self.backup2(delim);
            }
            let node = self.text_or_action()?;
            if matches!(self.kind(node), Kind::End | Kind::Else) {
                let shown = self.context(node);
                return self.error(format_args!("unexpected {shown}"));
            }
            self.pending.push(node);
        }
        let children = self.close(begun);
        let root = self.node(pos, Kind::List(children));
        let name = Arc::clone(&self.name);
        self.clashes = self.trees.iter().any(|tree| tree.name == name);
        self.add(name, root)
    }

    /// Parses a body with variables of its own, as definitions and blocks have.
    fn apart(&mut self, context: &str) -> Result<Id> {
        let variables = std::mem::replace(&mut self.variables, vec![b"$"]);
        let outside = (std::mem::take(&mut self.range_depth), self.action.take());
        let (root, end) = self.nested(|parser| parser.item_list())?;
        if !matches!(self.kind(end), Kind::End) {
            let shown = self.context(end);
            return self.error(format_args!("unexpected {shown} in {context}"));
        }
        self.variables = variables;
        (self.range_depth, self.action) = outside;
        Ok(root)
    }

    fn definition(&mut self) -> Result<()> {
        let context = "define clause";
        let token = self.next_non_space();
        let name = self.template_name(token, context)?;
        self.expect(T::RightDelim, context)?;
        let root = self.apart(context)?;
        self.add(Arc::from(&*name.to_text()), root)
    }

    fn add(&mut self, name: Arc<str>, root: Id) -> Result<()> {
        let is_empty = |parser: &mut Self, root| {
            let nodes = std::mem::take(&mut parser.nodes);
            let children = std::mem::take(&mut parser.children);
            let source = Source::new(parser.text.clone(), nodes, children);
            let empty = source.is_empty(root);
            (parser.nodes, parser.children) = (source.nodes, source.children);
            empty
        };
        let Some(at) = self.trees.iter().position(|tree| tree.name == name) else {
            self.trees.push(Tree { name, root });
            return Ok(());
        };
        let known = self.trees.get(at).map_or(root, |tree| tree.root);
        if is_empty(self, known) {
            self.trees.remove(at);
            self.trees.push(Tree { name, root });
        } else if !is_empty(self, root) {
            let quoted = strconv::quote(name.as_bytes());
            return self.error(format_args!(
                "template: multiple definition of template {}",
                String::from_utf8_lossy(&quoted)
            ));
        }
        Ok(())
    }

    fn nested<R>(&mut self, parse: impl FnOnce(&mut Self) -> Result<R>) -> Result<R> {
        if self.depth >= DEEPEST {
            return self.error("max expression depth exceeded");
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn unquoted(&self, token: Token) -> Result<Str> {
        match unquoted(self.bytes(token)) {
            Some(text) => Ok(text),
            None => self.error("invalid syntax"),
        }
    }
}

fn piece(token: Token) -> Piece {
    Piece { start: token.start(), end: token.end() }
}
