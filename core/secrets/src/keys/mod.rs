//! Keys at hand, the data keys that they open, and the ones that they close.

mod age;
mod envelope;
mod locked;
#[cfg(feature = "pgp")]
mod pgp;
mod pq;
mod shamir;
mod vault;

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::cipher::{DataKey, Entropy};
use crate::error::{NoKey, SecretError};
use crate::metadata::{KeyEntry, Metadata};
use crate::recipient::Recipient;
use crate::time;

pub use locked::Asks;
pub use vault::VaultCall;

/// Keys at hand. Debug output shows their public halves only.
#[derive(Clone)]
pub struct Keys {
    age: Vec<age::Identity>,
    #[cfg(feature = "pgp")]
    pgp: pgp::Ring,
    remotes: Vec<Arc<dyn Remote>>,
    /// What was at hand and is no key for us.
    notes: Vec<String>,
    /// Where there was no key.
    places: Vec<String>,
    /// The kinds of keys that are tried first.
    order: Vec<String>,
}

impl Default for Keys {
    /// None. Those of age go first, then those of PGP: the others are elsewhere, or take longer.
    fn default() -> Self {
        Self {
            age: Vec::new(),
            #[cfg(feature = "pgp")]
            pgp: pgp::Ring::default(),
            remotes: Vec::new(),
            notes: Vec::new(),
            places: Vec::new(),
            order: vec!["age".to_string(), "pgp".to_string()],
        }
    }
}

/// Somebody who has keys that never leave: Vault, a cloud. What is asked of it is asked elsewhere.
pub trait Remote: Send + Sync {
    /// Opens a data key or a share of one; nothing if such keys are not its business.
    fn open(&self, entry: &KeyEntry) -> Option<Result<Zeroizing<Vec<u8>>, String>>;

    /// Closes one; nothing if such keys are not its business.
    fn close(&self, recipient: &Recipient, part: &[u8]) -> Option<Result<String, String>>;
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.at_hand()).finish()
    }
}

/// A new key of age.
pub struct NewKey {
    /// For nobody else.
    pub secret: Zeroizing<String>,
    /// For everybody.
    pub public: String,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.public)
    }
}

impl NewKey {
    /// Makes one.
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(&mut *bytes);
        let secret = age::secret_text(&bytes).unwrap_or_default();
        let public = age::public_of(&secret).unwrap_or_default();
        Self { secret, public }
    }
}

impl Keys {
    /// Whether keys of PGP are built in.
    pub const HAS_PGP: bool = cfg!(feature = "pgp");

    /// Tries keys of these kinds first, in this order, by the names of [`Recipient::kind`]; all others come after them.
    pub fn set_order(&mut self, kinds: &[&str]) -> Result<(), SecretError> {
        const KINDS: [&str; 7] = ["age", "pgp", "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms"];
        for (at, kind) in kinds.iter().enumerate() {
            if !KINDS.contains(kind) {
                return Err(SecretError::Key(format!("Invalid decryption key type {kind}")));
            }
            if kinds[..at].contains(kind) {
                return Err(SecretError::Key(format!("Duplicate decryption key type {kind}")));
            }
        }
        self.order = kinds.iter().map(ToString::to_string).collect();
        Ok(())
    }

    /// Takes the keys of a file as age-keygen writes it: a key a line, and comments.
    pub fn add_age(&mut self, text: &str) -> Result<(), SecretError> {
        self.age.extend(age::Identity::parse_lines(text, false).map_err(SecretError::Key)?);
        Ok(())
    }

    /// The same of a file that may be behind a passphrase: somebody is asked for it by this name, when no other key opens
    /// something. Where `has_several`, a line may have several keys, as `SOPS_AGE_KEY` may.
    pub fn add_age_asking(
        &mut self,
        bytes: &[u8],
        has_several: bool,
        name: &str,
        asks: Arc<dyn Asks>,
    ) -> Result<(), SecretError> {
        if locked::LockedFile::is_one(bytes) {
            let file = locked::LockedFile::parse(bytes, name, asks).map_err(SecretError::Key)?;
            self.age.push(age::Identity::LockedFile(file));
            return Ok(());
        }
        let text = std::str::from_utf8(bytes).map_err(|_| SecretError::Key("it is no text".to_string()))?;
        self.age.extend(age::Identity::parse_lines(text, has_several).map_err(SecretError::Key)?);
        Ok(())
    }

