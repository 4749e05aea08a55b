//! Keys of age: its own ones, those of SSH, and the post-quantum ones.
//!
//! The `age` crate draws the random bytes of a file itself.

use std::io::{Read, Write as _};
use std::sync::Arc;

use age::armor::ArmoredReader;
use age::secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use super::envelope::Envelope;
use super::locked::{Asks, LockedFile, LockedSsh};
use super::pq;
use crate::cipher::{DataKey, Entropy};
use crate::error::SecretError;

/// The secret half of a key.
#[derive(Clone)]
pub(super) enum Identity {
    Native(age::x25519::Identity),
    Hybrid(pq::Identity),
    Ssh {
        key: Box<age::ssh::Identity>,
        /// The public half.
        public: String,
    },
    Locked {
        key: Box<LockedSsh>,
        /// The public half.
        public: String,
    },
    /// Many, behind one passphrase.
    LockedFile(LockedFile),
}

impl Identity {
    /// A key as age-keygen writes it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("AGE-PLUGIN-") {
            Err("plugins of age are not supported".to_string())
        } else if text.starts_with("AGE-SECRET-KEY-PQ-") {
            pq::Identity::parse(text).map(Self::Hybrid)
        } else if LockedFile::is_one(text.as_bytes()) {
            Err("the file with keys is behind a passphrase, and nobody can be asked for it here".to_string())
        } else if text.starts_with("age1") {
            Err("this is the public half of a key; the secret one begins with AGE-SECRET-KEY-".to_string())
        } else if !text.starts_with("AGE-SECRET-KEY-1") {
            Err("unknown identity type: it is no key of age (AGE-SECRET-KEY-...)".to_string())
        } else {
            let key = text.parse().map_err(|cause| format!("malformed secret key: {cause}"))?;
            Ok(Self::Native(key))
        }
    }

    /// The keys of a file as age-keygen writes it; a line may have several of them.
    pub(super) fn parse_lines(text: &str, has_several: bool) -> Result<Vec<Self>, String> {
        let mut all = Vec::new();
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let keys = if has_several { content.split_whitespace().collect() } else { vec![content] };
            for key in keys {
                all.push(Self::parse(key).map_err(|cause| format!("line {line}: {cause}"))?);
            }
        }
        Ok(all)
    }

    /// A private key of SSH in its file. One behind a passphrase needs somebody who knows that, and a name to ask by.
    pub(super) fn parse_ssh(text: &[u8], asks: Option<(&str, Arc<dyn Asks>)>) -> Result<Self, String> {
        let key = age::ssh::Identity::from_buffer(text, None);
        let key = key.map_err(|_| "malformed SSH identity: it is no private key of SSH".to_string())?;
        if let age::ssh::Identity::Unsupported(_) = &key {
            return Err("unsupported SSH identity type: only ssh-ed25519 and ssh-rsa are".to_string());
        }
        let halved = || "malformed SSH identity: it has no public half".to_string();
        let public = age::ssh::Recipient::try_from(key.clone()).map_err(|_| halved())?.to_string();
        match (key, asks) {
            (age::ssh::Identity::Encrypted(key), Some((name, asks))) => {
                let key = Box::new(LockedSsh::new(key, &public, name, asks).ok_or_else(halved)?);
                Ok(Self::Locked { key, public })
            }
            (age::ssh::Identity::Encrypted(_), None) => {
                Err("the SSH key is behind a passphrase, and nobody can be asked for it here".to_string())
            }
            (key, _) => Ok(Self::Ssh { key: Box::new(key), public }),
        }
    }

    /// The public halves, as far as they are known.
    pub(super) fn publics(&self) -> Vec<String> {
        match self {
            Self::Native(key) => vec![key.to_public().to_string()],
            Self::Hybrid(key) => vec![key.public()],
            Self::Ssh { public, .. } | Self::Locked { public, .. } => vec![public.clone()],
            Self::LockedFile(file) => file.publics(),
        }
    }

    /// Whether this is the secret half of a recipient; keys of SSH may have a name behind.
    pub(super) fn is_of(&self, recipient: &str) -> bool {
        let key = |text: &str| text.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        self.publics().iter().any(|public| key(public) == key(recipient))
    }

    /// Whether somebody may be asked a question before it is known to be of use.
    fn asks_first(&self) -> bool {
        matches!(self, Self::LockedFile(_))
    }

    pub(super) fn as_dyn(&self) -> &dyn age::Identity {
        match self {
            Self::Native(key) => key,
            Self::Hybrid(key) => key,
            Self::Ssh { key, .. } => &**key,
            Self::Locked { key, .. } => &**key,
            Self::LockedFile(file) => file,
        }
    }
}

