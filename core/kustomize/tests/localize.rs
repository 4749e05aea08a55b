//! Copies of kustomizations with all that they read.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use weir_files::{Diagnostic, MemoryFiles, RootedPath};

use weir_kustomize::localize::localize;
use weir_kustomize::{Answer, Need, Stop};

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
    let mut answers = BTreeMap::new();
    let files = loop {
        match localize(&tree, &path("over"), &path(scope), &answers) {
            Ok(files) => break files,
            Err(Stop::Failed(problems)) => return Err(problems.iter().map(Diagnostic::line).collect()),
            Err(Stop::Needs(needs)) => answers.extend(needs.into_iter().map(|need| {
                let answer = answer(&need);
                (need, answer)
            })),
        }
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ok(files.into_iter().map(|(path, bytes)| (path.to_string(), text(bytes))).collect())
}

/// What is behind URLs.
fn answer(need: &Need) -> Answer {
    match need {
        Need::File { url } if url == "https://host/a/x.yaml?token=1" => {
            Answer::File(FILES[1].1.as_bytes().into())
        }
        Need::File { .. } => Answer::Failed("there is no such file".to_string()),
        Need::Repository { reference, .. } if reference == "v1" => {
            let files = [
                ("app/kustomization.yaml", "resources: [../base]\npatches: [{path: p.yaml}]\n"),
                ("app/p.yaml", FILES[5].1),
                ("base/kustomization.yaml", "resources: [d.yaml]\n"),
                ("base/d.yaml", FILES[1].1),
                ("kustomization.yaml", "resources: [base]\n"),
            ];
            Answer::Tree(files.iter().copied().collect::<MemoryFiles>().tree())
        }
        Need::Repository { .. } => Answer::Failed("there is no such repository".to_string()),
        Need::Chart { .. } | Need::Template(_) => Answer::Failed("nobody asks for it".to_string()),
    }
}

#[test]
fn what_is_behind_urls_becomes_files() {
    let own = "resources:\n- https://host/a/x.yaml?token=1\n- git@host:o/r.git//app?ref=v1\n- https://host/o/r?ref=v1\n";
    let files = localized(&[("over/kustomization.yaml", own)], "over").unwrap();
    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "kustomization.yaml",
            "localized-files/host/a/x.yaml",
            "localized-files/host/o/r/v1/app/kustomization.yaml",
            "localized-files/host/o/r/v1/app/p.yaml",
            "localized-files/host/o/r/v1/base/d.yaml",
            "localized-files/host/o/r/v1/base/kustomization.yaml",
            "localized-files/host/o/r/v1/kustomization.yaml",
        ]
    );
    let text = &files[0].1;
    assert_eq!(
        text,
        "resources:\n- localized-files/host/a/x.yaml\n- localized-files/host/o/r/v1/app\n- localized-files/host/o/r/v1\n"
    );
    let taken = [("over/kustomization.yaml", own), ("over/localized-files/x", "")];
    let why = localized(&taken, "over").unwrap_err();
    assert!(why.contains("already contains localized-files"), "{why}");
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
        ("resources: [https://host/x.yaml]", "there is no such file"),
        ("resources: ['https://host/o/r']", "missing ref query string parameter"),
        ("resources: ['git@host:o/r//nope?ref=v1']", "'nope' does not exist"),
        ("components: ['https://host/o/r?ref=gone']", "there is no such repository"),
        ("resources: [nope.yaml]", "'nope.yaml' does not exist"),
        ("crds: [../x.yaml]", "file 'x.yaml' is not in or below 'over'"),
        ("components: [../over]", "cycle detected"),
        ("bases: [..]", "cycle detected"),
        ("nonsense: 1", "unknown field \"nonsense\""),
    ] {
        let said = with(text);
        assert!(said.contains(why), "{text}: {said}");
    }
}
