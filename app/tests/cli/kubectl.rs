//! The real kubectl on the sandbox, where `WEIR_KUBECTL` names one.

use std::io::Write as _;
use std::process::Command;

use crate::up::config_map;
use crate::weir::{Directory, start, until};

#[test]
fn kubectl_sees_what_the_files_say() {
    let Some(kubectl) = std::env::var_os("WEIR_KUBECTL") else {
        _ = writeln!(std::io::stderr(), "skipped: kubectl on the sandbox: WEIR_KUBECTL is not set");
        return;
    };
    let directory = Directory::new();
    directory.write("repository/one.yaml", config_map("one"));
    let _going = start(&directory, &["up", "--sandbox", "--write-kubeconfig", "kubeconfig", "repository"]);
    let ask = |arguments: &[&str]| {
        let mut command = Command::new(&kubectl);
        command.args(arguments).env("KUBECONFIG", directory.path().join("kubeconfig"));
        let output = command.env("HOME", directory.path()).output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    };
    let data = ["get", "configmap", "one", "-o", "jsonpath={.data.a}"];
    assert_eq!(until("the config map", || ask(&data)), "b");
    until("readiness", || {
        ask(&["-n", "flux-system", "wait", "--for=condition=Ready", "ks", "--all", "--timeout=1s"])
    });
    let table = ask(&["get", "ks", "-A"]).unwrap();
    assert!(table.contains("Applied revision: local@sha256:"), "{table}");
    directory.write("repository/one.yaml", config_map("one").replace("a: b", "a: changed"));
    until("the change", || ask(&data).filter(|text| text == "changed"));
    std::fs::remove_file(directory.path().join("repository/one.yaml")).unwrap();
    directory.write("repository/two.yaml", config_map("two"));
    until("the end of it", || ask(&["get", "configmap", "one"]).is_none().then_some(()));
}
