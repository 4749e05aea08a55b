//! Random edits of random kustomization files, by us and by the real kustomize: the files mean the same, or both refuse.
//! What is added takes no comment away, and what is set twice is set once.
//!
//! `KUSTOMIZE` names the real binary (default `~/.cache/weir-peers/bin/kustomize`, made by `testbed/peers.sh kustomize`);
//! `WEIR_EDITS` says how many files (default 100), `WEIR_SEED` where to begin.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests run programs, read files and say what they compared"
)]

mod files;
mod random;
mod verbs;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use random::Random;
use weir_files::{Diagnostic, MemoryFiles, RootedPath};
use weir_kustomize::edit::{Edit, Set, edit};
use weir_yaml::{Dialect, Value, first_from_yaml};

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The file after our edit; the same one where nothing was to be done.
pub(crate) fn ours(text: &str, change: &Edit) -> Result<String, Vec<Diagnostic>> {
    let files = files::FILES.into_iter().chain([("kustomization.yaml", text)]);
    let edited = edit(&files.collect::<MemoryFiles>().tree(), &RootedPath::root(), change)?;
    Ok(edited.files.into_iter().next().map_or_else(|| text.to_string(), |(_, text)| text))
}

fn shown(problems: &[Diagnostic]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}

struct Real {
    binary: PathBuf,
    directory: PathBuf,
}

impl Real {
    fn find() -> Option<Self> {
        let usual = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/weir-peers/bin/kustomize"));
        let binary = std::env::var_os("KUSTOMIZE").map(PathBuf::from).or_else(usual)?;
        if !binary.is_file() {
            _ = writeln!(std::io::stderr(), "skipped: random edits: no kustomize at {}", binary.display());
            return None;
        }
        let directory = std::env::temp_dir().join(format!("weir-edits-{}", std::process::id()));
        for (path, text) in files::FILES {
            let path = directory.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Some(Self { binary, directory })
    }

    fn edit(&self, text: &str, arguments: &[String]) -> Result<String, String> {
        let file = self.directory.join("kustomization.yaml");
        std::fs::write(&file, without_indented_comments(text)).unwrap();
        let mut command = Command::new(&self.binary);
        let output = command.current_dir(&self.directory).arg("edit").args(arguments).output().unwrap();
        if output.status.success() {
            Ok(std::fs::read_to_string(&file).unwrap())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or("").to_string())
        }
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// The real tool moves comments above the field that they stand in, where an indented one may end up in a text block.
fn without_indented_comments(text: &str) -> String {
    let line = |line: &str| match line.trim_start() {
        comment if comment.starts_with('#') => comment.to_string(),
        _ => line.to_string(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// What a file means; the real tool keeps no order of literals that it sets.
fn meaning(text: &str, sorts_literals: bool) -> Value {
    let mut value = first_from_yaml(text, Dialect::Sigs).unwrap();
    let generators = value.as_map_mut().and_then(|map| map.get_mut("configMapGenerator"));
    for generator in generators.and_then(Value::as_list_mut).into_iter().flatten() {
        let literals = generator.as_map_mut().and_then(|map| map.get_mut("literals"));
        if let Some(literals) = literals.and_then(Value::as_list_mut).filter(|_| sorts_literals) {
            literals.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
        }
    }
    value
}

/// What differs after one edit, if anything does.
fn difference(real: &Real, text: &str, verb: &verbs::Verb) -> Result<Option<String>, String> {
    let sorts = verb.arguments.starts_with(&["set".to_string(), "configmap".to_string()]);
    match (ours(text, &verb.edit), real.edit(text, &verb.arguments)) {
        (Err(_), Err(_)) => Ok(None),
        (Ok(ours), Err(theirs)) => Err(format!("theirs fails: {theirs}\nours:\n{ours}")),
        (Err(ours), Ok(theirs)) => Err(format!("ours fails: {}theirs:\n{theirs}", shown(&ours))),
        (Ok(ours), Ok(theirs)) if meaning(&ours, sorts).means(&meaning(&theirs, sorts)) => Ok(Some(ours)),
        (Ok(ours), Ok(theirs)) => Err(format!("ours:\n{ours}\ntheirs:\n{theirs}")),
    }
}

#[test]
fn random_edits_mean_what_those_of_kustomize_mean() {
    let Some(real) = Real::find() else { return };
    let (first, count) = (setting("WEIR_SEED", 1), setting("WEIR_EDITS", 100));
    let (mut same, mut refused, mut different) = (0, 0, Vec::new());
    for seed in first..first + count {
        let mut random = Random::new(seed);
        let mut text = files::kustomization(&mut random);
        for _ in 0..=random.below(4) {
            let verb = verbs::any(&mut random);
            match difference(&real, &text, &verb) {
                Ok(Some(next)) => (text, same) = (next, same + 1),
                Ok(None) => refused += 1,
                Err(what) => {
                    different.push(format!("seed {seed}: edit {:?}\nof:\n{text}\n{what}", verb.arguments));
                    break;
                }
            }
        }
    }
    println!("random edits: {same} same, {refused} refused by both, {} different", different.len());
    assert!(different.is_empty(), "{}", different.into_iter().take(5).collect::<Vec<_>>().join("\n"));
}

/// The first edit may move deprecated fields and drop empty ones; after it nothing is lost.
#[test]
fn what_is_added_takes_no_comment_away() {
    let mut count = 0;
    for seed in 0..setting("WEIR_EDITS", 100) * 10 {
        let mut random = Random::new(seed);
        let text = files::kustomization(&mut random);
        let first = Edit::Set(Set::Namespace(vec!["first".to_string()]));
        let Ok(text) = ours(&text, &first) else { continue };
        let verb = verbs::any(&mut random);
        let Ok(edited) = ours(&text, &verb.edit) else { continue };
        match verb.edit {
            Edit::Set(_) => {
                // What moved to another namespace is not found again.
                let Ok(again) = ours(&edited, &verb.edit) else { continue };
                assert_eq!(again, edited, "seed {seed}: {:?} twice", verb.arguments);
            }
            Edit::Add(_) => {
                let comments = |text: &str| text.matches('#').count();
                let place = format!("seed {seed}: {:?}\n{text}\n{edited}", verb.arguments);
                assert!(comments(&edited) >= comments(&text), "{place}");
                count += 1;
            }
            _ => {}
        }
    }
    assert!(count > 0);
}
