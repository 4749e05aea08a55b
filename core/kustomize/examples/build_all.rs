//! Builds every directory of a checkout that has a kustomization: `build_all ROOT OUT [THREADS]` writes one file for each
//! to OUT, `.yaml` with the objects or `.err` with the problems. `corpus/kustomize/compare.sh` compares them with the
//! original; `bench/kustomize.py` measures it.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a tool that reads directories and says what it did"
)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use weir_files::{MemoryFiles, RootedPath, Tree};
use weir_kustomize::Options;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(root), Some(out)) = (arguments.next(), arguments.next().map(PathBuf::from)) else {
        return Err("usage: build_all ROOT OUT [THREADS]".into());
    };
    let threads = arguments.next().map_or(Ok(1), |count| count.parse::<usize>())?;
    let (tree, directories) = read(Path::new(&root))?;
    let (next, built, start) = (AtomicUsize::new(0), AtomicUsize::new(0), Instant::now());
    let work = || -> std::io::Result<()> {
        while let Some(directory) = directories.get(next.fetch_add(1, Ordering::Relaxed)) {
            built.fetch_add(usize::from(build(&tree, directory, &out)?), Ordering::Relaxed);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        all.into_iter().try_for_each(|one| one.join().expect("building does not panic"))
    })?;
    println!("{} of {} directories built in {:?}", built.into_inner(), directories.len(), start.elapsed());
    Ok(())
}

/// Builds one directory into its file; says whether that gave objects.
fn build(tree: &Tree, directory: &RootedPath, out: &Path) -> std::io::Result<bool> {
    let name = if directory.is_root() { "root".to_string() } else { directory.to_string().replace('/', "@") };
    let name = out.join(name);
    let result = weir_kustomize::build(tree, directory, &Options::default());
    match result.and_then(|built| built.to_yaml().map_err(|problem| vec![problem])) {
        Ok(yaml) => std::fs::write(name.with_added_extension("yaml"), yaml).map(|()| true),
        Err(problems) => {
            let text: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
            std::fs::write(name.with_added_extension("err"), text).map(|()| false)
        }
    }
}

/// All files of a checkout, and its directories with a kustomization.
fn read(root: &Path) -> Result<(Tree, Vec<RootedPath>), Box<dyn Error>> {
    let (mut files, mut directories) = (MemoryFiles::new(), Vec::new());
    let mut todo = vec![root.to_path_buf()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir)? {
            let entry = entry?;
            let path = entry.path();
            let text = path.strip_prefix(root)?.to_string_lossy().into_owned();
            let (rooted, kind) = (RootedPath::new(&text)?, entry.file_type()?);
            if kind.is_symlink() {
                files = files.link(&rooted, &std::fs::read_link(&path)?.to_string_lossy());
            } else if kind.is_dir() {
                files = files.directory(&rooted);
                todo.push(path);
            } else {
                if ["kustomization.yaml", "kustomization.yml", "Kustomization"].contains(&rooted.name()) {
                    directories.extend(rooted.parent());
                }
                files = files.file(&rooted, std::fs::read(&path)?);
            }
        }
    }
    directories.sort();
    directories.dedup();
    Ok((files.tree(), directories))
}
