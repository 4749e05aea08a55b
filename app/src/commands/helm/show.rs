//! `weir helm show`.

use weir_helm::{Part, show};
use weir_yaml::Value;

use super::chart::located;
use crate::cli::helm::{Global, HelmShowWhat, ShowArgs};
use crate::exit::Failure;
use crate::output::print;

pub(super) fn run(what: &HelmShowWhat, global: &Global) -> Result<(), Failure> {
    match what {
        HelmShowWhat::All(args) => shown(args, global, Part::All),
        HelmShowWhat::Chart(args) => shown(args, global, Part::Chart),
        HelmShowWhat::Values(args) => shown(args, global, Part::Values),
        HelmShowWhat::Readme(args) => shown(args, global, Part::Readme),
        HelmShowWhat::Crds(args) => shown(args, global, Part::Crds),
    }
}

fn shown(args: &ShowArgs, global: &Global, part: Part) -> Result<(), Failure> {
    let chart = located(&args.chart, &args.path, global)?;
    if let Some(template) = args.jsonpath.as_deref().filter(|_| part == Part::Values) {
        let values = Value::from(chart.values.clone().unwrap_or_default());
        let found = weir_helm::json_path(template, &values);
        return print(&found.map_err(|error| Failure::said(format!("Error: {error}")))?);
    }
    print(&show(&chart, part).map_err(|error| Failure::said(format!("Error: {error}")))?)
}
