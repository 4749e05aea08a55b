//! Keys of PGP, where GnuPG keeps them: they never leave it.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::{Command, Stdio};

use weir_secrets::{KeyEntry, Recipient, Remote};
use zeroize::Zeroizing;

/// The program of the user.
pub(super) struct Gpg;

impl Gpg {
    fn run(arguments: &[&str], input: &[u8]) -> Result<Zeroizing<Vec<u8>>, String> {
        let program = std::env::var_os("SOPS_GPG_EXEC").filter(|program| !program.is_empty());
        let program = program.unwrap_or_else(|| OsString::from("gpg"));
        let failed = |error: std::io::Error| format!("{} cannot be run: {error}", program.display());
        let mut child = Command::new(&program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        // A data key fits into a pipe: nobody waits for anybody.
        let written = child.stdin.take().map_or(Ok(()), |mut to| to.write_all(input));
        let output = child.wait_with_output().map_err(failed)?;
        let plain = Zeroizing::new(output.stdout);
        if output.status.success() {
            return written.map(|()| plain).map_err(failed);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("{}: {}", program.display(), said.trim().replace('\n', "; ")))
    }
}

impl Remote for Gpg {
    fn open(&self, entry: &KeyEntry) -> Option<Result<Zeroizing<Vec<u8>>, String>> {
        matches!(entry.recipient, Recipient::Pgp(_)).then(|| {
            Self::run(&["-d"], entry.encrypted.as_bytes())
                .map_err(|cause| format!("could not decrypt data key with PGP key: {cause}"))
        })
    }

    fn close(&self, recipient: &Recipient, part: &[u8]) -> Option<Result<String, String>> {
        let Recipient::Pgp(fingerprint) = recipient else { return None };
        let trusted = fingerprint.get(fingerprint.len().saturating_sub(16)..).unwrap_or(fingerprint);
        let words = ["--no-default-recipient", "--yes", "--encrypt", "-a", "-r", fingerprint];
        let words = [&words[..], &["--trusted-key", trusted, "--no-encrypt-to"]].concat();
        let closed = Self::run(&words, part).and_then(|bytes| {
            String::from_utf8(bytes.to_vec()).map_err(|_| "gpg does not answer in armor".to_string())
        });
        Some(closed.map_err(|cause| format!("failed to encrypt sops data key with pgp: {cause}")))
    }
}
