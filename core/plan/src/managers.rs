//! Taking over: fields that kubectl set become ours, so that what leaves Git leaves the cluster.

use weir_yaml::{Map, Value};

use crate::policy::Owner;

/// Annotations and labels that other appliers leave behind.
const LEFT_ANNOTATIONS: [&str; 3] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "kustomize.toolkit.fluxcd.io/checksum",
    "fluxcd.io/sync-checksum",
];
const LEFT_LABELS: [&str; 1] = ["fluxcd.io/sync-gc-mark"];

/// The JSON patch that cleans a live object of other appliers; nothing if there is nothing to clean.
pub(crate) fn take_over(owner: &Owner, live: &Value) -> Option<Value> {
    let mut steps = Vec::new();
    for (place, keys) in [("annotations", &LEFT_ANNOTATIONS[..]), ("labels", &LEFT_LABELS[..])] {
        for key in keys.iter().filter(|key| live.at(&["metadata", place, key]).is_some()) {
            let pointer = format!("/metadata/{place}/{}", key.replace('~', "~0").replace('/', "~1"));
            steps.push(Value::from([("op", "remove"), ("path", &pointer)]));
        }
    }
    if let Some(entries) = live.at(&["metadata", "managedFields"]).and_then(Value::as_list)
        && let Some(folded) = fold(owner, entries)
    {
        let mut step = Value::from([("op", "replace"), ("path", "/metadata/managedFields")]);
        step.set_at(&["value"], folded);
        steps.push(step);
    }
    if steps.is_empty() {
        return None;
    }
    // Somebody else's write in between must not be undone: the version has to be the one we looked at.
    if let Some(version) = live.str_at(&["metadata", "resourceVersion"]) {
        let mut step = Value::from([("op", "replace"), ("path", "/metadata/resourceVersion")]);
        step.set_at(&["value"], version);
        steps.push(step);
    }
    Some(Value::from(steps))
}

/// The managed fields with the entries of kubectl folded into ours.
fn fold(owner: &Owner, entries: &[Value]) -> Option<Value> {
    let (foreign, mut kept): (Vec<_>, Vec<_>) =
        entries.iter().cloned().partition(|entry| is_taken_over(owner, entry));
    if foreign.is_empty() {
        return None;
    }
    let is_ours = |entry: &Value| {
        entry.str_at(&["manager"]) == Some(&owner.manager)
            && entry.str_at(&["operation"]) == Some("Apply")
            && entry.get("subresource").is_none()
    };
    let mut ours = match kept.iter().position(is_ours) {
        Some(at) => kept.remove(at),
        None => {
            let mut entry = foreign[0].clone();
            entry.set_at(&["manager"], owner.manager.as_str());
            entry.set_at(&["operation"], "Apply");
            entry
        }
    };
    for entry in &foreign {
        if let Some(fields) = entry.get("fieldsV1").and_then(Value::as_map) {
            unite(ours.make_map().entry("fieldsV1").make_map(), fields);
        }
    }
    kept.push(ours);
    Some(Value::from(kept))
}

fn is_taken_over(owner: &Owner, entry: &Value) -> bool {
    let manager = entry.str_at(&["manager"]).unwrap_or_default();
    let updates = entry.str_at(&["operation"]) == Some("Update");
    let whole = entry.str_at(&["subresource"]).unwrap_or_default().is_empty();
    whole
        && (manager.starts_with("kubectl")
            || updates && (manager.starts_with("before-first-apply") || manager == owner.manager))
}

fn unite(ours: &mut Map, theirs: &Map) {
    for (key, value) in theirs {
        let place = ours.entry(key);
        match value.as_map() {
            Some(map) => unite(place.make_map(), map),
            None => *place = value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        let text = str::to_string;
        Owner { manager: text("weir"), group: text("g"), name: text("n"), namespace: text("ns") }
    }

    fn live(entries: &str) -> Value {
        let text = format!(r#"{{"metadata":{{"resourceVersion":"5","managedFields":{entries}}}}}"#);
        weir_yaml::from_json(text.as_bytes()).unwrap()
    }

    #[test]
    fn folds_kubectl_into_ours() {
        let live = live(
            r#"[{"manager":"kubectl-edit","operation":"Update","fieldsV1":{"f:a":{"f:x":{}}}},
                {"manager":"weir","operation":"Apply","fieldsV1":{"f:a":{"f:y":{}}}},
                {"manager":"hpa","operation":"Update","fieldsV1":{"f:r":{}}}]"#,
        );
        let patch = weir_yaml::to_json(&take_over(&owner(), &live).unwrap());
        assert!(patch.contains(r#""fieldsV1":{"f:a":{"f:x":{},"f:y":{}}}"#), "{patch}");
        assert!(patch.contains("hpa") && !patch.contains("kubectl"), "{patch}");
    }

    #[test]
    fn leaves_clean_objects_alone() {
        let live = live(r#"[{"manager":"weir","operation":"Apply","fieldsV1":{}}]"#);
        assert_eq!(take_over(&owner(), &live), None);
        let status = r#"[{"manager":"kubectl","operation":"Update","subresource":"status","fieldsV1":{}}]"#;
        let live = weir_yaml::from_json(format!(r#"{{"metadata":{{"managedFields":{status}}}}}"#).as_bytes());
        assert_eq!(take_over(&owner(), &live.unwrap()), None);
    }
}
