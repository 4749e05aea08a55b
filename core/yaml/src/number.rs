//! Floats in the shortest digits that name them, as Go's strconv and encoding/json print them.

/// From this power of ten on `%g` has an exponent.
const LARGE: i32 = 6;

/// Digits and power of ten: `sign 0.d1d2d3.. * 10^(exponent + 1)`.
struct Digits {
    negative: bool,
    digits: String,
    exponent: i32,
}

impl Digits {
    /// From Rust's own shortest digits. Where two are equally near, Go takes the even one.
    fn new(scientific: &str, exact: f64) -> Self {
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
        let mut digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        let more: String = format!("{exact:.40e}").chars().filter(char::is_ascii_digit).collect();
        let (near, rest) = more.split_at(digits.len().min(more.len()));
        // The long form has digits of the exponent at its end, behind forty places.
        let is_tie =
            rest.starts_with('5') && rest.bytes().take(41 - digits.len()).skip(1).all(|byte| byte == b'0');
        if is_tie && near.ends_with(['0', '2', '4', '6', '8']) {
            digits = near.to_string();
        }
        Self { negative: mantissa.starts_with('-'), digits, exponent: exponent.parse().unwrap_or(0) }
    }

    fn with_exponent(&self, places: usize) -> String {
        let (first, rest) = self.digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let side = if self.exponent < 0 { '-' } else { '+' };
        format!("{}{first}{dot}{rest}e{side}{:0places$}", self.sign(), self.exponent.abs())
    }

    fn without_exponent(&self) -> String {
        let (sign, digits) = (self.sign(), &self.digits);
        if self.exponent < 0 {
            return format!("{sign}0.{}{digits}", "0".repeat((-self.exponent - 1) as usize));
        }
        let whole = self.exponent as usize + 1;
        if digits.len() <= whole {
            return format!("{sign}{digits}{}", "0".repeat(whole - digits.len()));
        }
        format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
    }

    fn sign(&self) -> &'static str {
        if self.negative { "-" } else { "" }
    }

    fn general(&self) -> String {
        if (-4..LARGE).contains(&self.exponent) { self.without_exponent() } else { self.with_exponent(2) }
    }
}

/// As `strconv.FormatFloat(number, 'g', -1, 64)`.
pub(crate) fn general(number: f64) -> String {
    if !number.is_finite() {
        return not_finite(number);
    }
    Digits::new(&format!("{number:e}"), number).general()
}

/// As `strconv.FormatFloat(number, 'g', -1, 32)`.
pub(crate) fn general_32(number: f32) -> String {
    Digits::new(&format!("{number:e}"), f64::from(number)).general()
}

/// As encoding/json: an exponent below 1e-6 and from 1e21 on.
///
/// That has no words for infinities and NaN; they get those of strconv.
pub(crate) fn json(number: f64) -> String {
    if !number.is_finite() {
        return not_finite(number);
    }
    let digits = Digits::new(&format!("{number:e}"), number);
    let size = number.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        digits.without_exponent()
    } else {
        digits.with_exponent(1)
    }
}

fn not_finite(number: f64) -> String {
    if number.is_nan() { "NaN".to_string() } else { if number < 0.0 { "-Inf" } else { "+Inf" }.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn general_is_gos() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (100_000.0, "100000"),
            (1_234_567.5, "1.2345675e+06"),
            (1e21, "1e+21"),
            (-1.5e-5, "-1.5e-05"),
            (0.0001, "0.0001"),
            (123.456, "123.456"),
            (1e300, "1e+300"),
            (277_220_617_340_426.12, "2.7722061734042612e+14"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(general(number), text);
        }
        assert_eq!(general_32(0.1), "0.1");
        assert_eq!(general_32(16_777_216.0), "1.6777216e+07");
    }

    #[test]
    fn json_is_gos() {
        for (number, text) in [
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Inf"),
            (1.0, "1"),
            (-0.0, "-0"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e-7, "1.5e-7"),
            (0.1, "0.1"),
        ] {
            assert_eq!(json(number), text);
        }
    }
}
