//! Moments as sops writes them: RFC 3339 without fractions.

/// Seconds since 1970 as RFC 3339 in UTC.
pub(crate) fn format(seconds: i64) -> String {
    // The years of the common calendar in which a time can lie that four digits can name.
    let seconds = seconds.clamp(-62_135_596_800, 253_402_300_799);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Days since the first of March of the year zero: leap days come last in such years.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = year + era * 400 + i64::from(month <= 2);
    let [hour, minute, second] = [rest / 3_600, rest / 60 % 60, rest % 60];
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// A moment without its fraction of a second, if it is one.
pub(crate) fn without_fraction(text: &str) -> Option<String> {
    let number = |from: usize, to: usize| -> Option<u32> {
        let part = text.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let bytes = text.as_bytes();
    if marks.iter().any(|(at, mark)| bytes.get(*at) != Some(mark)) {
        return None;
    }
    let year = number(0, 4)?;
    let [month, day, hour, minute, second] =
        [number(5, 7)?, number(8, 10)?, number(11, 13)?, number(14, 16)?, number(17, 19)?];
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=days).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let (whole, rest) = (text.get(..19)?, text.get(19..)?);
    let zone = match rest.strip_prefix(['.', ',']) {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
            if zone.len() == fraction.len() {
                return None;
            }
            zone
        }
        None => rest,
    };
    let is_zone = zone == "Z"
        || zone.len() == 6
            && zone.starts_with(['+', '-'])
            && zone.as_bytes()[3] == b':'
            && zone.bytes().enumerate().all(|(at, byte)| at == 0 || at == 3 || byte.is_ascii_digit());
    // Go writes no offset of nothing.
    let zone = if matches!(zone, "+00:00" | "-00:00") { "Z" } else { zone };
    is_zone.then(|| format!("{whole}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_go_writes_them() {
        assert_eq!(format(0), "1970-01-01T00:00:00Z");
        assert_eq!(format(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(format(1_795_300_536), "2026-11-21T22:35:36Z");
        assert_eq!(format(-1), "1969-12-31T23:59:59Z");
        assert_eq!(format(i64::MAX), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn moments_are_checked() {
        for (text, expected) in [
            ("2026-11-21T22:35:36Z", Some("2026-11-21T22:35:36Z")),
            ("2026-11-21T22:35:36.123+01:00", Some("2026-11-21T22:35:36+01:00")),
            ("2026-11-21T22:35:36+00:00", Some("2026-11-21T22:35:36Z")),
            ("2026-02-30T22:35:36Z", None),
            ("2026-11-21 22:35:36Z", None),
            ("2026-11-21T22:35:36", None),
            ("", None),
        ] {
            assert_eq!(without_fraction(text).as_deref(), expected, "{text}");
        }
    }
}
