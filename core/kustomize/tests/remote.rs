//! Bases behind URLs: a build asks for them, and is done again with the answers.

#![expect(clippy::unwrap_used, reason = "tests")]

use weir_files::{MemoryFiles, RootedPath, Tree};
use weir_kustomize::{Answer, Need, Options, Stop, build, build_or_ask};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n";

fn tree(files: &[(&str, &str)]) -> Tree {
    files.iter().copied().collect::<MemoryFiles>().tree()
}

fn need(stop: Stop) -> Need {
    match stop {
        Stop::Needs(needs) => needs.into_iter().next().unwrap(),
        Stop::Failed(problems) => panic!("{problems:?}"),
    }
}

#[test]
fn asks_for_repositories() {
    let tree_of_build = tree(&[("kustomization.yaml", "resources: ['git@host.com:o/r.git//app?ref=v1']\n")]);
    let mut options = Options::default();
    let need = need(build_or_ask(&tree_of_build, &RootedPath::root(), &options).unwrap_err());
    let Need::Repository { clone, reference, .. } = &need else { panic!("{need:?}") };
    assert_eq!((clone.as_str(), reference.as_str()), ("git@host.com:o/r.git", "v1"));
    let there = tree(&[
        ("app/kustomization.yaml", "resources: [../pod]\n"),
        ("pod/kustomization.yaml", "resources: [p.yaml]\n"),
        ("pod/p.yaml", POD),
    ]);
    options.answers.insert(need, Answer::Tree(there));
    let built = build_or_ask(&tree_of_build, &RootedPath::root(), &options).unwrap();
    assert!(built.to_yaml().unwrap().contains("name: p"));
}

#[test]
fn asks_for_files_first() {
    let url = "https://example.com/o/r";
    let tree_of_build = tree(&[("kustomization.yaml", "resources: ['https://example.com/o/r']\n")]);
    let mut options = Options::default();
    let file = need(build_or_ask(&tree_of_build, &RootedPath::root(), &options).unwrap_err());
    assert_eq!(file, Need::File { url: url.to_string() });
    options.answers.insert(file.clone(), Answer::File(POD.as_bytes().into()));
    assert!(build_or_ask(&tree_of_build, &RootedPath::root(), &options).is_ok());
    options.answers.insert(file, Answer::Failed("404".to_string()));
    let next = need(build_or_ask(&tree_of_build, &RootedPath::root(), &options).unwrap_err());
    assert!(matches!(next, Need::Repository { .. }));
    options.answers.insert(next, Answer::Failed("no such repository".to_string()));
    let Err(Stop::Failed(problems)) = build_or_ask(&tree_of_build, &RootedPath::root(), &options) else {
        panic!()
    };
    assert!(problems[0].to_string().contains("no such repository"), "{}", problems[0]);
}

#[test]
fn origins_name_repositories() {
    let own = "resources: ['https://host/o/r//app?ref=v1']\nbuildMetadata: [originAnnotations]\n";
    let tree_of_build = tree(&[("kustomization.yaml", own)]);
    let mut options = Options::default();
    let there = tree(&[
        ("app/kustomization.yaml", "resources: [../pod]\nconfigMapGenerator: [{name: g}]\n"),
        ("pod/kustomization.yaml", "resources: [p.yaml]\n"),
        ("pod/p.yaml", POD),
    ]);
    let built = loop {
        match build_or_ask(&tree_of_build, &RootedPath::root(), &options) {
            Ok(built) => break built.to_yaml().unwrap(),
            Err(Stop::Needs(needs)) => options.answers.extend(needs.into_iter().map(|need| {
                let answer = match need {
                    Need::Repository { .. } => Answer::Tree(there.clone()),
                    _ => Answer::Failed("no such file".to_string()),
                };
                (need, answer)
            })),
            Err(Stop::Failed(problems)) => panic!("{problems:?}"),
        }
    };
    let lines = |lines: &[&str]| lines.iter().map(|line| format!("      {line}\n")).collect::<String>();
    let repository = ["repo: https://host/o/r", "ref: v1"];
    let of_pod = lines(&["path: pod/p.yaml", repository[0], repository[1]]);
    let of_map = lines(&[repository[0], repository[1], "configuredIn: app/kustomization.yaml"]);
    assert!(built.contains(&of_pod) && built.contains(&of_map), "{built}");
}

#[test]
fn finds_cycles() {
    let url = "github.com/o/r?ref=a";
    let own = format!("resources: ['{url}']\n");
    let tree_of_build = tree(&[("kustomization.yaml", &own)]);
    let mut options = Options::default();
    let need = need(build_or_ask(&tree_of_build, &RootedPath::root(), &options).unwrap_err());
    options.answers.insert(need, Answer::Tree(tree(&[("kustomization.yaml", &own)])));
    let Err(Stop::Failed(problems)) = build_or_ask(&tree_of_build, &RootedPath::root(), &options) else {
        panic!()
    };
    assert!(problems[0].message.contains("cycle detected"), "{}", problems[0]);
}

#[test]
fn is_refused_by_those_who_cannot_fetch() {
    let tree_of_build = tree(&[("kustomization.yaml", "resources: [github.com/o/r]\n")]);
    let problems = build(&tree_of_build, &RootedPath::root(), &Options::default()).unwrap_err();
    assert!(problems[0].message.contains("not supported yet: remote resource github.com/o/r"));
}
