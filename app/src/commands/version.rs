//! `weir version`.

use weir_yaml::Value;

use crate::cli::Version;
use crate::exit::Failure;
use crate::output::{Format, print};

const VERSION: &str = concat!("v", env!("CARGO_PKG_VERSION"));

pub(super) fn run(args: &Version) -> Result<(), Failure> {
    let value = Value::from([("weir", VERSION)]);
    print(&match args.output {
        Format::Table | Format::Name => format!("weir: {VERSION}\n"),
        Format::Json => format!("{}\n", weir_yaml::to_json_pretty(&value)),
        Format::Yaml => weir_yaml::to_yaml(&value).map_err(|e| Failure::new(e.to_string()))?,
    })
}
