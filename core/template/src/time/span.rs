//! Spans of time.

/// A `time.Duration`: nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span(pub(crate) i64);

const SECOND: u64 = 1_000_000_000;

/// Units by name, in nanoseconds.
const UNITS: [(&[u8], u64); 8] = [
    (b"ns", 1),
    (b"us", 1000),
    ("µs".as_bytes(), 1000),
    ("μs".as_bytes(), 1000),
    (b"ms", 1_000_000),
    (b"s", SECOND),
    (b"m", 60 * SECOND),
    (b"h", 3600 * SECOND),
];

impl Span {
    /// `time.ParseDuration`
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        let shown = || super::parse::quote(text);
        let invalid = || format!("time: invalid duration {}", shown());
        let (negative, mut rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        if rest == b"0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut sum: u64 = 0;
        while !rest.is_empty() {
            let (part, fraction, after) = number(rest).ok_or_else(invalid)?;
            let end =
                after.iter().position(|byte| *byte == b'.' || byte.is_ascii_digit()).unwrap_or(after.len());
            let (unit, next) = after.split_at(end);
            if unit.is_empty() {
                return Err(format!("time: missing unit in duration {}", shown()));
            }
            let Some((_, factor)) = UNITS.iter().find(|(name, _)| *name == unit) else {
                return Err(format!(
                    "time: unknown unit {} in duration {}",
                    super::parse::quote(unit),
                    shown()
                ));
            };
            let whole = part.checked_mul(*factor).filter(|whole| *whole <= 1 << 63).ok_or_else(invalid)?;
            let (digits, scale) = fraction;
            let whole = whole + (digits as f64 * (*factor as f64 / scale)) as u64;
            sum = sum
                .checked_add(whole)
                .filter(|sum| *sum <= 1 << 63 && whole <= 1 << 63)
                .ok_or_else(invalid)?;
            rest = next;
        }
        if negative {
            return Ok(Self((sum as i64).wrapping_neg()));
        }
        i64::try_from(sum).map(Self).map_err(|_| invalid())
    }

    /// `String`
    pub(crate) fn to_text(self) -> String {
        let size = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        if size == 0 {
            return "0s".into();
        }
        if size < SECOND {
            let (unit, places) = match size {
                ..1000 => ("ns", 0),
                1000..1_000_000 => ("µs", 3),
                _ => ("ms", 6),
            };
            return format!("{sign}{}{unit}", with_places(size, places));
        }
        let seconds = format!("{}s", with_places(size % (60 * SECOND), 9));
        let minutes = size / (60 * SECOND);
        match (minutes / 60, minutes % 60) {
            (0, 0) => format!("{sign}{seconds}"),
            (0, minutes) => format!("{sign}{minutes}m{seconds}"),
            (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}"),
        }
    }

    /// `Round`: half away from zero.
    pub(crate) fn round(self, to: i64) -> Self {
        if to <= 0 {
            return self;
        }
        let rest = self.0 % to;
        if rest.unsigned_abs().saturating_mul(2) < to.unsigned_abs() {
            return Self(self.0 - rest);
        }
        let away = if self.0 < 0 { -to } else { to };
        Self((self.0 - rest).saturating_add(away))
    }

    /// `Truncate`
    pub(crate) fn truncate(self, to: i64) -> Self {
        if to <= 0 { self } else { Self(self.0 - self.0 % to) }
    }
}

/// A number with so many decimal places, zeros at the end left out.
fn with_places(number: u64, places: u32) -> String {
    let scale = 10_u64.pow(places);
    let part = format!("{:0width$}", number % scale, width = places as usize);
    let part = if places == 0 { "" } else { part.trim_end_matches('0') };
    if part.is_empty() { (number / scale).to_string() } else { format!("{}.{part}", number / scale) }
}

/// Whole part, fraction with its scale, and what follows.
type Number<'a> = (u64, (u64, f64), &'a [u8]);

fn number(text: &[u8]) -> Option<Number<'_>> {
    let mut rest = text;
    let mut whole: u64 = 0;
    while let [digit @ b'0'..=b'9', tail @ ..] = rest {
        if whole > (1 << 63) / 10 {
            return None;
        }
        whole = whole * 10 + u64::from(digit - b'0');
        if whole > 1 << 63 {
            return None;
        }
        rest = tail;
    }
    let before = rest.len() < text.len();
    let (mut digits, mut scale, mut after) = (0_u64, 1.0, false);
    if let [b'.', tail @ ..] = rest {
        rest = tail;
        let mut full = false;
        while let [digit @ b'0'..=b'9', tail @ ..] = rest {
            after = true;
            rest = tail;
            full |= digits > i64::MAX as u64 / 10;
            if !full {
                digits = digits * 10 + u64::from(digit - b'0');
                scale *= 10.0;
            }
        }
    }
    (before || after).then_some((whole, (digits, scale), rest))
}
