//! Timestamps: the four forms that go-yaml takes, read as Go's time package reads them.

/// A moment with the zone it was written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Timestamp {
    date: [u32; 3],
    time: [u32; 3],
    nanoseconds: u32,
    /// Minutes east of UTC.
    offset: i32,
}

impl Timestamp {
    /// As RFC 3339, which knows no zone of a day or more.
    pub(crate) fn to_json(&self) -> Option<String> {
        let [year, month, day] = self.date;
        let [hour, minute, second] = self.time;
        let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        if self.nanoseconds > 0 {
            text.push_str(format!(".{:09}", self.nanoseconds).trim_end_matches('0'));
        }
        if self.offset == 0 {
            text.push('Z');
            return Some(text);
        }
        let (sign, size) = (if self.offset < 0 { '-' } else { '+' }, self.offset.abs());
        if size >= 24 * 60 {
            return None;
        }
        text.push_str(&format!("{sign}{:02}:{:02}", size / 60, size % 60));
        Some(text)
    }
}

/// The moment that this text names.
pub(crate) fn parse_timestamp(text: &str) -> Option<Timestamp> {
    let bytes = text.as_bytes();
    if bytes.len() < 5 || bytes[4] != b'-' || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut rest = Rest(&bytes[5..]);
    let year = bytes[..4].iter().fold(0, |year, digit| year * 10 + u32::from(digit - b'0'));
    let month = rest.number()?;
    rest.expect(b'-')?;
    let day = rest.number()?;
    if !(1..=12).contains(&month) || day < 1 || day > days(year, month) {
        return None;
    }
    let mut stamp = Timestamp { date: [year, month, day], time: [0; 3], nanoseconds: 0, offset: 0 };
    match rest.0.first() {
        None => return Some(stamp),
        Some(b'T' | b't') => {
            rest.0 = &rest.0[1..];
            stamp.clock(&mut rest)?;
            stamp.offset = rest.zone()?;
        }
        Some(b' ') => {
            while let Some((b' ', more)) = rest.0.split_first() {
                rest.0 = more;
            }
            stamp.clock(&mut rest)?;
        }
        Some(_) => return None,
    }
    rest.0.is_empty().then_some(stamp)
}

impl Timestamp {
    fn clock(&mut self, rest: &mut Rest<'_>) -> Option<()> {
        let hour = rest.number()?;
        rest.expect(b':')?;
        let minute = rest.number()?;
        rest.expect(b':')?;
        let second = rest.number()?;
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        self.time = [hour, minute, second];
        self.nanoseconds = rest.fraction();
        Some(())
    }
}

struct Rest<'t>(&'t [u8]);

impl Rest<'_> {
    fn expect(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        (*first == byte).then_some(())
    }

    fn digit(&mut self) -> Option<u32> {
        let (first, rest) = self.0.split_first().filter(|(first, _)| first.is_ascii_digit())?;
        self.0 = rest;
        Some(u32::from(first - b'0'))
    }

    /// One or two digits.
    fn number(&mut self) -> Option<u32> {
        let first = self.digit()?;
        Some(self.digit().map_or(first, |second| first * 10 + second))
    }

    fn two_digits(&mut self) -> Option<u32> {
        Some(self.digit()? * 10 + self.digit()?)
    }

    /// Nanoseconds behind a dot or comma; more than nine digits are cut.
    fn fraction(&mut self) -> u32 {
        let [b'.' | b',', b'0'..=b'9', ..] = self.0 else { return 0 };
        self.0 = &self.0[1..];
        let mut nanoseconds = 0;
        let mut unit = 100_000_000;
        while let Some(digit) = self.digit() {
            nanoseconds += digit * unit;
            unit /= 10;
        }
        nanoseconds
    }

    fn zone(&mut self) -> Option<i32> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        let sign = match first {
            b'Z' => return Some(0),
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let hours = self.two_digits()?;
        self.expect(b':')?;
        let minutes = self.two_digits()?;
        if hours > 24 || minutes > 60 {
            return None;
        }
        Some(sign * (hours * 60 + minutes) as i32)
    }
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_of_go() {
        for (text, json) in [
            ("2001-1-1", Some("2001-01-01T00:00:00Z")),
            ("2001-12-14t21:59:43.10-05:00", Some("2001-12-14T21:59:43.1-05:00")),
            ("2001-12-15   2:59:43.10", Some("2001-12-15T02:59:43.1Z")),
            ("2001-12-14T21:59:43Z", Some("2001-12-14T21:59:43Z")),
            ("2001-12-14 21:59:43.10 -5", None),
            ("2001-02-29", None),
            ("2001-13-45", None),
            ("2001-", None),
            ("20011214", None),
        ] {
            assert_eq!(parse_timestamp(text).and_then(|time| time.to_json()).as_deref(), json, "{text}");
        }
    }
}
