//! The one binary: arguments in, words and exit codes out.

mod cli;
mod commands;
mod connect;
mod exit;
mod output;
mod telemetry;
mod whole;

/// Gives back what it does not need; the allocator of the system keeps half as much again for each thread. Huge pages are
/// off: they trebled the memory of a hundred units. Commands that open secrets ask for what is given back to be wiped.
#[global_allocator]
static ALLOCATOR: weir_memory::Wiping<weir_memory::Mimalloc> = weir_memory::Wiping(weir_memory::Mimalloc);

fn main() -> std::process::ExitCode {
    let cli = match cli::parse() {
        Ok(cli) => cli,
        Err(misuse) => return misuse.end().into(),
    };
    match commands::run(cli) {
        Ok(code) => code.into(),
        Err(failure) => {
            output::say(&failure.to_string());
            failure.code().into()
        }
    }
}
