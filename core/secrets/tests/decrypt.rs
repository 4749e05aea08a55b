//! Documents that sops 3.13 wrote, opened; and whatever was done to them, noticed.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read files and fail loudly")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use weir_secrets::{Asks, Format, Integrity, Keys, NoKey, SecretError, decrypt, decrypt_bytes, is_encrypted};
use weir_yaml::{Dialect, Value, first_from_yaml, from_json, to_json};
use zeroize::Zeroizing;

fn read(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/documents");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

fn document(name: &str) -> Value {
    first_from_yaml(&read(name), Dialect::V3).unwrap()
}

fn keys() -> Keys {
    let mut keys = Keys::default();
    keys.add_age(&read("key.txt")).unwrap();
    keys
}

fn plain() -> Value {
    from_json(read("plain.json").as_bytes()).unwrap()
}

#[test]
fn every_kind_of_rule_gives_the_same_document() {
    for name in ["all.yaml", "regex.yaml", "maconly.yaml", "suffix.yaml", "all.json"] {
        let document = document(name);
        assert!(is_encrypted(&document));
        let opened =
            decrypt(&document, &keys(), Integrity::Checked).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(opened.means(&plain()), "{name}: {}", to_json(&opened));
    }
}

#[test]
fn a_document_for_somebody_else_says_for_whom_and_who_we_are() {
    let error = decrypt(&document("other.yaml"), &keys(), Integrity::Checked).unwrap_err();
    let SecretError::NoKey(NoKey { recipients, at_hand, .. }) = &error else { panic!("{error}") };
    assert_eq!((recipients.len(), at_hand.len()), (1, 1));
    assert!(
        error.to_string().contains("encrypted for age1") && error.to_string().contains("at hand is age1")
    );
    let error = decrypt(&document("all.yaml"), &Keys::default(), Integrity::Checked).unwrap_err().to_string();
    assert!(error.ends_with("at hand is no key"), "{error}");
}

/// Knows one passphrase, and counts how often it is asked for.
struct Asked {
    answer: Option<&'static str>,
    times: AtomicUsize,
}

impl Asks for Asked {
    fn passphrase(&self, name: &str, is_again: bool) -> Option<Zeroizing<String>> {
        assert_eq!(name, "~/.ssh/id_ed25519");
        assert_eq!(is_again, self.times.fetch_add(1, Ordering::Relaxed) > 0);
        self.answer.map(|answer| Zeroizing::new(answer.to_string()))
    }
}

#[test]
fn a_passphrase_is_asked_for_once_and_only_if_it_is_needed() {
    let locked = read("../samples/keys/ssh-locked");
    let (own, other) = (document("locked.yaml"), document("all.yaml"));
    for (answer, opens) in [(Some("sesame"), true), (Some("wrong"), false), (None, false)] {
        let asked = Arc::new(Asked { answer, times: AtomicUsize::new(0) });
        let mut keys = Keys::default();
        keys.add_ssh_asking(locked.as_bytes(), "~/.ssh/id_ed25519", asked.clone()).unwrap();
        assert!(decrypt(&other, &keys, Integrity::Checked).is_err());
        assert_eq!(asked.times.load(Ordering::Relaxed), 0);
        let opened = [0, 1].map(|_| decrypt(&own, &keys, Integrity::Checked));
        assert_eq!(opened.iter().filter(|opened| opened.is_ok()).count(), if opens { 2 } else { 0 });
        let times = if answer == Some("wrong") { 3 } else { 1 };
        assert_eq!(asked.times.load(Ordering::Relaxed), times, "{answer:?}");
    }
}

fn leaves(value: &Value) -> Vec<String> {
    match value {
        Value::Map(map) => map.values().flat_map(leaves).collect(),
        Value::List(list) => list.iter().flat_map(leaves).collect(),
        leaf => vec![to_json(leaf)],
    }
}

/// Whatever character of a value, its seal or its key is another one, the document is refused, or means the same.
#[test]
fn what_was_changed_is_refused() {
    let text = read("all.json");
    let keys = keys();
    let mut changed = 0;
    for at in (0..text.len()).step_by(7) {
        let mut bytes = text.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let Ok(document) = from_json(&bytes) else { continue };
        match decrypt(&document, &keys, Integrity::Checked) {
            Err(_) => changed += 1,
            Ok(opened) => {
                // Names of empty values are not under the seal.
                assert_eq!(leaves(&opened), leaves(&plain()), "at {at}");
            }
        }
    }
    assert!(changed > 200, "{changed}");
}

#[test]
fn values_cannot_be_moved_and_the_seal_not_taken_off() {
    let mut moved = document("regex.yaml");
    let user = moved.at(&["stringData", "user"]).unwrap().clone();
    moved.set_at(&["stringData", "password"], user);
    let error = decrypt(&moved, &keys(), Integrity::Unchecked).unwrap_err().to_string();
    assert!(error.contains("stringData.password") && error.contains("moved"), "{error}");
    let mut grown = document("regex.yaml");
    grown.set_at(&["metadata", "namespace"], "other");
    let error = decrypt(&grown, &keys(), Integrity::Checked).unwrap_err().to_string();
    assert!(error.contains("MAC mismatch"), "{error}");
    decrypt(&grown, &keys(), Integrity::Unchecked).unwrap();
    let mut open = document("regex.yaml");
    open.set_at(&["sops", "mac"], "");
    let error = decrypt(&open, &keys(), Integrity::Checked).unwrap_err().to_string();
    assert!(error.contains("has no MAC"), "{error}");
}

#[test]
fn a_value_that_should_be_encrypted_says_what_is_missing() {
    let mut document = document("regex.yaml");
    document.remove_at(&["sops", "encrypted_regex"]);
    let error = decrypt(&document, &keys(), Integrity::Unchecked).unwrap_err().to_string();
    assert!(error.contains("apiVersion") && error.contains("without encrypted_regex"), "{error}");
}

#[test]
fn keys_are_read_and_never_shown() {
    let mut keys = keys();
    let secret = read("key.txt").lines().find(|line| line.starts_with("AGE-SECRET")).unwrap().to_string();
    assert!(!format!("{keys:?}").contains(&secret) && format!("{keys:?}").contains("age1"));
    for (text, cause) in [
        ("age1y79cpaknamrw7ypsvajtzdx4qks2shfu56y6483m5nz87u99hgxszxnjuk", "public half"),
        ("AGE-PLUGIN-YUBIKEY-1XYZ", "plugins of age are not supported"),
        ("rubbish-that-may-be-a-secret", "no key of age"),
    ] {
        let error = keys.add_age(&format!("# c\n\n{text}\n")).unwrap_err().to_string();
        assert!(error.contains(cause) && error.contains("line 3") && !error.contains("rubbish"), "{error}");
    }
    assert!(Keys::public_of(&secret).unwrap().starts_with("age1"));
}

#[test]
fn files_of_other_formats_are_as_they_were() {
    let open =
        |name: &str, from, to| decrypt_bytes(read(name).as_bytes(), (from, to), &keys()).unwrap().to_vec();
    assert_eq!(Format::detect(read("env.env").as_bytes()), Some(Format::Dotenv));
    let lines = String::from_utf8(open("env.env", Format::Dotenv, Format::Dotenv)).unwrap();
    assert_eq!(lines, "A=1\nB=\"two words\"\n# c\nC=\n");
    assert_eq!(Format::detect(read("binary.json").as_bytes()), Some(Format::Json));
    assert_eq!(open("binary.json", Format::Binary, Format::Binary), b"hello \x00\x01 bin");
    let yaml = String::from_utf8(open("all.yaml", Format::Yaml, Format::Yaml)).unwrap();
    assert!(
        first_from_yaml(&yaml, Dialect::V3).unwrap().means(&plain()) && yaml.contains("\n    name: web\n"),
        "{yaml}"
    );
    assert_eq!(Format::of_path("x/.dockerconfigjson"), Format::Json);
    assert_eq!(Format::of_path("id_rsa"), Format::Binary);
}
