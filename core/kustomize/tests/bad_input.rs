//! What people do wrong: one message for each, with the place in their file and the way to it. `WEIR_UPDATE=1` writes what is
//! said to `bad_input.txt`.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read what is expected")]

use weir_files::{MemoryFiles, RootedPath};
use weir_kustomize::{Options, build};

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata: {a: b}\n";

/// Files or links with what is in them.
type Pairs<'a> = &'a [(&'a str, &'a str)];

/// The messages of a build of `top`.
fn problems(files: &[(&str, &str)], links: &[(&str, &str)]) -> String {
    let path = |text: &str| RootedPath::new(text).unwrap();
    let mut tree = MemoryFiles::new();
    for (name, text) in files {
        tree = tree.file(&path(name), text);
    }
    for (name, target) in links {
        tree = tree.link(&path(name), target);
    }
    let problems = build(&tree.tree(), &path("top"), &Options::default()).unwrap_err();
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

#[test]
fn names_each_mistake_once_with_its_place() {
    let top = "top/kustomization.yaml";
    let config = ("top/c.yaml", CONFIG);
    let cases: &[(Pairs<'_>, Pairs<'_>)] = &[
        (&[(top, "resources:\n- c.yaml\n- c.yml\n"), config], &[]),
        (&[(top, "resources:\n- ../a\n"), ("a/kustomization.yaml", "resources:\n- ../top\n")], &[]),
        (&[(top, "resources:\n- ../../c.yaml\n")], &[]),
        (&[(top, "resources:\n- ../c.yaml\n"), ("c.yaml", CONFIG)], &[]),
        (&[(top, "resources:\n- c.yaml\n")], &[("top/c.yaml", "../../../etc/passwd")]),
        (&[(top, "resources:\n- c.yaml\n"), ("out/c.yaml", CONFIG)], &[("top/c.yaml", "../out/c.yaml")]),
        (
            &[
                (
                    top,
                    "resources:\n- c.yaml\npatches:\n- patch: |\n    apiVersion: v1\n    kind: ConfigMap\n    metadata: {name: d}\n",
                ),
                config,
            ],
            &[],
        ),
        (
            &[
                (top, "resources:\n- a.yaml\npatches:\n- path: p.yaml\n"),
                (
                    "top/a.yaml",
                    "kind: Role\nmetadata: {name: r, namespace: a}\n---\nkind: Role\nmetadata: {name: r, namespace: b}\n",
                ),
                ("top/p.yaml", "kind: Role\nmetadata: {name: r}\n"),
            ],
            &[],
        ),
        (
            &[
                (top, "resources:\n- role.yaml\n- ../a\n- ../b\n"),
                (
                    "top/role.yaml",
                    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\nrules:\n- resourceNames: [c]\n",
                ),
                ("a/kustomization.yaml", "namespace: a\nconfigMapGenerator:\n- name: c\n  literals: [x=1]\n"),
                ("b/kustomization.yaml", "namespace: b\nconfigMapGenerator:\n- name: c\n  literals: [x=2]\n"),
            ],
            &[],
        ),
        (
            &[
                (top, "resources:\n- ../one\n"),
                ("one/kustomization.yaml", "resources:\n- ../two\n"),
                ("two/kustomization.yaml", "resources:\n- ../three\n"),
                ("three/kustomization.yaml", "resources:\n- c.yaml\n"),
                ("three/c.yaml", "kind: ConfigMap\nmetadata:\n  name: c\n  labels: [a\ndata: {}\n"),
            ],
            &[],
        ),
        (
            &[
                (top, "resources:\n- ../a\n- ../b\npatches:\n- path: p.yaml\n"),
                ("top/p.yaml", CONFIG),
                ("top/c.yaml", CONFIG),
                ("a/kustomization.yaml", "namePrefix: a-\nresources:\n- c.yaml\n"),
                ("a/c.yaml", CONFIG),
                ("b/kustomization.yaml", "namePrefix: b-\nresources:\n- c.yaml\n"),
                ("b/c.yaml", CONFIG),
            ],
            &[],
        ),
        (&[(top, "configMapGenerator:\n- name: c\n  files: [../../key]\n"), config], &[]),
        (
            &[
                (top, "resources:\n- ../a\n"),
                ("a/kustomization.yaml", "resources:\n- c.yaml\nnamePrefix: a: b\n"),
            ],
            &[],
        ),
        (&[(top, "resources:\n- c.yaml\n"), ("top/c.yaml", "kind: A\nmetadata:\n\tname: a\n")], &[]),
        (&[(top, "components:\n- ../../gone\n")], &[]),
    ];
    let mut found = String::new();
    for (at, (files, links)) in cases.iter().enumerate() {
        let said = problems(files, links);
        assert_eq!(said.matches("error: ").count(), 1, "{said}");
        found.push_str(&format!("# {}\n{said}\n", at + 1));
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bad_input.txt");
    if std::env::var_os("WEIR_UPDATE").is_some() {
        std::fs::write(file, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(file).unwrap());
}
