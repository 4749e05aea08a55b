//! `weir secrets doctor`: who can read what, and what is wrong, each with the command that mends it.

mod effective;
mod encrypted;
mod report;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use weir_secrets::{Format, Keys, Sealed};

use super::check::few;
use super::survey::{self, AllRules, Kind};
use super::units::{self, KeySecret, Objects, Unit};
use super::{disk, each, git, rules, sealed};
use crate::cli::secrets::{Doctor, Global};
use crate::exit::Failure;

/// Something that is wrong.
struct Finding {
    place: String,
    problem: String,
    mend: String,
}

/// All that was seen.
struct Seen {
    /// What paths of units are written from.
    root: PathBuf,
    rules: AllRules,
    sealed: Vec<(PathBuf, Sealed)>,
    units: Vec<Unit>,
    secrets: Vec<KeySecret>,
    keys: Keys,
    findings: Vec<Finding>,
}

pub(super) fn run(args: &Doctor, global: &Global) -> Result<(), Failure> {
    let mut seen = see(&args.directory, global)?;
    rules_themselves(&mut seen);
    let found = seen.sealed.iter().flat_map(|(file, sealed)| encrypted::findings(&seen, file, sealed));
    let found: Vec<_> = found.collect();
    seen.findings.extend(found);
    key_secrets(&mut seen);
    seen.findings.sort_by(|one, other| one.place.cmp(&other.place));
    report::tell(&seen, args.output)
}

impl Seen {
    /// The units that read a file.
    fn units_of(&self, file: &Path) -> Vec<&Unit> {
        let real = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
        let below = real.strip_prefix(&self.root).unwrap_or(&real);
        self.units.iter().filter(|unit| unit.has(&real, below)).collect()
    }
}

fn see(directory: &Path, global: &Global) -> Result<Seen, Failure> {
    let files = disk::below(directory)?;
    let rules = AllRules::new(global.config.clone());
    let looked = each::each(&files, |file| {
        let is_large = std::fs::metadata(file).is_ok_and(|known| known.len() > disk::LARGEST);
        let bytes = if is_large { Vec::new() } else { disk::read(file)? };
        let is_yaml = Format::of_path(&file.to_string_lossy()) == Format::Yaml;
        let has = |mark: &[u8]| survey::contains(&bytes, mark);
        let has_objects = is_yaml && (has(b"kustomize.toolkit.fluxcd.io") || has(b"kind: Secret"));
        let objects = if has_objects { units::read(file, &bytes) } else { Objects::default() };
        Ok((survey::look(file, &bytes, &rules), objects))
    })?;
    let mut seen = Seen {
        root: PathBuf::new(),
        rules,
        sealed: Vec::new(),
        units: Vec::new(),
        secrets: Vec::new(),
        keys: Keys::default(),
        findings: Vec::new(),
    };
    let mut plain = Vec::new();
    for (file, (kind, objects)) in files.iter().zip(looked) {
        seen.units.extend(objects.units);
        seen.secrets.extend(objects.secrets);
        match kind {
            Kind::Sealed(sealed) => seen.sealed.push((file.clone(), *sealed)),
            Kind::Other => {}
            kind => plain.push((file, kind)),
        }
    }
    let real = std::fs::canonicalize(directory)?;
    let top = git::root(&real);
    let ignored = git::ignored(&top, plain.iter().map(|(file, _)| file.as_path()));
    let plain = plain.into_iter().filter(|(file, _)| !ignored.contains(file.as_path()));
    seen.findings.extend(plain.filter_map(|(file, kind)| plain_file(file, kind)));
    seen.root = effective::root(&top, &real, &seen.units);
    if !seen.sealed.is_empty() {
        seen.units = effective::units(&seen.root, &seen.units);
    }
    seen.keys = sealed::keys_for(seen.sealed.iter().map(|(_, sealed)| sealed));
    Ok(seen)
}

fn finding(file: &Path, problem: impl Into<String>, mend: impl Into<String>) -> Finding {
    Finding { place: file.display().to_string(), problem: problem.into(), mend: mend.into() }
}

fn plain_file(file: &Path, kind: Kind) -> Option<Finding> {
    let name = file.display();
    match kind {
        Kind::Other | Kind::Sealed(_) => None,
        Kind::Broken(cause) => Some(finding(
            file,
            format!("it is encrypted, but broken: {cause}"),
            format!("git log --oneline -- {name}; git checkout COMMIT -- {name}"),
        )),
        Kind::Plain(values) => Some(finding(
            file,
            format!("in plain under a rule: {}", few(&values)),
            format!("weir secrets encrypt -i {name}, and change the values: Git keeps what was committed"),
        )),
        Kind::Missed => Some(finding(
            file,
            "a Secret in plain that no rule is for",
            format!(
                "weir secrets encrypt -i {name} behind a rule for it in {}, or give it a name that has one",
                rules::NAME
            ),
        )),
        Kind::Key(line) => Some(Finding {
            place: format!("{name}:{line}"),
            problem: "a private key in the repository".to_string(),
            mend: format!(
                "git rm --cached {name}; weir secrets init --key-file ELSEWHERE; weir secrets rotate --leaving KEY ."
            ),
        }),
    }
}

fn rules_themselves(seen: &mut Seen) {
    for found in seen.rules.all() {
        match &found.config {
            Err(problem) => seen.findings.push(finding(&found.file, problem.as_str(), "mend the file")),
            Ok(config) => {
                for rule in config.creation_rules.iter().flatten() {
                    for recipient in rule.recipe.groups.iter().flatten() {
                        if let Err(error) = seen.keys.check(recipient) {
                            seen.findings.push(Finding {
                                place: format!("{}:{}", found.file.display(), rule.line),
                                problem: error.to_string(),
                                mend: "name the public key, as `weir secrets keys` prints it".to_string(),
                            });
                        }
                    }
                }
            }
        }
    }
}

fn key_secret<'a>(seen: &'a Seen, unit: &Unit, name: &str) -> Option<&'a KeySecret> {
    let is_near = |secret: &&KeySecret| secret.namespace.is_empty() || secret.namespace == unit.namespace;
    seen.secrets.iter().filter(|secret| secret.name == name).find(is_near)
}

/// Secrets that units name: whether keys are where a unit looks for them.
fn key_secrets(seen: &mut Seen) {
    let mut found: BTreeMap<String, Finding> = BTreeMap::new();
    for unit in seen.units.iter().filter(|unit| unit.decrypts) {
        let Some(name) = &unit.secret else { continue };
        match key_secret(seen, unit, name) {
            Some(secret) if !secret.data.iter().any(|name| units::is_key_name(name)) => {
                let names = secret.data.join(", ");
                let problem = format!(
                    "unit {}/{} takes keys from Secret {name}, whose data is named {names}: Flux wants NAME.agekey, NAME.asc or sops.vault-token",
                    unit.namespace, unit.name
                );
                let mend = format!(
                    "kubectl -n {} create secret generic {name} --from-file=age.agekey=KEYFILE",
                    unit.namespace
                );
                found.insert(name.clone(), finding(&secret.file, problem, mend));
            }
            Some(_) => {}
            None => {
                let elsewhere = seen.secrets.iter().find(|secret| secret.name == *name);
                if let Some(secret) = elsewhere {
                    let problem = format!(
                        "unit {}/{} takes keys from Secret {name} of its own namespace, and this one is of {}",
                        unit.namespace, unit.name, secret.namespace
                    );
                    let mend = format!("set metadata.namespace to {}", unit.namespace);
                    found.insert(name.clone(), finding(&secret.file, problem, mend));
                }
            }
        }
    }
    seen.findings.extend(found.into_values());
}
