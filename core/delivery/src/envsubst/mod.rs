//! `${variable}` in texts, in the dialect that Flux uses: drone/envsubst, with strictness added.
//!
//! It looks like the shell's and is not quite: `:+` and `:?` act as `:-` does, positions and lengths count bytes, `$$` is
//! `$` outside of braces only. What an object is, and which of them are left alone, is decided in `substitute`.

mod eval;
mod functions;
mod glob;
mod parse;
mod scan;

use std::collections::BTreeMap;
use std::fmt;

/// Values by the name of their variable.
pub type Variables = BTreeMap<String, Vec<u8>>;

/// Why a text stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubstituteError {
    /// What is wrong, in Flux's words.
    pub cause: Cause,
    /// Where in the text the `${` is that it is about, in bytes.
    pub at: usize,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It ends too soon or has something odd in it.
    BadSubstitution,
    /// There is no `}` where there has to be one.
    MissingClosingBrace,
    /// `${` is not followed by a name.
    VariableName,
    /// An operator has nothing behind it.
    FunctionSubstitution,
    /// An operator that gives a default is written wrongly.
    DefaultFunction,
    /// It has more levels than anybody reads.
    TooDeep,
    /// Nobody gives the variable a value.
    NotSet(String),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadSubstitution => f.write_str("bad substitution"),
            Self::MissingClosingBrace => f.write_str("missing closing brace"),
            Self::VariableName => f.write_str("unable to parse variable name"),
            Self::FunctionSubstitution => f.write_str("unable to parse substitution within function"),
            Self::DefaultFunction => f.write_str("unable to parse default function"),
            Self::TooDeep => f.write_str("variables are nested too deeply"),
            Self::NotSet(name) => write!(f, "variable not set (strict mode): \"{name}\""),
        }
    }
}

impl fmt::Display for SubstituteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl std::error::Error for SubstituteError {}

/// The text with values in the place of variables. Positions count bytes, so what comes out may be no UTF-8.
pub fn envsubst(text: &str, variables: &Variables, strict: bool) -> Result<Vec<u8>, SubstituteError> {
    let nodes = parse::parse(text)?;
    let mut out = Vec::with_capacity(text.len());
    eval::evaluate(&nodes, variables, strict, &mut out)?;
    Ok(out)
}

/// All problems of a text: those of variables that have no value, or the one that keeps it from being read.
#[must_use]
pub fn problems(text: &str, variables: &Variables) -> Vec<SubstituteError> {
    match parse::parse(text) {
        Err(error) => vec![error],
        Ok(nodes) => eval::unset(&nodes, variables),
    }
}
