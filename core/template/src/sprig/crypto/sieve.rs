//! Numbers without small factors: what is left of a stretch of them costs a long test each.

use std::sync::LazyLock;

use crate::bigint::Natural;

/// Factors below this are looked for. Beyond, that takes longer than the tests it saves.
const LARGEST: usize = 1 << 18;
/// A stretch has so many odd numbers; one in some hundreds is prime.
const STRETCH: usize = 1 << 12;
/// So many bits of a number are divided at a time, lest twice a prime and they are more than 64.
const PIECE: usize = 45;
/// By so many primes at once: each division waits for the one before.
const TOGETHER: usize = 8;

/// The odd primes below `LARGEST`.
pub(super) fn small_primes() -> &'static [u32] {
    static PRIMES: LazyLock<Vec<u32>> = LazyLock::new(|| {
        // One place for each odd number.
        let mut composite = vec![false; LARGEST / 2];
        let mut primes = Vec::with_capacity(LARGEST / 11);
        for at in 1..composite.len() {
            if composite.get(at) == Some(&false) {
                let prime = 2 * at + 1;
                primes.push(prime as u32);
                cross_out(&mut composite, prime * prime / 2, prime);
            }
        }
        primes
    });
    &PRIMES
}

fn cross_out(composite: &mut [bool], from: usize, step: usize) {
    composite.iter_mut().skip(from).step_by(step).for_each(|one| *one = true);
}

/// How far behind this odd number others stand, itself with them, that have no small factor.
pub(super) fn without_small_factors(start: &Natural) -> Vec<u64> {
    let mut composite = vec![false; STRETCH];
    let pieces = start.pieces(PIECE);
    for primes in small_primes().chunks(TOGETHER) {
        // The last few are followed by one that divides nothing anew.
        let mut divisors = [3; TOGETHER];
        divisors.iter_mut().zip(primes).for_each(|(divisor, prime)| *divisor = u64::from(*prime));
        for (prime, rest) in divisors.iter().zip(rests(&pieces, &divisors)) {
            let missing = if rest == 0 { 0 } else { prime - rest };
            // Every second number is odd.
            let distance = if missing.is_multiple_of(2) { missing } else { missing + prime };
            let first = distance / 2;
            if first < STRETCH as u64 {
                cross_out(&mut composite, first as usize, *prime as usize);
            }
        }
    }
    let left = composite.iter().zip((0..).step_by(2)).filter(|(composite, _)| !**composite);
    left.map(|(_, distance)| distance).collect()
}

/// The rests of divisions by small primes, where products with the inverses stand for the divisions.
fn rests(pieces: &[u64], primes: &[u64; TOGETHER]) -> [u64; TOGETHER] {
    let inverses = primes.map(|prime| u64::MAX / prime);
    let mut rests = [0; TOGETHER];
    for piece in pieces.iter().rev() {
        for ((rest, prime), inverse) in rests.iter_mut().zip(primes).zip(&inverses) {
            let number = *rest << PIECE | piece;
            let quotient = ((u128::from(number) * u128::from(*inverse)) >> 64) as u64;
            // The quotient is at most one too small, so that this is below twice the prime.
            *rest = number - quotient * prime;
        }
    }
    rests
        .iter_mut()
        .zip(primes)
        .for_each(|(rest, prime)| *rest = if *rest >= *prime { *rest - prime } else { *rest });
    rests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_has_no_small_factor() {
        assert_eq!(small_primes()[..5], [3, 5, 7, 11, 13]);
        assert_eq!(small_primes().len(), 22_999);
        for start in
            ["1000000000000000000000000000000000000000000000000000000000001", "999999999999999999999"]
        {
            let start = Natural::from_decimal(start);
            let left = without_small_factors(&start);
            for distance in (0..2 * STRETCH as u64).step_by(2) {
                let number = start.plus(&Natural::from(distance));
                let divides = |prime: &u32| number.modulo_small(u64::from(*prime)) == 0;
                assert_eq!(left.contains(&distance), !small_primes().iter().any(divides), "{distance}");
            }
        }
    }
}
