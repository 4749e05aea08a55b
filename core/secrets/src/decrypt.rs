//! A document opened: every value by its own way, so that none can be moved.

use sha2::{Digest as _, Sha512};
use weir_yaml::{Map, Value};

use crate::cipher::{DataKey, is_ciphertext, open};
use crate::error::SecretError;
use crate::keys::Keys;
use crate::metadata::Metadata;

/// What a seal over encrypted values alone begins with.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b,
    0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// Whether the seal is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// The document must be as it was sealed.
    Checked,
    /// Others have added to it since, as a build does.
    Unchecked,
}

/// Whether a document says that it is encrypted.
#[must_use]
pub fn is_encrypted(document: &Value) -> bool {
    document.at(&["sops", "mac"]).is_some()
}

/// The document in plain, without what sops keeps in it.
pub fn decrypt(document: &Value, keys: &Keys, integrity: Integrity) -> Result<Value, SecretError> {
    let Some(metadata) = document.get("sops") else { return Err(SecretError::NotEncrypted) };
    let metadata = Metadata::of(metadata)?;
    let key = keys.data_key(&metadata)?;
    let mut hash = Sha512::new();
    if metadata.mac_only_encrypted {
        hash.update(ONLY_ENCRYPTED);
    }
    let mut opened = Opener { metadata: &metadata, key: &key, hash };
    let Some(map) = document.as_map() else { return Err(SecretError::NotEncrypted) };
    let mut plain = Map::with_capacity(map.len());
    for (name, value) in map.iter().filter(|(name, _)| name.as_str() != "sops") {
        plain.insert(name.clone(), opened.value(value, &mut vec![name.as_str()])?);
    }
    if integrity == Integrity::Checked {
        opened.verify()?;
    }
    Ok(Value::from(plain))
}

struct Opener<'a> {
    metadata: &'a Metadata,
    key: &'a DataKey,
    hash: Sha512,
}

impl Opener<'_> {
    /// Lists have no part in the way to a value.
    fn value<'a>(&mut self, value: &'a Value, path: &mut Vec<&'a str>) -> Result<Value, SecretError> {
        match value {
            Value::Map(map) => {
                let mut plain = Map::with_capacity(map.len());
                for (name, value) in map.iter() {
                    path.push(name.as_str());
                    plain.insert(name.clone(), self.value(value, path)?);
                    path.pop();
                }
                Ok(Value::from(plain))
            }
            Value::List(list) => {
                let items = list.iter().map(|item| self.value(item, path)).collect::<Result<Vec<_>, _>>()?;
                Ok(Value::from(items))
            }
            Value::Null => Ok(Value::Null),
            leaf => self.leaf(leaf, path),
        }
    }

    fn leaf(&mut self, leaf: &Value, path: &[&str]) -> Result<Value, SecretError> {
        let rule = &self.metadata.rule;
        let covered =
            if rule.is_by_comment() { leaf.as_str().is_some_and(is_ciphertext) } else { rule.covers(path) };
        if !covered {
            if !self.metadata.mac_only_encrypted {
                self.hash.update(bytes_of(leaf));
            }
            return Ok(leaf.clone());
        }
        let at = path.join(".");
        let failed = |cause: String| SecretError::Value { path: at.clone(), cause };
        let text = leaf.as_str().ok_or_else(|| failed(self.not_encrypted()))?;
        if !text.is_empty() && !is_ciphertext(text) {
            return Err(failed(self.not_encrypted()));
        }
        let opened = open(text, self.key, &format!("{}:", path.join(":"))).map_err(failed)?;
        self.hash.update(&opened.bytes);
        opened.value().map_err(|cause| SecretError::Value { path: at.clone(), cause })
    }

    fn not_encrypted(&self) -> String {
        let why = "it is not encrypted, though the metadata says that it is";
        if self.metadata.rule.is_for_all() {
            format!(
                "{why}: without encrypted_regex every value must be; encrypt the file anew with \
                 --encrypted-regex '^(data|stringData)$'"
            )
        } else {
            why.to_string()
        }
    }

    /// The seal is encrypted with the time of the last change as its way.
    fn verify(self) -> Result<(), SecretError> {
        use std::fmt::Write as _;
        let mismatch = |cause: &str| SecretError::Integrity(cause.to_string());
        if self.metadata.mac.is_empty() {
            return Err(mismatch("the file has no MAC"));
        }
        let sealed = open(&self.metadata.mac, self.key, &self.metadata.last_modified)
            .map_err(|cause| mismatch(&format!("the MAC cannot be opened: {cause}")))?;
        let mut own = String::new();
        for byte in self.hash.finalize() {
            let _ = write!(own, "{byte:02X}");
        }
        if own.as_bytes() == sealed.bytes.as_slice() {
            return Ok(());
        }
        Err(mismatch("MAC mismatch: the file was changed without sops"))
    }
}

/// A plain value as it goes into the seal.
fn bytes_of(value: &Value) -> Vec<u8> {
    match value {
        Value::Bool(true) => b"True".to_vec(),
        Value::Bool(false) => b"False".to_vec(),
        Value::Int(number) => number.to_string().into_bytes(),
        Value::UInt(number) => number.to_string().into_bytes(),
        Value::Float(number) => number.to_string().into_bytes(),
        Value::String(text) => text.as_bytes().to_vec(),
        Value::Spelled(spelled) => spelled.text().as_bytes().to_vec(),
        Value::Null | Value::List(_) | Value::Map(_) => Vec::new(),
    }
}
