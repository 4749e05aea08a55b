//! Private keys: made, read, written, and used to sign.

use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::super::random;
use super::curve::{Curve, Ed25519, P256};
use super::der::{self, Reader};
use super::modular::Modulus;
use super::prime::{prime_pair, random_below, random_primes};
use super::together::{at_once, power};
use crate::bigint::Natural;
use crate::env::Env;
use crate::error::Error;
use crate::function::Call;
use crate::share::each;

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const SHA256_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// What stands before a SHA-256 in an RSA signature.
const DIGEST_INFO: &[u8] = &[
    0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    0x04, 0x20,
];
const EXPONENT: u64 = 65_537;

/// A private key.
pub(super) enum PrivateKey {
    /// The last one is the inverse of q modulo p.
    Rsa {
        n: Natural,
        e: Natural,
        d: Natural,
        p: Natural,
        q: Natural,
        inverse: Natural,
    },
    Ec {
        curve: Curve,
        d: Natural,
    },
    Ed25519(Vec<u8>),
    Dsa {
        p: Natural,
        q: Natural,
        g: Natural,
        y: Natural,
        x: Natural,
    },
}

fn one() -> Natural {
    Natural::from(1)
}

fn less_one(number: &Natural) -> Natural {
    number.minus(&one()).unwrap_or_default()
}

/// The inverse of the public exponent, which is prime.
fn private_exponent(totient: &Natural) -> Option<Natural> {
    let rest = totient.modulo_small(EXPONENT);
    let power = (0..16).fold((1_u64, rest), |(power, base), bit| {
        let exponent = EXPONENT - 2;
        let power = if exponent >> bit & 1 == 1 { power * base % EXPONENT } else { power };
        (power, base * base % EXPONENT)
    });
    let factor = (EXPONENT - power.0) % EXPONENT;
    let sum = totient.times(&Natural::from(factor)).plus(&one());
    let (quotient, rest) = sum.divided_by(&Natural::from(EXPONENT));
    rest.is_zero().then_some(quotient)
}

impl PrivateKey {
    pub(super) fn rsa(call: &Call<'_>, bits: usize) -> Result<Self, Error> {
        loop {
            let (p, q) = random_primes(call, bits / 2)?;
            let n = p.times(&q);
            let totient = less_one(&p).times(&less_one(&q));
            if p == q || n.bits() != bits {
                continue;
            }
            if let Some(d) = private_exponent(&totient) {
                let (p, q) = if p < q { (q, p) } else { (p, q) };
                let field = Modulus::new(&p);
                let inverse = field.value(&field.inverse(&field.residue(&q)));
                return Ok(Self::Rsa { n, e: Natural::from(EXPONENT), d, p, q, inverse });
            }
        }
    }

    pub(super) fn ecdsa(call: &Call<'_>) -> Result<Self, Error> {
        let curve = Curve::named(P256).ok_or_else(|| Error::new("no such curve"))?;
        let d = random_below(call, curve.order.number())?;
        Ok(Self::Ec { curve, d })
    }

    pub(super) fn ed25519(call: &Call<'_>) -> Result<Self, Error> {
        random::bytes(call, 32).map(Self::Ed25519)
    }

    pub(super) fn dsa(call: &Call<'_>) -> Result<Self, Error> {
        let (p, q) = prime_pair(call, 2048)?;
        let field = Modulus::new(&p);
        let power = less_one(&p).divided_by(&q).0;
        let generator =
            (2..).map(|base| field.power(&field.small(base), &power)).find(|g| *g != field.small(1));
        let generator = generator.ok_or_else(|| Error::new("no generator"))?;
        let x = random_below(call, &q)?;
        let y = field.value(&field.power(&generator, &x));
        Ok(Self::Dsa { g: field.value(&generator), y, x, p, q })
    }

