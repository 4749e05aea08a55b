//! The machine that executes compiled templates.
//!
//! Templates that execute inside each other, by `template` or by functions such as `include`, are frames of the
//! machine and need no native stack.

mod argument;
mod field;
mod frame;
mod iterate;
mod machine;
mod trace;

use std::sync::Arc;

pub(crate) use argument::zero;
pub(crate) use machine::Stacks;
pub use trace::Origin;

use crate::env::Env;
use crate::error::Error;
use crate::parse;
use crate::set::Set;
use crate::strconv;
use crate::value::Value;

/// Executes a template of the set; with origins if somebody wants to know where each line comes from.
pub(crate) fn execute(
    set: &Arc<Set>,
    name: &str,
    data: Value,
    out: &mut Vec<u8>,
    env: &Env<'_>,
    origins: Option<&mut Vec<Option<Origin>>>,
) -> Result<(), Error> {
    let Some(template) = set.template(name) else {
        return Err(missing(set, name.as_bytes()));
    };
    let program =
        if set.is_for_once() { template.program_for_once() } else { Arc::clone(template.program()) };
    let machine = machine::Machine::new(env, std::mem::take(out), origins.is_some());
    let done = machine.run(set, (template, Arc::clone(&program)), data, out, origins);
    parse::recycle(program);
    done
}

/// There is no template of this name.
fn missing(_set: &Set, name: &[u8]) -> Error {
    let quoted = strconv::quote(name);
    Error::new(format!(
        "template: no template {} associated with template \"gotpl\"",
        String::from_utf8_lossy(&quoted)
    ))
}
