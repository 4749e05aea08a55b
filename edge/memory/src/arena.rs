//! How much mimalloc reserves at first, and what it does at the end.
//!
//! It reserves a gibibyte of addresses before anything else, and writes to forty pages to keep account of them, which is an
//! eighth of all pages that a short command touches. It reserves more whenever that is used up. When the process ends it
//! gives memory back piece by piece, though all of it goes at once in a moment.

use std::ffi::{c_int, c_long};

// For the functions below.
use libmimalloc_sys as _;

/// Its place among the options of mimalloc 3.
const ARENA_RESERVE: c_int = 23;
/// What it is unless the user has said something else, in KiB.
const USUAL: c_long = 1 << 20;
const OURS: c_long = 64 << 10;
/// The option before it: whether all is taken apart at the end. More than one leaves that to the system.
const DESTROY_ON_EXIT: c_int = 22;
const LEAVE: c_long = 2;

unsafe extern "C" {
    fn mi_option_get(option: c_int) -> c_long;
    fn mi_option_set_default(option: c_int, value: c_long);
}

/// Run before `main`, as nothing may have been reserved yet.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_START: extern "C" fn() = set_options;

extern "C" fn set_options() {
    // SAFETY: options are plain numbers that may be read and set at any time. Were they in another order, this one would
    // hardly have this value, and nothing would happen.
    unsafe {
        if mi_option_get(ARENA_RESERVE) == USUAL {
            mi_option_set_default(ARENA_RESERVE, OURS);
            mi_option_set_default(DESTROY_ON_EXIT, LEAVE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_set() {
        // SAFETY: as above.
        assert_eq!(unsafe { mi_option_get(ARENA_RESERVE) }, OURS);
        // SAFETY: as above.
        assert_eq!(unsafe { mi_option_get(DESTROY_ON_EXIT) }, LEAVE);
    }
}
