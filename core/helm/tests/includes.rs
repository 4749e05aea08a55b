//! What is included twice gives the same twice only where nothing can have changed.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod chance;

use weir_helm::{Chart, File, Options, Release, World, render};
use weir_yaml::{Dialect, Map, first_from_yaml};

use chance::Counter;

const VALUES: &str =
    "a: 1\nmap: {k: v, list: [{x: 1}]}\ntext: '{{ .Template.Name }}'\nplain: '{{ .Values.a }}'\n";

fn file(name: &str, text: &str) -> File {
    File { name: name.to_string(), data: text.as_bytes().into() }
}

fn values(text: &str) -> Map {
    first_from_yaml(text, Dialect::Sigs).unwrap().as_map().cloned().unwrap_or_default()
}

/// What a chart says whose templates these are, in the order of their execution, and whose partials these.
fn said(partials: &str, templates: &[&str]) -> Result<Vec<String>, String> {
    let mut files = vec![
        file("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"),
        file("values.yaml", VALUES),
        file("templates/_p.tpl", partials),
    ];
    for (at, text) in templates.iter().enumerate() {
        // The last by name is the first to execute.
        files.push(file(&format!("templates/t{}.yaml", 9 - at), &format!("t: {text}\n")));
    }
    let chart = Chart::from_files(files).unwrap();
    let (random, release) = (Counter::default(), Release::new("r", "n"));
    let world = World { random: Some(&random), ..World::default() };
    let rendered = render(&chart, &values(""), &release, &Options::default(), &world);
    let texts = |manifest: weir_helm::release::Manifest| manifest.content.trim()["t: ".len()..].to_string();
    match rendered {
        Ok(rendered) => Ok(rendered.manifests.into_iter().rev().map(texts).collect()),
        Err(failure) => Err(failure.error.to_string()),
    }
}

fn says(partials: &str, template: &str, expected: &str) {
    assert_eq!(said(partials, &[template]).as_deref(), Ok(&[expected.to_string()][..]), "{template}");
}

