//! From a text to its parts.

use super::scan::{Accept, Mode, Scanner, Token};
use super::{Cause, SubstituteError};

/// Levels of variables in variables.
const DEEPEST: usize = 200;

/// A part of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(Vec<u8>),
    Variable(Variable),
}

/// `${name}`, or with an operator and what it works with.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) operator: String,
    pub(super) arguments: Vec<Node>,
    /// Where it begins.
    pub(super) at: usize,
}

pub(super) fn parse(text: &str) -> Result<Vec<Node>, SubstituteError> {
    let mut parser = Parser { scanner: Scanner::new(text), at: 0, depth: 0 };
    let mut nodes = Vec::new();
    loop {
        parser.scanner.accept = |_, _| true;
        parser.scanner.mode = Mode { open: true, escape: true, ..Mode::TEXT };
        parser.scanner.backslash = false;
        match parser.scanner.scan() {
            Token::Text => nodes.push(Node::Text(parser.scanner.token().to_vec())),
            Token::End => return Ok(nodes),
            Token::Open => {
                parser.at = parser.scanner.place();
                nodes.push(Node::Variable(parser.variable()?));
            }
            Token::Close | Token::Illegal => return Err(parser.error(Cause::BadSubstitution)),
        }
    }
}

struct Parser {
    scanner: Scanner,
    /// Where the variable begins that is being read.
    at: usize,
    depth: usize,
}

impl Parser {
    fn error(&self, cause: Cause) -> SubstituteError {
        SubstituteError { cause, at: self.at }
    }

    fn word(&mut self, accept: Accept, cause: Cause) -> Result<String, SubstituteError> {
        self.scanner.accept = accept;
        self.scanner.mode = Mode::TEXT;
        match self.scanner.scan() {
            Token::Text => Ok(String::from_utf8_lossy(self.scanner.token()).into_owned()),
            _ => Err(self.error(cause)),
        }
    }

    /// Behind `${`.
    fn variable(&mut self) -> Result<Variable, SubstituteError> {
        if self.depth == DEEPEST {
            return Err(self.error(Cause::TooDeep));
        }
        self.depth += 1;
        let at = self.scanner.place();
        self.scanner.backslash = true;
        let mut variable = Variable { at, ..Variable::default() };
        if self.scanner.peek() == '#' {
            variable.operator = self.word(|c, at| c == '#' && at == 1, Cause::BadSubstitution)?;
            variable.name = self.word(is_name, Cause::BadSubstitution)?;
            self.close()?;
        } else {
            variable.name = self.word(is_name, Cause::VariableName)?;
            self.operator(&mut variable)?;
        }
        self.depth -= 1;
        Ok(variable)
    }

    fn operator(&mut self, variable: &mut Variable) -> Result<(), SubstituteError> {
        match self.scanner.peek() {
            ':' => {
                self.scanner.read();
                let next = self.scanner.peek();
                self.scanner.unread();
                match next {
                    '=' | '-' | '?' | '+' => self.default(variable),
                    _ => self.part(variable),
                }
            }
            '=' => self.default(variable),
            ',' | '^' => {
                let is_case = |c, at| matches!(c, ',' | '^') && at < 3;
                variable.operator = self.word(is_case, Cause::BadSubstitution)?;
                self.close()
            }
            '/' => self.replace(variable),
            '#' => self.trim(variable, |c, at| c == '#' && at < 3),
            '%' => self.trim(variable, |c, at| c == '%' && at < 3),
            _ => {
                self.scanner.accept = is_name;
                self.scanner.mode = Mode::CLOSE;
                match self.scanner.scan() {
                    Token::Close => Ok(()),
                    _ => Err(self.error(Cause::MissingClosingBrace)),
                }
            }
        }
    }

    fn argument(&mut self, accept: Accept, escape: bool) -> Result<Node, SubstituteError> {
        self.scanner.accept = accept;
        self.scanner.mode = Mode { open: true, escape, ..Mode::TEXT };
        match self.scanner.scan() {
            Token::Open => Ok(Node::Variable(self.variable()?)),
            Token::Text => Ok(Node::Text(self.scanner.token().to_vec())),
            _ => Err(self.error(Cause::FunctionSubstitution)),
        }
    }

    /// `${name:offset}` and `${name:offset:length}`.
    fn part(&mut self, variable: &mut Variable) -> Result<(), SubstituteError> {
        variable.operator = self.word(|c, at| c == ':' && at == 1, Cause::BadSubstitution)?;
        variable.arguments.push(self.argument(|c, _| c != ':' && c != '}', false)?);
        self.scanner.accept = |c, _| c == ':';
        self.scanner.mode = Mode { close: true, ..Mode::TEXT };
        match self.scanner.scan() {
            Token::Close => return Ok(()),
            Token::Text => {}
            _ => return Err(self.error(Cause::BadSubstitution)),
        }
        variable.arguments.push(self.argument(is_inside, false)?);
        self.close()
    }

    /// `${name#pattern}` and the like.
    fn trim(&mut self, variable: &mut Variable, accept: Accept) -> Result<(), SubstituteError> {
        variable.operator = self.word(accept, Cause::BadSubstitution)?;
        variable.arguments.push(self.argument(is_inside, false)?);
        self.close()
    }

    /// `${name/old/new}` and the like.
    fn replace(&mut self, variable: &mut Variable) -> Result<(), SubstituteError> {
        let is_replace = |c, at| matches!((at, c), (1, '/') | (2, '/' | '#' | '%'));
        variable.operator = self.word(is_replace, Cause::BadSubstitution)?;
        variable.arguments.push(self.argument(|c, _| c != '/', true)?);
        self.word(|c, _| c == '/', Cause::BadSubstitution)?;
        if self.scanner.peek() != '}' {
            variable.arguments.push(self.argument(is_inside, true)?);
        }
        self.close()
    }

    /// `${name:-default}` and the like.
    fn default(&mut self, variable: &mut Variable) -> Result<(), SubstituteError> {
        let accept: Accept = if self.scanner.peek() == '=' {
            |c, at| at == 1 && c == '='
        } else {
            |c, at| matches!((at, c), (1, ':') | (2, '=' | '-' | '?' | '+'))
        };
        variable.operator = self.word(accept, Cause::DefaultFunction)?;
        while self.scanner.peek() != '}' {
            variable.arguments.push(self.argument(is_inside, false)?);
        }
        self.close()
    }

    fn close(&mut self) -> Result<(), SubstituteError> {
        self.scanner.mode = Mode::CLOSE;
        match self.scanner.scan() {
            Token::Close => Ok(()),
            _ => Err(self.error(Cause::BadSubstitution)),
        }
    }
}

fn is_name(c: char, _: usize) -> bool {
    c.is_alphabetic() || c.is_ascii_digit() || c == '_'
}

fn is_inside(c: char, _: usize) -> bool {
    c != '}'
}
