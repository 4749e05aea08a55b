//! Powers modulo numbers of 1024 bits: the search for one key makes some seventy thousand squares.
//!
//! Limbs hold 61 bits, so that a column of products is added up before anything is carried, and numbers may stay somewhat
//! above the modulus, so that none are compared. Products with the modulus are made two at a time as Karatsuba did,
//! a·d + b·c = (a + b)·(c + d) − a·c − b·d: sums of the modulus' limbs are known, and products such as a·c are few.

use crate::bigint::Natural;

/// How many limbs.
const N: usize = 17;
/// How many bits each has.
const BITS: usize = 61;
const MASK: u64 = (1 << BITS) - 1;
/// How many bits a modulus has, at most. Montgomery's divisor, 2^(17 * 61), is more than a thousand times larger, and so
/// products of two numbers below three times the modulus are less than one thousandth above it.
const MOST: usize = 1024;
/// How many bits of an exponent are looked at together.
const WINDOW: usize = 5;

type Limbs = [u64; N];

/// An odd modulus.
pub(super) struct Loose {
    limbs: Limbs,
    /// Of each column, the sums of two limbs that stand opposite each other.
    sums: [[u64; N / 2]; 2 * N - 1],
    /// Minus the inverse of the lowest limb, modulo 2^61.
    inverse: u64,
    /// One in Montgomery's form.
    one: Limbs,
}

impl Loose {
    /// None where the number is not of the size that this is made for. The inverse is that of more bits.
    pub(super) fn new(number: &Natural, inverse: u64) -> Option<Self> {
        if !(MOST - 63..=MOST).contains(&number.bits()) {
            return None;
        }
        let limbs = loose(number);
        let mut sums = [[0; N / 2]; 2 * N - 1];
        for (column, sums) in sums.iter_mut().enumerate() {
            let first = first_of(column);
            for (at, sum) in (first..column.div_ceil(2)).zip(sums) {
                *sum = limbs[at] + limbs[column - at];
            }
        }
        let mut one = Natural::default();
        one.set_bit(N * BITS);
        Some(Self { limbs, sums, inverse: inverse & MASK, one: loose(&one.modulo(number)) })
    }

    /// A number below the modulus to this power; it may be less than one thousandth above the modulus.
    pub(super) fn power(&self, base: &Natural, exponent: &Natural) -> Natural {
        // Times the divisor, to be divided by it: two to as many bits as it has.
        let base = self.times(&loose(base), &self.two_to(&Natural::from((N * BITS) as u64)));
        let mut table = [self.one; 1 << WINDOW];
        let mut last = self.one;
        for entry in table.iter_mut().skip(1) {
            last = self.times(&last, &base);
            *entry = last;
        }
        let mut result = self.one;
        for at in (0..exponent.bits().div_ceil(WINDOW)).rev() {
            for _ in 0..WINDOW {
                self.square(&mut result);
            }
            let digit =
                (0..WINDOW).fold(0, |digit, bit| digit | usize::from(exponent.bit(at * WINDOW + bit)) << bit);
            if digit > 0 {
                result = self.times(&result, table.get(digit).unwrap_or(&self.one));
            }
        }
        self.value(&result)
    }

    /// Two to this power, likewise: there is nothing to multiply by.
    pub(super) fn power_of_two(&self, exponent: &Natural) -> Natural {
        self.value(&self.two_to(exponent))
    }

    fn two_to(&self, exponent: &Natural) -> Limbs {
        let mut result = self.one;
        for at in (0..exponent.bits()).rev() {
            self.square(&mut result);
            if exponent.bit(at) {
                double(&mut result);
            }
        }
        result
    }

    fn value(&self, limbs: &Limbs) -> Natural {
        let mut one = [0; N];
        one[0] = 1;
        tight(&self.times(limbs, &one))
    }

    fn square(&self, a: &mut Limbs) {
        let twice = a.map(|limb| limb << 1);
        *a = self.reduced::<true>(a, &twice).expect(FITS);
    }

    fn times(&self, a: &Limbs, b: &Limbs) -> Limbs {
        self.reduced::<false>(a, b).expect(FITS)
    }

    /// The product, divided by 2^(17 * 61). Of a square, the second factor is twice the first.
    ///
    /// The additions look whether they overflow, though they never do: that keeps them in the order in which they stand here,
    /// as nothing else does. A compiler that is free to order them runs out of registers, and takes half as long again.
    #[inline(always)]
    fn reduced<const SQUARE: bool>(&self, a: &Limbs, b: &Limbs) -> Option<Limbs> {
        let mut reduction = Reduction { of: self, m: [0; N], products: [0; N], carry: 0, out: [0; N] };
        macro_rules! columns {
            ($way:ident $($at:literal)*) => { $( reduction.$way::<$at>(column::<$at, SQUARE>(a, b)?)?; )* };
        }
        columns!(low 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);
        columns!(high 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32);
        reduction.out[N - 1] = reduction.carry as u64;
        Some(reduction.out)
    }
}

