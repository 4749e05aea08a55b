//! Why a document stays closed. No text here ever holds a secret.

use std::fmt;

/// Why a document stays closed, or open.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// There is no `sops` in it.
    NotEncrypted,
    /// There is one already.
    AlreadyEncrypted,
    /// There is nothing in it.
    Empty,
    /// It is not of the format that it is said to be: where, and why.
    Unreadable(String),
    /// It cannot be written in the format that is asked for.
    Emit(String),
    /// What stands under `sops` cannot be understood.
    Metadata(String),
    /// No key at hand opens it.
    NoKey(NoKey),
    /// A value is not what it should be.
    Value {
        /// The way to it.
        path: String,
        /// What is wrong, in the words of sops.
        cause: String,
    },
    /// A value cannot be encrypted.
    Encrypt {
        /// The way to it.
        path: String,
        /// What is wrong, in the words of sops.
        cause: String,
    },
    /// The document was changed by somebody without the key.
    Integrity(String),
    /// A key that is none.
    Key(String),
    /// The data key cannot be encrypted for somebody: for whom, and why.
    Recipient(String),
    /// A way to a value that leads nowhere.
    Path(String),
    /// A way to a value that is not there.
    NoSuchKey(String),
}

/// Why no key at hand opens a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NoKey {
    /// Whom it is encrypted for.
    pub recipients: Vec<String>,
    /// What is at hand.
    pub at_hand: Vec<String>,
    /// What was at hand and is no key.
    pub notes: Vec<String>,
    /// Of each group nothing if it was opened, else what happened with each key.
    pub groups: Vec<Option<Vec<(String, String)>>>,
    /// How many groups are needed; nothing if there is only one.
    pub needed: usize,
}

impl SecretError {
    /// The status with which sops ends on such an error.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NoKey(_) => 128,
            Self::AlreadyEncrypted => 203,
            Self::Empty => 92,
            Self::Unreadable(_) => 2,
            Self::Emit(_) => 4,
            Self::Value { .. } => 25,
            Self::Encrypt { .. } => 23,
            Self::Integrity(_) => 51,
            Self::Path(_) => 91,
            Self::NotEncrypted
            | Self::Metadata(_)
            | Self::Key(_)
            | Self::Recipient(_)
            | Self::NoSuchKey(_) => 1,
        }
    }
}

impl SecretError {
    /// As the command `sops` says it, with what helps behind. The usual text is as Flux says it.
    #[must_use]
    pub fn in_words_of_sops(&self) -> String {
        let text = self.to_string();
        for (flux, sops) in [
            ("cannot get sops data key: ", ""),
            ("error decrypting sops tree: ", "Error decrypting tree: "),
            ("failed to verify sops data integrity: ", ""),
            ("the metadata of sops: ", ""),
        ] {
            if let Some(rest) = text.strip_prefix(flux) {
                return format!("{sops}{rest}");
            }
        }
        text
    }
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEncrypted => f.write_str("sops metadata not found"),
            Self::AlreadyEncrypted => f.write_str(ALREADY_ENCRYPTED),
            Self::Empty => {
                f.write_str("File cannot be completely empty, it must contain at least one document")
            }
            Self::Metadata(cause) => write!(f, "the metadata of sops: {cause}"),
            Self::NoKey(why) => why.fmt(f),
            Self::Value { path, cause } => {
                write!(f, "error decrypting sops tree: Error walking tree: {cause}{}", At(path))
            }
            Self::Encrypt { path, cause } => {
                write!(f, "Error encrypting tree: Error walking tree: {cause}{}", At(path))
            }
            Self::Integrity(cause) => write!(f, "failed to verify sops data integrity: {cause}"),
            Self::Unreadable(cause)
            | Self::Emit(cause)
            | Self::Key(cause)
            | Self::Recipient(cause)
            | Self::Path(cause)
            | Self::NoSuchKey(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for SecretError {}

const ALREADY_ENCRYPTED: &str = "\
The file you have provided contains a top-level entry called 'sops', or for
flat file formats top-level entries starting with 'sops_'. This is
generally due to the file already being encrypted. SOPS uses a top-level
entry called 'sops' to store the metadata required to decrypt the file. For
this reason, SOPS can not encrypt files that already contain such an entry.

If this is an unencrypted file, rename the 'sops' entry.

If this is an encrypted file and you want to edit it, use the editor mode,
for example: `sops edit my_file.yaml`";

/// Where, if that has a name.
struct At<'a>(&'a str);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ": {}", self.0) }
    }
}

/// First what sops says, then what helps.
impl fmt::Display for NoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "cannot get sops data key: Failed to get the data key required to decrypt the SOPS file.\n",
        )?;
        for (at, group) in self.groups.iter().enumerate() {
            let Some(attempts) = group else {
                write!(f, "\nGroup {at}: SUCCESS\n")?;
                continue;
            };
            write!(f, "\nGroup {at}: FAILED\n")?;
            for (number, (recipient, cause)) in attempts.iter().enumerate() {
                let gap = if number == 0 { "" } else { "\n" };
                writeln!(f, "{gap}  {recipient}: FAILED")?;
                for (line, text) in wrapped(cause, 60).iter().enumerate() {
                    writeln!(f, "    {} {text}", if line == 0 { "- |" } else { "  |" })?;
                }
            }
        }
        let got = self.groups.iter().filter(|group| group.is_none()).count();
        let needed = self.needed;
        let why = if needed == 0 {
            "Recovery failed because no master key was able to decrypt the file. In order for SOPS to recover the file, \
             at least one key has to be successful, but none were."
                .to_string()
        } else {
            format!(
                "Recovery failed because the file was encrypted with a Shamir threshold of {needed}, but only {got} \
                 part(s) were successfully recovered, one for each successful key group. In order for SOPS to recover \
                 the file, at least {needed} groups have to be successful. In order for a group to be successful, \
                 decryption has to succeed with any of the keys in that key group."
            )
        };
        write!(f, "\n{}\n", wrapped(&why, 75).join("\n"))?;
        write!(f, "\nIt is encrypted for {}, and at hand ", listed(&self.recipients))?;
        match self.at_hand.as_slice() {
            [] => f.write_str("is no key")?,
            some => write!(f, "is {}", listed(some))?,
        }
        self.notes.iter().try_for_each(|note| write!(f, "; {note}"))
    }
}

/// Lines of words, each as long as it may be.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

fn listed(all: &[String]) -> String {
    if all.is_empty() { "nobody".to_string() } else { all.join(", ") }
}
