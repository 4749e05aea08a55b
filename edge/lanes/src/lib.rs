//! Powers modulo numbers of 1024 bits, several at a time, for the search for primes.
//!
//! It wants instructions that not every processor has, and whether this one has them cannot be known before it runs: hence
//! this crate, with the three lines that the compiler has to take on trust. Which powers are needed is not known here.

#[cfg(target_arch = "x86_64")]
mod eight;
#[cfg(target_arch = "x86_64")]
mod exponent;
#[cfg(target_arch = "x86_64")]
mod four;
#[cfg(target_arch = "x86_64")]
mod wide;

use weir_template::{Power, Powers, Wide};

/// What raises several numbers at a time, if this processor can: as many as it can.
pub fn powers() -> Option<&'static dyn Powers> {
    all().into_iter().next()
}

/// Each way of this processor, the quickest first.
pub fn all() -> Vec<&'static dyn Powers> {
    let mut all: Vec<&'static dyn Powers> = Vec::new();
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma") {
        all.push(&Ifma(()));
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        all.push(&Avx2(()));
    }
    all
}

/// Proof that this processor has AVX-512 and its multiplication of 52 bits.
#[cfg(target_arch = "x86_64")]
struct Ifma(());

#[cfg(target_arch = "x86_64")]
impl Powers for Ifma {
    fn lanes(&self) -> usize {
        8
    }

    fn least(&self) -> usize {
        1
    }

    fn powers(&self, of: &[Power]) -> Vec<Wide> {
        match of.len() {
            // SAFETY: only `all` above makes an `Ifma`, after it has seen that the processor has these instructions.
            1 | 2 => in_lanes(of, |of| unsafe { eight::pair(of) }),
            // SAFETY: as above.
            _ => in_lanes(of, |of| unsafe { eight::powers(of) }),
        }
    }
}

/// Proof that this processor has AVX2.
#[cfg(target_arch = "x86_64")]
struct Avx2(());

#[cfg(target_arch = "x86_64")]
impl Powers for Avx2 {
    fn lanes(&self) -> usize {
        4
    }

    fn powers(&self, of: &[Power]) -> Vec<Wide> {
        // SAFETY: only `all` above makes an `Avx2`, after it has seen that the processor has these instructions.
        in_lanes(of, |of| unsafe { four::powers(of) })
    }
}

/// So many at a time, the last lanes of the last time with what the first has.
#[cfg(target_arch = "x86_64")]
fn in_lanes<const LANES: usize>(of: &[Power], raise: impl Fn(&[Power; LANES]) -> [Wide; LANES]) -> Vec<Wide> {
    let is_good = |power: &Power| power.modulus[0] & 1 == 1 && power.modulus[15] >> 63 == 1;
    assert!(of.iter().all(is_good), "moduli are odd, and their highest bits are set");
    let chunks = of.chunks(LANES).flat_map(|chunk| {
        let lanes = std::array::from_fn(|lane| chunk[if lane < chunk.len() { lane } else { 0 }]);
        raise(&lanes).into_iter().take(chunk.len())
    });
    chunks.collect()
}
