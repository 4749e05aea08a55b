//! Powers beside those of plain long arithmetic.

use std::array::from_fn;

use weir_template::{Power, Wide};

/// What numbers are made of.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// With many zeros and ones in a row.
    fn wide(&mut self) -> Wide {
        let plain = self.next().is_multiple_of(2);
        from_fn(|_| match self.next() % 4 {
            0 if !plain => 0,
            1 if !plain => u64::MAX,
            2 if !plain => self.next() << (self.next() % 64),
            _ => self.next(),
        })
    }

    fn modulus(&mut self) -> Wide {
        let mut modulus = self.wide();
        modulus[0] |= 1;
        modulus[15] |= 1 << 63;
        modulus
    }
}

fn small(number: u64) -> Wide {
    from_fn(|at| if at == 0 { number } else { 0 })
}

/// Twice the number, with one more bit at the bottom, less the modulus if it is not below it.
fn doubled(number: &Wide, bit: bool, modulus: &Wide) -> Wide {
    let mut over = u64::from(bit);
    let twice = number.map(|limb| {
        let shifted = limb << 1 | over;
        over = limb >> 63;
        shifted
    });
    below(twice, over != 0, modulus)
}

fn below(number: Wide, over: bool, modulus: &Wide) -> Wide {
    let mut borrow = false;
    let less = from_fn(|at| {
        let (part, under) = number[at].overflowing_sub(modulus[at]);
        let (part, under_again) = part.overflowing_sub(u64::from(borrow));
        borrow = under || under_again;
        part
    });
    if over || !borrow { less } else { number }
}

fn times(a: &Wide, b: &Wide, modulus: &Wide) -> Wide {
    let mut sum = small(0);
    for at in (0..1024).rev() {
        sum = doubled(&sum, false, modulus);
        if b[at / 64] >> (at % 64) & 1 == 1 {
            let mut carry = false;
            let added = from_fn(|at| {
                let (part, over) = sum[at].overflowing_add(a[at]);
                let (part, over_again) = part.overflowing_add(u64::from(carry));
                carry = over || over_again;
                part
            });
            sum = below(added, carry, modulus);
        }
    }
    sum
}

fn expected(of: &Power) -> Wide {
    let base = (0..1024).rev().fold(small(0), |rest, at| {
        let bit = of.base[at / 64] >> (at % 64) & 1 == 1;
        doubled(&rest, bit, &of.modulus)
    });
    let mut power = small(1);
    for at in (0..1024).rev() {
        power = times(&power, &power, &of.modulus);
        if of.exponent[at / 64] >> (at % 64) & 1 == 1 {
            power = times(&power, &base, &of.modulus);
        }
    }
    power
}

/// Checks each way of this processor.
fn check(of: &[Power]) {
    let expected: Vec<_> = of.iter().map(expected).collect();
    for powers in weir_lanes::all() {
        assert_eq!(powers.powers(of), expected, "{of:x?}");
        for few in [1, 2] {
            let alone: Vec<_> = of.chunks(few).flat_map(|of| powers.powers(of)).collect();
            assert_eq!(alone, expected, "{few} at a time: {of:x?}");
        }
        // Whatever is in the other lanes.
        let lanes = powers.lanes();
        for (of, power) in of.iter().zip(&expected) {
            assert_eq!(powers.powers(&vec![*of; lanes]), vec![*power; lanes], "{of:x?}");
        }
    }
}

#[test]
fn powers_are_those_of_long_arithmetic() {
    let mut random = Random(1);
    for _ in 0..if cfg!(debug_assertions) { 4 } else { 20 } {
        check(&from_fn::<_, 8, _>(|_| Power {
            base: random.wide(),
            exponent: random.wide(),
            modulus: random.modulus(),
        }));
        check(&from_fn::<_, 8, _>(|_| Power {
            base: small(2),
            exponent: random.wide(),
            modulus: random.modulus(),
        }));
    }
}

#[test]
fn the_ends_of_all_ranges() {
    let most = [u64::MAX; 16];
    let least = from_fn(|at| if at == 15 { 1 << 63 | 1 } else { u64::from(at == 0) });
    // Of those all pieces but one are zeros or ones.
    let mut moduli = vec![most, least];
    moduli.extend(
        (0..16)
            .step_by(5)
            .map(|limb| from_fn(|at| if at == limb && at < 15 { most[at] ^ 2 } else { most[at] })),
    );
    moduli.extend(
        (0..15).step_by(5).map(|limb| from_fn(|at| if at == limb { 3 << 62 | 1 } else { least[at] })),
    );
    // Whose lowest bits are their own inverse or minus that.
    moduli.push(from_fn(|at| if at == 0 { 0xffff_ffff_f000_0001 } else { u64::MAX }));
    moduli.push(from_fn(|at| if at == 0 { 0x0fff_ffff } else { least[at] }));
    for modulus in moduli {
        let less = from_fn(|at| modulus[at] - u64::from(at == 0));
        let of = |base, exponent| Power { base, exponent, modulus };
        check(&[of(small(2), most), of(small(2), small(0)), of(small(2), small(1)), of(small(2), less)]);
        check(&[of(small(0), most), of(most, small(0)), of(most, most), of(less, small(3))]);
        check(&[of(small(0), small(0)), of(less, small(1)), of(modulus, most), of(less, least)]);
    }
}

/// Moduli of which all bits of the lowest three pieces of 28 bits are set, so that what they are multiplied by is one: the
/// others are all ones and all zeros in turn, so many of each.
fn moduli_in_stripes() -> Vec<Wide> {
    let mut moduli = Vec::new();
    for (pieces, phase) in
        [(1, 0), (1, 1), (5, 0), (5, 2), (5, 5), (10, 0), (10, 7), (10, 12), (20, 0), (20, 20)]
    {
        let mut modulus = small(0);
        for bit in 0_usize..1024 {
            let piece = (bit / 28 + phase) / pieces;
            let is_one = bit < 84 || bit == 1023 || piece.is_multiple_of(2);
            modulus[bit / 64] |= u64::from(is_one) << (bit % 64);
        }
        moduli.push(modulus);
    }
    moduli
}

#[test]
fn moduli_of_large_differences() {
    let mut random = Random(3);
    for modulus in moduli_in_stripes() {
        let less = from_fn(|at| modulus[at] - u64::from(at == 0));
        let of = |base, exponent| Power { base, exponent, modulus };
        let bases = [small(2), less, modulus.map(|limb| !limb), random.wide()];
        check(&bases.map(|base| of(base, random.wide())));
    }
}
