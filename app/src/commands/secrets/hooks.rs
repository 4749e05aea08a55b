//! `weir secrets install-hooks`: what Git is told about encrypted files. Nothing in the repository itself changes.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::git;
use crate::cli::secrets::InstallHooks;
use crate::exit::Failure;
use crate::output::say;

const CHECK: &str = "weir secrets check --staged";
const ATTRIBUTES: &str = "diff=weir-secrets merge=weir-secrets";
const FILES: [&str; 5] = ["*.yaml", "*.yml", "*.json", "*.env", "*.ini"];
const CONFIG: [(&str, &str); 4] = [
    ("diff.weir-secrets.textconv", "weir secrets textconv"),
    // Git would keep what it was shown, in plain.
    ("diff.weir-secrets.cachetextconv", "false"),
    ("merge.weir-secrets.name", "encrypted files, value by value"),
    ("merge.weir-secrets.driver", "weir secrets merge %O %A %B --path %P"),
];

pub(super) fn run(args: &InstallHooks) -> Result<(), Failure> {
    let directory = &args.directory;
    for (key, value) in CONFIG {
        git::ask(directory, &["config", "--local", key, value])?;
    }
    let attributes = git::path(directory, &["rev-parse", "--git-path", "info/attributes"])?;
    let lines: Vec<_> = FILES.iter().map(|files| format!("{files} {ATTRIBUTES}")).collect();
    add_lines(&attributes, &lines)?;
    say(&format!("✔ {}: git diff and git merge work on values", attributes.display()));
    hook(&git::path(directory, &["rev-parse", "--git-path", "hooks/pre-commit"])?)
}

fn add_lines(file: &Path, lines: &[String]) -> Result<(), Failure> {
    let mut text = fs::read_to_string(file).unwrap_or_default();
    for line in lines {
        if !text.lines().any(|own| own == line) {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(line);
            text.push('\n');
        }
    }
    write(file, &text)
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let done = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, text));
    done.map_err(|error| Failure::with_code(3, format!("{}: cannot be written: {error}", file.display())))
}

fn hook(file: &Path) -> Result<(), Failure> {
    let before = fs::read_to_string(file).unwrap_or_default();
    if before.contains(CHECK) {
        say(&format!("· {}: the check is there", file.display()));
        return Ok(());
    }
    let is_shell = before.lines().next().is_none_or(|line| line.starts_with("#!") && line.contains("sh"));
    if !is_shell {
        return Err(Failure::new(format!(
            "{}: it is there and no shell script: add `{CHECK}` to it",
            file.display()
        )));
    }
    // At the beginning: a hook that is there may end itself anywhere.
    let (first, rest) = before.split_once('\n').unwrap_or(("#!/bin/sh", ""));
    write(file, &format!("{first}\n{CHECK} || exit 1\n{rest}"))?;
    fs::set_permissions(file, Permissions::from_mode(0o755))?;
    say(&format!("✔ {}: no commit with secrets in plain", file.display()));
    Ok(())
}
