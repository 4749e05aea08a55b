//! Powers by squares, in Montgomery's form.
//!
//! Numbers stay below a little more than twice the modulus, which is 65536 times smaller than what is divided by, so that
//! nothing is compared before the end.

use core::arch::x86_64::{
    _mm256_extract_epi64, _mm512_extracti64x4_epi64, _mm512_mask_blend_epi64, _mm512_set_epi64,
};
use std::array::from_fn;

use weir_template::{Power, Wide};

use super::product::{Modulus, product_of, square_of};
use super::{BITS, Columns, LANES, Lanes, MASK, Mask, N, Pieces, zero};
use crate::exponent::{WINDOW, bit, bits, digit, is_of_two};
use crate::wide::{join, power_of_two, reduced, split};

/// The powers, each below its modulus, which is odd and has its highest bit set.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn powers(of: &[Power; LANES]) -> [Wide; LANES] {
    let mut work = Work::new(of);
    let exponents = of.each_ref().map(|power| power.exponent.as_slice());
    if of.iter().all(is_of_two) {
        work.raise_two(exponents);
    } else {
        work.raise(lanes(of.each_ref().map(|power| split::<BITS, N>(&power.base))), exponents);
    }
    let pieces = work.values();
    from_fn(|lane| reduced(join::<BITS, N>(&pieces[lane]), &of[lane].modulus))
}

/// A number in each lane, its modulus, and room to work.
struct Work {
    modulus: Modulus,
    one: Pieces,
    number: Pieces,
    columns: Columns,
}

impl Work {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn new(of: &[Power; LANES]) -> Self {
        let one = lanes(of.each_ref().map(|power| {
            let one = reduced(power_of_two(N * BITS, &power.modulus), &power.modulus);
            split::<BITS, N>(&one)
        }));
        let modulus = lanes(of.each_ref().map(|power| split::<BITS, N>(&power.modulus)));
        let [factor] = lanes(of.each_ref().map(|power| [minus_inverse(power.modulus[0])]));
        Self { modulus: Modulus::new(&modulus, factor), one, number: one, columns: [zero(); 2 * N] }
    }

    /// Squares the number, and doubles it in those lanes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn square(&mut self, double: Mask) {
        square_of(&self.number, &mut self.columns);
        self.modulus.reduce(&mut self.columns, double, &mut self.number);
    }

    #[target_feature(enable = "avx512f,avx512ifma")]
    fn times(&mut self, other: &Pieces) {
        product_of(&self.number, other, &mut self.columns);
        self.modulus.reduce(&mut self.columns, 0, &mut self.number);
    }

    /// Two to these powers.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn raise_two(&mut self, exponents: [&[u64]; LANES]) {
        self.number = self.one;
        for at in (0..bits(exponents)).rev() {
            let ones = exponents.map(|exponent| bit(exponent, at) as Mask);
            self.square(ones.iter().rev().fold(0, |mask, one| mask << 1 | one));
        }
    }

    /// These numbers to these powers.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn raise(&mut self, base: Pieces, exponents: [&[u64]; LANES]) {
        let divisor = (N * BITS) as u64;
        // Times what is divided by, in Montgomery's form.
        self.raise_two([&[divisor]; LANES]);
        self.times(&base);
        let base = self.number;
        let mut table = [self.one; 1 << WINDOW];
        table[1] = base;
        for entry in table.iter_mut().skip(2) {
            self.times(&base);
            *entry = self.number;
        }
        self.number = self.one;
        for at in (0..bits(exponents)).step_by(WINDOW).rev() {
            for _ in 0..WINDOW {
                self.square(0);
            }
            let digits = exponents.map(|exponent| digit(exponent, at));
            self.times(&chosen(&table, digits));
        }
    }

    /// What the lanes stand for, or a multiple of the modulus more.
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn values(&mut self) -> [[u64; N]; LANES] {
        self.columns = from_fn(|at| if at < N { self.number[at] } else { zero() });
        self.modulus.reduce(&mut self.columns, 0, &mut self.number);
        let pieces = self.number.map(|piece| numbers(piece));
        from_fn(|lane| from_fn(|at| pieces[at][lane]))
    }
}

/// What times this odd number is one less than a multiple of 2^52.
pub(super) fn minus_inverse(number: u64) -> u64 {
    // Each round doubles how many bits of the inverse are right, of which the first has three.
    let inverse = (0..5)
        .fold(number, |inverse, _| inverse.wrapping_mul(2_u64.wrapping_sub(number.wrapping_mul(inverse))));
    inverse.wrapping_neg() & MASK
}

/// Of each lane another entry.
#[target_feature(enable = "avx512f,avx512ifma")]
fn chosen(table: &[Pieces; 1 << WINDOW], digits: [usize; LANES]) -> Pieces {
    let mut out = table[digits[0]];
    for (lane, digit) in digits.into_iter().enumerate().skip(1) {
        for (out, piece) in out.iter_mut().zip(&table[digit]) {
            *out = _mm512_mask_blend_epi64(1 << lane, *out, *piece);
        }
    }
    out
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn lanes<const M: usize>(numbers: [[u64; M]; LANES]) -> [Lanes; M] {
    let mut out = [zero(); M];
    for (at, out) in out.iter_mut().enumerate() {
        *out = register(numbers.map(|number| number[at]));
    }
    out
}

#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn register(numbers: [u64; LANES]) -> Lanes {
    let [a, b, c, d, e, f, g, h] = numbers.map(u64::cast_signed);
    _mm512_set_epi64(h, g, f, e, d, c, b, a)
}

#[target_feature(enable = "avx512f,avx512ifma")]
pub(super) fn numbers(register: Lanes) -> [u64; LANES] {
    let (low, high) = (_mm512_extracti64x4_epi64::<0>(register), _mm512_extracti64x4_epi64::<1>(register));
    let four = |half| {
        [
            _mm256_extract_epi64::<0>(half),
            _mm256_extract_epi64::<1>(half),
            _mm256_extract_epi64::<2>(half),
            _mm256_extract_epi64::<3>(half),
        ]
    };
    let ([a, b, c, d], [e, f, g, h]) = (four(low), four(high));
    [a, b, c, d, e, f, g, h].map(i64::cast_unsigned)
}
