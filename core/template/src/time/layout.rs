//! Layouts: reference times such as `Mon Jan _2 15:04:05 2006`, cut into what they stand for.

/// What a piece of a layout stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    LongMonth,
    Month,
    NumberMonth,
    ZeroMonth,
    LongWeekDay,
    WeekDay,
    Day,
    UnderDay,
    ZeroDay,
    UnderYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    UpperPm,
    LowerPm,
    ZoneName,
    /// Hours, with minutes or seconds, with colons, and with Z for UTC or not.
    Offset {
        minutes: bool,
        seconds: bool,
        colons: bool,
        z: bool,
    },
    /// Digits of a second with zeros at the end or without, and what stands before them.
    Fraction {
        digits: u8,
        trims: bool,
        separator: u8,
    },
}

use Element as E;

const fn offset(minutes: bool, seconds: bool, colons: bool, z: bool) -> E {
    E::Offset { minutes, seconds, colons, z }
}

/// Fixed texts, longest first where one begins another.
const TEXTS: [(&[u8], E); 28] = [
    (b"January", E::LongMonth),
    (b"Monday", E::LongWeekDay),
    (b"MST", E::ZoneName),
    (b"002", E::ZeroYearDay),
    (b"01", E::ZeroMonth),
    (b"02", E::ZeroDay),
    (b"03", E::ZeroHour12),
    (b"04", E::ZeroMinute),
    (b"05", E::ZeroSecond),
    (b"06", E::Year),
    (b"15", E::Hour),
    (b"1", E::NumberMonth),
    (b"2006", E::LongYear),
    (b"2", E::Day),
    (b"__2", E::UnderYearDay),
    (b"3", E::Hour12),
    (b"4", E::Minute),
    (b"5", E::Second),
    (b"PM", E::UpperPm),
    (b"pm", E::LowerPm),
    (b"-070000", offset(true, true, false, false)),
    (b"-07:00:00", offset(true, true, true, false)),
    (b"-0700", offset(true, false, false, false)),
    (b"-07:00", offset(true, false, true, false)),
    (b"-07", offset(false, false, false, false)),
    (b"Z070000", offset(true, true, false, true)),
    (b"Z07:00:00", offset(true, true, true, true)),
    (b"Z0700", offset(true, false, false, true)),
];
const MORE: [(&[u8], E); 2] =
    [(b"Z07:00", offset(true, false, true, true)), (b"Z07", offset(false, false, false, true))];

/// The first element: what is before it, itself, where it begins and ends. Nothing if there is none.
pub(super) fn next(layout: &[u8]) -> Option<(usize, usize, Element)> {
    (0..layout.len()).find_map(|at| {
        let rest = layout.get(at..)?;
        at_start(rest).map(|(skip, length, element)| (at + skip, at + length, element))
    })
}

/// An element right here: how much before it belongs to the prefix, and where it ends.
fn at_start(rest: &[u8]) -> Option<(usize, usize, Element)> {
    let lower_follows = |at: usize| rest.get(at).is_some_and(u8::is_ascii_lowercase);
    if let Some((text, element)) = TEXTS.iter().chain(&MORE).find(|(text, _)| rest.starts_with(text)) {
        return Some((0, text.len(), *element));
    }
    if rest.starts_with(b"Jan") && !lower_follows(3) {
        return Some((0, 3, E::Month));
    }
    if rest.starts_with(b"Mon") && !lower_follows(3) {
        return Some((0, 3, E::WeekDay));
    }
    if rest.starts_with(b"_2006") {
        return Some((1, 5, E::LongYear));
    }
    if rest.starts_with(b"_2") {
        return Some((0, 2, E::UnderDay));
    }
    let [separator @ (b'.' | b','), digit @ (b'0' | b'9'), ..] = rest else { return None };
    let digits = rest.iter().skip(1).take_while(|byte| *byte == digit).count();
    if rest.get(digits + 1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let element = E::Fraction {
        digits: u8::try_from(digits).unwrap_or(u8::MAX),
        trims: *digit == b'9',
        separator: *separator,
    };
    Some((0, digits + 1, element))
}
