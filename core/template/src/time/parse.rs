//! Moments from text.

use std::rc::Rc;

use super::layout::{self, Element as E};
use super::{DAYS, MONTHS, Time, Zone, days_before, days_in, is_leap};

/// A text in quotes as the errors of Go's `time` have it.
pub(super) fn quote(text: &[u8]) -> String {
    let mut out = String::from('"');
    for byte in text {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(*byte));
            }
            0x20..0x80 => out.push(char::from(*byte)),
            byte => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

/// Why an element cannot be read here.
enum Bad {
    /// It is something else.
    Other,
    /// It is out of range, which is told of the rest of the text.
    Range(&'static str),
}

/// What has been read so far.
struct Parts<'a> {
    rest: &'a [u8],
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: u32,
    am: bool,
    pm: bool,
    utc: bool,
    offset: Option<i64>,
    zone_name: &'a [u8],
}

impl Time {
    /// `time.ParseInLocation`; the error is its text.
    pub(crate) fn parse(layout: &[u8], text: &[u8], zone: &Rc<Zone>) -> Result<Self, String> {
        let mut parts = Parts {
            rest: text,
            year: 0,
            month: None,
            day: None,
            year_day: None,
            hour: 0,
            minute: 0,
            second: 0,
            nanos: 0,
            am: false,
            pm: false,
            utc: false,
            offset: None,
            zone_name: b"",
        };
        let complain = |element: &[u8], value: &[u8]| {
            let (text, layout) = (quote(text), quote(layout));
            format!("parsing time {text} as {layout}: cannot parse {} as {}", quote(value), quote(element))
        };
        let mut rest = layout;
        loop {
            let next = layout::next(rest);
            let prefix = rest.get(..next.map_or(rest.len(), |(start, ..)| start)).unwrap_or_default();
            if let Err(value) = parts.skip(prefix) {
                return Err(complain(prefix, value));
            }
            let Some((start, end, element)) = next else { break };
            let shown = rest.get(start..end).unwrap_or_default();
            rest = rest.get(end..).unwrap_or_default();
            let held = parts.rest;
            match parts.read(element, rest) {
                Ok(()) => {}
                Err(Bad::Other) => return Err(complain(shown, held)),
                Err(Bad::Range(what)) => {
                    return Err(format!("parsing time {}: {what} out of range", quote(text)));
                }
            }
        }
        if !parts.rest.is_empty() {
            return Err(format!("parsing time {}: extra text: {}", quote(text), quote(parts.rest)));
        }
        parts.finish(zone).map_err(|why| format!("parsing time {}: {why}", quote(text)))
    }
}

fn digit(text: &[u8], at: usize) -> Option<i64> {
    text.get(at).filter(|byte| byte.is_ascii_digit()).map(|byte| i64::from(byte - b'0'))
}

impl<'a> Parts<'a> {
    fn drop(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
    }

