//! Random numbers and primes.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::super::random;
use super::sieve::{small_primes, without_small_factors};
use super::suspect::{Suspect, first_to_pass};
use super::together::{BITS, LANES};
use crate::bigint::Natural;
use crate::env::Powers;
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
fn random_bases(call: &Call<'_>, bits: usize) -> Result<Vec<Natural>, Error> {
    (0..rounds(bits)).map(|_| random_bits(call, bits - 1)).collect()
}

/// Two random primes of so many bits, of which the two highest are set.
pub(super) fn random_primes(call: &Call<'_>, bits: usize) -> Result<(Natural, Natural), Error> {
    let powers = call.env().powers;
    loop {
        let searches = [Search::new(call, bits)?, Search::new(call, bits)?];
        let task = |worker: usize| {
            let (first, second) = searches.split_at(worker % 2);
            second.iter().chain(first).for_each(|search| search.help(powers));
        };
        match call.env().helpers {
            Some(helpers) => helpers.share(usize::MAX, &task),
            None => task(0),
        }
        if let [Some(first), Some(second)] = searches.map(|search| search.found()) {
            return Ok((first, second));
        }
    }
}

/// The search for the first prime behind a random number, which threads can share.
struct Search {
    start: Natural,
    bases: Vec<Natural>,
    /// How far behind the start those stand that may be prime.
    candidates: OnceLock<Vec<u64>>,
    /// The candidate that is looked at next.
    next: AtomicUsize,
    /// The first candidate that is prime, as far as is known.
    first: AtomicUsize,
    /// What passed the first test has failed another one, which nobody will ever see.
    failed: AtomicBool,
}

impl Search {
    fn new(call: &Call<'_>, bits: usize) -> Result<Self, Error> {
        let mut start = random_bits(call, bits)?;
        [0, bits - 2, bits - 1].into_iter().for_each(|bit| start.set_bit(bit));
        Ok(Self {
            start,
            bases: random_bases(call, bits)?,
            candidates: OnceLock::new(),
            next: AtomicUsize::new(0),
            first: AtomicUsize::new(usize::MAX),
            failed: AtomicBool::new(false),
        })
    }

    fn candidate(&self, at: usize) -> Option<Natural> {
        let distances = self.candidates.get_or_init(|| without_small_factors(&self.start));
        distances.get(at).map(|distance| self.start.plus(&Natural::from(*distance)))
    }

    /// Looks at candidates until one is prime. All before it are looked at too, so that the outcome is always the same.
    fn help(&self, powers: Option<&dyn Powers>) {
        let together = if self.start.bits() == BITS && powers.is_some() { LANES } else { 1 };
        loop {
            let next = self.next.fetch_add(together, Ordering::Relaxed);
            if next >= self.first.load(Ordering::Relaxed) {
                return;
            }
            let candidates = (next..next + together).map_while(|at| self.candidate(at));
            let suspects: Vec<_> = candidates.map(Suspect::new).collect();
            if suspects.is_empty() {
                return;
            }
            if let Some((at, suspect)) = first_to_pass(&suspects, powers) {
                // The others go on to something else while this one makes sure.
                self.first.fetch_min(next + at, Ordering::Relaxed);
                let is_sure = suspect.passes(&self.bases, powers);
                self.failed.fetch_or(!is_sure, Ordering::Relaxed);
            }
        }
    }

    fn found(&self) -> Option<Natural> {
        let found = self.candidate(self.first.load(Ordering::Relaxed))?;
        let is_good = found.bits() == self.start.bits() && !self.failed.load(Ordering::Relaxed);
        is_good.then_some(found)
    }
}

/// Whether a random odd number is prime, but for a chance that nobody meets.
fn is_prime(call: &Call<'_>, number: &Natural) -> Result<bool, Error> {
    let suspect = Suspect::new(number.clone());
    let powers = call.env().powers;
    Ok(suspect.passes(&[Natural::from(2)], powers)
        && suspect.passes(&random_bases(call, number.bits())?, powers))
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
            let mut tried = small_primes().iter().take_while(|prime| **prime < TRIED);
            let divisible = p.bits() != bits || tried.any(|prime| p.modulo_small(u64::from(*prime)) == 0);
            if !divisible && is_prime(call, &p)? {
                return Ok((p, q));
            }
        }
    }
}
