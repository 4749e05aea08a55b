//! Products and their reduction, four at a time: what a loop does to all lanes of a register it does to four numbers.
//!
//! Pieces of 28 bits leave room to add up a whole column of products before anything is carried, in both the product and
//! its reduction. Four columns are worked out together, so that what was loaded is used several times.

use core::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_and_si256, _mm256_mul_epu32, _mm256_set1_epi64x, _mm256_setzero_si256,
    _mm256_sllv_epi64, _mm256_srli_epi64,
};

use crate::wide::{BITS, MASK, N};

/// One piece of each number.
pub(crate) type Lanes = __m256i;
/// A number in each lane.
pub(crate) type Pieces = [Lanes; N];
/// What a product has before anything is carried.
pub(crate) type Columns = [Lanes; 2 * N - 1];

/// A column has no more products of pieces than numbers and the modulus have pieces, and what the one before it carries, which
/// is less than one more. It is shifted by one bit at most.
const _: () = assert!(2 * (2 * N as u128) * (MASK as u128 * MASK as u128) <= u64::MAX as u128);

/// How many columns there are on either side of the one in the middle.
const SIDE: usize = N - 1;
/// How many columns are worked out together.
const TILE: usize = 4;
const TILES: usize = SIDE / TILE;

#[inline]
#[target_feature(enable = "avx2")]
fn plus(sum: Lanes, a: Lanes, b: Lanes) -> Lanes {
    _mm256_add_epi64(sum, _mm256_mul_epu32(a, b))
}

/// Adds the products of the first rows of `a` to four columns: in the first one, the last row meets the first of `b`.
#[inline]
#[target_feature(enable = "avx2")]
fn rows<const ROWS: usize, const SPAN: usize>(sums: &mut [Lanes; TILE], a: &[Lanes], b: &[Lanes]) {
    let a: &[Lanes; ROWS] = a.first_chunk().expect("as many rows");
    let b: &[Lanes; SPAN] = b.first_chunk().expect("one less than rows and columns");
    for row in 0..ROWS {
        for at in 0..TILE {
            sums[at] = plus(sums[at], a[row], b[ROWS - 1 + at - row]);
        }
    }
}

/// The square of `a`. `back` is the same, the last piece first.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn square(a: &Pieces, back: &Pieces, out: &mut Columns) {
    square_side(a, out, |column| column);
    square_side(back, out, |column| 2 * N - 2 - column);
    let mut sum = _mm256_setzero_si256();
    for at in 0..N / 2 {
        sum = plus(sum, a[at], back[at]);
    }
    out[SIDE] = _mm256_add_epi64(sum, sum);
}

/// All columns on one side of the middle. Products of different pieces are made once and count twice.
#[inline]
#[target_feature(enable = "avx2")]
fn square_side(a: &Pieces, out: &mut Columns, place: impl Fn(usize) -> usize) {
    for tile in 0..TILES {
        let (first, half) = (TILE * tile, 2 * tile);
        let mut sums = [_mm256_setzero_si256(); TILE];
        let even = half - half % 4;
        for at in (0..even).step_by(4) {
            rows::<4, 7>(&mut sums, &a[at..], &a[first - at - 3..]);
        }
        if even < half {
            rows::<2, 5>(&mut sums, &a[even..], &a[first - even - 1..]);
        }
        sums[1] = plus(sums[1], a[half], a[half + 1]);
        sums[2] = plus(sums[2], a[half], a[half + 2]);
        sums[3] = plus(plus(sums[3], a[half], a[half + 3]), a[half + 1], a[half + 2]);
        let mut sums = sums.map(|sum| _mm256_add_epi64(sum, sum));
        sums[0] = plus(sums[0], a[half], a[half]);
        sums[2] = plus(sums[2], a[half + 1], a[half + 1]);
        for at in 0..TILE {
            out[place(first + at)] = sums[at];
        }
    }
    let (mut sum, half) = (_mm256_setzero_si256(), SIDE / 2);
    for at in 0..half {
        sum = plus(sum, a[at], a[SIDE - 1 - at]);
    }
    out[place(SIDE - 1)] = plus(_mm256_add_epi64(sum, sum), a[half], a[half]);
}

/// The product of two numbers, each given both ways.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn multiply(a: [&Pieces; 2], b: [&Pieces; 2], out: &mut Columns) {
    multiply_side(a[0], b[0], out, |column| column);
    multiply_side(a[1], b[1], out, |column| 2 * N - 2 - column);
    let mut sum = _mm256_setzero_si256();
    for at in 0..N {
        sum = plus(sum, a[0][at], b[1][at]);
    }
    out[SIDE] = sum;
}

