//! Mutated kustomizations end without a panic. `WEIR_FUZZ` says how many.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read files and settings")]

#[expect(dead_code, reason = "other tests use the rest")]
mod disk;

use std::path::{Path, PathBuf};

use weir_files::{MemoryFiles, RootedPath};
use weir_kustomize::Options;

/// A small generator of random numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }
}

const PIECES: &[&str] = &[
    "\n",
    "  ",
    ": ",
    "- ",
    "null",
    "{}",
    "[]",
    "kind: List\nitems:\n",
    "*",
    "&a ",
    "*a",
    "..",
    "/",
    "---\n",
    "name",
    "$patch: delete",
    "'",
    "\"",
    "|",
    ">-\n",
    "[a=b]",
    "=",
    "(",
    "é",
    "\0",
    "999999999999999999999",
];

#[test]
fn mutated_kustomizations_do_not_panic() {
    let count = std::env::var("WEIR_FUZZ").ok().and_then(|count| count.parse().ok()).unwrap_or(500);
    let cases = inputs();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..count {
        let (dir, files) = &cases[random.below(cases.len())];
        let mut files = files.clone();
        for _ in 0..=random.below(4) {
            let at = random.below(files.len());
            mutate(&mut files[at].1, &mut random);
        }
        let tree = files.into_iter().collect::<MemoryFiles>().tree();
        if let Ok(built) = weir_kustomize::build(&tree, dir, &Options::default()) {
            let _ = built.to_yaml();
        }
    }
}

fn mutate(content: &mut Vec<u8>, random: &mut Random) {
    let (at, other) = (random.below(content.len() + 1), random.below(content.len() + 1));
    let (start, end) = (at.min(other), at.max(other).min(at.min(other) + 40));
    match random.below(4) {
        0 => drop(content.drain(start..end)),
        1 => {
            let copy = content[start..end].to_vec();
            content.splice(at..at, copy);
        }
        _ => {
            let piece = PIECES[random.below(PIECES.len())];
            content.splice(at..at, piece.bytes());
        }
    }
}

type Case = (RootedPath, Vec<(String, Vec<u8>)>);

fn inputs() -> Vec<Case> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/kustomize");
    let cases = disk::sorted(&corpus).into_iter().filter(|path| path.join("input").is_dir());
    cases
        .map(|case| {
            let dir = std::fs::read_to_string(case.join("dir")).unwrap_or_default();
            let input = case.join("input");
            let mut files = Vec::new();
            collect(&input, &input, &mut files);
            (RootedPath::new(dir.trim()).unwrap(), files)
        })
        .collect()
}

fn collect(root: &Path, dir: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for path in disk::sorted(dir) {
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name: PathBuf = path.strip_prefix(root).unwrap().to_path_buf();
            files.push((name.to_str().unwrap().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}
