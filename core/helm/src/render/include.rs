//! `include` and `tpl`: templates that execute inside of templates.

use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use memchr::memmem::{Finder, find};
use weir_template::{Answer, Call, Error, Set, Str, Value};

use super::functions::{Host, text};
use super::memory::{Memory, Pending};
use crate::quote::quoted_bytes;

/// A name may be included so often inside itself.
const MOST_INCLUDES: u32 = 1000;
/// The name under which `tpl` parses texts.
const TPL_NAME: &str = "gotpl";

/// A template of the set.
pub(super) fn include(call: &mut Call<'_>, args: &[Value]) -> Result<Answer, Error> {
    let name = text(args).clone();
    let data = args.get(1).cloned().unwrap_or_default();
    let set = Arc::clone(call.set());
    let asked = match remembered(call, &set, (&name, true), &data) {
        Ok(known) => return Ok(Answer::Value(Value::Str(known))),
        Err(asked) => asked,
    };
    let count = call.host::<Rc<Host>>().map(|host| {
        let mut included = host.included.borrow_mut();
        match included.get(&name) {
            Some(count) => Rc::clone(count),
            None => Rc::clone(included.entry(name.clone()).or_default()),
        }
    });
    if let Some(count) = &count {
        if count.get() > MOST_INCLUDES {
            let name = name.to_text();
            return Err(Error::new("unable to execute template")
                .wrap(format!("rendering template has a nested reference name: {name}: ")));
        }
        count.set(count.get() + 1);
    }
    begun(&asked);
    Ok(Answer::execute(set, name, data, move |output| {
        if let Some(count) = count {
            count.set(count.get().saturating_sub(1));
        }
        learned(asked, output.map(|output| Str::from(output.as_slice())))
    }))
}

/// A text that is a template.
pub(super) fn tpl(call: &mut Call<'_>, args: &[Value]) -> Result<Answer, Error> {
    let source = text(args).clone();
    // A text without any action is what it writes.
    if find(&source, b"{{").is_none() {
        return Ok(Answer::Value(Value::Str(without_no_value(source))));
    }
    let data = args.get(1).cloned().unwrap_or_default();
    let asked = match remembered(call, &Arc::clone(call.set()), (&source, false), &data) {
        Ok(known) => return Ok(Answer::Value(Value::Str(known))),
        Err(asked) => asked,
    };
    let set = call
        .parse(TPL_NAME, &source)
        .map_err(|error| error.wrap(format!("cannot parse template {}: ", quoted_bytes(&source))))?;
    begun(&asked);
    Ok(Answer::execute(set, tpl_name(), data, move |output| {
        let answer = output.map(|output| {
            remove_no_value(output);
            Str::from(output.as_slice())
        });
        learned(asked, answer).map_err(|error| {
            let source = quoted_bytes(&source);
            error.wrap(format!("error during tpl function execution for {source}: "))
        })
    }))
}

fn tpl_name() -> Str {
    static NAME: LazyLock<Str> = LazyLock::new(|| Str::from(TPL_NAME));
    NAME.clone()
}

/// What was given to a template, to be remembered with what it gives.
type Asked = Option<(Rc<Memory>, Option<Box<Pending>>)>;

/// What the template gave before; where that is not known, what [`learned`] needs.
fn remembered(call: &Call<'_>, set: &Arc<Set>, text: (&Str, bool), data: &Value) -> Result<Str, Asked> {
    let Some(memory) = call.host::<Rc<Host>>().and_then(|host| host.memory.as_ref()) else {
        return Err(None);
    };
    memory.ask(set, text, data).map_err(|pending| Some((Rc::clone(memory), pending)))
}

/// It executes now.
fn begun(asked: &Asked) {
    if let Some((memory, _)) = asked {
        memory.enter();
    }
}

/// The answer, which is known from now on.
fn learned(asked: Asked, answer: Result<Str, Error>) -> Result<Value, Error> {
    if let Some((memory, pending)) = asked {
        memory.leave();
        if let (Some(pending), Ok(answer)) = (pending, &answer) {
            memory.learn(*pending, answer);
        }
    }
    answer.map(Value::Str)
}

/// Go prints this for what is missing, and Helm takes it out.
const NO_VALUE: &[u8] = b"<no value>";

/// Where it stands first.
fn find_no_value(output: &[u8]) -> Option<usize> {
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(NO_VALUE));
    FINDER.find(output)
}

pub(super) fn remove_no_value(output: &mut Vec<u8>) {
    let Some(first) = find_no_value(output) else { return };
    let rest = output.split_off(first);
    let mut rest = rest.as_slice();
    while let Some(at) = find_no_value(rest) {
        output.extend_from_slice(&rest[..at]);
        rest = &rest[at + NO_VALUE.len()..];
    }
    output.extend_from_slice(rest);
}

fn without_no_value(text: Str) -> Str {
    if find_no_value(&text).is_none() {
        return text;
    }
    let mut output = text.to_vec();
    remove_no_value(&mut output);
    Str::from(output)
}
