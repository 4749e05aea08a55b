//! The text of a schema, read where it stands: what is looked for is taken out, all else is only checked to be JSON.
//!
//! Whatever Go's reader and ours could take differently (halves of characters, numbers without end) is not read at all.

/// Values nested deeper are not read.
const DEEPEST: usize = 64;

/// A string in the text, without its quotes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quoted<'t> {
    inner: &'t str,
    /// There are backslashes in it.
    escaped: bool,
}

/// A text and how far it was read. Nothing is given where it is no JSON, or none that is understood here.
pub(super) struct Text<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Text<'t> {
    pub(super) fn new(text: &'t [u8]) -> Option<Self> {
        Some(Self { text: std::str::from_utf8(text).ok()?, at: 0 })
    }

    /// How far it was read.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// Reads on from a place where it was before.
    pub(super) fn back(&mut self, place: usize) {
        self.at = place;
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The next byte that is no space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let mut rest = self.rest();
        let next = loop {
            // Half of what is written for people to read is the space before lines.
            while let Some((b"        ", more)) = rest.split_first_chunk::<8>() {
                rest = more;
            }
            match rest.split_first() {
                Some((b' ' | b'\n' | b'\r' | b'\t', more)) => rest = more,
                next => break next,
            }
        };
        self.at = self.text.len() - rest.len();
        next.map(|(byte, _)| *byte)
    }

    /// Goes over this byte if it is the next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// The next key of an object that was opened, the value of which comes next; nothing inside at the end.
    pub(super) fn key(&mut self, is_first: &mut bool) -> Option<Option<Quoted<'t>>> {
        if !self.next(is_first, b'}')? {
            return Some(None);
        }
        let key = self.string()?;
        self.eat(b':').then_some(Some(key))
    }

    /// Whether a list that was opened has another item.
    pub(super) fn item(&mut self, is_first: &mut bool) -> Option<bool> {
        self.next(is_first, b']')
    }

    fn next(&mut self, is_first: &mut bool, end: u8) -> Option<bool> {
        if self.eat(end) {
            return Some(false);
        }
        (std::mem::take(is_first) || self.eat(b',')).then_some(true)
    }

    pub(super) fn string(&mut self) -> Option<Quoted<'t>> {
        if !self.eat(b'"') {
            return None;
        }
        let (start, mut escaped) = (self.at, false);
        loop {
            let rest = self.rest();
            let plain = plain(rest);
            self.at += plain;
            match rest.get(plain)? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at += escape(rest.get(plain + 1..)?)?.1 + 1;
                }
                _ => return None,
            }
        }
        let inner = self.text.get(start..self.at)?;
        self.at += 1;
        Some(Quoted { inner, escaped })
    }

    pub(super) fn literal(&mut self, word: &str) -> bool {
        self.peek();
        let is_next = self.rest().starts_with(word.as_bytes());
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }

    pub(super) fn boolean(&mut self) -> Option<bool> {
        if self.literal("true") {
            return Some(true);
        }
        self.literal("false").then_some(false)
    }

    /// A number, if it has an end.
    pub(super) fn number(&mut self) -> Option<f64> {
        self.peek()?;
        let digits = |from: usize| {
            let count = self.rest().get(from..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (count > 0).then_some(from + count)
        };
        let next = |at: usize| self.rest().get(at).copied();
        let from = usize::from(next(0) == Some(b'-'));
        let mut end = digits(from)?;
        if next(from) == Some(b'0') && end > from + 1 {
            return None;
        }
        if next(end) == Some(b'.') {
            end = digits(end + 1)?;
        }
        if matches!(next(end), Some(b'e' | b'E')) {
            let signed = matches!(next(end + 1), Some(b'+' | b'-'));
            end = digits(end + 1 + usize::from(signed))?;
        }
        let number = self.text.get(self.at..self.at + end)?.parse::<f64>().ok()?;
        self.at += end;
        number.is_finite().then_some(number)
    }

    /// Goes over a value of whatever kind.
    pub(super) fn skip(&mut self, depth: usize) -> Option<()> {
        if depth > DEEPEST {
            return None;
        }
        let mut is_first = true;
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'{' => {
                self.at += 1;
                while self.key(&mut is_first)?.is_some() {
                    self.skip(depth + 1)?;
                }
                Some(())
            }
            b'[' => {
                self.at += 1;
                while self.item(&mut is_first)? {
                    self.skip(depth + 1)?;
                }
                Some(())
            }
            b't' | b'f' => self.boolean().map(|_| ()),
            b'n' => self.literal("null").then_some(()),
            _ => self.number().map(|_| ()),
        }
    }
}

