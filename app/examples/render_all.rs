//! Renders every chart below a directory in one process, each with its own values and with each file of its `ci/`:
//! `render_all CHARTS [THREADS] [ONLY]`. A chart is read and its templates are compiled once for all its values, as a
//! controller does it. `bench/helm.py` measures it.

#![expect(clippy::print_stdout, reason = "a measurement says what it saw")]

use std::error::Error;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use weir_files::{MemoryFiles, RootedPath};
use weir_helm::values::load;
use weir_helm::{Chart, Options, Random, Release, Templates, World, render};

/// That of the program.
#[global_allocator]
static ALLOCATOR: weir_memory::Mimalloc = weir_memory::Mimalloc;

struct System;

impl Random for System {
    fn fill(&self, buffer: &mut [u8]) {
        let read = std::fs::File::open("/dev/urandom").and_then(|mut source| source.read_exact(buffer));
        read.expect("there are random bytes");
    }
}

/// A chart, read by whoever needs it first.
struct Source {
    directory: PathBuf,
    chart: OnceLock<Result<Chart, String>>,
    templates: Templates,
}

/// A chart with one set of values.
struct Job {
    source: Arc<Source>,
    values: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = arguments.next().ok_or("usage: render_all CHARTS [THREADS] [ONLY]")?;
    let threads = arguments.next().map_or(Ok(1), |count| count.parse::<usize>())?;
    let only = arguments.next().unwrap_or_default();
    let mut jobs = Vec::new();
    collect(Path::new(&root), &only, &mut jobs)?;
    let (next, rendered, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let start = Instant::now();
    let work = || {
        while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Ok(length) = run(job) {
                rendered.fetch_add(1, Ordering::Relaxed);
                bytes.fetch_add(length, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| (0..threads.max(1)).for_each(|_| _ = scope.spawn(work)));
    let (rendered, bytes) = (rendered.into_inner(), bytes.into_inner());
    println!("{rendered} of {} rendered to {bytes} bytes in {:?}", jobs.len(), start.elapsed());
    Ok(())
}

/// How long the objects and hooks are, written down.
fn run(job: &Job) -> Result<usize, String> {
    let Source { directory, chart, templates } = &*job.source;
    let chart = chart.get_or_init(|| read(directory).map_err(|error| error.to_string()));
    let chart = chart.as_ref().map_err(Clone::clone)?;
    let values = match &job.values {
        Some(file) => std::fs::read(file).map_err(|error| error.to_string())?,
        None => Vec::new(),
    };
    let values = load(&values).map_err(|error| error.to_string())?;
    let options = Options { templates: templates.clone(), ..Options::default() };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(now.as_secs()).unwrap_or_default();
    let world = World {
        now: (seconds, now.subsec_nanos()),
        random: Some(&System),
        powers: weir_lanes::powers(),
        ..World::default()
    };
    let release = Release::new("x", "default");
    let rendered = render(chart, &values, &release, &options, &world);
    let rendered = rendered.map_err(|failure| failure.error.to_string())?;
    let hooks: usize = rendered.hooks.iter().map(|hook| hook.manifest.len()).sum();
    Ok(rendered.manifest().len() + hooks)
}

/// The charts below a directory, those in charts not counted.
fn collect(directory: &Path, only: &str, jobs: &mut Vec<Job>) -> Result<(), Box<dyn Error>> {
    if !directory.join("Chart.yaml").exists() {
        for below in entries(directory)?.into_iter().filter(|path| path.is_dir()) {
            collect(&below, only, jobs)?;
        }
        return Ok(());
    }
    if !directory.to_string_lossy().contains(only) {
        return Ok(());
    }
    let (directory, chart, templates) = (directory.to_path_buf(), OnceLock::new(), Templates::default());
    let ci = directory.join("ci");
    let source = Arc::new(Source { directory, chart, templates });
    jobs.push(Job { source: Arc::clone(&source), values: None });
    let is_values = |path: &PathBuf| {
        let name = path.to_string_lossy();
        name.ends_with("values.yaml") || name.ends_with("values.yml")
    };
    for file in entries(&ci).unwrap_or_default().into_iter().filter(is_values) {
        jobs.push(Job { source: Arc::clone(&source), values: Some(file) });
    }
    Ok(())
}

fn entries(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

fn read(root: &Path) -> Result<Chart, Box<dyn Error>> {
    let mut files = MemoryFiles::new();
    let mut todo = vec![root.to_path_buf()];
    while let Some(directory) = todo.pop() {
        for entry in std::fs::read_dir(&directory)? {
            let entry = entry?;
            let path = entry.path();
            let kind = entry.file_type()?;
            if kind.is_dir() || kind.is_symlink() && path.is_dir() {
                todo.push(path);
            } else {
                let text = path.strip_prefix(root)?.to_string_lossy().into_owned();
                files = files.file(&RootedPath::new(&text)?, std::fs::read(&path)?);
            }
        }
    }
    Ok(Chart::from_directory(&files.tree(), &RootedPath::root(), &root.to_string_lossy())?)
}
