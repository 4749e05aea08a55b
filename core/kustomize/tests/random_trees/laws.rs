//! What holds for every tree, whatever the real kustomize says of it. `WEIR_LAWS` says how many trees are tried.

use std::sync::Arc;

use weir_files::{MemoryFiles, ReadLog, RootedPath, Tree};
use weir_kustomize::Options;

use crate::layers::{self, Files};
use crate::real::ours;
use crate::setting;

/// Trees that build, and what they build to.
fn trees() -> impl Iterator<Item = (u64, Files, String)> {
    let seeds = 1..=setting("WEIR_LAWS", 40);
    seeds.filter_map(|seed| {
        let files = layers::tree(seed);
        let built = ours(&files, "top").expect("it does not panic").ok()?;
        Some((seed, files, built))
    })
}

fn tree(files: &Files) -> Tree {
    files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<MemoryFiles>().tree()
}

fn kustomization_of(files: &Files, dir: &str) -> Option<String> {
    let names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
    names.iter().map(|name| format!("{dir}/{name}")).find(|path| files.contains_key(path))
}

#[test]
fn building_twice_gives_the_same() {
    for (seed, files, built) in trees() {
        assert_eq!(ours(&files, "top"), Some(Ok(built)), "seed {seed}");
    }
}

#[test]
fn building_what_was_built_gives_the_same() {
    let mut count = 0;
    for (seed, files, built) in trees() {
        let top = kustomization_of(&files, "top").and_then(|path| files.get(&path)).unwrap();
        // An own order is asked for once, and notes on origins do not enter a build.
        let is_once = top.contains("sortOptions")
            || built.contains(" config.kubernetes.io/origin")
            || built.contains(" alpha.config.kubernetes.io/transformations");
        // Objects without a version or labels that are nothing are read otherwise than they are printed.
        if is_once || built.contains(": null") {
            continue;
        }
        let again = Files::from([
            ("top/all.yaml".to_string(), built.clone()),
            ("top/kustomization.yaml".to_string(), "resources: [all.yaml]\n".to_string()),
        ]);
        assert_eq!(ours(&again, "top"), Some(Ok(built)), "seed {seed}");
        count += 1;
    }
    assert!(count > 0);
}

#[test]
fn the_order_of_fields_does_not_matter() {
    let mut count = 0;
    for (seed, files, built) in trees() {
        let mut turned = files.clone();
        for dir in files.keys().filter_map(|path| path.split_once('/')).map(|(dir, _)| dir) {
            let Some(path) = kustomization_of(&files, dir) else { continue };
            if let Some(text) = files.get(&path).and_then(|text| with_fields_turned(text)) {
                count += usize::from(turned.insert(path, text.clone()) != Some(text));
            }
        }
        assert_eq!(ours(&turned, "top"), Some(Ok(built)), "seed {seed}");
    }
    assert!(count > 0);
}

/// The last field first. Nothing where one field needs another: anchors, and fields whose order says which comes first.
fn with_fields_turned(text: &str) -> Option<String> {
    if text.contains(['&', '*', '\r', '\u{feff}']) || text.contains("bases:") {
        return None;
    }
    let mut fields: Vec<String> = Vec::new();
    for line in text.split_inclusive('\n') {
        let begins = !line.starts_with([' ', '-', '#', '\n', '}', ']']);
        match fields.last_mut() {
            Some(field) if !begins => field.push_str(line),
            _ => fields.push(line.to_string()),
        }
    }
    fields.reverse();
    Some(fields.concat())
}

#[test]
fn files_that_were_not_looked_at_do_not_matter() {
    let mut count = 0;
    for (seed, mut files, built) in trees() {
        let dirs: Vec<String> =
            files.keys().filter_map(|path| path.split_once('/')).map(|(dir, _)| dir.into()).collect();
        for dir in dirs {
            files.insert(format!("{dir}/notes.yaml"), "a: [\n".to_string());
            files.insert(format!("{dir}/sub/kustomization.yaml"), "resources: [gone.yaml]\n".to_string());
        }
        let log = Arc::new(ReadLog::default());
        let logged = tree(&files).logged(&log);
        weir_kustomize::build(&logged, &RootedPath::new("top").unwrap(), &Options::default()).unwrap();
        let looked_at: Vec<String> = log.paths().iter().map(|path| path.as_str().to_string()).collect();
        let has = |path: &str| looked_at.iter().any(|own| own == path);
        for name in ["kustomization.yaml", "kustomization.yml", "Kustomization"] {
            assert!(has(&format!("top/{name}")), "seed {seed}: {name} is looked for");
        }
        for path in files.keys().filter(|path| !has(path)).cloned().collect::<Vec<_>>() {
            let mut other = files.clone();
            other.insert(path.clone(), "}".to_string());
            assert_eq!(ours(&other, "top"), Some(Ok(built.clone())), "seed {seed}: {path}");
            other.remove(&path);
            assert_eq!(ours(&other, "top"), Some(Ok(built.clone())), "seed {seed}: without {path}");
            count += 1;
        }
    }
    assert!(count > 0);
}
