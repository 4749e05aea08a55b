//! Numbers of one lane: whole, in pieces, and what is worked out once for each modulus.

use weir_template::Wide;

/// How many bits a piece has.
pub(crate) const BITS: usize = 28;
/// All bits of a piece.
pub(crate) const MASK: u64 = (1 << BITS) - 1;
/// How many pieces a number has.
pub(crate) const N: usize = 38;

/// One limb more than a modulus has.
type Wider = [u64; 17];

/// The number in pieces, the lowest first.
pub(crate) fn split<const M: usize>(number: &[u64]) -> [u64; M] {
    let limb = |at: usize| u128::from(number.get(at).copied().unwrap_or(0));
    std::array::from_fn(|piece| {
        let (at, shift) = (piece * BITS / 64, piece * BITS % 64);
        ((limb(at + 1) << 64 | limb(at)) >> shift) as u64 & MASK
    })
}

fn join(pieces: &[u64; N]) -> Wider {
    let mut out = [0; 17];
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

/// That multiple of the modulus of which all bits of the lowest piece are set, without that piece and one more.
pub(crate) fn multiple(modulus: &Wide) -> [u64; N - 1] {
    let low = modulus[0];
    // Each round doubles how many bits of the inverse are right, of which the first has three.
    let inverse =
        (0..4).fold(low, |inverse, _| inverse.wrapping_mul(2_u64.wrapping_sub(low.wrapping_mul(inverse))));
    let factor = inverse.wrapping_neg() & MASK;
    let mut carry = 1;
    let mut product = modulus.map(|limb| {
        carry += u128::from(limb) * u128::from(factor);
        let low = carry as u64;
        carry >>= 64;
        low
    });
    for at in 0..16 {
        let above = product.get(at + 1).copied().unwrap_or(carry as u64);
        product[at] = product[at] >> BITS | above << (64 - BITS);
    }
    split(&product)
}

/// What stands for one: the remainder of 2^1064.
pub(crate) fn one(modulus: &Wide) -> [u64; N] {
    // 2^1024 less the modulus, which is at least half of it, times 2^40.
    const SHIFT: usize = N * BITS - 1024;
    let mut over = 0;
    let mut carry = true;
    let shifted = modulus.map(|limb| {
        let (limb, next) = (!limb).overflowing_add(u64::from(carry));
        carry = next;
        let low = limb << SHIFT | over;
        over = limb >> (64 - SHIFT);
        low
    });
    let mut wider = [over; 17];
    wider[..16].copy_from_slice(&shifted);
    split(&wider)
}

/// The remainder of what is at most the multiple of the modulus.
pub(crate) fn reduced(pieces: &[u64; N], modulus: &Wide) -> Wide {
    let mut rest = join(pieces);
    // Never too large, and too small by hardly more than one.
    let top = u128::from(rest[16]) << 64 | u128::from(rest[15]);
    let quotient = (top / (u128::from(modulus[15]) + 1)) as u64;
    subtract(&mut rest, modulus, quotient);
    while !is_below(&rest, modulus) {
        subtract(&mut rest, modulus, 1);
    }
    std::array::from_fn(|at| rest[at])
}

/// Whether the number is below the modulus.
fn is_below(number: &Wider, modulus: &Wide) -> bool {
    number[16] == 0 && number[..16].iter().rev().lt(modulus.iter().rev())
}

fn subtract(number: &mut Wider, modulus: &Wide, times: u64) {
    let mut carry = 0;
    for (at, limb) in number.iter_mut().enumerate() {
        carry += u128::from(modulus.get(at).copied().unwrap_or(0)) * u128::from(times);
        let (rest, under) = limb.overflowing_sub(carry as u64);
        *limb = rest;
        carry = (carry >> 64) + u128::from(under);
    }
}
