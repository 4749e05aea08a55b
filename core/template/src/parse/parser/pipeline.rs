//! Pipelines: declarations, commands, operands.

use super::{Parser, Result, T, piece};
use crate::parse::lex::Token;
use crate::parse::node::{Children, Id, Kind, Node, Piece};
use crate::parse::number;
use crate::strconv;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &'static str, end: T) -> Result<Id> {
        let pos = self.peek_non_space().start();
        let begun = self.pending.len();
        let assigns = self.declarations(context)?;
        let declared = self.pending.len() - begun;
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
        let parts = self.close(begun);
        self.check_pipeline(declared, parts, context)?;
        // There are no more than two.
        let declared = declared as u8;
        Ok(self.node(pos, Kind::Pipe { declared, assigns, parts }))
    }

    /// `$x :=`, `$x =` or `$i, $x :=` if that is next; the variables are left pending.
    pub(super) fn declarations(&mut self, context: &str) -> Result<bool> {
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

    pub(super) fn declare(&mut self, token: Token) {
        let node = self.node(token.start(), Kind::Variable(piece(token)));
        self.pending.push(node);
        self.variables.push(self.bytes(token));
    }

    pub(super) fn check_pipeline(&self, declared: usize, parts: Children, context: &str) -> Result<()> {
        let commands =
            self.children.get(parts.start as usize + declared..parts.end as usize).unwrap_or_default();
        if commands.is_empty() {
            return self.error(format_args!("missing value for {context}"));
        }
        for (stage, command) in commands.iter().enumerate().skip(1) {
            let Kind::Command(args) = self.kind(*command) else { continue };
            let first = self.children.get(args.start as usize).map(|first| self.kind(*first));
            if let Some(Kind::Bool(_) | Kind::Dot | Kind::Nil | Kind::Number { .. } | Kind::String(_)) = first
            {
                return self.error(format_args!("non executable command in pipeline stage {}", stage + 1));
            }
        }
        Ok(())
    }

    pub(super) fn command(&mut self) -> Result<Id> {
        let pos = self.peek_non_space().start();
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

    pub(super) fn operand(&mut self) -> Result<Option<Id>> {
        let Some(term) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != T::Field {
            return Ok(Some(term));
        }
        let mut last = first;
        while self.peek().kind == T::Field {
            last = self.next();
        }
        let fields = Piece { start: first.start(), end: last.end() };
        let kind = match self.kind(term) {
            Kind::Field(piece) => Kind::Field(Piece { start: piece.start, ..fields }),
            Kind::Variable(piece) => Kind::Variable(Piece { start: piece.start, ..fields }),
            Kind::Bool(_) | Kind::String(_) | Kind::Number { .. } | Kind::Nil | Kind::Dot => {
                let shown = self.context(term);
                let quoted = strconv::quote(shown.as_bytes());
                return self
                    .error(format_args!("unexpected . after term {}", String::from_utf8_lossy(&quoted)));
            }
            _ => return Ok(Some(self.node(first.start(), Kind::Chain { of: term, end: fields.end }))),
        };
        // Nobody else knows of the first name alone.
        if let Some(node) = self.nodes.get_mut(term as usize) {
            *node = Node { pos: first.start(), kind };
        }
        Ok(Some(term))
    }

    pub(super) fn term(&mut self) -> Result<Option<Id>> {
        let token = self.next_non_space();
        let kind = match token.kind {
            T::Identifier => {
                let name = self.bytes(token);
                let Some(function) = self.functions.place(name) else {
                    let quoted = strconv::quote(name);
                    return self
                        .error(format_args!("function {} not defined", String::from_utf8_lossy(&quoted)));
                };
                Kind::Identifier { end: token.end(), function }
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
                let (text, complex) = (self.bytes(token), token.kind == T::Complex);
                let read = if complex { number::complex(text) } else { number::number(text) };
                match read {
                    Ok(_) => Kind::Number { text: piece(token), complex },
                    Err(message) => return self.error(message),
                }
            }
            T::LeftParen => {
                return self
                    .nested(|parser| parser.pipeline("parenthesized pipeline", T::RightParen))
                    .map(Some);
            }
            T::String | T::RawString => {
                // What can be wrong in quotes are escapes.
                if token.kind == T::String && self.bytes(token).contains(&b'\\') {
                    self.unquoted(token)?;
                }
                Kind::String(piece(token))
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(self.node(token.start(), kind)))
    }
}
