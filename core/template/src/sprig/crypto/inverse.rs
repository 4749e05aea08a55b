//! Inverses modulo a number, as Euclid found them.
//!
//! Most of his quotients are small and follow from the highest bits alone, so that a run of them is worked out in single
//! numbers, and then applied to the long ones at once: see Knuth, The Art of Computer Programming, volume 2, algorithm 4.5.2 L.

use crate::bigint::Natural;

/// So many of the highest bits are looked at.
const BITS: usize = 62;

/// What times the number is one more than a multiple of the modulus; none where they have a factor in common.
pub(super) fn inverse(number: &Natural, modulus: &Natural) -> Option<Natural> {
    let mut pair = Pair {
        larger: modulus.clone(),
        smaller: number.modulo(modulus),
        factors: (Natural::from(0), Natural::from(1)),
        is_negative: true,
    };
    while !pair.smaller.is_zero() {
        match Run::of(&pair) {
            Some(run) => pair.apply(&run),
            None => pair.divide(),
        }
    }
    let Pair { larger, factors: (factor, _), is_negative, .. } = pair;
    let inverse = if is_negative { modulus.minus(&factor)? } else { factor };
    (larger == Natural::from(1)).then(|| inverse.modulo(modulus))
}

/// Two rests that follow each other.
struct Pair {
    larger: Natural,
    smaller: Natural,
    /// By what the number has to be multiplied for these rests. One of them is negative.
    factors: (Natural, Natural),
    /// It is the first.
    is_negative: bool,
}

impl Pair {
    fn divide(&mut self) {
        let (quotient, rest) = self.larger.divided_by(&self.smaller);
        self.larger = std::mem::replace(&mut self.smaller, rest);
        let next = self.factors.0.plus(&quotient.times(&self.factors.1));
        self.factors.0 = std::mem::replace(&mut self.factors.1, next);
        self.is_negative = !self.is_negative;
    }

    fn apply(&mut self, run: &Run) {
        let rest = |[a, b]: [i64; 2]| {
            let (x, y) = (times(&self.larger, a), times(&self.smaller, b));
            let (more, less) = if a < 0 || b > 0 { (y, x) } else { (x, y) };
            more.minus(&less).unwrap_or_default()
        };
        let (larger, smaller) = (rest(run.larger), rest(run.smaller));
        let factor = |[a, b]: [i64; 2]| times(&self.factors.0, a).plus(&times(&self.factors.1, b));
        self.factors = (factor(run.larger), factor(run.smaller));
        (self.larger, self.smaller) = (larger, smaller);
        self.is_negative ^= run.is_odd;
    }
}

/// Times a number without its sign.
fn times(number: &Natural, by: i64) -> Natural {
    number.times(&Natural::from(by.unsigned_abs()))
}

/// Some steps at once.
struct Run {
    /// How often the rests of before are in the rests that come of it.
    larger: [i64; 2],
    smaller: [i64; 2],
    /// There are an odd number of steps.
    is_odd: bool,
}

impl Run {
    /// The steps that the highest bits are enough for; none if there are none.
    fn of(pair: &Pair) -> Option<Self> {
        let shift = pair.larger.bits().checked_sub(BITS)?;
        let top = |number: &Natural| number.shifted_right(shift).limbs(1).first().map(|limb| *limb as i64);
        let (mut x, mut y) = (top(&pair.larger)?, top(&pair.smaller)?);
        let mut run = Self { larger: [1, 0], smaller: [0, 1], is_odd: false };
        loop {
            let ([a, b], [c, d]) = (run.larger, run.smaller);
            if y + c == 0 || y + d == 0 {
                break;
            }
            let quotient = (x + a) / (y + c);
            if quotient != (x + b) / (y + d) {
                break;
            }
            run = Self { larger: [c, d], smaller: [a - quotient * c, b - quotient * d], is_odd: !run.is_odd };
            (x, y) = (y, x - quotient * y);
        }
        (run.larger[1] != 0).then_some(run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(state: &mut u64, limbs: usize) -> Natural {
        let next = |state: &mut u64| {
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            // Long runs of ones and zeros too.
            match *state % 5 {
                0 => 0,
                1 => u64::MAX,
                _ => *state,
            }
        };
        Natural::from_limbs((0..limbs).map(|_| next(state)).collect())
    }

    #[test]
    fn a_number_times_its_inverse_is_one() {
        let (mut state, mut found) = (88_172_645_463_325_252, 0);
        let one = Natural::from(1);
        for round in 0..3000 {
            let modulus = number(&mut state, 1 + round % 17).plus(&Natural::from(2));
            let number = number(&mut state, 1 + round % 19);
            match inverse(&number, &modulus) {
                Some(inverse) => {
                    assert!(inverse < modulus);
                    assert_eq!(inverse.times(&number).modulo(&modulus), one, "{number:?} {modulus:?}");
                    found += 1;
                }
                None => assert!(divisor(number, modulus) != one),
            }
        }
        assert!((1000..2900).contains(&found), "{found}");
    }

    /// The greatest common one, the plain way.
    fn divisor(a: Natural, b: Natural) -> Natural {
        if b.is_zero() {
            return a;
        }
        let rest = a.modulo(&b);
        divisor(b, rest)
    }

    #[test]
    fn small_ones() {
        let of = |number: u64, modulus: u64| inverse(&Natural::from(number), &Natural::from(modulus));
        assert_eq!(of(3, 7), Some(Natural::from(5)));
        assert_eq!(of(10, 7), Some(Natural::from(5)));
        assert_eq!(of(1, 2), Some(Natural::from(1)));
        assert_eq!(of(6, 9), None);
        assert_eq!(of(0, 9), None);
        assert_eq!(of(9, 9), None);
    }
}
