//! Four numbers at a time, with AVX2.
//!
//! Their pieces have 28 bits, which leaves room to add up a whole column of products before anything is carried.

mod pieces;
mod power;
mod product;
mod reduce;
mod toeplitz;

use std::array::from_fn;

use weir_template::Wide;

pub(crate) use self::power::powers;
use crate::wide::split;

/// How many bits a piece has.
const BITS: usize = 28;
/// All bits of a piece.
const MASK: u64 = (1 << BITS) - 1;
/// How many pieces a number has.
const N: usize = 40;
/// How many pieces of a modulus are made so that all their bits are set.
const LOW: usize = 3;

/// That multiple of the modulus of which all bits of the lowest pieces are set, without those and one more.
fn multiple(modulus: &Wide) -> [u64; N - LOW] {
    let low = u128::from(modulus[1]) << 64 | u128::from(modulus[0]);
    // Each round doubles how many bits of the inverse are right, of which the first has three.
    let inverse =
        (0..5).fold(low, |inverse, _| inverse.wrapping_mul(2_u128.wrapping_sub(low.wrapping_mul(inverse))));
    let factor = inverse.wrapping_neg();
    let factor: [u64; LOW] = split::<BITS, LOW>(&[factor as u64, (factor >> 64) as u64]);
    let pieces: [u64; N] = split::<BITS, N>(modulus);
    let mut carry = 1;
    let product: [u64; N] = from_fn(|at| {
        let products = factor.iter().zip(pieces[..=at].iter().rev());
        let sum = products.map(|(factor, piece)| factor * piece).sum::<u64>() + carry;
        carry = sum >> BITS;
        sum & MASK
    });
    from_fn(|at| product[at + LOW])
}
