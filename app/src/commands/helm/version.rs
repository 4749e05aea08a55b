//! `weir helm version`.

use weir_helm::HelmVersion as Version;

use crate::cli::helm::HelmVersion;
use crate::exit::Failure;
use crate::output::print;

pub(super) fn run(args: &HelmVersion) -> Result<(), Failure> {
    let version = Version::default();
    if let Some(template) = &args.template {
        let text = weir_helm::version_text(template, &version);
        return print(&text.map_err(|error| Failure::said(format!("Error: {error}")))?);
    }
    if args.short {
        let commit = version.git_commit.get(..7).unwrap_or_default();
        return print(&format!("{}+g{commit}\n", version.version));
    }
    print(&format!(
        "version.BuildInfo{{Version:{:?}, GitCommit:{:?}, GitTreeState:{:?}, GoVersion:{:?}, KubeClientVersion:{:?}}}\n",
        version.version,
        version.git_commit,
        version.git_tree_state,
        version.go_version,
        version.kube_client_version
    ))
}
