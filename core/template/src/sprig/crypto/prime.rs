//! Random numbers and primes.

use super::super::random;
use super::search::{self, Search};
use super::sieve::SMALL_PRIMES;
use super::suspect::{Suspect, passed};
use crate::bigint::Natural;
use crate::error::Error;
use crate::function::Call;

/// Primes below this are tried on a number that stands alone.
const TRIED: u32 = 6000;

/// How often Miller and Rabin ask, with a random base each time: as often as Go does for random numbers of so many bits,
/// after which one that is not prime has passed with a chance below 2^-112 (FIPS 186-5, table B.1).
fn rounds(bits: usize) -> usize {
    match bits {
        1345.. => 4,
        476.. => 5,
        400.. => 6,
        347.. => 7,
        308.. => 8,
        _ => 27,
    }
}

/// A random number of so many bits, of which the highest may be zero.
pub(super) fn random_bits(call: &Call<'_>, bits: usize) -> Result<Natural, Error> {
    let mut bytes = random::bytes(call, bits.div_ceil(8))?;
    if let Some(first) = bytes.first_mut() {
        *first &= 0xff >> (bits.div_ceil(8) * 8 - bits);
    }
    Ok(Natural::from_bytes(&bytes))
}

/// A random number from one up to the limit, without it.
pub(super) fn random_below(call: &Call<'_>, limit: &Natural) -> Result<Natural, Error> {
    loop {
        let number = random_bits(call, limit.bits())?;
        if !number.is_zero() && number < *limit {
            return Ok(number);
        }
    }
}

/// Bases for the test of a number of so many bits.
pub(super) fn random_bases(call: &Call<'_>, bits: usize) -> Result<Vec<Natural>, Error> {
    (0..rounds(bits)).map(|_| random_bits(call, bits - 1)).collect()
}

/// Two random primes of so many bits, of which the two highest are set.
pub(super) fn random_primes(call: &Call<'_>, bits: usize) -> Result<(Natural, Natural), Error> {
    let powers = call.env().powers;
    loop {
        let searches = [Search::new(call, bits)?, Search::new(call, bits)?];
        let task = |worker: usize| search::help(&searches, worker, powers);
        match call.env().helpers {
            Some(helpers) => helpers.share(usize::MAX, &task),
            None => task(0),
        }
        if let [Some(first), Some(second)] = searches.map(|search| search.found()) {
            return Ok((first, second));
        }
    }
}

/// Whether a random odd number is prime, but for a chance that nobody meets.
fn is_prime(call: &Call<'_>, number: &Natural) -> Result<bool, Error> {
    let (suspect, powers) = (Suspect::new(number.clone()), call.env().powers);
    let passes = |bases: &[Natural]| {
        let tests: Vec<_> = bases.iter().map(|base| (&suspect, base)).collect();
        passed(powers, &tests).into_iter().all(|passed| passed)
    };
    Ok(passes(&[Natural::from(2)]) && passes(&random_bases(call, number.bits())?))
}

/// Primes p of `bits` and q of 256 bits, where q divides p - 1.
pub(super) fn prime_pair(call: &Call<'_>, bits: usize) -> Result<(Natural, Natural), Error> {
    loop {
        let (q, _) = random_primes(call, 256)?;
        let twice = q.plus(&q);
        for _ in 0..4 * bits {
            let mut start = random_bits(call, bits)?;
            start.set_bit(bits - 1);
            let rest = start.modulo(&twice);
            let Some(p) = start.minus(&rest).map(|p| p.plus(&Natural::from(1))) else { continue };
            let mut tried = SMALL_PRIMES.iter().take_while(|prime| **prime < TRIED);
            let divisible = p.bits() != bits || tried.any(|prime| p.modulo_small(u64::from(*prime)) == 0);
            if !divisible && is_prime(call, &p)? {
                return Ok((p, q));
            }
        }
    }
}
