//! The end of a process.

/// Ends the process now: what threads keep for themselves is not taken apart first, which takes longer the more there is of
/// it. Whoever has something to be written has written it.
pub fn leave(code: u8) -> ! {
    #[cfg(unix)]
    {
        unsafe extern "C" {
            fn _exit(code: std::ffi::c_int) -> !;
        }
        // SAFETY: it may be called at any time, with any number.
        unsafe { _exit(code.into()) }
    }
    #[cfg(not(unix))]
    std::process::exit(code.into())
}
