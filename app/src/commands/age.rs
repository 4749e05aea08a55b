//! How long ago something was, in the one or two largest units, as kubectl prints it.

use jiff::{Timestamp, Unit};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// The age of a point in time that the API wrote.
pub(super) fn age(now: Timestamp, time: &str) -> String {
    let Ok(time) = time.parse::<Timestamp>() else { return "<unknown>".to_string() };
    let seconds = now.since((Unit::Second, time)).map_or(0, |span| span.get_seconds()).max(0);
    let two = |large: i64, letter: char, small: i64, small_letter: char| match seconds % large / small {
        0 => format!("{}{letter}", seconds / large),
        rest => format!("{}{letter}{rest}{small_letter}", seconds / large),
    };
    match seconds {
        ..120 => format!("{seconds}s"),
        120..600 => two(MINUTE, 'm', 1, 's'),
        600..10_800 => format!("{}m", seconds / MINUTE),
        10_800..28_800 => two(HOUR, 'h', MINUTE, 'm'),
        28_800..172_800 => format!("{}h", seconds / HOUR),
        172_800..691_200 => two(DAY, 'd', HOUR, 'h'),
        691_200..63_072_000 => format!("{}d", seconds / DAY),
        63_072_000..252_288_000 => two(YEAR, 'y', DAY, 'd'),
        _ => format!("{}y", seconds / YEAR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short() {
        let now: Timestamp = "2026-01-02T00:00:00Z".parse().unwrap();
        for (time, text) in [
            ("2026-01-02T00:00:05Z", "0s"),
            ("2026-01-01T23:59:01Z", "59s"),
            ("2026-01-01T23:57:30Z", "2m30s"),
            ("2026-01-01T23:56:00Z", "4m"),
            ("2026-01-01T23:00:00Z", "60m"),
            ("2026-01-01T19:30:00Z", "4h30m"),
            ("2026-01-01T12:00:00Z", "12h"),
            ("2025-12-30T20:00:00Z", "2d4h"),
            ("2025-12-01T12:00:00Z", "31d"),
            ("2022-12-31T00:00:00Z", "3y3d"),
            ("2000-01-01T00:00:00Z", "26y"),
            ("", "<unknown>"),
        ] {
            assert_eq!(age(now, time), text);
        }
    }
}
