//! Instructions of a compiled template.
//!
//! Each instruction that evaluates something names its node of the syntax tree, because Go reports errors at the node
//! that was evaluated last.

use std::sync::Arc;

use super::node::{Id, Piece, Source};
use crate::function::Functions;
use crate::value::{Str, Type};

/// One instruction. Values stand on a stack, dots and variables on stacks of their own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Op {
    /// Writes a piece of the source.
    Text(Piece),
    /// Fails with a message that was known when compiling.
    Fail {
        node: Option<Id>,
        message: u32,
    },
    /// Pushes a constant.
    Constant {
        node: Id,
        at: u32,
    },
    /// Pushes the dot.
    Dot {
        node: Id,
    },
    /// Pushes a variable.
    Variable {
        node: Id,
        slot: u32,
    },
    /// Pushes fields of the dot.
    DotFields {
        node: Id,
        idents: Idents,
    },
    /// Pushes fields of a variable.
    VariableFields {
        node: Id,
        slot: u32,
        idents: Idents,
    },
    /// Replaces the top by fields of it; `boxed` if Go knows it as an `interface {}` only.
    TopFields {
        idents: Idents,
        boxed: bool,
    },
    /// The top is about to be called: fails if it has no such method, jumps if there is nothing to have one.
    FindMethod {
        ident: u32,
        args: u32,
        none: u32,
    },
    /// Calls the method with the arguments that stand above it, whose nodes begin at `given`; `last` if one more stands below it.
    CallMethod {
        node: Id,
        ident: u32,
        args: u32,
        given: u32,
        last: bool,
    },
    /// Calls a function, by its number, with the arguments on top; `last` if one more stands below them.
    Call {
        node: Id,
        function: u32,
        args: u32,
        last: bool,
    },
    /// Checks the top against the type of an argument.
    Check {
        to: u32,
    },
    /// Checks the value below `above` others.
    CheckBelow {
        to: u32,
        above: u32,
    },
    /// Sets the node for errors.
    Site(Id),
    /// Takes nil out of the interface that holds it: from now on there is no value.
    Unbox,
    /// Pushes no value.
    NoValue,
    /// Jumps with the top if its truth is `when`, else drops it.
    KeepIf {
        when: bool,
        to: u32,
    },
    /// Drops what is below the top.
    Nip,
    /// Drops the top.
    Pop,
    /// Sets a variable to the top, which stays.
    Store {
        slot: u32,
    },
    /// Prints the top and drops it.
    Print {
        node: Id,
    },
    Jump(u32),
    /// Drops the top and jumps if it is not true.
    JumpUnless(u32),
    /// Makes the top the dot, or drops it and jumps if it is not true.
    With {
        otherwise: u32,
    },
    /// Gives the outer dot back, so many times.
    DropDots(u32),
    /// Begins a loop over the top, or jumps if there is nothing in it.
    Range {
        node: Id,
        two: bool,
        otherwise: u32,
    },
    /// Takes the next round or ends the loop and jumps.
    Next {
        key: Option<Slot>,
        value: Option<Slot>,
        end: u32,
    },
    /// Ends the loop.
    EndLoop,
    /// Fails if there is no such template.
    FindTemplate {
        node: Id,
        name: u32,
    },
    /// Executes a template with the top as its dot.
    Template {
        name: u32,
    },
    /// The end of the template.
    Return,
}

/// A variable in a loop; never the slot of `$`, which is zero.
pub(crate) type Slot = std::num::NonZeroU32;

/// Names in [`Program::idents`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Idents {
    pub(crate) start: u32,
    pub(crate) count: u32,
}

/// A type to check against.
pub(crate) type Checked = Type;

/// A value that is known when compiling.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Constant {
    Bool(bool),
    Int(crate::value::IntKind, i64),
    Float(f64),
    Str(Str),
    /// The nil of a type.
    Nil(Type),
    NoValue,
}

/// A template, ready to execute.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) source: Arc<Source>,
    pub(crate) code: Vec<Op>,
    pub(crate) constants: Vec<Constant>,
    pub(crate) idents: Vec<Piece>,
    pub(crate) functions: Arc<Functions>,
    pub(crate) types: Vec<Checked>,
    pub(crate) messages: Vec<String>,
    /// Arguments of methods.
    pub(crate) given: Vec<Id>,
    pub(crate) templates: Vec<Str>,
    /// How many variables there are at once, `$` included.
    pub(crate) slots: u32,
}