    /// As sprig writes keys.
    pub(super) fn to_pem(&self) -> String {
        let zero = || der::integer(&Natural::default());
        match self {
            Self::Rsa { n, e, d, p, q, inverse } => {
                let parts = [
                    zero(),
                    der::integer(n),
                    der::integer(e),
                    der::integer(d),
                    der::integer(p),
                    der::integer(q),
                    der::integer(&d.modulo(&less_one(p))),
                    der::integer(&d.modulo(&less_one(q))),
                    der::integer(inverse),
                ];
                der::to_pem("RSA PRIVATE KEY", &der::value(der::SEQUENCE, &parts.concat()))
            }
            Self::Ec { curve, d } => {
                let public = curve.encoded(&curve.multiple(d));
                let body = der::sequence(&[
                    &der::integer(&one()),
                    &der::value(der::OCTET_STRING, &d.to_padded(curve.order.number().bits().div_ceil(8))),
                    &der::value(0xa0, &der::oid(curve.name)),
                    &der::value(0xa1, &der::bit_string(&public)),
                ]);
                der::to_pem("EC PRIVATE KEY", &body)
            }
            Self::Ed25519(seed) => {
                let inner = der::value(der::OCTET_STRING, seed);
                let algorithm = der::sequence(&[&der::oid(ED25519)]);
                let body = der::sequence(&[&zero(), &algorithm, &der::value(der::OCTET_STRING, &inner)]);
                der::to_pem("PRIVATE KEY", &body)
            }
            Self::Dsa { p, q, g, y, x } => {
                let parts = [
                    zero(),
                    der::integer(p),
                    der::integer(q),
                    der::integer(g),
                    der::integer(y),
                    der::integer(x),
                ];
                der::to_pem("DSA PRIVATE KEY", &der::value(der::SEQUENCE, &parts.concat()))
            }
        }
    }

    /// Reads a key; the error is sprig's text.
    pub(super) fn from_pem(text: &str) -> Result<Self, String> {
        let malformed = "asn1: structure error";
        let (label, der) = der::from_pem(text).ok_or("no PEM data in input")?;
        if label == "PRIVATE KEY" {
            return Self::pkcs8(&der).ok_or_else(|| format!("decoding PEM as PKCS#8: {malformed}"));
        }
        let Some(kind) = label.strip_suffix(" PRIVATE KEY") else {
            return Err(format!("no private key data in PEM block of type {label}"));
        };
        let read = match kind {
            "RSA" => Self::pkcs1(&der),
            "EC" => Self::sec1(&der, None),
            "DSA" => Self::dsa_key(&der),
            _ => return Err(format!("invalid private key type {label}")),
        };
        read.ok_or_else(|| format!("parsing {kind} private key from PEM: {malformed}"))
    }

    fn pkcs8(der: &[u8]) -> Option<Self> {
        let mut body = Reader(der).sequence()?;
        body.natural()?;
        let mut algorithm = body.sequence()?;
        let name = algorithm.tagged(der::OID)?;
        let inner = body.tagged(der::OCTET_STRING)?;
        match name {
            RSA => Self::pkcs1(inner),
            EC => Self::sec1(inner, algorithm.tagged(der::OID)),
            ED25519 => Reader(inner)
                .tagged(der::OCTET_STRING)
                .filter(|seed| seed.len() == 32)
                .map(|seed| Self::Ed25519(seed.to_vec())),
            _ => None,
        }
    }

    fn pkcs1(der: &[u8]) -> Option<Self> {
        let mut body = Reader(der).sequence()?;
        body.natural()?;
        let [n, e, d, p, q] =
            [body.natural()?, body.natural()?, body.natural()?, body.natural()?, body.natural()?];
        let usable = !p.is_even() && !q.is_even() && p.times(&q) == n && !d.is_zero();
        if !usable {
            return None;
        }
        let (_, _, given) = (body.natural(), body.natural(), body.natural());
        let is_inverse = |given: &Natural| q.times(given).modulo(&p) == one();
        let inverse = given.filter(is_inverse).unwrap_or_else(|| {
            let field = Modulus::new(&p);
            field.value(&field.inverse(&field.residue(&q)))
        });
        Some(Self::Rsa { n, e, d, p, q, inverse })
    }

    fn sec1(der: &[u8], named: Option<&[u8]>) -> Option<Self> {
        let mut body = Reader(der).sequence()?;
        body.natural()?;
        let d = Natural::from_bytes(body.tagged(der::OCTET_STRING)?);
        let name = match body.tagged(0xa0) {
            Some(inner) => Reader(inner).tagged(der::OID),
            None => named,
        };
        let curve = Curve::named(name?)?;
        (!d.is_zero() && d < *curve.order.number()).then_some(Self::Ec { curve, d })
    }

    fn dsa_key(der: &[u8]) -> Option<Self> {
        let mut body = Reader(der).sequence()?;
        body.natural()?;
        let [p, q, g, y, x] =
            [body.natural()?, body.natural()?, body.natural()?, body.natural()?, body.natural()?];
        Some(Self::Dsa { p, q, g, y, x })
    }

