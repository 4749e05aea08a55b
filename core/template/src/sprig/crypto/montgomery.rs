//! Montgomery's products of numbers whose size the compiler knows: it unrolls their loops, which halves the time of a key.

/// Something modulo which to multiply.
#[derive(Clone, Copy)]
pub(super) struct Field<'m, const N: usize> {
    /// An odd number.
    pub(super) limbs: &'m [u64; N],
    /// Minus the inverse of its lowest limb, modulo 2^64.
    pub(super) inverse: u64,
}

impl<const N: usize> Field<'_, N> {
    /// The product, divided by 2^(64 * N).
    pub(super) fn times(&self, a: &[u64; N], b: &[u64; N]) -> [u64; N] {
        let mut sum = [0; N];
        let mut over = 0;
        for digit in a {
            let mut carry = 0_u128;
            for at in 0..N {
                carry += u128::from(*digit) * u128::from(b[at]) + u128::from(sum[at]);
                sum[at] = carry as u64;
                carry >>= 64;
            }
            carry += u128::from(over);
            over = (carry >> 64) as u64 + self.reduce(&mut sum, carry as u64);
        }
        self.below(sum, over)
    }

    /// The square, divided by 2^(64 * N). `W` is twice `N`.
    pub(super) fn squared<const W: usize>(&self, a: &[u64; N]) -> [u64; N] {
        let wide: [u64; W] = square(a);
        let (low, high) = wide.split_at(N);
        let mut sum = [0; N];
        sum.copy_from_slice(low);
        let mut over = 0;
        for limb in high {
            let top = u128::from(*limb) + u128::from(over);
            over = (top >> 64) as u64 + self.reduce(&mut sum, top as u64);
        }
        self.below(sum, over)
    }

    /// Makes the lowest limb zero and drops it, taking in one more at the top; gives what is above that.
    #[inline(always)]
    fn reduce(&self, sum: &mut [u64; N], top: u64) -> u64 {
        let factor = u128::from(sum[0].wrapping_mul(self.inverse));
        let mut carry = (factor * u128::from(self.limbs[0]) + u128::from(sum[0])) >> 64;
        for at in 1..N {
            carry += factor * u128::from(self.limbs[at]) + u128::from(sum[at]);
            sum[at - 1] = carry as u64;
            carry >>= 64;
        }
        carry += u128::from(top);
        sum[N - 1] = carry as u64;
        (carry >> 64) as u64
    }

    /// The sum, of which `over` is the limb above, less the modulus if it is not below it.
    fn below(&self, sum: [u64; N], over: u64) -> [u64; N] {
        let mut less = [0; N];
        let mut borrow = false;
        for at in 0..N {
            let (part, under) = sum[at].overflowing_sub(self.limbs[at]);
            let (part, under_again) = part.overflowing_sub(u64::from(borrow));
            borrow = under || under_again;
            less[at] = part;
        }
        if over != 0 || !borrow { less } else { sum }
    }
}

/// The whole square: each product of two different limbs is made once and counts twice.
#[inline(always)]
fn square<const N: usize, const W: usize>(a: &[u64; N]) -> [u64; W] {
    let mut wide = [0; W];
    macro_rules! rows {
        ($($at:literal)*) => { $( row::<$at, N, W>(a, &mut wide); )* };
    }
    rows!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    let (mut carry, mut bit) = (0_u128, 0);
    for at in 0..N {
        let square = u128::from(a[at]) * u128::from(a[at]);
        let (low, high) = (wide[2 * at], wide[2 * at + 1]);
        carry += u128::from(low << 1 | bit) + u128::from(square as u64);
        wide[2 * at] = carry as u64;
        carry >>= 64;
        carry += u128::from(high << 1 | low >> 63) + (square >> 64);
        wide[2 * at + 1] = carry as u64;
        carry >>= 64;
        bit = high >> 63;
    }
    wide
}

/// The products of one limb with those above it.
#[inline(always)]
fn row<const AT: usize, const N: usize, const W: usize>(a: &[u64; N], wide: &mut [u64; W]) {
    if AT >= N {
        return;
    }
    let mut carry = 0_u128;
    for other in AT + 1..N {
        carry += u128::from(a[AT]) * u128::from(a[other]) + u128::from(wide[AT + other]);
        wide[AT + other] = carry as u64;
        carry >>= 64;
    }
    wide[AT + N] = carry as u64;
}
