//! Time zones: UTC, fixed ones, and those of the files that all systems have.

use std::rc::Rc;

use super::{Civil, DAY, days_before, days_in, is_leap};

/// A zone.
#[derive(Debug, Default)]
pub(crate) struct Zone {
    /// What `Location` prints.
    pub(crate) name: String,
    kinds: Vec<Kind>,
    /// When each kind begins.
    changes: Vec<(i64, usize)>,
    /// The rule for what comes after the last change.
    rule: String,
}

#[derive(Debug, Clone)]
struct Kind {
    name: Rc<str>,
    offset: i64,
    summer: bool,
}

/// Name, offset, and from when to when they hold.
type Found = (Rc<str>, i64, i64, i64);

const FIRST: i64 = i64::MIN;
const LAST: i64 = i64::MAX;

impl Zone {
    pub(crate) fn utc() -> Rc<Self> {
        Rc::new(Self { name: "UTC".into(), ..Self::default() })
    }

    pub(crate) fn fixed(name: &str, offset: i64) -> Rc<Self> {
        let kind = Kind { name: name.into(), offset, summer: false };
        Rc::new(Self { name: name.into(), kinds: vec![kind], ..Self::default() })
    }

    /// Reads a TZif file.
    pub(crate) fn read(name: &str, file: &[u8]) -> Option<Self> {
        let mut reader = Reader { rest: file };
        let (version, counts) = reader.header()?;
        if version == 0 {
            return Self::body(name, reader, counts, 4);
        }
        // The first half is for old programs; the second has wide numbers.
        let [indicators_utc, indicators_std, leaps, changes, kinds, letters] = counts;
        reader.take(changes * 5 + kinds * 6 + letters + leaps * 8 + indicators_std + indicators_utc)?;
        let (_, counts) = reader.header()?;
        Self::body(name, reader, counts, 8)
    }

    fn body(name: &str, mut reader: Reader<'_>, counts: [usize; 6], width: usize) -> Option<Self> {
        let [indicators_utc, indicators_std, leaps, changes, kinds, letters] = counts;
        let times = reader.take(changes * width)?;
        let which = reader.take(changes)?;
        let described = reader.take(kinds * 6)?;
        let names = reader.take(letters)?;
        reader.take(leaps * (width + 4) + indicators_std + indicators_utc)?;
        let kinds: Option<Vec<Kind>> = described
            .chunks(6)
            .map(|kind| {
                let [a, b, c, d, summer, at] = kind else { return None };
                let text = names.get(usize::from(*at)..)?;
                let text = text.split(|byte| *byte == 0).next()?;
                let offset = i64::from(i32::from_be_bytes([*a, *b, *c, *d]));
                Some(Kind { name: String::from_utf8_lossy(text).into(), offset, summer: *summer != 0 })
            })
            .collect();
        let kinds = kinds.filter(|kinds| !kinds.is_empty())?;
        let number = |bytes: &[u8]| match <[u8; 8]>::try_from(bytes) {
            Ok(wide) => i64::from_be_bytes(wide),
            Err(_) => <[u8; 4]>::try_from(bytes).map_or(0, |narrow| i64::from(i32::from_be_bytes(narrow))),
        };
        let changes: Vec<_> =
            times.chunks(width).map(number).zip(which.iter().map(|at| usize::from(*at))).collect();
        let known = changes.iter().all(|(_, kind)| *kind < kinds.len());
        let rule = match reader.rest {
            [b'\n', rule @ .., b'\n'] if width == 8 => String::from_utf8_lossy(rule).into_owned(),
            _ => String::new(),
        };
        known.then(|| Self { name: name.into(), kinds, changes, rule })
    }

    /// What holds at this moment.
    pub(crate) fn lookup(&self, seconds: i64) -> Found {
        let found = |kind: Option<&Kind>, start, end| match kind {
            Some(kind) => (Rc::clone(&kind.name), kind.offset, start, end),
            None => (Rc::from("UTC"), 0, FIRST, LAST),
        };
        let at = self.changes.partition_point(|(when, _)| *when <= seconds);
        let end = self.changes.get(at).map_or(LAST, |(when, _)| *when);
        let Some((start, kind)) = at.checked_sub(1).and_then(|at| self.changes.get(at)) else {
            return found(self.first(), FIRST, end);
        };
        if at == self.changes.len()
            && let Some(found) = by_rule(&self.rule, *start, seconds)
        {
            return found;
        }
        found(self.kinds.get(*kind), *start, end)
    }

    /// The kind before the first change.
    fn first(&self) -> Option<&Kind> {
        if !self.changes.iter().any(|(_, kind)| *kind == 0) {
            return self.kinds.first();
        }
        if let Some((_, kind)) = self.changes.first()
            && self.kinds.get(*kind).is_some_and(|kind| kind.summer)
        {
            let before = self.kinds.get(..*kind).unwrap_or_default();
            if let Some(standard) = before.iter().rev().find(|kind| !kind.summer) {
                return Some(standard);
            }
        }
        self.kinds.iter().find(|kind| !kind.summer).or(self.kinds.first())
    }

    /// The offset that goes by this name, at this moment if it can be.
    pub(crate) fn offset_named(&self, name: &str, seconds: i64) -> Option<i64> {
        let named = || self.kinds.iter().filter(|kind| &*kind.name == name);
        let now = named().find_map(|kind| {
            let (found, offset, ..) = self.lookup(seconds - kind.offset);
            (*found == *kind.name).then_some(offset)
        });
        now.or_else(|| named().next().map(|kind| kind.offset))
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let taken = self.rest.get(..count)?;
        self.rest = self.rest.get(count..)?;
        Some(taken)
    }

