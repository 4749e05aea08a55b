//! Rows about ids, field specs, labels, hashes, paths and scopes.

use weir_manifest::field_spec::{
    Create, FieldSpec, merge_specs, set_entries, split_bracketed_path, split_path,
};
use weir_manifest::kinds::{Scope, kustomize_scope};
use weir_manifest::selector::LabelSelector;
use weir_manifest::{Gvk, ResourceId, hash, split_api_version};
use weir_yaml::{Map, Value};

use crate::{object, objects, same, text};

fn equal<T: PartialEq + std::fmt::Debug>(ours: T, theirs: T) -> Result<(), String> {
    if ours == theirs { Ok(()) } else { Err(format!("ours   {ours:?}\n    theirs {theirs:?}")) }
}

fn flag(row: &Value, key: &str) -> bool {
    row.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn gvk(value: Option<&Value>) -> Gvk {
    let part = |key| value.and_then(|value| value.str_at(&[key])).unwrap_or("").to_string();
    Gvk::new(&part("Group"), &part("Version"), &part("Kind"))
}

fn id(value: &Value) -> ResourceId {
    ResourceId {
        gvk: gvk(value.get("Gvk")),
        namespace: text(value, "Namespace").into(),
        name: text(value, "Name").into(),
    }
}

pub(crate) fn gvk_strings(row: &Value) -> Result<(), String> {
    let gvk = gvk(row.get("x"));
    equal((gvk.dotted(), gvk.underscored()), (text(row, "s").to_string(), text(row, "r").to_string()))
}

pub(crate) fn api_version(row: &Value) -> Result<(), String> {
    equal(gvk(row.get("x")).api_version(), text(row, "exp").to_string())
}

pub(crate) fn group_version(row: &Value) -> Result<(), String> {
    equal(split_api_version(text(row, "input")), (text(row, "g"), text(row, "v")))
}

pub(crate) fn select(row: &Value) -> Result<(), String> {
    let filter = row.get("filter").filter(|filter| !filter.is_null());
    let selected = filter.is_none_or(|filter| gvk(row.get("in")).is_selected_by(&gvk(Some(filter))));
    equal(selected, flag(row, "expected"))
}

pub(crate) fn id_strings(row: &Value) -> Result<(), String> {
    equal(id(row.get("x").unwrap()).to_string(), text(row, "s").to_string())
}

pub(crate) fn id_equality(row: &Value) -> Result<(), String> {
    let (one, other) = (id(row.get("id1").unwrap()), id(row.get("id2").unwrap()));
    let ours = (one.is_same_but_namespace(&other), one.is_in_namespace_of(&other), one.is_same(&other));
    equal(ours, (flag(row, "gVknResult"), flag(row, "nsEquals"), flag(row, "equals")))
}

pub(crate) fn id_round_trip(row: &Value) -> Result<(), String> {
    let id = id(row);
    equal(ResourceId::parse(&id.to_string()), Some(id))
}

pub(crate) fn field_paths(row: &Value) -> Result<(), String> {
    let spec = FieldSpec::from_value(&object(text(row, "fieldSpec")));
    let mut found = Vec::new();
    let mut value = object(text(row, "input"));
    spec.visit(&mut value, None, &mut |path, _| {
        found.push(Value::from(path.join(".")));
        Ok(())
    })
    .map_err(|error| error.to_string())?;
    same(&Value::from(found), row.get("expected").unwrap())
}

fn specs(value: Option<&Value>) -> Vec<FieldSpec> {
    let list = value.and_then(Value::as_list).unwrap_or_default();
    list.iter()
        .map(|one| FieldSpec {
            gvk: gvk(one.get("Gvk")),
            path: text(one, "Path").into(),
            create: flag(one, "CreateIfNotPresent"),
        })
        .collect()
}

fn entries(row: &Value, specs: &[FieldSpec], key: &str) -> Result<(), String> {
    let empty = Map::new();
    let entries = row.at(&["filter", key]).and_then(Value::as_map).unwrap_or(&empty);
    let mut all = objects(text(row, "input"));
    for value in &mut all {
        set_entries(value, specs, entries).map_err(|error| error.to_string())?;
    }
    same(&Value::from(all), &Value::from(objects(text(row, "expectedOutput"))))
}

pub(crate) fn labels(row: &Value) -> Result<(), String> {
    entries(row, &specs(row.at(&["filter", "FsSlice"])), "Labels")
}

pub(crate) fn annotations(row: &Value) -> Result<(), String> {
    let mut all = specs(row.get("fsslice"));
    all.push(FieldSpec { gvk: Gvk::new("", "", ""), path: "metadata/annotations".into(), create: true });
    entries(row, &all, "Annotations")
}

pub(crate) fn spec_merge(row: &Value) -> Result<(), String> {
    let mut all = specs(row.get("original"));
    let merged = merge_specs(&mut all, &specs(row.get("incoming")));
    match row.get("err").filter(|error| !error.is_null()) {
        Some(_) => equal(merged.is_err(), true),
        None => equal(all, specs(row.get("result"))),
    }
}

pub(crate) fn config_map_hash(row: &Value) -> Result<(), String> {
    equal(hash::name_hash(&object(text(row, "cmYaml"))).unwrap(), text(row, "hash").to_string())
}

pub(crate) fn secret_hash(row: &Value) -> Result<(), String> {
    equal(hash::name_hash(&object(text(row, "secretYaml"))).unwrap(), text(row, "hash").to_string())
}

pub(crate) fn config_map_text(row: &Value) -> Result<(), String> {
    equal(hash::hashed_text(&object(text(row, "cmYaml"))).unwrap(), text(row, "expect").to_string())
}

pub(crate) fn secret_text(row: &Value) -> Result<(), String> {
    equal(hash::hashed_text(&object(text(row, "secretYaml"))).unwrap(), text(row, "expect").to_string())
}

fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_list).unwrap_or_default();
    list.iter().map(|one| one.as_str().unwrap().to_string()).collect()
}

