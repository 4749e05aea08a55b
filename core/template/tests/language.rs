//! The language: small templates and what Go makes of them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use weir_template::{Answer, Env, Function, Functions, MissingKey, Set, Value};
use weir_yaml::from_json;

fn functions() -> Functions {
    let mut functions = Functions::sprig();
    functions.add(
        "include",
        Function::executing("string, any -> string", |call, args| {
            let set = Arc::clone(call.set());
            let name = args.first().and_then(Value::as_str).cloned().unwrap();
            let data = args.get(1).cloned().unwrap_or_default();
            Ok(Answer::execute(set, name, data, |written| {
                written.map(|written| Value::str(written.as_slice()))
            }))
        }),
    );
    functions.add(
        "tpl",
        Function::executing("string, any -> string", |call, args| {
            let text = args.first().and_then(Value::as_str).cloned().unwrap();
            let set = call
                .parse("gotpl", &text)
                .map_err(|error| error.wrap(format!("cannot parse template {:?}: ", text.to_text())))?;
            let data = args.get(1).cloned().unwrap_or_default();
            Ok(Answer::execute(set, "gotpl", data, move |written| {
                written.map(|written| Value::str(written.as_slice())).map_err(|error| {
                    error.wrap(format!("error during tpl function execution for {:?}: ", text.to_text()))
                })
            }))
        }),
    );
    functions
}

