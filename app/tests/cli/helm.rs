//! `weir helm` beside the real helm. `helm/*.txt` holds a command, the files of its directory, and how helm ended, what it
//! printed and what it said. `WEIR_UPDATE=1` records anew, with the helm that `HELM` names or the one of the oracles.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::weir::{Directory, weir};

/// What helm says in lines of a log, before and beside its errors.
const LOGGED: &str = "level=";

/// How a helm ended.
#[derive(Debug, PartialEq, Eq)]
struct Ended {
    code: String,
    stdout: String,
    stderr: String,
}

/// The real helm of this machine.
fn real() -> Option<PathBuf> {
    let named = std::env::var_os("HELM").map(PathBuf::from);
    let oracle = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/weir-oracles/helm"));
    named.or_else(oracle).filter(|helm| helm.is_file())
}

/// The files of a text, each behind a line `-- its path --`.
fn files(text: &str) -> Vec<(&str, String)> {
    let mut files: Vec<(&str, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        let path = line.trim_end().strip_prefix("-- ").and_then(|line| line.strip_suffix(" --"));
        match (path, files.last_mut()) {
            (Some(path), _) => files.push((path, String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => panic!("no file begins with this line: {line}"),
        }
    }
    files
}

/// The words of what helm says, without its log and without the directory it ran in.
fn said(text: &str, directory: &Directory) -> String {
    let lines: Vec<&str> =
        text.lines().filter(|line| !line.starts_with(LOGGED) && !line.contains(" level=")).collect();
    let text = lines.join("\n").replace(&format!("{}/", directory.path().display()), "");
    if text.is_empty() { text } else { format!("{}\n", text.trim_end()) }
}

fn theirs(helm: &Path, words: &[&str], directory: &Directory) -> Ended {
    let output = Command::new(helm).args(words).current_dir(directory.path()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let code = format!("{}\n", output.status.code().unwrap());
    let [stdout, stderr] = [text(&output.stdout), text(&output.stderr)];
    Ended { code, stdout: said(&stdout, directory), stderr: said(&stderr, directory) }
}

#[test]
fn it_prints_what_helm_prints_and_fails_with_its_words() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/helm");
    let mut count = 0;
    for case in std::fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()) {
        let text = std::fs::read_to_string(&case).unwrap();
        let files = files(&text);
        let part = |name: &str| files.iter().find(|(path, _)| *path == name).map(|(_, text)| text.clone());
        let directory = Directory::new();
        for (path, text) in files.iter().filter(|(path, _)| path.contains(['/', '.'])) {
            directory.write(path, text);
        }
        let command = part("command").unwrap();
        let words: Vec<&str> = command.split_whitespace().collect();
        let recorded = match real() {
            Some(helm) if std::env::var_os("WEIR_UPDATE").is_some() => {
                let ended = theirs(&helm, &words, &directory);
                let kept = text.split("-- code --\n").next().unwrap();
                let Ended { code, stdout, stderr } = &ended;
                let end = format!("-- code --\n{code}-- stdout --\n{stdout}-- stderr --\n{stderr}");
                std::fs::write(&case, format!("{kept}{end}")).unwrap();
                ended
            }
            _ => Ended {
                code: part("code").unwrap(),
                stdout: part("stdout").unwrap(),
                stderr: part("stderr").unwrap(),
            },
        };
        let ours = weir(&directory, &[&["helm"], words.as_slice()].concat());
        let ours = Ended {
            code: format!("{}\n", ours.code),
            stdout: said(&ours.stdout, &directory),
            stderr: said(&ours.stderr, &directory),
        };
        let name = case.display();
        assert_eq!(ours.code, recorded.code, "{name}: {}", ours.stderr);
        assert_eq!(ours.stdout, recorded.stdout, "{name}: {}", ours.stderr);
        // Behind the words of helm may be ours, on where a value came from and what to do.
        let stderr = &ours.stderr;
        assert!(stderr.starts_with(&recorded.stderr), "{name}:\n{stderr}\nhelm:\n{}", recorded.stderr);
        count += 1;
    }
    assert!(count > 20, "only {count} cases");
}

#[test]
fn random_charts_are_what_helm_makes_of_them() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/helm/random_charts.py");
    let Some(helm) = real() else {
        _ = writeln!(std::io::stderr(), "skipped: random charts beside the real helm: there is none");
        return;
    };
    if Command::new("python3").arg("--version").output().is_err() {
        _ = writeln!(std::io::stderr(), "skipped: random charts beside the real helm: python3 is absent");
        return;
    }
    let mut comparison = Command::new("python3");
    comparison.arg(script).args(["100", "--helm"]).arg(helm).args(["--weir", env!("CARGO_BIN_EXE_weir")]);
    let output = comparison.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn lines_and_values_are_explained() {
    let directory = Directory::new();
    directory
        .write("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n")
        .write("c/values.yaml", "name: x\nport: 80\n")
        .write("c/crds/d.yaml", "kind: CustomResourceDefinition\n")
        .write("c/templates/_t.tpl", "{{ define \"labels\" }}\napp: {{ .Values.name }}\n{{- end }}\n")
        .write(
            "c/templates/a.yaml",
            "{{ if true }}\nkind: A\nport: {{ .Values.port }}\nlabels:\n  {{- include \"labels\" . | nindent 2 }}\n---\nkind: B\n{{ end }}",
        )
        .write("v.yaml", "name: z\n");
    let words =
        ["helm", "template", "r", "c", "-f", "v.yaml", "--set", "more=1", "--explain", "--include-crds"];
    let shown = weir(&directory, &words).with(0).stdout;
    assert_eq!(
        shown,
        "---\n# Source: c/crds/d.yaml\ncrds/d.yaml:1      | kind: CustomResourceDefinition\n\
         ---\n# Source: c/templates/a.yaml\n\
         templates/a.yaml:2 | kind: A\ntemplates/a.yaml:3 | port: 80\ntemplates/a.yaml:4 | labels:\n\
         templates/a.yaml:5 |\ntemplates/_t.tpl:2 |   app: z\n---\n# Source: c/templates/a.yaml\ntemplates/a.yaml:7 | kind: B\n\
         ---\n# Values\nmore = 1   | --set more=1\nname = \"z\" | v.yaml\nport = 80  | values.yaml of c\n"
    );
}

/// A chart with two objects, of which one is not as Kubernetes has it.
fn chart() -> Directory {
    let directory = Directory::new();
    directory.write("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");
    directory.write(
        "c/templates/a.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  replica: 1\n  selector: {}\n  template:\n    spec:\n      \
         containers:\n      - {name: x, image: nginx}\n---\napiVersion: example.com/v1\nkind: Own\nmetadata: {name: o}\n---\n\
         apiVersion: example.com/v1\nkind: Other\nmetadata: {name: o}\n",
    );
    directory.write(
        "c/crds/own.yaml",
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: owns.example.com}\nspec:\n  group: example.com\n  \
         names: {kind: Own, plural: owns}\n  scope: Namespaced\n  versions: [{name: v1, served: true, storage: true}]\n",
    );
    directory
}

