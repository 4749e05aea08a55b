//! What an object says when it says nothing: defaults of schemas, and of built-in kinds by code.

mod builtin;
mod pod;
mod schema;

pub(crate) use builtin::fill as builtin;
pub(crate) use schema::{always, fill as by_schema, fill_always};
