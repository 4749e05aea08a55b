//! Blocks of the product with a modulus: all its pieces at one distance from each other meet in one column, so such a block
//! is a Toeplitz matrix, and has one value for each diagonal, from the upper right to the lower left.
//!
//! Of such a matrix, T0 above T1 above T2 being the halves of its diagonals, the product with a number of two halves is
//!
//! ```text
//! |T1 T0|   |a|   |T1·(a + b) + (T0 − T1)·b|
//! |T2 T1| · |b| = |T1·(a + b) + (T2 − T1)·a|
//! ```
//!
//! That is three products of half the size instead of four, and the differences are worked out once for each modulus. Twenty
//! pieces are halved twice. What does not know its place in registers stays out of line: a compiler that sees more at once
//! runs out of them.

use std::array::from_fn;

use super::MASK;
use super::pieces::{Lanes, add, part, part_mut, plus_signed, subtract, sum, zero};

/// The diagonals of a block of five rows and columns.
pub(crate) type Five = [Lanes; 9];

/// A block of ten rows and columns: T1, T0 − T1 and T2 − T1.
pub(crate) struct Ten([Five; 3]);

/// Likewise, of twenty.
pub(crate) struct Twenty([Ten; 3]);

/// Pieces are halved twice: a factor is the sum of four at most, or the difference of two sums of two.
const _: () = assert!(4 * MASK <= i32::MAX as u64);

impl Ten {
    #[target_feature(enable = "avx2")]
    pub(crate) fn new(diagonals: &[Lanes; 19]) -> Self {
        let [t0, t1, t2]: [&Five; 3] = [part(diagonals, 0), part(diagonals, 5), part(diagonals, 10)];
        Self([*t1, from_fn(|at| subtract(t0[at], t1[at])), from_fn(|at| subtract(t2[at], t1[at]))])
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn product(&self, number: &[Lanes; 10]) -> [Lanes; 10] {
        let both = self.both(number);
        let (a, b) = (part(number, 0), part(number, 5));
        let mut out = [zero(); 10];
        (*part_mut(&mut out, 0), *part_mut(&mut out, 5)) = (both, both);
        five_more(&self.0[1], b, [], part_mut(&mut out, 0));
        five_more(&self.0[2], a, [], part_mut(&mut out, 5));
        out
    }

    /// Adds the product to this.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(crate) fn times(&self, number: &[Lanes; 10], out: &mut [Lanes; 10]) {
        let both = self.both(number);
        let (a, b) = (part(number, 0), part(number, 5));
        five_more(&self.0[1], b, [&both], part_mut(out, 0));
        five_more(&self.0[2], a, [&both], part_mut(out, 5));
    }

    /// Adds the product and something more to this.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn times_more(&self, number: &[Lanes; 10], more: &[Lanes; 10], out: &mut [Lanes; 10]) {
        let both = self.both(number);
        let (a, b) = (part(number, 0), part(number, 5));
        five_more(&self.0[1], b, [&both, part(more, 0)], part_mut(out, 0));
        five_more(&self.0[2], a, [&both, part(more, 5)], part_mut(out, 5));
    }

    /// What is in the product twice.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn both(&self, number: &[Lanes; 10]) -> [Lanes; 5] {
        five(&self.0[0], &sum(part(number, 0), part(number, 5)), [zero(); 5])
    }
}

impl Twenty {
    #[target_feature(enable = "avx2")]
    pub(crate) fn new(diagonals: &[Lanes; 39]) -> Self {
        let [t0, t1, t2]: [&[Lanes; 19]; 3] = [part(diagonals, 0), part(diagonals, 10), part(diagonals, 20)];
        let less = |t: &[Lanes; 19]| from_fn(|at| subtract(t[at], t1[at]));
        Self([Ten::new(t1), Ten::new(&less(t0)), Ten::new(&less(t2))])
    }

    /// Adds the product to this.
    #[inline(never)]
    #[target_feature(enable = "avx2")]
    pub(crate) fn times(&self, number: &[Lanes; 20], out: &mut [Lanes; 20]) {
        let (a, b) = (part(number, 0), part(number, 10));
        let both = self.0[0].product(&sum(a, b));
        self.0[1].times_more(b, &both, part_mut(out, 0));
        self.0[2].times_more(a, &both, part_mut(out, 10));
    }
}

/// Adds the product and something more to this.
#[inline(never)]
#[target_feature(enable = "avx2")]
fn five_more<const MORE: usize>(
    block: &Five,
    number: &[Lanes; 5],
    more: [&[Lanes; 5]; MORE],
    out: &mut [Lanes; 5],
) {
    let mut sums = *out;
    for (at, sum) in sums.iter_mut().enumerate() {
        for more in &more {
            *sum = add(*sum, more[at]);
        }
    }
    *out = five(block, number, sums);
}

#[inline]
#[target_feature(enable = "avx2")]
fn five(block: &Five, number: &[Lanes; 5], mut sums: [Lanes; 5]) -> [Lanes; 5] {
    five_column::<0>(block, number, &mut sums);
    five_column::<1>(block, number, &mut sums);
    five_column::<2>(block, number, &mut sums);
    five_column::<3>(block, number, &mut sums);
    five_column::<4>(block, number, &mut sums);
    sums
}

#[inline]
#[target_feature(enable = "avx2")]
fn five_column<const COLUMN: usize>(block: &Five, number: &[Lanes; 5], sums: &mut [Lanes; 5]) {
    for (row, sum) in sums.iter_mut().enumerate() {
        *sum = plus_signed(*sum, block[4 + row - COLUMN], number[COLUMN]);
    }
}
