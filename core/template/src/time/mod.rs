//! Moments, spans and zones of time as Go's `time` has them. What the time is now is not known here.

mod format;
mod layout;
mod parse;
mod span;
mod zone;

use std::rc::Rc;

pub(crate) use span::Span;
pub(crate) use zone::Zone;

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(crate) const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

pub(crate) const DAY: i64 = 86_400;
/// Year, month and day are computed in these bounds only; Go's own numbers overflow far outside of them.
const SECONDS: std::ops::RangeInclusive<i64> = -(1 << 55)..=1 << 55;
/// The seconds of the year one, which is the zero of Go.
const ZERO: i64 = -62_135_596_800;

/// A moment, shown in a zone.
#[derive(Debug, Clone)]
pub(crate) struct Time {
    /// Seconds since 1970, in UTC.
    pub(crate) seconds: i64,
    pub(crate) nanos: u32,
    pub(crate) zone: Rc<Zone>,
}

/// A moment as people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// From one.
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    /// From Sunday, zero.
    pub(crate) weekday: i64,
    /// From one.
    pub(crate) year_day: i64,
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month, which counts from one.
pub(crate) fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days before a month of a year that is not leap; the month counts from one and may be thirteen.
pub(crate) fn days_before(month: i64) -> i64 {
    (1..month).map(|month| days_in(month, 1)).sum()
}

/// Days since 1970 of a date.
pub(crate) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let in_era = year.rem_euclid(400);
    let in_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719_468
}

/// Year, month and day of days since 1970.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let in_era = days.rem_euclid(146_097);
    let year = (in_era - in_era / 1460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * in_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year + i64::from(month <= 2), month, in_year - (153 * shifted + 2) / 5 + 1)
}

impl Civil {
    /// Of seconds since 1970 in the zone itself.
    pub(crate) fn of(seconds: i64) -> Self {
        let seconds = seconds.clamp(*SECONDS.start(), *SECONDS.end());
        let (days, clock) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        let (year, month, day) = date_of(days);
        Self {
            year,
            month,
            day,
            hour: clock / 3600,
            minute: clock / 60 % 60,
            second: clock % 60,
            weekday: (days + 4).rem_euclid(7),
            year_day: days - days_of(year, 1, 1) + 1,
        }
    }
}

impl Time {
    pub(crate) fn new(seconds: i64, nanos: u32, zone: Rc<Zone>) -> Self {
        Self { seconds, nanos, zone }
    }

    /// The zero of Go.
    pub(crate) fn zero(zone: Rc<Zone>) -> Self {
        Self::new(ZERO, 0, zone)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.seconds == ZERO && self.nanos == 0
    }

    /// `time.Date`: all parts may be out of their bounds.
    pub(crate) fn date(civil: [i64; 6], nanos: u32, zone: Rc<Zone>) -> Self {
        let [year, month, day, hour, minute, second] = civil.map(|part| part.clamp(-(1 << 40), 1 << 40));
        let months = month - 1;
        let (year, month) = (year + months.div_euclid(12), months.rem_euclid(12) + 1);
        let local = (days_of(year, month, 1) + day - 1) * DAY + hour * 3600 + minute * 60 + second;
        let (_, mut offset, start, end) = zone.lookup(local);
        if offset != 0 {
            let utc = local - offset;
            if utc < start || utc >= end {
                offset = zone.lookup(utc).1;
            }
        }
        Self::new(local - offset, nanos, zone)
    }

    /// The name of the zone at this moment and its seconds east of Greenwich.
    pub(crate) fn offset(&self) -> (Rc<str>, i64) {
        let (name, offset, ..) = self.zone.lookup(self.seconds);
        (name, offset)
    }

    pub(crate) fn civil(&self) -> Civil {
        Civil::of(self.seconds.saturating_add(self.offset().1))
    }

    pub(crate) fn plus(&self, span: Span) -> Self {
        let nanos = i64::from(self.nanos) + span.0 % 1_000_000_000;
        let seconds = self
            .seconds
            .saturating_add(span.0 / 1_000_000_000)
            .saturating_add(nanos.div_euclid(1_000_000_000));
        Self::new(seconds, nanos.rem_euclid(1_000_000_000) as u32, Rc::clone(&self.zone))
    }

    /// The time since another moment, cut off where it is too long.
    pub(crate) fn since(&self, other: &Self) -> Span {
        let seconds = i128::from(self.seconds) - i128::from(other.seconds);
        let nanos = seconds * 1_000_000_000 + i128::from(self.nanos) - i128::from(other.nanos);
        Span(nanos.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// The same moment in another zone.
    pub(crate) fn within(&self, zone: Rc<Zone>) -> Self {
        Self::new(self.seconds, self.nanos, zone)
    }
}
