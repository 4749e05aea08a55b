//! Natural numbers of any size, for decimals and for keys.

use std::cmp::Ordering;

/// A natural number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Natural {
    /// The lowest 64 bits first; the last one is never zero.
    limbs: Vec<u64>,
}

impl From<u64> for Natural {
    fn from(number: u64) -> Self {
        Self::new(vec![number])
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Natural {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.limbs.len().cmp(&other.limbs.len());
        by_length.then_with(|| self.limbs.iter().rev().cmp(other.limbs.iter().rev()))
    }
}

impl Natural {
    fn new(mut limbs: Vec<u64>) -> Self {
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        Self { limbs }
    }

    /// From decimal digits.
    pub(crate) fn from_decimal(digits: &str) -> Self {
        let mut number = Self::default();
        for digit in digits.bytes() {
            number.multiply_add(10, u64::from(digit - b'0'));
        }
        number
    }

    /// From bytes, the highest first.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let limbs =
            bytes.rchunks(8).map(|chunk| chunk.iter().fold(0, |limb, byte| limb << 8 | u64::from(*byte)));
        Self::new(limbs.collect())
    }

    /// As bytes, the highest first, without zeros in front.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let bytes: Vec<u8> = self.limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        bytes.get(zeros..).unwrap_or_default().to_vec()
    }

    /// As so many bytes, zeros in front.
    pub(crate) fn to_padded(&self, length: usize) -> Vec<u8> {
        let bytes = self.to_bytes();
        let mut out = vec![0; length.saturating_sub(bytes.len())];
        out.extend_from_slice(&bytes);
        out
    }

    /// As decimal digits.
    pub(crate) fn to_decimal(&self) -> String {
        const CHUNK: u64 = 10_000_000_000_000_000_000;
        let mut rest = self.clone();
        let mut chunks = Vec::new();
        while !rest.is_zero() {
            chunks.push(rest.divide_small(CHUNK));
        }
        let mut out = chunks.pop().unwrap_or(0).to_string();
        for chunk in chunks.iter().rev() {
            out.push_str(&format!("{chunk:019}"));
        }
        out
    }

    /// `10^exponent`
    pub(crate) fn power_of_ten(exponent: u32) -> Self {
        let mut number = Self::from(1);
        let mut rest = exponent;
        while rest > 0 {
            let step = rest.min(19);
            number.multiply_add(10_u64.pow(step), 0);
            rest -= step;
        }
        number
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    pub(crate) fn is_even(&self) -> bool {
        self.limbs.first().is_none_or(|limb| limb % 2 == 0)
    }

    /// How many bits it takes.
    pub(crate) fn bits(&self) -> usize {
        self.limbs.last().map_or(0, |limb| self.limbs.len() * 64 - limb.leading_zeros() as usize)
    }

    pub(crate) fn bit(&self, at: usize) -> bool {
        self.limbs.get(at / 64).is_some_and(|limb| limb >> (at % 64) & 1 == 1)
    }

    pub(crate) fn set_bit(&mut self, at: usize) {
        if self.limbs.len() <= at / 64 {
            self.limbs.resize(at / 64 + 1, 0);
        }
        if let Some(limb) = self.limbs.get_mut(at / 64) {
            *limb |= 1 << (at % 64);
        }
    }

    fn multiply_add(&mut self, factor: u64, summand: u64) {
        let mut carry = u128::from(summand);
        for limb in &mut self.limbs {
            carry += u128::from(*limb) * u128::from(factor);
            *limb = carry as u64;
            carry >>= 64;
        }
        if carry > 0 {
            self.limbs.push(carry as u64);
        }
    }

    /// Divides and gives the rest.
    fn divide_small(&mut self, by: u64) -> u64 {
        let mut rest: u128 = 0;
        for limb in self.limbs.iter_mut().rev() {
            let part = rest << 64 | u128::from(*limb);
            *limb = (part / u128::from(by)) as u64;
            rest = part % u128::from(by);
        }
        while self.limbs.last() == Some(&0) {
            self.limbs.pop();
        }
        rest as u64
    }

    /// The rest of a division.
    pub(crate) fn modulo_small(&self, by: u64) -> u64 {
        let step = |rest: u128, limb: &u64| (rest << 64 | u128::from(*limb)) % u128::from(by);
        self.limbs.iter().rev().fold(0, step) as u64
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        let mut limbs = Vec::with_capacity(self.limbs.len().max(other.limbs.len()) + 1);
        let mut carry: u128 = 0;
        for at in 0..self.limbs.len().max(other.limbs.len()) {
            carry += u128::from(self.limb(at)) + u128::from(other.limb(at));
            limbs.push(carry as u64);
            carry >>= 64;
        }
        limbs.push(carry as u64);
        Self::new(limbs)
    }

    fn limb(&self, at: usize) -> u64 {
        self.limbs.get(at).copied().unwrap_or(0)
    }

    /// The difference, unless it is below zero.
    pub(crate) fn minus(&self, other: &Self) -> Option<Self> {
        if self < other {
            return None;
        }
        let mut limbs = Vec::with_capacity(self.limbs.len());
        let mut borrow = false;
        for at in 0..self.limbs.len() {
            let (difference, under) = self.limb(at).overflowing_sub(other.limb(at));
            let (difference, under_again) = difference.overflowing_sub(u64::from(borrow));
            borrow = under || under_again;
            limbs.push(difference);
        }
        Some(Self::new(limbs))
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let mut limbs = vec![0_u64; self.limbs.len() + other.limbs.len()];
        for (at, a) in self.limbs.iter().enumerate() {
            let mut carry: u128 = 0;
            let row = limbs.get_mut(at..).unwrap_or_default();
            let (low, high) = row.split_at_mut(other.limbs.len());
            for (b, out) in other.limbs.iter().zip(low) {
                carry += u128::from(*a) * u128::from(*b) + u128::from(*out);
                *out = carry as u64;
                carry >>= 64;
            }
            if let Some(out) = high.first_mut() {
                *out = carry as u64;
            }
        }
        Self::new(limbs)
    }

    fn shifted_left(&self, by: u32) -> Self {
        if by == 0 {
            return self.clone();
        }
        let mut limbs = Vec::with_capacity(self.limbs.len() + 1);
        let mut carry = 0;
        for limb in &self.limbs {
            limbs.push(limb << by | carry);
            carry = limb >> (64 - by);
        }
        limbs.push(carry);
        Self::new(limbs)
    }

    pub(crate) fn shifted_right(&self, by: usize) -> Self {
        let (limbs, bits) = (by / 64, by % 64);
        let kept = self.limbs.get(limbs..).unwrap_or_default();
        if bits == 0 {
            return Self::new(kept.to_vec());
        }
        let above = kept.iter().skip(1).copied().chain(std::iter::once(0));
        Self::new(kept.iter().zip(above).map(|(limb, above)| limb >> bits | above << (64 - bits)).collect())
    }

    /// Quotient and rest. By zero: zero and the number itself.
    pub(crate) fn divided_by(&self, by: &Self) -> (Self, Self) {
        if by.is_zero() || self < by {
            return (Self::default(), self.clone());
        }
        if let [only] = by.limbs.as_slice() {
            let mut quotient = self.clone();
            let rest = quotient.divide_small(*only);
            return (quotient, Self::from(rest));
        }
        // Knuth's algorithm D: the divisor's highest bit is set, then each digit is guessed at most two too high.
        let shift = by.limbs.last().map_or(0, |limb| limb.leading_zeros());
        let divisor = by.shifted_left(shift).limbs;
        let mut rest = self.shifted_left(shift).limbs;
        rest.resize(self.limbs.len() + 1, 0);
        let count = divisor.len();
        let [.., second, top] = divisor.as_slice() else { return (Self::default(), self.clone()) };
        let mut quotient = vec![0; rest.len() - count];
        for at in (0..quotient.len()).rev() {
            let part = rest.get_mut(at..=at + count).unwrap_or_default();
            let digit = guess(part, *top, *second);
            let digit = subtract_product(part, &divisor, digit);
            if let Some(out) = quotient.get_mut(at) {
                *out = digit;
            }
        }
        rest.truncate(count);
        (Self::new(quotient), Self::new(rest).shifted_right(shift as usize))
    }

    pub(crate) fn modulo(&self, by: &Self) -> Self {
        self.divided_by(by).1
    }

    /// The number in pieces of so many bits (at most 63), the lowest first.
    pub(crate) fn pieces(&self, bits: usize) -> Vec<u64> {
        let piece = |start: usize| {
            let (at, shift) = (start / 64, start % 64);
            let both = u128::from(self.limb(at + 1)) << 64 | u128::from(self.limb(at));
            (both >> shift) as u64 & ((1 << bits) - 1)
        };
        (0..self.bits()).step_by(bits).map(piece).collect()
    }

    /// The limbs, filled up with zeros.
    pub(crate) fn limbs(&self, count: usize) -> Vec<u64> {
        let mut limbs = self.limbs.clone();
        limbs.resize(count, 0);
        limbs
    }

    pub(crate) fn from_limbs(limbs: Vec<u64>) -> Self {
        Self::new(limbs)
    }
}

