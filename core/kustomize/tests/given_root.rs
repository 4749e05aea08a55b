//! A kustomization that is given in place of the file, as Flux merges its fields into one.

#![expect(clippy::unwrap_used, reason = "tests")]

use weir_files::{MemoryFiles, RootedPath};
use weir_kustomize::{LoadRestriction, Options, Reorder, build};
use weir_yaml::{Dialect, first_from_yaml};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n";

fn built(kustomization: &str) -> String {
    let files = [("app/pod.yaml", POD), ("app/kustomization.yaml", "resources: [gone.yaml]\n")];
    let tree = files.into_iter().collect::<MemoryFiles>().tree();
    let options = Options {
        load_restriction: LoadRestriction::None,
        root: Some(first_from_yaml(kustomization, Dialect::Sigs).unwrap()),
        reorder: Reorder::None,
        ..Options::default()
    };
    match build(&tree, &RootedPath::new("app").unwrap(), &options) {
        Ok(built) => built.to_yaml().unwrap(),
        Err(problems) => problems.iter().map(|problem| format!("{problem}\n")).collect(),
    }
}

#[test]
fn replaces_the_file_and_keeps_the_order() {
    let yaml = built("resources: [pod.yaml]\nnamePrefix: a-\ncommonAnnotations: {x: why}\n");
    assert!(
        yaml.starts_with(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    x: why\n  name: a-p\n---\n"
        ),
        "{yaml}"
    );
    assert!(yaml.contains("kind: Namespace"), "{yaml}");
}

#[test]
fn may_have_no_resources() {
    assert_eq!(built("namespace: _placeholder\nresources: []\n"), "");
    assert_eq!(built("buildMetadata: [originAnnotations]\n"), "");
}

#[test]
fn is_named_in_problems() {
    assert_eq!(
        built("resources: [gone.yaml]\n"),
        "error: accumulating resources: 'gone.yaml' does not exist\n  --> app/kustomization.yaml\n  hint: create it, or take out what names it\n"
    );
}
