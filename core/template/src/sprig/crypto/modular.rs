//! Arithmetic modulo an odd number, in Montgomery's form.
//!
//! Not made to withstand whoever measures the time it takes: keys made by templates are written to the output anyway.

use std::cmp::Ordering;

use super::inverse::inverse;
use super::loose::Loose;
use super::montgomery::Field;
use crate::bigint::Natural;

/// An odd modulus.
pub(super) struct Modulus {
    limbs: Vec<u64>,
    number: Natural,
    /// Minus the inverse of the lowest limb, modulo 2^64.
    inverse: u64,
    /// 2^(128 * limbs), reduced.
    square: Vec<u64>,
    /// The same for powers, where there is something quicker.
    loose: Option<Box<Loose>>,
}

/// A number in Montgomery's form.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Residue(Vec<u64>);

impl Modulus {
    pub(super) fn new(number: &Natural) -> Self {
        let count = number.bits().div_ceil(64);
        let limbs = number.limbs(count);
        let low = limbs.first().copied().unwrap_or(1);
        let inverse = (0..6)
            .fold(1_u64, |inverse, _| inverse.wrapping_mul(2_u64.wrapping_sub(low.wrapping_mul(inverse))));
        let mut square = Natural::default();
        square.set_bit(count * 128);
        let square = square.modulo(number).limbs(count);
        let inverse = inverse.wrapping_neg();
        let loose = Loose::new(number, inverse).map(Box::new);
        Self { limbs, number: number.clone(), inverse, square, loose }
    }

    pub(super) fn number(&self) -> &Natural {
        &self.number
    }

    pub(super) fn residue(&self, number: &Natural) -> Residue {
        let reduced = if *number < self.number { number.clone() } else { number.modulo(&self.number) };
        self.times(&Residue(reduced.limbs(self.limbs.len())), &Residue(self.square.clone()))
    }

    pub(super) fn small(&self, number: u64) -> Residue {
        self.residue(&Natural::from(number))
    }

    pub(super) fn value(&self, residue: &Residue) -> Natural {
        let mut one = vec![0; self.limbs.len()];
        if let Some(low) = one.first_mut() {
            *low = 1;
        }
        Natural::from_limbs(self.times(residue, &Residue(one)).0)
    }

    pub(super) fn times(&self, a: &Residue, b: &Residue) -> Residue {
        let mut product = a.clone();
        self.multiply(&mut product, b);
        product
    }

    fn multiply(&self, a: &mut Residue, b: &Residue) {
        let known = match self.limbs.len() {
            4 => self.multiply_of::<4>(a, b),
            16 => self.multiply_of::<16>(a, b),
            32 => self.multiply_of::<32>(a, b),
            _ => None,
        };
        if known.is_none() {
            *a = self.times_of_any(a, b);
        }
    }

    fn multiply_of<const N: usize>(&self, a: &mut Residue, b: &Residue) -> Option<()> {
        let limbs: &mut [u64; N] = a.0.as_mut_slice().try_into().ok()?;
        *limbs = self.field()?.times(limbs, b.0.as_slice().try_into().ok()?);
        Some(())
    }

    fn square(&self, a: &mut Residue) {
        let known = match self.limbs.len() {
            16 => self.square_of::<16, 32>(a),
            32 => self.square_of::<32, 64>(a),
            _ => None,
        };
        if known.is_none() {
            *a = self.times(a, a);
        }
    }

    fn square_of<const N: usize, const W: usize>(&self, a: &mut Residue) -> Option<()> {
        let limbs: &mut [u64; N] = a.0.as_mut_slice().try_into().ok()?;
        *limbs = self.field()?.squared::<W>(limbs);
        Some(())
    }

