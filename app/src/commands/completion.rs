//! `weir completion`.

use clap::CommandFactory as _;

use crate::cli::{Cli, Completion};
use crate::exit::Failure;
use crate::output::print;

pub(super) fn run(args: &Completion) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "weir", &mut script);
    print(&String::from_utf8_lossy(&script))
}
