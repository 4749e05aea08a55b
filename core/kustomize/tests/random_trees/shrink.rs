//! Makes a tree that differs as small as possible: files go, then lines, while it still differs in the same way.

use crate::layers::Files;
use crate::real::{Agreement, Difference, Kind, Kustomize};

pub(crate) fn shrink(kustomize: &Kustomize, mut files: Files, what: &Difference) -> Files {
    let differs = |files: &Files| match kustomize.compare(files) {
        Agreement::Different(found) => same_kind(&found.kind, &what.kind),
        _ => false,
    };
    let mut size = usize::MAX;
    while files.values().map(String::len).sum::<usize>() < size {
        size = files.values().map(String::len).sum();
        let paths: Vec<String> = files.keys().cloned().collect();
        for path in &paths {
            let mut fewer = files.clone();
            fewer.remove(path);
            // A file that goes is no longer named either.
            let name = path.rsplit('/').next().unwrap_or("");
            let dir = path.split('/').next().unwrap_or("");
            for text in fewer.values_mut() {
                let keeps = |line: &&str| !line.contains(name) && !line.ends_with(&format!("../{dir}"));
                let kept: Vec<&str> = text.split('\n').filter(keeps).collect();
                *text = kept.join("\n");
            }
            if differs(&fewer) {
                files = fewer;
            }
        }
        for path in &paths {
            let Some(text) = files.get(path).cloned() else { continue };
            let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_string).collect();
            let mut chunk = (lines.len() / 2).max(1);
            loop {
                let mut at = 0;
                while at < lines.len() {
                    let mut fewer = lines.clone();
                    fewer.drain(at..(at + chunk).min(lines.len()));
                    let mut smaller = files.clone();
                    smaller.insert(path.clone(), fewer.concat());
                    if differs(&smaller) {
                        (lines, files) = (fewer, smaller);
                    } else {
                        at += chunk;
                    }
                }
                if chunk == 1 {
                    break;
                }
                chunk = (chunk / 2).max(1);
            }
        }
    }
    files
}

fn same_kind(one: &Kind, other: &Kind) -> bool {
    one == other
}

/// A tree as text.
pub(crate) fn show(files: &Files) -> String {
    files.iter().map(|(path, text)| format!("== {path}\n{text}")).collect()
}
