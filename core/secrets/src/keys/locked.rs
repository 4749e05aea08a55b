//! Keys behind a passphrase: private keys of SSH, and whole files of keys of age. Passphrases are asked for when such a key
//! is needed, and what they open stays open for all files that come after.

use std::sync::{Arc, Mutex, PoisonError};

use age::DecryptError;
use age::armor::ArmoredReader;
use age::secrecy::SecretString;
use age::ssh::{EncryptedKey, Identity as Ssh};
use age_core::format::{FileKey, Stanza};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::age::{Identity, read_all};
use super::pq;

/// Somebody who knows passphrases.
pub trait Asks: Send + Sync {
    /// The passphrase of this key, if it can be had. `is_again` if the last answer was a wrong one.
    fn passphrase(&self, name: &str, is_again: bool) -> Option<Zeroizing<String>>;
}

/// As often as ssh asks for the same passphrase.
const TRIES: usize = 3;
/// The work that a passphrase may cost, as a power of two: as much as age itself takes.
const MOST_WORK: u8 = 22;

/// What is behind a passphrase, and who knows that. Cloning shares what was opened.
struct Lock<K> {
    name: String,
    asks: Arc<dyn Asks>,
    state: Arc<Mutex<State<K>>>,
}

enum State<K> {
    Closed,
    Open(K),
    /// It does not open: nobody knows the passphrase, or there is a reason to name. Nobody is asked again.
    Stuck(Option<DecryptError>),
}

impl<K> Lock<K> {
    fn new(name: &str, asks: Arc<dyn Asks>) -> Self {
        Self { name: name.to_string(), asks, state: Arc::new(Mutex::new(State::Closed)) }
    }

    /// Uses what is behind it. Nothing if nobody knows the passphrase.
    fn with<T>(
        &self,
        open: impl Fn(SecretString) -> Result<K, DecryptError>,
        used: impl FnOnce(&K) -> Option<Result<T, DecryptError>>,
    ) -> Option<Result<T, DecryptError>> {
        // Others wait meanwhile: two questions at once cannot be answered.
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Closed) {
            *state = self.ask(open);
        }
        match &*state {
            State::Open(key) => used(key),
            State::Stuck(Some(why)) => Some(Err(why.clone())),
            State::Stuck(None) | State::Closed => None,
        }
    }

    fn ask(&self, open: impl Fn(SecretString) -> Result<K, DecryptError>) -> State<K> {
        for tried in 0..TRIES {
            // Whoever answers nothing has enough of it.
            let answer = self.asks.passphrase(&self.name, tried > 0).filter(|words| !words.is_empty());
            let Some(words) = answer else { return State::Stuck(None) };
            match open(SecretString::from(words.to_string())) {
                Ok(key) => return State::Open(key),
                Err(DecryptError::KeyDecryptionFailed | DecryptError::DecryptionFailed) => {}
                Err(other) => return State::Stuck(Some(other)),
            }
        }
        State::Stuck(Some(DecryptError::KeyDecryptionFailed))
    }

    /// Looks at what is behind it, if that is open.
    fn if_open<T>(&self, look: impl FnOnce(&K) -> T) -> Option<T> {
        match &*self.state.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Open(key) => Some(look(key)),
            State::Closed | State::Stuck(_) => None,
        }
    }
}

impl<K> Clone for Lock<K> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), asks: self.asks.clone(), state: self.state.clone() }
    }
}

/// A private key of SSH.
#[derive(Clone)]
pub(super) struct LockedSsh {
    key: EncryptedKey,
    /// The kind of the key, and by what it is named in encrypted files.
    mark: (String, String),
    lock: Lock<Box<Ssh>>,
}

impl LockedSsh {
    /// `public` is the public half as SSH writes it.
    pub(super) fn new(key: EncryptedKey, public: &str, name: &str, asks: Arc<dyn Asks>) -> Option<Self> {
        let (kind, coded) = public.split_once(' ')?;
        let bytes = STANDARD.decode(coded.split_whitespace().next()?).ok()?;
        let tag = STANDARD_NO_PAD.encode(&Sha256::digest(bytes)[..4]);
        Some(Self { key, mark: (kind.to_string(), tag), lock: Lock::new(name, asks) })
    }
}

impl age::Identity for LockedSsh {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        if stanza.tag != self.mark.0 || stanza.args.first() != Some(&self.mark.1) {
            return None;
        }
        let open = |words| self.key.decrypt(words).map(|key| Box::new(Ssh::from(key)));
        self.lock.with(open, |key| key.unwrap_stanza(stanza))
    }
}

/// A file of keys as age-keygen writes it, encrypted as `age --passphrase` does that.
#[derive(Clone)]
pub(super) struct LockedFile {
    /// The file, encrypted.
    bytes: Arc<[u8]>,
    lock: Lock<Vec<Identity>>,
}