/// A quotient digit from the two highest limbs of the divisor; at most one too high.
fn guess(part: &[u64], top: u64, second: u64) -> u64 {
    let [.., third, middle, high] = *part else { return 0 };
    let numerator = u128::from(high) << 64 | u128::from(middle);
    let mut digit = numerator / u128::from(top);
    let mut rest = numerator % u128::from(top);
    while digit > u128::from(u64::MAX) || digit * u128::from(second) > (rest << 64 | u128::from(third)) {
        digit -= 1;
        rest += u128::from(top);
        if rest > u128::from(u64::MAX) {
            break;
        }
    }
    digit as u64
}

/// Takes `digit` times the divisor from the part; one less if that was too much. Gives the right digit.
fn subtract_product(part: &mut [u64], divisor: &[u64], digit: u64) -> u64 {
    let mut carry: u128 = 0;
    let mut borrow = false;
    let padded = divisor.iter().copied().chain(std::iter::once(0));
    for (out, limb) in part.iter_mut().zip(padded) {
        carry += u128::from(digit) * u128::from(limb);
        let (difference, under) = out.overflowing_sub(carry as u64);
        let (difference, under_again) = difference.overflowing_sub(u64::from(borrow));
        borrow = under || under_again;
        *out = difference;
        carry >>= 64;
    }
    if !borrow {
        return digit;
    }
    let mut carry = false;
    let padded = divisor.iter().copied().chain(std::iter::once(0));
    for (out, limb) in part.iter_mut().zip(padded) {
        let (sum, over) = out.overflowing_add(limb);
        let (sum, over_again) = sum.overflowing_add(u64::from(carry));
        carry = over || over_again;
        *out = sum;
    }
    digit - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_undoes_multiplication() {
        let mut state: u64 = 88_172_645_463_325_252;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for round in 0..2000 {
            let mut limbs = |count| {
                (0..count).map(|_| if round % 3 == 0 { next() | 0xffff << 48 } else { next() }).collect()
            };
            let a = Natural::new(limbs(round % 7));
            let b = Natural::new(limbs(round % 5 + 1));
            let c = Natural::new(limbs(round % 4)).modulo(&b);
            let (quotient, rest) = a.times(&b).plus(&c).divided_by(&b);
            assert_eq!((quotient, rest), (a.clone(), c));
            assert_eq!(Natural::from_decimal(&a.to_decimal()), a);
            assert_eq!(Natural::from_bytes(&a.to_bytes()), a);
        }
    }
}
