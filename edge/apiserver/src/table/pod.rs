//! What a pod shows of itself.

use weir_yaml::Value;

/// Ready containers, all containers, and the word for the state.
pub(super) struct Summary {
    pub(super) ready: usize,
    pub(super) total: usize,
    pub(super) reason: String,
    pub(super) restarts: i64,
}

/// What a pod shows of itself.
pub(super) fn summary(pod: &Value) -> Summary {
    let list = |path: &[&str]| pod.at(path).and_then(Value::as_list).unwrap_or_default();
    let statuses = list(&["status", "containerStatuses"]);
    let total = list(&["spec", "containers"]).len();
    let phase = pod.str_at(&["status", "phase"]).unwrap_or("");
    let mut reason = pod.str_at(&["status", "reason"]).unwrap_or(phase).to_owned();
    let mut ready = 0;
    let mut restarts = 0;
    for status in statuses.iter().rev() {
        restarts += status.get("restartCount").and_then(Value::as_i64).unwrap_or(0);
        let waiting = status.str_at(&["state", "waiting", "reason"]).filter(|text| !text.is_empty());
        let ended = status.str_at(&["state", "terminated", "reason"]).filter(|text| !text.is_empty());
        if let Some(word) = waiting.or(ended) {
            word.clone_into(&mut reason);
        } else if status.get("ready").and_then(Value::as_bool) == Some(true)
            && status.at(&["state", "running"]).is_some()
        {
            ready += 1;
        }
    }
    if pod.at(&["metadata", "deletionTimestamp"]).is_some() && !matches!(phase, "Succeeded" | "Failed") {
        "Terminating".clone_into(&mut reason);
    }
    Summary { ready, total, reason, restarts }
}
