//! Objects that a build made of files, and files as Flux opens them.
//!
//! A build has forgotten the comments of what it read, so that rules by comment cannot be followed: there the values
//! tell for themselves.

use weir_yaml::{Map, Value};
use zeroize::Zeroizing;

use crate::cipher::{self, DataKey, is_ciphertext};
use crate::document::{Integrity, Sealed, verify};
use crate::error::SecretError;
use crate::keys::Keys;
use crate::metadata::Metadata;
use crate::secret::Secret;
use crate::stores::{Format, Layout};
use crate::tree::{Branch, Item, Node};
use crate::walk::{Seal, not_encrypted};

/// Whether an object says that it is encrypted.
#[must_use]
pub fn is_encrypted(object: &Value) -> bool {
    object.at(&["sops", "mac"]).is_some()
}

/// The bytes of a file before it was encrypted, written in a format that may be another one. Others may have changed
/// it: its seal is not looked at, as Flux does not.
pub fn decrypt_bytes(
    bytes: &[u8],
    (from, to): (Format, Format),
    keys: &Keys,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let opened = Sealed::parse(bytes, from)?.open(keys, Integrity::Unchecked)?;
    opened.document.emit(to, &Layout::default())
}

/// The object in plain, without what sops keeps in it.
pub fn decrypt(object: &Value, keys: &Keys, integrity: Integrity) -> Result<Value, SecretError> {
    let Some(Value::Map(own)) = object.get("sops") else { return Err(SecretError::NotEncrypted) };
    let metadata = Metadata::of(&branch_of(own)?)?;
    let key = keys.data_key(&metadata)?;
    let seal = Seal::new(metadata.mac_only_encrypted);
    let mut opener = Opener { metadata: &metadata, key: &key, seal };
    let Some(map) = object.as_map() else { return Err(SecretError::NotEncrypted) };
    let mut plain = Map::with_capacity(map.len());
    for (name, value) in map.iter().filter(|(name, _)| name.as_str() != "sops") {
        plain.insert(name.clone(), opener.value(value, &mut vec![name.as_str()])?);
    }
    if integrity == Integrity::Checked {
        let sum = opener.seal.finish();
        verify(&metadata, cipher::open(&metadata.mac, &key, &metadata.last_modified, None), &sum)?;
    }
    Ok(Value::from(plain))
}

/// What is known as a value, as a tree.
fn branch_of(map: &Map) -> Result<Branch, SecretError> {
    map.iter().map(|(key, value)| Ok(Item::Entry(key.as_str().to_string(), node_of(value)?))).collect()
}

fn node_of(value: &Value) -> Result<Node, SecretError> {
    Ok(match value {
        Value::Null => Node::Null,
        Value::Bool(flag) => Node::Bool(*flag),
        Value::Int(number) => Node::Int(*number),
        Value::UInt(number) => return Err(SecretError::Metadata(format!("{number} is out of range"))),
        Value::Float(number) => Node::Float(*number),
        Value::String(text) => Node::from(&**text),
        Value::Spelled(spelled) => node_of(spelled.value())?,
        Value::List(list) => Node::List(list.iter().map(node_of).collect::<Result<_, _>>()?),
        Value::Map(map) => Node::Map(branch_of(map)?),
    })
}

struct Opener<'a> {
    metadata: &'a Metadata,
    key: &'a DataKey,
    seal: Seal,
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
                let mut items = Vec::with_capacity(list.len());
                for item in list.iter() {
                    items.extend(self.item(item, path)?);
                }
                Ok(Value::from(items))
            }
            Value::Null => Ok(Value::Null),
            leaf => Ok(self.leaf(leaf, path)?.unwrap_or(Value::Null)),
        }
    }

    /// Comments of a list are items of it as long as they are encrypted.
    fn item<'a>(&mut self, item: &'a Value, path: &mut Vec<&'a str>) -> Result<Option<Value>, SecretError> {
        match item {
            Value::Map(_) | Value::List(_) | Value::Null => self.value(item, path).map(Some),
            leaf => self.leaf(leaf, path),
        }
    }

    /// Nothing for a comment.
    fn leaf(&mut self, leaf: &Value, path: &[&str]) -> Result<Option<Value>, SecretError> {
        let rule = &self.metadata.rule;
        let text = leaf.as_str();
        let covered = if rule.is_by_comment() { text.is_some_and(is_ciphertext) } else { rule.covers(path) };
        if !covered {
            self.seal.add(&bytes_of(leaf), false);
            return Ok(Some(leaf.clone()));
        }
        let failed = |cause: String| SecretError::Value { path: path.join("."), cause };
        let Some(text) = text.filter(|text| text.is_empty() || is_ciphertext(text)) else {
            return Err(failed(format!("Could not decrypt value: {}", not_encrypted(self.metadata))));
        };
        let way = format!("{}:", path.join(":"));
        let opened = cipher::open(text, self.key, &way, None)
            .map_err(|cause| failed(format!("Could not decrypt value: {cause}")))?;
        if opened.kind != cipher::Kind::Comment {
            self.seal.add(opened.bytes.bytes(), true);
        }
        let text = |secret: &Secret| {
            let text = secret.as_str().map(Value::from);
            text.ok_or_else(|| failed("it is not UTF-8: bytes have no place in a text".to_string()))
        };
        Ok(match opened.node().map_err(failed)? {
            Node::Bool(flag) => Some(Value::Bool(flag)),
            Node::Int(number) => Some(Value::Int(number)),
            Node::Float(number) => Some(Value::Float(number)),
            Node::Text(secret) | Node::Time(secret) => Some(text(&secret)?),
            Node::Null | Node::Comment(_) | Node::List(_) | Node::Map(_) => None,
        })
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
