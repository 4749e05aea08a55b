//! Charts in kustomizations beside the real kustomize and helm: cases of kustomize's own tests, and our own in
//! `corpus/kustomize-charts`, whose answers `record.sh` wrote there.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use weir_yaml::{Value, from_json};

use crate::Home;

/// The cases in a folder of folders, by name.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn shared() -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let shared = std::env::var_os("WEIR_SHARED").map_or(shared, PathBuf::from);
    let folder = shared.join("conformance/kustomize");
    if folder.is_dir() {
        return Some(folder);
    }
    _ = writeln!(std::io::stderr(), "skipped: charts of kustomize conformance: ../shared is absent");
    assert!(std::env::var_os("WEIR_REQUIRE_SHARED").is_none(), "../shared is demanded but absent");
    None
}

/// The words of a build as a case wants it.
fn words(run: &Value) -> Vec<String> {
    let option = |name: &str| run.at(&["options", name]);
    let text = |name: &str| option(name).and_then(Value::as_str);
    let mut words = vec!["build".to_string(), "--enable-helm".to_string()];
    if text("reorder") == Some("none") {
        words.extend(["--reorder", "none"].map(str::to_string));
    }
    if text("load_restrictor") == Some("none") {
        words.extend(["--load-restrictor", "LoadRestrictionsNone"].map(str::to_string));
    }
    if let Some(version) = text("helm_kube_version") {
        words.extend(["--helm-kube-version", version].map(str::to_string));
    }
    for version in option("helm_api_versions").and_then(Value::as_list).unwrap_or_default() {
        words.extend(["--helm-api-versions", version.as_str().unwrap()].map(str::to_string));
    }
    words
}