impl LockedFile {
    /// Whether this looks like one.
    pub(super) fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(b"age-encryption") || bytes.starts_with(b"-----BEGIN AGE")
    }

    pub(super) fn parse(bytes: &[u8], name: &str, asks: Arc<dyn Asks>) -> Result<Self, String> {
        let known = age::Decryptor::new_buffered(ArmoredReader::new(bytes));
        let known = known.map_err(|cause| format!("failed to decrypt identity file: {cause}"))?;
        if !known.is_scrypt() {
            return Err("it is encrypted for other keys, not with a passphrase: open it with age --decrypt"
                .to_string());
        }
        Ok(Self { bytes: bytes.into(), lock: Lock::new(name, asks) })
    }

    /// The public halves of the keys in it, once it is open.
    pub(super) fn publics(&self) -> Vec<String> {
        self.lock.if_open(|keys| keys.iter().flat_map(Identity::publics).collect()).unwrap_or_default()
    }

    fn open(&self, words: SecretString) -> Result<Vec<Identity>, DecryptError> {
        let mut identity = age::scrypt::Identity::new(words);
        identity.set_max_work_factor(MOST_WORK);
        let known = age::Decryptor::new_buffered(ArmoredReader::new(&*self.bytes))?;
        let reader = known.decrypt(std::iter::once(&identity as &dyn age::Identity))?;
        let text = read_all(reader, 1 << 20)?;
        let broken = |cause: String| DecryptError::Io(std::io::Error::other(cause));
        let text = std::str::from_utf8(&text).map_err(|_| broken("no keys are in it".to_string()))?;
        Identity::parse_lines(text, false).map_err(broken)
    }
}

impl age::Identity for LockedFile {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        if stanza.tag != "X25519" && stanza.tag != pq::STANZA {
            return None;
        }
        self.lock.with(
            |words| self.open(words),
            |keys| keys.iter().find_map(|key| key.as_dyn().unwrap_stanza(stanza)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Knows answers, and counts the questions.
    struct Asked(Vec<&'static str>, AtomicUsize);

    impl Asks for Asked {
        fn passphrase(&self, name: &str, is_again: bool) -> Option<Zeroizing<String>> {
            assert_eq!(name, "keys.txt");
            let at = self.1.fetch_add(1, Ordering::Relaxed);
            assert_eq!(is_again, at > 0);
            self.0.get(at).map(|answer| Zeroizing::new(answer.to_string()))
        }
    }

    /// No entropy at all.
    struct Same;

    impl crate::cipher::Entropy for Same {
        fn fill(&mut self, buffer: &mut [u8]) {
            buffer.fill(7);
        }
    }

    fn locked(text: &str, format: age::armor::Format) -> Vec<u8> {
        let mut recipient = age::scrypt::Recipient::new("sesame".to_string().into());
        recipient.set_work_factor(2);
        let to = std::iter::once(&recipient as &dyn age::Recipient);
        let output = age::armor::ArmoredWriter::wrap_output(Vec::new(), format).expect("memory takes all");
        let encryptor = age::Encryptor::with_recipients(to).expect("there is one");
        let mut writer = encryptor.wrap_output(output).expect("memory takes all");
        writer.write_all(text.as_bytes()).expect("memory takes all");
        writer.finish().and_then(|output| output.finish()).expect("memory takes all")
    }

    #[test]
    fn files_of_keys_open_by_their_passphrase() {
        let new = crate::keys::NewKey::generate(&mut Same);
        let text = format!("# mine\n{}\n", &*new.secret);
        let sealed = super::super::age::close(&new.public, &[7; 32], &mut Same).expect("a good key");
        let cases: [(&[&'static str], bool, usize); 5] = [
            (&["sesame"], true, 1),
            (&["no", "", "sesame"], false, 2),
            (&["no", "nein", "sesame"], true, 3),
            (&["no", "nein", "non", "sesame"], false, 3),
            (&[], false, 1),
        ];
        for format in [age::armor::Format::Binary, age::armor::Format::AsciiArmor] {
            let file = locked(&text, format);
            for (answers, opens, times) in cases {
                let asked = Arc::new(Asked(answers.to_vec(), AtomicUsize::new(0)));
                let mut keys = crate::keys::Keys::default();
                keys.add_age_asking(&file, false, "keys.txt", asked.clone()).expect("it is one");
                assert_eq!(keys.at_hand(), Vec::<String>::new());
                for _ in 0..3 {
                    let opened = super::super::age::open(&keys.age, &sealed, &[]);
                    assert_eq!(opened.is_ok(), opens, "{answers:?}: {opened:?}");
                }
                assert_eq!(asked.1.load(Ordering::Relaxed), times, "{answers:?}");
                assert_eq!(keys.at_hand().contains(&new.public), opens);
            }
        }
    }

    #[test]
    fn what_is_in_a_file_has_to_be_keys() {
        let sealed =
            super::super::age::close(&crate::keys::NewKey::generate(&mut Same).public, &[7; 32], &mut Same);
        let asked = Arc::new(Asked(vec!["sesame"], AtomicUsize::new(0)));
        let mut keys = crate::keys::Keys::default();
        let file = locked("AGE-PLUGIN-YUBIKEY-1\n", age::armor::Format::Binary);
        keys.add_age_asking(&file, false, "keys.txt", asked).expect("it is one");
        let error = super::super::age::open(&keys.age, &sealed.expect("a good key"), &[]).unwrap_err();
        assert!(error.contains("line 1: plugins of age are not supported"), "{error}");
        let error = keys.add_age_asking(
            b"age-encryption.org/v1\n",
            false,
            "x",
            Arc::new(Asked(vec![], AtomicUsize::new(0))),
        );
        assert!(error.unwrap_err().to_string().contains("failed to decrypt identity file"));
    }
}