#[inline]
#[target_feature(enable = "avx2")]
fn multiply_side(a: &Pieces, b: &Pieces, out: &mut Columns, place: impl Fn(usize) -> usize) {
    for tile in 0..TILES {
        let first = TILE * tile;
        let mut sums = [_mm256_setzero_si256(); TILE];
        for at in (0..first).step_by(4) {
            rows::<4, 7>(&mut sums, &a[at..], &b[first - at - 3..]);
        }
        for at in 0..TILE {
            for row in 0..=at {
                sums[at] = plus(sums[at], a[first + row], b[at - row]);
            }
            out[place(first + at)] = sums[at];
        }
    }
    let mut sum = _mm256_setzero_si256();
    for at in 0..SIDE {
        sum = plus(sum, a[at], b[SIDE - 1 - at]);
    }
    out[place(SIDE - 1)] = sum;
}

/// By what the modulus is multiplied to make the lower half of a product zero.
pub(crate) type Factors = Pieces;

/// Divides a product by 2^1064 modulo a number, and shifts it to the left by one bit or by none.
///
/// All bits of the lowest piece of the modulus are set. So each factor is what a column has in its lowest bits, and that
/// column plus the factor times this piece is the factor times 2^28: only the other pieces, one added, are multiplied.
#[inline]
#[target_feature(enable = "avx2")]
pub(crate) fn reduce(
    columns: &Columns,
    modulus: &[Lanes; N - 1],
    shift: Lanes,
    factors: &mut Factors,
    [out, back]: [&mut Pieces; 2],
) {
    let carry = _mm256_sllv_epi64(lower(columns, modulus, factors), shift);
    upper(columns, modulus, factors, (shift, carry), [out, back]);
}

/// Works out the factors, and what the lower half carries.
#[inline]
#[target_feature(enable = "avx2")]
fn lower(columns: &Columns, modulus: &[Lanes; N - 1], factors: &mut Factors) -> Lanes {
    let mask = _mm256_set1_epi64x(MASK as i64);
    factors[0] = _mm256_and_si256(columns[0], mask);
    let sum = _mm256_add_epi64(plus(columns[1], factors[0], modulus[0]), carried(columns[0]));
    factors[1] = _mm256_and_si256(sum, mask);
    let mut carry = carried(sum);
    for first in (2..N).step_by(TILE) {
        let mut sums = *columns[first..].first_chunk::<TILE>().expect("the lower half goes on");
        rows::<2, 5>(&mut sums, &factors[..], &modulus[first - 2..]);
        for at in (2..first).step_by(4) {
            rows::<4, 7>(&mut sums, &factors[at..], &modulus[first - 4 - at..]);
        }
        for at in 0..TILE {
            sums[at] = _mm256_add_epi64(sums[at], carry);
            carry = carried(sums[at]);
            let factor = _mm256_and_si256(sums[at], mask);
            factors[first + at] = factor;
            for next in at + 1..TILE {
                sums[next] = plus(sums[next], factor, modulus[next - at - 1]);
            }
        }
    }
    carry
}

#[inline]
#[target_feature(enable = "avx2")]
fn upper(
    columns: &Columns,
    modulus: &[Lanes; N - 1],
    factors: &Factors,
    (shift, mut carry): (Lanes, Lanes),
    [out, back]: [&mut Pieces; 2],
) {
    let mask = _mm256_set1_epi64x(MASK as i64);
    let mut put = |at: usize, column: Lanes| {
        let sum = _mm256_add_epi64(_mm256_sllv_epi64(column, shift), carry);
        carry = carried(sum);
        out[at] = _mm256_and_si256(sum, mask);
        back[N - 1 - at] = out[at];
    };
    for first in (0..N - 2).step_by(TILE) {
        let mut sums = *columns[N + first..].first_chunk::<TILE>().expect("the upper half goes on");
        for at in (first + TILE..N - 2).step_by(4) {
            rows::<4, 7>(&mut sums, &factors[at..], &modulus[N - 4 + first - at..]);
        }
        rows::<2, 5>(&mut sums, &factors[N - 2..], &modulus[first..]);
        for at in 0..TILE {
            for row in at + 1..TILE {
                sums[at] = plus(sums[at], factors[first + row], modulus[N - 1 + at - row]);
            }
            put(first + at, sums[at]);
        }
    }
    put(N - 2, plus(columns[2 * N - 2], factors[N - 1], modulus[N - 2]));
    put(N - 1, _mm256_setzero_si256());
}

#[inline]
#[target_feature(enable = "avx2")]
fn carried(column: Lanes) -> Lanes {
    _mm256_srli_epi64::<{ BITS as i32 }>(column)
}
