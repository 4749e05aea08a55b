//! The post-quantum keys of age 1.3: ML-KEM-768 and X25519 together (X-Wing), in the base mode of HPKE.
//!
//! The `age` crate does not have them yet. Random bytes come from outside, as everywhere in this crate.

use std::collections::HashSet;

use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::secrecy::ExposeSecret as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hkdf::Hkdf;
use ml_kem::kem::Decapsulate as _;
use ml_kem::{EncapsulateDeterministic as _, EncodedSizeUser as _, KemCore, MlKem768};
use sha2::Sha256;
use sha3::digest::{Digest as _, ExtendableOutput as _, Update as _, XofReader as _};
use sha3::{Sha3_256, Shake256};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// What stands in files for such keys.
pub(super) const STANZA: &str = "mlkem768x25519";
const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";
const LABEL: &str = "postquantum";
const PUBLIC_PREFIX: &str = "age1pq";
const SECRET_PREFIX: &str = "age-secret-key-pq-";

/// Bytes of a public key of ML-KEM, of what is encapsulated with it, and of both halves of X25519.
const KEM_PUBLIC: usize = 1184;
const KEM_SEALED: usize = 1088;
const CURVE: usize = 32;

type Encapsulation = <MlKem768 as KemCore>::EncapsulationKey;
type Decapsulation = <MlKem768 as KemCore>::DecapsulationKey;

/// Text in Bech32, without a limit to its length.
pub(super) fn bech32(prefix: &str, bytes: &[u8]) -> Option<String> {
    Some(age_core::primitives::bech32_encode(bech32::Hrp::parse(prefix).ok()?, bytes))
}

fn decoded(text: &str, prefix: &str) -> Option<Zeroizing<Vec<u8>>> {
    let bytes = age_core::primitives::bech32_decode(
        text,
        |_| (),
        |own| if own.to_lowercase() == prefix { Ok(()) } else { Err(()) },
        |_, bytes| Ok(Zeroizing::new(bytes.collect())),
    );
    bytes.ok()
}

/// The public half.
pub(super) struct Recipient {
    kem: Encapsulation,
    curve: PublicKey,
    /// For one file: a message of ML-KEM and a key of X25519.
    random: Zeroizing<[u8; 64]>,
}

impl Recipient {
    /// `random` is used up by one file.
    pub(super) fn parse(text: &str, random: Zeroizing<[u8; 64]>) -> Result<Self, String> {
        let wrong =
            || "failed to parse input as Bech32-encoded age public key: malformed recipient".to_string();
        let bytes = decoded(text, PUBLIC_PREFIX).ok_or_else(wrong)?;
        let (kem, curve) = bytes.split_at_checked(KEM_PUBLIC).ok_or_else(wrong)?;
        let curve = <[u8; CURVE]>::try_from(curve).map_err(|_| wrong())?;
        let encoded = kem.try_into().map_err(|_| wrong())?;
        let known = Encapsulation::from_bytes(&encoded);
        // What is not reduced comes back as something else.
        if known.as_bytes().as_slice() != kem {
            return Err(wrong());
        }
        Ok(Self { kem: known, curve: PublicKey::from(curve), random })
    }

    /// The shared secret, and what the other one needs to find it.
    fn encapsulate(&self) -> Option<(Zeroizing<[u8; 32]>, Vec<u8>)> {
        let (message, secret) = self.random.split_at(32);
        let message = Zeroizing::new(<[u8; 32]>::try_from(message).ok()?);
        let secret = StaticSecret::from(<[u8; 32]>::try_from(secret).ok()?);
        let (sealed, of_kem) = self.kem.encapsulate_deterministic(&(*message).into()).ok()?;
        let of_curve = secret.diffie_hellman(&self.curve);
        let own = PublicKey::from(&secret);
        let shared = shared_secret(&of_kem, of_curve.as_bytes(), own.as_bytes(), self.curve.as_bytes());
        of_curve.was_contributory().then(|| (shared, [sealed.as_slice(), own.as_bytes()].concat()))
    }
}

impl age::Recipient for Recipient {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), age::EncryptError> {
        let failed = || age::EncryptError::Io(std::io::Error::other("the key cannot be used"));
        let (shared, sealed) = self.encapsulate().ok_or_else(failed)?;
        let (cipher, nonce) = context(&shared).ok_or_else(failed)?;
        let body = cipher.encrypt(&nonce, key.expose_secret().as_slice()).map_err(|_| failed())?;
        let args = vec![STANDARD_NO_PAD.encode(sealed)];
        Ok((vec![Stanza { tag: STANZA.to_string(), args, body }], HashSet::from([LABEL.to_string()])))
    }
}

