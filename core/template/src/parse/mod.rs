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
pub(crate) use node::{Id, Kind, Piece, Source};
pub(crate) use op::{Constant, Idents, Op, Program};

use crate::error::Error;
use crate::function::Functions;
use crate::value::Str;

/// A template: a body under a name.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    name: Arc<str>,
    file: Arc<str>,
    body: Arc<Body>,
}

/// What a template says, whatever it is called. It is compiled when it is executed for the first time: most of those that
/// charts bring along never are.
#[derive(Debug)]
struct Body {
    root: Id,
    source: Arc<Source>,
    functions: Arc<Functions>,
    program: OnceLock<Arc<Program>>,
}

impl Template {
    /// The name of the template.
    pub(crate) fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The name of the text that defines it.
    pub(crate) fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// The text that defines it.
    pub(crate) fn source(&self) -> &Arc<Source> {
        &self.body.source
    }

    /// True if it gives nothing but space.
    pub(crate) fn is_empty(&self) -> bool {
        self.body.source.is_empty(self.body.root)
    }

    /// What executes.
    pub(crate) fn program(&self) -> &Arc<Program> {
        let Body { root, source, functions, program } = &*self.body;
        program.get_or_init(|| Arc::new(compile::compile(source, *root, functions)))
    }

    /// The same, which is not kept if it was not there; to be given to [`recycle`] in the end.
    pub(crate) fn program_for_once(&self) -> Arc<Program> {
        // Under another name it may be executed again.
        if Arc::strong_count(&self.body) > 1 {
            return Arc::clone(self.program());
        }
        let Body { root, source, functions, program } = &*self.body;
        let compile = || Arc::new(compile::compile_for_once(source, *root, functions));
        program.get().cloned().unwrap_or_else(compile)
    }
}

/// Takes back the room of a program that nobody holds any more.
pub(crate) fn recycle(program: Arc<Program>) {
    if let Some(program) = Arc::into_inner(program) {
        compile::recycle(program);
    }
}

/// The templates of a text: those that it defines, then itself under `name`.
pub(crate) struct Templates {
    pub(crate) all: Vec<Template>,
    /// The text defines a template of its own name.
    clashes: bool,
}

impl Templates {
    /// What the same text gives under another name, if that makes no other difference.
    pub(crate) fn renamed(&self, name: &str) -> Option<Vec<Template>> {
        let (own, defined) = self.all.split_last()?;
        if self.clashes || defined.iter().any(|template| &*template.name == name) {
            return None;
        }
        let file: Arc<str> = Arc::from(name);
        let of_file = |template: &Template| Template { file: Arc::clone(&file), ..template.clone() };
        let mut all: Vec<_> = defined.iter().map(of_file).collect();
        all.push(Template { name: Arc::clone(&file), ..of_file(own) });
        Some(all)
    }
}

/// The templates of a text.
pub(crate) fn parse(name: &str, text: Str, functions: &Arc<Functions>) -> Result<Templates, Error> {
    let parser::Parsed { source, name, trees, clashes } = parser::parse(name, text, functions)?;
    let source = Arc::new(source);
    let template = |parser::Tree { name: own, root }| Template {
        name: own,
        file: Arc::clone(&name),
        body: Arc::new(Body {
            root,
            source: Arc::clone(&source),
            functions: Arc::clone(functions),
            program: OnceLock::new(),
        }),
    };
    Ok(Templates { all: trees.into_iter().map(template).collect(), clashes })
}
