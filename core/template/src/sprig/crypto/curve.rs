//! Elliptic curves: those of NIST for ECDSA, and the one of Ed25519.

use sha2::{Digest as _, Sha512};

use super::modular::{Modulus, Residue};
use crate::bigint::Natural;

/// A curve of NIST, where `a` is -3.
pub(super) struct Curve {
    pub(super) name: &'static [u8],
    pub(super) bits: usize,
    field: Modulus,
    pub(super) order: Modulus,
    base: (Natural, Natural),
}

/// A point in Jacobian coordinates; z is zero at infinity.
#[derive(Clone)]
struct Point(Residue, Residue, Residue);

fn hex(digits: &str) -> Natural {
    let bytes: Vec<u8> =
        digits.bytes().filter_map(|digit| char::from(digit).to_digit(16)).map(|digit| digit as u8).collect();
    Natural::from_bytes(
        &bytes
            .rchunks(2)
            .rev()
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect::<Vec<_>>(),
    )
}

/// Object identifiers of the curves, coded.
pub(super) const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

impl Curve {
    /// The curve of this object identifier.
    pub(super) fn named(oid: &[u8]) -> Option<Self> {
        let (name, bits, p, n, x, y) = match oid {
            P256 => (
                P256,
                256,
                "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
                "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
                "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
                "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
            ),
            P384 => (
                P384,
                384,
                "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
                "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
                "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
                "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
            ),
            P521 => (
                P521,
                521,
                "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
                "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
                "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
                "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
            ),
            _ => return None,
        };
        Some(Self {
            name,
            bits,
            field: Modulus::new(&hex(p)),
            order: Modulus::new(&hex(n)),
            base: (hex(x), hex(y)),
        })
    }

    fn double(&self, Point(x, y, z): &Point) -> Point {
        let f = &self.field;
        let twice = |a: &Residue| f.plus(a, a);
        let delta = f.times(z, z);
        let gamma = f.times(y, y);
        let beta = f.times(x, &gamma);
        let alpha = f.times(&f.minus(x, &delta), &f.plus(x, &delta));
        let alpha = f.plus(&twice(&alpha), &alpha);
        let beta4 = twice(&twice(&beta));
        let new_x = f.minus(&f.times(&alpha, &alpha), &twice(&beta4));
        let sum = f.plus(y, z);
        let new_z = f.minus(&f.minus(&f.times(&sum, &sum), &gamma), &delta);
        let gamma8 = twice(&twice(&twice(&f.times(&gamma, &gamma))));
        let new_y = f.minus(&f.times(&alpha, &f.minus(&beta4, &new_x)), &gamma8);
        Point(new_x, new_y, new_z)
    }

    fn add(&self, a: &Point, b: &Point) -> Point {
        if a.2.is_zero() {
            return b.clone();
        }
        if b.2.is_zero() {
            return a.clone();
        }
        let f = &self.field;
        let (za, zb) = (f.times(&a.2, &a.2), f.times(&b.2, &b.2));
        let (u1, u2) = (f.times(&a.0, &zb), f.times(&b.0, &za));
        let s1 = f.times(&a.1, &f.times(&zb, &b.2));
        let s2 = f.times(&b.1, &f.times(&za, &a.2));
        let (h, r) = (f.minus(&u2, &u1), f.minus(&s2, &s1));
        if h.is_zero() && r.is_zero() {
            return self.double(a);
        }
        let h2 = f.times(&h, &h);
        let h3 = f.times(&h2, &h);
        let v = f.times(&u1, &h2);
        let x = f.minus(&f.minus(&f.times(&r, &r), &h3), &f.plus(&v, &v));
        let y = f.minus(&f.times(&r, &f.minus(&v, &x)), &f.times(&s1, &h3));
        Point(x, y, f.times(&f.times(&a.2, &b.2), &h))
    }

    /// The base point so many times: its coordinates.
    pub(super) fn multiple(&self, factor: &Natural) -> (Natural, Natural) {
        let f = &self.field;
        let base = Point(f.residue(&self.base.0), f.residue(&self.base.1), f.small(1));
        let mut sum = Point(f.small(1), f.small(1), f.small(0));
        for at in (0..factor.bits()).rev() {
            sum = self.double(&sum);
            if factor.bit(at) {
                sum = self.add(&sum, &base);
            }
        }
        let inverse = f.inverse(&sum.2);
        let square = f.times(&inverse, &inverse);
        let x = f.value(&f.times(&sum.0, &square));
        let y = f.value(&f.times(&sum.1, &f.times(&square, &inverse)));
        (x, y)
    }

    /// A point as keys have it.
    pub(super) fn encoded(&self, (x, y): &(Natural, Natural)) -> Vec<u8> {
        let size = self.bits.div_ceil(8);
        [&[4], x.to_padded(size).as_slice(), &y.to_padded(size)].concat()
    }

