//! Keys of PGP: secret ones that open, public ones that close.

use std::io::{Cursor, Read as _};
use std::sync::Arc;

use pgp::composed::{
    ArmorOptions, Message, MessageBuilder, PublicOrSecret, SignedPublicKey, SignedPublicSubKey,
    SignedSecretKey,
};
use pgp::crypto::sym::SymmetricKeyAlgorithm;
use pgp::packet::{Signature, SignatureType};
use pgp::types::{KeyDetails as _, Password};
use rand_core::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use crate::cipher::{DataKey, Entropy};

/// Keys at hand.
#[derive(Clone, Default)]
pub(super) struct Ring {
    secret: Vec<Arc<SignedSecretKey>>,
    public: Vec<Arc<SignedPublicKey>>,
}

/// No message with a data key is larger.
const LARGEST: u64 = 1 << 16;

impl Ring {
    /// Takes all keys of a file, armored or not, and says which of them cannot be used.
    pub(super) fn add(&mut self, bytes: &[u8]) -> Result<Vec<String>, String> {
        let no_key = || "it is no key of PGP".to_string();
        let (keys, _) =
            PublicOrSecret::from_reader_many(Cursor::new(bytes.to_vec())).map_err(|_| no_key())?;
        let mut notes = Vec::new();
        let mut found = false;
        for key in keys {
            let key = key.map_err(|cause| format!("it is no key of PGP: {cause}"))?;
            found = true;
            let key = match key {
                PublicOrSecret::Public(key) => {
                    self.public.push(Arc::new(key));
                    continue;
                }
                PublicOrSecret::Secret(key) => key,
            };
            self.public.push(Arc::new(key.to_public_key()));
            let locked = key.primary_key.secret_params().is_encrypted()
                || key.secret_subkeys.iter().any(|sub| sub.key.secret_params().is_encrypted());
            if locked {
                let name = hex(key.fingerprint().as_bytes());
                notes.push(format!("the PGP key {name} is password protected, which is unsupported"));
            } else {
                self.secret.push(Arc::new(key));
            }
        }
        if found { Ok(notes) } else { Err(no_key()) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.secret.is_empty()
    }

    /// The fingerprints of the keys that open something.
    pub(super) fn at_hand(&self) -> impl Iterator<Item = String> {
        self.secret.iter().map(|key| hex(key.fingerprint().as_bytes()))
    }

    pub(super) fn has(&self, fingerprint: &str) -> bool {
        self.secret.iter().any(|key| {
            let subkeys = key.secret_subkeys.iter().map(|sub| hex(sub.key.fingerprint().as_bytes()));
            std::iter::once(hex(key.fingerprint().as_bytes()))
                .chain(subkeys)
                .any(|own| is_named(&own, fingerprint))
        })
    }

    /// Opens what was closed for one of these.
    pub(super) fn open(&self, encrypted: &str) -> Result<DataKey, String> {
        if self.secret.is_empty() {
            return Err(
                "could not decrypt data key with PGP key: no secret key of PGP is at hand".to_string()
            );
        }
        let failed = |cause: pgp::errors::Error| format!("could not decrypt data key with PGP key: {cause}");
        let (message, _) = Message::from_armor(Cursor::new(encrypted.as_bytes().to_vec())).map_err(failed)?;
        if !message.is_encrypted() {
            return Err("could not decrypt data key with PGP key: the message is not encrypted".to_string());
        }
        let empty = Password::empty();
        let keys: Vec<_> = self.secret.iter().map(|key| &**key).collect();
        let mut opened = message.decrypt_with_keys(vec![&empty; keys.len()], keys).map_err(failed)?;
        if opened.is_compressed() {
            opened = opened.decompress().map_err(failed)?;
        }
        let mut key = Zeroizing::new(Vec::with_capacity(256));
        opened
            .take(LARGEST)
            .read_to_end(&mut key)
            .map_err(|cause| format!("could not decrypt data key with PGP key: {cause}"))?;
        if key.is_empty() {
            return Err("failed to decrypt sops data key with pgp: zero bytes returned".to_string());
        }
        Ok(key)
    }

    /// Closes a data key for one recipient; `now` are seconds since 1970.
    pub(super) fn close(
        &self,
        fingerprint: &str,
        part: &[u8],
        entropy: &mut dyn Entropy,
        now: i64,
    ) -> Result<String, String> {
        let mut random = Random(entropy);
        let mut builder = MessageBuilder::from_bytes("", part.to_vec())
            .seipd_v1(&mut random, SymmetricKeyAlgorithm::AES256);
        let failed = |cause: pgp::errors::Error| format!("could not encrypt data key with PGP key: {cause}");
        match self.encryption_key(fingerprint, now)? {
            EncryptionKey::Primary(key) => {
                builder.encrypt_to_key(&mut random, &key.primary_key).map_err(failed)?
            }
            EncryptionKey::Sub(sub) => builder.encrypt_to_key(&mut random, &sub.key).map_err(failed)?,
        };
        builder.to_armored_string(&mut random, ArmorOptions::default()).map_err(failed)
    }

    /// The newest key that may encrypt, of the one that is named.
    fn encryption_key(&self, fingerprint: &str, now: i64) -> Result<EncryptionKey<'_>, String> {
        let missing = || {
            format!(
                "could not encrypt data key with PGP key: no public key of PGP with the fingerprint {fingerprint} is at hand"
            )
        };
        let wanted = |own: &[u8]| is_named(&hex(own), fingerprint);
        let mut unusable = false;
        for key in &self.public {
            let of_primary = wanted(key.fingerprint().as_bytes());
            let named = |sub: &&SignedPublicSubKey| of_primary || wanted(sub.key.fingerprint().as_bytes());
            let named: Vec<_> = key.public_subkeys.iter().filter(named).collect();
            if !of_primary && named.is_empty() {
                continue;
            }
            unusable = true;
            if !key.details.revocation_signatures.is_empty() {
                continue;
            }
            let usable = named.into_iter().filter(|sub| {
                sub.key.algorithm().can_encrypt()
                    && may_encrypt(&sub.signatures, i64::from(sub.key.created_at().as_secs()), now)
            });
            if let Some(sub) = usable.max_by_key(|sub| sub.key.created_at().as_secs()) {
                return Ok(EncryptionKey::Sub(sub));
            }
            let own = key.details.users.iter().flat_map(|user| &user.signatures).cloned().collect::<Vec<_>>();
            let created = i64::from(key.primary_key.created_at().as_secs());
            if of_primary && key.primary_key.algorithm().can_encrypt() && may_encrypt(&own, created, now) {
                return Ok(EncryptionKey::Primary(key));
            }
        }
        Err(if unusable {
            format!(
                "could not encrypt data key with PGP key: the key {fingerprint} may not encrypt, or not any more"
            )
        } else {
            missing()
        })
    }
}

