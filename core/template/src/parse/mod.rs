//! From text to programs: lexer, parser (syntax tree), compiler (instructions).
//!
//! Errors are those of Go, word by word. Executing is not here but in `run`.

mod compile;
mod lex;
mod node;
mod number;
mod op;
mod parser;

use std::sync::{Arc, OnceLock};

pub(crate) use compile::typed_literal;
pub(crate) use node::{Id, Kind, Source};
pub(crate) use op::{Constant, Idents, Op, Program};

use crate::error::Error;
use crate::function::Functions;
use crate::value::Str;

/// A template, compiled when it is executed for the first time: most of those that charts bring along never are.
#[derive(Debug)]
pub(crate) struct Template {
    tree: parser::Tree,
    source: Arc<Source>,
    functions: Arc<Functions>,
    program: OnceLock<Arc<Program>>,
}

impl Template {
    /// The name of the template.
    pub(crate) fn name(&self) -> &Arc<str> {
        &self.tree.name
    }

    /// True if it gives nothing but space.
    pub(crate) fn is_empty(&self) -> bool {
        self.source.is_empty(self.tree.root)
    }

    /// What executes.
    pub(crate) fn program(&self) -> &Arc<Program> {
        self.program.get_or_init(|| Arc::new(compile::compile(&self.source, &self.tree, &self.functions)))
    }
}

/// The templates of a text: those that it defines, and itself under `name`.
pub(crate) fn parse(name: &str, text: Str, functions: &Arc<Functions>) -> Result<Vec<Template>, Error> {
    let (source, trees) = parser::parse(name, text, functions)?;
    let source = Arc::new(source);
    let template = |tree| Template {
        tree,
        source: Arc::clone(&source),
        functions: Arc::clone(functions),
        program: OnceLock::new(),
    };
    Ok(trees.into_iter().map(template).collect())
}
