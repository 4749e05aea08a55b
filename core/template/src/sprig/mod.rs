//! The functions of sprig 3.3, without `env` and `expandenv`; `getHostByName` knows no hosts.

mod args;
mod cast;
mod crypto;
mod date;
mod decimal;
mod default;
mod dict;
mod encoding;
mod json;
mod list;
mod merge;
mod moment;
mod number;
mod path;
mod random;
mod regex;
mod semver;
mod text;
mod url;
mod words;

use crate::function::Functions;

/// Adds them all.
pub(crate) fn register(functions: &mut Functions) {
    crypto::register(functions);
    date::register(functions);
    default::register(functions);
    dict::register(functions);
    encoding::register(functions);
    json::register(functions);
    list::register(functions);
    number::register(functions);
    random::register(functions);
    regex::register(functions);
    semver::register(functions);
    text::register(functions);
    url::register(functions);
    functions.with("getHostByName", "string -> string", |_, _| Ok("".into()));
}