    /// Whether the constants are right: one step before the order stands the base point, upside down.
    #[cfg(test)]
    fn holds(&self) -> bool {
        let less = self.order.number().minus(&Natural::from(1)).unwrap_or_default();
        let (x, y) = self.multiple(&less);
        x == self.base.0 && y.plus(&self.base.1) == *self.field.number()
    }
}

/// Ed25519: keys and signatures out of a seed.
pub(super) struct Ed25519 {
    field: Modulus,
    order: Natural,
    /// Twice the constant of the curve.
    d2: Residue,
    base: Extended,
}

/// A point in extended coordinates.
#[derive(Clone)]
struct Extended(Residue, Residue, Residue, Residue);

impl Ed25519 {
    pub(super) fn new() -> Self {
        let field = Modulus::new(&hex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"));
        let order = hex("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
        let d = field.residue(&hex("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3"));
        let x = field.residue(&hex("216936d3cd6e53fec0a4e231fdd6dc5c692cc7609525a7b2c9562d608f25d51a"));
        let y = field.residue(&hex("6666666666666666666666666666666666666666666666666666666666666658"));
        let base = Extended(x.clone(), y.clone(), field.small(1), field.times(&x, &y));
        Self { d2: field.plus(&d, &d), field, order, base }
    }

    fn add(&self, a: &Extended, b: &Extended) -> Extended {
        let f = &self.field;
        let left = f.times(&f.minus(&a.1, &a.0), &f.minus(&b.1, &b.0));
        let right = f.times(&f.plus(&a.1, &a.0), &f.plus(&b.1, &b.0));
        let c = f.times(&f.times(&a.3, &b.3), &self.d2);
        let z = f.times(&a.2, &b.2);
        let d = f.plus(&z, &z);
        let (e, ff, g, h) = (f.minus(&right, &left), f.minus(&d, &c), f.plus(&d, &c), f.plus(&right, &left));
        Extended(f.times(&e, &ff), f.times(&g, &h), f.times(&ff, &g), f.times(&e, &h))
    }

    /// The base point so many times, as 32 bytes.
    fn multiple(&self, factor: &Natural) -> Vec<u8> {
        let f = &self.field;
        let mut sum = Extended(f.small(0), f.small(1), f.small(1), f.small(0));
        for at in (0..factor.bits()).rev() {
            sum = self.add(&sum, &sum);
            if factor.bit(at) {
                sum = self.add(&sum, &self.base);
            }
        }
        let inverse = f.inverse(&sum.2);
        let x = f.value(&f.times(&sum.0, &inverse));
        let mut out = f.value(&f.times(&sum.1, &inverse)).to_padded(32);
        out.reverse();
        if let Some(last) = out.last_mut()
            && !x.is_even()
        {
            *last |= 0x80;
        }
        out
    }

    /// The scalar and the prefix of a seed.
    fn expanded(seed: &[u8]) -> (Natural, Vec<u8>) {
        let hash = Sha512::digest(seed);
        let (scalar, prefix) = hash.split_at(32);
        let mut scalar = scalar.to_vec();
        scalar.reverse();
        // Little end first, now reversed: the highest byte stands first.
        if let [first, .., last] = scalar.as_mut_slice() {
            *first = *first & 0x3f | 0x40;
            *last &= 0xf8;
        }
        (Natural::from_bytes(&scalar), prefix.to_vec())
    }

    fn reduced(&self, parts: &[&[u8]]) -> Natural {
        let mut bytes = Sha512::digest(parts.concat()).to_vec();
        bytes.reverse();
        Natural::from_bytes(&bytes).modulo(&self.order)
    }

    pub(super) fn public(&self, seed: &[u8]) -> Vec<u8> {
        self.multiple(&Self::expanded(seed).0)
    }

    pub(super) fn sign(&self, seed: &[u8], message: &[u8]) -> Vec<u8> {
        let (scalar, prefix) = Self::expanded(seed);
        let public = self.multiple(&scalar);
        let r = self.reduced(&[&prefix, message]);
        let point = self.multiple(&r);
        let k = self.reduced(&[&point, &public, message]);
        let mut s = r.plus(&k.times(&scalar)).modulo(&self.order).to_padded(32);
        s.reverse();
        [point, s].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_of_the_curves_hold() {
        assert!(Curve::named(P256).unwrap().holds());
        assert!(Curve::named(P384).unwrap().holds());
        assert!(Curve::named(P521).unwrap().holds());
    }

    #[test]
    fn ed25519_signs_as_rfc_8032_has_it() {
        let seed = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").to_padded(32);
        let ed = Ed25519::new();
        assert_eq!(
            crate::encode::hex(&ed.public(&seed)),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        assert!(
            crate::encode::hex(&ed.sign(&seed, b""))
                .starts_with("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974")
        );
    }
}
