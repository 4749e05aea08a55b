//! Our own cases in `corpus/kustomize`: `expected.yaml` is what kustomize gives (`record.sh` wrote it), `expected.err` what
//! we say where it fails. `WEIR_UPDATE=1` writes the latter anew.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read files")]

mod disk;

use std::path::Path;

use weir_files::RootedPath;
use weir_kustomize::Options;

#[test]
fn builds_our_cases() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/kustomize");
    let mut failed = Vec::new();
    for case in disk::sorted(&corpus).into_iter().filter(|path| path.join("input").is_dir()) {
        let dir = std::fs::read_to_string(case.join("dir")).unwrap_or_default();
        let dir = RootedPath::new(dir.trim()).unwrap();
        let built = weir_kustomize::build(&disk::tree(&case.join("input"), None), &dir, &Options::default());
        let (file, ours) = match built {
            Ok(built) => ("expected.yaml", built.to_yaml().unwrap()),
            Err(problems) => {
                ("expected.err", problems.iter().map(|problem| format!("{problem}\n")).collect::<String>())
            }
        };
        let path = case.join(file);
        if file == "expected.err" && path.exists() && std::env::var_os("WEIR_UPDATE").is_some() {
            std::fs::write(&path, &ours).unwrap();
        }
        if std::fs::read_to_string(&path).ok().as_deref() != Some(&*ours) {
            failed.push(format!("{} gives another {file}:\n{ours}", case.display()));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What a build gives is built to itself, in any order of its files.
#[test]
fn builds_of_builds_are_themselves() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/kustomize");
    for case in disk::sorted(&corpus) {
        let Ok(expected) = std::fs::read_to_string(case.join("expected.yaml")) else { continue };
        let mut documents: Vec<&str> = expected.split("---\n").collect();
        if case.join("input/kustomization.yaml").is_file() && expected.contains("config.kubernetes.io/origin")
        {
            continue;
        }
        for _ in 0..2 {
            let names: Vec<String> = (0..documents.len()).map(|at| format!("{at}.yaml")).collect();
            let kustomization = format!("resources: [{}]\n", names.join(", "));
            let mut files: Vec<(&str, &str)> =
                names.iter().map(String::as_str).zip(documents.iter().copied()).collect();
            files.push(("kustomization.yaml", &kustomization));
            let tree = files.into_iter().collect::<weir_files::MemoryFiles>().tree();
            let again = weir_kustomize::build(&tree, &RootedPath::root(), &Options::default()).unwrap();
            let mut one: Vec<_> = again.to_yaml().unwrap().split("---\n").map(str::to_string).collect();
            let mut other: Vec<_> = documents.iter().map(ToString::to_string).collect();
            one.sort();
            other.sort();
            assert_eq!(one, other, "{}", case.display());
            documents.reverse();
        }
    }
}
