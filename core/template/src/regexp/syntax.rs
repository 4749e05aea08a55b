//! Reads an expression as Go does and writes it for the crate.

use std::fmt::Write as _;

use super::class;
use crate::rune;

/// What the crate gets.
pub(super) struct Translated {
    pub(super) pattern: String,
    /// Names of the groups; the first one is the whole.
    pub(super) names: Vec<Vec<u8>>,
}

/// Groups may stand so deep inside each other.
const DEEPEST: usize = 200;
const MOST_REPEATS: i64 = 1000;

type Result<T> = std::result::Result<T, String>;

struct Reader<'a> {
    whole: &'a [u8],
    at: usize,
    out: String,
    names: Vec<Vec<u8>>,
    /// For each open group whether something that can be repeated was last before it.
    open: Vec<bool>,
    /// Whether what was read last can be repeated.
    repeatable: bool,
    /// Flags that were read but not written: a repetition behind them belongs to what is before them.
    flags: String,
}

pub(super) fn translate(whole: &[u8]) -> Result<Translated> {
    if std::str::from_utf8(whole).is_err() {
        return Err(format!("invalid UTF-8: `{}`", String::from_utf8_lossy(whole)));
    }
    let mut reader = Reader {
        whole,
        at: 0,
        out: String::new(),
        names: vec![Vec::new()],
        open: Vec::new(),
        repeatable: false,
        flags: String::new(),
    };
    reader.all()?;
    Ok(Translated { pattern: reader.out, names: reader.names })
}

