//! `weir secrets init`: all that a repository needs for its first secret, in one step.

use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use weir_secrets::{Keys, NewKey};
use zeroize::Zeroizing;

use super::entropy::System;
use super::{disk, git, keyring, output, rules};
use crate::cli::secrets::Init;
use crate::exit::Failure;
use crate::output::say;

/// What is never to be committed.
const IGNORED: [&str; 3] = ["*.agekey", "keys.txt", "*.dec.*"];

pub(super) fn run(args: &Init) -> Result<(), Failure> {
    if !args.directory.is_dir() {
        return Err(Failure::usage(format!("{}: there is no such directory", args.directory.display())));
    }
    let file = args.key_file.clone().or_else(keyring::default_file);
    let file = file.ok_or_else(|| Failure::usage("no home directory: say --key-file"))?;
    refuse_inside(&git::root(&args.directory), &file)?;
    let (secret, public) = key(&file)?;
    write_rules(&args.directory, &public)?;
    write_ignored(&args.directory)?;
    let manifest = manifest(args, &secret);
    if args.print_secret {
        return output::print(manifest.as_bytes());
    }
    let beside = file.with_file_name(format!("{}.{}.secret.yaml", args.namespace, args.secret));
    disk::replace(&beside, manifest.as_bytes())?;
    say(&format!("✔ {}: the Secret for the cluster", beside.display()));
    say(&format!(
        "► give it to the cluster: kubectl apply -f {}\n► name it in units: spec.decryption: {{provider: sops, secretRef: {{name: {}}}}}\n► encrypt: weir secrets encrypt -i app/credentials.sops.yaml",
        beside.display(),
        args.secret
    ));
    Ok(())
}

/// Nobody commits a key that is not there.
fn refuse_inside(root: &Path, file: &Path) -> Result<(), Failure> {
    let mut whole = std::path::absolute(file)?;
    // The file may not be there yet, its directory neither.
    if let Some(known) = whole
        .ancestors()
        .skip(1)
        .find_map(|above| fs::canonicalize(above).ok().map(|real| (above.to_path_buf(), real)))
    {
        whole = known.1.join(whole.strip_prefix(&known.0).unwrap_or(&whole));
    }
    let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_path_buf());
    if whole.starts_with(&root) {
        return Err(Failure::new(format!(
            "{}: a private key does not belong into the repository {}; say --key-file with a place outside of it",
            file.display(),
            root.display()
        )));
    }
    Ok(())
}

/// The key that is there, or a new one.
fn key(file: &Path) -> Result<(Zeroizing<String>, String), Failure> {
    if file.exists() {
        let text = Zeroizing::new(
            fs::read_to_string(file)
                .map_err(|error| Failure::new(format!("{}: cannot be read: {error}", file.display())))?,
        );
        let lines = text.lines().map(str::trim);
        let known = lines
            .filter(|line| line.starts_with("AGE-SECRET-KEY-"))
            .find_map(|line| Keys::public_of(line).map(|public| (Zeroizing::new(line.to_string()), public)));
        let known =
            known.ok_or_else(|| Failure::new(format!("{}: there is no key of age in it", file.display())))?;
        say(&format!("· {}: the key is there, for {}", file.display(), known.1));
        return Ok(known);
    }
    let new = NewKey::generate(&mut System::open()?);
    let directory = file.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|error| Failure::new(format!("{}: cannot be made: {error}", directory.display())))?;
    let created = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    let text =
        Zeroizing::new(format!("# created: {created}\n# public key: {}\n{}\n", new.public, *new.secret));
    disk::replace(file, text.as_bytes())?;
    say(&format!(
        "✔ {}: a new key, for {}. Keep a copy of it: without it, secrets are lost",
        file.display(),
        new.public
    ));
    Ok((new.secret, new.public))
}

fn write_rules(directory: &Path, public: &str) -> Result<(), Failure> {
    let file = directory.join(rules::NAME);
    if file.exists() {
        let config = rules::read(&file)?;
        let named =
            config.creation_rules.iter().flatten().flat_map(|rule| rule.recipe.groups.iter().flatten());
        if named.map(ToString::to_string).any(|own| own == public) {
            say(&format!("· {}: the rules are there", file.display()));
        } else {
            say(&format!(
                "⚠ {}: none of its rules names {public}: add it to `age`, then `weir secrets updatekeys -y .`",
                file.display()
            ));
        }
        return Ok(());
    }
    let text = format!(
        "# Which files are encrypted, and for whom. `weir secrets check` tells if one is not.\ncreation_rules:\n  - path_regex: \\.sops\\.ya?ml$\n    encrypted_regex: ^(data|stringData)$\n    age: {public}\n  - path_regex: \\.sops\\.(json|env|ini)$\n    age: {public}\n"
    );
    write_new(&file, &text)?;
    say(&format!("✔ {}: files named *.sops.yaml are encrypted", file.display()));
    Ok(())
}

fn write_ignored(directory: &Path) -> Result<(), Failure> {
    let file = directory.join(".gitignore");
    let before = fs::read_to_string(&file).unwrap_or_default();
    let missing: Vec<_> =
        IGNORED.iter().filter(|line| !before.lines().any(|own| own.trim() == **line)).copied().collect();
    if missing.is_empty() {
        return Ok(());
    }
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let text = format!("{before}{gap}# Private keys and decrypted files\n{}\n", missing.join("\n"));
    if before.is_empty() {
        write_new(&file, &text)?
    } else {
        disk::replace(&file, text.as_bytes())?
    }
    say(&format!("✔ {}: {}", file.display(), missing.join(", ")));
    Ok(())
}

/// For everybody to read, other than keys.
fn write_new(file: &PathBuf, text: &str) -> Result<(), Failure> {
    fs::write(file, text)
        .map_err(|error| Failure::with_code(3, format!("{}: cannot be written: {error}", file.display())))
}

fn manifest(args: &Init, secret: &str) -> Zeroizing<String> {
    Zeroizing::new(format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {}\n  namespace: {}\nstringData:\n  age.agekey: {secret}\n",
        args.secret, args.namespace
    ))
}
