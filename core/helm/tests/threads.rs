//! Templates that threads share give what they give one after the other.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod chance;

use std::sync::atomic::{AtomicUsize, Ordering};

use weir_helm::{Chart, File, Helpers, Options, Random, Release, World, render};
use weir_yaml::{Dialect, first_from_yaml};

use chance::Counter;

/// As many threads as are asked for.
struct Threads;

impl Helpers for Threads {
    fn count(&self) -> usize {
        4
    }

    fn share(&self, most: usize, task: &(dyn Fn(usize) + Sync)) {
        std::thread::scope(|scope| (0..most.min(4)).for_each(|worker| _ = scope.spawn(move || task(worker))));
    }
}

/// One that says it is several: it does all of it.
struct One;

impl Helpers for One {
    fn count(&self) -> usize {
        2
    }

    fn share(&self, _: usize, task: &(dyn Fn(usize) + Sync)) {
        task(0);
    }
}

/// The same bytes each time.
struct Alike;

impl Random for Alike {
    fn fill(&self, buffer: &mut [u8]) {
        let bytes = (0..=u8::MAX).cycle().step_by(37);
        buffer.iter_mut().zip(bytes).for_each(|(byte, random)| *byte = random);
    }

    fn for_threads(&self) -> Option<&(dyn Random + Sync)> {
        Some(self)
    }
}

/// So many plain templates in a chart are enough for threads.
const MANY: usize = 60;

fn file(name: &str, text: &str) -> File {
    File { name: name.to_string(), data: text.as_bytes().into() }
}

/// A chart with a chart in it, many templates in both, and these more.
fn chart(more: &[(&str, &str)]) -> Chart {
    let mut files = vec![
        file(
            "Chart.yaml",
            "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies: [{name: sub, version: 1.0.0}]\n",
        ),
        file("values.yaml", "a: 1\nmap: {k: v, list: [{x: 1}]}\nglobal: {g: 1}\nsub: {own: x}\n"),
        file("charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n"),
        file("charts/sub/values.yaml", "own: y\nother: [1, 2]\n"),
        file("templates/_p.tpl", "{{ define \"p\" }}{{ .Values | toJson }}{{ end }}"),
    ];
    for at in 0..MANY {
        let text = format!(
            "a{at}: {{{{ include \"p\" . }}}}\nb: {{{{ .Template.Name }}}} {{{{ .Template.BasePath }}}}\n\
             c: {{{{ .Values.map | default dict | toJson }}}}\n---\nkind: Pod\nmetadata:\n  name: n{at}\n  \
             annotations: {{helm.sh/hook: pre-install, helm.sh/hook-weight: \"{at}\"}}\n"
        );
        files.push(file(&format!("templates/t{at:02}.yaml"), &text));
        files.push(file(&format!("charts/sub/templates/t{at:02}.yaml"), &text));
    }
    files.extend(more.iter().map(|(name, text)| file(name, text)));
    Chart::from_files(files).unwrap()
}

/// All that comes of it, with the error in words.
fn rendered(chart: &Chart, helpers: Option<&dyn Helpers>, random: &dyn Random) -> Result<String, String> {
    let values = first_from_yaml("a: 2\n", Dialect::Sigs).unwrap().as_map().cloned().unwrap_or_default();
    let world = World { helpers, random: Some(random), ..World::default() };
    let rendered = render(chart, &values, &Release::new("r", "n"), &Options::default(), &world);
    let rendered = rendered.map_err(|failure| format!("{} {:?}", failure.error, failure.places))?;
    let lines = rendered.warnings.lines().join("\n");
    Ok(format!("{}\n{:?}\n{}\n{lines}", rendered.manifest(), rendered.hooks, rendered.notes))
}

/// What comes of it, however it is done.
fn check(more: &[(&str, &str)]) -> Result<String, String> {
    let chart = chart(more);
    let expected = rendered(&chart, None, &Counter::default());
    for _ in 0..3 {
        for helpers in [&Threads as &dyn Helpers, &One] {
            assert_eq!(rendered(&chart, Some(helpers), &Counter::default()), expected);
        }
    }
    let alike = rendered(&chart, None, &Alike);
    assert_eq!(rendered(&chart, Some(&Threads), &Alike), alike);
    expected
}

#[test]
fn plain_templates_give_the_same() {
    let text = check(&[("templates/NOTES.txt", "{{ .Chart.Name }}: a: b: c")]).unwrap();
    assert!(text.contains("c: a: b: c"), "{text}");
    assert_eq!(text.matches("# Source: c/").count(), 2 * MANY);
}

/// Counts who asks for help, and who for random bytes.
#[derive(Default)]
struct Counted {
    shared: AtomicUsize,
    filled: AtomicUsize,
}

impl Helpers for Counted {
    fn count(&self) -> usize {
        2
    }

    fn share(&self, _: usize, task: &(dyn Fn(usize) + Sync)) {
        self.shared.fetch_add(1, Ordering::Relaxed);
        task(0);
    }
}

