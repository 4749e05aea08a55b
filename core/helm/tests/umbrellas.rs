//! A chart of many charts is the same however many threads read it.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicUsize, Ordering};

use weir_files::{MemoryFiles, RootedPath};
use weir_helm::{Chart, File, Helpers, Options, Release, World, render};
use weir_yaml::Map;

/// Threads that note how often they were asked, and how often they were told that they will be.
#[derive(Default)]
struct Threads(AtomicUsize, AtomicUsize);

impl Helpers for Threads {
    fn count(&self) -> usize {
        4
    }

    fn prepare(&self) {
        self.1.fetch_add(1, Ordering::Relaxed);
    }

    fn share(&self, most: usize, task: &(dyn Fn(usize) + Sync)) {
        self.0.fetch_add(1, Ordering::Relaxed);
        std::thread::scope(|scope| (0..most).for_each(|worker| _ = scope.spawn(move || task(worker))));
    }
}

/// A chart with thirty more in it, after these changes of files.
fn opened(changes: &[(&str, &str)], helpers: Option<&dyn Helpers>) -> Result<Chart, String> {
    let path = |path: &str| RootedPath::new(path).unwrap();
    let mut files = MemoryFiles::new();
    let mut file = |name: &str, text: String| {
        let changed = changes.iter().find(|(changed, _)| *changed == name);
        let text = changed.map_or(text, |(_, text)| (*text).to_string());
        files = std::mem::take(&mut files).file(&path(&format!("home/{name}")), text);
    };
    let values = |name: &str| format!("name: {name}\n# {}\nlist: [1, {{a: b}}]\n", "x".repeat(6000));
    file("Chart.yaml", "apiVersion: v2\nname: home\nversion: 1.0.0\n".to_string());
    file("values.yaml", values("home"));
    file("values.schema.json", "{}".to_string());
    file("requirements.yaml", "dependencies: []\n".to_string());
    for chart in (0..30).map(|at| format!("part{at:02}")) {
        file(
            &format!("charts/{chart}/Chart.yaml"),
            format!("apiVersion: v2\nname: {chart}\nversion: 1.0.0\n"),
        );
        file(&format!("charts/{chart}/values.yaml"), values(&chart));
        file(&format!("charts/{chart}/templates/a.yaml"), "a: {{ .Values.name }}\n".to_string());
        file(&format!("charts/{chart}/crds/a.yaml"), "a: b\n".to_string());
    }
    Chart::opened(&files.tree(), &path("home"), "home", helpers).map_err(|error| error.to_string())
}

#[test]
fn threads_read_the_same_chart() {
    let threads = Threads::default();
    let alone = opened(&[], None).unwrap();
    assert_eq!(alone.dependencies.len(), 30);
    assert_eq!(alone.dependencies[7].name(), "part07");
    assert_eq!(format!("{:?}", opened(&[], Some(&threads)).unwrap()), format!("{alone:?}"));
    assert_eq!(threads.0.into_inner(), 2, "files, and then values");
}

#[test]
fn what_is_wrong_first_is_told_of() {
    let wrong = [
        ("values.yaml", "a: [", "cannot load values.yaml"),
        ("requirements.yaml", "a: [", "cannot load requirements.yaml"),
        ("Chart.yaml", "apiVersion: v2\nname: home\n", "chart.metadata.version is required"),
        (
            "charts/part03/values.yaml",
            "a: [",
            "error unpacking subchart part03 in home: cannot load values.yaml",
        ),
        (
            "charts/part20/Chart.yaml",
            "name: [",
            "error unpacking subchart part20 in home: cannot load Chart.yaml",
        ),
    ];
    let order = ["requirements.yaml", "values.yaml", "Chart.yaml", "charts/part03/values.yaml"];
    let changes = wrong.map(|(name, text, _)| (name, text));
    for (at, first) in order.iter().enumerate() {
        let changes: Vec<_> = changes.into_iter().filter(|(name, _)| !order[..at].contains(name)).collect();
        let said = opened(&changes, None).unwrap_err();
        let (_, _, expected) = wrong.iter().find(|(name, ..)| name == first).unwrap();
        assert!(said.contains(expected), "{said}");
        assert_eq!(opened(&changes, Some(&Threads::default())).unwrap_err(), said);
    }
}

#[test]
fn of_two_values_the_last_counts_and_both_have_to_be_sound() {
    let chart = |first: &str| {
        let file = |name: &str, text: &str| File { name: name.to_string(), data: text.as_bytes().into() };
        Chart::from_files(vec![
            file("values.yaml", first),
            file("Chart.yaml", "apiVersion: v2\nname: twice\nversion: 1.0.0\n"),
            file("values.yaml", "a: 2\n"),
        ])
    };
    assert_eq!(format!("{:?}", chart("a: 1\n").unwrap().values), format!("{:?}", chart("").unwrap().values));
    assert!(chart("a: [").unwrap_err().to_string().contains("cannot load values.yaml"));
}

#[test]
fn threads_are_told_of_many_dependencies() {
    let told = |count: usize| {
        let needs: String = (0..count).map(|at| format!("- {{name: part{at}, version: 1.0.0}}\n")).collect();
        let text = format!("apiVersion: v2\nname: home\nversion: 1.0.0\ndependencies:\n{needs}");
        let file = File { name: "Chart.yaml".to_string(), data: text.into_bytes().into() };
        let (chart, threads) = (Chart::from_files(vec![file]).unwrap(), Threads::default());
        let world = World { helpers: Some(&threads), ..World::default() };
        render(&chart, &Map::new(), &Release::new("x", "default"), &Options::default(), &world).unwrap();
        threads.1.into_inner()
    };
    assert_eq!([told(1), told(100)], [0, 1]);
}
