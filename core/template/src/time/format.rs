//! Moments as text.

use super::layout::{self, Element as E};
use super::{DAYS, MONTHS, Time};

impl Time {
    /// `Format`
    pub(crate) fn format(&self, layout: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(layout.len() + 10);
        let civil = self.civil();
        let (name, offset) = self.offset();
        let hour12 = if civil.hour % 12 == 0 { 12 } else { civil.hour % 12 };
        let month = MONTHS.get(civil.month as usize - 1).copied().unwrap_or_default();
        let weekday = DAYS.get(civil.weekday as usize).copied().unwrap_or_default();
        let mut rest = layout;
        while let Some((start, end, element)) = layout::next(rest) {
            out.extend_from_slice(rest.get(..start).unwrap_or_default());
            rest = rest.get(end..).unwrap_or_default();
            let text = match element {
                E::LongMonth => month.to_string(),
                E::Month => month.get(..3).unwrap_or_default().to_string(),
                E::NumberMonth => civil.month.to_string(),
                E::ZeroMonth => format!("{:02}", civil.month),
                E::LongWeekDay => weekday.to_string(),
                E::WeekDay => weekday.get(..3).unwrap_or_default().to_string(),
                E::Day => civil.day.to_string(),
                E::UnderDay => format!("{:2}", civil.day),
                E::ZeroDay => format!("{:02}", civil.day),
                E::UnderYearDay => format!("{:3}", civil.year_day),
                E::ZeroYearDay => format!("{:03}", civil.year_day),
                E::Hour => format!("{:02}", civil.hour),
                E::Hour12 => hour12.to_string(),
                E::ZeroHour12 => format!("{hour12:02}"),
                E::Minute => civil.minute.to_string(),
                E::ZeroMinute => format!("{:02}", civil.minute),
                E::Second => civil.second.to_string(),
                E::ZeroSecond => format!("{:02}", civil.second),
                E::LongYear => padded(civil.year, 4),
                E::Year => padded(civil.year.abs() % 100, 2),
                E::UpperPm => if civil.hour >= 12 { "PM" } else { "AM" }.to_string(),
                E::LowerPm => if civil.hour >= 12 { "pm" } else { "am" }.to_string(),
                E::ZoneName if !name.is_empty() => name.to_string(),
                E::ZoneName => shown_offset(offset, true, false, ""),
                E::Offset { z: true, .. } if offset == 0 => "Z".to_string(),
                E::Offset { minutes, seconds, colons, .. } => {
                    shown_offset(offset, minutes, seconds, if colons { ":" } else { "" })
                }
                E::Fraction { digits, trims, separator } => fraction(self.nanos, digits, trims, separator),
            };
            out.extend_from_slice(text.as_bytes());
        }
        out.extend_from_slice(rest);
        out
    }
}

/// The number with zeros in front; a minus does not count.
fn padded(number: i64, width: usize) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{:0width$}", number.unsigned_abs())
}

fn shown_offset(offset: i64, minutes: bool, seconds: bool, colon: &str) -> String {
    let sign = if offset / 60 < 0 { '-' } else { '+' };
    let size = offset.abs();
    let mut out = format!("{sign}{:02}", size / 3600);
    if minutes {
        out.push_str(&format!("{colon}{:02}", size / 60 % 60));
    }
    if seconds {
        out.push_str(&format!("{colon}{:02}", size % 60));
    }
    out
}

fn fraction(nanos: u32, digits: u8, trims: bool, separator: u8) -> String {
    if trims && nanos == 0 {
        return String::new();
    }
    let all = format!("{nanos:09}");
    let kept = all.get(..usize::from(digits)).unwrap_or(&all);
    let kept = if trims { kept.trim_end_matches('0') } else { kept };
    if trims && kept.is_empty() { String::new() } else { format!("{}{kept}", char::from(separator)) }
}
