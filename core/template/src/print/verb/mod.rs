//! Verbs: how each of them prints each kind of value.

mod format;

pub(crate) use format::sprintf;

use std::borrow::Cow;

use super::flags::Flags;
use crate::error::Error;
use crate::rune;
use crate::value::{Kind, Object, Type, Value};

/// Deeper values are an error: they hold themselves, or somebody plays with the stack.
const DEEPEST: u32 = 500;
/// So many values are printed at once and no more: maps that hold a map twice, again and again, have no end.
const MOST: u32 = 20_000_000;
/// And so many bytes.
const LONGEST: usize = 1 << 30;

const V: u32 = b'v' as u32;

type Result = std::result::Result<(), Error>;

/// `%v` without flags.
pub(super) fn default(value: &Value, out: &mut Vec<u8>) -> Result {
    match value {
        Value::Str(text) => out.extend_from_slice(text),
        Value::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        // The common numbers of values: whole and below a million.
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e6 && *number != 0.0 => {
            push_int(out, *number as i64);
        }
        Value::Int(kind, number) if kind.is_signed() => push_int(out, *number),
        value => Printer { out, flags: Flags::default(), erroring: false, printed: 0 }.arg(value, V)?,
    }
    Ok(())
}

/// An integer in decimal digits.
fn push_int(out: &mut Vec<u8>, number: i64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        if let Some(digit) = digits.get_mut(at) {
            *digit = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
}

struct Printer<'a> {
    out: &'a mut Vec<u8>,
    flags: Flags,
    erroring: bool,
    printed: u32,
}