    /// Takes a private key of SSH, of the kinds ssh-ed25519 and ssh-rsa.
    pub fn add_ssh(&mut self, text: &[u8]) -> Result<(), SecretError> {
        self.age.push(age::Identity::parse_ssh(text, None).map_err(SecretError::Key)?);
        Ok(())
    }

    /// The same of one that may be behind a passphrase: somebody is asked for it by this name, when the key is needed.
    pub fn add_ssh_asking(
        &mut self,
        text: &[u8],
        name: &str,
        asks: Arc<dyn Asks>,
    ) -> Result<(), SecretError> {
        self.age.push(age::Identity::parse_ssh(text, Some((name, asks))).map_err(SecretError::Key)?);
        Ok(())
    }

    /// Takes keys of PGP, armored or not: secret ones open, public ones can be encrypted for.
    #[cfg(feature = "pgp")]
    pub fn add_pgp(&mut self, bytes: &[u8]) -> Result<(), SecretError> {
        self.notes.extend(self.pgp.add(bytes).map_err(SecretError::Key)?);
        Ok(())
    }

    /// Refuses keys of PGP: this was built without them.
    #[cfg(not(feature = "pgp"))]
    pub fn add_pgp(&mut self, _: &[u8]) -> Result<(), SecretError> {
        Err(SecretError::Key("keys of PGP are not built in: the feature pgp is off".to_string()))
    }

    /// Asks this one for keys that never leave it.
    pub fn add_remote(&mut self, remote: Arc<dyn Remote>) {
        self.remotes.push(remote);
    }

    /// Notes what looked like a key and is none for us, for the one who wonders why nothing opens.
    pub fn note(&mut self, what: impl Into<String>) {
        self.notes.push(what.into());
    }

    /// Notes a place in which there is no key, so that a failure can name it.
    pub fn not_found_in(&mut self, place: impl Into<String>) {
        self.places.push(place.into());
    }

