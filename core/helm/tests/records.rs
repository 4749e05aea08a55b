//! Records of releases that Helm's own libraries wrote: `corpus/helm/records`. With `WEIR_RECORDS_OUT` naming a directory,
//! what we write in their place goes there, for Helm to read.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read files")]

use std::path::Path;

use weir_helm::release::{HookEvent, Release, Status};
use weir_yaml::Value;

fn record(name: &str) -> Release {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/helm/records");
    let text = std::fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap();
    Release::decode(text.trim().as_bytes()).unwrap()
}

#[test]
fn records_of_helm_are_read_and_written() {
    for name in ["helm3", "helm4"] {
        let release = record(name);
        assert_eq!(
            (release.name.as_str(), release.namespace.as_str(), release.version),
            ("podinfo", "apps", 3)
        );
        assert_eq!(release.status, Status::Deployed);
        assert_eq!(release.first_deployed.as_deref(), Some("2026-01-02T03:04:05.6789Z"));
        assert_eq!(release.notes, "Hi\n");
        assert_eq!(release.chart.metadata.app_version, "6.9.0");
        assert_eq!(release.chart.templates[0].name, "templates/a.yaml");
        assert_eq!(release.config.get("html"), Some(&Value::from("<a & b>")));
        assert_eq!(release.hooks[0].events, [HookEvent::PreInstall, HookEvent::Test]);
        assert_eq!(release.hooks[0].last_run.phase, "Succeeded");
        assert_eq!(release.apply_method, if name == "helm4" { "ssa" } else { "" });
        let again = Release::decode(release.encode().as_bytes()).unwrap();
        assert_eq!(again.hooks, release.hooks);
        assert_eq!(again.chart.metadata, release.chart.metadata);
        assert_eq!(again.config, release.config);
        if let Some(folder) = std::env::var_os("WEIR_RECORDS_OUT") {
            std::fs::write(Path::new(&folder).join(name), release.encode()).unwrap();
        }
    }
}
