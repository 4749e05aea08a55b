//! The one binary: arguments in, words and exit codes out.

mod cli;
mod commands;
mod connect;
mod exit;
mod output;
mod telemetry;
mod whole;

use std::io::Write as _;

// For the linker.
use weir_math as _;

/// Gives back what it does not need; the allocator of the system keeps half as much again for each thread. Huge pages are
/// off: they trebled the memory of a hundred units. Commands that open secrets ask for what is given back to be wiped.
#[global_allocator]
static ALLOCATOR: weir_memory::Wiping<weir_memory::Mimalloc> = weir_memory::Wiping(weir_memory::Mimalloc);

fn main() -> ! {
    let code = match cli::parse().map(commands::run) {
        Ok(Ok(code)) => code,
        Ok(Err(failure)) => {
            output::say(&failure.to_string());
            failure.code()
        }
        Err(misuse) => misuse.end(),
    };
    _ = std::io::stdout().flush();
    // All that is left is memory, which goes at once with the process.
    weir_memory::leave(code.into())
}
