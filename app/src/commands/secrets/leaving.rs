//! `weir secrets rotate --leaving`: somebody left. Files are encrypted anew for the others, and what was readable is named.

use weir_secrets::Recipient;

use super::change::anew;
use super::rules::{self, Rules};
use super::sealed::{self, Read, at};
use super::{disk, each, output};
use crate::cli::secrets::{Global, Rotate};
use crate::exit::Failure;
use crate::output::say;

pub(super) fn run(args: &Rotate, leaving: &str, global: &Global) -> Result<(), Failure> {
    let rules = Rules::here(global)?;
    let files = disk::named(&args.files, sealed::is_sealed)?.all()?;
    let read = each::each(&files, |path| sealed::read(path, &args.types.input))?;
    let theirs: Vec<_> = read.into_iter().filter(|read| is_for(read, leaving)).collect();
    if theirs.is_empty() {
        say(&format!("· none of {} encrypted files is for {leaving}", files.len()));
    }
    let keys = sealed::keys_for(theirs.iter().map(|read| &read.sealed));
    // All of them first: a repository that is half rotated helps nobody.
    let anew = each::each(&theirs, |read| {
        let format = args.types.out(&read.path)?;
        let sealed = anew(read, &keys, args.ignore_mac, format, |groups| {
            for group in groups {
                group.retain(|own| own.to_string() != leaving);
            }
        })?;
        let values = sealed.values().map_err(at(&read.path))?.encrypted;
        Ok((sealed.emit(format, &rules.layout()).map_err(at(&read.path))?, values))
    })?;
    let (files, bytes): (Vec<_>, Vec<_>) =
        theirs.iter().zip(&anew).map(|(read, (bytes, _))| (read.path.clone(), bytes)).unzip();
    for (file, bytes) in files.iter().zip(bytes) {
        disk::replace(file, bytes)?;
    }
    if !files.is_empty() {
        say(&format!("✔ {} files are no longer for {leaving}. These values have to change:", files.len()));
    }
    for (read, (_, values)) in theirs.iter().zip(&anew) {
        for value in values {
            output::print(format!("{}\t{value}\n", read.path.display()).as_bytes())?;
        }
    }
    warn_of_rules(&rules, leaving);
    Ok(())
}

fn is_for(read: &Read, leaving: &str) -> bool {
    read.sealed.metadata().recipients().any(|own: &Recipient| own.to_string() == leaving)
}

fn warn_of_rules(rules: &Rules, leaving: &str) {
    let named = rules.config.creation_rules.iter().flatten();
    let lines: Vec<_> = named
        .filter(|rule| rule.recipe.groups.iter().flatten().any(|own| own.to_string() == leaving))
        .map(|rule| rule.line.to_string())
        .collect();
    if let (Some(file), false) = (&rules.file, lines.is_empty()) {
        say(&format!(
            "⚠ {}: line {}: new files are still encrypted for {leaving}: take the key out of {}",
            file.display(),
            lines.join(", "),
            rules::NAME
        ));
    }
}
