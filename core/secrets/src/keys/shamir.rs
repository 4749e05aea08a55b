//! A key in shares, so many of which bring it back: Shamir's way, byte by byte in the field of AES, as Vault and sops do it.
//!
//! A share is one byte longer than the key: its last byte says where the polynomials were looked at.

use zeroize::Zeroizing;

use crate::cipher::{DataKey, Entropy};

/// A product in GF(2^8), without looking at what is multiplied.
fn product(a: u8, b: u8) -> u8 {
    (0..8).rev().fold(0u8, |sum, bit| {
        let one = (b >> bit & 1).wrapping_neg() & a;
        let overflow = (sum >> 7).wrapping_neg() & 0x1b;
        one ^ overflow ^ (sum << 1)
    })
}

/// What a number has to be multiplied with to be one: its 254th power.
fn inverse(a: u8) -> u8 {
    let mut power = 1;
    for _ in 0..254 {
        power = product(power, a);
    }
    power
}

/// Shares of a secret, `threshold` of which bring it back.
pub(super) fn split(
    secret: &[u8],
    parts: usize,
    threshold: usize,
    entropy: &mut dyn Entropy,
) -> Result<Vec<DataKey>, String> {
    let count = u8::try_from(parts).map_err(|_| "parts cannot exceed 255")?;
    if parts < threshold {
        return Err("parts cannot be less than threshold".to_string());
    }
    if threshold < 2 {
        return Err("threshold must be at least 2".to_string());
    }
    if secret.is_empty() {
        return Err("cannot split an empty secret".to_string());
    }
    let mut shares: Vec<DataKey> = (1..=count)
        .map(|x| Zeroizing::new(Vec::with_capacity(secret.len() + usize::from(x.min(1)))))
        .collect();
    let mut factors = Zeroizing::new(vec![0; threshold - 1]);
    for byte in secret {
        entropy.fill(&mut factors);
        for (x, share) in (1..=count).zip(&mut shares) {
            let sum = factors.iter().rev().fold(0, |sum, factor| product(sum ^ factor, x));
            share.push(sum ^ byte);
        }
    }
    for (x, share) in (1..=count).zip(&mut shares) {
        share.push(x);
    }
    Ok(shares)
}

/// The secret of shares.
pub(super) fn combine(shares: &[DataKey]) -> Result<DataKey, String> {
    let [first, others @ ..] = shares else { return Err(TOO_FEW.to_string()) };
    if others.is_empty() {
        return Err(TOO_FEW.to_string());
    }
    if first.len() < 2 {
        return Err("parts must be at least two bytes".to_string());
    }
    if others.iter().any(|share| share.len() != first.len()) {
        return Err("all parts must be the same length".to_string());
    }
    let places: Vec<u8> = shares.iter().filter_map(|share| share.last().copied()).collect();
    if (1..places.len()).any(|at| places[..at].contains(&places[at])) {
        return Err("duplicate part detected".to_string());
    }
    // How much of each share is in the value at zero.
    let weight = |at: usize| {
        let others = places.iter().enumerate().filter(|(other, _)| *other != at);
        others.fold(1, |weight, (_, place)| product(weight, product(*place, inverse(*place ^ places[at]))))
    };
    let weights: Vec<u8> = (0..places.len()).map(weight).collect();
    let byte = |at: usize| {
        shares.iter().zip(&weights).fold(0, |sum, (share, weight)| sum ^ product(share[at], *weight))
    };
    Ok(Zeroizing::new((0..first.len() - 1).map(byte).collect()))
}

const TOO_FEW: &str = "less than two parts cannot be used to reconstruct the secret";

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);

    impl Entropy for Counting {
        fn fill(&mut self, buffer: &mut [u8]) {
            for byte in buffer {
                self.0 = self.0.wrapping_mul(5).wrapping_add(113);
                *byte = self.0;
            }
        }
    }

    #[test]
    fn any_shares_of_the_threshold_bring_the_secret_back() {
        let secret: Vec<u8> = (0..32).map(|at| at * 7).collect();
        let shares = split(&secret, 5, 3, &mut Counting(1)).unwrap();
        for picked in [[0, 1, 2], [4, 2, 0], [1, 3, 4]] {
            let picked: Vec<_> = picked.iter().map(|at| shares[*at].clone()).collect();
            assert_eq!(*combine(&picked).unwrap(), secret);
        }
        assert_ne!(*combine(&shares[..2]).unwrap(), secret);
        assert!(combine(&shares[..1]).is_err());
        assert!(combine(&[shares[0].clone(), shares[0].clone()]).is_err());
        assert!((1..=255).all(|a| product(a, inverse(a)) == 1));
    }

    #[test]
    fn impossible_wishes_are_refused() {
        for (parts, threshold) in [(2, 3), (3, 1), (256, 2)] {
            assert!(split(&[1], parts, threshold, &mut Counting(0)).is_err());
        }
    }
}
