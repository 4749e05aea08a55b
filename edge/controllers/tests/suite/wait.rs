//! Waiting for health: as short as can be, and never in the way of something newer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::apply::{config_map, widgets};
use crate::bed::{Bed, FAIL_LABEL, NEVER, NEVER_LABEL, condition, inventory};

crate::scenarios!(
    a_unit_is_ready_when_its_objects_are,
    a_stalled_object_fails_the_unit_early,
    a_new_revision_ends_a_running_wait,
    a_run_that_is_ended_at_once_remembers_what_it_made,
    named_objects_alone_can_be_waited_for,
    a_job_that_fails_fails_its_unit_early,
);

pub(crate) fn deployment(name: &str, image: &str, labels: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: NS}}\nspec:\n  replicas: 2\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}{labels}}}}}\n    \
         spec: {{containers: [{{name: main, image: '{image}:1'}}]}}\n"
    )
}

async fn a_unit_is_ready_when_its_objects_are(bed: Arc<Bed>) {
    bed.write("web.yaml", &deployment("web", "registry.example/web", ""));
    bed.push().await;
    bed.unit("apps", "./", "prune: true, wait: true, timeout: 1m").await;
    let unit = bed.ready("apps").await;
    let (healthy, (reason, message)) = condition(&unit, "Healthy");
    assert_eq!((&*healthy, &*reason), ("True", "Succeeded"));
    assert!(message.starts_with("Health check passed in "), "{message}");
    let web = bed.get(("apps/v1", "Deployment"), "web").await;
    assert_eq!(web.at(&["status", "readyReplicas"]).and_then(weir_yaml::Value::as_i64), Some(2));
}

async fn a_stalled_object_fails_the_unit_early(bed: Arc<Bed>) {
    let group = format!("{}.example.com", bed.namespace);
    let api_version = format!("{group}/v1");
    bed.leaves("apiextensions.k8s.io/v1", "CustomResourceDefinition", &format!("widgets.{group}"));
    bed.apply(&widgets(&group)).await;
    bed.write(
        "w.yaml",
        &format!("apiVersion: {api_version}\nkind: Widget\nmetadata: {{name: w, namespace: NS}}\n"),
    );
    bed.write("more.yaml", &config_map("more", "1"));
    // Not ready from the start: the controller of the widget has not seen it.
    bed.apply(&format!("apiVersion: {api_version}\nkind: Widget\nmetadata: {{name: w, namespace: NS}}\n"))
        .await;
    let widget = (&*api_version, "Widget");
    let condition_of = |kind: &str, status: &str| {
        format!(
            "status: {{conditions: [{{type: {kind}, status: '{status}', reason: Test, message: because}}]}}"
        )
    };
    bed.edit_part(widget, "w", "status", &condition_of("Ready", "False")).await;
    bed.push().await;
    bed.unit("apps", "./", "prune: true, wait: true, timeout: 30m").await;
    bed.shows("apps", "Unknown", "Progressing").await;
    let started = Instant::now();
    bed.edit_part(widget, "w", "status", &condition_of("Stalled", "True")).await;
    let (reason, message) = bed.failed("apps").await;
    assert!(started.elapsed() < Duration::from_secs(30));
    assert_eq!(reason, "HealthCheckFailed");
    assert!(
        message.contains("failed early due to stalled resources") && message.contains("Widget/"),
        "{message}"
    );
    let unit = bed.read("apps").await;
    assert_eq!(condition(&unit, "Healthy").0, "False");
    assert_eq!(unit.str_at(&["status", "lastAppliedRevision"]), None);
    assert_eq!(inventory(&unit).len(), 2);
}

async fn a_new_revision_ends_a_running_wait(bed: Arc<Bed>) {
    bed.write("web.yaml", &deployment("web", NEVER, &format!(", {NEVER_LABEL}")));
    bed.push().await;
    bed.unit("apps", "./", "prune: true, wait: true, timeout: 30m").await;
    bed.shows("apps", "Unknown", "Progressing").await;
    let unit = bed.read("apps").await;
    assert_eq!(inventory(&unit), [format!("{}_web_apps_Deployment", bed.namespace)], "known before the wait");
    bed.write("web.yaml", &deployment("web", "registry.example/web", ""));
    bed.push().await;
    bed.ready("apps").await;
    // And so does a change of the unit.
    bed.write("web.yaml", &deployment("web", NEVER, &format!(", {NEVER_LABEL}")));
    bed.push().await;
    bed.shows("apps", "Unknown", "Progressing").await;
    bed.unit("apps", "./", "prune: true, wait: false").await;
    bed.ready("apps").await;
}

/// The wait is ended before it is long enough to be told of.
async fn a_run_that_is_ended_at_once_remembers_what_it_made(bed: Arc<Bed>) {
    bed.write("web.yaml", &deployment("web", NEVER, &format!(", {NEVER_LABEL}")));
    bed.write("short.yaml", &config_map("short", "of: life"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true, wait: true, timeout: 30m").await;
    bed.until(("apps/v1", "Deployment"), "web", |web| web.is_some()).await;
    bed.remove("short.yaml");
    bed.write("web.yaml", &deployment("web", "registry.example/web", ""));
    bed.push().await;
    bed.ready("apps").await;
    bed.gone(("v1", "ConfigMap"), "short").await;
}

async fn named_objects_alone_can_be_waited_for(bed: Arc<Bed>) {
    bed.write("web.yaml", &deployment("web", "registry.example/web", ""));
    bed.write("never.yaml", &deployment("never", NEVER, &format!(", {NEVER_LABEL}")));
    bed.push().await;
    let check = "healthChecks: [{apiVersion: apps/v1, kind: Deployment, name: web, namespace: NS}]";
    bed.unit("apps", "./", &format!("prune: true, timeout: 1m, {check}")).await;
    assert_eq!(condition(&bed.ready("apps").await, "Healthy").0, "True");
}

async fn a_job_that_fails_fails_its_unit_early(bed: Arc<Bed>) {
    bed.write(
        "job.yaml",
        &format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: once, namespace: NS}}\nspec:\n  backoffLimit: 0\n  \
             template:\n    metadata: {{labels: {{{FAIL_LABEL}}}}}\n    spec:\n      restartPolicy: Never\n      \
             containers: [{{name: main, image: '{NEVER}:1'}}]\n"
        ),
    );
    bed.push().await;
    let started = Instant::now();
    bed.unit("apps", "./", "prune: true, wait: true, timeout: 30m").await;
    bed.fail_a_pod().await;
    let (reason, message) = bed.failed("apps").await;
    assert!(started.elapsed() < Duration::from_secs(60));
    assert_eq!(reason, "HealthCheckFailed");
    let wanted =
        format!("failed early due to stalled resources: [Job/{}/once status: 'Failed'", bed.namespace);
    assert!(message.contains(&wanted), "{message}");
}
