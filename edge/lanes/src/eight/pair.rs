//! Two powers at a time, where there are no more: the pieces of each number are side by side in three registers. Each product
//! waits for the one before, so that the two take hardly longer than one.

use core::arch::x86_64::{
    _mm512_add_epi64, _mm512_alignr_epi64, _mm512_and_si512, _mm512_broadcastq_epi64, _mm512_castsi512_si128,
    _mm512_cmpeq_epi64_mask, _mm512_cmpgt_epu64_mask, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64,
    _mm512_mask_add_epi64, _mm512_maskz_srli_epi64, _mm512_permutexvar_epi64, _mm512_set1_epi64,
    _mm512_srli_epi64,
};
use std::array::from_fn;

use weir_template::{Power, Wide};

use super::power::{minus_inverse, numbers, register};
use super::{BITS, LANES, Lanes, MASK, N, zero};
use crate::exponent::{WINDOW, bit, bits, digit};
use crate::wide::{join, power_of_two, reduced, split};

/// How many registers a number takes: there is room for more than its pieces.
const PARTS: usize = N / LANES + 1;

/// The pieces of a number, the lowest first, and zeros above.
type Number = [Lanes; PARTS];

/// What both powers have.
type Both<T> = [T; 2];

/// The powers, each below its modulus, which is odd and has its highest bit set.
#[target_feature(enable = "avx512f,avx512ifma")]
pub(crate) fn pair(of: &Both<Power>) -> Both<Wide> {
    let moduli = from_fn(|side| Modulus::new(&of[side].modulus));
    let one = from_fn(|side| {
        let modulus = &of[side].modulus;
        number(&reduced(power_of_two(N * BITS, modulus), modulus))
    });
    let base = from_fn(|side| number(&of[side].base));
    let power = raised(&moduli, &one, &base, of.each_ref().map(|power| power.exponent.as_slice()));
    from_fn(|side| reduced(join::<BITS, N>(&pieces(&power[side])), &of[side].modulus))
}

/// These numbers to these powers, of which the ones are given in Montgomery's form.
#[target_feature(enable = "avx512f,avx512ifma")]
fn raised(
    moduli: &Both<Modulus>,
    one: &Both<Number>,
    base: &Both<Number>,
    exponents: Both<&[u64]>,
) -> Both<Number> {
    // Times what is divided by, in Montgomery's form: two to as many bits as that has.
    let divisor = [(N * BITS) as u64];
    let mut two = *one;
    for at in (0..bits([&divisor[..]])).rev() {
        two = times(moduli, &two, &two);
        if bit(&divisor, at) == 1 {
            two = two.map(|two| carried(two.map(|part| _mm512_add_epi64(part, part))));
        }
    }
    let base = times(moduli, &two, base);
    let mut table = [*one; 1 << WINDOW];
    for at in 1..table.len() {
        table[at] = times(moduli, &table[at - 1], &base);
    }
    let mut power = *one;
    for at in (0..bits(exponents)).step_by(WINDOW).rev() {
        for _ in 0..WINDOW {
            power = times(moduli, &power, &power);
        }
        let factor = from_fn(|side| table[digit(exponents[side], at)][side]);
        power = times(moduli, &power, &factor);
    }
    let plain = number(&[1]);
    times(moduli, &power, &[plain; 2])
}

struct Modulus {
    number: Number,
    /// What its lowest piece is multiplied by to be one less than a multiple of 2^52, in each lane.
    factor: Lanes,
}

impl Modulus {
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn new(modulus: &Wide) -> Self {
        let factor = _mm512_set1_epi64(minus_inverse(modulus[0]) as i64);
        Self { number: number(modulus), factor }
    }

