//! `weir secrets merge`: three encrypted files become one, value by value. Nothing in plain leaves the memory.

use std::path::Path;
use std::process::Command;

use weir_secrets::{
    Branch, Document, Format, Integrity, Item, Keys, Layout, Node, Opened, Sealed, SecretError,
};

use super::entropy::{System, now};
use super::sealed::{self, at};
use super::{disk, rules};
use crate::cli::secrets::{Global, Merge};
use crate::exit::Failure;
use crate::output::say;

pub(super) fn run(args: &Merge, global: &Global) -> Result<(), Failure> {
    let name = args.path.as_deref().unwrap_or(&args.ours);
    let format = Format::of_path(&name.to_string_lossy());
    let read = |path: &Path| -> Result<Result<Sealed, SecretError>, Failure> {
        Ok(Sealed::parse(&disk::read(path)?, format))
    };
    let (Ok(ours), Ok(theirs)) = (read(&args.ours)?, read(&args.theirs)?) else { return as_text(args) };
    let base = read(&args.base)?.ok();
    let keys = sealed::keys_for([Some(&ours), Some(&theirs), base.as_ref()].into_iter().flatten());
    let groups = groups(base.as_ref(), &ours, &theirs);
    let open = |sealed: Sealed| sealed.open(&keys, Integrity::Checked).map_err(at(name));
    let base = base.map(open).transpose()?;
    let (mut ours, theirs) = (open(ours)?, open(theirs)?);
    let mut conflicts = Vec::new();
    ours.document = merged(base.as_ref(), &ours, &theirs, &mut conflicts);
    let layout = rules::Rules::here(global).map_or_else(|_| Layout::default(), |rules| rules.layout());
    let bytes = written(ours, &keys, format, &layout, groups).map_err(at(name))?;
    disk::replace(&args.ours, &bytes)?;
    if conflicts.is_empty() {
        return Ok(());
    }
    for way in &conflicts {
        say(&format!("✗ {}: both sides changed {way}: ours stays", name.display()));
    }
    Err(Failure::new(format!(
        "{}: {} values to be settled; look at theirs: git show MERGE_HEAD:{} | weir secrets decrypt --filename-override {}; then: weir secrets edit {}",
        name.display(),
        conflicts.len(),
        name.display(),
        name.display(),
        name.display()
    )))
}

/// What is not encrypted is merged by Git as ever.
fn as_text(args: &Merge) -> Result<(), Failure> {
    let status = Command::new("git").arg("merge-file").args([&args.ours, &args.base, &args.theirs]).status();
    let status = status.map_err(|error| Failure::new(format!("git cannot be run: {error}")))?;
    if status.success() { Ok(()) } else { Err(Failure::new("both sides changed the same lines")) }
}

/// Who may read the result: whoever changed that decides.
fn groups(
    base: Option<&Sealed>,
    ours: &Sealed,
    theirs: &Sealed,
) -> Option<Vec<Vec<weir_secrets::Recipient>>> {
    let of = |sealed: &Sealed| sealed.metadata().recipient_groups();
    let (before, after) = (base.map(of), of(theirs));
    (before == Some(of(ours)) && after != of(ours)).then_some(after)
}

fn written(
    opened: Opened,
    keys: &Keys,
    format: Format,
    layout: &Layout,
    groups: Option<Vec<Vec<weir_secrets::Recipient>>>,
) -> Result<Vec<u8>, SecretError> {
    let mut entropy = System::open().map_err(|failure| SecretError::Key(failure.message().to_string()))?;
    let mut sealed = opened.seal(format, &mut entropy, now())?;
    if let Some(groups) = groups {
        let threshold = sealed.metadata().threshold;
        sealed.update_keys(keys, &groups, threshold, &mut entropy, now())?;
    }
    sealed.emit(format, layout)
}

