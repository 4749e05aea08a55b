//! `weir secrets set`, `unset`, `rotate`, `updatekeys` and `groups`: encrypted files that change.

use std::cell::LazyCell;
use std::io::{BufRead as _, Read as _, Write as _};
use std::path::Path;

use weir_secrets::{
    Format, GroupDiff, Keys, Node, Opened, Recipient, Sealed, SecretError, diff_groups, steps,
};
use zeroize::Zeroizing;

use super::entropy::{System, now};
use super::rules::{self, Rules};
use super::sealed::{self, Read, at};
use super::{disk, each, output};
use crate::cli::secrets::{
    Global, GroupsAdd, GroupsDelete, GroupsWhat, NewKeys, Rotate, Set, Types, Unset, UpdateKeys,
};
use crate::exit::Failure;
use crate::output::say;

/// Opens a file, changes it and writes it back. Nothing is written if nothing has to be.
fn change(
    (path, types): (&Path, &Types),
    ignore_mac: bool,
    global: &Global,
    change: impl FnOnce(&mut Opened) -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let layout = rules::layout(global)?;
    let read = sealed::read(path, &types.input)?;
    let keys = sealed::keys_for([&read.sealed]);
    let mut opened = sealed::open(&read, &keys, ignore_mac)?;
    if !change(&mut opened)? {
        say(&format!("· {}: left as it is", path.display()));
        return Ok(());
    }
    let format = types.out(path)?;
    let sealed = opened.seal(format, &mut System::open()?, now()).map_err(at(path))?;
    disk::replace(path, &sealed.emit(format, &layout).map_err(at(path))?)
}

pub(super) fn set(args: &Set, global: &Global) -> Result<(), Failure> {
    let way = way(&args.index)?;
    let text = Zeroizing::new(match &args.value {
        _ if args.value_stdin => {
            let mut text = String::new();
            std::io::stdin().take(disk::LARGEST).read_to_string(&mut text)?;
            text
        }
        Some(file) if args.value_file => String::from_utf8(disk::read(Path::new(file))?)
            .map_err(|_| Failure::with_code(7, format!("{file}: it is no text")))?,
        value => value.clone().unwrap_or_default(),
    });
    let value = Node::from_json(text.as_bytes())
        .map_err(|_| Failure::with_code(7, "Value for --set is not valid JSON"))?;
    change((&args.file, &args.types), args.ignore_mac, global, |opened| {
        let changed = opened.document.set(&way, value).map_err(at(&args.file))?;
        Ok(changed || !args.idempotent)
    })
}

fn way(index: &str) -> Result<Vec<weir_secrets::Step>, Failure> {
    steps(index).map_err(|error| Failure::with_code(7, format!("{index}: no way to a value: {error}")))
}

pub(super) fn unset(args: &Unset, global: &Global) -> Result<(), Failure> {
    let way = way(&args.index)?;
    change((&args.file, &args.types), args.ignore_mac, global, |opened| match opened.document.unset(&way) {
        Err(SecretError::NoSuchKey(_)) if args.idempotent => Ok(false),
        other => other.map(|()| true).map_err(at(&args.file)),
    })
}

/// Keys to add and keys to take away.
fn coming_and_going(args: &Rotate) -> Result<(Vec<Recipient>, Vec<Recipient>), Failure> {
    let none = NewKeys::default();
    let added = NewKeys {
        age: args.add_age.clone(),
        pgp: args.add_pgp.clone(),
        hc_vault_transit: args.add_hc_vault_transit.clone(),
        kms: args.add_kms.clone(),
        aws: args.aws.clone(),
        gcp_kms: args.add_gcp_kms.clone(),
        azure_kv: args.add_azure_kv.clone(),
        hckms: args.add_hckms.clone(),
        ..none.clone()
    };
    let removed = NewKeys {
        age: args.rm_age.clone(),
        pgp: args.rm_pgp.clone(),
        hc_vault_transit: args.rm_hc_vault_transit.clone(),
        kms: args.rm_kms.clone(),
        aws: args.aws.clone(),
        gcp_kms: args.rm_gcp_kms.clone(),
        azure_kv: args.rm_azure_kv.clone(),
        hckms: args.rm_hckms.clone(),
        ..none
    };
    Ok((rules::new_keys(&added)?, rules::new_keys(&removed)?))
}

