//! `weir events`.

use clap::Args;

/// Show events of Flux resources
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  weir events
  weir events --for Kustomization/apps
  weir events -A --types Warning --watch")]
pub(crate) struct Events {
    /// All namespaces
    #[arg(short = 'A', long)]
    pub(crate) all_namespaces: bool,
    /// Only of this kind; or of this object, and of what it refers to
    #[arg(long = "for", value_name = "KIND[/NAME]")]
    pub(crate) object: Option<String>,
    /// Only these types: Normal, Warning
    #[arg(long, value_name = "TYPE", value_delimiter = ',')]
    pub(crate) types: Vec<String>,
    /// Go on with every new event
    #[arg(short, long)]
    pub(crate) watch: bool,
    /// Without the header
    #[arg(long)]
    pub(crate) no_header: bool,
}
