//! `weir helm show`.

use weir_helm::{Part, show};

use super::chart::located;
use crate::cli::helm::{HelmShowWhat, ShowArgs};
use crate::exit::Failure;
use crate::output::print;

pub(super) fn run(what: &HelmShowWhat) -> Result<(), Failure> {
    match what {
        HelmShowWhat::All(args) => shown(args, Part::All),
        HelmShowWhat::Chart(args) => shown(args, Part::Chart),
        HelmShowWhat::Values(args) => shown(args, Part::Values),
        HelmShowWhat::Readme(args) => shown(args, Part::Readme),
        HelmShowWhat::Crds(args) => shown(args, Part::Crds),
    }
}

fn shown(args: &ShowArgs, part: Part) -> Result<(), Failure> {
    if args.jsonpath.is_some() {
        return Err(Failure::said("Error: --jsonpath is not supported yet"));
    }
    let chart = located(&args.chart, &args.path)?;
    print(&show(&chart, part).map_err(|error| Failure::said(format!("Error: {error}")))?)
}
