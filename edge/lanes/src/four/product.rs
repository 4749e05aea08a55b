//! Squares and other products, not yet reduced.
//!
//! They are made of products of halves as Karatsuba did, a·d + b·c = (a + b)·(c + d) − a·c − b·d, and those of blocks of
//! five pieces: what is added up for the five columns of a block stays in registers.

use std::array::from_fn;

use super::pieces::{HALF, Lanes, Pieces, add, part, part_mut, plus, subtract, sum, zero};
use super::{MASK, N};

/// How many pieces a block has.
const BLOCK: usize = 5;
/// How many blocks a half has.
const BLOCKS: usize = HALF / BLOCK;

/// A half of a number, or the sum of both.
type Half = [Lanes; HALF];

/// Twice the sum of two pieces can be multiplied.
const _: () = assert!(4 * MASK <= u32::MAX as u64);

/// What a product has before anything is carried.
pub(crate) struct Columns {
    /// The product of the lower halves, and then that of the upper halves. In `Columns::join` they get what is between them.
    pub(crate) all: [Lanes; 2 * N],
    /// The product of the sums of both halves.
    between: [Lanes; N],
}

impl Columns {
    /// Those of a number that is multiplied by one.
    #[target_feature(enable = "avx2")]
    pub(crate) fn new(number: &Pieces) -> Self {
        let all = from_fn(|at| if at < N { number[at] } else { zero() });
        Self { all, between: *number }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(crate) fn square(&mut self, a: &Pieces) {
        square(part(a, 0), part_mut(&mut self.all, 0));
        square(&halves(a), &mut self.between);
        square(part(a, HALF), part_mut(&mut self.all, N));
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    pub(crate) fn multiply(&mut self, a: &Pieces, b: &Pieces) {
        multiply(part(a, 0), part(b, 0), part_mut(&mut self.all, 0));
        multiply(&halves(a), &halves(b), &mut self.between);
        multiply(part(a, HALF), part(b, HALF), part_mut(&mut self.all, N));
    }

    /// Adds the products of lower and upper halves. The lowest twenty columns and the highest are right without them.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(crate) fn join(&mut self) {
        let (all, between) = (&mut self.all, &self.between);
        for at in 0..HALF {
            let less = subtract(all[at + HALF], all[at + N]);
            let lower = add(less, subtract(between[at], all[at]));
            let upper = subtract(between[at + HALF], add(less, all[at + N + HALF]));
            (all[at + HALF], all[at + N]) = (lower, upper);
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn halves(a: &Pieces) -> Half {
    sum(part(a, 0), part(a, HALF))
}

#[inline]
#[target_feature(enable = "avx2")]
fn square(a: &Half, out: &mut [Lanes; N]) {
    let twice = sum(a, a);
    square_block::<0>(a, &twice, part_mut(out, 0));
    square_block::<5>(a, &twice, part_mut(out, 5));
    square_block::<10>(a, &twice, part_mut(out, 10));
    square_block::<15>(a, &twice, part_mut(out, 15));
    square_block::<20>(a, &twice, part_mut(out, 20));
    square_block::<25>(a, &twice, part_mut(out, 25));
    square_block::<30>(a, &twice, part_mut(out, 30));
    square_block::<35>(a, &twice, part_mut(out, 35));
}

/// Five columns, from this one on. Inlined into each other they would run out of registers.
#[inline(never)]
#[target_feature(enable = "avx2")]
fn square_block<const FIRST: usize>(a: &Half, twice: &Half, out: &mut [Lanes; BLOCK]) {
    let mut sums = [zero(); BLOCK];
    macro_rules! rows {
        ($($row:literal)*) => { $( square_row::<FIRST, $row>(a, twice, &mut sums); )* };
    }
    rows!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19);
    *out = sums;
}

/// The products of one piece and all above it, which count twice, and its square.
#[inline]
#[target_feature(enable = "avx2")]
fn square_row<const FIRST: usize, const ROW: usize>(a: &Half, twice: &Half, sums: &mut [Lanes; BLOCK]) {
    for (column, sum) in (FIRST..).zip(sums) {
        if column == 2 * ROW {
            *sum = plus(*sum, a[ROW], a[ROW]);
        } else if column > 2 * ROW && column < ROW + HALF {
            *sum = plus(*sum, twice[ROW], a[column - ROW]);
        }
    }
}

#[inline(never)]
#[target_feature(enable = "avx2")]
fn multiply(a: &Half, b: &Half, out: &mut [Lanes; N]) {
    let mut sums = [zero(); 2 * BLOCK];
    for block in 0..2 * BLOCKS {
        for low in (block + 1).saturating_sub(BLOCKS)..BLOCKS.min(block + 1) {
            let (a, b) = (part(a, BLOCK * low), part(b, BLOCK * (block - low)));
            row::<0>(a, b, &mut sums);
            row::<1>(a, b, &mut sums);
            row::<2>(a, b, &mut sums);
            row::<3>(a, b, &mut sums);
            row::<4>(a, b, &mut sums);
        }
        *part_mut(out, BLOCK * block) = *part::<BLOCK>(&sums, 0);
        sums.copy_within(BLOCK.., 0);
        *part_mut(&mut sums, BLOCK) = [zero(); BLOCK];
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn row<const ROW: usize>(a: &[Lanes; BLOCK], b: &[Lanes; BLOCK], sums: &mut [Lanes; 2 * BLOCK]) {
    for at in 0..BLOCK {
        sums[ROW + at] = plus(sums[ROW + at], a[ROW], b[at]);
    }
}