    /// The public key as certificates have it: its algorithm and bits.
    pub(super) fn public(&self) -> Result<(Vec<u8>, Vec<u8>), String> {
        Ok(match self {
            Self::Rsa { n, e, .. } => {
                let algorithm = der::sequence(&[&der::oid(RSA), &der::value(der::NULL, &[])]);
                (algorithm, der::sequence(&[&der::integer(n), &der::integer(e)]))
            }
            Self::Ec { curve, d } => {
                let algorithm = der::sequence(&[&der::oid(EC), &der::oid(curve.name)]);
                (algorithm, curve.encoded(&curve.multiple(d)))
            }
            Self::Ed25519(seed) => (der::sequence(&[&der::oid(ED25519)]), Ed25519::new().public(seed)),
            Self::Dsa { .. } => return Err("x509: unsupported public key type: *dsa.PublicKey".into()),
        })
    }

    /// The algorithm of its signatures.
    pub(super) fn signature_algorithm(&self) -> Result<Vec<u8>, String> {
        Ok(match self {
            Self::Rsa { .. } => der::sequence(&[&der::oid(SHA256_RSA), &der::value(der::NULL, &[])]),
            Self::Ec { curve, .. } => {
                let hash = match curve.bits {
                    256 => 2,
                    384 => 3,
                    _ => 4,
                };
                der::sequence(&[&der::oid(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, hash])])
            }
            Self::Ed25519(_) => der::sequence(&[&der::oid(ED25519)]),
            Self::Dsa { .. } => {
                return Err("x509: certificate private key does not implement crypto.Signer".into());
            }
        })
    }

    pub(super) fn sign(&self, call: &Call<'_>, message: &[u8]) -> Result<Vec<u8>, Error> {
        match self {
            Self::Rsa { n, d, p, q, inverse, .. } => {
                let size = n.bits().div_ceil(8);
                let digest = [DIGEST_INFO, &Sha256::digest(message)].concat();
                let padding = size.checked_sub(digest.len() + 3).filter(|padding| *padding >= 8);
                let padding =
                    padding.ok_or_else(|| Error::new("crypto/rsa: message too long for RSA key size"))?;
                let padded = [&[0, 1], vec![0xff; padding].as_slice(), &[0], &digest].concat();
                let power = rsa_power(&Natural::from_bytes(&padded), d, [p, q], inverse, call.env());
                Ok(power.to_padded(size))
            }
            Self::Ec { curve, d } => ecdsa(call, curve, d, message),
            Self::Ed25519(seed) => Ok(Ed25519::new().sign(seed, message)),
            Self::Dsa { .. } => Err(Error::new("x509: only RSA, ECDSA and Ed25519 keys supported")),
        }
    }
}

/// The number to the private exponent, by both primes apart.
fn rsa_power(
    number: &Natural,
    d: &Natural,
    primes: [&Natural; 2],
    inverse: &Natural,
    env: &Env<'_>,
) -> Natural {
    let bases = primes.map(|prime| number.modulo(prime));
    let exponents = primes.map(|prime| d.modulo(&less_one(prime)));
    let of = [0, 1].map(|at| [&bases[at], &exponents[at], primes[at]]);
    let parts = env.powers.and_then(|by| at_once(by, &of));
    let parts = parts.unwrap_or_else(|| each(&of, (env.helpers, 2), |of| power(*of)));
    let [by_p, by_q] = parts.try_into().unwrap_or_default();
    let [p, q] = primes;
    let field = Modulus::new(p);
    let difference = field.minus(&field.residue(&by_p), &field.residue(&by_q));
    let factor = field.times(&difference, &field.residue(inverse));
    by_q.plus(&field.value(&factor).times(q))
}

fn ecdsa(call: &Call<'_>, curve: &Curve, d: &Natural, message: &[u8]) -> Result<Vec<u8>, Error> {
    let hash = match curve.bits {
        256 => Sha256::digest(message).to_vec(),
        384 => Sha384::digest(message).to_vec(),
        _ => Sha512::digest(message).to_vec(),
    };
    let order = &curve.order;
    let z = Natural::from_bytes(&hash);
    loop {
        let k = random_below(call, order.number())?;
        let r = curve.multiple(&k).0.modulo(order.number());
        let product = order.times(&order.residue(&r), &order.residue(d));
        let sum = order.plus(&order.residue(&z), &product);
        let s = order.value(&order.times(&sum, &order.inverse(&order.residue(&k))));
        if !r.is_zero() && !s.is_zero() {
            return Ok(der::sequence(&[&der::integer(&r), &der::integer(&s)]));
        }
    }
}