const FITS: &str = "a column has at most 17 products of 122 bits, and 8 of 124";

/// Montgomery's reduction, column by column.
struct Reduction<'m> {
    of: &'m Loose,
    /// By what the modulus is multiplied to make the lower half zero.
    m: Limbs,
    /// The sums of the products of limbs of `m` and of the modulus at the same place, up to each.
    products: [u128; N],
    carry: u128,
    out: Limbs,
}

impl Reduction<'_> {
    /// A column of the lower half.
    #[inline(always)]
    fn low<const K: usize>(&mut self, column: u128) -> Option<()> {
        let (limbs, m, products) = (&self.of.limbs, &mut self.m, &mut self.products);
        let mut sum = column;
        if K > 0 {
            // The last limb of `m` is not known yet, so the first pair waits.
            sum = pairs::<K>(sum, m, &self.of.sums[K], 1)?;
            sum = sum.wrapping_add(middle::<K>(products)).wrapping_sub(products[K - 1] - products[0]);
            sum = sum.wrapping_add(wide(m[0], limbs[K]));
        }
        let sum = sum.wrapping_add(self.carry);
        m[K] = (sum as u64).wrapping_mul(self.of.inverse) & MASK;
        self.carry = sum.wrapping_add(wide(m[K], limbs[0])) >> BITS;
        products[K] = wide(m[K], limbs[K]).wrapping_add(if K > 0 { products[K - 1] } else { 0 });
        Some(())
    }

    /// A column of the upper half.
    #[inline(always)]
    fn high<const K: usize>(&mut self, column: u128) -> Option<()> {
        let first = K + 1 - N;
        let sum = pairs::<K>(column, &self.m, &self.of.sums[K], first)?;
        let sum = sum.wrapping_add(middle::<K>(&self.products));
        let sum = sum.wrapping_sub(self.products[N - 1] - self.products[first - 1]);
        let sum = sum.wrapping_add(self.carry);
        self.out[K - N] = sum as u64 & MASK;
        self.carry = sum >> BITS;
        Some(())
    }
}

/// The first limb that has one opposite in this column.
const fn first_of(column: usize) -> usize {
    if column < N { 0 } else { column + 1 - N }
}

/// The sums of limbs of `m` that stand opposite each other, from one on, times those of the modulus.
#[inline(always)]
fn pairs<const K: usize>(sum: u128, m: &Limbs, sums: &[u64; N / 2], first: usize) -> Option<u128> {
    let (mut sum, mut at) = (sum, first);
    while at < K - at {
        sum = sum.checked_add(wide(m[at] + m[K - at], sums[at - first_of(K)]))?;
        at += 1;
    }
    Some(sum)
}

/// Twice the product in the middle of a column: it is in no pair, but will be taken away with all others.
#[inline(always)]
fn middle<const K: usize>(products: &[u128; N]) -> u128 {
    if K.is_multiple_of(2) { (products[K / 2] - products[K / 2 - 1]) << 1 } else { 0 }
}

#[inline(always)]
fn column<const K: usize, const SQUARE: bool>(a: &Limbs, b: &Limbs) -> Option<u128> {
    let (mut sum, mut at) = (0_u128, first_of(K));
    let end = if SQUARE { K.div_ceil(2) } else { K + 1 - first_of(K) };
    while at < end {
        sum = sum.checked_add(wide(a[at], b[K - at]))?;
        at += 1;
    }
    if SQUARE && K.is_multiple_of(2) {
        sum = sum.checked_add(wide(a[K / 2], a[K / 2]))?;
    }
    Some(sum)
}

#[inline(always)]
fn wide(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

fn double(limbs: &mut Limbs) {
    let mut carry = 0;
    for limb in limbs {
        let sum = (*limb << 1) + carry;
        carry = sum >> BITS;
        *limb = sum & MASK;
    }
}

fn loose(number: &Natural) -> Limbs {
    let mut limbs = [0; N];
    limbs.iter_mut().zip(number.pieces(BITS)).for_each(|(limb, piece)| *limb = piece);
    limbs
}

fn tight(limbs: &Limbs) -> Natural {
    let mut out = vec![0_u64; N];
    for (at, limb) in limbs.iter().enumerate() {
        let place = at * BITS;
        let both = u128::from(*limb) << (place % 64);
        // Pieces do not overlap.
        for (limb, part) in out.iter_mut().skip(place / 64).zip([both as u64, (both >> 64) as u64]) {
            *limb |= part;
        }
    }
    Natural::from_limbs(out)
}
