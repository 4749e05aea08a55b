//! Powers modulo numbers of 1024 bits, four at a time, for the search for primes.
//!
//! It wants instructions that not every processor has, and whether this one has them cannot be known before it runs: hence
//! this crate, with the one line that the compiler has to take on trust. Which powers are needed is not known here.

#[cfg(target_arch = "x86_64")]
mod pieces;
#[cfg(target_arch = "x86_64")]
mod power;
#[cfg(target_arch = "x86_64")]
mod product;
#[cfg(target_arch = "x86_64")]
mod reduce;
#[cfg(target_arch = "x86_64")]
mod toeplitz;
#[cfg(target_arch = "x86_64")]
mod wide;

use weir_template::Powers;

/// What raises four numbers at a time, if this processor can.
pub fn powers() -> Option<&'static dyn Powers> {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        return Some(&Avx2(()));
    }
    None
}

/// Proof that this processor has AVX2.
#[cfg(target_arch = "x86_64")]
struct Avx2(());

#[cfg(target_arch = "x86_64")]
impl Powers for Avx2 {
    fn powers(&self, of: &[weir_template::Power; 4]) -> [weir_template::Wide; 4] {
        // SAFETY: only `powers` above makes an `Avx2`, after it has seen that the processor has these instructions.
        unsafe { power::powers(of) }
    }
}
