//! Values in the place of variables.

use super::functions::{self, apply};
use super::parse::{Node, Variable};
use super::{Cause, SubstituteError, Variables};

pub(super) fn evaluate(
    nodes: &[Node],
    variables: &Variables,
    strict: bool,
    out: &mut Vec<u8>,
) -> Result<(), SubstituteError> {
    for node in nodes {
        match node {
            Node::Text(text) => out.extend_from_slice(text),
            Node::Variable(variable) => out.extend(value(variable, variables, strict)?),
        }
    }
    Ok(())
}

fn value(variable: &Variable, variables: &Variables, strict: bool) -> Result<Vec<u8>, SubstituteError> {
    let mut arguments = Vec::with_capacity(variable.arguments.len());
    for argument in &variable.arguments {
        let mut text = Vec::new();
        evaluate(std::slice::from_ref(argument), variables, strict, &mut text)?;
        arguments.push(text);
    }
    let found = variables.get(&variable.name);
    if strict && found.is_none() && !functions::gives_default(&variable.operator) {
        return Err(not_set(variable));
    }
    let found = found.map(Vec::as_slice).unwrap_or_default();
    Ok(apply(&variable.operator, found, &arguments))
}

fn not_set(variable: &Variable) -> SubstituteError {
    SubstituteError { cause: Cause::NotSet(variable.name.clone()), at: variable.at }
}

/// All variables that have no value and no default, in their order.
pub(super) fn unset(nodes: &[Node], variables: &Variables) -> Vec<SubstituteError> {
    let mut found = Vec::new();
    for node in nodes {
        if let Node::Variable(variable) = node {
            found.extend(unset(&variable.arguments, variables));
            if !variables.contains_key(&variable.name) && !functions::gives_default(&variable.operator) {
                found.push(not_set(variable));
            }
        }
    }
    found
}
