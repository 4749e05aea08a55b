//! From text to programs: lexer, parser (syntax tree), compiler (instructions).
//!
//! Errors are those of Go, word by word. Executing is not here but in `run`.

mod compile;
mod lex;
mod node;
mod number;
mod op;
mod parser;

use std::sync::Arc;

pub(crate) use compile::typed_literal;
pub(crate) use node::{Id, Kind, Source};
pub(crate) use op::{Constant, Idents, Op, Program};

use crate::error::Error;
use crate::function::Functions;
use crate::value::Str;

/// The templates of a text: those that it defines, and itself under `name`.
pub(crate) fn parse(name: &str, text: Str, functions: &Arc<Functions>) -> Result<Vec<Program>, Error> {
    let (source, trees) = parser::parse(name, text, functions)?;
    let source = Arc::new(source);
    trees.into_iter().map(|tree| compile::compile(&source, &tree, functions)).collect()
}
