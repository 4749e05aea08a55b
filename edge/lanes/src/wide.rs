//! Numbers of one lane: whole, and in pieces.

use std::array::from_fn;

use weir_template::Wide;

/// As many limbs as the pieces of a number need.
pub(crate) type Wider = [u64; 18];

/// The number in pieces of so many bits, the lowest first.
pub(crate) fn split<const BITS: usize, const M: usize>(number: &[u64]) -> [u64; M] {
    let limb = |at: usize| u128::from(number.get(at).copied().unwrap_or(0));
    from_fn(|piece| {
        let (at, shift) = (piece * BITS / 64, piece * BITS % 64);
        ((limb(at + 1) << 64 | limb(at)) >> shift) as u64 & ((1 << BITS) - 1)
    })
}

/// The number of such pieces.
pub(crate) fn join<const BITS: usize, const M: usize>(pieces: &[u64; M]) -> Wider {
    let mut out = [0; 18];
    for (at, piece) in pieces.iter().enumerate() {
        let (place, shift) = (at * BITS / 64, at * BITS % 64);
        let both = u128::from(*piece) << shift;
        // Pieces do not overlap.
        for (limb, part) in out.iter_mut().skip(place).zip([both as u64, (both >> 64) as u64]) {
            *limb |= part;
        }
    }
    out
}

/// A remainder of 2^bits, which is more than 2^1024: less than that, but not below the modulus.
pub(crate) fn power_of_two(bits: usize, modulus: &Wide) -> Wider {
    // 2^1024 less the modulus, which is at least half of it, times the rest.
    let (limbs, shift) = ((bits - 1024) / 64, (bits - 1024) % 64);
    let mut wider: Wider = [0; 18];
    let mut over = 0;
    let mut carry = true;
    for (limb, out) in modulus.iter().zip(&mut wider[limbs..]) {
        let (limb, next) = (!limb).overflowing_add(u64::from(carry));
        carry = next;
        let both = u128::from(limb) << shift;
        *out = both as u64 | over;
        over = (both >> 64) as u64;
    }
    wider[limbs + 16] = over;
    wider
}

/// The remainder of what is at most 2^128 times the modulus.
pub(crate) fn reduced(mut rest: Wider, modulus: &Wide) -> Wide {
    // The modulus is 64 bits wider first.
    for place in [1, 0] {
        let rest = &mut rest[place..];
        // Never too large, and too small by hardly more than one.
        let top = u128::from(rest[16]) << 64 | u128::from(rest[15]);
        let quotient = (top / (u128::from(modulus[15]) + 1)) as u64;
        subtract(rest, modulus, quotient);
        while !is_below(rest, modulus) {
            subtract(rest, modulus, 1);
        }
    }
    from_fn(|at| rest[at])
}

/// Whether the number is below the modulus.
fn is_below(number: &[u64], modulus: &Wide) -> bool {
    number[16..].iter().all(|limb| *limb == 0) && number[..16].iter().rev().lt(modulus.iter().rev())
}

fn subtract(number: &mut [u64], modulus: &Wide, times: u64) {
    let mut carry = 0;
    for (at, limb) in number.iter_mut().enumerate() {
        carry += u128::from(modulus.get(at).copied().unwrap_or(0)) * u128::from(times);
        let (rest, under) = limb.overflowing_sub(carry as u64);
        *limb = rest;
        carry = (carry >> 64) + u128::from(under);
    }
}
