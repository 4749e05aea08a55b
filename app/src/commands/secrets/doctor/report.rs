//! What the doctor says: for whom files are, what units have, and what is wrong.

use std::collections::BTreeMap;
use std::path::Path;

use weir_secrets::{Recipient, Sealed};
use weir_yaml::Value;

use super::{Finding, Seen, key_secret};
use crate::commands::secrets::status;
use crate::commands::secrets::units::Unit;
use crate::exit::Failure;
use crate::output::{Format, Table, print, say};

pub(super) fn tell(seen: &Seen, format: Format) -> Result<(), Failure> {
    let files: Vec<File<'_>> =
        seen.sealed.iter().map(|(path, sealed)| File::new(seen, path, sealed)).collect();
    let units: Vec<&Unit> =
        seen.units.iter().filter(|unit| unit.decrypts || files.iter().any(|file| file.is_of(unit))).collect();
    match format {
        Format::Table => {
            print(&recipients(&files))?;
            print(&keys(seen, &units, &files))?;
            print(&problems(&seen.findings))?;
        }
        Format::Name => {
            print(&seen.findings.iter().map(|finding| format!("{}\n", finding.place)).collect::<String>())?;
        }
        Format::Json | Format::Yaml => {
            let all = Value::from([
                ("files", Value::from(files.iter().map(File::object).collect::<Vec<_>>())),
                (
                    "units",
                    Value::from(units.iter().map(|unit| unit_object(seen, unit, &files)).collect::<Vec<_>>()),
                ),
                ("problems", Value::from(seen.findings.iter().map(Finding::object).collect::<Vec<_>>())),
            ]);
            print(&status::machine(format, &all)?)?;
        }
    }
    let decrypting = seen.units.iter().filter(|unit| unit.decrypts).count();
    let told = format!(
        "{} encrypted {}, {decrypting} of {} units decrypt",
        files.len(),
        if files.len() == 1 { "file" } else { "files" },
        seen.units.len()
    );
    match seen.findings.len() {
        0 => {
            say(&format!("✔ {told}, nothing is wrong"));
            Ok(())
        }
        1 => Err(Failure::new(format!("{told}, one thing is wrong"))),
        many => Err(Failure::new(format!("{told}, {many} things are wrong"))),
    }
}

/// An encrypted file.
struct File<'a> {
    path: &'a Path,
    recipients: Vec<String>,
    at_hand: &'static str,
    units: Vec<&'a Unit>,
}

impl<'a> File<'a> {
    fn new(seen: &'a Seen, path: &'a Path, sealed: &'a Sealed) -> Self {
        let all: Vec<&Recipient> = sealed.metadata().recipients().collect();
        let hands: Vec<_> = all.iter().map(|own| status::at_hand_text(&seen.keys, own)).collect();
        let at_hand = ["yes", "unknown"].into_iter().find(|hand| hands.contains(hand)).unwrap_or("no");
        let recipients = all.iter().map(ToString::to_string).collect();
        Self { path, recipients, at_hand, units: seen.units_of(path) }
    }

    fn is_of(&self, unit: &Unit) -> bool {
        self.units.iter().any(|own| std::ptr::eq(*own, unit))
    }

    fn object(&self) -> Value {
        let texts = |texts: Vec<String>| Value::from(texts.into_iter().map(Value::from).collect::<Vec<_>>());
        Value::from([
            ("file", Value::from(self.path.display().to_string())),
            ("recipients", texts(self.recipients.clone())),
            ("atHand", Value::from(self.at_hand)),
            ("units", texts(self.units.iter().map(|unit| unit.called()).collect())),
        ])
    }
}

impl Finding {
    fn object(&self) -> Value {
        Value::from([
            ("place", self.place.as_str()),
            ("problem", self.problem.as_str()),
            ("mend", self.mend.as_str()),
        ])
    }
}

/// What is known of the keys of a unit.
fn keys_of(seen: &Seen, unit: &Unit) -> (String, String) {
    let Some(name) = unit.secret.as_deref().filter(|_| unit.decrypts) else {
        let none = if unit.decrypts { "those of the controller" } else { "" };
        return ("-".to_string(), none.to_string());
    };
    let known = match key_secret(seen, unit, name) {
        None => "not in the repository".to_string(),
        Some(secret) if secret.public.is_empty() => format!("encrypted in {}", secret.file.display()),
        Some(secret) => secret.public.join(", "),
    };
    (name.to_string(), known)
}

fn unit_object(seen: &Seen, unit: &Unit, files: &[File<'_>]) -> Value {
    let (secret, keys) = keys_of(seen, unit);
    let own =
        files.iter().filter(|file| file.is_of(unit)).map(|file| Value::from(file.path.display().to_string()));
    Value::from([
        ("unit", Value::from(unit.called())),
        ("file", Value::from(unit.file.display().to_string())),
        ("decrypts", Value::Bool(unit.decrypts)),
        ("secret", Value::from(secret)),
        ("keys", Value::from(keys)),
        ("files", Value::from(own.collect::<Vec<_>>())),
    ])
}

fn recipients(files: &[File<'_>]) -> String {
    let mut counted: BTreeMap<(&[String], &str), usize> = BTreeMap::new();
    for file in files {
        *counted.entry((&file.recipients, file.at_hand)).or_default() += 1;
    }
    let mut table = Table::new(&["FILES", "KEY AT HAND", "FOR"]);
    for ((recipients, at_hand), count) in &counted {
        table.row(vec![count.to_string(), (*at_hand).to_string(), recipients.join("\n")]);
    }
    if counted.is_empty() { String::new() } else { table.text(true) + "\n" }
}

fn keys(seen: &Seen, units: &[&Unit], files: &[File<'_>]) -> String {
    let mut table = Table::new(&["UNIT", "FILES", "SECRET", "KEYS"]);
    let mut others = 0;
    for unit in units {
        let count = files.iter().filter(|file| file.is_of(unit)).count();
        if count == 0 {
            others += 1;
            continue;
        }
        let (secret, keys) = keys_of(seen, unit);
        table.row(vec![unit.called(), count.to_string(), secret, keys]);
    }
    let others = match others {
        0 => String::new(),
        1 => "one more unit decrypts and reads nothing encrypted\n".to_string(),
        many => format!("{many} more units decrypt and read nothing encrypted\n"),
    };
    match (table.is_empty(), others.is_empty()) {
        (true, true) => String::new(),
        (true, false) => others + "\n",
        (false, _) => format!("{}{others}\n", table.text(true)),
    }
}

/// What is wrong; what is wrong alike is said once.
fn problems(findings: &[Finding]) -> String {
    let mut alike: Vec<(&Finding, Vec<&str>)> = Vec::new();
    for finding in findings {
        let same = |known: &&mut (&Finding, Vec<&str>)| {
            known.0.problem == finding.problem && known.0.mend == finding.mend
        };
        match alike.iter_mut().find(same) {
            Some((_, places)) => places.push(&finding.place),
            None => alike.push((finding, vec![&finding.place])),
        }
    }
    let one = |(finding, places): &(&Finding, Vec<&str>)| match places[..] {
        [place] => format!("✗ {place}: {}\n    ► {}\n", finding.problem, finding.mend),
        _ => format!(
            "✗ {} files: {}\n    {}\n    ► {}\n",
            places.len(),
            finding.problem,
            places.join("\n    "),
            finding.mend
        ),
    };
    alike.iter().map(one).collect()
}