    /// Takes what stands before an element. Spaces match any number of them.
    fn skip(&mut self, prefix: &[u8]) -> Result<(), &'a [u8]> {
        let mut prefix = prefix;
        while let [first, tail @ ..] = prefix {
            if *first == b' ' {
                if self.rest.first().is_some_and(|byte| *byte != b' ') {
                    return Err(self.rest);
                }
                let spaces = |text: &[u8]| text.iter().take_while(|byte| **byte == b' ').count();
                prefix = prefix.get(spaces(prefix)..).unwrap_or_default();
                self.drop(spaces(self.rest));
                continue;
            }
            if self.rest.first() != Some(first) {
                return Err(self.rest);
            }
            prefix = tail;
            self.drop(1);
        }
        Ok(())
    }

    fn number(&mut self, fixed: bool) -> Result<i64, Bad> {
        let first = digit(self.rest, 0).ok_or(Bad::Other)?;
        match digit(self.rest, 1) {
            Some(second) => {
                self.drop(2);
                Ok(first * 10 + second)
            }
            None if fixed => Err(Bad::Other),
            None => {
                self.drop(1);
                Ok(first)
            }
        }
    }

    fn bounded(&mut self, fixed: bool, to: i64, what: &'static str) -> Result<i64, Bad> {
        let number = self.number(fixed)?;
        if number > to { Err(Bad::Range(what)) } else { Ok(number) }
    }

    fn name(&mut self, names: &[&str], length: usize) -> Result<i64, Bad> {
        for (at, name) in names.iter().enumerate() {
            let name = name.get(..length.min(name.len())).unwrap_or_default().as_bytes();
            if self.rest.get(..name.len()).is_some_and(|text| text.eq_ignore_ascii_case(name)) {
                self.drop(name.len());
                return Ok(at as i64 + 1);
            }
        }
        Err(Bad::Other)
    }

    fn read(&mut self, element: E, after: &[u8]) -> Result<(), Bad> {
        match element {
            E::Year => {
                let text = self.rest.get(..2).ok_or(Bad::Other)?;
                let year = atoi(text).ok_or(Bad::Other)?;
                self.drop(2);
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
            }
            E::LongYear => {
                let text = self.rest.get(..4).filter(|text| digit(text, 0).is_some()).ok_or(Bad::Other)?;
                self.year = atoi(text).ok_or(Bad::Other)?;
                self.drop(4);
            }
            E::Month => self.month = Some(self.name(&MONTHS, 3)?),
            E::LongMonth => self.month = Some(self.name(&MONTHS, 20)?),
            E::NumberMonth | E::ZeroMonth => {
                let month = self.bounded(element == E::ZeroMonth, 12, "month")?;
                if month == 0 {
                    return Err(Bad::Range("month"));
                }
                self.month = Some(month);
            }
            E::WeekDay => _ = self.name(&DAYS, 3)?,
            E::LongWeekDay => _ = self.name(&DAYS, 20)?,
            E::Day | E::UnderDay | E::ZeroDay => {
                if element == E::UnderDay && self.rest.first() == Some(&b' ') {
                    self.drop(1);
                }
                self.day = Some(self.number(element == E::ZeroDay)?);
            }
            E::UnderYearDay | E::ZeroYearDay => self.read_year_day(element == E::ZeroYearDay)?,
            E::Hour => self.hour = self.bounded(false, 23, "hour")?,
            E::Hour12 | E::ZeroHour12 => self.hour = self.bounded(element == E::ZeroHour12, 12, "hour")?,
            E::Minute | E::ZeroMinute => {
                self.minute = self.bounded(element == E::ZeroMinute, 59, "minute")?
            }
            E::Second | E::ZeroSecond => {
                self.second = self.bounded(element == E::ZeroSecond, 59, "second")?;
                // A fraction may follow although the layout has none.
                let asked = matches!(layout::next(after), Some((_, _, E::Fraction { .. })));
                if !asked && matches!(self.rest, [b'.' | b',', b'0'..=b'9', ..]) {
                    self.read_fraction();
                }
            }
            E::UpperPm | E::LowerPm => {
                let (am, pm) = if element == E::UpperPm { (b"AM", b"PM") } else { (b"am", b"pm") };
                let text = self.rest.get(..2).ok_or(Bad::Other)?;
                self.am |= text == am;
                self.pm |= text == pm;
                if text != am && text != pm {
                    return Err(Bad::Other);
                }
                self.drop(2);
            }
            E::Offset { z: true, .. } if self.rest.first() == Some(&b'Z') => {
                self.drop(1);
                self.utc = true;
            }
            E::Offset { minutes, seconds, colons, .. } => self.read_offset(minutes, seconds, colons)?,
            E::ZoneName if self.rest.starts_with(b"UTC") => {
                self.drop(3);
                self.utc = true;
            }
            E::ZoneName => {
                let length = zone_length(self.rest).ok_or(Bad::Other)?;
                self.zone_name = self.rest.get(..length).unwrap_or_default();
                self.drop(length);
            }
            E::Fraction { digits, trims: false, .. } => {
                let text = self.rest.get(..=usize::from(digits)).ok_or(Bad::Other)?;
                if !matches!(text, [b'.' | b',', digits @ ..] if digits.iter().all(u8::is_ascii_digit)) {
                    return Err(Bad::Other);
                }
                self.nanos = nanos(text.get(1..).unwrap_or_default());
                self.drop(text.len());
            }
            E::Fraction { .. } => {
                if matches!(self.rest, [b'.' | b',', b'0'..=b'9', ..]) {
                    self.read_fraction();
                }
            }
        }
        Ok(())
    }

    fn read_year_day(&mut self, fixed: bool) -> Result<(), Bad> {
        for _ in 0..2 {
            if !fixed && self.rest.first() == Some(&b' ') {
                self.drop(1);
            }
        }
        let count = (0..3).take_while(|at| digit(self.rest, *at).is_some()).count();
        if count == 0 || fixed && count != 3 {
            return Err(Bad::Other);
        }
        self.year_day = self.rest.get(..count).and_then(atoi);
        self.drop(count);
        Ok(())
    }

    fn read_fraction(&mut self) {
        let digits = self.rest.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        self.nanos = nanos(self.rest.get(1..=digits).unwrap_or_default());
        self.drop(digits + 1);
    }

    fn read_offset(&mut self, minutes: bool, seconds: bool, colons: bool) -> Result<(), Bad> {
        let step = if colons { 3 } else { 2 };
        let length = 3 + if minutes { step } else { 0 } + if seconds { step } else { 0 };
        let text = self.rest.get(..length).ok_or(Bad::Other)?;
        let colon_at = |at: usize| text.get(at) == Some(&b':');
        if colons && !(colon_at(3) && (!seconds || colon_at(6))) {
            return Err(Bad::Other);
        }
        self.drop(length);
        let pair = |at: usize| Some(digit(text, at)? * 10 + digit(text, at + 1)?);
        let skip = usize::from(colons);
        let hours = pair(1);
        let mins = if minutes { hours.and(pair(3 + skip)) } else { Some(0) };
        let secs = if seconds { mins.and(pair(5 + 2 * skip)) } else { Some(0) };
        // A part that is wrong does not keep Go from judging the others.
        if hours.is_some_and(|hours| hours > 24) {
            return Err(Bad::Range("time zone offset hour"));
        }
        if mins.is_some_and(|mins| mins > 60) {
            return Err(Bad::Range("time zone offset minute"));
        }
        if secs.is_some_and(|secs| secs > 60) {
            return Err(Bad::Range("time zone offset second"));
        }
        let (Some(hours), Some(mins), Some(secs)) = (hours, mins, secs) else { return Err(Bad::Other) };
        let size = (hours * 60 + mins) * 60 + secs;
        self.offset = Some(match text.first() {
            Some(b'+') => size,
            Some(b'-') => -size,
            _ => return Err(Bad::Other),
        });
        Ok(())
    }

    fn finish(mut self, zone: &Rc<Zone>) -> Result<Time, &'static str> {
        if self.pm && self.hour < 12 {
            self.hour += 12;
        } else if self.am && self.hour == 12 {
            self.hour = 0;
        }
        let (month, day) = self.month_and_day()?;
        if day < 1 || day > days_in(month, self.year) {
            return Err("day out of range");
        }
        let civil = [self.year, month, day, self.hour, self.minute, self.second];
        if self.utc {
            return Ok(Time::date(civil, self.nanos, Zone::utc()));
        }
        let name = String::from_utf8_lossy(self.zone_name);
        if let Some(offset) = self.offset.filter(|offset| *offset != -1) {
            let mut time = Time::date(civil, self.nanos, Zone::utc());
            time.seconds -= offset;
            let (local, local_offset, ..) = zone.lookup(time.seconds);
            let same = local_offset == offset && (name.is_empty() || *local == *name);
            time.zone = if same { Rc::clone(zone) } else { Zone::fixed(&name, offset) };
            return Ok(time);
        }
        if name.is_empty() {
            return Ok(Time::date(civil, self.nanos, Rc::clone(zone)));
        }
        let mut time = Time::date(civil, self.nanos, Zone::utc());
        if let Some(offset) = zone.offset_named(&name, time.seconds) {
            time.seconds -= offset;
            time.zone = Rc::clone(zone);
            return Ok(time);
        }
        let hours =
            name.strip_prefix("GMT").filter(|rest| !rest.is_empty()).and_then(|rest| atoi(rest.as_bytes()));
        // As in Go the time is not moved: the abbreviation says nothing about it.
        let offset = hours.unwrap_or(0) * 3600;
        time.zone = Zone::fixed(&name, offset);
        Ok(time)
    }

    fn month_and_day(&self) -> Result<(i64, i64), &'static str> {
        let Some(mut year_day) = self.year_day else {
            return Ok((self.month.unwrap_or(1), self.day.unwrap_or(1)));
        };
        let mut found = None;
        if is_leap(self.year) {
            if year_day == 31 + 29 {
                found = Some((2, 29));
            } else if year_day > 31 + 29 {
                year_day -= 1;
            }
        }
        if !(1..=365).contains(&year_day) {
            return Err("day-of-year out of range");
        }
        let (month, day) = found.unwrap_or_else(|| {
            let guess = (year_day - 1) / 31 + 1;
            let month = if days_before(guess + 1) < year_day { guess + 1 } else { guess };
            (month, year_day - days_before(month))
        });
        if self.month.is_some_and(|given| given != month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|given| given != day) {
            return Err("day-of-year does not match day");
        }
        Ok((month, day))
    }
}

