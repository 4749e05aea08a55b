//! Products of halves, whose sums stay in registers.

use core::arch::x86_64::{
    _mm512_add_epi64, _mm512_and_si512, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_mask_add_epi64,
    _mm512_set1_epi64, _mm512_srli_epi64,
};

use super::{BITS, HALF, Half, Lanes, MASK, Mask, N, zero};

/// Calls a function of a constant for each piece of a half, one after the other.
macro_rules! each_piece {
    ($function:ident($($argument:expr),*)) => {
        $function::<0>($($argument),*);
        $function::<1>($($argument),*);
        $function::<2>($($argument),*);
        $function::<3>($($argument),*);
        $function::<4>($($argument),*);
        $function::<5>($($argument),*);
        $function::<6>($($argument),*);
        $function::<7>($($argument),*);
        $function::<8>($($argument),*);
        $function::<9>($($argument),*);
    };
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn plus(sum: Lanes, number: Lanes) -> Lanes {
    _mm512_add_epi64(sum, number)
}

/// Twice the number in those lanes.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn doubled(number: Lanes, lanes: Mask) -> Lanes {
    _mm512_mask_add_epi64(number, lanes, number, number)
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn plus_low(sum: Lanes, a: Lanes, b: Lanes) -> Lanes {
    _mm512_madd52lo_epu64(sum, a, b)
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn plus_high(sum: Lanes, a: Lanes, b: Lanes) -> Lanes {
    _mm512_madd52hi_epu64(sum, a, b)
}

/// Adds the product of two halves.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn add_product(a: &Half, b: &Half, sums: &mut [Lanes; N]) {
    let (a, mut all) = (*a, *sums);
    each_piece!(add_row(&a, b, &mut all));
    *sums = all;
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn add_row<const ROW: usize>(a: &Half, b: &Half, sums: &mut [Lanes; N]) {
    let factor = b[ROW];
    for (at, piece) in a.iter().enumerate() {
        sums[ROW + at] = plus_low(sums[ROW + at], *piece, factor);
        sums[ROW + at + 1] = plus_high(sums[ROW + at + 1], *piece, factor);
    }
}

/// The square of a half.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn square(a: &Half, sums: &mut [Lanes; N]) {
    let (a, mut all) = (*a, [zero(); N]);
    each_piece!(add_rest_of_row(&a, &mut all));
    for sum in &mut all {
        *sum = plus(*sum, *sum);
    }
    for (at, piece) in a.iter().enumerate() {
        all[2 * at] = plus_low(all[2 * at], *piece, *piece);
        all[2 * at + 1] = plus_high(all[2 * at + 1], *piece, *piece);
    }
    *sums = all;
}

/// What is above the square of a piece.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn add_rest_of_row<const ROW: usize>(a: &Half, sums: &mut [Lanes; N]) {
    for (at, piece) in a.iter().enumerate().skip(ROW + 1) {
        sums[ROW + at] = plus_low(sums[ROW + at], *piece, a[ROW]);
        sums[ROW + at + 1] = plus_high(sums[ROW + at + 1], *piece, a[ROW]);
    }
}

/// The lower half of a modulus, and what its lowest piece is multiplied by to be one less than a multiple of 2^52.
pub(super) struct Low {
    pub(super) pieces: Half,
    pub(super) factor: Lanes,
}

impl Low {
    /// Adds such a multiple of the half that all lower columns are zero once each hands on what it carries. Gives the factors,
    /// and what the last of these columns carries.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn solve(&self, sums: &mut [Lanes; N], factors: &mut Half, carry: Lanes) -> Lanes {
        let (modulus, mut all) = (self.pieces, *sums);
        let mut next = Next { column: plus(all[0], carry), factor: zero() };
        next.factor = plus_low(zero(), next.column, self.factor);
        each_piece!(solve_row(&modulus, self.factor, &mut all, factors, &mut next));
        *sums = all;
        next.column
    }
}

/// The column that is next, and by what the modulus is multiplied for it.
struct Next {
    column: Lanes,
    factor: Lanes,
}

/// Adds what makes a column zero. What the next factor waits for comes first.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn solve_row<const ROW: usize>(
    modulus: &Half,
    by: Lanes,
    sums: &mut [Lanes; N],
    factors: &mut Half,
    next: &mut Next,
) {
    let (column, factor) = (next.column, next.factor);
    factors[ROW] = factor;
    // The lowest bits of the product are what is missing to zero: a one is carried where that is anything.
    let carry = _mm512_srli_epi64::<{ BITS as u32 }>(plus(column, _mm512_set1_epi64(MASK as i64)));
    let carry = plus_high(carry, modulus[0], factor);
    if ROW + 1 < HALF {
        next.column = plus(plus_low(sums[ROW + 1], modulus[1], factor), carry);
        next.factor = plus_low(zero(), next.column, by);
    } else {
        next.column = carry;
        sums[ROW + 1] = plus_low(sums[ROW + 1], modulus[1], factor);
    }
    sums[ROW + 2] = plus_high(sums[ROW + 2], modulus[1], factor);
    for (at, piece) in modulus.iter().enumerate().skip(2) {
        sums[ROW + at] = plus_low(sums[ROW + at], *piece, factor);
        sums[ROW + at + 1] = plus_high(sums[ROW + at + 1], *piece, factor);
    }
}

/// A piece, and what is above it.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn divided(column: Lanes) -> (Lanes, Lanes) {
    let mask = _mm512_set1_epi64(MASK as i64);
    (_mm512_and_si512(column, mask), _mm512_srli_epi64::<{ BITS as u32 }>(column))
}
