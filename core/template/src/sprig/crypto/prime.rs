//! Random numbers and primes.

use super::super::random;
use super::modular::Modulus;
use crate::bigint::Natural;
use crate::error::Error;
use crate::function::Call;

/// Rounds of Miller and Rabin; for random numbers of this size fewer would do.
const ROUNDS: usize = 8;
/// Candidates are sieved by primes below this.
const SIEVE: u64 = 6000;

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

fn small_primes() -> Vec<u64> {
    let mut primes: Vec<u64> = Vec::new();
    for number in (3..SIEVE).step_by(2) {
        if primes
            .iter()
            .take_while(|prime| *prime * *prime <= number)
            .all(|prime| !number.is_multiple_of(*prime))
        {
            primes.push(number);
        }
    }
    primes
}

/// A random prime of so many bits, of which the two highest are set.
pub(super) fn random_prime(call: &Call<'_>, bits: usize) -> Result<Natural, Error> {
    let primes = small_primes();
    loop {
        let mut start = random_bits(call, bits)?;
        start.set_bit(bits - 1);
        start.set_bit(bits - 2);
        start.set_bit(0);
        let rests: Vec<u64> = primes.iter().map(|prime| start.modulo_small(*prime)).collect();
        for step in (0..1 << 14).step_by(2) {
            let divisible = primes.iter().zip(&rests).any(|(prime, rest)| (rest + step) % prime == 0);
            if divisible {
                continue;
            }
            let candidate = start.plus(&Natural::from(step));
            if candidate.bits() == bits && is_prime(call, &candidate)? {
                return Ok(candidate);
            }
        }
    }
}

/// Whether an odd number is prime, but for a chance that nobody meets.
pub(super) fn is_prime(call: &Call<'_>, number: &Natural) -> Result<bool, Error> {
    let one = Natural::from(1);
    let less = number.minus(&one).unwrap_or_default();
    let zeros = (0..less.bits()).find(|at| less.bit(*at)).unwrap_or(0);
    let odd = less.shifted_right(zeros);
    let modulus = Modulus::new(number);
    let (unit, minus_unit) = (modulus.small(1), modulus.residue(&less));
    for _ in 0..ROUNDS {
        let base = random_below(call, &less)?;
        let mut power = modulus.power(&modulus.residue(&base), &odd);
        if power == unit || power == minus_unit {
            continue;
        }
        let mut passes = false;
        for _ in 1..zeros {
            power = modulus.times(&power, &power);
            if power == minus_unit {
                passes = true;
                break;
            }
        }
        if !passes {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Primes p of `bits` and q of 256 bits, where q divides p - 1.
pub(super) fn prime_pair(call: &Call<'_>, bits: usize) -> Result<(Natural, Natural), Error> {
    let primes = small_primes();
    loop {
        let q = random_prime(call, 256)?;
        let twice = q.plus(&q);
        for _ in 0..4 * bits {
            let mut start = random_bits(call, bits)?;
            start.set_bit(bits - 1);
            let rest = start.modulo(&twice);
            let Some(p) = start.minus(&rest).map(|p| p.plus(&Natural::from(1))) else { continue };
            let divisible = p.bits() != bits || primes.iter().any(|prime| p.modulo_small(*prime) == 0);
            if !divisible && is_prime(call, &p)? {
                return Ok((p, q));
            }
        }
    }
}
