//! Keys at hand, and the data keys that they open.

use std::io::Read as _;

use age::secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use crate::cipher::DataKey;
use crate::error::SecretError;
use crate::metadata::{KeyEntry, Metadata};

/// Keys at hand.
#[derive(Default)]
pub struct Keys {
    age: Vec<age::x25519::Identity>,
    /// What was at hand and is no key for us.
    notes: Vec<String>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.at_hand()).finish()
    }
}

impl Clone for Keys {
    fn clone(&self) -> Self {
        Self { age: self.age.clone(), notes: self.notes.clone() }
    }
}

impl Keys {
    /// Takes the keys of a file as age-keygen writes it: a key a line, and comments.
    pub fn add_age(&mut self, text: &str) -> Result<(), SecretError> {
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let key = content.parse::<age::x25519::Identity>().map_err(|_| refusal(line, content))?;
            self.age.push(key);
        }
        Ok(())
    }

    /// Notes what looked like a key and is none for us, for the one who wonders why nothing opens.
    pub fn note(&mut self, what: impl Into<String>) {
        self.notes.push(what.into());
    }

    /// True if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.age.is_empty()
    }

    /// Who we are to others: the public keys.
    #[must_use]
    pub fn at_hand(&self) -> Vec<String> {
        self.age.iter().map(|key| key.to_public().to_string()).collect()
    }

    /// The key of a document.
    pub(crate) fn data_key(&self, metadata: &Metadata) -> Result<DataKey, SecretError> {
        let mut attempts = self.notes.clone();
        let shares: Vec<_> =
            metadata.groups.iter().filter_map(|group| self.open_group(group, &mut attempts)).collect();
        let no_key = |attempts| SecretError::NoKey {
            recipients: metadata.recipients(),
            at_hand: self.at_hand(),
            attempts,
        };
        if metadata.groups.len() > 1 {
            attempts.push("not supported yet: several key groups (Shamir)".to_string());
            return Err(no_key(attempts));
        }
        shares.into_iter().next().ok_or_else(|| no_key(attempts))
    }

    fn open_group(&self, group: &[KeyEntry], attempts: &mut Vec<String>) -> Option<DataKey> {
        // Entries of age go first: the others are not at hand, or take longer.
        let (age, others): (Vec<_>, Vec<_>) = group.iter().partition(|entry| entry.kind == "age");
        for entry in age {
            match self.open_age(entry) {
                Ok(Some(key)) => return Some(key),
                Ok(None) => {}
                Err(cause) => attempts.push(format!("the entry for {}: {cause}", entry.recipient)),
            }
        }
        attempts.extend(
            others
                .iter()
                .map(|entry| format!("not supported yet: keys of kind {} ({})", entry.kind, entry.recipient)),
        );
        None
    }

    /// Nothing if the entry is for somebody else.
    fn open_age(&self, entry: &KeyEntry) -> Result<Option<DataKey>, String> {
        let armored = age::armor::ArmoredReader::new(entry.encrypted.as_bytes());
        let opener = age::Decryptor::new(armored).map_err(|_| "it is no file of age".to_string())?;
        let keys = self.age.iter().map(|key| key as &dyn age::Identity);
        let mut reader = match opener.decrypt(keys) {
            Ok(reader) => reader,
            Err(age::DecryptError::NoMatchingKeys) => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let mut key = Zeroizing::new(Vec::with_capacity(32));
        reader.read_to_end(&mut key).map_err(|error| error.to_string())?;
        Ok(Some(key))
    }

    /// A new key: the secret half, which is for nobody else, and the public one.
    #[must_use]
    pub fn public_of(secret: &str) -> Option<String> {
        let key = secret.trim().parse::<age::x25519::Identity>().ok()?;
        // The secret half is only looked at.
        let _ = key.to_string().expose_secret().len();
        Some(key.to_public().to_string())
    }
}

/// Why a line is no key; what it holds stays unsaid.
fn refusal(line: usize, content: &str) -> SecretError {
    let cause = if content.starts_with("AGE-PLUGIN-") {
        "plugins of age are not supported".to_string()
    } else if content.starts_with("AGE-SECRET-KEY-PQ-") {
        "not supported yet: post-quantum keys of age".to_string()
    } else if content.starts_with("age1") {
        "this is the public half of a key; the secret one begins with AGE-SECRET-KEY-".to_string()
    } else {
        "it is no key of age (AGE-SECRET-KEY-...)".to_string()
    };
    SecretError::Key(format!("line {line}: {cause}"))
}
