//! `weir up --sandbox --once`: small repositories, and how it ends.

use crate::weir::{Directory, weir, weir_with};

pub(crate) const ONCE: [&str; 5] = ["up", "--sandbox", "--once", "--timeout", "40s"];

pub(crate) fn config_map(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: default}}\ndata: {{a: b}}\n"
    )
}

pub(crate) fn unit(name: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\n\
         spec: {{interval: 10m, prune: true, path: {path}, sourceRef: {{kind: GitRepository, name: flux-system}}{more}}}\n"
    )
}

pub(crate) fn repository() -> Directory {
    let directory = Directory::new();
    directory
        .write("clusters/home/flux-system/gotk-sync.yaml", unit("flux-system", "./clusters/home", ""))
        .write("clusters/home/base.yaml", unit("base", "./base", ", wait: true"))
        .write("clusters/home/apps.yaml", unit("apps", "./apps", ", wait: true, dependsOn: [{name: base}]"))
        .write("base/namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: apps}\n")
        .write("apps/web.yaml", WEB);
    directory
}

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: apps}\nspec:\n  \
    selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    \
    spec: {containers: [{name: main, image: 'registry.example/web:1'}]}\n";

#[test]
fn a_repository_comes_up() {
    let ended = weir(&repository(), &ONCE).with(0);
    ended.says(&[
        "entry point: flux-system in clusters/home/flux-system/gotk-sync.yaml",
        "✔ Kustomization/flux-system/apps",
        "✔ 4 ready",
    ]);
}

#[test]
fn causes_come_before_what_waits_for_them() {
    let repository = repository();
    repository.write("base/broken.yaml", "a: [\n");
    let ended = weir(&repository, &ONCE).with(1);
    let ended =
        ended.says(&["broken.yaml:", "dependency 'flux-system/base' is not ready", "1 failed, 1 waiting"]);
    let at = |text| ended.stderr.rfind(text).unwrap();
    assert!(
        at("✗ Kustomization/flux-system/base:") < at("· Kustomization/flux-system/apps:"),
        "{}",
        ended.stderr
    );
}

#[test]
fn what_waits_in_vain_is_named_before_its_time_is_up() {
    let arguments = ["up", "--sandbox", "--once", "--fail-image", "registry.example/*"];
    weir(&repository(), &arguments).with(1).says(&[
        "✗ Kustomization/flux-system/apps: waiting in vain for: [Deployment/apps/web status: 'InProgress': ",
        "✗ 3 ready, 1 failed",
    ]);
}

#[test]
fn a_unit_that_does_not_settle_is_named_when_time_is_up() {
    let arguments = ["up", "--sandbox", "--once", "--timeout", "1s", "--fail-image", "registry.example/*"];
    weir(&repository(), &arguments).with(1).says(&[
        "not settled after 1s",
        "◎ Kustomization/flux-system/apps",
        "waiting for: [Deployment/apps/web status: 'InProgress': ",
    ]);
}

#[test]
fn what_is_not_supported_yet_holds_nothing_up() {
    let repository = repository();
    repository.write(
        "apps/release.yaml",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: apps}\n\
         spec: {interval: 1h, chartRef: {kind: OCIRepository, name: web}}\n",
    );
    let sync = unit("apps", "./apps", ", dependsOn: [{name: base}]");
    repository.write("clusters/home/apps.yaml", &sync);
    weir(&repository, &ONCE)
        .says(&["HelmRelease/apps/web  not supported yet", "✔ Kustomization/flux-system/apps"]);
}

#[test]
fn the_example_comes_up() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/rpi-cluster");
    let arguments: Vec<_> = ONCE.into_iter().chain([example]).collect();
    weir(&Directory::new(), &arguments).with(0);
    // Whoever has a key of their own has it at hand, too.
    let own = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    weir_with(&Directory::new(), &arguments, &[("SOPS_AGE_KEY", own)]).with(0);
}

