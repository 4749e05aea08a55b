//! `weir secrets doctor`: who can read what, and what is wrong, each with the command that mends it.

mod effective;
mod report;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use weir_secrets::{Format, Keys, Recipient, Sealed, diff_groups};

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
    for at in 0..seen.sealed.len() {
        sealed_file(&mut seen, at);
    }
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

fn sealed_file(seen: &mut Seen, at: usize) {
    let mut found = Vec::new();
    let (file, sealed) = &seen.sealed[at];
    let name = file.display();
    let recipients: Vec<_> = sealed.metadata().recipients().cloned().collect();
    let told = listed(&recipients);
    by_rule(seen, file, sealed, &mut found);
    contents(file, sealed, &mut found);
    for unit in seen.units_of(file) {
        let place = unit.file.display();
        let called = unit.called();
        if !unit.decrypts {
            found.push(finding(
                file,
                format!("unit {called} ({place}) applies it, and has no spec.decryption: the cluster would get ciphertext"),
                format!("add to {place}: spec: {{decryption: {{provider: sops, secretRef: {{name: sops-age}}}}}}"),
            ));
            continue;
        }
        let Some(secret) = unit.secret.as_deref().and_then(|name| key_secret(seen, unit, name)) else {
            continue;
        };
        let is_theirs = recipients.iter().any(|own| secret.public.contains(&own.to_string()));
        if !secret.public.is_empty() && !is_theirs {
            found.push(finding(
                file,
                format!(
                    "it is for {told}; unit {called} has {} (Secret {}, {})",
                    secret.public.join(", "),
                    secret.name,
                    secret.file.display()
                ),
                format!(
                    "name {} in {} for it, then: weir secrets updatekeys -y {name}",
                    secret.public[0],
                    rules::NAME
                ),
            ));
        }
    }
    let is_ours = recipients.iter().any(|own| seen.keys.has(own));
    let is_known = recipients.iter().all(|own| matches!(own, Recipient::Age(_)));
    if !is_ours && is_known {
        let others = seen.keys.at_hand();
        let others =
            if others.is_empty() { String::new() } else { format!(" (there are {})", others.join(", ")) };
        found.push(finding(
            file,
            format!("it is for {told}, and no such key is at hand{others}"),
            "set SOPS_AGE_KEY_FILE to the key, or ask somebody who has it to add yours: weir secrets updatekeys",
        ));
    }
    seen.findings.extend(found);
}

fn listed(recipients: &[Recipient]) -> String {
    recipients.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn by_rule(seen: &Seen, file: &Path, sealed: &Sealed, found: &mut Vec<Finding>) {
    let name = file.display();
    let Some(rules) = seen.rules.above(file) else {
        let mend = "weir secrets init writes rules".to_string();
        found.push(finding(file, format!("it is encrypted, and there is no {}", rules::NAME), mend));
        return;
    };
    let Ok(config) = &rules.config else { return };
    match config.rule_for(&rules::below(&rules.file, file)) {
        Err(_) => found.push(finding(
            file,
            format!("it is encrypted, and no rule of {} is for it: the next one who encrypts such a file will not know how", rules.file.display()),
            format!("add a rule whose path_regex matches {}", rules::below(&rules.file, file)),
        )),
        Ok(None) => {}
        Ok(Some(rule)) => {
            let diffs = diff_groups(&sealed.metadata().recipient_groups(), &rule.recipe.groups);
            let added: Vec<_> = diffs.iter().flat_map(|diff| diff.added.clone()).collect();
            let removed: Vec<_> = diffs.iter().flat_map(|diff| diff.removed.clone()).collect();
            if !added.is_empty() || !removed.is_empty() {
                let part = |text: &str, who: &[Recipient]| {
                    if who.is_empty() { String::new() } else { format!("; {text} {}", listed(who)) }
                };
                found.push(finding(
                    file,
                    format!("it is not for whom {} names{}{}", rules.file.display(), part("missing:", &added), part("too many:", &removed)),
                    if removed.is_empty() {
                        format!("weir secrets updatekeys -y {name}")
                    } else {
                        format!("weir secrets updatekeys -y {name} && weir secrets rotate -i {name}")
                    },
                ));
            }
        }
    }
}

fn contents(file: &Path, sealed: &Sealed, found: &mut Vec<Finding>) {
    let name = file.display();
    if !sealed.is_encrypted() {
        found.push(finding(
            file,
            "its metadata has no MAC or no version: nobody can tell whether it was changed",
            format!("weir secrets decrypt --ignore-mac {name}, look at it, and encrypt it anew"),
        ));
    }
    let Ok(values) = sealed.values() else { return };
    if !values.plain.is_empty() {
        let is_for_all = sealed.metadata().rule.is_for_all();
        let (why, mend) = if is_for_all {
            (
                "its metadata has no encrypted_regex, so everything in it should be",
                format!(
                    "take `sops` and the ciphertext out of {name}, then: weir secrets encrypt -i --encrypted-regex '^(data|stringData)$' {name}"
                ),
            )
        } else {
            (
                "somebody added them by hand",
                format!("take them out, then: weir secrets set {name} '{}' VALUE", values.plain[0]),
            )
        };
        found.push(finding(
            file,
            format!("it cannot be decrypted: in plain are {}: {why}", few(&values.plain)),
            mend,
        ));
    }
    let hides_kind = values.encrypted.iter().any(|way| way == "[\"kind\"]" || way == "[\"apiVersion\"]");
    if hides_kind {
        found.push(finding(
            file,
            "its kind and name are encrypted too: no controller can tell what it is",
            format!("weir secrets decrypt -i {name} && weir secrets encrypt -i --encrypted-regex '^(data|stringData)$' {name}"),
        ));
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
