//! Montgomery's reduction.
//!
//! All bits of the three lowest pieces of the modulus are set. So each factor is what a column has in its lowest bits, and
//! that column plus the factor times the lowest piece is the factor times 2^28: only the other pieces, one added, are
//! multiplied. The product of factor i and piece j of what is above those three counts in column i + j + 3.
//!
//! Factors and columns are divided in blocks of ten and twenty. Nothing depends on the order of what follows but the time it
//! takes: a column hands on what it carries to the next one, and no faster than that, so there is always something beside.

use core::arch::x86_64::{_mm256_and_si256, _mm256_set1_epi64x, _mm256_sllv_epi64, _mm256_srli_epi64};
use std::array::from_fn;

use super::pieces::{Lanes, Pieces, add, part, part_mut, plus, zero};
use super::product::Columns;
use super::toeplitz::{Five, Ten, Twenty};
use super::{BITS, LOW, MASK, N};

/// A column has no more products of pieces than numbers and the modulus have pieces, and what the one before it carries, which
/// is less than one more. It is shifted by one bit at most. On the way to that it may overflow in either direction.
const _: () = assert!(2 * (2 * N as u128) * (MASK as u128 * MASK as u128) <= u64::MAX as u128);

/// By what the modulus is multiplied to make the lower half of a product zero.
pub(crate) type Factors = Pieces;

/// A modulus, in blocks. The name is how far above its factors the columns of a block are.
pub(crate) struct Modulus {
    near: Five,
    ten: Ten,
    twenty: Twenty,
    thirty: Ten,
    far: Five,
}

impl Modulus {
    /// Without the three lowest pieces, and one added.
    #[target_feature(enable = "avx2")]
    pub(crate) fn new(pieces: &[Lanes; N - LOW]) -> Self {
        let by_distance: Pieces = from_fn(|at| if at < LOW { zero() } else { pieces[at - LOW] });
        Self {
            near: *part(&by_distance, 1),
            ten: Ten::new(part(&by_distance, 1)),
            twenty: Twenty::new(part(&by_distance, 1)),
            thirty: Ten::new(part(&by_distance, 21)),
            far: *part(&by_distance, 31),
        }
    }

    /// Divides a product by 2^1120 modulo a number, and shifts it to the left by one bit or by none.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(crate) fn reduce(
        &self,
        columns: &mut Columns,
        shift: Lanes,
        factors: &mut Factors,
        out: &mut Pieces,
    ) {
        let carry = self.solve(part(&columns.all, 0), part_mut(factors, 0), zero());
        columns.join();
        let columns = &mut columns.all;
        self.ten.times(part(factors, 0), part_mut(columns, 10));
        let carry = self.solve(part(columns, 10), part_mut(factors, 10), carry);
        self.above(part(factors, 0), part_mut(columns, 40));
        self.twenty.times(part(factors, 0), part_mut(columns, 20));
        let carry = self.solve(part(columns, 20), part_mut(factors, 20), carry);
        self.thirty.times(part(factors, 10), part_mut(columns, 40));
        self.above(part(factors, 10), part_mut(columns, 50));
        self.ten.times(part(factors, 20), part_mut(columns, 30));
        let carry = self.solve(part(columns, 30), part_mut(factors, 30), carry);
        self.above(part(factors, 20), part_mut(columns, 60));
        self.twenty.times(part(factors, 20), part_mut(columns, 40));
        let carry = carry_on(&columns[40..60], shift, _mm256_sllv_epi64(carry, shift), &mut out[..20]);
        self.thirty.times(part(factors, 30), part_mut(columns, 60));
        self.above(part(factors, 30), part_mut(columns, 70));
        carry_on(&columns[60..], shift, carry, &mut out[20..]);
    }

    /// Ten factors, and what their columns carry.
    #[inline(never)]
    #[target_feature(enable = "avx2")]
    fn solve(&self, columns: &[Lanes; 10], factors: &mut [Lanes; 10], carry: Lanes) -> Lanes {
        let carry = self.solve_five(*part(columns, 0), part_mut(factors, 0), carry);
        let mut sums: [Lanes; 5] = *part(columns, 5);
        self.near_column::<0>(factors, &mut sums);
        self.near_column::<1>(factors, &mut sums);
        self.near_column::<2>(factors, &mut sums);
        self.near_column::<3>(factors, &mut sums);
        self.near_column::<4>(factors, &mut sums);
        self.solve_five(sums, part_mut(factors, 5), carry)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn solve_five(&self, mut sums: [Lanes; 5], factors: &mut [Lanes; 5], mut carry: Lanes) -> Lanes {
        for at in 0..5 {
            (factors[at], carry) = divided(add(sums[at], carry));
            for (next, sum) in sums.iter_mut().enumerate().skip(at + LOW) {
                *sum = plus(*sum, factors[at], self.near[next - at - 1]);
            }
        }
        carry
    }

    /// Adds the products of a factor to the five columns above those of its block.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn near_column<const AT: usize>(&self, factors: &[Lanes; 10], sums: &mut [Lanes; 5]) {
        for (row, sum) in sums.iter_mut().enumerate() {
            if row + 5 >= AT + LOW {
                *sum = plus(*sum, factors[AT], self.near[row + 4 - AT]);
            }
        }
    }

    /// Adds the products of ten factors to the ten columns where the last ones end: nine in the first, and none in the last.
    #[inline(never)]
    #[target_feature(enable = "avx2")]
    fn above(&self, factors: &[Lanes; 10], columns: &mut [Lanes; 10]) {
        let mut sums: [Lanes; 5] = *part(columns, 0);
        self.far_column::<5>(factors, &mut sums);
        self.far_column::<6>(factors, &mut sums);
        self.far_column::<7>(factors, &mut sums);
        self.far_column::<8>(factors, &mut sums);
        self.far_column::<9>(factors, &mut sums);
        *part_mut(columns, 0) = self.above_five(part(factors, 0), sums);
        *part_mut(columns, 5) = self.above_five(part(factors, 5), *part(columns, 5));
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn far_column<const AT: usize>(&self, factors: &[Lanes; 10], sums: &mut [Lanes; 5]) {
        for (row, sum) in sums.iter_mut().enumerate() {
            *sum = plus(*sum, factors[AT], self.far[9 + row - AT]);
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn above_five(&self, factors: &[Lanes; 5], mut sums: [Lanes; 5]) -> [Lanes; 5] {
        for (at, factor) in factors.iter().enumerate() {
            for (row, sum) in sums[..at].iter_mut().enumerate() {
                *sum = plus(*sum, *factor, self.far[9 + row - at]);
            }
        }
        sums
    }
}

/// The pieces of columns that are shifted, and what the last one carries.
#[inline]
#[target_feature(enable = "avx2")]
fn carry_on(columns: &[Lanes], shift: Lanes, mut carry: Lanes, out: &mut [Lanes]) -> Lanes {
    for (column, out) in columns.iter().zip(out) {
        (*out, carry) = divided(add(_mm256_sllv_epi64(*column, shift), carry));
    }
    carry
}

/// A piece, and what is above it.
#[inline]
#[target_feature(enable = "avx2")]
fn divided(column: Lanes) -> (Lanes, Lanes) {
    let mask = _mm256_set1_epi64x(MASK as i64);
    (_mm256_and_si256(column, mask), _mm256_srli_epi64::<{ BITS as i32 }>(column))
}
