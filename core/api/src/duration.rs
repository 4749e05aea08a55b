//! Durations as Kubernetes objects write them: `1h30m`, `10s`, `1.5s`.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A duration in Go's notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct GoDuration(pub Duration);

impl GoDuration {
    /// Reads Go's notation; negative durations do not occur in our resources and are refused.
    pub fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("'{text}' is no duration, write it like 1h30m or 10s");
        if text == "0" {
            return Ok(Self::default());
        }
        let (mut rest, mut seconds) = (text, 0.0);
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(invalid)?;
            let number: f64 = rest[..digits].parse().map_err(|_| invalid())?;
            let after = &rest[digits..];
            let unit = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
            seconds += number * unit_seconds(&after[..unit]).ok_or_else(invalid)?;
            rest = &after[unit..];
        }
        if text.is_empty() {
            return Err(invalid());
        }
        // Rounded to the nanosecond: 0.1 + 0.2 must not show its digits.
        let nanos = (seconds * 1e9).round();
        if nanos > u64::MAX as f64 {
            return Err(format!("'{text}' is too long"));
        }
        Ok(Self(Duration::from_nanos(nanos as u64)))
    }

    /// Whole seconds, rounded down.
    pub fn as_secs(self) -> u64 {
        self.0.as_secs()
    }
}

fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "h" => 3600.0,
        "m" => 60.0,
        "s" => 1.0,
        "ms" => 1e-3,
        "us" | "µs" | "μs" => 1e-6,
        "ns" => 1e-9,
        _ => return None,
    })
}

impl fmt::Display for GoDuration {
    /// As Go prints it: `1h0m0s`, `1m30s`, `1.5s`, `20ms`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        let small = |f: &mut fmt::Formatter<'_>, size: f64, unit: &str| {
            let text = format!("{}", nanos as f64 / size);
            write!(f, "{text}{unit}")
        };
        match nanos {
            0 => f.write_str("0s"),
            1..1_000 => small(f, 1.0, "ns"),
            1_000..1_000_000 => small(f, 1e3, "µs"),
            1_000_000..1_000_000_000 => small(f, 1e6, "ms"),
            _ => {
                let (whole, fraction) = (self.0.as_secs(), self.0.subsec_nanos());
                let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
                if hours > 0 {
                    write!(f, "{hours}h")?;
                }
                if whole >= 60 {
                    write!(f, "{minutes}m")?;
                }
                let digits = format!("{fraction:09}");
                match digits.trim_end_matches('0') {
                    "" => write!(f, "{seconds}s"),
                    digits => write!(f, "{seconds}.{digits}s"),
                }
            }
        }
    }
}

impl Serialize for GoDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for GoDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_as_go() {
        for (text, printed) in [
            ("1h", "1h0m0s"),
            ("90s", "1m30s"),
            ("1.5s", "1.5s"),
            ("100ms", "100ms"),
            ("1h30m5s", "1h30m5s"),
            ("0s", "0s"),
            ("0.5h", "30m0s"),
        ] {
            assert_eq!(GoDuration::parse(text).unwrap().to_string(), printed, "{text}");
        }
        for text in ["", "10", "s", "-1s", "1d", "1h 2m", "abc"] {
            assert!(GoDuration::parse(text).is_err(), "{text}");
        }
    }
}
