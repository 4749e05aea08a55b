//! Kinds that only count: disruption budgets, quotas and autoscalers.

use std::sync::Arc;

use weir_manifest::selector::LabelSelector;
use weir_yaml::{Map, Value};

use super::actor::{Actor, number};
use super::condition::{self, Condition};
use crate::kinds::Kind;
use crate::rest::table_of;
use crate::store::Object;

/// Looks at a disruption budget.
pub(super) fn disruptions(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    let selector = object.value.at(&["spec", "selector"]).map(LabelSelector::from_value);
    let (Some(Ok(selector)), Some(pod_kind)) = (selector, actor.kind("", "Pod")) else { return };
    let pods: Vec<Arc<Object>> =
        actor.state.store.table(&table_of(&pod_kind)).map_or_else(Vec::new, |table| {
            let all = table.list(Some(object.meta("namespace")), None).map(|(_, pod)| pod);
            let labels =
                |pod: &Object| pod.value.at(&["metadata", "labels"]).and_then(Value::as_map).cloned();
            all.filter(|pod| selector.matches_map(labels(pod).as_ref())).cloned().collect()
        });
    let expected = i64::try_from(pods.len()).unwrap_or(0);
    let healthy = pods.iter().filter(|pod| condition::is_true(&pod.value, "Ready")).count();
    let healthy = i64::try_from(healthy).unwrap_or(0);
    let share = |value: &Value| match value {
        Value::String(text) => {
            let percent: i64 = text.trim_end_matches('%').parse().unwrap_or(0);
            (expected * percent + 99) / 100
        }
        other => other.as_i64().unwrap_or(0),
    };
    let spec = |key: &str| object.value.at(&["spec", key]).map(share);
    let desired = match (spec("minAvailable"), spec("maxUnavailable")) {
        (Some(least), _) => least,
        (None, Some(most)) => (expected - most).max(0),
        (None, None) => 0,
    };
    let allowed = (healthy - desired).max(0);
    let reason = if allowed > 0 { "SufficientPods" } else { "InsufficientPods" };
    let message = String::new();
    let one = Condition { kind: "DisruptionAllowed", holds: allowed > 0, reason, message };
    let mut condition = one.value(&object.value, None, actor.now);
    let generation = number(&object.value, &["metadata", "generation"], 1);
    condition.set_at(&["message"], "");
    condition.set_at(&["observedGeneration"], generation);
    let status = Value::from([
        ("conditions", Value::from(vec![condition])),
        ("currentHealthy", Value::from(healthy)),
        ("desiredHealthy", Value::from(desired)),
        ("disruptionsAllowed", Value::from(allowed)),
        ("expectedPods", Value::from(expected)),
        ("observedGeneration", Value::from(generation)),
    ]);
    put(actor, kind, object, status);
}

/// Looks at a quota: nothing is ever used up.
pub(super) fn quota(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    let hard = object.value.at(&["spec", "hard"]).and_then(Value::as_map).cloned().unwrap_or_default();
    let used: Map = hard.keys().map(|key| (key.clone(), Value::from("0"))).collect();
    put(actor, kind, object, Value::from([("hard", Value::Map(hard)), ("used", Value::Map(used))]));
}

/// Looks at an autoscaler: what it scales has the right size already.
pub(super) fn autoscaler(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>) {
    let replicas = number(&object.value, &["spec", "minReplicas"], 1);
    let conditions = [
        ("AbleToScale", true, "ReadyForNewScale", "recommended size matches current size"),
        (
            "ScalingActive",
            true,
            "ValidMetricFound",
            "the HPA was able to successfully calculate a replica count",
        ),
        ("ScalingLimited", false, "DesiredWithinRange", "the desired count is within the acceptable range"),
    ];
    let now = actor.now;
    let conditions = conditions.map(|(kind, holds, reason, message)| {
        Condition { kind, holds, reason, message: message.to_owned() }.value(&object.value, None, now)
    });
    let status = Value::from([
        ("conditions", conditions.into_iter().collect()),
        ("currentReplicas", Value::from(replicas)),
        ("desiredReplicas", Value::from(replicas)),
    ]);
    put(actor, kind, object, status);
}

fn put(actor: &mut Actor<'_>, kind: &Arc<Kind>, object: &Arc<Object>, status: Value) {
    let mut value = object.value.clone();
    value.set_at(&["status"], status);
    actor.replace_status(kind, object, value);
}
