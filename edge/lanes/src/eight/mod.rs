//! Eight numbers at a time, with AVX-512 IFMA: instructions that multiply numbers of 52 bits and add the lower or the upper
//! half of the product to a sum of 64 bits.

mod block;
mod pair;
mod power;
mod product;

use core::arch::x86_64::{__m512i, _mm512_setzero_si512};

pub(crate) use self::pair::pair;
pub(crate) use self::power::powers;

/// How many numbers there are.
const LANES: usize = 8;
/// A bit for each of them.
type Mask = u8;
/// How many bits a piece has.
const BITS: usize = 52;
/// All bits of a piece.
const MASK: u64 = (1 << BITS) - 1;
/// How many pieces a number has.
const N: usize = 20;
/// Half of them: numbers are multiplied by halves.
const HALF: usize = N / 2;

/// One piece of each number.
type Lanes = __m512i;
/// A number in each lane.
type Pieces = [Lanes; N];
/// The lower or the upper half of each.
type Half = [Lanes; HALF];
/// What is added up for each piece of a product, before anything is carried.
type Columns = [Lanes; 2 * N];

#[inline]
#[target_feature(enable = "avx512f")]
fn zero() -> Lanes {
    _mm512_setzero_si512()
}

/// So many from there on.
#[inline]
fn part<const M: usize>(of: &[Lanes], at: usize) -> &[Lanes; M] {
    of[at..].first_chunk().expect("there are as many")
}

/// Likewise, to be changed.
#[inline]
fn part_mut<const M: usize>(of: &mut [Lanes], at: usize) -> &mut [Lanes; M] {
    of[at..].first_chunk_mut().expect("there are as many")
}