#[test]
fn charts_of_kustomizes_own_tests_give_the_same_bytes() {
    let Some(folder) = shared() else { return };
    let home = Home::new("conformance");
    let (mut count, mut failed) = (0, Vec::new());
    for case in folders(&folder).iter().flat_map(|suite| folders(suite)) {
        let Ok(run) = std::fs::read(case.join("run.json")) else { continue };
        let run = from_json(&run).unwrap();
        if run.at(&["options", "enable_helm"]).is_none() {
            continue;
        }
        count += 1;
        let dir = case.join("input").join(run.str_at(&["dir"]).unwrap());
        let mut words = words(&run);
        words.push(dir.to_str().unwrap().to_string());
        let output = home.kustomize(&words);
        if run.str_at(&["kind"]) == Some("error") {
            assert_eq!(output.status.code(), Some(1), "{}", case.display());
            continue;
        }
        let expected = std::fs::read(case.join("expected.yaml")).unwrap();
        if output.stdout != expected {
            let (ours, error) =
                (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            failed.push(format!("{}:\n{ours}{error}", case.display()));
        }
    }
    _ = writeln!(std::io::stderr(), "charts of kustomize conformance: {count} cases");
    assert!(count >= 7, "{count}");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn our_own_cases_give_the_same_bytes() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/kustomize-charts");
    let home = Home::new("kustomize-charts");
    let mut failed = Vec::new();
    for case in folders(&corpus) {
        let dir = std::fs::read_to_string(case.join("dir")).unwrap_or_default();
        let flags = std::fs::read_to_string(case.join("flags")).unwrap_or_default();
        let mut words = vec!["build".to_string(), "--enable-helm".to_string()];
        words.extend(flags.split_whitespace().map(str::to_string));
        words.push(case.join("input").join(dir.trim()).to_str().unwrap().to_string());
        let output = home.kustomize(&words);
        let ours = match output.status.code() {
            Some(0) => output.stdout,
            _ => Vec::new(),
        };
        // Where the real one fails nothing is recorded.
        if ours != std::fs::read(case.join("expected.yaml")).unwrap_or_default() {
            let (ours, error) = (String::from_utf8_lossy(&ours), String::from_utf8_lossy(&output.stderr));
            failed.push(format!("{}:\n{ours}{error}", case.display()));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn a_chart_comes_from_a_repository_and_stays_out_of_the_tree() {
    let home = Home::new("kustomize-repo");
    let url = home.repository();
    let build = |version: &str| {
        let chart = format!(
            "helmCharts:\n- {{name: web, repo: '{url}', version: '{version}', releaseName: one, \
             valuesFile: 'charts/web-{version}/web/values.yaml', valuesInline: {{replicaCount: 7}}}}\n"
        );
        home.write("app/kustomization.yaml", &chart);
        home.kustomize(&["build", "--enable-helm", "app"].map(str::to_string))
    };
    let output = build("1.x");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("replicas: 7") && text.contains("helm.sh/chart: web-1.0.0"), "{text}");
    assert!(!home.folder.join("app/charts").exists());
    let text = String::from_utf8(build(">=1.1.0-0").stdout).unwrap();
    assert!(text.contains("helm.sh/chart: web-1.1.0-rc.1"), "{text}");
    let missing = build("9.x");
    let error = String::from_utf8(missing.stderr).unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(error.contains("chart 'web'") && error.contains("kustomization.yaml:2:"), "{error}");
}

#[test]
fn charts_are_refused_where_nobody_wants_them() {
    let home = Home::new("kustomize-off");
    home.write("app/kustomization.yaml", "helmCharts:\n- name: web\n");
    let output = home.kustomize(&["build", "app"].map(str::to_string));
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        error.contains("must specify --enable-helm") && error.contains("app/kustomization.yaml:2:"),
        "{error}"
    );
}

/// A chart in a folder that answers as a registry does.
fn registry(home: &Home) -> String {
    home.said("create web");
    home.said("package web --version 1.2.0");
    let digest = |bytes: &[u8]| format!("sha256:{}", weir_fetch::sha256(bytes));
    let chart = std::fs::read(home.folder.join("web-1.2.0.tgz")).unwrap();
    let layer = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
    let config = "application/vnd.cncf.helm.config.v1+json";
    let part = |kind: &str, bytes: &[u8]| {
        format!("{{\"mediaType\":\"{kind}\",\"digest\":\"{}\",\"size\":{}}}", digest(bytes), bytes.len())
    };
    let manifest = format!(
        "{{\"schemaVersion\":2,\"config\":{},\"layers\":[{}]}}",
        part(config, b"{}"),
        part(layer, &chart)
    );
    let blobs = home.folder.join("site/v2/org/web/blobs");
    std::fs::create_dir_all(&blobs).unwrap();
    std::fs::write(blobs.join(digest(&chart)), &chart).unwrap();
    home.write("site/v2/org/web/manifests/1.2.0", &manifest);
    home.write("site/v2/org/web/tags/list", "{\"name\":\"org/web\",\"tags\":[\"1.2.0\",\"2.0.0-rc.1\"]}");
    crate::server::serve(home.folder.join("site"))
}

#[test]
fn charts_of_registries_are_fetched_and_rendered() {
    let mut home = Home::new("kustomize-oci");
    let url = registry(&home);
    home.mirror = Some(format!("oci://registry.test={url}"));
    let build = |home: &Home| {
        let words = ["build", "--enable-helm", "k"].map(str::to_string);
        home.kustomize(&words)
    };
    for version in ["1.2.0", "^1.0.0", ""] {
        let version = if version.is_empty() { String::new() } else { format!("  version: {version}\n") };
        home.write(
            "k/kustomization.yaml",
            &format!(
                "helmCharts:\n- name: web\n  repo: oci://registry.test/org\n  releaseName: x\n{version}"
            ),
        );
        let output = build(&home);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("helm.sh/chart: web-1.2.0"), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert!(!home.folder.join("k/charts").exists(), "nothing is written into the tree");
    home.write(
        "k/kustomization.yaml",
        "helmCharts:\n- {name: web, repo: 'oci://registry.test/nope', version: 1.2.0}\n",
    );
    let output = build(&home);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains("404"), "{error}");
}