    fn field<const N: usize>(&self) -> Option<Field<'_, N>> {
        Some(Field { limbs: self.limbs.as_slice().try_into().ok()?, inverse: self.inverse })
    }

    fn times_of_any(&self, a: &Residue, b: &Residue) -> Residue {
        let count = self.limbs.len();
        let mut sum = vec![0_u64; count + 2];
        for digit in &a.0 {
            add_product(&mut sum, *digit, &b.0);
            let factor = sum.first().copied().unwrap_or(0).wrapping_mul(self.inverse);
            add_product(&mut sum, factor, &self.limbs);
            sum.rotate_left(1);
            if let Some(top) = sum.last_mut() {
                *top = 0;
            }
        }
        let over = sum.get(count).copied().unwrap_or(0) != 0;
        sum.truncate(count);
        if over || !less(&sum, &self.limbs) {
            subtract(&mut sum, &self.limbs);
        }
        Residue(sum)
    }

    pub(super) fn plus(&self, a: &Residue, b: &Residue) -> Residue {
        let mut carry = false;
        let mut sum: Vec<u64> = Vec::with_capacity(a.0.len());
        for (a, b) in a.0.iter().zip(&b.0) {
            let (part, over) = a.overflowing_add(*b);
            let (part, over_again) = part.overflowing_add(u64::from(carry));
            carry = over || over_again;
            sum.push(part);
        }
        if carry || !less(&sum, &self.limbs) {
            subtract(&mut sum, &self.limbs);
        }
        Residue(sum)
    }

    pub(super) fn minus(&self, a: &Residue, b: &Residue) -> Residue {
        let mut difference = a.0.clone();
        if subtract(&mut difference, &b.0) {
            let mut carry = false;
            for (out, limb) in difference.iter_mut().zip(&self.limbs) {
                let (part, over) = out.overflowing_add(*limb);
                let (part, over_again) = part.overflowing_add(u64::from(carry));
                carry = over || over_again;
                *out = part;
            }
        }
        Residue(difference)
    }

    pub(super) fn power(&self, base: &Residue, exponent: &Natural) -> Residue {
        match &self.loose {
            Some(loose) => self.residue(&loose.power(&self.value(base), exponent)),
            None => self.power_of_any(base, exponent),
        }
    }

    fn power_of_any(&self, base: &Residue, exponent: &Natural) -> Residue {
        let one = self.small(1);
        // Four bits at a time.
        let mut table = vec![one.clone()];
        for _ in 1..16 {
            let next = self.times(table.last().unwrap_or(&one), base);
            table.push(next);
        }
        let mut result = one.clone();
        for at in (0..exponent.bits().div_ceil(4)).rev() {
            for _ in 0..4 {
                self.square(&mut result);
            }
            let digit = (0..4).fold(0, |digit, bit| digit | usize::from(exponent.bit(at * 4 + bit)) << bit);
            if digit > 0 {
                self.multiply(&mut result, table.get(digit).unwrap_or(&one));
            }
        }
        result
    }

    /// Two to this power: there is nothing to multiply by.
    pub(super) fn power_of_two(&self, exponent: &Natural) -> Residue {
        if let Some(loose) = &self.loose {
            return self.residue(&loose.power_of_two(exponent));
        }
        let mut result = self.small(1);
        for at in (0..exponent.bits()).rev() {
            self.square(&mut result);
            if exponent.bit(at) {
                result = self.plus(&result, &result);
            }
        }
        result
    }

    /// The inverse, if there is one, as there is of all but zero where the modulus is prime; otherwise zero.
    pub(super) fn inverse(&self, number: &Residue) -> Residue {
        self.residue(&inverse(&self.value(number), &self.number).unwrap_or_default())
    }
}

impl Residue {
    pub(super) fn is_zero(&self) -> bool {
        self.0.iter().all(|limb| *limb == 0)
    }
}

fn add_product(sum: &mut [u64], digit: u64, limbs: &[u64]) {
    let mut carry: u128 = 0;
    let (low, high) = sum.split_at_mut(limbs.len());
    for (out, limb) in low.iter_mut().zip(limbs) {
        carry += u128::from(digit) * u128::from(*limb) + u128::from(*out);
        *out = carry as u64;
        carry >>= 64;
    }
    for out in high {
        carry += u128::from(*out);
        *out = carry as u64;
        carry >>= 64;
    }
}

fn less(a: &[u64], b: &[u64]) -> bool {
    a.iter().rev().cmp(b.iter().rev()) == Ordering::Less
}

/// Takes b from a; true if that went below zero.
fn subtract(a: &mut [u64], b: &[u64]) -> bool {
    let mut borrow = false;
    for (out, limb) in a.iter_mut().zip(b) {
        let (part, under) = out.overflowing_sub(*limb);
        let (part, under_again) = part.overflowing_sub(u64::from(borrow));
        borrow = under || under_again;
        *out = part;
    }
    borrow
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_the_same_whichever_way_they_are_made() {
        let mut seed = 1_u64;
        let mut next = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        };
        for count in [4, 5, 16, 32] {
            for round in 0..50 {
                let mut limbs: Vec<u64> =
                    (0..count).map(|_| if round == 0 { u64::MAX } else { next() }).collect();
                limbs[0] |= 1;
                limbs[count - 1] |= if round == 1 { 1 } else { 1 << 63 };
                let modulus = Modulus::new(&Natural::from_limbs(limbs.clone()));
                let mut residue =
                    || modulus.residue(&Natural::from_limbs((0..count).map(|_| next()).collect()));
                let (a, b) = (residue(), residue());
                assert!(modulus.times(&a, &b) == modulus.times_of_any(&a, &b), "{limbs:?}");
                let mut square = a.clone();
                modulus.square(&mut square);
                assert!(square == modulus.times_of_any(&a, &a), "{limbs:?}");
                let most = Residue(modulus.number().minus(&Natural::from(1)).unwrap().limbs(count));
                assert!(modulus.times(&most, &most) == modulus.times_of_any(&most, &most), "{limbs:?}");
                let mut square = most.clone();
                modulus.square(&mut square);
                assert!(square == modulus.times_of_any(&most, &most), "{limbs:?}");
                let exponent = Natural::from_limbs(vec![next(), next() >> 7]);
                let two = modulus.small(2);
                assert!(
                    modulus.power_of_two(&exponent) == modulus.power_of_any(&two, &exponent),
                    "{limbs:?}"
                );
                for base in [&a, &b, &two, &most, &modulus.small(0)] {
                    let power = modulus.power(base, &exponent);
                    assert!(power == modulus.power_of_any(base, &exponent), "{limbs:?}");
                }
            }
        }
    }
}
