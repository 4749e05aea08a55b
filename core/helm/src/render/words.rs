//! Errors of templates as Helm reshapes them: it reads their texts again and sets them in indented lines.

use weir_template::{Error as TemplateError, ErrorKind};

use super::functions::{WARN_END, WARN_START};

/// One link of the chain of templates that led to an error.
#[derive(PartialEq)]
struct Traced {
    location: String,
    message: String,
    function: String,
}

impl Traced {
    fn lines(&self) -> String {
        let mut text = String::new();
        if !self.location.is_empty() {
            text.push_str(&format!("{}\n  ", self.location));
        }
        if !self.function.is_empty() {
            text.push_str(&format!("{}\n    ", self.function));
        }
        if !self.message.is_empty() {
            text.push_str(&format!("{}\n", self.message));
        }
        text
    }
}

/// An error of a template that cannot be read.
pub(super) fn parse_error(file: &str, error: &TemplateError) -> String {
    let text = error.to_string();
    let parts: Vec<&str> = text.split(": ").collect();
    match parts.as_slice() {
        [_] | [] => format!("parse error in ({file}): {text}"),
        [_, location, .., last] => format!("parse error at ({location}): {last}"),
        [_, location] => format!("parse error at ({location}): {location}"),
    }
}

/// An error of a template that was executed.
pub(super) fn exec_error(file: &str, error: &TemplateError) -> String {
    let whole = error.to_string();
    if !error.chain().any(|(kind, _)| kind == ErrorKind::Exec) {
        return whole;
    }
    let mut parts = whole.splitn(3, ": ");
    let (Some(_), Some(location), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return format!("execution error in ({file}): {whole}");
    };
    if let Some(message) = between_marks(rest) {
        return format!("execution error at ({location}): {message}");
    }
    let mut traced: Vec<Traced> = Vec::new();
    for (_, text) in error.chain() {
        match read(&text) {
            Some(link) if traced.last() == Some(&link) => {}
            Some(link) => traced.push(link),
            // A text of another kind within: then all is left as it is.
            None => return whole,
        }
    }
    let text: String = traced.iter().map(Traced::lines).collect();
    text.trim().to_string()
}

/// The text between the first opening and the last closing mark.
fn between_marks(text: &str) -> Option<&str> {
    let start = text.find(WARN_START)? + WARN_START.len();
    let end = text.rfind(WARN_END)?;
    text.get(start..end)
}

fn read(text: &str) -> Option<Traced> {
    let rest = text.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        let message = text.to_string();
        return Some(Traced { location: String::new(), message, function: String::new() });
    }
    executing(rest).or_else(|| simple(rest))
}

fn without_next(message: &str) -> String {
    message.find(" template:").map_or(message, |at| &message[..at]).to_string()
}

fn executing(rest: &str) -> Option<Traced> {
    let (location, after) = rest.split_once(": executing ")?;
    let (function, after) = after.strip_prefix('"')?.split_once('"')?;
    let (context, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
    Some(Traced {
        location: location.to_string(),
        message: without_next(message),
        function: format!("executing \"{function}\" at <{context}>:"),
    })
}

fn simple(rest: &str) -> Option<Traced> {
    let at = rest.rfind(": ")?;
    let (location, message) = (&rest[..at], &rest[at + 2..]);
    Some(Traced { location: location.to_string(), message: without_next(message), function: String::new() })
}
