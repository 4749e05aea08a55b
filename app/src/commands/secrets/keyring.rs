//! Keys at hand: where sops looks for them, and in its order.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};

use weir_fetch::{Access, Vault};
use weir_secrets::Keys;
use zeroize::Zeroizing;

use super::gpg::Gpg;
use super::terminal::Terminal;
use crate::connect::install_crypto;
use crate::exit::Failure;

/// In which order kinds of keys are tried, if the user says so.
static ORDER: OnceLock<String> = OnceLock::new();

/// From now on, keys of these kinds are tried first.
pub(super) fn set_order(kinds: &str) -> Result<(), Failure> {
    let kinds = ORDER.get_or_init(|| kinds.to_string());
    let listed: Vec<_> = kinds.split(',').collect();
    Keys::default().set_order(&listed).map_err(|error| Failure::with_code(112, error.to_string()))
}

/// All keys of this user, also those that a program answers for these recipients. What cannot be read is noted: it counts
/// only if nothing else opens a file.
pub(crate) fn at_hand(recipients: &BTreeSet<String>) -> Keys {
    let mut keys = Keys::default();
    if let Some(kinds) = ORDER.get() {
        // Looked at when it was set.
        _ = keys.set_order(&kinds.split(',').collect::<Vec<_>>());
    }
    ssh(&mut keys);
    age(&mut keys, recipients);
    keys.add_remote(Arc::new(Gpg));
    if let Some(vault) = vault(&mut keys) {
        keys.add_remote(Arc::new(vault));
    }
    keys
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn home() -> Option<PathBuf> {
    std::env::home_dir().filter(|home| !home.as_os_str().is_empty())
}

/// Where sops looks for keys of age when no variable says anything.
pub(crate) fn default_file() -> Option<PathBuf> {
    let named = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let usual = || {
        let below = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".config" };
        home().map(|home| home.join(below))
    };
    named.or_else(usual).map(|directory| directory.join("sops/age/keys.txt"))
}

fn age(keys: &mut Keys, recipients: &BTreeSet<String>) {
    for name in ["SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_CMD"] {
        if variable(name).is_none() {
            keys.not_found_in(name);
        }
    }
    if let Some(words) = variable("SOPS_AGE_KEY").map(Zeroizing::new) {
        age_keys(keys, words.as_bytes(), true, "SOPS_AGE_KEY");
    }
    if let Some(file) = variable("SOPS_AGE_KEY_FILE") {
        age_file(keys, Path::new(&file), "SOPS_AGE_KEY_FILE: ");
    }
    if let Some(line) = variable("SOPS_AGE_KEY_CMD") {
        let mut said: Vec<Zeroizing<Vec<u8>>> = Vec::new();
        let asked =
            recipients.iter().map(|one| Some(one.as_str())).chain(recipients.is_empty().then_some(None));
        for recipient in asked {
            match answer(&line, recipient) {
                Ok(text) if said.contains(&text) => {}
                Ok(text) => said.push(text),
                Err(cause) => keys.note(format!("SOPS_AGE_KEY_CMD: {cause}")),
            }
        }
        for text in said {
            age_keys(keys, &text, false, "SOPS_AGE_KEY_CMD");
        }
    }
    match default_file() {
        Some(file) if file.exists() => age_file(keys, &file, ""),
        Some(file) => keys.not_found_in(file.display().to_string()),
        None => {}
    }
}

fn age_file(keys: &mut Keys, file: &Path, whence: &str) {
    let name = file.display();
    match std::fs::read(file).map(Zeroizing::new) {
        Ok(bytes) => match keys.add_age_asking(&bytes, false, &name.to_string(), Arc::new(Terminal)) {
            Ok(()) => {}
            Err(error) => keys.note(format!("{whence}{name}: {error}")),
        },
        Err(error) => keys.note(format!("{whence}{name}: {error}")),
    }
}

fn age_keys(keys: &mut Keys, bytes: &[u8], has_several: bool, name: &str) {
    if let Err(error) = keys.add_age_asking(bytes, has_several, name, Arc::new(Terminal)) {
        keys.note(format!("{name}: {error}"));
    }
}

fn ssh(keys: &mut Keys) {
    if let Some(file) = variable("SOPS_AGE_SSH_PRIVATE_KEY_FILE") {
        ssh_file(keys, Path::new(&file), "SOPS_AGE_SSH_PRIVATE_KEY_FILE: ");
    }
    if let Some(line) = variable("SOPS_AGE_SSH_PRIVATE_KEY_CMD") {
        let added = answer(&line, None)
            .and_then(|text| ssh_key(keys, &text, "the key of SOPS_AGE_SSH_PRIVATE_KEY_CMD"));
        if let Err(cause) = added {
            keys.note(format!("SOPS_AGE_SSH_PRIVATE_KEY_CMD: {cause}"));
        }
    }
    for name in ["id_ed25519", "id_rsa"] {
        if let Some(file) = home().map(|home| home.join(".ssh").join(name)).filter(|file| file.exists()) {
            ssh_file(keys, &file, "");
        }
    }
}

fn ssh_file(keys: &mut Keys, file: &Path, whence: &str) {
    let added = std::fs::read(file)
        .map_err(|error| error.to_string())
        .and_then(|text| ssh_key(keys, &Zeroizing::new(text), &file.display().to_string()));
    if let Err(cause) = added {
        keys.note(format!("{whence}{}: {cause}", file.display()));
    }
}

fn ssh_key(keys: &mut Keys, text: &[u8], name: &str) -> Result<(), String> {
    keys.add_ssh_asking(text, name, Arc::new(Terminal)).map_err(|error| error.to_string())
}

/// What a program of the user answers. It is run as sops runs it, without a shell.
fn answer(line: &str, recipient: Option<&str>) -> Result<Zeroizing<Vec<u8>>, String> {
    let words = shlex::split(line).filter(|words| !words.is_empty());
    let words = words.ok_or_else(|| format!("{line:?} is no command"))?;
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]);
    if let Some(recipient) = recipient {
        command.env("SOPS_AGE_RECIPIENT", recipient);
    }
    let output = command.output().map_err(|error| format!("{} cannot be run: {error}", words[0]))?;
    let text = Zeroizing::new(output.stdout);
    if !output.status.success() {
        return Err(format!("{} failed ({})", words[0], output.status));
    }
    Ok(text)
}

fn vault(keys: &mut Keys) -> Option<Vault> {
    let file = || {
        let text = std::fs::read_to_string(home()?.join(".vault-token")).ok()?;
        Some(text).filter(|text| !text.trim().is_empty())
    };
    let token = Zeroizing::new(variable("VAULT_TOKEN").or_else(file)?);
    install_crypto();
    let mut access = Access::default();
    if let Some(file) = variable("VAULT_CACERT") {
        match std::fs::read(&file) {
            Ok(pem) => access.ca = Some(pem),
            Err(error) => keys.note(format!("VAULT_CACERT: {file}: {error}")),
        }
    }
    access.insecure_skip_tls_verify =
        variable("VAULT_SKIP_VERIFY").is_some_and(|text| text == "true" || text == "1");
    Some(Vault::new(&token, variable("VAULT_NAMESPACE"), access))
}
