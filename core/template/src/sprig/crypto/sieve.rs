//! Numbers without small factors: what is left of a stretch of them costs a long test each.

use std::sync::LazyLock;

use crate::bigint::Natural;

/// Factors below this are looked for. Beyond, that takes longer than the tests it saves.
const LARGEST: usize = 1 << 17;
/// A stretch has so many odd numbers; one in some hundreds is prime.
const STRETCH: usize = 1 << 12;
/// So many bits of a number are divided at a time, lest a rest and they are more than 64.
const PIECE: usize = 46;

/// The odd primes below `LARGEST`.
pub(super) fn small_primes() -> &'static [u64] {
    static PRIMES: LazyLock<Vec<u64>> = LazyLock::new(|| {
        // One place for each odd number.
        let mut composite = vec![false; LARGEST / 2];
        let mut primes = Vec::new();
        for at in 1..composite.len() {
            if composite.get(at) == Some(&false) {
                let prime = 2 * at + 1;
                primes.push(prime as u64);
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
    for prime in small_primes() {
        let rest = rest(&pieces, *prime);
        let missing = (prime - rest) % prime;
        // Every second number is odd.
        let distance = if missing.is_multiple_of(2) { missing } else { missing + prime };
        let first = distance / 2;
        cross_out(&mut composite, first as usize, *prime as usize);
    }
    let left = composite.iter().zip((0..).step_by(2)).filter(|(composite, _)| !**composite);
    left.map(|(_, distance)| distance).collect()
}

/// The rest of a division by a small prime, where a product with the inverse stands for the division.
fn rest(pieces: &[u64], prime: u64) -> u64 {
    let inverse = u128::from(u64::MAX / prime);
    let step = |rest: u64, piece: &u64| {
        let number = rest << PIECE | piece;
        let quotient = ((u128::from(number) * inverse) >> 64) as u64;
        // The quotient is at most one too small, so that this is below twice the prime.
        number - quotient * prime
    };
    pieces.iter().rev().fold(0, step) % prime
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_has_no_small_factor() {
        assert_eq!(small_primes()[..5], [3, 5, 7, 11, 13]);
        assert_eq!(small_primes().len(), 12_250);
        for start in
            ["1000000000000000000000000000000000000000000000000000000000001", "999999999999999999999"]
        {
            let start = Natural::from_decimal(start);
            let left = without_small_factors(&start);
            for distance in (0..2 * STRETCH as u64).step_by(2) {
                let number = start.plus(&Natural::from(distance));
                let divides = |prime: &u64| number.modulo_small(*prime) == 0;
                assert_eq!(left.contains(&distance), !small_primes().iter().any(divides), "{distance}");
            }
        }
    }
}
