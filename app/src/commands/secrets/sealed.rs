//! Encrypted files, and what is done with all of them: read, opened, written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use weir_secrets::{Format, Integrity, Keys, Opened, Recipient, Sealed, SecretError};

use super::{disk, keyring};
use crate::cli::secrets::{InType, Types};
use crate::exit::Failure;

/// A failure with a file says which file.
pub(super) fn at(path: &Path) -> impl Fn(SecretError) -> Failure + '_ {
    move |error| {
        Failure::with_code(error.exit_code(), format!("{}: {}", path.display(), error.in_words_of_sops()))
    }
}

impl InType {
    /// The format of what is read.
    pub(super) fn of(&self, path: &Path) -> Result<Format, Failure> {
        format(self.input_type.as_deref(), path)
    }
}

impl Types {
    /// The format of what is written.
    pub(super) fn out(&self, path: &Path) -> Result<Format, Failure> {
        format(self.output_type.as_deref(), path)
    }
}

fn format(named: Option<&str>, path: &Path) -> Result<Format, Failure> {
    let Some(name) = named.filter(|name| !name.is_empty()) else {
        return Ok(Format::of_path(&path.to_string_lossy()));
    };
    let known = Format::ALL.iter().find(|(_, own)| *own == name).map(|(format, _)| *format);
    known.ok_or_else(|| {
        let all: Vec<_> = Format::ALL.iter().map(|(_, name)| *name).collect();
        Failure::usage(format!("{name:?} is no format: there are {}", all.join(", ")))
    })
}

/// An encrypted file that was read.
pub(super) struct Read {
    pub(super) path: PathBuf,
    pub(super) sealed: Sealed,
}

/// Reads an encrypted file.
pub(super) fn read(path: &Path, input: &InType) -> Result<Read, Failure> {
    let format = input.of(path)?;
    let sealed = Sealed::parse(&disk::read(path)?, format).map_err(at(path))?;
    Ok(Read { path: path.to_path_buf(), sealed })
}

/// The keys at hand for these files.
pub(super) fn keys_for<'a>(files: impl IntoIterator<Item = &'a Sealed>) -> Keys {
    let age = |recipient: &Recipient| matches!(recipient, Recipient::Age(_)).then(|| recipient.to_string());
    let recipients: BTreeSet<_> =
        files.into_iter().flat_map(|sealed| sealed.metadata().recipients().filter_map(age)).collect();
    keyring::at_hand(&recipients)
}

/// Opens one.
pub(super) fn open(read: &Read, keys: &Keys, ignore_mac: bool) -> Result<Opened, Failure> {
    let integrity = if ignore_mac { Integrity::Unchecked } else { Integrity::Checked };
    read.sealed.clone().open(keys, integrity).map_err(at(&read.path))
}

/// Whether a file below a directory is an encrypted one.
pub(super) fn is_sealed(path: &Path) -> Result<bool, Failure> {
    if std::fs::metadata(path).is_ok_and(|known| known.len() > disk::LARGEST) {
        return Ok(false);
    }
    Ok(Format::of_path(&path.to_string_lossy()).marks(&disk::read(path)?))
}