#[test]
fn the_kubeconfig_goes_with_the_sandbox_unless_it_was_asked_for() {
    let directory = Directory::new();
    directory.write("repository/one.yaml", config_map("one"));
    let ended = weir(&directory, &["up", "--sandbox", "--once", "repository"]).with(0);
    let line = ended.stderr.lines().find(|line| line.contains("export KUBECONFIG=")).unwrap();
    let path = line.rsplit_once('=').unwrap().1;
    assert!(!std::path::Path::new(path).exists());
    weir(&directory, &["up", "--sandbox", "--once", "--write-kubeconfig", "kubeconfig", "repository"])
        .with(0);
    assert!(directory.path().join("kubeconfig").exists());
}

#[test]
fn a_sandbox_opens_what_is_encrypted_with_the_key_it_is_given() {
    let key = include_str!("../../../edge/controllers/tests/suite/encrypted/key.txt");
    let secret = include_str!("../../../edge/controllers/tests/suite/encrypted/secret.yaml");
    let repository = repository();
    let decryption = ", decryption: {provider: sops, secretRef: {name: sops-age}}";
    repository
        .write("clusters/home/secrets.yaml", unit("secrets", "./secrets", decryption))
        .write("secrets/secret.yaml", secret.replace("namespace: NS", "namespace: default"))
        .write("own.key", key);
    let nowhere = repository.path().join("nowhere");
    let run =
        |more: &[&str]| weir_with(&repository, &[&ONCE, more].concat(), &[("XDG_CONFIG_HOME", &nowhere)]);
    let ended = run(&[]).with(1).says(&["secrets \"sops-age\" not found", "4 ready, 1 failed"]);
    assert!(!ended.stderr.contains("hunter"), "{}", ended.stderr);
    let ended = run(&["--age-key-file", "own.key"]).with(0);
    let ended = ended.says(&["Secret/flux-system/sops-age is not in the repository", "✔ 5 ready"]);
    assert!(!ended.stderr.contains("hunter") && !ended.stderr.contains("AGE-SECRET"), "{}", ended.stderr);
    // What is printed is covered up.
    let build =
        ["build", "ks", "secrets", "--path", "secrets", "--kustomization-file", "clusters/home/secrets.yaml"];
    let ended = weir(&repository, &build).with(0);
    assert!(ended.stdout.contains("KipTT1BTKio=") && !ended.stdout.contains("sops:"), "{}", ended.stdout);
    let opens = [&build[..], &["--decrypt", "--age-key-file", "own.key"]].concat();
    let ended = weir(&repository, &opens).with(0);
    assert!(ended.stdout.contains("aHVudGVyLXR3bw==") && !ended.stdout.contains("sops:"), "{}", ended.stdout);
    weir_with(&repository, &[&build[..], &["--decrypt"]].concat(), &[("XDG_CONFIG_HOME", &nowhere)])
        .with(1)
        .says(&["cannot get sops data key", "SOPS_AGE_KEY_FILE"]);
    // Values of variables too.
    let from = ", postBuild: {substituteFrom: [{kind: Secret, name: web}]}";
    repository
        .write(".git/HEAD", "")
        .write("clusters/home/filled.yaml", unit("filled", "./filled", from))
        .write(
            "filled/map.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {a: '${password}'}\n",
        )
        .write("secrets/secret.yaml", secret.replace("namespace: NS", "namespace: flux-system"));
    let build =
        ["build", "ks", "filled", "--path", "filled", "--kustomization-file", "clusters/home/filled.yaml"];
    weir(&repository, &build).with(1).says(&["it is SOPS encrypted: --decrypt opens it"]);
    let opens = [&build[..], &["--decrypt", "--age-key-file", "own.key"]].concat();
    let ended = weir(&repository, &opens).with(0);
    assert!(ended.stdout.contains("hunter"), "{}", ended.stdout);
    repository.write("own.key", "AGE-SECRET-KEY-1WRONG");
    let ended = run(&["--age-key-file", "own.key"]).with(1).says(&["own.key: line 1: malformed secret key"]);
    assert!(!ended.stderr.contains("WRONG"), "{}", ended.stderr);
}
