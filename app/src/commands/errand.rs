//! `weir errand`: fetches or packs for a controller, in a process that ends with it.

use std::path::PathBuf;

use weir_fetch::Runner;

use crate::connect::install_crypto;
use crate::exit::Failure;

pub(super) fn run() -> Result<(), Failure> {
    install_crypto();
    Ok(weir_fetch::run_errand()?)
}

/// This very program, even if its file was replaced meanwhile; this process where it cannot be found.
pub(super) fn runner() -> Runner {
    let own = PathBuf::from("/proc/self/exe");
    let program = if own.exists() { Ok(own) } else { std::env::current_exe() };
    program.map_or(Runner::Here, |program| Runner::Apart(program, "errand"))
}
