//! Private keys of SSH behind a passphrase. It is asked for when such a key is needed, and only once.

use std::sync::{Arc, Mutex, PoisonError};

use age::secrecy::SecretString;
use age::ssh::{EncryptedKey, Identity as Ssh};
use age_core::format::{FileKey, Stanza};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Somebody who knows passphrases.
pub trait Asks: Send + Sync {
    /// The passphrase of this key, if it can be had.
    fn passphrase(&self, name: &str) -> Option<Zeroizing<String>>;
}

/// The key, and who knows its passphrase. Cloning shares what was opened.
#[derive(Clone)]
pub(super) struct Locked {
    key: EncryptedKey,
    name: String,
    /// The kind of the key, and by what it is named in encrypted files.
    mark: (String, String),
    asks: Arc<dyn Asks>,
    opened: Arc<Mutex<State>>,
}

enum State {
    Closed,
    Open(Box<Ssh>),
    /// Nobody knows the passphrase: they are not asked again.
    Unknown,
}

impl Locked {
    /// `public` is the public half as SSH writes it.
    pub(super) fn new(key: EncryptedKey, public: &str, name: &str, asks: Arc<dyn Asks>) -> Option<Self> {
        let (kind, coded) = public.split_once(' ')?;
        let bytes = STANDARD.decode(coded.split_whitespace().next()?).ok()?;
        let tag = STANDARD_NO_PAD.encode(&Sha256::digest(bytes)[..4]);
        let mark = (kind.to_string(), tag);
        Some(Self { key, name: name.to_string(), mark, asks, opened: Arc::new(Mutex::new(State::Closed)) })
    }
}

impl age::Identity for Locked {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        if stanza.tag != self.mark.0 || stanza.args.first() != Some(&self.mark.1) {
            return None;
        }
        // Others wait meanwhile: two questions at once cannot be answered.
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*opened, State::Closed) {
            *opened = match self.asks.passphrase(&self.name) {
                None => State::Unknown,
                Some(words) => match self.key.decrypt(SecretString::from(words.to_string())) {
                    Ok(key) => State::Open(Box::new(Ssh::from(key))),
                    Err(_) => return Some(Err(age::DecryptError::KeyDecryptionFailed)),
                },
            };
        }
        match &*opened {
            State::Open(key) => key.unwrap_stanza(stanza),
            State::Closed | State::Unknown => None,
        }
    }
}
