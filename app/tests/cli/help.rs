//! What commands say of themselves.

use crate::weir::{Directory, weir};

const COMMANDS: &[&[&str]] = &[
    &[],
    &["up"],
    &["build"],
    &["build", "kustomization"],
    &["kustomize"],
    &["kustomize", "build"],
    &["kustomize", "create"],
    &["kustomize", "edit"],
    &["kustomize", "edit", "add", "label"],
    &["kustomize", "edit", "set", "image"],
    &["kustomize", "edit", "remove", "patch"],
    &["kustomize", "edit", "fix"],
    &["kustomize", "localize"],
    &["kustomize", "version"],
    &["helm"],
    &["helm", "template"],
    &["helm", "lint"],
    &["helm", "show"],
    &["helm", "show", "values"],
    &["helm", "version"],
    &["get"],
    &["get", "all"],
    &["get", "kustomizations"],
    &["get", "sources", "git"],
    &["get", "sources", "oci"],
    &["get", "sources", "all"],
    &["get", "helmreleases"],
    &["get", "images", "policy"],
    &["reconcile", "source", "oci"],
    &["reconcile", "helmrelease"],
    &["suspend", "image", "update"],
    &["resume", "source", "chart"],
    &["resume", "alert-provider"],
    &["reconcile", "kustomization"],
    &["reconcile", "source", "git"],
    &["suspend", "kustomization"],
    &["resume", "kustomization"],
    &["suspend", "source", "git"],
    &["tree", "kustomization"],
    &["events"],
    &["controller"],
    &["install"],
    &["secrets"],
    &["secrets", "encrypt"],
    &["secrets", "decrypt"],
    &["secrets", "edit"],
    &["secrets", "set"],
    &["secrets", "unset"],
    &["secrets", "rotate"],
    &["secrets", "updatekeys"],
    &["secrets", "groups", "add"],
    &["secrets", "exec-env"],
    &["secrets", "exec-file"],
    &["secrets", "filestatus"],
    &["secrets", "keys"],
    &["secrets", "init"],
    &["secrets", "doctor"],
    &["secrets", "check"],
    &["secrets", "diff"],
    &["secrets", "merge"],
    &["secrets", "install-hooks"],
    &["version"],
    &["completion"],
];

#[test]
fn every_command_has_help() {
    let directory = Directory::new();
    for command in COMMANDS {
        let arguments: Vec<_> = command.iter().copied().chain(["--help"]).collect();
        let ended = weir(&directory, &arguments).with(0);
        assert!(ended.stdout.contains("Usage: weir"), "{arguments:?}:\n{}", ended.stdout);
        assert!(ended.stdout.contains("Examples:"), "{arguments:?}:\n{}", ended.stdout);
        assert_eq!(ended.stderr, "", "{arguments:?}");
    }
}

#[test]
fn version_needs_no_cluster() {
    let ended = weir(&Directory::new(), &["version", "--client"]).with(0);
    assert!(ended.stdout.contains(env!("CARGO_PKG_VERSION")), "{}", ended.stdout);
}

#[test]
fn misuse_ends_with_two() {
    let directory = Directory::new();
    weir(&directory, &["nonsense"]).with(2);
    weir(&directory, &["up", "--nonsense"]).with(2);
    weir(&directory, &["up", "--sandbox", "absent"]).with(2).says(&["'absent' is not a directory"]);
    weir(&directory, &["up", "."]).with(2).says(&["--sandbox", "--kubeconfig"]);
    weir(&directory, &["up", "--sandbox", "--kubeconfig", "x"]).with(2).says(&["exclude each other"]);
}

#[test]
fn install_prints_what_a_cluster_needs() {
    let ended = weir(&Directory::new(), &["install", "--export"]).with(0);
    let kinds =
        ["CustomResourceDefinition", "Namespace", "ServiceAccount", "ClusterRoleBinding", "Deployment"];
    for kind in kinds {
        assert!(ended.stdout.contains(&format!("kind: {kind}\n")), "{kind} is missing");
    }
}

#[test]
fn completion_is_printed_for_shells() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(weir(&Directory::new(), &["completion", shell]).with(0).stdout.contains("weir"));
    }
}