fn merged(base: Option<&Opened>, ours: &Opened, theirs: &Opened, conflicts: &mut Vec<String>) -> Document {
    let (ours, theirs) = (ours.document.branches(), theirs.document.branches());
    let nothing = Vec::new();
    let base = base.map_or(&nothing[..], |base| base.document.branches());
    let empty = Branch::new();
    let mut branches = Vec::new();
    for at in 0..ours.len().max(theirs.len()) {
        let base = base.get(at);
        match (ours.get(at), theirs.get(at)) {
            (Some(ours), Some(theirs)) => {
                branches.push(branch(base.unwrap_or(&empty), ours, theirs, "", conflicts));
            }
            // A whole document came or went.
            (Some(one), None) | (None, Some(one)) if base.is_none() => branches.push(one.clone()),
            (Some(one), None) | (None, Some(one)) if base != Some(one) => {
                conflicts.push(format!("document {}", at + 1));
                branches.push(one.clone());
            }
            _ => {}
        }
    }
    Document::of(branches)
}

fn find<'a>(branch: &'a [Item], key: &str) -> Option<&'a Node> {
    branch.iter().filter_map(Item::entry).find(|(own, _)| *own == key).map(|(_, value)| value)
}

/// Our order and our comments; what is new of theirs goes behind the key that it stands behind there.
fn branch(base: &Branch, ours: &Branch, theirs: &Branch, way: &str, conflicts: &mut Vec<String>) -> Branch {
    let mut done = Branch::new();
    for item in ours {
        let Some((key, value)) = item.entry() else {
            done.push(item.clone());
            continue;
        };
        let way = format!("{way}[\"{key}\"]");
        let value = settled(find(base, key), Some(value), find(theirs, key), &way, conflicts);
        done.extend(value.map(|value| Item::Entry(key.to_string(), value)));
    }
    let mut before: Option<&str> = None;
    for (key, value) in theirs.iter().filter_map(Item::entry) {
        if find(ours, key).is_none() {
            let way = format!("{way}[\"{key}\"]");
            if let Some(value) = settled(find(base, key), None, Some(value), &way, conflicts) {
                let behind =
                    done.iter().position(|item| item.entry().is_some_and(|(own, _)| Some(own) == before));
                let at = behind.map_or(if before.is_none() { 0 } else { done.len() }, |at| at + 1);
                done.insert(at, Item::Entry(key.to_string(), value));
            }
        }
        before = Some(key);
    }
    done
}

/// One value of three. Without an agreement ours stays.
fn settled(
    base: Option<&Node>,
    ours: Option<&Node>,
    theirs: Option<&Node>,
    way: &str,
    conflicts: &mut Vec<String>,
) -> Option<Node> {
    if ours == theirs || base == theirs {
        return ours.cloned();
    }
    if base == ours {
        return theirs.cloned();
    }
    if let (Some(Node::Map(ours)), Some(Node::Map(theirs))) = (ours, theirs) {
        let empty = Branch::new();
        let base = if let Some(Node::Map(base)) = base { base } else { &empty };
        return Some(Node::Map(branch(base, ours, theirs, way, conflicts)));
    }
    conflicts.push(way.to_string());
    ours.or(theirs).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Branch {
        Document::parse(text.as_bytes(), Format::Yaml).unwrap().branches()[0].clone()
    }

    fn merge(base: &str, ours: &str, theirs: &str) -> (String, Vec<String>) {
        let mut conflicts = Vec::new();
        let done = branch(&read(base), &read(ours), &read(theirs), "", &mut conflicts);
        let text = Document::of(vec![done]).emit(Format::Yaml, &Layout::default()).unwrap();
        (String::from_utf8(text.to_vec()).unwrap(), conflicts)
    }

    #[test]
    fn different_keys_are_merged() {
        let (text, conflicts) = merge("a: 1\nb: 2\nc: 3\n", "a: 1\nb: 5\nc: 3\n", "a: 7\nx: 9\nb: 2\n");
        assert_eq!(text, "a: 7\nx: 9\nb: 5\n");
        assert!(conflicts.is_empty());
        assert_eq!(merge("m: {a: 1}\n", "m: {a: 1, b: 2}\n", "m: {a: 3}\n").0, "m:\n    a: 3\n    b: 2\n");
    }

    #[test]
    fn the_same_key_is_a_conflict_and_ours_stays() {
        let (text, conflicts) = merge("m: {a: 1}\n", "m: {a: 2}\n", "m: {a: 3}\n");
        assert_eq!(text, "m:\n    a: 2\n");
        assert_eq!(conflicts, ["[\"m\"][\"a\"]"]);
        assert_eq!(merge("a: 1\nb: 1\n", "b: 1\n", "a: 2\nb: 1\n").1, ["[\"a\"]"]);
    }
}
