//! Numbers of one lane: whole, in pieces, and what is worked out once for each modulus.

use std::array::from_fn;

use weir_template::Wide;

/// How many bits a piece has.
pub(crate) const BITS: usize = 28;
/// All bits of a piece.
pub(crate) const MASK: u64 = (1 << BITS) - 1;
/// How many pieces a number has.
pub(crate) const N: usize = 40;
/// How many pieces of a modulus are made so that all their bits are set.
pub(crate) const LOW: usize = 3;

/// So many limbs as the pieces of a number need.
type Wider = [u64; 18];

/// The number in pieces, the lowest first.
pub(crate) fn split<const M: usize>(number: &[u64]) -> [u64; M] {
    let limb = |at: usize| u128::from(number.get(at).copied().unwrap_or(0));
    from_fn(|piece| {
        let (at, shift) = (piece * BITS / 64, piece * BITS % 64);
        ((limb(at + 1) << 64 | limb(at)) >> shift) as u64 & MASK
    })
}

fn join(pieces: &[u64; N]) -> Wider {
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

/// That multiple of the modulus of which all bits of the lowest pieces are set, without those and one more.
pub(crate) fn multiple(modulus: &Wide) -> [u64; N - LOW] {
    let low = u128::from(modulus[1]) << 64 | u128::from(modulus[0]);
    // Each round doubles how many bits of the inverse are right, of which the first has three.
    let inverse =
        (0..5).fold(low, |inverse, _| inverse.wrapping_mul(2_u128.wrapping_sub(low.wrapping_mul(inverse))));
    let factor = inverse.wrapping_neg();
    let factor: [u64; LOW] = split(&[factor as u64, (factor >> 64) as u64]);
    let pieces: [u64; N] = split(modulus);
    let mut carry = 1;
    let product: [u64; N] = from_fn(|at| {
        let products = factor.iter().zip(pieces[..=at].iter().rev());
        let sum = products.map(|(factor, piece)| factor * piece).sum::<u64>() + carry;
        carry = sum >> BITS;
        sum & MASK
    });
    from_fn(|at| product[at + LOW])
}

/// What stands for one: the remainder of 2^1120.
pub(crate) fn one(modulus: &Wide) -> [u64; N] {
    // 2^1024 less the modulus, which is at least half of it, times 2^96.
    const LIMBS: usize = (N * BITS - 1024) / 64;
    const SHIFT: usize = (N * BITS - 1024) % 64;
    let mut wider: Wider = [0; 18];
    let mut over = 0;
    let mut carry = true;
    for (limb, out) in modulus.iter().zip(&mut wider[LIMBS..]) {
        let (limb, next) = (!limb).overflowing_add(u64::from(carry));
        carry = next;
        *out = limb << SHIFT | over;
        over = limb >> (64 - SHIFT);
    }
    wider[LIMBS + 16] = over;
    split(&wider)
}

/// The remainder of what is at most the multiple of the modulus.
pub(crate) fn reduced(pieces: &[u64; N], modulus: &Wide) -> Wide {
    let mut rest = join(pieces);
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
