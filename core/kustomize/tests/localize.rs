//! Copies of kustomizations with all that they read.

#![expect(clippy::unwrap_used, reason = "tests")]

use weir_files::{Diagnostic, MemoryFiles, RootedPath};
use weir_kustomize::localize::localize;

const FILES: [(&str, &str); 7] = [
    (
        "base/kustomization.yaml",
        "# goes\nresources: [d.yaml]\nconfigMapGenerator: [{name: x, files: [k=./f.txt]}]\n",
    ),
    ("base/d.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d} # stays\n"),
    ("base/f.txt", "text"),
    ("base/unread.txt", "text"),
    (
        "over/kustomization.yml",
        "resources: [../base]\npatches: [{path: ./sub/../p.yaml}]\ntransformers: [t.yaml]\n",
    ),
    ("over/p.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n"),
    (
        "over/t.yaml",
        "# goes\napiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: ./p.yaml\ntarget: {kind: Secret}\n",
    ),
];

fn localized(files: &[(&str, &str)], scope: &str) -> Result<Vec<(String, String)>, String> {
    let tree = files.iter().copied().collect::<MemoryFiles>().tree();
    let path = |path: &str| RootedPath::new(path).unwrap();
    let files = localize(&tree, &path("over"), &path(scope))
        .map_err(|problems| problems.iter().map(Diagnostic::line).collect::<String>())?;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ok(files.into_iter().map(|(path, bytes)| (path.to_string(), text(bytes))).collect())
}

#[test]
fn all_that_is_read_is_copied() {
    let files = localized(&FILES, "").unwrap();
    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "base/d.yaml",
            "base/f.txt",
            "base/kustomization.yaml",
            "over/kustomization.yml",
            "over/p.yaml",
            "over/t.yaml"
        ]
    );
    let text = |path: &str| files.iter().find(|(own, _)| own == path).unwrap().1.as_str();
    assert_eq!(text("base/d.yaml"), FILES[1].1);
    assert_eq!(
        text("base/kustomization.yaml"),
        "configMapGenerator:\n- files:\n  - k=f.txt\n  name: x\nresources:\n- d.yaml\n"
    );
    assert_eq!(
        text("over/kustomization.yml"),
        "patches:\n- path: p.yaml\nresources:\n- ../base\ntransformers:\n- t.yaml\n"
    );
    assert_eq!(
        text("over/t.yaml"),
        "apiVersion: builtin\nkind: PatchTransformer\nmetadata:\n  name: t\npath: p.yaml\ntarget:\n  kind: Secret\n"
    );
}

#[test]
fn what_cannot_be_copied_is_named() {
    let why = localized(&FILES, "over").unwrap_err();
    assert!(why.contains("root 'base' outside localize scope 'over'"), "{why}");
    let with = |text| localized(&[("over/kustomization.yaml", text), ("x.yaml", "a: b")], "").unwrap_err();
    for (text, why) in [
        ("resources: [https://host/x.yaml]", "'https://host/x.yaml' from remote is not supported yet"),
        ("resources: [nope.yaml]", "'nope.yaml' does not exist"),
        ("crds: [../x.yaml]", "'../x.yaml' is not in or below 'over'"),
        ("components: [../over]", "cycle detected"),
        ("bases: [..]", "cycle detected"),
        ("nonsense: 1", "unknown field \"nonsense\""),
    ] {
        let said = with(text);
        assert!(said.contains(why), "{text}: {said}");
    }
}
