//! Numbers under the names that Flux's dashboards ask for.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the buckets of a duration in seconds: ten, from ten milliseconds to half an hour.
const BUCKETS: [f64; 10] =
    [0.01, 0.0384, 0.1473, 0.5652, 2.1689, 8.3231, 31.9398, 122.5672, 470.3466, 1800.0];

#[derive(Default)]
struct Durations {
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: f64,
}

#[derive(Default)]
struct Numbers {
    durations: BTreeMap<(&'static str, String, String), Durations>,
    /// By controller and result.
    results: BTreeMap<(&'static str, &'static str), u64>,
}

static NUMBERS: Mutex<Option<Numbers>> = Mutex::new(None);

/// Counts a finished turn of a resource.
pub(crate) fn reconciled(kind: &'static str, namespace: &str, name: &str, took: Duration, good: bool) {
    let mut numbers = NUMBERS.lock().unwrap_or_else(PoisonError::into_inner);
    let numbers = numbers.get_or_insert_default();
    let key = (kind, namespace.to_string(), name.to_string());
    let durations = numbers.durations.entry(key).or_default();
    let seconds = took.as_secs_f64();
    for (bucket, bound) in durations.buckets.iter_mut().zip(BUCKETS) {
        *bucket += u64::from(seconds <= bound);
    }
    durations.count += 1;
    durations.sum += seconds;
    *numbers.results.entry((kind, if good { "success" } else { "error" })).or_default() += 1;
}

/// Forgets a resource that is gone.
pub(crate) fn forget(kind: &'static str, namespace: &str, name: &str) {
    let mut numbers = NUMBERS.lock().unwrap_or_else(PoisonError::into_inner);
    numbers.get_or_insert_default().durations.remove(&(kind, namespace.to_string(), name.to_string()));
}

/// Everything in the text format of Prometheus.
pub(crate) fn text() -> String {
    let mut numbers = NUMBERS.lock().unwrap_or_else(PoisonError::into_inner);
    let numbers = numbers.get_or_insert_default();
    let mut out = String::from(
        "# HELP gotk_reconcile_duration_seconds The duration in seconds of a GitOps Toolkit resource \
         reconciliation.\n# TYPE gotk_reconcile_duration_seconds histogram\n",
    );
    for ((kind, namespace, name), durations) in &numbers.durations {
        let labels = format!("kind=\"{kind}\",name=\"{name}\",namespace=\"{namespace}\"");
        let metric = "gotk_reconcile_duration_seconds";
        for (bucket, bound) in durations.buckets.iter().zip(BUCKETS) {
            _ = writeln!(out, "{metric}_bucket{{{labels},le=\"{bound}\"}} {bucket}");
        }
        _ = writeln!(out, "{metric}_bucket{{{labels},le=\"+Inf\"}} {}", durations.count);
        _ = writeln!(out, "{metric}_sum{{{labels}}} {}", durations.sum);
        _ = writeln!(out, "{metric}_count{{{labels}}} {}", durations.count);
    }
    out.push_str(
        "# HELP controller_runtime_reconcile_total Total number of reconciliations per controller\n# TYPE \
         controller_runtime_reconcile_total counter\n",
    );
    for kind in ["GitRepository", "Kustomization"] {
        for result in ["success", "error"] {
            let count = numbers.results.get(&(kind, result)).copied().unwrap_or(0);
            let controller = kind.to_lowercase();
            _ = writeln!(
                out,
                "controller_runtime_reconcile_total{{controller=\"{controller}\",result=\"{result}\"}} {count}"
            );
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_under_fluxs_names() {
        reconciled("Kustomization", "ns", "counted", Duration::from_millis(20), true);
        let text = text();
        let labels = r#"kind="Kustomization",name="counted",namespace="ns""#;
        assert!(text.contains(&format!("gotk_reconcile_duration_seconds_bucket{{{labels},le=\"0.01\"}} 0")));
        assert!(
            text.contains(&format!("gotk_reconcile_duration_seconds_bucket{{{labels},le=\"0.0384\"}} 1"))
        );
        forget("Kustomization", "ns", "counted");
        assert!(!super::text().contains("counted"));
    }
}
