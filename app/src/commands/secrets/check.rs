//! `weir secrets check`: nothing in plain that a rule wants encrypted.

use std::path::{Path, PathBuf};

use super::survey::{self, AllRules, Kind};
use super::{disk, each, git};
use crate::cli::secrets::{Check, Global};
use crate::exit::Failure;
use crate::output::say;

pub(super) fn run(args: &Check, global: &Global) -> Result<(), Failure> {
    let rules = AllRules::new(global.config.clone());
    let told = if args.staged {
        let root = git::path(&args.files[0], &["rev-parse", "--show-toplevel"])?;
        let files = staged(&root)?;
        each::each(&files, |file| {
            let bytes = git::ask(&root, &["show".to_string(), format!(":{}", file.display())])?;
            Ok(problem(&root.join(file), file, &bytes, &rules))
        })?
    } else {
        let files = disk::named(&args.files, |_| Ok(true))?.all()?;
        each::each(&files, |file| {
            if std::fs::metadata(file).is_ok_and(|known| known.len() > disk::LARGEST) {
                return Ok(None);
            }
            Ok(problem(file, file, &disk::read(file)?, &rules))
        })?
    };
    let mut problems: Vec<_> =
        rules.all().iter().filter_map(|found| found.config.as_ref().err().cloned()).collect();
    let count = told.len();
    problems.extend(told.into_iter().flatten());
    if problems.is_empty() {
        say(&format!("✔ {count} files, nothing in plain that a rule wants encrypted"));
        return Ok(());
    }
    Err(Failure::new(problems.join("\n✗ ")))
}

/// What is about to be committed, below the root of the repository.
fn staged(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let listed = git::ask(root, &["diff", "--cached", "--name-only", "--diff-filter=ACMR", "-z"])?;
    let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| PathBuf::from(String::from_utf8_lossy(name).into_owned())).collect())
}

fn problem(path: &Path, shown: &Path, bytes: &[u8], rules: &AllRules) -> Option<String> {
    let file = shown.display();
    match survey::look(path, bytes, rules) {
        Kind::Other | Kind::Missed => None,
        Kind::Broken(cause) => Some(format!("{file}: it is encrypted, but broken: {cause}")),
        Kind::Key(line) => {
            Some(format!("{file}:{line}: a private key: take it out of the repository, and no longer use it"))
        }
        Kind::Plain(values) => {
            Some(format!("{file}: in plain: {}; say: weir secrets encrypt -i {file}", few(&values)))
        }
        Kind::Sealed(sealed) => {
            let plain = sealed.values().ok()?.plain;
            (!plain.is_empty()).then(|| {
                format!("{file}: in plain in an encrypted file: {}; say: weir secrets edit {file}, or take them out and set them by: weir secrets set {file} '{}' VALUE", few(&plain), plain[0])
            })
        }
    }
}

/// The first ones, and how many more there are.
pub(super) fn few(values: &[String]) -> String {
    let shown = values.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
    match values.len().saturating_sub(3) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