/// The secret half.
#[derive(Clone)]
pub(super) struct Identity {
    kem: Box<Decapsulation>,
    curve: StaticSecret,
    public: Box<str>,
}

impl Identity {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "malformed secret key".to_string();
        let seed = decoded(text, SECRET_PREFIX).filter(|seed| seed.len() == 32).ok_or_else(wrong)?;
        let mut expanded = Zeroizing::new([0; 96]);
        Shake256::default().chain(&*seed).finalize_xof().read(&mut *expanded);
        let part = |at: usize| <[u8; 32]>::try_from(&expanded[at * 32..][..32]).map_err(|_| wrong());
        let (kem, public) = MlKem768::generate_deterministic(&part(0)?.into(), &part(1)?.into());
        let curve = StaticSecret::from(part(2)?);
        let public = [public.as_bytes().as_slice(), PublicKey::from(&curve).as_bytes()].concat();
        let public = bech32(PUBLIC_PREFIX, &public).ok_or_else(wrong)?.into();
        Ok(Self { kem: Box::new(kem), curve, public })
    }

    /// The public half.
    pub(super) fn public(&self) -> String {
        self.public.to_string()
    }

    fn decapsulate(&self, sealed: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
        let (of_kem, theirs) = sealed.split_at_checked(KEM_SEALED)?;
        let theirs = PublicKey::from(<[u8; CURVE]>::try_from(theirs).ok()?);
        let of_kem = self.kem.decapsulate(&of_kem.try_into().ok()?).ok()?;
        let of_curve = self.curve.diffie_hellman(&theirs);
        let own = PublicKey::from(&self.curve);
        let shared = shared_secret(&of_kem, of_curve.as_bytes(), theirs.as_bytes(), own.as_bytes());
        of_curve.was_contributory().then_some(shared)
    }
}

impl age::Identity for Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        if stanza.tag != STANZA {
            return None;
        }
        let [sealed] = stanza.args.as_slice() else { return Some(Err(age::DecryptError::InvalidHeader)) };
        let Ok(sealed) = STANDARD_NO_PAD.decode(sealed) else {
            return Some(Err(age::DecryptError::InvalidHeader));
        };
        let (cipher, nonce) = context(&*self.decapsulate(&sealed)?)?;
        // A wrong key shows only here.
        let opened = Zeroizing::new(cipher.decrypt(&nonce, stanza.body.as_slice()).ok()?);
        if opened.len() != FILE_KEY_BYTES {
            return Some(Err(age::DecryptError::InvalidHeader));
        }
        Some(Ok(FileKey::init_with_mut(|key| key.copy_from_slice(&opened))))
    }
}

/// What both know, with all that was said in the open, as X-Wing puts it together.
fn shared_secret(of_kem: &[u8], of_curve: &[u8], sent: &[u8], public: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut hash = Sha3_256::new();
    for part in [of_kem, of_curve, sent, public, b"\\.//^\\".as_slice()] {
        sha3::digest::Digest::update(&mut hash, part);
    }
    Zeroizing::new(hash.finalize().into())
}

/// Key and first nonce of HPKE in its base mode, with HKDF-SHA256 and ChaCha20-Poly1305.
fn context(shared: &[u8; 32]) -> Option<(ChaCha20Poly1305, Nonce)> {
    const SUITE: &[u8] = b"HPKE\x64\x7a\x00\x01\x00\x03";
    const VERSION: &[u8] = b"HPKE-v1";
    let extract = |salt: &[u8], label: &[u8], from: &[u8]| {
        Hkdf::<Sha256>::extract(Some(salt), &Zeroizing::new([VERSION, SUITE, label, from].concat()))
    };
    let mut schedule = vec![0];
    schedule.extend_from_slice(&extract(&[], b"psk_id_hash", &[]).0);
    schedule.extend_from_slice(&extract(&[], b"info_hash", INFO).0);
    let (_, secret) = extract(shared, b"secret", &[]);
    let expand = |label: &[u8], length: u8, into: &mut [u8]| {
        secret.expand(&[&[0, length], VERSION, SUITE, label, &schedule].concat(), into).ok()
    };
    let mut key = Zeroizing::new([0; 32]);
    let mut nonce = [0; 12];
    expand(b"key", 32, &mut *key)?;
    expand(b"base_nonce", 12, &mut nonce)?;
    Some((ChaCha20Poly1305::new(Key::from_slice(&*key)), nonce.into()))
}