impl<'t> Quoted<'t> {
    /// What it says, if that stands there as it is.
    pub(super) fn plain(&self) -> Option<&'t str> {
        (!self.escaped).then_some(self.inner)
    }

    /// Writes what it says behind `out`.
    pub(super) fn write(&self, out: &mut String) {
        if !self.escaped {
            out.push_str(self.inner);
            return;
        }
        let mut rest = self.inner;
        while let Some((before, after)) = rest.split_once('\\') {
            out.push_str(before);
            // Escapes were looked at when the string was read.
            let (c, length) = escape(after.as_bytes()).unwrap_or_default();
            out.push(c);
            rest = after.get(length..).unwrap_or_default();
        }
        out.push_str(rest);
    }
}

/// How many bytes stand before a quote, a backslash or what may not be in a string.
fn plain(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    let mut rest = text;
    while let Some((chunk, more)) = rest.split_first_chunk::<8>() {
        // Eight at once: a byte less than that has its highest bit set where it is less by one and was not before.
        let chunk = u64::from_le_bytes(*chunk);
        let less = |bytes: u64, than: u64| bytes.wrapping_sub(ONES * than) & !bytes;
        let is = |byte: u8| less(chunk ^ (ONES * u64::from(byte)), 1);
        let found = (is(b'"') | is(b'\\') | less(chunk, 0x20)) & (ONES << 7);
        if found != 0 {
            return text.len() - rest.len() + found.trailing_zeros() as usize / 8;
        }
        rest = more;
    }
    let last = rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count();
    text.len() - rest.len() + last
}

/// The character that stands behind a backslash, and how long it is there.
fn escape(after: &[u8]) -> Option<(char, usize)> {
    let c = match after.first()? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let digits = std::str::from_utf8(after.get(1..5)?).ok()?;
            let is_plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let code = u32::from_str_radix(digits, 16).ok().filter(|_| is_plain)?;
            return Some((char::from_u32(code)?, 5));
        }
        _ => return None,
    };
    Some((c, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_read(text: &str) -> bool {
        Text::new(text.as_bytes()).is_some_and(|mut text| text.skip(0).is_some() && text.peek().is_none())
    }

    #[test]
    fn what_is_read_is_json() {
        let sound = [
            "{}",
            " [ ] ",
            "[1, -0.5e+10 , \"a\\u00e9\\n\" ]",
            "{\"a\":{\"b\":[true,false,null]}}",
            "\"\\\"\"",
            "0",
        ];
        for text in sound {
            assert!(is_read(text), "{text}");
            assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}");
        }
        let wrong = [
            "",
            "{",
            "{,}",
            "[1,]",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":1,}",
            "01",
            "-",
            "1.",
            "1e",
            "\"\n\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\u+123\"",
            "tru",
            "nul",
            "1e999",
            "{} {}",
            "{a:1}",
            "'a'",
            "\u{feff}1",
        ];
        for text in wrong {
            assert!(!is_read(text), "{text}");
        }
    }

    #[test]
    fn all_bytes_are_told_apart() {
        for byte in 0..=255 {
            for at in 0..20 {
                let mut text = *b"abcdefgh\xc3\xa9ijklmnopqrst";
                text[at] = byte;
                let is_found = matches!(byte, b'"' | b'\\' | 0..0x20);
                assert_eq!(plain(&text), if is_found { at } else { text.len() }, "{byte} {at}");
            }
        }
    }

    #[test]
    fn strings_say_what_they_say() {
        let text = r#""a\\d\u00e9\"\/\t""#;
        let mut said = String::new();
        Text::new(text.as_bytes()).unwrap().string().unwrap().write(&mut said);
        assert_eq!(said, serde_json::from_str::<String>(text).unwrap());
    }
}