fn problem<T>(what: &str, text: &[u8]) -> Result<T> {
    Err(format!("{what}: `{}`", String::from_utf8_lossy(text)))
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a [u8] {
        self.whole.get(self.at..).unwrap_or_default()
    }

    fn since(&self, start: usize) -> &'a [u8] {
        self.whole.get(start..self.at).unwrap_or_default()
    }

    fn character(&mut self) -> u32 {
        let (c, width) = rune::decode(self.rest());
        self.at += width;
        c
    }

    /// A character that means itself.
    fn literal(&mut self, c: u32) {
        self.write_flags();
        match char::from_u32(c) {
            Some(c) if c.is_ascii_alphanumeric() || !c.is_ascii() => self.out.push(c),
            _ => _ = write!(self.out, "\\x{{{c:x}}}"),
        }
        self.repeatable = true;
    }

    fn write_flags(&mut self) {
        self.out.push_str(&std::mem::take(&mut self.flags));
    }

    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.repeatable = true;
    }

    fn all(&mut self) -> Result<()> {
        // Where the repetition before this place began, if there is one.
        let mut last_repeat: Option<usize> = None;
        while let [byte, ..] = self.rest() {
            let start = self.at;
            let mut repeat = None;
            if !b"*+?{".contains(byte) {
                self.write_flags();
            }
            match byte {
                b'(' => self.group()?,
                b'|' => {
                    self.at += 1;
                    self.out.push('|');
                    self.repeatable = false;
                }
                b')' => {
                    self.at += 1;
                    if self.open.pop().is_none() {
                        return problem("unexpected )", self.whole);
                    }
                    self.put(")");
                }
                b'^' | b'$' | b'.' => {
                    self.at += 1;
                    self.put(match byte {
                        b'^' => "^",
                        b'$' => "$",
                        _ => ".",
                    });
                }
                b'[' => self.bracket()?,
                b'*' | b'+' | b'?' => {
                    self.at += 1;
                    let sign = char::from(*byte).to_string();
                    self.repeat(start, last_repeat, &sign)?;
                    repeat = Some(start);
                }
                b'{' => match self.counts() {
                    None => {
                        self.at += 1;
                        self.literal(u32::from(b'{'));
                    }
                    Some((min, max, end)) => {
                        self.at = end;
                        let bad =
                            !(0..=MOST_REPEATS).contains(&min) || max > MOST_REPEATS || max >= 0 && min > max;
                        if bad {
                            return problem("invalid repeat count", self.since(start));
                        }
                        let sign = match max {
                            -1 => format!("{{{min},}}"),
                            max if max == min => format!("{{{min}}}"),
                            max => format!("{{{min},{max}}}"),
                        };
                        self.repeat(start, last_repeat, &sign)?;
                        repeat = Some(start);
                    }
                },
                b'\\' => self.backslash()?,
                _ => {
                    let c = self.character();
                    self.literal(c);
                }
            }
            last_repeat = repeat;
        }
        if self.open.is_empty() { Ok(()) } else { problem("missing closing )", self.whole) }
    }

    fn repeat(&mut self, start: usize, last: Option<usize>, sign: &str) -> Result<()> {
        let lazy = self.rest().first() == Some(&b'?');
        self.at += usize::from(lazy);
        if let Some(last) = last {
            return problem("invalid nested repetition operator", self.since(last));
        }
        if !self.repeatable {
            return problem("missing argument to repetition operator", self.since(start));
        }
        self.out.push_str(sign);
        if lazy {
            self.out.push('?');
        }
        Ok(())
    }

    /// `{2,3}`: least, most (-1 for no most), and where it ends. Numbers that are too large are -1 and 1001.
    fn counts(&self) -> Option<(i64, i64, usize)> {
        let mut at = self.at + 1;
        let (min, next) = self.count(at)?;
        at = next;
        let mut max = min;
        if self.whole.get(at) == Some(&b',') {
            at += 1;
            if self.whole.get(at) == Some(&b'}') {
                max = -1;
            } else {
                let (number, next) = self.count(at)?;
                (max, at) = (number, next);
                if max < 0 {
                    return (self.whole.get(at) == Some(&b'}')).then_some((-1, -1, at + 1));
                }
            }
        }
        (self.whole.get(at) == Some(&b'}')).then_some((min, max, at + 1))
    }

    fn count(&self, at: usize) -> Option<(i64, usize)> {
        let digits = self.whole.get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = self.whole.get(at..at + digits)?;
        if digits == 0 || digits > 1 && text.starts_with(b"0") {
            return None;
        }
        let number = if digits > 8 { -1 } else { std::str::from_utf8(text).ok()?.parse().ok()? };
        Some((number, at + digits))
    }

    fn group(&mut self) -> Result<()> {
        if self.open.len() >= DEEPEST {
            return problem("expression nests too deeply", self.whole);
        }
        let rest = self.rest();
        if !rest.starts_with(b"(?") {
            self.at += 1;
            self.out.push('(');
            self.names.push(Vec::new());
            self.open.push(self.repeatable);
            self.repeatable = false;
            return Ok(());
        }
        let named = [&b"(?P<"[..], b"(?<"].into_iter().find(|start| rest.starts_with(start));
        if let Some(start) = named.filter(|_| rest.len() > 4) {
            return self.named_group(start.len());
        }
        self.flags()
    }

    fn named_group(&mut self, prefix: usize) -> Result<()> {
        let rest = self.rest();
        let Some(end) = rune::find_byte(rest, b'>') else {
            return problem("invalid named capture", rest);
        };
        let name = rest.get(prefix..end).unwrap_or_default();
        if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
            return problem("invalid named capture", rest.get(..=end).unwrap_or_default());
        }
        self.names.push(name.to_vec());
        self.at += end + 1;
        self.out.push('(');
        self.open.push(self.repeatable);
        self.repeatable = false;
        Ok(())
    }

    fn flags(&mut self) -> Result<()> {
        let start = self.at;
        self.at += 2;
        let (mut negative, mut any) = (false, false);
        loop {
            if self.rest().is_empty() {
                return problem("invalid or unsupported Perl syntax", self.since(start));
            }
            match self.character() {
                c if c < 0x80 && b"imsU".contains(&(c as u8)) => any = true,
                0x2d if !negative => {
                    negative = true;
                    any = false;
                }
                c @ (0x3a | 0x29) if !negative || any => {
                    let flags = String::from_utf8_lossy(self.since(start)).into_owned();
                    if c == 0x3a {
                        self.out.push_str(&flags);
                        self.open.push(self.repeatable);
                        self.repeatable = false;
                    } else if flags != "(?)" {
                        self.flags.push_str(&flags);
                    }
                    return Ok(());
                }
                _ => return problem("invalid or unsupported Perl syntax", self.since(start)),
            }
        }
    }

    fn backslash(&mut self) -> Result<()> {
        let start = self.at;
        let letter = self.rest().get(1).copied();
        match letter {
            Some(b'A' | b'b' | b'B' | b'z') => {
                self.at += 2;
                self.put(match letter {
                    Some(b'A') => r"\A",
                    Some(b'b') => r"(?-u:\b)",
                    Some(b'B') => r"(?-u:\B)",
                    _ => r"\z",
                });
            }
            Some(b'Q') => {
                self.at += 2;
                let rest = self.rest();
                let end = rune::find(rest, b"\\E", 0);
                let stop = self.at + end.unwrap_or(rest.len());
                while self.at < stop {
                    let c = self.character();
                    self.literal(c);
                }
                self.at += if end.is_some() { 2 } else { 0 };
            }
            Some(b'p' | b'P') => {
                let class = self.unicode_class()?;
                self.put(&class);
            }
            Some(letter) if class::perl(letter).is_some() => {
                self.at += 2;
                self.put(class::perl(letter).unwrap_or_default());
            }
            _ => {
                self.at += 1;
                let c = self.escape(start)?;
                self.literal(c);
            }
        }
        Ok(())
    }

    /// `\pL`, `\p{Greek}`, `\P{^L}`
    fn unicode_class(&mut self) -> Result<String> {
        let start = self.at;
        let mut negative = self.rest().get(1) == Some(&b'P');
        self.at += 2;
        if self.rest().is_empty() {
            return problem("invalid character class range", self.since(start));
        }
        let name = if self.rest().first() == Some(&b'{') {
            let Some(end) = rune::find_byte(self.rest(), b'}') else {
                return problem("invalid character class range", self.whole.get(start..).unwrap_or_default());
            };
            let name = self.rest().get(1..end).unwrap_or_default();
            self.at += end + 1;
            name
        } else {
            let from = self.at;
            self.character();
            self.since(from)
        };
        let name = String::from_utf8_lossy(name);
        let bare = name.strip_prefix('^').unwrap_or(&name);
        negative ^= bare.len() < name.len();
        if !class::is_unicode(bare) {
            return problem("invalid character class range", self.since(start));
        }
        Ok(format!("\\{}{{{bare}}}", if negative { 'P' } else { 'p' }))
    }

    /// What is behind a backslash, as one character.
    fn escape(&mut self, start: usize) -> Result<u32> {
        if self.rest().is_empty() {
            return problem("trailing backslash at end of expression", b"");
        }
        let c = self.character();
        let octal = |byte: Option<&u8>| {
            byte.filter(|byte| matches!(byte, b'0'..=b'7')).map(|byte| u32::from(byte - b'0'))
        };
        match u8::try_from(c).unwrap_or(0xff) {
            first @ b'0'..=b'7' => {
                if first != b'0' && octal(self.rest().first()).is_none() {
                    return problem("invalid escape sequence", self.since(start));
                }
                let mut value = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(digit) = octal(self.rest().first()) else { break };
                    value = value * 8 + digit;
                    self.at += 1;
                }
                Ok(value)
            }
            b'x' => self.hex(start),
            b'a' => Ok(7),
            b'f' => Ok(12),
            b'n' => Ok(10),
            b'r' => Ok(13),
            b't' => Ok(9),
            b'v' => Ok(11),
            byte if byte < 0x80 && !byte.is_ascii_alphanumeric() => Ok(c),
            _ => problem("invalid escape sequence", self.since(start)),
        }
    }

    fn hex(&mut self, start: usize) -> Result<u32> {
        let bad = |reader: &Self| problem("invalid escape sequence", reader.since(start));
        if self.rest().is_empty() {
            return bad(self);
        }
        let first = self.character();
        let digit = |c: u32| char::from_u32(c).and_then(|c| c.to_digit(16));
        if first != u32::from(b'{') {
            if self.rest().is_empty() {
                return bad(self);
            }
            let second = self.character();
            return match (digit(first), digit(second)) {
                (Some(high), Some(low)) => Ok(high * 16 + low),
                _ => bad(self),
            };
        }
        let (mut value, mut any) = (0, false);
        loop {
            if self.rest().is_empty() {
                return bad(self);
            }
            let c = self.character();
            if c == u32::from(b'}') {
                return if any { Ok(value) } else { bad(self) };
            }
            let Some(digit) = digit(c) else { return bad(self) };
            value = value * 16 + digit;
            any = true;
            if value > 0x10_ffff {
                return bad(self);
            }
        }
    }

    /// `[a-z]`
    fn bracket(&mut self) -> Result<()> {
        let whole = self.rest();
        let mut class = String::from("[");
        self.at += 1;
        if self.rest().first() == Some(&b'^') {
            self.at += 1;
            class.push('^');
        }
        let mut first = true;
        while first || self.rest().first() != Some(&b']') {
            first = false;
            self.item(whole, &mut class)?;
        }
        self.at += 1;
        class.push(']');
        self.put(&class);
        Ok(())
    }

    fn item(&mut self, whole: &[u8], class: &mut String) -> Result<()> {
        let rest = self.rest();
        if rest.len() > 2
            && rest.starts_with(b"[:")
            && let Some(end) = rune::find(rest, b":]", 2)
        {
            let name = rest.get(..end + 2).unwrap_or_default();
            let inner = String::from_utf8_lossy(rest.get(2..end).unwrap_or_default());
            if !class::is_named(&inner) {
                return problem("invalid character class range", name);
            }
            class.push_str(&String::from_utf8_lossy(name));
            self.at += end + 2;
            return Ok(());
        }
        match rest {
            [b'\\', b'p' | b'P', ..] => {
                let unicode = self.unicode_class()?;
                class.push_str(&unicode);
                return Ok(());
            }
            [b'\\', letter, ..] if class::perl(*letter).is_some() => {
                self.at += 2;
                class.push_str(class::perl(*letter).unwrap_or_default());
                return Ok(());
            }
            _ => {}
        }
        let start = self.at;
        let low = self.class_character(whole)?;
        let mut high = low;
        if self.rest().len() >= 2 && self.rest().first() == Some(&b'-') && self.rest().get(1) != Some(&b']') {
            self.at += 1;
            high = self.class_character(whole)?;
            if high < low {
                return problem("invalid character class range", self.since(start));
            }
        }
        // Surrogates are no characters; ranges over them are cut there by the crate's own rules.
        let shown = |c: u32| if (0xd800..0xe000).contains(&c) { 0xfffd } else { c };
        _ = write!(class, "\\x{{{:x}}}-\\x{{{:x}}}", shown(low), shown(high).max(shown(low)));
        Ok(())
    }

    fn class_character(&mut self, whole: &[u8]) -> Result<u32> {
        if self.rest().is_empty() {
            return problem("missing closing ]", whole);
        }
        let start = self.at;
        let c = self.character();
        if c == u32::from(b'\\') { self.escape(start) } else { Ok(c) }
    }
}
