//! A tree encrypted or decrypted: every value by its own way, so that none can be moved.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha512};

use crate::cipher::{DataKey, Entropy, Kind, Plain, Stash, close, is_ciphertext, open};
use crate::error::SecretError;
use crate::metadata::Metadata;
use crate::rule::RuleKind;
use crate::secret::Secret;
use crate::tree::{Branch, Comment, Item, Node};

/// What a seal over encrypted values alone begins with.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b, 0x0b,
    0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// The sum over the plain values of a document, in their order.
pub(crate) struct Seal {
    hash: Sha512,
    only_encrypted: bool,
}

impl Seal {
    pub(crate) fn new(only_encrypted: bool) -> Self {
        let mut hash = Sha512::new();
        if only_encrypted {
            hash.update(ONLY_ENCRYPTED);
        }
        Self { hash, only_encrypted }
    }

    pub(crate) fn add(&mut self, bytes: &[u8], encrypted: bool) {
        if encrypted || !self.only_encrypted {
            self.hash.update(bytes);
        }
    }

    /// In capital hexadecimal digits.
    pub(crate) fn finish(self) -> String {
        self.hash.finalize().iter().fold(String::with_capacity(128), |mut text, byte| {
            let _ = write!(text, "{byte:02X}");
            text
        })
    }
}

/// Where in a tree we are.
#[derive(Default)]
struct Place {
    path: Vec<String>,
    /// Comments above, per level. Only kept where they matter.
    above: Option<Vec<Vec<Secret>>>,
}

/// What is done with a leaf.
trait Leaves {
    fn leaf(&mut self, leaf: Node, covered: bool, place: &Place) -> Result<Node, SecretError>;
}

/// Encrypts all documents and gives the sum over what they were.
pub(crate) fn encrypt(
    branches: Vec<Branch>,
    metadata: &Metadata,
    key: &DataKey,
    stash: &Stash,
    entropy: &mut dyn Entropy,
) -> Result<(Vec<Branch>, String), SecretError> {
    let seal = Seal::new(metadata.mac_only_encrypted);
    let mut closing = Closing { metadata, key, stash, entropy, seal };
    let branches = each(branches, metadata, &mut closing)?;
    Ok((branches, closing.seal.finish()))
}

/// Decrypts all documents and gives the sum over what they are.
pub(crate) fn decrypt(
    branches: Vec<Branch>,
    metadata: &Metadata,
    key: &DataKey,
    stash: &mut Stash,
) -> Result<(Vec<Branch>, String), SecretError> {
    let seal = Seal::new(metadata.mac_only_encrypted);
    let mut opening = Opening { metadata, key, stash, seal };
    let branches = each(branches, metadata, &mut opening)?;
    Ok((branches, opening.seal.finish()))
}

/// What of a document is encrypted and what is not though the rule wants it so.
pub(crate) fn look(branches: &[Branch], metadata: &Metadata) -> Result<Values, SecretError> {
    let mut looking = Looking(Values::default());
    each(branches.to_vec(), metadata, &mut looking)?;
    let Values { mut encrypted, mut plain } = looking.0;
    // All items of a list have the same way.
    encrypted.dedup();
    plain.dedup();
    Ok(Values { encrypted, plain })
}

fn each(
    branches: Vec<Branch>,
    metadata: &Metadata,
    leaves: &mut dyn Leaves,
) -> Result<Vec<Branch>, SecretError> {
    let above = metadata.rule.is_by_comment().then(Vec::new);
    let mut walk = Walk { metadata, leaves, place: Place { path: Vec::new(), above } };
    branches.into_iter().map(|branch| walk.branch(branch)).collect()
}

struct Walk<'a> {
    metadata: &'a Metadata,
    leaves: &'a mut dyn Leaves,
    place: Place,
}

