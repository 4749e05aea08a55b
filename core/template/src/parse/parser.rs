//! From tokens to the syntax tree, as Go's parser does it, with its errors.

use std::sync::Arc;

use super::lex::{Kind as T, Lexer, Token};
use super::node::{Branch, Children, Id, Kind, Node, Piece, Source};
use super::number;
use crate::error::{At, Error, ErrorKind};
use crate::function::Functions;
use crate::strconv;
use crate::value::Str;

/// Deeper nesting of control structures and parentheses is refused, as the parser and the compiler call themselves.
const DEEPEST: u32 = 400;

/// One template of a text.
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
    action_line: u32,
    range_depth: u32,
    depth: u32,
}

/// The tree of a text, and its templates: those that it defines in order, then the text itself.
pub(super) fn parse(name: &str, text: Str, functions: &Functions) -> Result<(Source, Vec<Tree>)> {
    if u32::try_from(text.len()).is_err() {
        return Err(Error::limit(format!("template: {name}: text is longer than 4 GiB")));
    }
    let input = text.clone();
    let none = Token { kind: T::Eof, start: 0, end: 0, line: 0 };
    let has = |name| functions.get(name).is_some();
    let mut parser = Parser {
        name: Arc::from(name),
        text,
        input: &input,
        lexer: Lexer::new(&input, !has("break"), !has("continue")),
        functions,
        tokens: [none; 3],
        peeked: 0,
        variables: vec![b"$"],
        nodes: Vec::new(),
        children: Vec::new(),
        pending: Vec::new(),
        trees: Vec::new(),
        action_line: 0,
        range_depth: 0,
        depth: 0,
    };
    parser.whole()?;
    let Parser { name, text, nodes, children, trees, .. } = parser;
    Ok((Source::new(name, text, nodes, children), trees))
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
        self.input.get(token.start..token.end).unwrap_or_default()
    }

    /// The error, on the line of the last token that was read.
    fn error<R>(&self, message: impl std::fmt::Display) -> Result<R> {
        let line = self.tokens[0].line;
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
            if self.action_line == 0 || self.action_line == token.line {
                return self.error(message);
            }
            let word = if message.ends_with(" action") { "" } else { " in action" };
            return self.error(format_args!("{message}{word} started at {}:{}", self.name, self.action_line));
        }
        self.error(format_args!("unexpected {} in {context}", self.shown(token)))
    }

    fn expect(&mut self, kind: T, context: &str) -> Result<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { self.unexpected(token, context) }
    }

    fn node(&mut self, pos: usize, kind: Kind) -> Id {
        self.nodes.push(Node { pos: pos as u32, kind });
        (self.nodes.len() - 1) as Id
    }

    fn kind(&self, id: Id) -> &Kind {
        self.nodes.get(id as usize).map_or(&Kind::Nil, |node| &node.kind)
    }

    /// Closes the list of children that was begun when so many were pending.
    fn close(&mut self, begun: usize) -> Children {
        let start = self.children.len() as u32;
        self.children.extend(self.pending.drain(begun..));
        Children { start, end: self.children.len() as u32 }
    }

    /// The source text of a node that is complete.
    fn context(&mut self, id: Id) -> String {
        let nodes = std::mem::take(&mut self.nodes);
        let children = std::mem::take(&mut self.children);
        let source = Source::new(Arc::clone(&self.name), self.text.clone(), nodes, children);
        let context = source.context(id);
        (self.nodes, self.children) = (source.nodes, source.children);
        String::from_utf8_lossy(&context).into_owned()
    }

    fn whole(&mut self) -> Result<()> {
        let pos = self.peek().start;
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
        self.add(name, root)
    }

    /// Parses a body with variables of its own, as definitions and blocks have.
    fn apart(&mut self, context: &str) -> Result<Id> {
        let variables = std::mem::replace(&mut self.variables, vec![b"$"]);
        let outside = (std::mem::take(&mut self.range_depth), std::mem::take(&mut self.action_line));
        let (root, end) = self.nested(|parser| parser.item_list())?;
        if !matches!(self.kind(end), Kind::End) {
            let shown = self.context(end);
            return self.error(format_args!("unexpected {shown} in {context}"));
        }
        self.variables = variables;
        (self.range_depth, self.action_line) = outside;
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
            let source = Source::new(Arc::clone(&parser.name), parser.text.clone(), nodes, children);
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

    /// Nodes up to an end or else, which is given as well.
    fn item_list(&mut self) -> Result<(Id, Id)> {
        let pos = self.peek_non_space().start;
        let begun = self.pending.len();
        while self.peek_non_space().kind != T::Eof {
            let node = self.text_or_action()?;
            if matches!(self.kind(node), Kind::End | Kind::Else) {
                let children = self.close(begun);
                return Ok((self.node(pos, Kind::List(children)), node));
            }
            self.pending.push(node);
        }
        self.error("unexpected EOF")
    }

    fn text_or_action(&mut self) -> Result<Id> {
        let token = self.next_non_space();
        match token.kind {
            T::Text => Ok(self.node(token.start, Kind::Text(piece(token)))),
            T::LeftDelim => {
                self.action_line = token.line;
                let action = self.action()?;
                self.action_line = 0;
                Ok(action)
            }
            _ => self.unexpected(token, "input"),
        }
    }

    fn action(&mut self) -> Result<Id> {
        let token = self.next_non_space();
        match token.kind {
            T::Block => self.block(),
            T::Break => self.jump(token, "break", Kind::Break),
            T::Continue => self.jump(token, "continue", Kind::Continue),
            T::Else => self.else_control(),
            T::End => {
                let pos = self.expect(T::RightDelim, "end")?.start;
                Ok(self.node(pos, Kind::End))
            }
            T::If => self.control("if"),
            T::Range => self.control("range"),
            T::Template => self.template(),
            T::With => self.control("with"),
            _ => {
                self.backup();
                let pos = self.peek().start;
                let pipe = self.pipeline("command", T::RightDelim)?;
                Ok(self.node(pos, Kind::Action(pipe)))
            }
        }
    }

    fn jump(&mut self, word: Token, name: &str, kind: Kind) -> Result<Id> {
        let token = self.next_non_space();
        if token.kind != T::RightDelim {
            return self.unexpected(token, &format!("{{{{{name}}}}}"));
        }
        if self.range_depth == 0 {
            return self.error(format_args!("{{{{{name}}}}} outside {{{{range}}}}"));
        }
        Ok(self.node(word.start, kind))
    }

    fn else_control(&mut self) -> Result<Id> {
        let peek = self.peek_non_space();
        if matches!(peek.kind, T::If | T::With) {
            return Ok(self.node(peek.start, Kind::Else));
        }
        let pos = self.expect(T::RightDelim, "else")?.start;
        Ok(self.node(pos, Kind::Else))
    }

    fn control(&mut self, context: &'static str) -> Result<Id> {
        self.nested(|parser| parser.control_inside(context))
    }

    fn control_inside(&mut self, context: &'static str) -> Result<Id> {
        let known = self.variables.len();
        let pipe = self.pipeline(context, T::RightDelim)?;
        self.range_depth += u32::from(context == "range");
        let (list, next) = self.item_list()?;
        self.range_depth -= u32::from(context == "range");
        let otherwise =
            if matches!(self.kind(next), Kind::Else) { Some(self.otherwise(context, next)?) } else { None };
        self.variables.truncate(known);
        let branch = Branch { pipe, list, otherwise };
        let pos = self.nodes.get(pipe as usize).map_or(0, |node| node.pos) as usize;
        Ok(self.node(
            pos,
            match context {
                "if" => Kind::If(branch),
                "with" => Kind::With(branch),
                _ => Kind::Range(branch),
            },
        ))
    }

    fn otherwise(&mut self, context: &'static str, after: Id) -> Result<Id> {
        let chained = match self.peek().kind {
            T::If => context == "if",
            T::With => context == "with",
            _ => false,
        };
        if !chained {
            let (list, end) = self.item_list()?;
            if !matches!(self.kind(end), Kind::End) {
                let shown = self.context(end);
                return self.error(format_args!("expected end; found {shown}"));
            }
            return Ok(list);
        }
        self.next();
        let pos = self.nodes.get(after as usize).map_or(0, |node| node.pos) as usize;
        let begun = self.pending.len();
        let inner = self.control(context)?;
        self.pending.push(inner);
        let children = self.close(begun);
        Ok(self.node(pos, Kind::List(children)))
    }

    fn block(&mut self) -> Result<Id> {
        let context = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(token, context)?;
        let pipe = self.pipeline(context, T::RightDelim)?;
        let root = self.apart(context)?;
        self.add(Arc::from(&*name.to_text()), root)?;
        Ok(self.node(token.start, Kind::Template { name, pipe: Some(pipe) }))
    }

    fn template(&mut self) -> Result<Id> {
        let context = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(token, context)?;
        let pipe = if self.next_non_space().kind == T::RightDelim {
            None
        } else {
            self.backup();
            Some(self.pipeline(context, T::RightDelim)?)
        };
        Ok(self.node(token.start, Kind::Template { name, pipe }))
    }

    fn template_name(&mut self, token: Token, context: &str) -> Result<Str> {
        if !matches!(token.kind, T::String | T::RawString) {
            return self.unexpected(token, context);
        }
        self.unquoted(token)
    }

    fn unquoted(&self, token: Token) -> Result<Str> {
        let quoted = self.bytes(token);
        if let [b'"', inner @ .., b'"'] = quoted
            && !inner.contains(&b'\\')
        {
            return Ok(inner.into());
        }
        match strconv::unquote(quoted) {
            Some(text) => Ok(text.into()),
            None => self.error("invalid syntax"),
        }
    }

    fn pipeline(&mut self, context: &'static str, end: T) -> Result<Id> {
        let pos = self.peek_non_space().start;
        let begun = self.pending.len();
        let assigns = self.declarations(context)?;
        let declared = self.close(begun);
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => break,
                T::Bool
                | T::CharConstant
                | T::Complex
                | T::Dot
                | T::Field
                | T::Identifier
                | T::Number
                | T::Nil
                | T::RawString
                | T::String
                | T::Variable
                | T::LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    self.pending.push(command);
                }
                _ => return self.unexpected(token, context),
            }
        }
        let commands = self.close(begun);
        self.check_pipeline(commands, context)?;
        Ok(self.node(pos, Kind::Pipe { declared, assigns, commands }))
    }

    /// `$x :=`, `$x =` or `$i, $x :=` if that is next; the variables are left pending.
    fn declarations(&mut self, context: &str) -> Result<bool> {
        let begun = self.pending.len();
        loop {
            let variable = self.peek_non_space();
            if variable.kind != T::Variable {
                return Ok(false);
            }
            self.next();
            // There may be a space between the variable and what follows, and it counts: `$x .y` are two arguments.
            let after = self.peek();
            let next = self.peek_non_space();
            if matches!(next.kind, T::Assign | T::Declare) {
                self.next_non_space();
                self.declare(variable);
                return Ok(next.kind == T::Assign);
            }
            if next.kind == T::Char && self.bytes(next) == b"," {
                self.next_non_space();
                self.declare(variable);
                if context != "range" || self.pending.len() - begun >= 2 {
                    return self.error(format_args!("too many declarations in {context}"));
                }
                match self.peek_non_space().kind {
                    T::Variable | T::RightDelim | T::RightParen => continue,
                    _ => return self.error("range can only initialize variables"),
                }
            }
            if after.kind == T::Space {
                self.backup3(variable, after);
            } else {
                self.backup2(variable);
            }
            return Ok(false);
        }
    }

    fn declare(&mut self, token: Token) {
        let node = self.node(token.start, Kind::Variable(piece(token)));
        self.pending.push(node);
        self.variables.push(self.bytes(token));
    }

    fn check_pipeline(&self, commands: Children, context: &str) -> Result<()> {
        if commands.start == commands.end {
            return self.error(format_args!("missing value for {context}"));
        }
        let commands = self.children.get(commands.start as usize..commands.end as usize).unwrap_or_default();
        for (stage, command) in commands.iter().enumerate().skip(1) {
            let Kind::Command(args) = self.kind(*command) else { continue };
            let first = self.children.get(args.start as usize).map(|first| self.kind(*first));
            if let Some(Kind::Bool(_) | Kind::Dot | Kind::Nil | Kind::Number { .. } | Kind::String { .. }) =
                first
            {
                return self.error(format_args!("non executable command in pipeline stage {}", stage + 1));
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Result<Id> {
        let pos = self.peek_non_space().start;
        let begun = self.pending.len();
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                self.pending.push(operand);
            }
            let token = self.next();
            match token.kind {
                T::Space => continue,
                T::RightDelim | T::RightParen => self.backup(),
                T::Pipe => {}
                _ => return self.unexpected(token, "operand"),
            }
            break;
        }
        if self.pending.len() == begun {
            return self.error("empty command");
        }
        let args = self.close(begun);
        Ok(self.node(pos, Kind::Command(args)))
    }

    fn operand(&mut self) -> Result<Option<Id>> {
        let Some(term) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != T::Field {
            return Ok(Some(term));
        }
        let mut last = first;
        while self.peek().kind == T::Field {
            last = self.next();
        }
        let fields = Piece { start: first.start as u32, end: last.end as u32 };
        let joined = |piece: &Piece| Piece { start: piece.start, end: fields.end };
        let kind = match self.kind(term) {
            Kind::Field(piece) => Kind::Field(joined(piece)),
            Kind::Variable(piece) => Kind::Variable(joined(piece)),
            Kind::Bool(_) | Kind::String { .. } | Kind::Number { .. } | Kind::Nil | Kind::Dot => {
                let shown = self.context(term);
                let quoted = strconv::quote(shown.as_bytes());
                return self
                    .error(format_args!("unexpected . after term {}", String::from_utf8_lossy(&quoted)));
            }
            _ => Kind::Chain { of: term, fields },
        };
        Ok(Some(self.node(first.start, kind)))
    }

    fn term(&mut self) -> Result<Option<Id>> {
        let token = self.next_non_space();
        let kind = match token.kind {
            T::Identifier => {
                let name = self.bytes(token);
                let Some(function) = self.functions.place(name) else {
                    let quoted = strconv::quote(name);
                    return self
                        .error(format_args!("function {} not defined", String::from_utf8_lossy(&quoted)));
                };
                Kind::Identifier { name: piece(token), function }
            }
            T::Dot => Kind::Dot,
            T::Nil => Kind::Nil,
            T::Variable => {
                if !self.variables.contains(&self.bytes(token)) {
                    let quoted = strconv::quote(self.bytes(token));
                    return self
                        .error(format_args!("undefined variable {}", String::from_utf8_lossy(&quoted)));
                }
                Kind::Variable(piece(token))
            }
            T::Field => Kind::Field(piece(token)),
            T::Bool => Kind::Bool(self.bytes(token) == b"true"),
            T::CharConstant | T::Complex | T::Number => {
                let text = self.bytes(token);
                let read =
                    if token.kind == T::Complex { number::complex(text) } else { number::number(text) };
                match read {
                    Ok(number) => Kind::Number { text: piece(token), number },
                    Err(message) => return self.error(message),
                }
            }
            T::LeftParen => {
                return self
                    .nested(|parser| parser.pipeline("parenthesized pipeline", T::RightParen))
                    .map(Some);
            }
            T::String | T::RawString => Kind::String { quoted: piece(token), text: self.unquoted(token)? },
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(self.node(token.start, kind)))
    }
}

fn piece(token: Token) -> Piece {
    Piece { start: token.start as u32, end: token.end as u32 }
}
