//! `weir secrets diff`, and what `git diff` is shown: encrypted files in plain, in memory only.

use std::path::Path;

use similar::TextDiff;
use weir_secrets::{Branch, Format, Integrity, Item, Layout, Node, Opened, Sealed, SecretError};
use zeroize::Zeroizing;

use super::sealed::{self, at};
use super::{disk, git, output};
use crate::cli::secrets::Diff;
use crate::exit::Failure;

/// One side.
struct Side {
    name: String,
    opened: Option<Opened>,
    bytes: Vec<u8>,
    format: Format,
}

impl Side {
    /// A file that need not be encrypted.
    fn of(name: &str, path: &Path, bytes: Vec<u8>) -> Result<Self, Failure> {
        let format = Format::of_path(&path.to_string_lossy());
        let opened = match Sealed::parse(&bytes, format) {
            Ok(sealed) => {
                let keys = sealed::keys_for([&sealed]);
                Some(sealed.open(&keys, Integrity::Checked).map_err(at(path))?)
            }
            Err(_) => None,
        };
        Ok(Self { name: name.to_string(), opened, bytes, format })
    }

    fn text(&self) -> Result<Zeroizing<String>, SecretError> {
        let bytes = match &self.opened {
            Some(opened) => opened.document.emit(self.format, &Layout::default())?,
            None => Zeroizing::new(self.bytes.clone()),
        };
        Ok(Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

pub(super) fn run(args: &Diff) -> Result<(), Failure> {
    let newer = args.other.as_deref().unwrap_or(&args.file);
    let older = match &args.other {
        Some(_) => Side::of(&args.file.display().to_string(), &args.file, disk::read(&args.file)?)?,
        None => committed(&args.file)?,
    };
    let newer = Side::of(&newer.display().to_string(), newer, disk::read(newer)?)?;
    if args.names_only {
        return names(&older, &newer);
    }
    let (before, after) = (older.text().map_err(at(&args.file))?, newer.text().map_err(at(&args.file))?);
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    let text = Zeroizing::new(diff.unified_diff().header(&older.name, &newer.name).to_string());
    output::print(text.as_bytes())
}

/// What Git has committed of a file; nothing if it does not know it yet.
fn committed(file: &Path) -> Result<Side, Failure> {
    let directory = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    git::ask(directory, &["rev-parse", "--git-dir"])?;
    let bytes = git::ask(directory, &["show".to_string(), format!("HEAD:./{name}")]).unwrap_or_default();
    Side::of(&format!("{} (committed)", file.display()), file, bytes)
}

/// Which values came, went and changed.
fn names(older: &Side, newer: &Side) -> Result<(), Failure> {
    let leaves = |side: &Side| -> Vec<(String, Node)> {
        let mut found = Vec::new();
        for branch in side.opened.iter().flat_map(|opened| opened.document.branches()) {
            walk(branch, "", &mut found);
        }
        found
    };
    let (before, after) = (leaves(older), leaves(newer));
    let find = |all: &[(String, Node)], way: &str| {
        all.iter().find(|(own, _)| own == way).map(|(_, node)| node.clone())
    };
    for (way, value) in &before {
        let mark = match find(&after, way) {
            None => '-',
            Some(other) if other != *value => '~',
            Some(_) => continue,
        };
        output::print(format!("{mark} {way}\n").as_bytes())?;
    }
    for (way, _) in after.iter().filter(|(way, _)| find(&before, way).is_none()) {
        output::print(format!("+ {way}\n").as_bytes())?;
    }
    Ok(())
}

fn walk(branch: &Branch, way: &str, found: &mut Vec<(String, Node)>) {
    for (key, value) in branch.iter().filter_map(Item::entry) {
        let way = format!("{way}[\"{key}\"]");
        match value {
            Node::Map(branch) => walk(branch, &way, found),
            value => found.push((way, value.clone())),
        }
    }
}

/// A file in plain for `git diff`; as it is if it is not encrypted, or not for us.
pub(super) fn textconv(file: &Path) -> Result<(), Failure> {
    let bytes = disk::read(file)?;
    // Git gives older versions under names of its own.
    let format = Format::detect(&bytes).unwrap_or_else(|| Format::of_path(&file.to_string_lossy()));
    let plain = Sealed::parse(&bytes, format).and_then(|sealed| {
        let keys = sealed::keys_for([&sealed]);
        sealed.open(&keys, Integrity::Unchecked)?.document.emit(format, &Layout::default())
    });
    match plain {
        Ok(plain) => output::print(&plain),
        Err(_) => output::print(&bytes),
    }
}
