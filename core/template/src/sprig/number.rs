//! Numbers.

use super::args::{any, display, int};
use super::cast::{to_float, to_int};
use super::decimal::{self, Operation};
use crate::error::Error;
use crate::function::{Call, Functions};
use crate::strconv;
use crate::value::{List, Type, Value};

type Answer = Result<Value, Error>;

pub(super) fn register(functions: &mut Functions) {
    functions
        .with("atoi", "string -> int", |_, args| Ok(Value::int(atoi(super::args::text(args, 0)))))
        .with("int", "any -> int", |_, args| Ok(Value::int(to_int(any(args, 0)))))
        .with("int64", "any -> int64", |_, args| Ok(Value::int64(to_int(any(args, 0)))))
        .with("float64", "any -> float64", |_, args| Ok(Value::Float(to_float(any(args, 0)))))
        .with("toDecimal", "any -> int64", to_decimal)
        .with("seq", "...int -> string", seq)
        .with("until", "int -> []int", |call, args| {
            let count = int(args, 0);
            until(call, 0, count, if count < 0 { -1 } else { 1 }).map(Value::from)
        })
        .with("untilStep", "int, int, int -> []int", |call, args| {
            until(call, int(args, 0), int(args, 1), int(args, 2)).map(Value::from)
        })
        .with("add1", "any -> int64", |_, args| Ok(Value::int64(to_int(any(args, 0)).wrapping_add(1))))
        .with("add", "...any -> int64", |_, args| {
            Ok(Value::int64(args.iter().fold(0, |sum: i64, arg| sum.wrapping_add(to_int(arg)))))
        })
        .with("sub", "any, any -> int64", |_, args| {
            Ok(Value::int64(to_int(any(args, 0)).wrapping_sub(to_int(any(args, 1)))))
        })
        .with("div", "any, any -> int64", |_, args| divided(args, i64::wrapping_div))
        .with("mod", "any, any -> int64", |_, args| divided(args, i64::wrapping_rem))
        .with("mul", "any, ...any -> int64", |_, args| {
            Ok(Value::int64(args.iter().fold(1, |product: i64, arg| product.wrapping_mul(to_int(arg)))))
        })
        .with("max", "any, ...any -> int64", max)
        .with("biggest", "any, ...any -> int64", max)
        .with("min", "any, ...any -> int64", |_, args| {
            Ok(Value::int64(args.iter().map(to_int).min().unwrap_or_default()))
        })
        .with("maxf", "any, ...any -> float64", |_, args| Ok(fold(args, larger)))
        .with("minf", "any, ...any -> float64", |_, args| Ok(fold(args, smaller)))
        .with("add1f", "any -> float64", |_, args| {
            decimal::operate(&[any(args, 0).clone(), Value::int(1)], Operation::Add)
        })
        .with("addf", "...any -> float64", |_, args| {
            decimal::operate(&[&[Value::Float(0.0)], args].concat(), Operation::Add)
        })
        .with("subf", "any, ...any -> float64", |_, args| decimal::operate(args, Operation::Subtract))
        .with("mulf", "any, ...any -> float64", |_, args| decimal::operate(args, Operation::Multiply))
        .with("divf", "any, ...any -> float64", |_, args| decimal::operate(args, Operation::Divide))
        .with("ceil", "any -> float64", |_, args| Ok(Value::Float(to_float(any(args, 0)).ceil())))
        .with("floor", "any -> float64", |_, args| Ok(Value::Float(to_float(any(args, 0)).floor())))
        .with("round", "any, int, ...float64 -> float64", round);
}

/// `strconv.Atoi`, where errors give 0 or the nearest number.
fn atoi(text: &[u8]) -> i64 {
    strconv::parse_int(text, 10, "Atoi").unwrap_or_else(|(nearest, _)| nearest)
}

fn to_decimal(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let text = display(any(args, 0))?;
    Ok(Value::int64(strconv::parse_int(&text, 8, "ParseInt").unwrap_or(0)))
}

/// The numbers from `start` towards `stop`, without it.
fn until(call: &Call<'_>, start: i64, stop: i64, step: i64) -> Result<List, Error> {
    let towards = if stop < start { step < 0 } else { step > 0 };
    let mut items = Vec::new();
    if towards && start != stop {
        let count = start.abs_diff(stop).div_ceil(step.unsigned_abs());
        call.room(usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(size_of::<Value>()))?;
        items.extend((0..count as i64).map(|at| Value::int(start.wrapping_add(at.wrapping_mul(step)))));
    }
    Ok(List::of(Type::IntList, items))
}

