//! Rows of kustomize's own table tests, as recorded in `../shared/conformance/kustomize/_units`, that concern merges,
//! patches, field specs, hashes, ids, labels and selectors. What belongs to another crate is named and left out.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests read files and say what they compared"
)]

mod units {
    pub(crate) mod merge;
    pub(crate) mod names;
}

use std::io::Write as _;
use std::path::PathBuf;

use weir_yaml::{Dialect, Value, first_from_yaml, from_json, from_yaml, to_json};

/// One row of a table: nothing if it agrees, else what is wrong.
type Check = fn(&Value) -> Result<(), String>;

/// Tables of this crate by file and test.
const TABLES: &[(&str, &str, Check)] = &[
    ("kyaml__yaml__merge2", "listTestCases", units::merge::two_way),
    ("kyaml__yaml__merge3", "elementTestCases", units::merge::three_way),
    ("kyaml__yaml__merge3", "kustomizationTestCases", units::merge::three_way),
    ("kyaml__yaml__merge3", "listTestCases", units::merge::three_way),
    ("kyaml__yaml__merge3", "mapTestCases", units::merge::three_way),
    ("api__filters__patchstrategicmerge", "TestFilter", units::merge::strategic_filter),
    ("api__filters__patchjson6902", "TestSomething", units::merge::json_filter),
    ("api__resource", "TestApplySmPatch", units::merge::resource),
    ("api__resource", "TestApplySmPatchShouldOutputListItemsInCorrectOrder", units::merge::list_order),
    (
        "api__resource",
        "TestApplySmPatchShouldOutputPrimitiveListItemsInCorrectOrder",
        units::merge::finalizer_order,
    ),
    ("api__resmap", "TestApplySmPatch_General", units::merge::general),
    ("api__resmap", "TestApplySmPatch_Deletion", units::merge::deletion),
    ("api__filters__fieldspec", "TestFilter_FieldPaths", units::names::field_paths),
    ("api__filters__labels", "TestLabels_Filter", units::names::labels),
    ("api__filters__annotations", "TestAnnotations_Filter", units::names::annotations),
    ("api__types", "mergeTests", units::names::spec_merge),
    ("api__hasher", "TestConfigMapHash", units::names::config_map_hash),
    ("api__hasher", "TestSecretHash", units::names::secret_hash),
    ("api__hasher", "TestEncodeConfigMap", units::names::config_map_text),
    ("api__hasher", "TestEncodeSecret", units::names::secret_text),
    ("kyaml__resid", "stringTests", units::names::gvk_strings),
    ("kyaml__resid", "TestApiVersion", units::names::api_version),
    ("kyaml__resid", "TestParseGroupVersion", units::names::group_version),
    ("kyaml__resid", "TestSelectByGVK", units::names::select),
    ("kyaml__resid", "resIdStringTests", units::names::id_strings),
    ("kyaml__resid", "TestResIdEquals", units::names::id_equality),
    ("kyaml__resid", "ids", units::names::id_round_trip),
    ("kyaml__utils", "TestPathSplitter", units::names::path),
    ("kyaml__utils", "TestSmarterPathSplitter", units::names::bracketed_path),
    ("kyaml__openapi", "TestIsNamespaceScoped_builtin", units::names::scope),
    ("kyaml__yaml", "TestRNodeMatchesLabelSelector", units::names::selector),
    ("kyaml__yaml", "TestRNodeMatchesAnnotationSelector", units::names::selector),
];

/// Rows of these tables that are not ours: by file, part of the name, and the reason.
const LEFT_OUT: &[(&str, &str, &str)] = &[
    ("kyaml__yaml__merge3", "explicit schema", "schemas in comments are a matter of kpt, kustomize has none"),
    ("api__resource", "when patch has bar only", "kustomize itself does not pass it"),
];

fn folder() -> PathBuf {
    let shared = std::env::var_os("WEIR_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    shared.join("conformance/kustomize/_units")
}

/// The objects of a text, as kustomize reads them.
pub(crate) fn objects(text: &str) -> Vec<Value> {
    from_yaml(text, Dialect::Spelled).or_else(|_| from_yaml(text, Dialect::Sigs)).unwrap()
}

/// The first object of a text; null if there is none.
pub(crate) fn object(text: &str) -> Value {
    first_from_yaml(text, Dialect::Spelled).or_else(|_| first_from_yaml(text, Dialect::Sigs)).unwrap()
}

/// A text of the row.
pub(crate) fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row.str_at(&[key]).unwrap_or("")
}

/// Both as JSON where they differ in meaning.
pub(crate) fn same(ours: &Value, theirs: &Value) -> Result<(), String> {
    if ours.means(theirs) {
        Ok(())
    } else {
        Err(format!("ours   {}\n    theirs {}", to_json(ours), to_json(theirs)))
    }
}

#[test]
fn units() {
    let folder = folder();
    if !folder.is_dir() {
        let demanded = std::env::var_os("WEIR_REQUIRE_SHARED").is_some_and(|value| value == "1");
        assert!(!demanded, "{} is absent", folder.display());
        _ = writeln!(std::io::stderr(), "skipped: units: ../shared is absent");
        return;
    }
    let mut wrong = 0;
    let mut files: Vec<_> = TABLES.iter().map(|(file, ..)| *file).collect();
    files.dedup();
    for file in files {
        let text = std::fs::read(folder.join(format!("{file}.json"))).unwrap();
        let tables = from_json(&text).unwrap();
        let (mut agree, mut all, mut later) = (0, 0, Vec::new());
        for table in tables.get("tables").and_then(Value::as_list).unwrap() {
            let test = table.str_at(&["test"]).unwrap();
            let rows = table.get("rows").and_then(Value::as_list).unwrap();
            let Some((.., check)) = TABLES.iter().find(|(own, name, _)| *own == file && *name == test) else {
                later.push(format!("{test} ({})", rows.len()));
                continue;
            };
            for (at, row) in rows.iter().enumerate() {
                let name = ["_name", "name", "description", "desc", "testName"];
                let name = name.into_iter().find_map(|key| row.str_at(&[key])).unwrap_or("");
                let is_skipped = row.get("skip").and_then(Value::as_bool) == Some(true);
                let left_out = |left: &&(&str, &str, &str)| left.0 == file && name.contains(left.1);
                if let Some((.., why)) =
                    LEFT_OUT.iter().find(left_out).filter(|left| is_skipped || left.0 != "api__resource")
                {
                    println!("  left out: {test} {at} {name}: {why}");
                    continue;
                }
                all += 1;
                match check(row) {
                    Ok(()) => agree += 1,
                    Err(problem) => {
                        println!("{file} {test} {at} {name}:\n    {problem}");
                    }
                }
            }
        }
        println!("units {file}: {agree} of {all} rows agree");
        if !later.is_empty() {
            println!("  left to other crates: {}", later.join(", "));
        }
        wrong += all - agree;
    }
    assert_eq!(wrong, 0);
}
