//! Flags, width and precision of a verb, and how numbers and texts are set with them.

use crate::rune;
use crate::strconv;

const LOWER: &[u8; 17] = b"0123456789abcdefx";
const UPPER: &[u8; 17] = b"0123456789ABCDEFX";

/// What stands between `%` and the verb.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Flags {
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`
    pub(super) plus_v: bool,
    /// `%#v`
    pub(super) sharp_v: bool,
}

impl Flags {
    fn fill(&self, out: &mut Vec<u8>, count: usize) {
        let byte = if self.zero && !self.minus { b'0' } else { b' ' };
        out.resize(out.len() + count, byte);
    }

    /// The text, filled up to the width.
    pub(super) fn pad(&self, out: &mut Vec<u8>, text: &[u8]) {
        let missing = self.width.map_or(0, |width| width.saturating_sub(rune::count(text)));
        if !self.minus {
            self.fill(out, missing);
        }
        out.extend_from_slice(text);
        if self.minus {
            self.fill(out, missing);
        }
    }

    fn pad_with_spaces(&self, out: &mut Vec<u8>, text: &[u8]) {
        Self { zero: false, ..*self }.pad(out, text);
    }

    fn cut<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        let Some(precision) = self.precision else { return text };
        let end = rune::runes(text).nth(precision).map_or(text.len(), |(at, _)| at);
        text.get(..end).unwrap_or_default()
    }

    /// `%s`
    pub(super) fn text(&self, out: &mut Vec<u8>, text: &[u8]) {
        self.pad(out, self.cut(text));
    }

    /// `%q`
    pub(super) fn quoted(&self, out: &mut Vec<u8>, text: &[u8]) {
        let text = self.cut(text);
        if self.sharp && strconv::can_backquote(text) {
            return self.pad(out, &[b"`", text, b"`"].concat());
        }
        self.pad(out, &if self.plus { strconv::quote_ascii(text) } else { strconv::quote(text) });
    }

    /// `%x` of a text
    pub(super) fn hex(&self, out: &mut Vec<u8>, text: &[u8], upper: bool) {
        let digits = if upper { UPPER } else { LOWER };
        let digit = |at: u8| digits.get(usize::from(at)).copied().unwrap_or(b'?');
        let length = self.precision.map_or(text.len(), |precision| precision.min(text.len()));
        if length == 0 {
            return self.fill(out, self.width.unwrap_or(0));
        }
        let mut hex = Vec::with_capacity(length * 2);
        for (at, byte) in text.iter().take(length).enumerate() {
            if self.space && at > 0 {
                hex.push(b' ');
            }
            if self.sharp && (at == 0 || self.space) {
                hex.extend_from_slice(&[b'0', digit(16)]);
            }
            hex.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        self.pad(out, &hex);
    }

    /// An integer in a base.
    pub(super) fn integer(
        &self,
        out: &mut Vec<u8>,
        bits: u64,
        signed: bool,
        base: u64,
        verb: u32,
        upper: bool,
    ) {
        let negative = signed && (bits as i64) < 0;
        let mut rest = if negative { bits.wrapping_neg() } else { bits };
        let mut precision = 0;
        if let Some(asked) = self.precision {
            precision = asked;
            if asked == 0 && rest == 0 {
                return Self { zero: false, ..*self }.fill(out, self.width.unwrap_or(0));
            }
        } else if self.zero && !self.minus {
            let sign = usize::from(negative || self.plus || self.space);
            precision = self.width.unwrap_or(0).saturating_sub(sign);
        }
        // From the last digit to the first.
        let mut text = Vec::with_capacity(24);
        let digits = if upper { UPPER } else { LOWER };
        loop {
            text.push(digits.get((rest % base) as usize).copied().unwrap_or(b'?'));
            rest /= base;
            if rest == 0 {
                break;
            }
        }
        while text.len() < precision {
            text.push(b'0');
        }
        if self.sharp {
            match base {
                2 => text.extend_from_slice(b"b0"),
                8 if text.last() != Some(&b'0') => text.push(b'0'),
                16 => text.extend_from_slice(if upper { b"X0" } else { b"x0" }),
                _ => {}
            }
        }
        if verb == u32::from(b'O') {
            text.extend_from_slice(b"o0");
        }
        if negative {
            text.push(b'-');
        } else if self.plus {
            text.push(b'+');
        } else if self.space {
            text.push(b' ');
        }
        text.reverse();
        self.pad_with_spaces(out, &text);
    }

    /// `%U`
    pub(super) fn unicode(&self, out: &mut Vec<u8>, number: u64) {
        let precision = self.precision.unwrap_or(4).max(4);
        let mut text = format!("U+{number:0precision$X}").into_bytes();
        if self.sharp && number <= 0x10_ffff && rune::is_print(number as u32) {
            text.extend_from_slice(b" '");
            rune::push(&mut text, number as u32);
            text.push(b'\'');
        }
        self.pad_with_spaces(out, &text);
    }

    /// `%c`
    pub(super) fn character(&self, out: &mut Vec<u8>, number: u64) {
        let mut text = Vec::new();
        rune::push(&mut text, u32::try_from(number).unwrap_or(rune::BAD));
        self.pad(out, &text);
    }

    /// `%q` of a number
    pub(super) fn quoted_character(&self, out: &mut Vec<u8>, number: u64) {
        let number = u32::try_from(number).unwrap_or(rune::BAD);
        self.pad(out, &strconv::quote_rune(number, self.plus));
    }

    /// A float; `precision` where the flags have none, negative for as many digits as needed.
    pub(super) fn float(&self, out: &mut Vec<u8>, value: f64, verb: u8, precision: i32) {
        let precision = self.precision.map_or(precision, |precision| precision as i32);
        let mut text = strconv::format_float(value, verb, precision).into_bytes();
        if !matches!(text.first(), Some(b'-' | b'+')) {
            text.insert(0, b'+');
        }
        if self.space && text.first() == Some(&b'+') && !self.plus {
            text.splice(..1, [b' ']);
        }
        if matches!(text.get(1), Some(b'I' | b'N')) {
            if text.get(1) == Some(&b'N') && !self.space && !self.plus {
                text.remove(0);
            }
            return self.pad_infinite(out, &text);
        }
        if self.sharp && verb != b'b' {
            text = with_point(&text, verb, precision);
        }
        if !self.plus && text.first() == Some(&b'+') {
            return self.pad(out, text.get(1..).unwrap_or_default());
        }
        if self.zero && !self.minus && self.width.is_some_and(|width| width > text.len()) {
            let (sign, digits) = text.split_at(1);
            out.extend_from_slice(sign);
            self.fill(out, self.width.unwrap_or(0) - text.len());
            out.extend_from_slice(digits);
            return;
        }
        self.pad(out, &text);
    }

    fn pad_infinite(&self, out: &mut Vec<u8>, text: &[u8]) {
        // As Go: the plus of an infinity is kept only where a sign was asked for... it always is.
        self.pad_with_spaces(out, text);
    }
}

/// `%#g` and friends: always with a point, and zeros at the end kept.
fn with_point(text: &[u8], verb: u8, precision: i32) -> Vec<u8> {
    let mut digits = match verb {
        b'g' | b'G' | b'x' if precision == -1 => 6,
        b'g' | b'G' | b'x' => precision,
        _ => 0,
    };
    let hex = matches!(verb, b'x' | b'X');
    let tail = text.iter().skip(1).position(|byte| match byte {
        b'p' | b'P' => true,
        b'e' | b'E' => !hex,
        _ => false,
    });
    let (number, tail) = text.split_at(tail.map_or(text.len(), |at| at + 1));
    let mut nonzero = false;
    let mut point = false;
    for byte in number.iter().skip(1) {
        if *byte == b'.' {
            point = true;
            continue;
        }
        nonzero |= *byte != b'0';
        digits -= i32::from(nonzero);
    }
    let mut out = number.to_vec();
    if !point {
        digits -= i32::from(number.len() == 2 && number.get(1) == Some(&b'0'));
        out.push(b'.');
    }
    out.resize(out.len() + usize::try_from(digits).unwrap_or(0), b'0');
    out.extend_from_slice(tail);
    out
}