fn atoi(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = digits.iter().try_fold(0_i64, |number, byte| {
        number.checked_mul(10).and_then(|number| number.checked_add(i64::from(byte - b'0')))
    })?;
    Some(if negative { -number } else { number })
}

/// Nine digits of a fraction; more are cut off.
fn nanos(digits: &[u8]) -> u32 {
    (0..9).fold(0, |nanos, at| nanos * 10 + digits.get(at).map_or(0, |byte| u32::from(byte - b'0')))
}

/// How long the abbreviation of a zone is.
fn zone_length(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix(b"GMT") {
        return Some(3 + if rest.is_empty() { 0 } else { signed_offset(rest) });
    }
    if matches!(text.first(), Some(b'+' | b'-')) {
        return Some(signed_offset(text)).filter(|length| *length > 0);
    }
    let upper = text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    match upper {
        5 if text.get(4) == Some(&b'T') => Some(5),
        4 if text.get(3) == Some(&b'T') || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

fn signed_offset(text: &[u8]) -> usize {
    let digits = text.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
    if !matches!(text.first(), Some(b'+' | b'-')) || digits == 0 {
        return 0;
    }
    match atoi(text.get(1..=digits).unwrap_or_default()) {
        Some(hours) if hours <= 23 => digits + 1,
        _ => 0,
    }
}
