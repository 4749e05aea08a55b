//! What the doctor looks at in an encrypted file: its rule, its content, and the units that read it.

use std::path::Path;

use weir_secrets::{Recipient, Sealed, diff_groups};

use super::{Finding, Seen, finding, key_secret};
use crate::commands::secrets::check::few;
use crate::commands::secrets::rules;

/// All that is wrong with one of them.
pub(super) fn findings(seen: &Seen, file: &Path, sealed: &Sealed) -> Vec<Finding> {
    let mut found = Vec::new();
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
    found
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