    /// Adds what makes the lowest piece zero, leaves that out, and adds this besides. The next piece waits for little of it.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    fn step(&self, sums: &Number, mut besides: Number) -> Number {
        let factor = _mm512_madd52lo_epu64(zero(), sums[0], self.factor);
        let factor = _mm512_broadcastq_epi64(_mm512_castsi512_si128(factor));
        let [low, middle, high]: Number =
            from_fn(|part| _mm512_madd52lo_epu64(sums[part], self.number[part], factor));
        for (sum, piece) in besides.iter_mut().zip(self.number) {
            *sum = _mm512_madd52hi_epu64(*sum, piece, factor);
        }
        let carry = _mm512_maskz_srli_epi64::<{ BITS as u32 }>(1, low);
        let [first, second, third] = besides;
        [
            _mm512_add_epi64(_mm512_add_epi64(_mm512_alignr_epi64::<1>(middle, low), carry), first),
            _mm512_add_epi64(_mm512_alignr_epi64::<1>(high, middle), second),
            _mm512_add_epi64(_mm512_alignr_epi64::<1>(zero(), high), third),
        ]
    }
}

/// Products, divided by 2^1040 as Montgomery did. Of numbers below twice the modulus they are less than a thousandth above it.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn times(moduli: &Both<Modulus>, a: &Both<Number>, b: &Both<Number>) -> Both<Number> {
    let piece = |side: usize, at: usize| {
        let lane = _mm512_set1_epi64((at % LANES) as i64);
        _mm512_permutexvar_epi64(lane, b[side][at / LANES])
    };
    let mut pieces: Both<Lanes> = from_fn(|side| piece(side, 0));
    let mut sums: Both<Number> =
        from_fn(|side| a[side].map(|part| _mm512_madd52lo_epu64(zero(), part, pieces[side])));
    for at in 1..=N {
        for side in 0..2 {
            // Of the last piece there is only the upper half left; the one behind it is zero.
            let next = piece(side, at);
            let products = a[side].map(|part| {
                let low = _mm512_madd52lo_epu64(zero(), part, next);
                _mm512_madd52hi_epu64(low, part, pieces[side])
            });
            sums[side] = moduli[side].step(&sums[side], products);
            pieces[side] = next;
        }
    }
    sums.map(|sums| carried(sums))
}

/// The same number in pieces below 2^52, each of which had hardly more than ten bits above that.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn carried(sums: Number) -> Number {
    let mask = _mm512_set1_epi64(MASK as i64);
    let [low, middle, high] = sums.map(|part| _mm512_srli_epi64::<{ BITS as u32 }>(part));
    let carries = [
        _mm512_alignr_epi64::<7>(low, zero()),
        _mm512_alignr_epi64::<7>(middle, low),
        _mm512_alignr_epi64::<7>(high, middle),
    ];
    let pieces: Number = from_fn(|part| _mm512_add_epi64(_mm512_and_si512(sums[part], mask), carries[part]));
    // Those that carry a one, and those that hand on the one that they get.
    let (mut over, mut full) = (0_u32, 0_u32);
    for part in (0..PARTS).rev() {
        over = over << LANES | u32::from(_mm512_cmpgt_epu64_mask(pieces[part], mask));
        full = full << LANES | u32::from(_mm512_cmpeq_epi64_mask(pieces[part], mask));
    }
    let ones = (full + (over << 1)) ^ full;
    from_fn(|part| {
        let lanes = (ones >> (part * LANES)) as u8;
        let piece = _mm512_mask_add_epi64(pieces[part], lanes, pieces[part], _mm512_set1_epi64(1));
        _mm512_and_si512(piece, mask)
    })
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn number(limbs: &[u64]) -> Number {
    let pieces = split::<BITS, N>(limbs);
    from_fn(|part| register(from_fn(|lane| pieces.get(part * LANES + lane).copied().unwrap_or(0))))
}

#[target_feature(enable = "avx512f,avx512ifma")]
fn pieces(number: &Number) -> [u64; N] {
    let lanes = number.map(|part| numbers(part));
    from_fn(|at| lanes[at / LANES][at % LANES])
}
