//! Units that wait for units.

use std::sync::Arc;
use std::time::{Duration, Instant};

use weir_yaml::Value;

use crate::apply::config_map;
use crate::bed::{Bed, NEVER, NEVER_LABEL};

crate::scenarios!(
    a_unit_waits_for_its_dependency_and_starts_at_once,
    a_chain_comes_up_in_order,
    a_missing_dependency_is_named,
);

/// Far less than the half minute after which a dependency is looked at again in any case.
const AT_ONCE: Duration = Duration::from_secs(10);

async fn a_unit_waits_for_its_dependency_and_starts_at_once(bed: Arc<Bed>) {
    let deployment = |image: &str, label: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: NS}}\nspec:\n  \
             selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web{label}}}}}\n    \
             spec: {{containers: [{{name: main, image: '{image}:1'}}]}}\n"
        )
    };
    bed.write("base/web.yaml", &deployment(NEVER, &format!(", {NEVER_LABEL}")));
    bed.write("apps/one.yaml", &config_map("one", "1"));
    bed.push().await;
    bed.unit("base", "./base", "prune: true, wait: true, timeout: 30m").await;
    bed.unit("apps", "./apps", "prune: true, dependsOn: [{name: base}]").await;
    let message = bed.shows("apps", "False", "DependencyNotReady").await;
    assert_eq!(message, format!("dependency '{}/base' is not ready", bed.namespace));
    assert!(bed.find(("v1", "ConfigMap"), "one").await.is_none());
    bed.write("base/web.yaml", &deployment("registry.example/web", ""));
    let started = Instant::now();
    bed.push().await;
    bed.ready("apps").await;
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
}

async fn a_chain_comes_up_in_order(bed: Arc<Bed>) {
    const LENGTH: usize = 5;
    for at in 0..LENGTH {
        bed.write(&format!("{at}/one.yaml"), &config_map(&format!("one-{at}"), "1"));
    }
    bed.push().await;
    let started = Instant::now();
    for at in (0..LENGTH).rev() {
        let depends =
            if at == 0 { String::new() } else { format!(", dependsOn: [{{name: unit-{}}}]", at - 1) };
        bed.unit(&format!("unit-{at}"), &format!("./{at}"), &format!("prune: true, wait: true{depends}"))
            .await;
    }
    bed.ready(&format!("unit-{}", LENGTH - 1)).await;
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
    // A new revision goes through the chain too, each after the one before it.
    for at in 0..LENGTH {
        bed.write(&format!("{at}/one.yaml"), &config_map(&format!("one-{at}"), "2"));
    }
    let started = Instant::now();
    bed.push().await;
    bed.ready(&format!("unit-{}", LENGTH - 1)).await;
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
    let mut last = 0;
    for at in 0..LENGTH {
        let one = bed.get(("v1", "ConfigMap"), &format!("one-{at}")).await;
        assert_eq!(one.str_at(&["data", "key"]), Some("2"));
        let version: u64 = one.str_at(&["metadata", "resourceVersion"]).and_then(|v| v.parse().ok()).unwrap();
        assert!(version > last, "unit {at} was applied before the one it waits for");
        last = version;
    }
}

async fn a_missing_dependency_is_named(bed: Arc<Bed>) {
    bed.write("apps/one.yaml", &config_map("one", "1"));
    bed.write("base/two.yaml", &config_map("two", "1"));
    bed.push().await;
    bed.unit("apps", "./apps", "dependsOn: [{name: base}]").await;
    let message = bed.shows("apps", "False", "DependencyNotReady").await;
    assert!(message.contains("base") && message.contains("not found"), "{message}");
    let started = Instant::now();
    bed.unit("base", "./base", "").await;
    let unit = bed.ready("apps").await;
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
    assert!(unit.at(&["status", "conditions"]).and_then(Value::as_list).is_some());
}