impl Random for Counted {
    fn fill(&self, buffer: &mut [u8]) {
        self.filled.fetch_add(1, Ordering::Relaxed);
        Alike.fill(buffer);
    }

    fn for_threads(&self) -> Option<&(dyn Random + Sync)> {
        Some(self)
    }
}

#[test]
fn templates_are_shared_and_not_executed_again_unless_it_makes_a_difference() {
    let counts = |helps: bool, more: &str| {
        let counted = Counted::default();
        let first = ("templates/t99.yaml", "d: {{ randAlphaNum 8 }}\n");
        let chart = chart(&[first, ("templates/t00a.yaml", more)]);
        let helpers = helps.then_some(&counted as &dyn Helpers);
        rendered(&chart, helpers, &counted).unwrap();
        (counted.shared.into_inner(), counted.filled.into_inner())
    };
    let (none, once) = counts(false, "");
    assert!((none, once > 0) == (0, true));
    assert_eq!(counts(true, ""), (1, once));
    assert_eq!(counts(true, "{{ $_ := set .Values \"a\" 5 }}"), (1, 2 * once));
}

#[test]
fn what_a_template_changes_is_seen_by_those_after_it() {
    // The last by name is the first to execute, and charts in the chart come first.
    let changes = "{{ $_ := set .Values \"a\" 5 }}{{ $_ := set .Values.map \"k\" \"w\" }}";
    let text = check(&[("templates/t30a.yaml", changes)]).unwrap();
    assert_eq!((text.matches("\"a\":2,").count(), text.matches("\"a\":5,").count()), (MANY - 31, 31));
    let text =
        check(&[("charts/sub/templates/t30a.yaml", "{{ $_ := set .Values.global \"g\" 7 }}")]).unwrap();
    assert!(text.contains("\"g\":7"), "{text}");
    let below = "{{ $_ := set (index .Values.map.list 0) \"x\" 9 }}";
    assert!(check(&[("templates/t30a.yaml", below)]).unwrap().contains("\"x\":9"));
    assert!(check(&[("templates/t30a.yaml", "{{ $_ := unset .Values \"a\" }}")]).is_ok());
    assert!(check(&[("templates/t30a.yaml", "{{ $_ := set . \"Values\" dict }}")]).is_ok());
    assert!(check(&[("templates/t30a.yaml", "{{ $_ := set .Template \"Name\" \"x\" }}")]).is_ok());
    assert!(check(&[("templates/t30a.yaml", "{{ $_ := set .Release \"Name\" \"x\" }}")]).is_ok());
    let merged = "{{ $_ := mergeOverwrite .Values (dict \"map\" (dict \"k\" \"w\")) }}";
    assert!(check(&[("templates/t30a.yaml", merged)]).unwrap().contains("\"k\":\"w\""));
}

#[test]
fn the_template_of_a_chart_in_the_chart_is_the_last_one_of_it() {
    let looks = "d: {{ .Subcharts.sub.Template.Name }}\n";
    let text = check(&[("templates/t30a.yaml", looks)]).unwrap();
    assert!(text.contains("d: c/charts/sub/templates/t00.yaml"), "{text}");
    assert!(check(&[("templates/t30a.yaml", "d: {{ .Subcharts.sub | toJson | quote }}\n")]).is_ok());
}

#[test]
fn random_bytes_are_asked_for_in_the_same_order() {
    let random = "d: {{ randAlphaNum 8 }}\n";
    check(&[("templates/t10a.yaml", random), ("charts/sub/templates/t20a.yaml", random)]).unwrap();
}

#[test]
fn the_first_error_is_the_one_that_counts() {
    let fails = |word: &str| format!("{{{{ fail \"{word}\" }}}}");
    let (one, other) = (fails("one"), fails("other"));
    let error = check(&[("templates/t10a.yaml", one.as_str()), ("templates/t50a.yaml", &other)]).unwrap_err();
    assert!(error.contains("t50a.yaml:1:3): other"), "{error}");
    let error = check(&[("templates/t10a.yaml", "a: b: c"), ("templates/t50a.yaml", "- x: [")]).unwrap_err();
    assert!(error.contains("YAML parse error on c/templates/t10a.yaml"), "{error}");
    let error = check(&[("templates/t10a.yaml", "{{ .Values.none.what }}")]).unwrap_err();
    assert!(error.contains("nil pointer evaluating interface {}.what"), "{error}");
}

#[test]
fn values_that_nobody_has_looked_into_are_all_there() {
    let all = "d: {{ .Values | toJson | quote }}\ne: {{ len .Values.map }}{{ keys .Values.map | sortAlpha }}\n\
               f: {{ deepCopy .Values | toJson | quote }}\ng: {{ range $k, $v := .Values.map }}{{ $k }}={{ $v }};{{ end }}\n\
               h: {{ deepEqual .Values.map (deepCopy .Values.map) }} {{ kindOf .Values.map }} {{ typeOf .Values.sub }}\n";
    check(&[("templates/t10a.yaml", all)]).unwrap();
}
