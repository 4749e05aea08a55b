//! Renders a chart again and again and says how long one rendering takes, the first and the others:
//! `cargo run --release -p weir-helm --example render_speed CHART [COUNT]`.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    reason = "a measurement reads a directory, looks at the clock and says what it saw"
)]

use std::error::Error;
use std::io::Read as _;
use std::path::Path;
use std::time::Instant;

use weir_files::{MemoryFiles, RootedPath, Tree};
use weir_helm::{Chart, Options, Random, Release, Templates, World, render};
use weir_yaml::Map;

struct System;

impl Random for System {
    fn fill(&self, buffer: &mut [u8]) {
        let read = std::fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(buffer));
        read.expect("there are random bytes");
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: speed CHART [COUNT]")?;
    let count = arguments.next().map_or(Ok(20), |count| count.parse::<u32>())?;
    let start = Instant::now();
    let chart = if Path::new(&path).is_dir() {
        Chart::from_directory(&tree(Path::new(&path))?, &RootedPath::new("")?, &path)?
    } else {
        Chart::from_archive(&std::fs::read(&path)?, &path)?
    };
    let loaded = start.elapsed();
    let (options, world) = (Options::default(), World { random: Some(&System), ..World::default() });
    let release = Release::new("speed", "default");
    let run = |templates: &Templates| -> Result<usize, Box<dyn Error>> {
        let options = Options { templates: templates.clone(), ..options.clone() };
        let rendered = render(&chart, &Map::default(), &release, &options, &world);
        Ok(rendered.map_err(|failure| failure.error)?.manifest().len())
    };
    let start = Instant::now();
    let kept = Templates::default();
    let bytes = run(&kept)?;
    let first = start.elapsed();
    let start = Instant::now();
    for _ in 0..count {
        run(&Templates::default())?;
    }
    let anew = start.elapsed() / count;
    let start = Instant::now();
    for _ in 0..count {
        run(&kept)?;
    }
    let again = start.elapsed() / count;
    println!(
        "{bytes} bytes; loaded in {loaded:?}, first in {first:?}, parsed anew {anew:?}, compiled {again:?}"
    );
    Ok(())
}

/// All files of a directory.
fn tree(root: &Path) -> Result<Tree, Box<dyn Error>> {
    let mut files = MemoryFiles::new();
    let mut todo = vec![root.to_path_buf()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir)? {
            let path = entry?.path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let text = path.strip_prefix(root)?.to_string_lossy().into_owned();
                files = files.file(&RootedPath::new(&text)?, std::fs::read(&path)?);
            }
        }
    }
    Ok(files.tree())
}
