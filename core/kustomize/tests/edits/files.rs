//! Random kustomization files: fields in any order and layout, with comments, deprecated and empty ones too.

use crate::random::Random;

/// The files beside the kustomization, all of them there.
pub(crate) const FILES: [(&str, &str); 8] = [
    ("a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: \"x-$(VAR)\"}\n"),
    ("b.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: b}\n"),
    ("c.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: c}\n"),
    ("base/kustomization.yaml", "resources: [d.yaml]\n"),
    ("base/d.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n"),
    ("p.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {p: q}\n"),
    ("one.env", "E=1\n"),
    ("f.txt", "text\n"),
];

const FIELDS: [fn(&mut Random) -> String; 24] = [
    |_| "apiVersion: kustomize.config.k8s.io/v1beta1\n".into(),
    |_| "kind: Kustomization\n".into(),
    |r| list(r, "resources", &["a.yaml", "b.yaml", "base", "./c.yaml"]),
    |r| list(r, "bases", &["base", "other"]),
    |r| list(r, "components", &["base"]),
    |r| scalar(r, "namePrefix", &["a-", "\"b-\"", "'c-'", "\"\""]),
    |r| scalar(r, "nameSuffix", &["-x", "-y"]),
    |r| scalar(r, "namespace", &["web", "\"123\"", "null"]),
    |r| map(r, "commonLabels", &["app: web", "tier: \"1\"", "team: x"]),
    |r| map(r, "commonAnnotations", &["note: hi", "on: \"yes\""]),
    labels,
    images,
    |r| items(r, "replicas", &["name: c\n  count: 2", "name: z\n  count: 0", "count: 1\n  name: a"]),
    |r| items(r, "patches", PATCHES),
    |r| items(r, "patchesJson6902", &["path: p.yaml\n  target: {kind: Service, version: v1, name: b}"]),
    |r| list(r, "patchesStrategicMerge", &["p.yaml"]),
    |r| items(r, "configMapGenerator", CONFIG_MAPS),
    |r| {
        items(
            r,
            "secretGenerator",
            &["name: s\n  literals: [k=v]\n  type: Opaque", "name: t\n  env: one.env"],
        )
    },
    |r| map(r, "generatorOptions", &["disableNameSuffixHash: true", "labels: {g: o}", "immutable: false"]),
    |r| list(r, "buildMetadata", &["originAnnotations", "managedByLabel"]),
    |r| list(r, "transformers", &["t.yaml", "p.yaml"]),
    |r| items(r, "vars", &["name: VAR\n  objref: {kind: Service, name: b, apiVersion: v1}"]),
    |_| "sortOptions:\n  order: legacy\n  legacySortOptions:\n    orderFirst: [Namespace]\n".into(),
    |r| items(r, "imageTags", &["name: old\n  newTag: v1"]),
];

const PATCHES: &[&str] = &[
    "path: p.yaml",
    "target:\n    kind: Deployment\n  path: p.yaml",
    "patch: |-\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: a} # inside\n  options:\n    allowNameChange: true",
];

const CONFIG_MAPS: &[&str] = &[
    "name: m\n  literals:\n  - one=1 # first\n  - two=2",
    "name: n\n  namespace: web\n  files:\n  - f.txt",
    "literals: [\"x=y\"]\n  name: o\n  options: {labels: {a: b}}",
    "name: e\n  envs:\n    - one.env",
];

/// A file in which this seed has chosen fields and layout.
pub(crate) fn kustomization(random: &mut Random) -> String {
    let mut chosen: Vec<usize> = (0..FIELDS.len()).filter(|_| random.chance(35)).collect();
    for at in (1..chosen.len()).rev() {
        chosen.swap(at, random.below(at + 1));
    }
    let mut text = String::new();
    if random.chance(15) {
        text.push_str("---\n");
    }
    for field in chosen {
        if random.chance(30) {
            text.push_str(random.pick(&["# about it\n", "\n", "\n# a title\n# of two lines\n"]));
        }
        text.push_str(&FIELDS[field](random));
    }
    if random.chance(20) {
        text.push_str("# the end\n");
    }
    if random.chance(10) {
        text.truncate(text.trim_end().len());
    }
    if random.chance(5) { text.replace('\n', "\r\n") } else { text }
}

fn comment(random: &mut Random) -> &'static str {
    if random.chance(20) { " # beside" } else { "" }
}

fn some<'a>(random: &mut Random, all: &[&'a str]) -> Vec<&'a str> {
    all.iter().copied().filter(|_| random.chance(60)).collect()
}

fn scalar(random: &mut Random, name: &str, all: &[&str]) -> String {
    format!("{name}: {}{}\n", random.pick(all), comment(random))
}

fn list(random: &mut Random, name: &str, all: &[&str]) -> String {
    let chosen = some(random, all);
    if random.chance(20) || chosen.is_empty() {
        return format!("{name}: [{}]{}\n", chosen.join(", "), comment(random));
    }
    let indent = random.pick(&["", "  ", "    "]);
    let mut text = format!("{name}:{}\n", comment(random));
    for item in chosen {
        if random.chance(20) {
            text.push_str(&format!("{indent}# above\n"));
        }
        text.push_str(&format!("{indent}- {item}{}\n", comment(random)));
    }
    text
}

fn map(random: &mut Random, name: &str, all: &[&str]) -> String {
    let chosen = some(random, all);
    if random.chance(20) || chosen.is_empty() {
        return format!("{name}: {{{}}}\n", chosen.join(", "));
    }
    let lines: String = chosen.iter().map(|entry| format!("  {entry}{}\n", comment(random))).collect();
    format!("{name}:\n{lines}")
}

/// Items of several lines, written as at no indentation.
fn items(random: &mut Random, name: &str, all: &[&str]) -> String {
    let chosen = some(random, all);
    if chosen.is_empty() {
        return format!("{name}: []\n");
    }
    let indent = random.pick(&["", "  "]);
    let mut text = format!("{name}:\n");
    for item in chosen {
        if random.chance(20) {
            text.push_str(&format!("{indent}# above\n"));
        }
        text.push_str(&format!("{indent}- {}\n", item.replace('\n', &format!("\n{indent}"))));
    }
    text
}

fn labels(random: &mut Random) -> String {
    let all = [
        "pairs:\n    l: m",
        "includeSelectors: true\n  pairs: {s: t}",
        "includeTemplates: true\n  pairs:\n    u: v\n    w: x",
    ];
    items(random, "labels", &all)
}

fn images(random: &mut Random) -> String {
    if random.chance(25) {
        return "images: [{name: web, newTag: \"1\"}, {name: app, newName: other}]\n".into();
    }
    let all = [
        "name: web\n  newTag: \"1.0\"",
        "name: nginx\n  newName: host:5000/nginx\n  digest: sha256:ab",
        "newTag: v2 # automated\n  name: app",
    ];
    items(random, "images", &all)
}
