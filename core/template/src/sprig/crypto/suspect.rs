//! Numbers that may be prime, and the test of Miller and Rabin for them.

use super::together::powers;
use crate::bigint::Natural;
use crate::env::Powers;

/// An odd number above one.
pub(super) struct Suspect {
    number: Natural,
    /// One less.
    less: Natural,
    /// What is left of that when it is divided by two as often as it can be.
    odd: Natural,
    /// How often that is.
    zeros: usize,
}

/// Of each number, whether it passes the test with this base.
pub(super) fn passed(by: Option<&dyn Powers>, tests: &[(&Suspect, &Natural)]) -> Vec<bool> {
    let of: Vec<_> = tests.iter().map(|(suspect, base)| suspect.power(base)).collect();
    tests.iter().zip(powers(by, &of)).map(|((suspect, _), power)| suspect.allows(power)).collect()
}

impl Suspect {
    pub(super) fn new(number: Natural) -> Self {
        let less = number.minus(&Natural::from(1)).unwrap_or_default();
        let zeros = (0..less.bits()).find(|at| less.bit(*at)).unwrap_or(0);
        let odd = less.shifted_right(zeros);
        Self { number, less, odd, zeros }
    }

    /// What the test looks at.
    fn power<'n>(&'n self, base: &'n Natural) -> [&'n Natural; 3] {
        [base, &self.odd, &self.number]
    }

    /// Whether a base may have this power if the number is prime.
    fn allows(&self, mut power: Natural) -> bool {
        power == Natural::from(1)
            || power == self.less
            || (1..self.zeros).any(|_| {
                power = power.times(&power).modulo(&self.number);
                power == self.less
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{Power, Wide};
    use crate::sprig::crypto::modular::Modulus;

    /// Those of this crate, through the form in which others give them.
    struct Plain;

    impl Powers for Plain {
        fn lanes(&self) -> usize {
            4
        }

        fn powers(&self, of: &[Power]) -> Vec<Wide> {
            let power = |of: &Power| {
                let [base, exponent, modulus] =
                    [of.base, of.exponent, of.modulus].map(|number| Natural::from_limbs(number.to_vec()));
                let modulus = Modulus::new(&modulus);
                let power = modulus.value(&modulus.power(&modulus.residue(&base), &exponent));
                power.limbs(16).try_into().unwrap()
            };
            of.iter().map(power).collect()
        }
    }

    /// 2^bit, some times, and some more.
    fn near(times: u64, bit: usize, more: u64) -> Natural {
        let mut power = Natural::default();
        power.set_bit(bit);
        power.times(&Natural::from(times)).plus(&Natural::from(more))
    }

    /// A number, as often as given and one more.
    fn form(number: &Natural, times: u64) -> Natural {
        number.times(&Natural::from(times)).plus(&Natural::from(1))
    }

    /// A prime times its double less one.
    fn pseudoprime(more: u64) -> Natural {
        let prime = near(1, 511, more);
        let double = prime.plus(&prime).minus(&Natural::from(1)).unwrap();
        prime.times(&double)
    }

    /// Numbers of 1024 bits, and whether they pass with 2, 3, 5 and 7.
    fn numbers() -> Vec<(Natural, [bool; 4])> {
        let number = near(3, 336, 118_227);
        let carmichael = form(&number, 6).times(&form(&number, 12)).times(&form(&number, 18));
        vec![
            (near(1, 1023, 1155), [true; 4]),
            (near(1, 1023, 1157), [false; 4]),
            (carmichael, [false, true, true, true]),
            (pseudoprime(172_229), [true, false, false, false]),
            (pseudoprime(233_093), [false; 4]),
        ]
    }

    #[test]
    fn some_pass_with_one_base_and_not_with_another() {
        let bases = [2, 3, 5, 7].map(Natural::from);
        let (numbers, expected): (Vec<_>, Vec<_>) = numbers().into_iter().unzip();
        let suspects: Vec<_> = numbers.into_iter().map(Suspect::new).collect();
        let tests: Vec<_> =
            suspects.iter().flat_map(|suspect| bases.iter().map(move |base| (suspect, base))).collect();
        for by in [None, Some(&Plain as &dyn Powers)] {
            assert_eq!(passed(by, &tests), expected.concat());
            for count in 1..5 {
                let alone: Vec<_> = tests.chunks(count).flat_map(|tests| passed(by, tests)).collect();
                assert_eq!(alone, expected.concat(), "{count} at a time");
            }
        }
    }
}
