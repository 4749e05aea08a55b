//! Powers by squares, in Montgomery's form.
//!
//! Numbers stay below a little more than twice a multiple of the modulus, which is 4096 times smaller than what is divided by,
//! so that nothing is compared before the end.

use core::arch::x86_64::{_mm256_blend_epi32, _mm256_extract_epi64, _mm256_set_epi64x};
use std::array::from_fn;

use weir_template::{Power, Wide};

use super::pieces::{Lanes, Pieces, zero};
use super::product::Columns;
use super::reduce::{Factors, Modulus};
use super::{BITS, N, multiple};
use crate::exponent::{WINDOW, bit, bits, digit, is_of_two};
use crate::wide::{join, power_of_two, reduced, split};

/// The powers, each below its modulus, which is odd and has its highest bit set.
#[target_feature(enable = "avx2")]
pub(crate) fn powers(of: &[Power; 4]) -> [Wide; 4] {
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
    factors: Factors,
}

impl Work {
    #[target_feature(enable = "avx2")]
    fn new(of: &[Power; 4]) -> Self {
        let one = lanes(of.each_ref().map(|power| split::<BITS, N>(&power_of_two(N * BITS, &power.modulus))));
        let mut work = Self {
            modulus: Modulus::new(&lanes(of.each_ref().map(|power| multiple(&power.modulus)))),
            one,
            number: one,
            columns: Columns::new(&one),
            factors: [zero(); N],
        };
        // The square of one is one, and smaller.
        work.square(zero());
        work.one = work.number;
        work
    }

    /// Squares the number, and doubles it where there is a one.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn square(&mut self, double: Lanes) {
        self.columns.square(&self.number);
        self.reduce(double);
    }

    #[target_feature(enable = "avx2")]
    fn times(&mut self, other: &Pieces) {
        self.columns.multiply(&self.number, other);
        self.reduce(zero());
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn reduce(&mut self, shift: Lanes) {
        self.modulus.reduce(&mut self.columns, shift, &mut self.factors, &mut self.number);
    }

    /// Two to these powers.
    #[target_feature(enable = "avx2")]
    fn raise_two(&mut self, exponents: [&[u64]; 4]) {
        self.number = self.one;
        for at in (0..bits(exponents)).rev() {
            let ones = exponents.map(|exponent| bit(exponent, at));
            self.square(register(ones));
        }
    }

    /// These numbers to these powers.
    #[target_feature(enable = "avx2")]
    fn raise(&mut self, base: Pieces, exponents: [&[u64]; 4]) {
        let divisor = (N * BITS) as u64;
        // Times what is divided by, in Montgomery's form.
        self.raise_two([&[divisor]; 4]);
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
                self.square(zero());
            }
            let digits = exponents.map(|exponent| digit(exponent, at));
            self.times(&chosen(&table, digits));
        }
    }

    /// What the lanes stand for, or a multiple of the modulus more.
    #[target_feature(enable = "avx2")]
    fn values(&mut self) -> [[u64; N]; 4] {
        self.columns = Columns::new(&self.number);
        self.reduce(zero());
        let mut out = [[0; N]; 4];
        for (at, piece) in self.number.iter().enumerate() {
            out[0][at] = _mm256_extract_epi64::<0>(*piece) as u64;
            out[1][at] = _mm256_extract_epi64::<1>(*piece) as u64;
            out[2][at] = _mm256_extract_epi64::<2>(*piece) as u64;
            out[3][at] = _mm256_extract_epi64::<3>(*piece) as u64;
        }
        out
    }
}

/// Of each lane another entry.
#[target_feature(enable = "avx2")]
fn chosen(table: &[Pieces; 1 << WINDOW], digits: [usize; 4]) -> Pieces {
    let [a, b, c, d] = digits.map(|digit| &table[digit]);
    from_fn(|at| {
        let (low, high) = (
            _mm256_blend_epi32::<0b0000_1100>(a[at], b[at]),
            _mm256_blend_epi32::<0b1100_0000>(c[at], d[at]),
        );
        _mm256_blend_epi32::<0b1111_0000>(low, high)
    })
}

#[target_feature(enable = "avx2")]
fn lanes<const M: usize>(numbers: [[u64; M]; 4]) -> [Lanes; M] {
    from_fn(|at| register(numbers.map(|number| number[at])))
}

#[inline]
#[target_feature(enable = "avx2")]
fn register([a, b, c, d]: [u64; 4]) -> Lanes {
    _mm256_set_epi64x(d as i64, c as i64, b as i64, a as i64)
}