/// What the template writes, or the text of its error.
fn render(text: &str, data: &str) -> String {
    let data = Value::from_yaml(&from_json(data.as_bytes()).unwrap());
    let mut set = Set::new(Arc::new(functions())).with_missing_key(MissingKey::Zero);
    if let Err(error) = set.parse("t", text) {
        return error.to_string();
    }
    let mut out = Vec::new();
    match Arc::new(set).execute("t", data, &mut out, &Env::default()) {
        Ok(()) => String::from_utf8(out).unwrap(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn control_structures() {
    let data = r#"{"a":{"b":[1,2.5,"x",null]},"s":"str","m":{"y":1,"x":2}}"#;
    for (text, expected) in [
        ("plain", "plain"),
        ("{{ .s }}-{{ .a.b }}", "str-[1 2.5 x <nil>]"),
        ("a {{- 3 -}} b", "a3b"),
        ("{{/* no */}}x{{- /* no */ -}} y", "xy"),
        ("{{ range .a.b }}<{{ . }}>{{ end }}", "<1><2.5><x><<no value>>"),
        ("{{ range $i, $x := .a.b }}{{ $i }}={{ $x }} {{ end }}", "0=1 1=2.5 2=x 3=<no value> "),
        ("{{ range $k, $v := .m }}{{ $k }}={{ $v }} {{ end }}", "x=2 y=1 "),
        ("{{ range 3 }}{{ . }}{{ end }}", "012"),
        ("{{ range .a.b }}{{ if eq (print .) \"x\" }}{{ break }}{{ end }}{{ . }}{{ end }}.", "12.5."),
        ("{{ range .none }}a{{ else }}b{{ end }}", "b"),
        ("{{ with .a }}{{ .b }}{{ else with .s }}{{ . }}{{ end }}", "[1 2.5 x <nil>]"),
        ("{{ with .q }}{{ .b }}{{ else with .s }}{{ . }}{{ end }}", "str"),
        ("{{ if .q }}1{{ else if .s }}2{{ else }}3{{ end }}", "2"),
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"),
        ("{{ define \"d\" }}[{{ . }}]{{ end }}{{ template \"d\" .s }}{{ include \"d\" 7 }}", "[str][7]"),
        ("{{ tpl \"{{ .s }}!\" . | printf \"%q\" }}", "\"str!\""),
        ("{{ and 1 0 2 }}{{ or 0 \"\" 3 }}{{ not 1 }}", "03false"),
        (
            "{{ (print .s).x }}",
            "template: t:1:10: executing \"t\" at <.s>: can't evaluate field x in type string",
        ),
    ] {
        assert_eq!(render(text, data), expected, "{text}");
    }
}

#[test]
fn errors_have_the_texts_of_go() {
    let data = r#"{"a":{"n":null,"s":"x"}}"#;
    for (text, expected) in [
        (
            "{{ .a.n.x }}",
            "template: t:1:5: executing \"t\" at <.a.n.x>: nil pointer evaluating interface {}.x",
        ),
        (
            "{{ .a.s.x }}",
            "template: t:1:5: executing \"t\" at <.a.s.x>: can't evaluate field x in type interface {}",
        ),
        ("{{ nope }}", "template: t:1: function \"nope\" not defined"),
        ("{{ if }}", "template: t:1: missing value for if"),
        ("\n{{ end }}", "template: t:2: unexpected {{end}}"),
        (
            "{{ define \"d\" }}\n {{ .x.y }}{{ end }}{{ include \"d\" .a }}",
            "template: t:2:23: executing \"t\" at <include \"d\" .a>: error calling include: template: t:2:6: \
             executing \"d\" at <.x.y>: nil pointer evaluating interface {}.y",
        ),
    ] {
        assert_eq!(render(text, data), expected, "{text}");
    }
}

#[test]
fn includes_need_no_native_stack() {
    let text = "{{ define \"d\" }}{{ if lt (len .l) 4 }}{{ include \"d\" . }}{{ end }}{{ end }}{{ include \"d\" . }}";
    let error = render(text, r#"{"l":[]}"#);
    assert!(error.ends_with("exceeded maximum template depth (100000)"), "{}", error.len());
}

#[test]
fn errors_name_the_value() {
    let mut set = Set::new(Arc::new(functions())).with_missing_key(MissingKey::Zero);
    set.parse("t", "{{ define \"d\" }}{{ .image.tag.x }}{{ end }}\n{{ include \"d\" .Values }}").unwrap();
    let data = Value::from_yaml(&from_json(br#"{"Values":{"image":{"tag":null}}}"#).unwrap());
    let error = Arc::new(set).execute("t", data.clone(), &mut Vec::new(), &Env::default()).unwrap_err();
    assert_eq!(error.value_path(), Some(".image.tag"));
    let place = error.place().unwrap();
    assert_eq!((&*place.template, place.line, place.column), ("d", 1, 25));
    assert_eq!(error.root(), "nil pointer evaluating interface {}.x");
    assert_eq!(error.places().map(|at| at.line).collect::<Vec<_>>(), [2, 1]);

    let mut set = Set::new(Arc::new(functions()));
    set.parse("t", "{{ trunc 3 .Values.image }}").unwrap();
    let error = Arc::new(set).execute("t", data, &mut Vec::new(), &Env::default()).unwrap_err();
    assert_eq!(error.value_path(), Some(".Values.image"));
}

#[test]
fn lines_know_where_they_come_from() {
    let text = "{{ define \"labels\" }}a: 1\n\nb: {{ .b }}\n{{ end }}kind: X\nlabels:\n  {{- include \"labels\" . | nindent 2 }}\n\
        {{ range until 2 }}- {{ . }}\n{{ end }}end: {{ .b }}";
    let mut set = Set::new(Arc::new(functions()));
    set.parse("t", text).unwrap();
    let data = Value::from_yaml(&from_json(br#"{"b":"x"}"#).unwrap());
    let mut out = b"before\n".to_vec();
    let (done, origins) = Arc::new(set).execute_traced("t", data, &mut out, &Env::default());
    done.unwrap();
    let out = String::from_utf8(out).unwrap();
    let shown: Vec<_> = out
        .lines()
        .skip(1)
        .zip(&origins)
        .map(|(line, origin)| format!("{}|{line}", origin.as_ref().unwrap().line))
        .collect();
    assert_eq!(
        shown,
        ["4|kind: X", "5|labels:", "1|  a: 1", "6|  ", "3|  b: x", "6|  ", "7|- 0", "7|- 1", "8|end: x"]
    );
}