impl Walk<'_> {
    fn branch(&mut self, branch: Branch) -> Result<Branch, SecretError> {
        self.enter();
        let mut done = Branch::with_capacity(branch.len());
        for item in branch {
            done.push(match item {
                Item::Comment(comment) => {
                    let inline = comment.inline;
                    self.note(&comment);
                    match self.leaf(Node::Comment(comment))? {
                        Node::Comment(comment) => Item::Comment(comment),
                        Node::Text(text) => Item::Comment(Comment { text, inline }),
                        other => return Err(self.misplaced(other.kind())),
                    }
                }
                Item::Entry(key, value) => {
                    self.place.path.push(key);
                    let value = self.value(value)?;
                    let key = self.place.path.pop().unwrap_or_default();
                    if matches!(value, Node::Comment(_)) {
                        self.place.path.push(key);
                        return Err(self.misplaced("comment"));
                    }
                    self.forget();
                    Item::Entry(key, value)
                }
            });
        }
        self.leave();
        Ok(done)
    }

    fn list(&mut self, items: Vec<Node>) -> Result<Vec<Node>, SecretError> {
        self.enter();
        let mut done = Vec::with_capacity(items.len());
        for item in items {
            let comment = if let Node::Comment(comment) = &item { Some(comment.clone()) } else { None };
            // Encrypted, nothing would be left of it but an empty text, which is an item.
            if comment.as_ref().is_some_and(|comment| comment.text.is_empty()) {
                continue;
            }
            if let Some(comment) = &comment {
                self.note(comment);
            }
            done.push(self.value(item)?);
            if comment.is_none() {
                self.forget();
            }
        }
        self.leave();
        Ok(done)
    }

    fn value(&mut self, value: Node) -> Result<Node, SecretError> {
        match value {
            Node::Null => Ok(Node::Null),
            Node::Map(branch) => Ok(Node::Map(self.branch(branch)?)),
            Node::List(items) => Ok(Node::List(self.list(items)?)),
            leaf => self.leaf(leaf),
        }
    }

    fn leaf(&mut self, leaf: Node) -> Result<Node, SecretError> {
        let is_comment = matches!(leaf, Node::Comment(_));
        let rule = &self.metadata.rule;
        let covered = match &self.place.above {
            Some(above) => rule.covers_below(&self.place.path, above, is_comment),
            None => rule.covers(&self.place.path),
        };
        self.leaves.leaf(leaf, covered, &self.place)
    }

    fn enter(&mut self) {
        if let Some(above) = &mut self.place.above {
            above.push(Vec::new());
        }
    }

    fn leave(&mut self) {
        if let Some(above) = &mut self.place.above {
            above.pop();
        }
    }

    fn note(&mut self, comment: &Comment) {
        if let Some(above) = self.place.above.as_mut().and_then(|above| above.last_mut()) {
            above.push(comment.text.clone());
        }
    }

    fn forget(&mut self) {
        if let Some(above) = self.place.above.as_mut().and_then(|above| above.last_mut()) {
            above.clear();
        }
    }

    fn misplaced(&self, kind: &str) -> SecretError {
        self.place.fault(&format!("walkValue of Comment should be either Comment or string, was {kind}"))
    }
}

impl Place {
    /// The way that is part of what is encrypted. Lists have no part in it.
    fn way(&self) -> String {
        let mut way = String::with_capacity(self.path.iter().map(|key| key.len() + 1).sum::<usize>() + 1);
        for key in &self.path {
            way.push_str(key);
            way.push(':');
        }
        if way.is_empty() {
            way.push(':');
        }
        way
    }

    /// The same as commands take it.
    fn steps(&self) -> String {
        self.path.iter().map(|key| format!("[\"{key}\"]")).collect()
    }

    fn fault(&self, cause: &str) -> SecretError {
        SecretError::Value { path: self.path.join("."), cause: cause.to_string() }
    }
}

/// The ways to values that a rule covers, such as `["stringData"]["password"]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    /// To those that are encrypted.
    pub encrypted: Vec<String>,
    /// To those that are not.
    pub plain: Vec<String>,
}

struct Looking(Values);

