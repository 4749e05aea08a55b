//! Texts, actions and control structures.

use std::num::NonZeroU32;
use std::sync::Arc;

use super::{Parser, Result, T, piece};
use crate::parse::lex::Token;
use crate::parse::node::{Branch, Id, Kind};
use crate::value::Str;

impl Parser<'_> {
    /// Nodes up to an end or else, which is given as well.
    pub(super) fn item_list(&mut self) -> Result<(Id, Id)> {
        let pos = self.peek_non_space().start();
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

    pub(super) fn text_or_action(&mut self) -> Result<Id> {
        let token = self.next_non_space();
        match token.kind {
            T::Text => Ok(self.node(token.start(), Kind::Text(piece(token)))),
            T::LeftDelim => {
                self.action = Some(token);
                let action = self.action()?;
                self.action = None;
                Ok(action)
            }
            _ => self.unexpected(token, "input"),
        }
    }

    pub(super) fn action(&mut self) -> Result<Id> {
        let token = self.next_non_space();
        match token.kind {
            T::Block => self.block(),
            T::Break => self.jump(token, "break", Kind::Break),
            T::Continue => self.jump(token, "continue", Kind::Continue),
            T::Else => self.else_control(),
            T::End => {
                let pos = self.expect(T::RightDelim, "end")?.start();
                Ok(self.node(pos, Kind::End))
            }
            T::If => self.control("if"),
            T::Range => self.control("range"),
            T::Template => self.template(),
            T::With => self.control("with"),
            _ => {
                self.backup();
                let pos = self.peek().start();
                let pipe = self.pipeline("command", T::RightDelim)?;
                Ok(self.node(pos, Kind::Action(pipe)))
            }
        }
    }

    pub(super) fn jump(&mut self, word: Token, name: &str, kind: Kind) -> Result<Id> {
        let token = self.next_non_space();
        if token.kind != T::RightDelim {
            return self.unexpected(token, &format!("{{{{{name}}}}}"));
        }
        if self.range_depth == 0 {
            return self.error(format_args!("{{{{{name}}}}} outside {{{{range}}}}"));
        }
        Ok(self.node(word.start(), kind))
    }

    pub(super) fn else_control(&mut self) -> Result<Id> {
        let peek = self.peek_non_space();
        if matches!(peek.kind, T::If | T::With) {
            return Ok(self.node(peek.start(), Kind::Else));
        }
        let pos = self.expect(T::RightDelim, "else")?.start();
        Ok(self.node(pos, Kind::Else))
    }

    pub(super) fn control(&mut self, context: &'static str) -> Result<Id> {
        self.nested(|parser| parser.control_inside(context))
    }

    pub(super) fn control_inside(&mut self, context: &'static str) -> Result<Id> {
        let known = self.variables.len();
        let pipe = self.pipeline(context, T::RightDelim)?;
        self.range_depth += u32::from(context == "range");
        let (list, next) = self.item_list()?;
        self.range_depth -= u32::from(context == "range");
        let otherwise =
            if matches!(self.kind(next), Kind::Else) { Some(self.otherwise(context, next)?) } else { None };
        self.variables.truncate(known);
        let branch = Branch { pipe, list, otherwise }.put(&mut self.children);
        let pos = self.nodes.get(pipe as usize).map_or(0, |node| node.pos);
        Ok(self.node(
            pos,
            match context {
                "if" => Kind::If(branch),
                "with" => Kind::With(branch),
                _ => Kind::Range(branch),
            },
        ))
    }

    pub(super) fn otherwise(&mut self, context: &'static str, after: Id) -> Result<Id> {
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
        let pos = self.nodes.get(after as usize).map_or(0, |node| node.pos);
        let begun = self.pending.len();
        let inner = self.control(context)?;
        self.pending.push(inner);
        let children = self.close(begun);
        Ok(self.node(pos, Kind::List(children)))
    }

    pub(super) fn block(&mut self) -> Result<Id> {
        let context = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(token, context)?;
        let pipe = self.pipeline(context, T::RightDelim)?;
        let root = self.apart(context)?;
        self.add(Arc::from(&*name.to_text()), root)?;
        Ok(self.node(token.start(), Kind::Template { end: token.end(), pipe: NonZeroU32::new(pipe) }))
    }

    pub(super) fn template(&mut self) -> Result<Id> {
        let context = "template clause";
        let token = self.next_non_space();
        self.template_name(token, context)?;
        let pipe = if self.next_non_space().kind == T::RightDelim {
            None
        } else {
            self.backup();
            // No pipeline is the first node, as its commands come before it.
            NonZeroU32::new(self.pipeline(context, T::RightDelim)?)
        };
        Ok(self.node(token.start(), Kind::Template { end: token.end(), pipe }))
    }

    pub(super) fn template_name(&mut self, token: Token, context: &str) -> Result<Str> {
        if !matches!(token.kind, T::String | T::RawString) {
            return self.unexpected(token, context);
        }
        self.unquoted(token)
    }
}
