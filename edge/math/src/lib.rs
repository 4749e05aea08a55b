//! The two functions that somewhere in the program are wanted of the C library for mathematics. To load that library takes a
//! twentieth of a short command, and these are the same anywhere.
//!
//! Where something needs a third one, the linker takes the library as ever.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod functions {
    /// A number to a power.
    // SAFETY: it is what C calls by this name.
    #[unsafe(no_mangle)]
    extern "C" fn pow(base: f64, exponent: f64) -> f64 {
        libm::pow(base, exponent)
    }

    /// The logarithm to the base two.
    // SAFETY: as above.
    #[unsafe(no_mangle)]
    extern "C" fn log2f(number: f32) -> f32 {
        libm::log2f(number)
    }

    #[cfg(test)]
    mod tests {
        #[test]
        fn they_are_what_the_language_calls() {
            let (two, half) = (std::hint::black_box(2.0_f64), std::hint::black_box(0.5_f64));
            assert_eq!(two.powf(half), std::f64::consts::SQRT_2);
            assert_eq!(std::hint::black_box(10.0_f64).powf(std::hint::black_box(22.0)), 1e22);
            assert_eq!(std::hint::black_box(1024.0_f32).log2(), 10.0);
        }
    }
}
