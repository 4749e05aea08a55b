//! Numbers of four lanes: what a loop does to all lanes of a register it does to four numbers.
//!
//! They are in pieces of 28 bits, which leaves room to add up a whole column of products before anything is carried, and to
//! multiply sums and differences of pieces.

use core::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_mul_epi32, _mm256_mul_epu32, _mm256_setzero_si256, _mm256_sub_epi64,
};

use super::N;

/// One piece of each number.
pub(crate) type Lanes = __m256i;
/// A number in each lane.
pub(crate) type Pieces = [Lanes; N];

/// Half of the pieces: numbers are multiplied by halves.
pub(crate) const HALF: usize = N / 2;

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn zero() -> Lanes {
    _mm256_setzero_si256()
}

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn add(a: Lanes, b: Lanes) -> Lanes {
    _mm256_add_epi64(a, b)
}

#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn subtract(a: Lanes, b: Lanes) -> Lanes {
    _mm256_sub_epi64(a, b)
}

/// Each piece of one and the other.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn sum<const M: usize>(a: &[Lanes; M], b: &[Lanes; M]) -> [Lanes; M] {
    // No closure: where one meets a function that does not know of these registers, it may be called instead of inlined.
    let mut out = *a;
    for (out, b) in out.iter_mut().zip(b) {
        *out = add(*out, *b);
    }
    out
}

/// One more product, of factors below 2^32.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn plus(sum: Lanes, a: Lanes, b: Lanes) -> Lanes {
    _mm256_add_epi64(sum, _mm256_mul_epu32(a, b))
}

/// One more product, of factors that may be below zero and are less than 2^31 away from it.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn plus_signed(sum: Lanes, a: Lanes, b: Lanes) -> Lanes {
    _mm256_add_epi64(sum, _mm256_mul_epi32(a, b))
}

/// So many from there on.
#[inline]
pub(crate) fn part<const M: usize>(of: &[Lanes], at: usize) -> &[Lanes; M] {
    of[at..].first_chunk().expect("there are as many")
}

/// Likewise, to be changed.
#[inline]
pub(crate) fn part_mut<const M: usize>(of: &mut [Lanes], at: usize) -> &mut [Lanes; M] {
    of[at..].first_chunk_mut().expect("there are as many")
}
