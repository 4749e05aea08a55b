//! Several powers at once, where the caller has something that does that quicker than [`Modulus`].

use super::modular::Modulus;
use crate::bigint::Natural;
use crate::env::{Power, Powers, Wide};

/// How many bits a modulus must have for that.
const BITS: usize = LIMBS * 64;
const LIMBS: usize = 16;

/// How many powers modulo numbers of so many bits are had in the time of one.
pub(super) fn lanes(by: Option<&dyn Powers>, bits: usize) -> usize {
    by.filter(|_| bits == BITS).map_or(1, Powers::lanes)
}

/// Each base to its exponent, modulo its odd modulus.
pub(super) fn powers(by: Option<&dyn Powers>, of: &[[&Natural; 3]]) -> Vec<Natural> {
    let alone = || of.iter().map(|of| power(*of)).collect();
    by.and_then(|by| at_once(by, of)).unwrap_or_else(alone)
}

/// None where that is not for these numbers, or there are so few that they would take longer than alone.
pub(super) fn at_once(by: &dyn Powers, of: &[[&Natural; 3]]) -> Option<Vec<Natural>> {
    if of.len() < by.least() {
        return None;
    }
    let wide: Vec<_> = of.iter().map(wide).collect::<Option<_>>()?;
    Some(by.powers(&wide).into_iter().map(|power| Natural::from_limbs(power.to_vec())).collect())
}

fn wide([base, exponent, modulus]: &[&Natural; 3]) -> Option<Power> {
    let fits = modulus.bits() == BITS && !modulus.is_even();
    let limbs = |number: &Natural| -> Option<Wide> {
        let fits = number.bits() <= BITS;
        fits.then(|| number.limbs(LIMBS))?.try_into().ok()
    };
    fits.then_some(Power { base: limbs(base)?, exponent: limbs(exponent)?, modulus: limbs(modulus)? })
}

pub(super) fn power([base, exponent, modulus]: [&Natural; 3]) -> Natural {
    let modulus = Modulus::new(modulus);
    let power = if *base == Natural::from(2) {
        modulus.power_of_two(exponent)
    } else {
        modulus.power(&modulus.residue(base), exponent)
    };
    modulus.value(&power)
}