/// Opens what was closed for one of these.
///
/// `places` are those in which there was no key.
pub(super) fn open(keys: &[Identity], encrypted: &str, places: &[String]) -> Result<DataKey, String> {
    let places = match places {
        [] => String::new(),
        [one] => format!(". Did not find keys in location '{one}'."),
        [one, two] => format!(". Did not find keys in locations '{one}' and '{two}'."),
        [most @ .., last] => {
            format!(". Did not find keys in locations '{}', and '{last}'.", most.join("', '"))
        }
    };
    if keys.is_empty() {
        return Err(format!("failed to load age identities{places}"));
    }
    let failed = |cause: &str| {
        format!("failed to create reader for decrypting sops data key with age: {cause}{places}")
    };
    let (last, first): (Vec<_>, Vec<_>) = keys.iter().partition(|key| key.asks_first());
    let ordered: Vec<_> = first.into_iter().chain(last).map(Identity::as_dyn).collect();
    open_by(&ordered, encrypted).map_err(|cause| match cause {
        age::DecryptError::NoMatchingKeys => failed(if keys.len() == 1 {
            "identity did not match any of the recipients: incorrect identity for recipient block"
        } else {
            "no identity matched any of the recipients"
        }),
        cause => failed(&cause.to_string()),
    })
}

fn open_by(keys: &[&dyn age::Identity], encrypted: &str) -> Result<DataKey, age::DecryptError> {
    if let Some(envelope) = Envelope::parse(encrypted) {
        let key = keys.iter().find_map(|key| key.unwrap_stanzas(&envelope.stanzas));
        if let Some(opened) = envelope.open(&key.ok_or(age::DecryptError::NoMatchingKeys)??) {
            return Ok(opened);
        }
    }
    let opener = age::Decryptor::new_buffered(ArmoredReader::new(encrypted.as_bytes()))?;
    // A data key has 32 bytes, and a share one more.
    Ok(read_all(opener.decrypt(keys.iter().copied())?, 256)?)
}

/// What is read, up to so many bytes, without leaving copies behind.
pub(super) fn read_all(reader: impl Read, most: usize) -> std::io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; most]);
    let mut reader = reader.take(most as u64);
    let mut length = 0;
    while let Some(rest) = bytes.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest)? {
            0 => break,
            read => length += read,
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// Closes a data key for one recipient.
pub(super) fn close(recipient: &str, part: &[u8], entropy: &mut dyn Entropy) -> Result<String, SecretError> {
    let failed = |cause: String| SecretError::Recipient(format!("{recipient}: {cause}"));
    let mut random = Zeroizing::new([0; 64]);
    entropy.fill(&mut *random);
    let known = parse(recipient, random).map_err(failed)?;
    let sealed = (|| {
        let encryptor =
            age::Encryptor::with_recipients(std::iter::once(&*known)).map_err(|cause| cause.to_string())?;
        let text = |cause: std::io::Error| cause.to_string();
        let armored = age::armor::ArmoredWriter::wrap_output(Vec::new(), age::armor::Format::AsciiArmor);
        let mut writer = encryptor.wrap_output(armored.map_err(text)?).map_err(text)?;
        writer.write_all(part).map_err(text)?;
        writer.finish().and_then(|armored| armored.finish()).map_err(text)
    })();
    let sealed =
        sealed.map_err(|cause| failed(format!("failed to encrypt sops data key with age: {cause}")))?;
    String::from_utf8(sealed).map_err(|_| failed("its file is no text".to_string()))
}

fn parse(recipient: &str, random: Zeroizing<[u8; 64]>) -> Result<Box<dyn age::Recipient>, String> {
    if recipient.starts_with("age1pq1") {
        return Ok(Box::new(pq::Recipient::parse(recipient, random)?));
    }
    if recipient.starts_with("ssh-") {
        let key = recipient.parse::<age::ssh::Recipient>();
        return Ok(Box::new(
            key.map_err(|cause| format!("failed to parse input as age-ssh public key: {cause:?}"))?,
        ));
    }
    if recipient.starts_with("age1") && recipient.matches('1').count() > 1 {
        return Err("plugins of age are not supported".to_string());
    }
    let key = recipient.parse::<age::x25519::Recipient>();
    Ok(Box::new(
        key.map_err(|cause| format!("failed to parse input as Bech32-encoded age public key: {cause}"))?,
    ))
}

/// Whether something can be encrypted for this at all.
pub(super) fn check(recipient: &str) -> Result<(), String> {
    parse(recipient, Zeroizing::new([0; 64])).map(|_| ())
}

/// A key as people keep it.
pub(super) fn secret_text(bytes: &[u8; 32]) -> Option<Zeroizing<String>> {
    let text = pq::bech32("age-secret-key-", bytes)?;
    Some(Zeroizing::new(text.to_uppercase()))
}

/// The public half of a secret key.
pub(super) fn public_of(secret: &str) -> Option<String> {
    let key = Identity::parse(secret.trim()).ok()?;
    if let Identity::Native(key) = &key {
        // The secret half is only looked at.
        let _ = key.to_string().expose_secret().len();
    }
    key.publics().pop()
}