#[test]
fn objects_are_held_against_the_schemas_that_are_built_in() {
    let directory = chart();
    let ended = weir(&directory, &["helm", "template", "r", "c", "--validate"]).with(1);
    assert_eq!(
        ended.stderr,
        "⚠ not validated: Other of example.com/v1: it is no kind of Kubernetes, nor of this chart\n\
         Error: unable to build kubernetes objects from release manifest:\n  \
         c/templates/a.yaml: Deployment 'd': unknown field \"spec.replica\"; did you mean 'replicas'?\n"
    );
    assert_eq!(ended.stdout, "");
    weir(&directory, &["helm", "template", "r", "c"]).with(0);
}

#[test]
fn a_post_renderer_is_what_a_helm_release_has() {
    let directory = chart();
    directory.write(
        "post.yaml",
        "- kustomize:\n    patches:\n    - target: {kind: Own}\n      patch: '- {op: add, path: /spec, value: {a: b}}'\n    \
         images: [{name: nginx, newTag: '2'}]\n",
    );
    let shown =
        weir(&directory, &["helm", "template", "r", "c", "--post-renderer", "post.yaml"]).with(0).stdout;
    for line in ["image: nginx:2", "spec:\n  a: b", "# Source: c/templates/a.yaml"] {
        assert!(shown.contains(line), "{shown}");
    }
    directory.write("post.yaml", "- kustomize: {namespace: x}\n");
    let wrong = weir(&directory, &["helm", "template", "r", "c", "--post-renderer", "post.yaml"]).with(1);
    wrong.says(&["unknown field \"kustomize.namespace\""]);
    weir(&directory, &["helm", "template", "r", "c", "--post-renderer", "sh"])
        .with(1)
        .says(&["plug-ins are not run"]);
}

#[test]
fn charts_begin_with_others() {
    let directory = Directory::new();
    directory
        .write("base/Chart.yaml", "apiVersion: v1\nname: base\nversion: 3.0.0\n")
        .write("base/values.yaml", "host: <CHARTNAME>.example.com # kept\n")
        .write("base/templates/a.yaml", "{{ include \"<CHARTNAME>.name\" . }}")
        .write("base/notes.md", "<CHARTNAME>")
        .write("base/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n");
    let starter = directory.path().join("base");
    let ended = weir(&directory, &["helm", "create", "shop", "--starter", starter.to_str().unwrap()]).with(0);
    assert_eq!(ended.stdout, "Creating shop\n");
    let text = |path: &str| std::fs::read_to_string(directory.path().join("shop").join(path)).unwrap();
    assert_eq!(text("values.yaml"), "host: shop.example.com # kept\n");
    assert_eq!(text("templates/a.yaml"), "{{ include \"shop.name\" . }}");
    assert_eq!(text("notes.md"), "<CHARTNAME>");
    assert!(text("Chart.yaml").contains("name: shop\ntype: application\nversion: 0.1.0\n"));
    assert!(directory.path().join("shop/charts/sub-1.0.0.tgz").exists());
    weir(&directory, &["helm", "create", "shop", "-p", "/nope"])
        .with(1)
        .says(&["could not load /nope: stat /nope"]);
}

#[test]
fn the_version_is_told_as_a_template_wants_it() {
    let directory = Directory::new();
    let shown = weir(&directory, &["helm", "version", "--template", "{{ .Version }}\n"]).with(0).stdout;
    assert_eq!(shown, "v4.2.3\n");
    weir(&directory, &["helm", "search", "hub", "x", "--devel"])
        .with(1)
        .says(&["'helm search hub' is not supported"]);
}
