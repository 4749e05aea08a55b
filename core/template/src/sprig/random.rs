//! Randomness, from the source that the execution was given.

use super::args::{int, text};
use crate::encode;
use crate::error::Error;
use crate::function::{Call, Functions};
use crate::rune;
use crate::value::Value;

type Answer = Result<Value, Error>;

/// Longer random texts are refused.
const LONGEST: usize = 100_000_000;

pub(super) fn register(functions: &mut Functions) {
    functions
        .with("randAlphaNum", "int -> string", |call, args| chosen(call, args, |c| c.is_ascii_alphanumeric()))
        .with("randAlpha", "int -> string", |call, args| chosen(call, args, |c| c.is_ascii_alphabetic()))
        .with("randNumeric", "int -> string", |call, args| chosen(call, args, |c| c.is_ascii_digit()))
        .with("randAscii", "int -> string", |call, args| chosen(call, args, |c| (32..127).contains(&c)))
        .with("randBytes", "int -> string", |call, args| {
            let count = usize::try_from(int(args, 0))
                .map_err(|_| Error::new("runtime error: makeslice: len out of range"))?;
            Ok(encode::base64(&bytes(call, count)?).into())
        })
        .with("randInt", "int, int -> int", rand_int)
        .with("shuffle", "string -> string", shuffle)
        .with("uuidv4", "-> string", uuid);
}

/// So many random bytes.
pub(super) fn bytes(call: &Call<'_>, count: usize) -> Result<Vec<u8>, Error> {
    if count > LONGEST {
        return Err(Error::limit(format!("more than {LONGEST} random bytes")));
    }
    let random = call.env().random.ok_or_else(|| Error::new("there is no source of random bytes here"))?;
    let mut buffer = vec![0; count];
    random.fill(&mut buffer);
    Ok(buffer)
}

/// A number below the limit, each as likely as the others.
fn below(call: &Call<'_>, limit: u64) -> Result<u64, Error> {
    let mask = limit.next_power_of_two().wrapping_sub(1);
    loop {
        let bytes = bytes(call, 8)?;
        let number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)) & mask;
        if number < limit {
            return Ok(number);
        }
    }
}

/// So many characters of those that are taken.
fn chosen(call: &mut Call<'_>, args: &[Value], takes: fn(u8) -> bool) -> Answer {
    let Ok(count) = usize::try_from(int(args, 0)) else { return Ok("".into()) };
    let mut out = Vec::with_capacity(count.min(LONGEST));
    while out.len() < count {
        // More than a third of seven bits is taken in the rarest case but one; the rest is asked for again.
        let more = bytes(call, (count - out.len()).saturating_mul(2).max(16))?;
        let fits = more.into_iter().map(|byte| byte & 0x7f).filter(|byte| takes(*byte));
        out.extend(fits.take(count - out.len()));
    }
    Ok(out.into())
}

fn rand_int(call: &mut Call<'_>, args: &[Value]) -> Answer {
    let (min, max) = (int(args, 0), int(args, 1));
    match max.wrapping_sub(min) {
        range @ 1.. => Ok(Value::int(min.wrapping_add(below(call, range as u64)? as i64))),
        _ => Err(Error::new("invalid argument to Intn")),
    }
}

fn shuffle(call: &mut Call<'_>, args: &[Value]) -> Answer {
    let mut characters: Vec<u32> = rune::runes(text(args, 0)).map(|(_, c)| c).collect();
    for at in (1..characters.len()).rev() {
        characters.swap(at, below(call, at as u64 + 1)? as usize);
    }
    let mut out = Vec::with_capacity(characters.len());
    characters.into_iter().for_each(|c| rune::push(&mut out, c));
    Ok(out.into())
}

fn uuid(call: &mut Call<'_>, _: &[Value]) -> Answer {
    let mut bytes = bytes(call, 16)?;
    for (at, keep, set) in [(6, 0x0f, 0x40), (8, 0x3f, 0x80)] {
        if let Some(byte) = bytes.get_mut(at) {
            *byte = *byte & keep | set;
        }
    }
    let hex = encode::hex(&bytes);
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok(format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)).into())
}
