//! Amounts with units in the one form in which the API writes them.

/// The canonical text; none if this is no amount.
pub(crate) fn canonical(text: &str) -> Option<String> {
    let (negative, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let (number, suffix) = rest.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || number.len() > 36 {
        return None;
    }
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let places = i32::try_from(fraction.len()).ok()?;
    let sign = if negative && digits != 0 { "-" } else { "" };
    match Suffix::read(suffix)? {
        Suffix::Binary(power) => binary(digits, places, power).map(|text| format!("{sign}{text}")),
        Suffix::Decimal(exponent, form) => {
            Some(format!("{sign}{}", decimal(digits, exponent - places, form)?))
        }
    }
}

enum Suffix {
    Binary(u32),
    Decimal(i32, Form),
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Letters,
    Exponent,
}

impl Suffix {
    fn read(text: &str) -> Option<Self> {
        const BINARY: &[&str] = &["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
        const DECIMAL: &[(&str, i32)] = &[
            ("n", -9),
            ("u", -6),
            ("m", -3),
            ("", 0),
            ("k", 3),
            ("M", 6),
            ("G", 9),
            ("T", 12),
            ("P", 15),
            ("E", 18),
        ];
        if let Some(at) = BINARY.iter().skip(1).position(|one| *one == text) {
            return Some(Self::Binary(u32::try_from(at).ok()? + 1));
        }
        if let Some((_, exponent)) = DECIMAL.iter().find(|(one, _)| *one == text) {
            return Some(Self::Decimal(*exponent, Form::Letters));
        }
        let exponent: i32 = text.strip_prefix(['e', 'E'])?.parse().ok()?;
        (-60..=60).contains(&exponent).then_some(Self::Decimal(exponent, Form::Exponent))
    }
}

/// Amounts of bytes: the largest unit that leaves a whole number.
fn binary(digits: i128, places: i32, power: u32) -> Option<String> {
    const UNITS: &[&str] = &["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let scale = 10_i128.checked_pow(u32::try_from(places).ok()?)?;
    let unit = 1024_i128.checked_pow(power)?;
    let total = digits.checked_mul(unit)?;
    if total % scale != 0 {
        // Less than one unit of the base remains: the API writes thousandths then.
        return decimal(total.checked_mul(1000)?.checked_add(scale - 1)? / scale, -3, Form::Letters);
    }
    let mut amount = total / scale;
    if amount == 0 {
        return Some("0".to_owned());
    }
    if amount < 1024 {
        return decimal(amount, 0, Form::Letters).map(|_| amount.to_string());
    }
    let mut at = 0;
    while amount % 1024 == 0 && at + 1 < UNITS.len() {
        amount /= 1024;
        at += 1;
    }
    Some(format!("{amount}{}", UNITS.get(at)?))
}

/// Other amounts: as few digits as possible before a unit of three zeros.
fn decimal(mut digits: i128, mut exponent: i32, form: Form) -> Option<String> {
    if digits == 0 {
        return Some("0".to_owned());
    }
    while digits % 10 == 0 {
        digits /= 10;
        exponent += 1;
    }
    // Finer than a billionth is rounded up.
    while exponent < -9 {
        digits = (digits + 9) / 10;
        exponent += 1;
    }
    while exponent.rem_euclid(3) != 0 {
        digits = digits.checked_mul(10)?;
        exponent -= 1;
    }
    if form == Form::Exponent {
        return Some(if exponent == 0 { digits.to_string() } else { format!("{digits}e{exponent}") });
    }
    let unit = match exponent {
        -9 => "n",
        -6 => "u",
        -3 => "m",
        0 => "",
        3 => "k",
        6 => "M",
        9 => "G",
        12 => "T",
        15 => "P",
        18 => "E",
        _ => return Some(format!("{digits}e{exponent}")),
    };
    Some(format!("{digits}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn writes_the_one_form() {
        for (text, form) in [
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1.5", "1500m"),
            ("100m", "100m"),
            ("1", "1"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("1000", "1k"),
            ("1000k", "1M"),
            ("128974848", "128974848"),
            ("1e3", "1e3"),
            ("0", "0"),
            ("0Gi", "0"),
            ("-1.50", "-1500m"),
            ("512Ki", "512Ki"),
            ("0.1Gi", "107374182400m"),
            ("12e6", "12e6"),
            ("100Mi", "100Mi"),
            ("2G", "2G"),
            ("10", "10"),
            ("1024", "1024"),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(form), "{text}");
        }
        for text in ["", "a", "1x", "1.2.3", "e3", "1Kib", ".", "--1"] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