impl Leaves for Looking {
    fn leaf(&mut self, leaf: Node, covered: bool, place: &Place) -> Result<Node, SecretError> {
        match &leaf {
            Node::Comment(_) => {}
            Node::Text(text) if text.as_str().is_some_and(is_ciphertext) => {
                self.0.encrypted.push(place.steps())
            }
            // What is empty stays as it is.
            Node::Text(text) if text.is_empty() => {}
            _ if covered => self.0.plain.push(place.steps()),
            _ => {}
        }
        Ok(leaf)
    }
}

struct Closing<'a> {
    metadata: &'a Metadata,
    key: &'a DataKey,
    stash: &'a Stash,
    entropy: &'a mut dyn Entropy,
    seal: Seal,
}

impl Leaves for Closing<'_> {
    fn leaf(&mut self, leaf: Node, covered: bool, place: &Place) -> Result<Node, SecretError> {
        let Some(plain) = Plain::of(&leaf) else { return Ok(leaf) };
        let is_comment = plain.kind == Kind::Comment;
        if !is_comment {
            self.seal.add(plain.bytes.bytes(), covered);
        }
        if !covered {
            return Ok(leaf);
        }
        let fault = |cause: String| SecretError::Encrypt {
            path: place.path.join("."),
            cause: format!("Could not encrypt value: {cause}"),
        };
        let closed = close(plain, self.key, &place.way(), self.stash, self.entropy).map_err(fault)?;
        let rule = &self.metadata.rule;
        if is_comment && rule.kind() == RuleKind::UnencryptedCommentRegex && rule.matches(closed.as_bytes()) {
            return Err(SecretError::Encrypt {
                path: place.path.join("."),
                cause: format!(
                    "Encrypted comment \"{closed}\" matches UnencryptedCommentRegex! Make sure that \
                     UnencryptedCommentRegex cannot match an encrypted comment."
                ),
            });
        }
        Ok(Node::Text(closed.into()))
    }
}

struct Opening<'a> {
    metadata: &'a Metadata,
    key: &'a DataKey,
    stash: &'a mut Stash,
    seal: Seal,
}

impl Opening<'_> {
    fn open(&mut self, text: &Secret, place: &Place) -> Result<Node, String> {
        let text = text.as_str().ok_or("Input string does not match sops' data format")?;
        open(text, self.key, &place.way(), Some(self.stash))?.node()
    }
}

/// Why a plain value is refused where an encrypted one should be.
pub(crate) fn not_encrypted(metadata: &Metadata) -> String {
    let why = "it is not encrypted, though the metadata says that it is";
    if metadata.rule.is_for_all() {
        format!(
            "{why}: without encrypted_regex every value must be; encrypt the file anew with \
             --encrypted-regex '^(data|stringData)$'"
        )
    } else {
        why.to_string()
    }
}

impl Leaves for Opening<'_> {
    fn leaf(&mut self, leaf: Node, covered: bool, place: &Place) -> Result<Node, SecretError> {
        let opened = match leaf {
            leaf if !covered => leaf,
            // Those of old versions were never encrypted.
            Node::Comment(comment) => self.open(&comment.text, place).unwrap_or(Node::Comment(comment)),
            Node::Text(text) => self.open(&text, place).map_err(|cause| {
                let is_closed = text.as_str().is_some_and(crate::cipher::is_ciphertext);
                let hint =
                    if is_closed { String::new() } else { format!(": {}", not_encrypted(self.metadata)) };
                place.fault(&format!("Could not decrypt value: {cause}{hint}"))
            })?,
            other => {
                let expected = format!("Expected encrypted value as string, but got {}", other.kind());
                return Err(place.fault(&format!("{expected}: {}", not_encrypted(self.metadata))));
            }
        };
        if let Some(plain) = Plain::of(&opened).filter(|plain| plain.kind != Kind::Comment) {
            self.seal.add(plain.bytes.bytes(), covered);
        }
        Ok(opened)
    }
}
