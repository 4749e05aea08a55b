//! Squares and other products, divided by 2^1040 modulo a number as Montgomery did.

use super::block::{Low, add_product, divided, doubled, plus, square};
use super::{Columns, HALF, Half, Lanes, Mask, N, Pieces, part, part_mut, zero};

/// A column has twice as many products as a number has pieces, less one, each lower or upper half of which is below 2^52, as
/// often again from the modulus, and what the one before it carries. It is doubled at most.
const _: () = assert!(2 * (4 * N as u128 + 1) * (super::MASK as u128) <= u64::MAX as u128);

/// A modulus, in halves.
pub(super) struct Modulus {
    low: Low,
    high: Half,
}

impl Modulus {
    /// Of its pieces, and minus the inverse of the lowest one.
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn new(pieces: &Pieces, factor: Lanes) -> Self {
        Self { low: Low { pieces: *part(pieces, 0), factor }, high: *part(pieces, HALF) }
    }

    /// Divides a product, and doubles it in those lanes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub(super) fn reduce(&self, columns: &mut Columns, double: Mask, out: &mut Pieces) {
        let mut factors = [zero(); HALF];
        let carry = self.low.solve(part_mut(columns, 0), &mut factors, zero());
        add_product(&self.high, &factors, part_mut(columns, HALF));
        let carry = self.low.solve(part_mut(columns, HALF), &mut factors, carry);
        add_product(&self.high, &factors, part_mut(columns, N));
        let mut carry = doubled(carry, double);
        for (column, out) in columns[N..].iter().zip(out) {
            (*out, carry) = divided(plus(doubled(*column, double), carry));
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn square_of(a: &Pieces, columns: &mut Columns) {
    let (low, high) = (part(a, 0), part(a, HALF));
    square(low, part_mut(columns, 0));
    square(high, part_mut(columns, N));
    let mut between = [zero(); N];
    add_product(low, high, &mut between);
    for (column, product) in columns[HALF..].iter_mut().zip(between) {
        *column = plus(*column, plus(product, product));
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn product_of(a: &Pieces, b: &Pieces, columns: &mut Columns) {
    *columns = [zero(); 2 * N];
    for (a_at, b_at) in [(0, 0), (0, HALF), (HALF, 0), (HALF, HALF)] {
        add_product(part(a, a_at), part(b, b_at), part_mut(columns, a_at + b_at));
    }
}
