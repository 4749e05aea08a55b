//! Edits in place: what is asked for changes, and nothing else.

#![expect(clippy::unwrap_used, reason = "tests")]

use weir_yaml::PathStep::{self, Index, Key};
use weir_yaml::edit::{insert, make, move_item, remove, rename, set};
use weir_yaml::{Dialect, Value, first_from_yaml, from_json};

const TEXT: &str = "\
# Head
apiVersion: apps/v1   # beside
metadata:
  name: 'one'
  labels: {app: one, tier: \"front\"}
spec:
  image: registry.example.org/app:1.0.0 # {\"$imagepolicy\": \"flux-system:app\"}
  empty:
  args:
  - --first
  # above second
  - \"--second\"
  ports:
    - name: web
      port: 80
    - name: admin
      port: 81
  script: |
    line one

# Foot
";

fn value(json: &str) -> Value {
    from_json(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"))
}

#[track_caller]
fn replaced(result: Result<String, weir_yaml::edit::EditError>, old: &str, new: &str) {
    let want = TEXT.replacen(old, new, 1);
    assert_ne!(want, TEXT, "the old text is there");
    assert_eq!(result.unwrap_or_else(|error| panic!("{error}")), want);
}

#[test]
fn scalars_keep_their_quotes() {
    let name: &[PathStep<'_>] = &[Key("metadata"), Key("name")];
    replaced(set(TEXT, 0, name, &"two's".into()), "'one'", "'two''s'");
    replaced(set(TEXT, 0, name, &Value::Int(2)), "'one'", "2");
    let image: &[PathStep<'_>] = &[Key("spec"), Key("image")];
    replaced(set(TEXT, 0, image, &"registry.example.org/app:1.1.0".into()), "app:1.0.0", "app:1.1.0");
    replaced(set(TEXT, 0, image, &"1.0".into()), "registry.example.org/app:1.0.0", "\"1.0\"");
    let tier: &[PathStep<'_>] = &[Key("metadata"), Key("labels"), Key("tier")];
    replaced(set(TEXT, 0, tier, &"a\nb".into()), "\"front\"", "\"a\\nb\"");
    let second: &[PathStep<'_>] = &[Key("spec"), Key("args"), Index(1)];
    replaced(set(TEXT, 0, second, &"--other".into()), "--second", "--other");
    replaced(set(TEXT, 0, &[Key("spec"), Key("empty")], &Value::Bool(true)), "empty:", "empty: true");
    let script: &[PathStep<'_>] = &[Key("spec"), Key("script")];
    replaced(set(TEXT, 0, script, &"a\nb\n".into()), "    line one", "    a\n    b");
}

#[test]
fn collections_are_replaced() {
    let labels: &[PathStep<'_>] = &[Key("metadata"), Key("labels")];
    let flow = "{app: one, tier: \"front\"}";
    replaced(set(TEXT, 0, labels, &value(r#"{"a":"b"}"#)), &format!(" {flow}"), "\n    a: b");
    let args = "\n  - --first\n  # above second\n  - \"--second\"";
    replaced(set(TEXT, 0, &[Key("spec"), Key("args")], &value("[]")), args, " []");
    replaced(set(TEXT, 0, &[Key("spec"), Key("args")], &value("[1]")), args, "\n  - 1");
    let first: &[PathStep<'_>] = &[Key("spec"), Key("ports"), Index(0)];
    replaced(
        set(TEXT, 0, first, &value(r#"{"port":8,"host":1}"#)),
        "name: web\n      port: 80",
        "host: 1\n      port: 8",
    );
}

#[test]
fn missing_entries_are_made() {
    let image: &[PathStep<'_>] = &[Key("metadata"), Key("namespace")];
    replaced(set(TEXT, 0, image, &"prod".into()), "\"front\"}\n", "\"front\"}\n  namespace: prod\n");
    let label: &[PathStep<'_>] = &[Key("metadata"), Key("labels"), Key("env")];
    replaced(set(TEXT, 0, label, &"on".into()), "\"front\"", "\"front\", env: \"on\"");
    let deep: &[PathStep<'_>] = &[Key("metadata"), Key("annotations"), Key("a/b")];
    replaced(set(TEXT, 0, deep, &"c".into()), "\"front\"}\n", "\"front\"}\n  annotations:\n    a/b: c\n");
    replaced(set(TEXT, 0, &[Key("spec"), Key("empty"), Key("x")], &1.into()), "empty:", "empty:\n    x: 1");
    replaced(set(TEXT, 0, &[Key("spec"), Key("more")], &1.into()), "line one\n", "line one\n  more: 1\n");
    let third: &[PathStep<'_>] = &[Key("spec"), Key("args"), Index(2)];
    replaced(set(TEXT, 0, third, &"x: y".into()), "\"--second\"\n", "\"--second\"\n  - 'x: y'\n");
}

#[test]
fn items_are_inserted() {
    let args: &[PathStep<'_>] = &[Key("spec"), Key("args")];
    replaced(insert(TEXT, 0, args, 0, &"x".into()), "  - --first", "  - x\n  - --first");
    replaced(insert(TEXT, 0, args, 1, &"x".into()), "  # above", "  - x\n  # above");
    let ports: &[PathStep<'_>] = &[Key("spec"), Key("ports")];
    let port = value(r#"{"name":"x","port":1}"#);
    replaced(insert(TEXT, 0, ports, 2, &port), "port: 81", "port: 81\n    - name: x\n      port: 1");
    assert!(insert(TEXT, 0, ports, 3, &port).is_err());
}

#[test]
fn entries_and_items_are_removed() {
    replaced(remove(TEXT, 0, &[Key("metadata"), Key("name")]), "  name: 'one'\n", "");
    replaced(remove(TEXT, 0, &[Key("metadata"), Key("labels"), Key("app")]), "app: one, ", "");
    replaced(remove(TEXT, 0, &[Key("metadata"), Key("labels"), Key("tier")]), ", tier: \"front\"", "");
    replaced(remove(TEXT, 0, &[Key("spec"), Key("args"), Index(0)]), "  - --first\n", "");
    replaced(remove(TEXT, 0, &[Key("spec"), Key("args"), Index(1)]), "  - \"--second\"\n", "");
    replaced(remove(TEXT, 0, &[Key("spec"), Key("ports"), Index(0), Key("name")]), "name: web\n      ", "");
    replaced(remove(TEXT, 0, &[Key("spec"), Key("script")]), "  script: |\n    line one\n", "");
    assert!(remove(TEXT, 0, &[Key("spec"), Key("nothing")]).is_err());
    assert!(remove(TEXT, 0, &[]).is_err());
}

#[test]
fn other_documents_stay() {
    let text = "a: 1\n---\na: 2\n---\na: 3";
    assert_eq!(set(text, 1, &[Key("a")], &5.into()).as_deref(), Ok("a: 1\n---\na: 5\n---\na: 3"));
    assert_eq!(set(text, 2, &[Key("b")], &5.into()).as_deref(), Ok("a: 1\n---\na: 2\n---\na: 3\nb: 5"));
    assert!(set(text, 3, &[Key("a")], &5.into()).is_err());
}

#[test]
fn line_breaks_stay_of_their_kind() {
    let text = "a: 1\r\nb: 2\r\n";
    assert_eq!(set(text, 0, &[Key("c")], &3.into()).as_deref(), Ok("a: 1\r\nb: 2\r\nc: 3\r\n"));
    assert_eq!(remove(text, 0, &[Key("a")]).as_deref(), Ok("b: 2\r\n"));
    assert!(set("a: 1\rb: 2\n", 0, &[Key("c")], &3.into()).is_err());
}

#[test]
fn what_is_shared_is_not_guessed_at() {
    let text = "a: &x {b: 1}\nc: *x\n";
    assert!(set(text, 0, &[Key("c"), Key("b")], &2.into()).is_err());
    assert_eq!(set(text, 0, &[Key("a"), Key("b")], &2.into()).as_deref(), Ok("a: &x {b: 2}\nc: *x\n"));
    assert_eq!(set(text, 0, &[Key("c")], &2.into()).as_deref(), Ok("a: &x {b: 1}\nc: 2\n"));
}

#[test]
fn keys_are_renamed_and_items_move_up() {
    replaced(rename(TEXT, 0, &[Key("metadata"), Key("name")], "on"), "name: 'one'", "\"on\": 'one'");
    assert!(rename(TEXT, 0, &[Key("metadata"), Key("name")], "labels").is_err());
    let args: &[PathStep<'_>] = &[Key("spec"), Key("args")];
    replaced(
        move_item(TEXT, 0, args, 1, 0),
        "  - --first\n  # above second\n  - \"--second\"\n",
        "  # above second\n  - \"--second\"\n  - --first\n",
    );
    assert!(move_item(TEXT, 0, args, 2, 0).is_err());
    let windows = "a:\r\n- 1 # one\r\n- 2\r\n";
    assert_eq!(move_item(windows, 0, &[Key("a")], 1, 0).as_deref(), Ok("a:\r\n- 2\r\n- 1 # one\r\n"));
}

#[track_caller]
fn made(text: &str, want: &str) -> String {
    let (old, want) = (first_from_yaml(text, Dialect::V3).unwrap(), value(want));
    let new = make(text, 0, &old, &want).unwrap_or_else(|error| panic!("{error}"));
    assert!(first_from_yaml(&new, Dialect::V3).unwrap().means(&want), "{new}");
    new
}

#[test]
fn a_document_is_made_to_mean_something_else() {
    let text = "# head\nbases: # beside\n  - a\n  # above b\n  - b\nimages:\n- name: z # last\n  tag: 1\n- name: c\n";
    let want =
        r#"{"resources":["a","b","c"],"images":[{"name":"a"},{"name":"c"},{"name":"z","tag":2}],"kind":"K"}"#;
    assert_eq!(
        made(text, want),
        "# head\nresources: # beside\n  - a\n  # above b\n  - b\n  - c\nimages:\n- name: a\n- name: c\n\
         - name: z # last\n  tag: 2\nkind: K\n"
    );
    assert_eq!(made("a: {b: 1, c: [x, y]}", r#"{"a":{"c":["y"],"d":2}}"#), "a: {c: [y], d: 2}\n");
    assert_eq!(made("a: 1\nb: 2\n", r#"{"c":3}"#), "c: 3\n");
    assert_eq!(
        made("a: [1]\nb: &x [2]\nc: *x\n", r#"{"a":[3],"b":[2],"c":[2]}"#),
        "a:\n- 3\nb: &x [2]\nc: *x\n"
    );
}

#[test]
fn comments_in_lines_of_their_own_stay() {
    let text = "a:\n  # in a\n  - 1 # beside\n  - |\n    # no comment\nb: # beside\n- x: 1\n  # in x\n- 2\n";
    assert_eq!(remove(text, 0, &[Key("a")]).as_deref(), Ok("# in a\nb: # beside\n- x: 1\n  # in x\n- 2\n"));
    let want = "a:\n  # in a\n  - 1 # beside\n  - |\n    # no comment\nb: # beside\n  # in x\n- 2\n";
    assert_eq!(remove(text, 0, &[Key("b"), Index(0)]).as_deref(), Ok(want));
}
