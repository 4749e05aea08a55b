//! What is raised, and how exponents are read: from the top, in windows.

use weir_template::Power;

/// True if it is two that is raised: there is nothing to multiply by.
pub(crate) fn is_of_two(power: &Power) -> bool {
    power.base[0] == 2 && power.base[1..].iter().all(|limb| *limb == 0)
}

/// How many bits are looked at together.
pub(crate) const WINDOW: usize = 4;

/// How many bits the longest of them has.
pub(crate) fn bits<const LANES: usize>(exponents: [&[u64]; LANES]) -> usize {
    let bits = |number: &[u64]| {
        let top = number.iter().rposition(|limb| *limb != 0);
        top.map_or(0, |at| at * 64 + 64 - number[at].leading_zeros() as usize)
    };
    exponents.map(bits).into_iter().max().unwrap_or(0)
}

/// One bit.
pub(crate) fn bit(exponent: &[u64], at: usize) -> u64 {
    exponent[at / 64] >> (at % 64) & 1
}

/// The window that begins there.
pub(crate) fn digit(exponent: &[u64], at: usize) -> usize {
    (exponent[at / 64] >> (at % 64)) as usize % (1 << WINDOW)
}