pub(super) fn rotate(args: &Rotate, global: &Global) -> Result<(), Failure> {
    if let Some(leaving) = &args.leaving {
        return super::leaving::run(args, leaving, global);
    }
    let layout = rules::layout(global)?;
    let (added, removed) = coming_and_going(args)?;
    let files = disk::named(&args.files, sealed::is_sealed)?.all()?;
    output::check_several(&files, args.output.as_deref())?;
    let name = |path: &Path| args.filename_override.clone().unwrap_or_else(|| path.to_path_buf());
    let read = each::each(&files, |path| {
        let sealed = Sealed::parse(&disk::read(path)?, args.types.input.of(&name(path))?);
        Ok(Read { path: path.clone(), sealed: sealed.map_err(at(path))? })
    })?;
    let keys = sealed::keys_for(read.iter().map(|read| &read.sealed));
    let anew = each::each(&read, |read| {
        let format = args.types.out(&name(&read.path))?;
        let sealed = anew(read, &keys, args.ignore_mac, format, |groups| {
            if let Some(first) = groups.first_mut() {
                first.extend(added.iter().cloned());
            }
            for group in groups {
                group.retain(|own| !removed.iter().any(|other| other.to_string() == own.to_string()));
            }
        })?;
        sealed.emit(format, &layout).map_err(at(&read.path))
    })?;
    output::all(&files, &anew, args.in_place, args.output.as_deref())
}

/// A file with a new data key, for groups that may change.
pub(super) fn anew(
    read: &Read,
    keys: &Keys,
    ignore_mac: bool,
    format: Format,
    change: impl FnOnce(&mut Vec<Vec<Recipient>>),
) -> Result<Sealed, Failure> {
    let mut opened = sealed::open(read, keys, ignore_mac)?;
    let mut groups = opened.metadata().recipient_groups();
    change(&mut groups);
    if groups.iter().all(Vec::is_empty) {
        return Err(Failure::with_code(
            111,
            format!("{}: nobody could read it any more", read.path.display()),
        ));
    }
    groups.retain(|group| !group.is_empty());
    let mut entropy = System::open()?;
    opened.rotate(keys, Some(&groups), &mut entropy, now()).map_err(at(&read.path))?;
    opened.seal(format, &mut entropy, now()).map_err(at(&read.path))
}

pub(super) fn update_keys(args: &UpdateKeys, global: &Global) -> Result<(), Failure> {
    let rules = Rules::here(global)?;
    if rules.file.is_none() {
        return Err(Failure::new(format!("there is no {} here or above; say --config", rules::NAME)));
    }
    let named = disk::named(&args.files, sealed::is_sealed)?;
    let read = each::every(&named.files, |path| sealed::read(path, &args.input));
    // Once for all of them, and only if one changes: somebody may be asked for a passphrase.
    let keys = LazyCell::new(|| sealed::keys_for(read.iter().flatten().map(|read| &read.sealed)));
    let mut failures = Vec::new();
    for read in &read {
        match read {
            Ok(read) => failures.extend(update(read, args, &rules, &keys).err()),
            Err(failure) => failures.push(failure.clone()),
        }
    }
    each::joined(&failures)?;
    named.end()
}

fn update(
    read: &Read,
    args: &UpdateKeys,
    rules: &Rules,
    keys: &LazyCell<Keys, impl FnOnce() -> Keys>,
) -> Result<(), Failure> {
    let path = read.path.as_path();
    let recipe = rules.recipe(path)?.ok_or_else(|| {
        let file = rules.file.as_deref().unwrap_or(Path::new(rules::NAME));
        Failure::new(format!("{}: {} does not contain any creation rule", path.display(), file.display()))
    })?;
    let metadata = read.sealed.metadata();
    let (before, threshold_before) = (metadata.recipient_groups(), metadata.threshold);
    let threshold =
        args.shamir_secret_sharing_threshold.filter(|asked| *asked > 0).unwrap_or(threshold_before);
    let threshold = threshold.min(recipe.groups.len());
    let diffs = diff_groups(&before, &recipe.groups);
    if diffs.iter().all(GroupDiff::is_empty) && threshold == threshold_before {
        say(&format!("· {}: already up to date", path.display()));
        return Ok(());
    }
    output::print(told(path, &diffs, (threshold_before, threshold)).as_bytes())?;
    if !args.yes && !is_confirmed()? {
        say(&format!("· {}: left as it is", path.display()));
        return Ok(());
    }
    let mut sealed = read.sealed.clone();
    sealed.update_keys(keys, &recipe.groups, threshold, &mut System::open()?, now()).map_err(at(path))?;
    let bytes = sealed.emit(args.input.of(path)?, &rules.layout()).map_err(at(path))?;
    disk::replace(path, &bytes)?;
    say(&format!("✔ {}: for those whom the rules name", path.display()));
    Ok(())
}