    /// The version and six counts.
    fn header(&mut self) -> Option<(u8, [usize; 6])> {
        let head = self.take(44)?;
        let version = *head.strip_prefix(b"TZif")?.first()?;
        let mut counts = [0; 6];
        for (count, bytes) in counts.iter_mut().zip(head.get(20..)?.chunks(4)) {
            *count = u32::from_be_bytes(bytes.try_into().ok()?) as usize;
            if *count > 1 << 20 {
                return None;
            }
        }
        Some((version, counts))
    }
}

/// A day and time of the year at which something changes.
enum Rule {
    Julian(i64),
    DayOfYear(i64),
    MonthWeekDay(i64, i64, i64),
}

/// What a rule such as `CET-1CEST,M3.5.0,M10.5.0/3` says for a moment.
fn by_rule(rule: &str, last: i64, seconds: i64) -> Option<Found> {
    let (standard, rest) = name(rule)?;
    let (offset, rest) = offset(rest)?;
    let standard = (Rc::from(standard), -offset);
    if rest.is_empty() || rest.starts_with(',') {
        return Some((standard.0, standard.1, last, LAST));
    }
    let (summer, rest) = name(rest)?;
    let (summer_offset, rest) = if rest.is_empty() || rest.starts_with(',') {
        (standard.1 + 3600, rest)
    } else {
        offset_of_summer(rest)?
    };
    let summer = (Rc::from(summer), summer_offset);
    let rest = if rest.is_empty() { ",M3.2.0,M11.1.0" } else { rest };
    let (start, start_time, rest) = when(rest.strip_prefix([',', ';'])?)?;
    let (end, end_time, rest) = when(rest.strip_prefix(',')?)?;
    if !rest.is_empty() {
        return None;
    }
    let civil = Civil::of(seconds);
    let in_year = (civil.year_day - 1) * DAY + seconds.rem_euclid(DAY);
    let year_start = seconds - in_year;
    let mut begins = moment(civil.year, &start) + start_time - standard.1;
    let mut ends = moment(civil.year, &end) + end_time - summer.1;
    let (mut outside, mut inside) = (standard, summer);
    if ends < begins {
        std::mem::swap(&mut begins, &mut ends);
        std::mem::swap(&mut outside, &mut inside);
    }
    Some(if in_year < begins {
        (outside.0, outside.1, year_start, begins + year_start)
    } else if in_year >= ends {
        (outside.0, outside.1, ends + year_start, year_start + 365 * DAY)
    } else {
        (inside.0, inside.1, begins + year_start, ends + year_start)
    })
}

fn offset_of_summer(text: &str) -> Option<(i64, &str)> {
    offset(text).map(|(offset, rest)| (-offset, rest))
}

fn name(text: &str) -> Option<(&str, &str)> {
    if let Some(inner) = text.strip_prefix('<') {
        return inner.split_once('>');
    }
    let end = text.find(|c: char| c.is_ascii_digit() || ",-+".contains(c)).unwrap_or(text.len());
    (end >= 3).then(|| text.split_at(end))
}

fn number(text: &str, from: i64, to: i64) -> Option<(i64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let number = digits.parse().ok()?;
    (from..=to).contains(&number).then_some((number, rest))
}

fn offset(text: &str) -> Option<(i64, &str)> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, mut rest) = number(rest, 0, 24 * 7)?;
    let mut seconds = hours * 3600;
    for unit in [60, 1] {
        let Some(more) = rest.strip_prefix(':') else { break };
        let (part, after) = number(more, 0, 59)?;
        seconds += part * unit;
        rest = after;
    }
    Some((sign * seconds, rest))
}

fn when(text: &str) -> Option<(Rule, i64, &str)> {
    let (rule, rest) = if let Some(rest) = text.strip_prefix('J') {
        let (day, rest) = number(rest, 1, 365)?;
        (Rule::Julian(day), rest)
    } else if let Some(rest) = text.strip_prefix('M') {
        let (month, rest) = number(rest, 1, 12)?;
        let (week, rest) = number(rest.strip_prefix('.')?, 1, 5)?;
        let (day, rest) = number(rest.strip_prefix('.')?, 0, 6)?;
        (Rule::MonthWeekDay(month, week, day), rest)
    } else {
        let (day, rest) = number(text, 0, 365)?;
        (Rule::DayOfYear(day), rest)
    };
    match rest.strip_prefix('/') {
        None => Some((rule, 2 * 3600, rest)),
        Some(rest) => offset(rest).map(|(time, rest)| (rule, time, rest)),
    }
}

/// Seconds from the start of the year to the day of a rule.
fn moment(year: i64, rule: &Rule) -> i64 {
    match *rule {
        Rule::Julian(day) => (day - 1 + i64::from(is_leap(year) && day >= 60)) * DAY,
        Rule::DayOfYear(day) => day * DAY,
        Rule::MonthWeekDay(month, week, day) => {
            let first = super::days_of(year, month, 1);
            let mut at = (day - (first + 4)).rem_euclid(7);
            for _ in 1..week {
                if at + 7 >= days_in(month, year) {
                    break;
                }
                at += 7;
            }
            (at + days_before(month) + i64::from(is_leap(year) && month > 2)) * DAY
        }
    }
}
