//! Files of age as sops writes them, opened without the buffers of a stream: a data key has 32 bytes.
//!
//! What is unusual about a file, or wrong, is left to the `age` crate, which knows what to say.

use age_core::format::{FileKey, Stanza};
use age_core::secrecy::ExposeSecret as _;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----\n";
const END: &str = "-----END AGE ENCRYPTED FILE-----";
const MAGIC: &str = "age-encryption.org/v1\n";
/// Characters of a full line.
const LINE: usize = 64;
const NONCE: usize = 16;
/// Of the only piece of a payload, which is the last one.
const FIRST_AND_LAST: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
/// Larger payloads have several pieces.
const PIECE: usize = (64 << 10) + 16;

/// A file of age.
pub(super) struct Envelope {
    pub(super) stanzas: Vec<Stanza>,
    /// What the seal of the header is over.
    sealed: Vec<u8>,
    mac: Vec<u8>,
    nonce: [u8; NONCE],
    payload: Vec<u8>,
}

impl Envelope {
    /// Nothing if it is not written as usual.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let body = text.strip_prefix(BEGIN)?.trim_end_matches('\n').strip_suffix(END)?;
        let bytes = STANDARD.decode(joined(body.strip_suffix('\n')?, 1)?).ok()?;
        let at = bytes.windows(4).position(|window| window == b"\n---")?;
        let (header, rest) = bytes.split_at_checked(at + 4)?;
        let (mac, rest) = rest.strip_prefix(b" ")?.split_at_checked(43)?;
        let (nonce, payload) = rest.strip_prefix(b"\n")?.split_at_checked(NONCE)?;
        let stanzas = stanzas(std::str::from_utf8(header.strip_suffix(b"---")?).ok()?.strip_prefix(MAGIC)?)?;
        Some(Self {
            stanzas,
            sealed: header.to_vec(),
            mac: STANDARD_NO_PAD.decode(mac).ok()?,
            nonce: nonce.try_into().ok()?,
            payload: payload.to_vec(),
        })
    }

    /// What is in it, for who has opened one of its stanzas. Nothing if that is not what was put into it.
    pub(super) fn open(&self, key: &FileKey) -> Option<Zeroizing<Vec<u8>>> {
        let derived = |salt: Option<&[u8]>, label: &[u8]| {
            let mut key_of = Zeroizing::new([0; 32]);
            Hkdf::<Sha256>::new(salt, key.expose_secret()).expand(label, &mut *key_of).ok()?;
            Some(key_of)
        };
        // The first half of HKDF is HMAC.
        let (mac, _) = Hkdf::<Sha256>::extract(Some(&*derived(None, b"header")?), &self.sealed);
        let differs = mac.iter().zip(&self.mac).fold(0, |all, (one, other)| all | (one ^ other));
        if differs != 0 || self.mac.len() != mac.len() || self.payload.len() > PIECE {
            return None;
        }
        let cipher = ChaCha20Poly1305::new(Key::from_slice(&*derived(Some(&self.nonce), b"payload")?));
        let nonce = Nonce::from(FIRST_AND_LAST);
        cipher.decrypt(&nonce, self.payload.as_slice()).ok().map(Zeroizing::new)
    }
}

/// Full lines and one that need not be full, which has at least so many characters.
fn joined(lines: &str, least: usize) -> Option<String> {
    let mut all = String::with_capacity(lines.len());
    let mut rest = lines;
    while let Some((line, behind)) = rest.split_once('\n') {
        if line.len() != LINE {
            return None;
        }
        all.push_str(line);
        rest = behind;
    }
    all.push_str(rest);
    (least..=LINE).contains(&rest.len()).then_some(all)
}

fn stanzas(mut text: &str) -> Option<Vec<Stanza>> {
    let mut stanzas = Vec::new();
    while !text.is_empty() {
        let (first, mut rest) = text.strip_prefix("-> ")?.split_once('\n')?;
        let mut words = first.split(' ');
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
        let tag = words.next().filter(|word| is_word(word))?.to_string();
        let args: Vec<_> =
            words.map(|word| is_word(word).then(|| word.to_string())).collect::<Option<_>>()?;
        // The last line is never a full one.
        let mut body = String::new();
        loop {
            let (line, behind) = rest.split_once('\n')?;
            body.push_str(line);
            rest = behind;
            match line.len() {
                LINE => {}
                ..LINE => break,
                _ => return None,
            }
        }
        stanzas.push(Stanza { tag, args, body: STANDARD_NO_PAD.decode(body).ok()? });
        text = rest;
    }
    (!stanzas.is_empty()).then_some(stanzas)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn sealed(recipient: &age::x25519::Recipient, payload: &[u8], format: age::armor::Format) -> String {
        let to = std::iter::once(recipient as &dyn age::Recipient);
        let armored = age::armor::ArmoredWriter::wrap_output(Vec::new(), format).expect("memory takes all");
        let encryptor = age::Encryptor::with_recipients(to).expect("there is one");
        let mut writer = encryptor.wrap_output(armored).expect("memory takes all");
        writer.write_all(payload).expect("memory takes all");
        let bytes = writer.finish().and_then(|armored| armored.finish()).expect("memory takes all");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[test]
    fn what_age_writes_is_opened() {
        let identity = age::x25519::Identity::generate();
        // All lengths of the last line, and a payload of two pieces.
        for length in (0..100).chain([(64 << 10) - 1, 64 << 10]) {
            let payload: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let text = sealed(&identity.to_public(), &payload, age::armor::Format::AsciiArmor);
            let envelope = Envelope::parse(&text).expect("it is as usual");
            let key = age::Identity::unwrap_stanzas(&identity, &envelope.stanzas);
            let key = key.expect("it is for this key").expect("it is whole");
            assert_eq!(envelope.open(&key).as_deref(), Some(&payload), "{length}");
        }
        let payload = vec![7; (64 << 10) + 1];
        let text = sealed(&identity.to_public(), &payload, age::armor::Format::AsciiArmor);
        let envelope = Envelope::parse(&text).expect("it is as usual");
        let key = age::Identity::unwrap_stanzas(&identity, &envelope.stanzas);
        assert_eq!(envelope.open(&key.expect("it is for this key").expect("it is whole")), None);
    }

    #[test]
    fn what_was_changed_is_not() {
        let identity = age::x25519::Identity::generate();
        let text = sealed(&identity.to_public(), &[7; 32], age::armor::Format::AsciiArmor);
        let opened = |text: &str| {
            let envelope = Envelope::parse(text)?;
            let key = age::Identity::unwrap_stanzas(&identity, &envelope.stanzas)?.ok()?;
            envelope.open(&key)
        };
        assert!(opened(&text).is_some());
        for at in 0..text.len() {
            for other in ["A", "\n", " ", "-", ""] {
                let mut changed = text.clone();
                changed.replace_range(at..=at, other);
                if changed != text && changed.trim_end() != text.trim_end() {
                    assert!(opened(&changed).is_none(), "{at} {other:?}");
                }
            }
        }
    }
}
