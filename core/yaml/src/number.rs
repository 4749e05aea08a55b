//! Floats in the shortest digits, as Go's strconv prints them with `%g`.

/// From this power of ten on there is an exponent.
const LARGE: i32 = 6;

/// From Rust's `{:e}` to Go's `'g'` with shortest precision.
pub(crate) fn shortest(scientific: &str) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    if !(-4..LARGE).contains(&exponent) {
        let side = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{mantissa}e{side}{:02}", exponent.abs());
    }
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    if exponent < 0 {
        let zeros = "0".repeat((-exponent - 1) as usize);
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        return format!("{sign}{digits}{}", "0".repeat(whole - digits.len()));
    }
    format!("{sign}{}.{}", &digits[..whole], &digits[whole..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_go_does() {
        for (number, text) in [
            (0.0, "0"),
            (100_000.0, "100000"),
            (1_234_567.5, "1.2345675e+06"),
            (1e21, "1e+21"),
            (-1.5e-5, "-1.5e-05"),
            (0.0001, "0.0001"),
            (123.456, "123.456"),
            (1e300, "1e+300"),
        ] {
            assert_eq!(shortest(&format!("{number:e}")), text);
        }
    }
}
