//! Charts and values to objects, as Helm 4.2 renders them; and the records that Helm keeps of releases.
//!
//! It knows no network and no cluster: charts come as trees or bytes, what a template looks up in a cluster is asked
//! of the caller.

mod capabilities;
pub mod chart;
mod checks;
mod dependencies;
mod error;
mod explain;
mod json_path;
mod lint;
mod path;
mod quote;
pub mod release;
mod render;
mod schema;
mod show;
mod typed;
mod value_origins;
pub mod values;
mod version_text;
mod warnings;

pub use capabilities::{Capabilities, HelmVersion, KubeVersion};
pub use chart::{Chart, File, archive_files};
pub use checks::{check_dependencies, check_installable, check_release_name, name_of_template, path_matches};
pub use error::Error;
pub use explain::explain;
pub use json_path::json_path;
pub use lint::{Lint, Linted, Message, Severity, lint};
pub use render::{
    Failure, Lookup, Options, PostRender, PostRenderStrategy, Release, Rendered, Templates, Traces, World,
    functions, render, render_files,
};
pub use schema::RemoteSchemas;
pub use show::{Part, show};
pub use value_origins::{ValueOrigin, value_origins};
pub use version_text::version_text;
pub use warnings::Warnings;
pub use weir_template::{Helpers, Origin, Powers, Random, Zones};