impl Printer<'_> {
    fn put(&mut self, text: &[u8]) {
        self.out.extend_from_slice(text);
    }

    /// An operand.
    fn arg(&mut self, value: &Value, verb: u32) -> Result {
        if value.is_nil() {
            match u8::try_from(verb) {
                Ok(b'T' | b'v') => self.flags.pad(self.out, b"<nil>"),
                _ => self.bad_nil(verb),
            }
            return Ok(());
        }
        match u8::try_from(verb) {
            Ok(b'T') => {
                self.flags.text(self.out, value.type_name().as_bytes());
                Ok(())
            }
            Ok(b'p') => self.pointer(value, verb, 0),
            _ => self.value(value, verb, 0, Type::Any),
        }
    }

    fn bad_nil(&mut self, verb: u32) {
        self.put(b"%!");
        rune::push(self.out, verb);
        self.put(b"(<nil>)");
    }

    fn bad_verb(&mut self, value: &Value, verb: u32, depth: u32) -> Result {
        self.erroring = true;
        self.put(b"%!");
        rune::push(self.out, verb);
        self.put(b"(");
        self.put(value.type_name().as_bytes());
        self.put(b"=");
        let printed = self.value(value, V, depth, Type::Any);
        self.put(b")");
        self.erroring = false;
        printed
    }

    /// Addresses say nothing that could be compared, so this prints none.
    fn pointer(&mut self, value: &Value, verb: u32, depth: u32) -> Result {
        match value.kind() {
            Kind::Slice | Kind::Map | Kind::Ptr | Kind::Func => {
                self.put(b"0xc000000000");
                Ok(())
            }
            _ => self.bad_verb(value, verb, depth),
        }
    }

    /// `held` is the type under which a list or map holds the value.
    fn value(&mut self, value: &Value, verb: u32, depth: u32, held: Type) -> Result {
        self.printed += 1;
        if depth > DEEPEST {
            return Err(Error::limit("value is nested too deep to print, or holds itself"));
        }
        if self.printed > MOST || self.out.len() > LONGEST {
            return Err(Error::limit("value is too large to print"));
        }
        match value {
            Value::NoValue | Value::Nil => {
                match (u8::try_from(verb), self.flags.sharp_v) {
                    (Ok(b'v'), true) => {
                        self.put(held.to_string().as_bytes());
                        self.put(b"(nil)");
                    }
                    // Go prints a nil interface like this whatever the verb is.
                    _ => self.put(b"<nil>"),
                }
                Ok(())
            }
            Value::Bool(flag) if matches!(u8::try_from(verb), Ok(b't' | b'v')) => {
                self.flags.pad(self.out, if *flag { b"true" } else { b"false" });
                Ok(())
            }
            Value::Bool(_) => self.bad_verb(value, verb, depth),
            Value::Int(kind, bits) => self.integer(value, *bits as u64, kind.is_signed(), verb, depth),
            Value::Float(number) => self.float(value, *number, verb, depth),
            Value::Str(text) => self.text(value, text, verb, depth),
            Value::Bytes(bytes) => self.bytes(value, bytes, verb, depth),
            Value::List(list) => self.list(value, list, verb, depth),
            Value::Map(map) => {
                let kind = map.kind();
                self.map(&kind.to_string(), map, kind.element(), verb, depth)
            }
            Value::Object(object) => self.object(value, object.as_ref(), verb, depth),
        }
    }

    fn integer(&mut self, value: &Value, bits: u64, signed: bool, verb: u32, depth: u32) -> Result {
        let Self { out, flags, .. } = self;
        match u8::try_from(verb) {
            Ok(b'v') if flags.sharp_v && !signed => {
                Flags { sharp: true, ..*flags }.integer(out, bits, false, 16, verb, false);
            }
            Ok(b'v' | b'd') => flags.integer(out, bits, signed, 10, verb, false),
            Ok(b'b') => flags.integer(out, bits, signed, 2, verb, false),
            Ok(b'o' | b'O') => flags.integer(out, bits, signed, 8, verb, false),
            Ok(b'x') => flags.integer(out, bits, signed, 16, verb, false),
            Ok(b'X') => flags.integer(out, bits, signed, 16, verb, true),
            Ok(b'c') => flags.character(out, bits),
            Ok(b'q') => flags.quoted_character(out, bits),
            Ok(b'U') => flags.unicode(out, bits),
            _ => return self.bad_verb(value, verb, depth),
        }
        Ok(())
    }

    fn float(&mut self, value: &Value, number: f64, verb: u32, depth: u32) -> Result {
        let Self { out, flags, .. } = self;
        match u8::try_from(verb) {
            Ok(b'v') => flags.float(out, number, b'g', -1),
            Ok(verb @ (b'b' | b'g' | b'G' | b'x' | b'X')) => flags.float(out, number, verb, -1),
            Ok(verb @ (b'f' | b'e' | b'E')) => flags.float(out, number, verb, 6),
            Ok(b'F') => flags.float(out, number, b'f', 6),
            _ => return self.bad_verb(value, verb, depth),
        }
        Ok(())
    }

    fn text(&mut self, value: &Value, text: &[u8], verb: u32, depth: u32) -> Result {
        let Self { out, flags, .. } = self;
        match u8::try_from(verb) {
            Ok(b'v') if flags.sharp_v => flags.quoted(out, text),
            Ok(b'v' | b's') => flags.text(out, text),
            Ok(b'x') => flags.hex(out, text, false),
            Ok(b'X') => flags.hex(out, text, true),
            Ok(b'q') => flags.quoted(out, text),
            _ => return self.bad_verb(value, verb, depth),
        }
        Ok(())
    }

    fn bytes(&mut self, value: &Value, bytes: &[u8], verb: u32, depth: u32) -> Result {
        match u8::try_from(verb) {
            Ok(b'v' | b'd') => {
                let sharp = self.flags.sharp_v;
                self.put(match (sharp, depth) {
                    (true, 0) => b"[]byte{",
                    (true, _) => b"[]uint8{",
                    _ => b"[",
                });
                for (at, byte) in bytes.iter().enumerate() {
                    if at > 0 {
                        self.put(if sharp { b", " } else { b" " });
                    }
                    let flags = Flags { sharp: sharp || self.flags.sharp, ..self.flags };
                    flags.integer(
                        self.out,
                        u64::from(*byte),
                        false,
                        if sharp { 16 } else { 10 },
                        verb,
                        false,
                    );
                }
                self.put(if sharp { b"}" } else { b"]" });
                Ok(())
            }
            Ok(b's') => {
                self.flags.text(self.out, bytes);
                Ok(())
            }
            Ok(b'x' | b'X' | b'q') => self.text(value, bytes, verb, depth),
            _ => {
                self.put(b"[");
                for (at, byte) in bytes.iter().enumerate() {
                    if at > 0 {
                        self.put(b" ");
                    }
                    let byte = Value::Int(crate::value::IntKind::Uint8, i64::from(*byte));
                    self.value(&byte, verb, depth + 1, Type::Any)?;
                }
                self.put(b"]");
                Ok(())
            }
        }
    }

    fn list(&mut self, value: &Value, list: &crate::value::List, verb: u32, depth: u32) -> Result {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.put(value.type_name().as_bytes());
            if list.is_nil() {
                self.put(b"(nil)");
                return Ok(());
            }
        }
        self.put(if sharp { b"{" } else { b"[" });
        let held = list.kind().element();
        for (at, item) in list.items().iter().enumerate() {
            if at > 0 {
                self.put(if sharp { b", " } else { b" " });
            }
            self.value(item, verb, depth + 1, held)?;
        }
        self.put(if sharp { b"}" } else { b"]" });
        Ok(())
    }

    fn map(&mut self, name: &str, map: &crate::value::Map, held: Type, verb: u32, depth: u32) -> Result {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.put(name.as_bytes());
            if map.is_nil() {
                self.put(b"(nil)");
                return Ok(());
            }
        }
        self.put(if sharp { b"{" } else { b"map[" });
        for (at, (key, value)) in map.entries().iter().enumerate() {
            if at > 0 {
                self.put(if sharp { b", " } else { b" " });
            }
            self.text(&Value::Str(key.clone()), key, verb, depth + 1)?;
            self.put(b":");
            self.value(value, verb, depth + 1, held)?;
        }
        self.put(if sharp { b"}" } else { b"]" });
        Ok(())
    }

    fn object(&mut self, value: &Value, object: &dyn Object, verb: u32, depth: u32) -> Result {
        let textual = !self.erroring
            && !self.flags.sharp_v
            && u8::try_from(verb).is_ok_and(|verb| b"vsxXq".contains(&verb));
        if textual && object.is_nil() {
            self.put(b"<nil>");
            return Ok(());
        }
        if textual && let Some(text) = object.text() {
            let text = Cow::into_owned(text);
            return self.text(&Value::from(text.clone()), text.as_bytes(), verb, depth);
        }
        match object.underlying() {
            Some(Value::Map(map)) => {
                return self.map(&object.type_name(), &map, object.element(), verb, depth);
            }
            Some(Value::List(list)) => return self.list(value, &list, verb, depth),
            Some(Value::Int(kind, bits)) => {
                return self.integer(value, bits as u64, kind.is_signed(), verb, depth);
            }
            Some(Value::Float(number)) => return self.float(value, number, verb, depth),
            Some(Value::Str(text)) => return self.text(value, &text, verb, depth),
            Some(plain) => return self.value(&plain, verb, depth, Type::Any),
            None => {}
        }
        let pointer = object.kind() == Kind::Ptr;
        if object.is_nil() {
            self.flags.pad(self.out, b"<nil>");
            return Ok(());
        }
        if pointer && depth > 0 {
            // Go prints an address here, which no two runs share.
            let address = u8::try_from(verb).is_ok_and(|verb| b"vpbodxX".contains(&verb));
            return if address { self.pointer(value, verb, depth) } else { self.bad_verb(value, verb, 0) };
        }
        if pointer {
            self.put(b"&");
        }
        self.fields(object, verb, depth + u32::from(pointer))
    }

    fn fields(&mut self, object: &dyn Object, verb: u32, depth: u32) -> Result {
        let sharp = self.flags.sharp_v;
        if sharp {
            self.put(object.type_name().trim_start_matches('*').as_bytes());
        }
        self.put(b"{");
        for (at, (name, field)) in object.fields().into_iter().enumerate() {
            if at > 0 {
                self.put(if sharp { b", " } else { b" " });
            }
            if sharp || self.flags.plus_v {
                self.put(name.as_bytes());
                self.put(b":");
            }
            self.value(&field, verb, depth + 1, Type::Any)?;
        }
        self.put(b"}");
        Ok(())
    }
}