pub(crate) fn path(row: &Value) -> Result<(), String> {
    equal(split_path(text(row, "path"), '/'), strings(row.get("exp")))
}

pub(crate) fn bracketed_path(row: &Value) -> Result<(), String> {
    equal(split_bracketed_path(text(row, "input"), '.'), strings(row.get("expected")))
}

pub(crate) fn scope(row: &Value) -> Result<(), String> {
    let meta = row.get("typeMeta").unwrap();
    let ours = kustomize_scope(text(meta, "APIVersion"), text(meta, "Kind"));
    let known = if flag(row, "expectIsNamespaced") { Scope::Namespaced } else { Scope::Cluster };
    equal(ours, flag(row, "expectIsFound").then_some(known))
}

/// The object of these tests has the label `fruit: apple` and the annotation `area: 51`.
pub(crate) fn selector(row: &Value) -> Result<(), String> {
    let set = |key: &str| match key {
        "fruit" => Some("apple"),
        "area" => Some("51"),
        _ => None,
    };
    match LabelSelector::parse(text(row, "selector")) {
        Ok(selector) => equal(selector.matches(set), flag(row, "matches")),
        Err(error) if error.0.contains(text(row, "errMsg")) && !text(row, "errMsg").is_empty() => Ok(()),
        Err(error) => Err(error.0),
    }
}

/// Null is a place as good as any to make a scalar.
#[test]
fn makes_missing_fields() {
    let mut value = object("kind: A\nspec: {items: [{a: 1}, {}]}\n");
    let spec = FieldSpec { gvk: Gvk::new("", "", "A"), path: "spec/items/b".into(), create: true };
    let set = &mut |_: &[std::borrow::Cow<'_, str>], value: &mut Value| {
        *value = Value::from("x");
        Ok(())
    };
    spec.visit(&mut value, Some(Create::Scalar), set).unwrap();
    same(&value, &object("kind: A\nspec: {items: [{a: 1, b: x}, {b: x}]}\n")).unwrap();
    let error = FieldSpec { path: "kind/x".into(), ..spec }.visit(&mut value, None, set).unwrap_err();
    assert_eq!(
        error.to_string(),
        "considering field 'kind/x' of object A.[noVer].[noGrp]/[noName].[noNs]: expected sequence or mapping node"
    );
}
