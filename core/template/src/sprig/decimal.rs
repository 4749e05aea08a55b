//! Decimal arithmetic on floats, as shopspring/decimal does it for sprig: exact, and divided to 16 places.

use super::cast::to_float;
use crate::bigint::Natural;
use crate::error::Error;
use crate::value::Value;

/// Places behind the point of a quotient.
const PLACES: i64 = 16;

/// What to do with all operands, from left to right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// `digits * 10^exponent`
#[derive(Clone)]
struct Decimal {
    negative: bool,
    digits: Natural,
    exponent: i64,
}

/// Combines the operands and gives the nearest float.
pub(super) fn operate(args: &[Value], operation: Operation) -> Result<Value, Error> {
    let mut result: Option<Decimal> = None;
    for arg in args {
        let next = Decimal::from_float(to_float(arg))?;
        result = Some(match result {
            None => next,
            Some(so_far) => match operation {
                Operation::Add => so_far.plus(&next),
                Operation::Subtract => so_far.plus(&Decimal { negative: !next.negative, ..next }),
                Operation::Multiply => so_far.times(&next),
                Operation::Divide => so_far.over(&next)?,
            },
        });
    }
    Ok(Value::Float(result.map_or(0.0, |result| result.to_float())))
}

impl Decimal {
    fn from_float(number: f64) -> Result<Self, Error> {
        if !number.is_finite() {
            let shown = crate::strconv::format_float(number, b'g', -1);
            return Err(Error::new(format!("Cannot create a Decimal from {shown}")));
        }
        let text = crate::strconv::format_float(number.abs(), b'e', -1);
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let places = digits.split_once('.').map_or(0, |(_, places)| places.len() as i64);
        let exponent: i64 = exponent.parse().unwrap_or(0);
        let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
        Ok(Self {
            negative: number < 0.0,
            digits: Natural::from_decimal(&digits),
            exponent: exponent - places,
        })
    }

    fn scaled(&self, exponent: i64) -> Natural {
        self.digits.times(&Natural::power_of_ten((self.exponent - exponent).unsigned_abs() as u32))
    }

    fn plus(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let (a, b) = (self.scaled(exponent), other.scaled(exponent));
        if self.negative == other.negative {
            return Self { negative: self.negative, digits: a.plus(&b), exponent };
        }
        match a.minus(&b) {
            Some(digits) => Self { negative: self.negative, digits, exponent },
            None => Self { negative: other.negative, digits: b.minus(&a).unwrap_or_default(), exponent },
        }
    }

    fn times(&self, other: &Self) -> Self {
        Self {
            negative: self.negative != other.negative,
            digits: self.digits.times(&other.digits),
            exponent: self.exponent + other.exponent,
        }
    }

    /// The quotient, rounded half away from zero.
    fn over(&self, other: &Self) -> Result<Self, Error> {
        if other.digits.is_zero() {
            return Err(Error::new("decimal division by 0"));
        }
        let scale = self.exponent - other.exponent + PLACES;
        let power = Natural::power_of_ten(scale.unsigned_abs() as u32);
        let (a, b) = if scale < 0 {
            (self.digits.clone(), other.digits.times(&power))
        } else {
            (self.digits.times(&power), other.digits.clone())
        };
        let (quotient, rest) = a.divided_by(&b);
        let up = rest.plus(&rest) >= b;
        let digits = if up { quotient.plus(&Natural::from(1)) } else { quotient };
        Ok(Self { negative: self.negative != other.negative, digits, exponent: -PLACES })
    }

    fn to_float(&self) -> f64 {
        if self.digits.is_zero() {
            return 0.0;
        }
        let text = format!("{}e{}", self.digits.to_decimal(), self.exponent);
        let number: f64 = text.parse().unwrap_or(0.0);
        if self.negative { -number } else { number }
    }
}