enum EncryptionKey<'a> {
    Primary(&'a SignedPublicKey),
    Sub(&'a SignedPublicSubKey),
}

/// Whether a key with these signatures may encrypt now. The newest signature that binds it counts.
fn may_encrypt(signatures: &[Signature], created: i64, now: i64) -> bool {
    let revoked = |signature: &Signature| {
        matches!(signature.typ(), Some(SignatureType::SubkeyRevocation | SignatureType::KeyRevocation))
    };
    if signatures.iter().any(revoked) {
        return false;
    }
    let made = |signature: &&Signature| signature.created().map_or(0, |time| time.as_secs());
    let Some(newest) = signatures.iter().max_by_key(made) else { return false };
    let flags = newest.key_flags();
    let expired = newest.key_expiration_time().is_some_and(|time| {
        let seconds = i64::from(time.as_secs());
        seconds > 0 && created.saturating_add(seconds) <= now
    });
    (flags.encrypt_comms() || flags.encrypt_storage()) && !expired
}

/// A fingerprint can be given in full or by its end, and with a `!` that asks for this very key.
fn is_named(own: &str, wanted: &str) -> bool {
    let wanted = wanted.trim_end_matches('!').trim_start_matches("0x").to_uppercase();
    wanted.len() >= 8 && own.ends_with(&wanted)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Entropy as the library asks for it.
struct Random<'a>(&'a mut dyn Entropy);

impl CryptoRng for Random<'_> {}

impl RngCore for Random<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        self.0.fill(buffer);
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), rand_core::Error> {
        self.0.fill(buffer);
        Ok(())
    }
}