    /// What was noted.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// True if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        #[cfg(feature = "pgp")]
        if !self.pgp.is_empty() {
            return false;
        }
        self.age.is_empty() && self.remotes.is_empty()
    }

    /// Who we are to others: the public keys.
    #[must_use]
    pub fn at_hand(&self) -> Vec<String> {
        self.recipients().map(|recipient| recipient.to_string()).collect()
    }

    /// The same as those whom something can be encrypted for.
    pub fn recipients(&self) -> impl Iterator<Item = Recipient> {
        let age = self.age.iter().flat_map(age::Identity::publics).map(Recipient::Age);
        #[cfg(feature = "pgp")]
        let age = age.chain(self.pgp.at_hand().map(Recipient::Pgp));
        age
    }

    /// Whether the secret half of this is at hand, as far as that can be told without asking.
    #[must_use]
    pub fn has(&self, recipient: &Recipient) -> bool {
        match recipient {
            Recipient::Age(public) => self.age.iter().any(|key| key.is_of(public)),
            #[cfg(feature = "pgp")]
            Recipient::Pgp(fingerprint) => self.pgp.has(fingerprint),
            _ => false,
        }
    }

    /// The public half of a key of age.
    #[must_use]
    pub fn public_of(secret: &str) -> Option<String> {
        age::public_of(secret)
    }

    /// Why nothing can ever be encrypted for this one, if so: it is no key, or of a kind that is not supported.
    pub fn check(&self, recipient: &Recipient) -> Result<(), SecretError> {
        match recipient {
            Recipient::Age(public) => {
                age::check(public).map_err(|cause| SecretError::Recipient(format!("{public}: {cause}")))
            }
            Recipient::HcVault { .. } => Ok(()),
            #[cfg(feature = "pgp")]
            Recipient::Pgp(_) => Ok(()),
            other => Err(SecretError::Recipient(unsupported(other))),
        }
    }

    /// The key of a document.
    pub(crate) fn data_key(&self, metadata: &Metadata) -> Result<DataKey, SecretError> {
        let mut shares = Vec::with_capacity(metadata.groups.len());
        let mut groups = Vec::with_capacity(metadata.groups.len());
        for group in &metadata.groups {
            match self.open_group(group) {
                Ok(share) => {
                    shares.push(share);
                    groups.push(None);
                }
                Err(attempts) => groups.push(Some(attempts)),
            }
        }
        let several = metadata.groups.len() > 1;
        if shares.len() < if several { metadata.needed() } else { 1 } {
            return Err(SecretError::NoKey(NoKey {
                recipients: metadata.recipients().map(ToString::to_string).collect(),
                at_hand: self.at_hand(),
                notes: self.notes.clone(),
                groups,
                needed: metadata.threshold,
            }));
        }
        if several {
            return shamir::combine(&shares).map_err(|cause| {
                SecretError::Metadata(format!("could not get data key from shamir parts: {cause}"))
            });
        }
        shares.pop().ok_or_else(|| SecretError::Metadata("No keys found in file".to_string()))
    }

    /// What happened with each key, if none opens it.
    fn open_group(&self, group: &[KeyEntry]) -> Result<DataKey, Vec<(String, String)>> {
        let rank = |entry: &&KeyEntry| {
            let kind = entry.recipient.kind();
            self.order.iter().position(|own| own == kind).unwrap_or(self.order.len())
        };
        let mut entries: Vec<_> = group.iter().collect();
        entries.sort_by_key(rank);
        let mut attempts = Vec::new();
        for entry in entries {
            match self.open(entry) {
                Ok(key) => return Ok(key),
                Err(cause) => attempts.push((entry.recipient.to_string(), cause)),
            }
        }
        Err(attempts)
    }

    fn open(&self, entry: &KeyEntry) -> Result<DataKey, String> {
        if matches!(entry.recipient, Recipient::Age(_)) {
            return age::open(&self.age, &entry.encrypted, &self.places);
        }
        // Who has a key of PGP elsewhere, in a card or an agent, may be asked for it first.
        let answer = self.remotes.iter().find_map(|remote| remote.open(entry));
        #[cfg(feature = "pgp")]
        if matches!(entry.recipient, Recipient::Pgp(_)) && !matches!(answer, Some(Ok(_))) {
            return match (self.pgp.open(&entry.encrypted), answer) {
                (Err(own), Some(Err(other))) => Err(format!("{own}; {other}")),
                (own, _) => own,
            };
        }
        answer.unwrap_or_else(|| Err(unsupported(&entry.recipient)))
    }

    /// A data key closed for groups of keys.
    pub(crate) fn seal_groups(
        &self,
        key: &DataKey,
        groups: &[Vec<Recipient>],
        threshold: usize,
        entropy: &mut dyn Entropy,
        now: i64,
    ) -> Result<Vec<Vec<KeyEntry>>, SecretError> {
        let wrong = |cause: &str| SecretError::Recipient(cause.to_string());
        let parts = match groups {
            [] => return Err(wrong("no key groups provided")),
            [_] => vec![key.clone()],
            several => {
                let threshold = if threshold == 0 { several.len() } else { threshold };
                shamir::split(key, several.len(), threshold, entropy).map_err(|cause| {
                    SecretError::Recipient(format!("could not split data key into parts for Shamir: {cause}"))
                })?
            }
        };
        let sealed = groups.iter().zip(&parts).map(|(group, part)| {
            if group.is_empty() {
                return Err(wrong("empty key group provided"));
            }
            group.iter().map(|recipient| self.close(recipient, part, entropy, now)).collect()
        });
        sealed.collect()
    }

    /// A data key, or a share of one, closed for somebody.
    pub(crate) fn close(
        &self,
        recipient: &Recipient,
        part: &DataKey,
        entropy: &mut dyn Entropy,
        now: i64,
    ) -> Result<KeyEntry, SecretError> {
        let made = |created_at, encrypted| KeyEntry { recipient: recipient.clone(), created_at, encrypted };
        if let Recipient::Age(public) = recipient {
            return Ok(made(String::new(), age::close(public, part, entropy)?));
        }
        let failed = |cause: String| {
            SecretError::Recipient(format!(
                "failed to encrypt new data key with master key \"{recipient}\": {cause}"
            ))
        };
        let answer = self.remotes.iter().find_map(|remote| remote.close(recipient, part));
        #[cfg(feature = "pgp")]
        let answer = match recipient {
            Recipient::Pgp(fingerprint) if !matches!(answer, Some(Ok(_))) => {
                Some(self.pgp.close(fingerprint, part, entropy, now))
            }
            _ => answer,
        };
        let answer = answer.unwrap_or_else(|| Err(unsupported(recipient)));
        Ok(made(time::format(now), answer.map_err(failed)?))
    }
}

fn unsupported(recipient: &Recipient) -> String {
    format!("not supported yet: keys of {} ({recipient})", recipient.title())
}
