//! Go's fmt: how values print.

mod flags;
mod verb;

use crate::error::Error;
use crate::value::Value;

pub(crate) use verb::sprintf;

/// `%v`, as actions print a value; no value is `<no value>`.
pub(crate) fn print_value(value: &Value, out: &mut Vec<u8>) -> Result<(), Error> {
    match value {
        Value::NoValue => out.extend_from_slice(b"<no value>"),
        value => verb::default(value, out)?,
    }
    Ok(())
}

/// `%v` of what is shown in an error; too deep values are cut.
pub(crate) fn display(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    // What is too deep stays incomplete, which is fine in a message.
    _ = verb::default(value, &mut out);
    out
}

/// `%#v`
pub(crate) fn go_syntax(value: &Value) -> Vec<u8> {
    sprintf(b"%#v", std::slice::from_ref(value)).unwrap_or_default()
}

/// `fmt.Sprint`: a space between operands when neither is a string.
pub(crate) fn sprint(args: &[Value]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let mut after_string = false;
    for (at, arg) in args.iter().enumerate() {
        let string = arg.kind() == crate::value::Kind::String;
        if at > 0 && !string && !after_string {
            out.push(b' ');
        }
        verb::default(arg, &mut out)?;
        after_string = string;
    }
    Ok(out)
}

/// `fmt.Sprintln`
pub(crate) fn sprintln(args: &[Value]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    for (at, arg) in args.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        verb::default(arg, &mut out)?;
    }
    out.push(b'\n');
    Ok(out)
}