#[test]
fn equal_includes_give_the_same() {
    let partials = "{{ define \"p\" }}<{{ .x }}>{{ end }}{{ define \"s\" }}({{ . }}){{ end }}";
    says(partials, r#"{{ include "p" (dict "x" 1) }}{{ include "p" (dict "x" 1) }}"#, "<1><1>");
    says(partials, r#"{{ include "p" (dict "x" 1) }}{{ include "p" (dict "x" 1.0) }}"#, "<1><1>");
    says(partials, r#"{{ include "p" (dict "x" "1") }}{{ include "p" (dict "x" "2") }}"#, "<1><2>");
    says(partials, r#"{{ include "s" nil }}{{ include "s" false }}{{ include "s" nil }}"#, "()(false)()");
    says(partials, r#"{{ include "s" (list 1 "a") }}{{ include "s" (list 1 "b") }}"#, "([1 a])([1 b])");
    says(
        "{{ define \"k\" }}{{ kindOf . }};{{ end }}",
        r#"{{ include "k" 1 }}{{ include "k" 1.0 }}"#,
        "int;float64;",
    );
    says(
        "{{ define \"k\" }}{{ typeOf . }};{{ end }}",
        r#"{{ include "k" . }}{{ include "k" .Values }}{{ include "k" .Values.map }}"#,
        "common.Values;common.Values;map[string]interface {};",
    );
}

#[test]
fn changes_of_values_are_seen() {
    let partials = "{{ define \"a\" }}{{ .Values.a }}{{ end }}{{ define \"x\" }}{{ .Values.map }}{{ end }}";
    says(partials, r#"{{ include "a" . }}{{ $_ := set .Values "a" 2 }}{{ include "a" . }}"#, "12");
    says(
        partials,
        r#"{{ include "x" . }}{{ $_ := unset .Values.map "list" }}{{ include "x" . }}"#,
        "map[k:v list:[map[x:1]]]map[k:v]",
    );
    let inner = r#"{{ include "x" . }}{{ range .Values.map.list }}{{ $_ := set . "x" 2 }}{{ end }}{{ include "x" . }}"#;
    says(partials, inner, "map[k:v list:[map[x:1]]]map[k:v list:[map[x:2]]]");
    // What was put in is minded as well.
    let put = r#"{{ $new := dict "n" 1 }}{{ $_ := set .Values "map" $new }}{{ include "x" . }}{{ $_ := set $new "n" 2 }}{{ include "x" . }}"#;
    says(partials, put, "map[n:1]map[n:2]");
    let merged = r#"{{ include "x" . }}{{ $_ := mergeOverwrite .Values (dict "map" (dict "k" "w")) }}{{ include "x" . }}"#;
    says(partials, merged, "map[k:v list:[map[x:1]]]map[k:w list:[map[x:1]]]");
    // In files that follow, too.
    assert_eq!(
        said(partials, &[r#"{{ include "a" . }}{{ $_ := set .Values "a" 2 }}"#, r#"{{ include "a" . }}"#])
            .unwrap(),
        ["1", "2"]
    );
}

#[test]
fn what_an_include_changes_is_changed_each_time() {
    let partials = r#"{{ define "ret" }}{{ $_ := set . "got" (add .n 1) }}{{ end }}
{{ define "count" }}{{ $_ := set .Values "a" (add .Values.a 1) }}{{ .Values.a }}{{ end }}
{{ define "outer" }}{{ $d := dict "n" 1 }}{{ include "ret" $d }}{{ $d.got }}{{ end }}"#;
    let one = r#"{{ $d := dict "n" 1 }}{{ include "ret" $d }}{{ $d.got }}"#;
    says(partials, &format!("{one}{one}"), "22");
    says(partials, r#"{{ include "count" . }}{{ include "count" . }}"#, "23");
    says(partials, r#"{{ include "outer" . }}{{ include "outer" . }}"#, "22");
}

#[test]
fn chance_is_asked_each_time() {
    let partials =
        "{{ define \"r\" }}{{ randInt 0 1000000 }}{{ end }}{{ define \"o\" }}{{ include \"r\" . }}{{ end }}";
    let texts = said(partials, &[r#"{{ include "o" . }} {{ include "o" . }}"#]).unwrap();
    let (one, other) = texts[0].split_once(' ').unwrap();
    assert_ne!(one, other);
}

#[test]
fn each_file_has_its_own_name() {
    let partials = r#"{{ define "n" }}{{ .Template.Name }}{{ end }}{{ define "o" }}{{ include "n" . }}{{ end }}
{{ define "all" }}{{ (toJson .) | contains "t9.yaml" }}{{ end }}{{ define "has" }}{{ hasKey . "Template" }}{{ end }}"#;
    let both = |text: &str| said(partials, &[text, text]).unwrap();
    assert_eq!(both(r#"{{ include "o" . }}"#), ["c/templates/t9.yaml", "c/templates/t8.yaml"]);
    assert_eq!(both(r#"{{ tpl .Values.text . }}"#), ["c/templates/t9.yaml", "c/templates/t8.yaml"]);
    assert_eq!(both(r#"{{ include "all" . }}"#), ["true", "false"]);
    assert_eq!(both(r#"{{ include "has" . }}"#), ["true", "true"]);
    // Who puts something else there sees it until the next file.
    let own = r#"{{ $_ := set . "Template" (dict "Name" "mine") }}{{ include "o" . }}"#;
    assert_eq!(said(partials, &[own, r#"{{ include "o" . }}"#]).unwrap(), ["mine", "c/templates/t8.yaml"]);
    // Who keeps the one of a file keeps it.
    let kept = r#"{{ $_ := set .Values "kept" .Template }}{{ include "kept" . }}"#;
    let partials = "{{ define \"kept\" }}{{ .Values.kept.Name }}{{ end }}";
    assert_eq!(said(partials, &[kept, r#"{{ include "kept" . }}"#]).unwrap(), ["c/templates/t9.yaml"; 2]);
}

#[test]
fn texts_are_templates_of_what_is_there() {
    says("", r#"{{ tpl .Values.plain . }}{{ $_ := set .Values "a" 2 }}{{ tpl .Values.plain . }}"#, "12");
    let partials = "{{ define \"x\" }}outer{{ end }}";
    let text = r#"{{ tpl "{{ define \"x\" }}inner{{ end }}{{ include \"x\" . }}" . }}{{ include "x" . }}{{ tpl "{{ include \"x\" . }}" . }}"#;
    says(partials, text, "innerouterouter");
}

#[test]
fn includes_in_themselves_end_where_they_did() {
    let partials = r#"{{ define "down" }}{{ if . }}{{ include "down" (sub . 1) }}{{ end }}{{ end }}"#;
    let down = |from: u32| format!(r#"{{{{ include "down" {from} }}}}x"#);
    says(partials, &down(900), "x");
    let error = said(partials, &[&format!("{}{}", down(700), down(1100))]).unwrap_err();
    assert!(error.contains("rendering template has a nested reference name: down"), "{error}");
}
