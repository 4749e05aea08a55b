//! Rows about strategic merge, three-way merge and JSON patch.

use weir_manifest::ResourceId;
use weir_manifest::merge::JsonPatch;
use weir_manifest::merge::kustomize::{MergeOptions, merge, merge_three_way};
use weir_yaml::{Dialect, Value, first_from_yaml, from_json};

use crate::{object, objects, same, text};

pub(crate) fn two_way(row: &Value) -> Result<(), String> {
    let dest = text(row, "dest");
    let options = MergeOptions { infer: true, ..MergeOptions::default() };
    let merged =
        merge(&object(dest), &object(text(row, "source")), options).map_err(|error| error.to_string())?;
    same(&merged.unwrap_or_default(), &object(text(row, "expected")))
}

pub(crate) fn three_way(row: &Value) -> Result<(), String> {
    let part = |key| object(text(row, key));
    let infer = row.get("infer").and_then(Value::as_bool).unwrap_or(false);
    let merged = merge_three_way(&part("local"), &part("origin"), &part("update"), infer);
    let error = row.str_at(&["err"]).or_else(|| row.get("err").and_then(|error| error.str_at(&["message"])));
    match (merged, error.filter(|error| !error.is_empty())) {
        (Err(_), Some(_)) => Ok(()),
        (Err(error), None) => Err(error.to_string()),
        (Ok(_), Some(error)) => Err(format!("should fail: {error}")),
        (Ok(merged), None) => same(&merged.unwrap_or_default(), &part("expected")),
    }
}

pub(crate) fn strategic_filter(row: &Value) -> Result<(), String> {
    let input = text(row, "input");
    let patch = object(text(row, "patch"));
    let merged: Result<Vec<_>, _> =
        objects(input).iter().map(|one| merge(one, &patch, MergeOptions::default())).collect();
    let merged: Vec<_> = merged.map_err(|error| error.to_string())?.into_iter().flatten().collect();
    same(&Value::from(merged), &Value::from(objects(text(row, "expected"))))
}

pub(crate) fn json_filter(row: &Value) -> Result<(), String> {
    let patch = row.str_at(&["filter", "Patch"]).unwrap();
    let patch = if patch.starts_with('[') {
        from_json(patch.as_bytes()).unwrap()
    } else {
        first_from_yaml(patch, Dialect::Sigs).unwrap()
    };
    let patch = JsonPatch::new(&patch).map_err(|error| error.to_string())?;
    let mut value = object(text(row, "input"));
    patch.apply_in_kustomize(&mut value).map_err(|error| error.to_string())?;
    same(&value, &object(text(row, "expectedOutput")))
}

/// As a resource is patched: kind, name and namespace stay.
fn patched(target: &str, patch: &str) -> Result<Option<Value>, String> {
    let value = object(target);
    let merged = merge(&value, &object(patch), MergeOptions::default()).map_err(|error| error.to_string())?;
    Ok(merged.map(|mut merged| {
        for path in [&["kind"][..], &["metadata", "name"], &["metadata", "namespace"]] {
            match value.at(path) {
                Some(own) => merged.set_at(path, own.clone()),
                None => {
                    merged.remove_at(path);
                }
            }
        }
        merged
    }))
}

pub(crate) fn resource(row: &Value) -> Result<(), String> {
    let mut value = text(row, "base").to_string();
    let mut last = None;
    for patch in row.get("patch").and_then(Value::as_list).unwrap() {
        last = match patched(&value, patch.as_str().unwrap()) {
            Err(_) if row.get("errorExpected").and_then(Value::as_bool) == Some(true) => return Ok(()),
            other => other?,
        };
        value = weir_yaml::to_json(last.as_ref().unwrap_or(&Value::Null));
    }
    same(&last.unwrap_or_default(), &object(text(row, "expected")))
}

fn ordered(base: &str, row: &Value) -> Result<(), String> {
    same(&patched(base, text(row, "patch"))?.unwrap_or_default(), &object(text(row, "expectedOutput")))
}

pub(crate) fn list_order(row: &Value) -> Result<(), String> {
    ordered(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: test}\nspec:\n  initContainers:\n  - name: foo\n  - name: bar\n",
        row,
    )
}

pub(crate) fn finalizer_order(row: &Value) -> Result<(), String> {
    ordered("apiVersion: v1\nkind: Pod\nmetadata:\n  name: test\n  finalizers: [foo, bar]\n", row)
}

/// Each patch goes to the object of the same kind and name.
pub(crate) fn general(row: &Value) -> Result<(), String> {
    let list = |key| {
        let list = row.get(key).and_then(Value::as_list).unwrap_or_default();
        list.iter().map(|one| one.as_str().unwrap().to_string()).collect::<Vec<_>>()
    };
    let mut all: Vec<Option<String>> = list("base").into_iter().map(Some).collect();
    for patch in list("patches") {
        let wanted = object(&patch);
        let id = ResourceId::of(&wanted);
        let same_id = |text: &String| ResourceId::of(&object(text)) == id;
        let Some(slot) = all.iter_mut().find(|slot| slot.as_ref().is_some_and(same_id)) else { continue };
        let merged = patched(slot.as_ref().unwrap(), &patch);
        match merged {
            Err(_) if row.get("errorExpected").and_then(Value::as_bool) == Some(true) => return Ok(()),
            other => *slot = other?.map(|value| weir_yaml::to_json(&value)),
        }
    }
    let ours: Vec<_> = all.into_iter().flatten().map(|text| object(&text)).collect();
    let theirs: Vec<_> = list("expected").iter().map(|text| object(text)).collect();
    same(&Value::from(ours), &Value::from(theirs))
}

pub(crate) fn deletion(row: &Value) -> Result<(), String> {
    let target = "apiVersion: apps/v1\nmetadata:\n  name: myDeploy\nkind: Deployment\nspec:\n  replica: 2\n  template:\n    \
                  metadata:\n      labels:\n        old-label: old-value\n    spec:\n      containers:\n      - name: \
                  nginx\n        image: nginx\n";
    same(&patched(target, text(row, "patch"))?.unwrap_or_default(), &object(text(row, "expected")))
}
