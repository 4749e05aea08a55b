//! `weir secrets`: one file for each command or two that are alike. What a secret is, `core/secrets` knows.

mod change;
mod check;
mod decrypt;
mod diff;
mod disk;
mod doctor;
mod each;
mod edit;
mod encrypt;
mod entropy;
mod execute;
mod git;
mod gpg;
mod hooks;
mod init;
pub(super) mod keyring;
mod leaving;
mod merge;
mod output;
mod private;
mod rules;
mod sealed;
mod status;
mod survey;
mod terminal;
mod units;
mod user;

use crate::cli::secrets::{Secrets, SecretsWhat};
use crate::exit::{Exit, Failure};

pub(super) fn run(secrets: &Secrets) -> Result<Exit, Failure> {
    let global = &secrets.global;
    if let Some(kinds) = global.decryption_order.as_deref().filter(|kinds| !kinds.is_empty()) {
        keyring::set_order(kinds)?;
    }
    if !global.keyservice.is_empty() || !global.enable_local_keyservice {
        return Err(Failure::usage("not supported yet: --keyservice; keys at hand are used without it"));
    }
    match &secrets.what {
        SecretsWhat::Encrypt(args) => encrypt::run(args, global),
        SecretsWhat::Decrypt(args) => decrypt::run(args, global),
        SecretsWhat::Edit(args) => edit::run(args, global),
        SecretsWhat::Set(args) => change::set(args, global),
        SecretsWhat::Unset(args) => change::unset(args, global),
        SecretsWhat::Rotate(args) => change::rotate(args, global),
        SecretsWhat::UpdateKeys(args) => change::update_keys(args, global),
        SecretsWhat::Groups(args) => change::groups(&args.what, global),
        SecretsWhat::ExecEnv(args) => return execute::env(args),
        SecretsWhat::ExecFile(args) => return execute::file(args, global),
        SecretsWhat::FileStatus(args) => status::run(args),
        SecretsWhat::Keys(args) => status::keys(args),
        SecretsWhat::Publish(_) => Err(Failure::usage("not supported yet: publish")),
        SecretsWhat::KeyService(_) => Err(Failure::usage("not supported yet: keyservice")),
        SecretsWhat::Sweep { directory } => private::sweep(directory),
        SecretsWhat::Init(args) => init::run(args),
        SecretsWhat::Doctor(args) => doctor::run(args, global),
        SecretsWhat::Check(args) => check::run(args, global),
        SecretsWhat::Diff(args) => diff::run(args),
        SecretsWhat::Textconv { file } => diff::textconv(file),
        SecretsWhat::Merge(args) => merge::run(args, global),
        SecretsWhat::InstallHooks(args) => hooks::run(args),
    }?;
    Ok(Exit::Success)
}
