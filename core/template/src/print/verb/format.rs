//! Formats: flags, widths, indices and verbs, and the operands that go with them.

use super::{Printer, Result, V};
use crate::error::Error;
use crate::print::flags::Flags;
use crate::rune::{self, decode};
use crate::value::Value;

/// `fmt.Sprintf`
pub(crate) fn sprintf(format: &[u8], args: &[Value]) -> std::result::Result<Vec<u8>, Error> {
    let mut out = Vec::with_capacity(format.len() + 16);
    let mut run = Run {
        printer: Printer { out: &mut out, flags: Flags::default(), erroring: false, printed: 0 },
        format,
        args,
        at: 0,
        arg: 0,
        reordered: false,
        good: true,
    };
    run.all()?;
    Ok(out)
}

/// A format on its way.
struct Run<'a> {
    printer: Printer<'a>,
    format: &'a [u8],
    args: &'a [Value],
    at: usize,
    arg: usize,
    reordered: bool,
    good: bool,
}

/// Widths and precisions beyond this are refused.
const LARGEST: i64 = 1_000_000;

impl Run<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    fn all(&mut self) -> Result {
        while self.at < self.format.len() {
            self.good = true;
            let rest = self.format.get(self.at..).unwrap_or_default();
            let plain = rune::find_byte(rest, b'%').unwrap_or(rest.len());
            self.printer.put(rest.get(..plain).unwrap_or_default());
            self.at += plain;
            if self.at >= self.format.len() {
                break;
            }
            self.at += 1;
            self.printer.flags = Flags::default();
            if self.flags()? {
                continue;
            }
            if !self.verb()? {
                break;
            }
        }
        if !self.reordered && self.arg < self.args.len() {
            self.extra()?;
        }
        Ok(())
    }

    /// Reads flags. True if a verb followed at once and is done.
    fn flags(&mut self) -> std::result::Result<bool, Error> {
        while let Some(c) = self.peek() {
            let flags = &mut self.printer.flags;
            match c {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                b'a'..=b'z' if self.arg < self.args.len() => {
                    self.at += 1;
                    self.print(u32::from(c))?;
                    return Ok(true);
                }
                _ => return Ok(false),
            }
            self.at += 1;
        }
        Ok(false)
    }

    fn print(&mut self, verb: u32) -> Result {
        let flags = &mut self.printer.flags;
        if verb == V {
            flags.sharp_v = std::mem::take(&mut flags.sharp);
            flags.plus_v = std::mem::take(&mut flags.plus);
        }
        let arg = self.args.get(self.arg).unwrap_or(&Value::Nil);
        self.arg += 1;
        self.printer.arg(arg, verb)
    }

    /// Width, precision, index and verb. False if the format ends before the verb.
    fn verb(&mut self) -> std::result::Result<bool, Error> {
        let mut after_index = self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.int_arg() {
                Some(width) => {
                    let flags = &mut self.printer.flags;
                    flags.width = usize::try_from(width.unsigned_abs()).ok();
                    if width < 0 {
                        flags.minus = true;
                        flags.zero = false;
                    }
                }
                None => self.printer.put(b"%!(BADWIDTH)"),
            }
            after_index = false;
        } else {
            self.printer.flags.width = self.number();
            self.good &= !(after_index && self.printer.flags.width.is_some());
        }
        if self.at + 1 < self.format.len() && self.peek() == Some(b'.') {
            self.at += 1;
            self.good &= !after_index;
            after_index = self.precision();
        }
        if !after_index {
            self.index();
        }
        if self.at >= self.format.len() {
            self.printer.put(b"%!(NOVERB)");
            return Ok(false);
        }
        let (verb, width) = decode(self.format.get(self.at..).unwrap_or_default());
        self.at += width;
        if verb == u32::from(b'%') {
            self.printer.put(b"%");
        } else if !self.good {
            self.complain(verb, b"(BADINDEX)");
        } else if self.arg >= self.args.len() {
            self.complain(verb, b"(MISSING)");
        } else {
            self.print(verb)?;
        }
        Ok(true)
    }

    fn complain(&mut self, verb: u32, about: &[u8]) {
        self.printer.put(b"%!");
        rune::push(self.printer.out, verb);
        self.printer.put(about);
    }

    fn precision(&mut self) -> bool {
        let after_index = self.index();
        if self.peek() != Some(b'*') {
            self.printer.flags.precision = Some(self.number().unwrap_or(0));
            return after_index;
        }
        self.at += 1;
        let precision = self.int_arg();
        self.printer.flags.precision = precision.and_then(|precision| usize::try_from(precision).ok());
        if self.printer.flags.precision.is_none() {
            self.printer.put(b"%!(BADPREC)");
        }
        false
    }

    fn number(&mut self) -> Option<usize> {
        let mut number: Option<i64> = None;
        while let Some(c @ b'0'..=b'9') = self.peek() {
            let known = number.unwrap_or(0);
            if known > LARGEST {
                self.at = self.format.len();
                return None;
            }
            number = Some(known * 10 + i64::from(c - b'0'));
            self.at += 1;
        }
        number.and_then(|number| usize::try_from(number).ok())
    }

    fn int_arg(&mut self) -> Option<i64> {
        let arg = self.args.get(self.arg)?;
        self.arg += 1;
        let Value::Int(kind, number) = *arg.plain() else { return None };
        if !kind.is_signed() && number < 0 {
            return None;
        }
        (-LARGEST..=LARGEST).contains(&number).then_some(number)
    }

    /// `[3]`: the operand to take next. True if there is one.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = self.format.get(self.at..).unwrap_or_default();
        let Some(end) = rest.iter().position(|byte| *byte == b']').filter(|_| rest.len() >= 3) else {
            self.good = false;
            self.at += 1;
            return false;
        };
        let digits = rest.get(1..end).unwrap_or_default();
        let number =
            std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number
            .and_then(|text| text.parse::<usize>().ok())
            .filter(|number| *number as i64 <= LARGEST * 10);
        self.at += end + 1;
        match number {
            Some(number @ 1..) if number <= self.args.len() => {
                self.arg = number - 1;
                true
            }
            number => {
                self.good = false;
                number.is_some()
            }
        }
    }

    fn extra(&mut self) -> Result {
        self.printer.flags = Flags::default();
        self.printer.put(b"%!(EXTRA ");
        for (at, arg) in self.args.iter().skip(self.arg).enumerate() {
            if at > 0 {
                self.printer.put(b", ");
            }
            if arg.is_nil() {
                self.printer.put(b"<nil>");
            } else {
                self.printer.put(arg.type_name().as_bytes());
                self.printer.put(b"=");
                self.printer.arg(arg, V)?;
            }
        }
        self.printer.put(b")");
        Ok(())
    }
}
