//! `weir secrets filestatus` and `keys`: what can be said without opening anything.

use weir_secrets::{Keys, Recipient, Sealed, SecretError};
use weir_yaml::Value;

use super::sealed;
use super::{disk, each};
use crate::cli::secrets::{FileStatus, InType, KeysArgs};
use crate::exit::Failure;
use crate::output::{Format, Table, print, say};

pub(super) fn run(args: &FileStatus) -> Result<(), Failure> {
    let format = args.input.of(&args.file)?;
    let encrypted = match Sealed::parse(&disk::read(&args.file)?, format) {
        Ok(sealed) => sealed.is_encrypted(),
        Err(SecretError::NotEncrypted) => false,
        Err(error) => return Err(sealed::at(&args.file)(error)),
    };
    print(&format!("{{\"encrypted\":{encrypted}}}\n"))
}

pub(super) fn keys(args: &KeysArgs) -> Result<(), Failure> {
    if args.files.is_empty() {
        return at_hand(args.output);
    }
    let named = disk::named(&args.files, sealed::is_sealed)?;
    let read = each::each(&named.files, |path| sealed::read(path, &InType::default()))?;
    let keys = sealed::keys_for(read.iter().map(|read| &read.sealed));
    let mut table = Table::new(&["FILE", "GROUP", "KIND", "KEY", "AT HAND"]);
    let mut objects = Vec::new();
    for read in &read {
        for (at, group) in read.sealed.metadata().groups.iter().enumerate() {
            for entry in group {
                let (file, recipient) = (read.path.display().to_string(), entry.recipient.to_string());
                let is_at_hand = at_hand_text(&keys, &entry.recipient);
                let kind = entry.recipient.kind();
                table.row(vec![
                    file.clone(),
                    (at + 1).to_string(),
                    kind.into(),
                    recipient.clone(),
                    is_at_hand.into(),
                ]);
                let mut object = Value::from([("file", file.as_str()), ("kind", kind), ("key", &recipient)]);
                object.set_at(&["group"], i64::try_from(at + 1).unwrap_or_default());
                object.set_at(&["atHand"], is_at_hand);
                objects.push(object);
            }
        }
    }
    shown(args.output, &table, objects, "key")?;
    named.end()
}

/// Whether the key of somebody is at hand.
pub(super) fn at_hand_text(keys: &Keys, recipient: &Recipient) -> &'static str {
    match recipient {
        Recipient::Age(_) if keys.has(recipient) => "yes",
        Recipient::Age(_) => "no",
        // Only its keeper knows.
        _ => "unknown",
    }
}

fn at_hand(format: Format) -> Result<(), Failure> {
    let keys = super::keyring::at_hand(&Default::default());
    let mut table = Table::new(&["KIND", "KEY"]);
    let mut objects = Vec::new();
    for recipient in keys.recipients() {
        let (kind, key) = (recipient.kind(), recipient.to_string());
        objects.push(Value::from([("kind", kind), ("key", key.as_str())]));
        table.row(vec![kind.into(), key]);
    }
    if objects.is_empty() && format == Format::Table {
        say("· no keys of age are at hand; `weir secrets init` makes one");
    }
    for note in keys.notes() {
        say(&format!("⚠ {note}"));
    }
    shown(format, &table, objects, "key")
}

/// A table, or the same for machines.
pub(super) fn shown(format: Format, table: &Table, objects: Vec<Value>, name: &str) -> Result<(), Failure> {
    match format {
        Format::Table => print(&table.text(true)),
        Format::Name => {
            let names = objects.iter().filter_map(|object| object.str_at(&[name]));
            print(&names.map(|name| format!("{name}\n")).collect::<String>())
        }
        Format::Json | Format::Yaml => print(&machine(format, &Value::from(objects))?),
    }
}

/// A value as machines read it.
pub(super) fn machine(format: Format, value: &Value) -> Result<String, Failure> {
    match format {
        Format::Json => Ok(format!("{}\n", weir_yaml::to_json_pretty(value))),
        _ => weir_yaml::to_yaml(value).map_err(|error| Failure::new(error.to_string())),
    }
}