fn told(path: &Path, diffs: &[GroupDiff], (before, after): (usize, usize)) -> String {
    let mut text = format!("{}: the groups of keys will change:\n", path.display());
    if before != after {
        text += &format!("  threshold {before} -> {after}\n");
    }
    for (at, diff) in diffs.iter().enumerate() {
        text += &format!("  group {}\n", at + 1);
        let lines = diff.common.iter().map(|one| (' ', one));
        let lines = lines.chain(diff.added.iter().map(|one| ('+', one)));
        for (mark, one) in lines.chain(diff.removed.iter().map(|one| ('-', one))) {
            text += &format!("  {mark} {one}\n");
        }
    }
    text
}

fn is_confirmed() -> Result<bool, Failure> {
    loop {
        output::print(b"Is this okay? (y/n): ")?;
        std::io::stdout().flush()?;
        let mut answer = String::new();
        if std::io::stdin().lock().read_line(&mut answer)? == 0 {
            return Err(Failure::new("nobody answers; say --yes"));
        }
        match answer.trim() {
            "y" => return Ok(true),
            "n" => return Ok(false),
            _ => {}
        }
    }
}

pub(super) fn groups(what: &GroupsWhat, global: &Global) -> Result<(), Failure> {
    match what {
        GroupsWhat::Add(args) => add_group(args, global),
        GroupsWhat::Delete(args) => delete_group(args, global),
    }
}

fn add_group(args: &GroupsAdd, global: &Global) -> Result<(), Failure> {
    // What the environment names is for new files, not for this one.
    let group = rules::new_keys(&args.keys)?;
    if group.is_empty() {
        return Err(Failure::usage("a group needs keys: say --age, --pgp or --hc-vault-transit"));
    }
    let threshold = args.keys.shamir_secret_sharing_threshold;
    regroup((&args.file, &args.types), (args.in_place, threshold), global, |groups| {
        groups.push(group);
        Ok(())
    })
}

fn delete_group(args: &GroupsDelete, global: &Global) -> Result<(), Failure> {
    let threshold = args.shamir_secret_sharing_threshold;
    regroup((&args.file, &args.types), (args.in_place, threshold), global, |groups| {
        if args.index >= groups.len() {
            let count = groups.len();
            return Err(Failure::usage(format!(
                "there is no group {}: the file has {count}, from 0",
                args.index
            )));
        }
        groups.remove(args.index);
        Ok(())
    })
}

fn regroup(
    (path, types): (&Path, &Types),
    (in_place, threshold): (bool, Option<usize>),
    global: &Global,
    change: impl FnOnce(&mut Vec<Vec<Recipient>>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let layout = rules::layout(global)?;
    let mut read = sealed::read(path, &types.input)?;
    let keys = sealed::keys_for([&read.sealed]);
    let mut groups = read.sealed.metadata().recipient_groups();
    change(&mut groups)?;
    let threshold = threshold.filter(|asked| *asked > 0).unwrap_or(read.sealed.metadata().threshold);
    if groups.is_empty() || threshold > groups.len() {
        return Err(Failure::new(format!(
            "{}: {threshold} groups would be needed, and there would be {}; say --shamir-secret-sharing-threshold",
            path.display(),
            groups.len()
        )));
    }
    read.sealed.update_keys(&keys, &groups, threshold, &mut System::open()?, now()).map_err(at(path))?;
    let bytes = read.sealed.emit(types.out(path)?, &layout).map_err(at(path))?;
    if in_place { disk::replace(path, &bytes) } else { output::one(None, &bytes) }
}