fn seq(call: &mut Call<'_>, args: &[Value]) -> Answer {
    let numbers: Vec<i64> = args.iter().filter_map(Value::as_int).collect();
    let (start, end, step, increment) = match *numbers.as_slice() {
        [end] => {
            let step = if end < 1 { -1 } else { 1 };
            (1, end, step, step)
        }
        [start, end] => {
            let step = if end < start { -1 } else { 1 };
            (start, end, step, step)
        }
        [start, step, end] => {
            if end < start && step > 0 {
                return Ok("".into());
            }
            (start, end, step, if end < start { -1 } else { 1 })
        }
        _ => return Ok("".into()),
    };
    let list = until(call, start, end.wrapping_add(increment), step)?;
    let texts: Vec<String> =
        list.items().iter().filter_map(Value::as_int).map(|number| number.to_string()).collect();
    Ok(texts.join(" ").into())
}

fn divided(args: &[Value], operation: fn(i64, i64) -> i64) -> Answer {
    match to_int(any(args, 1)) {
        0 => Err(Error::new("runtime error: integer divide by zero")),
        by => Ok(Value::int64(operation(to_int(any(args, 0)), by))),
    }
}

fn max(_: &mut Call<'_>, args: &[Value]) -> Answer {
    Ok(Value::int64(args.iter().map(to_int).max().unwrap_or_default()))
}

fn fold(args: &[Value], pick: fn(f64, f64) -> f64) -> Value {
    Value::Float(args.iter().map(to_float).reduce(pick).unwrap_or_default())
}

/// `math.Max`: NaN wins over all but an infinity.
fn larger(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        return f64::INFINITY;
    }
    if a.is_nan() || b.is_nan() {
        return f64::NAN;
    }
    if a == 0.0 && a == b {
        return if a.is_sign_negative() { b } else { a };
    }
    if a > b { a } else { b }
}

/// `math.Min`
fn smaller(a: f64, b: f64) -> f64 {
    -larger(-a, -b)
}

fn round(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let on = args.get(2).map_or(0.5, to_float);
    let power = pow10(to_float(any(args, 1)));
    let digit = power * to_float(any(args, 0));
    let rounded = if digit.fract() >= on { digit.ceil() } else { digit.floor() };
    Ok(Value::Float(rounded / power))
}

/// `math.Pow(10, places)`
fn pow10(places: f64) -> f64 {
    // Powers that a float can hold are exact in Go up to 10^22; beyond, squaring steps as there.
    let whole = places as i64;
    if whole.unsigned_abs() < 1024 { go_pow(10.0, whole) } else { 10f64.powf(places) }
}

/// `math.Pow` for whole exponents, step by step as Go does it, since the last bit shows.
fn go_pow(base: f64, exponent: i64) -> f64 {
    let mut mantissa = 1.0;
    let mut exponent2: i64 = 0;
    let (mut x, mut xe) = frexp(base);
    let mut rest = exponent.unsigned_abs();
    while rest != 0 {
        if !(-4096..=4096).contains(&xe) {
            exponent2 += xe;
            break;
        }
        if rest & 1 == 1 {
            mantissa *= x;
            exponent2 += xe;
        }
        x *= x;
        xe <<= 1;
        if x < 0.5 {
            x += x;
            xe -= 1;
        }
        rest >>= 1;
    }
    if exponent < 0 {
        mantissa = 1.0 / mantissa;
        exponent2 = -exponent2;
    }
    ldexp(mantissa, exponent2)
}

/// Fraction from 0.5 up to 1 and exponent; for positive normal numbers.
fn frexp(number: f64) -> (f64, i64) {
    let bits = number.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64 - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent)
}

fn ldexp(fraction: f64, exponent: i64) -> f64 {
    let half = exponent.clamp(-4096, 4096) / 2;
    let rest = exponent.clamp(-4096, 4096) - half;
    // Two steps, as the power alone may be no float.
    fraction * 2f64.powi(half as i32) * 2f64.powi(rest as i32)
}
