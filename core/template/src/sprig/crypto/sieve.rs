//! Numbers without small factors: what is left of a stretch of them costs a long test each.

use crate::bigint::Natural;

/// Factors below this are looked for. Beyond, that takes longer than the tests it saves.
const LARGEST: usize = 1 << 18;
/// A stretch has so many odd numbers; one in some hundreds is prime.
const STRETCH: usize = 1 << 12;
/// So many primes fit one divisor.
const PRIMES: usize = 3;
/// By so many divisors at once: each division waits for the one before.
const TOGETHER: usize = 4;

/// How many odd primes there are below `LARGEST`.
const COUNT: usize = 22_999;

/// The odd primes below `LARGEST`. They and what follows from them are written into the program: to work them out takes longer
/// than any other step to the first key.
pub(super) static SMALL_PRIMES: [u32; COUNT] = small_primes();

#[expect(clippy::indexing_slicing, reason = "what is out of bounds does not compile")]
const fn small_primes() -> [u32; COUNT] {
    // One place for each odd number.
    let mut composite = [false; LARGEST / 2];
    let (mut primes, mut count, mut at) = ([0; COUNT], 0, 1);
    while at < composite.len() {
        if !composite[at] {
            let prime = 2 * at + 1;
            primes[count] = prime as u32;
            count += 1;
            let mut multiple = prime * prime / 2;
            while multiple < composite.len() {
                composite[multiple] = true;
                multiple += prime;
            }
        }
        at += 1;
    }
    primes
}

fn cross_out(composite: &mut [bool], from: usize, step: usize) {
    composite.iter_mut().skip(from).step_by(step).for_each(|one| *one = true);
}

/// How far behind this odd number others stand, itself with them, that have no small factor.
pub(super) fn without_small_factors(start: &Natural) -> Vec<u64> {
    let mut composite = vec![false; STRETCH];
    let limbs = start.limbs(start.bits().div_ceil(64));
    for (primes, divisors) in SMALL_PRIMES.chunks(PRIMES * TOGETHER).zip(&DIVISORS) {
        for (primes, rest) in primes.chunks(PRIMES).zip(rests(&limbs, divisors)) {
            for prime in primes.iter().map(|prime| u64::from(*prime)) {
                let rest = rest % prime;
                let missing = if rest == 0 { 0 } else { prime - rest };
                // Every second number is odd.
                let distance = if missing.is_multiple_of(2) { missing } else { missing + prime };
                let first = distance / 2;
                if first < STRETCH as u64 {
                    cross_out(&mut composite, first as usize, prime as usize);
                }
            }
        }
    }
    let left = composite.iter().zip((0..).step_by(2)).filter(|(composite, _)| !**composite);
    left.map(|(_, distance)| distance).collect()
}

/// A multiple of some primes.
#[derive(Clone, Copy)]
struct Divisor {
    /// Its highest bit is set.
    number: u64,
    /// 2^128 divided by that, without the highest bit.
    inverse: u64,
}

/// Those of all small primes, in their order; the last ones are of fewer.
static DIVISORS: [[Divisor; TOGETHER]; COUNT.div_ceil(PRIMES * TOGETHER)] = divisors();

#[expect(clippy::indexing_slicing, reason = "what is out of bounds does not compile")]
const fn divisors() -> [[Divisor; TOGETHER]; COUNT.div_ceil(PRIMES * TOGETHER)] {
    let mut divisors = [[Divisor::of(1); TOGETHER]; COUNT.div_ceil(PRIMES * TOGETHER)];
    let mut from = 0;
    while from < COUNT {
        let (mut product, mut at) = (1, from);
        while at < COUNT && at < from + PRIMES {
            product *= SMALL_PRIMES[at] as u64;
            at += 1;
        }
        divisors[from / PRIMES / TOGETHER][from / PRIMES % TOGETHER] = Divisor::of(product);
        from += PRIMES;
    }
    divisors
}

impl Divisor {
    const fn of(product: u64) -> Self {
        let number = product << product.leading_zeros();
        Self { number, inverse: (u128::MAX / number as u128) as u64 }
    }

    /// The rest of a number of two limbs, of which the higher is below the divisor, with a product for the division: see
    /// Möller and Granlund, Improved division by invariant integers.
    fn rest(&self, high: u64, low: u64) -> u64 {
        let number = u128::from(high) << 64 | u128::from(low);
        let quotient = (u128::from(self.inverse) * u128::from(high)).wrapping_add(number);
        let less = ((quotient >> 64) as u64).wrapping_add(1).wrapping_mul(self.number);
        let rest = low.wrapping_sub(less);
        let rest = if rest > quotient as u64 { rest.wrapping_add(self.number) } else { rest };
        if rest >= self.number { rest - self.number } else { rest }
    }
}

fn rests(limbs: &[u64], divisors: &[Divisor; TOGETHER]) -> [u64; TOGETHER] {
    let mut rests = [0; TOGETHER];
    for limb in limbs.iter().rev() {
        rests.iter_mut().zip(divisors).for_each(|(rest, divisor)| *rest = divisor.rest(*rest, *limb));
    }
    rests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_has_no_small_factor() {
        assert_eq!(SMALL_PRIMES[..5], [3, 5, 7, 11, 13]);
        assert!(SMALL_PRIMES.is_sorted() && SMALL_PRIMES[COUNT - 1] == 262_139);
        for start in
            ["1000000000000000000000000000000000000000000000000000000000001", "999999999999999999999"]
        {
            let start = Natural::from_decimal(start);
            let left = without_small_factors(&start);
            for distance in (0..2 * STRETCH as u64).step_by(2) {
                let number = start.plus(&Natural::from(distance));
                let divides = |prime: &u32| number.modulo_small(u64::from(*prime)) == 0;
                assert_eq!(left.contains(&distance), !SMALL_PRIMES.iter().any(divides), "{distance}");
            }
        }
    }

    #[test]
    fn rests_are_those_of_plain_divisions() {
        let mut seed = 1_u64;
        let mut next = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        };
        let plain: Vec<Vec<u64>> =
            vec![vec![], vec![0; 3], vec![1], vec![u64::MAX; 16], (0..16).map(|_| next()).collect()];
        for limbs in plain {
            for (primes, divisors) in SMALL_PRIMES.chunks(PRIMES * TOGETHER).zip(&DIVISORS) {
                assert!(
                    primes
                        .iter()
                        .enumerate()
                        .all(|(at, prime)| divisors[at / PRIMES].number % u64::from(*prime) == 0)
                );
                for (divisor, rest) in divisors.iter().zip(rests(&limbs, divisors)) {
                    let number = Natural::from_limbs(limbs.clone());
                    assert_eq!(rest, number.modulo_small(divisor.number), "{limbs:?}");
                }
            }
        }
    }
}
