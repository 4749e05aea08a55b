//! Documents: plain, encrypted, and opened ones, and the ways between them.

mod shown;

use std::fmt;

use zeroize::Zeroizing;

use crate::cipher::{self, DataKey, Entropy, KEY_SIZE, Kind, Plain, Stash};
use crate::error::SecretError;
use crate::keys::Keys;
use crate::metadata::{KeyEntry, Metadata, SOPS_VERSION};
use crate::recipient::Recipient;
use crate::rule::Rule;
use crate::stores::{self, Format, Layout};
use crate::tree::{self, Branch, Node, Step};
use crate::walk::Values;
use crate::{time, walk};

/// Whether the seal is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// The document must be as it was sealed.
    Checked,
    /// Others have added to it since, as a build does.
    Unchecked,
}

/// A file that is not encrypted: its documents, with comments, in order.
///
/// Formatting does not survive, as it does not in sops: a file is always written in the style of its format.
#[derive(Clone, PartialEq)]
pub struct Document {
    branches: Vec<Branch>,
    /// It is one value, which is always encrypted, whatever the rules say.
    is_single: bool,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.branches).finish()
    }
}

impl Document {
    /// Reads a file that is not encrypted. That it has no metadata is for [`Document::has_metadata`] to say.
    pub fn parse(bytes: &[u8], format: Format) -> Result<Self, SecretError> {
        Ok(Self { branches: stores::plain(bytes, format)?, is_single: format == Format::Binary })
    }

    /// Writes it.
    pub fn emit(&self, format: Format, layout: &Layout) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        stores::emit(&self.branches, format, layout)
    }

    /// Whether it has what only encrypted files have: such a file is never encrypted again.
    #[must_use]
    pub fn has_metadata(&self, format: Format) -> bool {
        self.branches.first().is_some_and(|branch| stores::has_metadata(branch, format))
    }

    /// Its documents.
    #[must_use]
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// A document of such branches.
    #[must_use]
    pub fn of(branches: Vec<Branch>) -> Self {
        Self { branches, is_single: false }
    }

    /// Sets a value of the first document and tells whether that changed anything.
    pub fn set(&mut self, steps: &[Step], value: Node) -> Result<bool, SecretError> {
        tree::set(self.branches.first_mut().ok_or(SecretError::Empty)?, steps, value)
    }

    /// Takes a value of the first document away.
    pub fn unset(&mut self, steps: &[Step]) -> Result<(), SecretError> {
        tree::unset(self.branches.first_mut().ok_or(SecretError::Empty)?, steps)
    }

    /// One value of the first document as `--extract` prints it: texts as they are, the rest in a format.
    pub fn extract(
        &self,
        steps: &[Step],
        format: Format,
        layout: &Layout,
    ) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let (first, rest) = self.branches.split_first().ok_or(SecretError::Empty)?;
        match tree::extract(first, steps)? {
            tree::Found::Branch(branch) => {
                let all: Vec<_> = std::iter::once(branch.clone()).chain(rest.iter().cloned()).collect();
                stores::emit(&all, format, layout)
            }
            tree::Found::Node(Node::Text(text)) => Ok(Zeroizing::new(text.bytes().to_vec())),
            tree::Found::Node(node) => stores::emit_value(node, format, layout),
        }
    }

    /// The ways to all values that a rule would encrypt.
    pub fn covered(&self, rule: &Rule) -> Result<Vec<String>, SecretError> {
        let metadata = Metadata { rule: rule.clone(), ..Metadata::default() };
        walk::look(&self.branches, &metadata).map(|values| values.plain)
    }

    /// Encrypts it with a new data key. `format` is the one that it is going to be written in; `now` are seconds since
    /// 1970.
    pub fn encrypt(
        self,
        recipe: &Recipe,
        keys: &Keys,
        format: Format,
        entropy: &mut dyn Entropy,
        now: i64,
    ) -> Result<Sealed, SecretError> {
        Opened::begin(self, recipe, keys, entropy, now)?.seal(format, entropy, now)
    }
}

fn new_key(entropy: &mut dyn Entropy) -> DataKey {
    let mut key = Zeroizing::new(vec![0; KEY_SIZE]);
    entropy.fill(&mut key);
    key
}

/// What is written of a threshold: where there is one group and nobody asked for one, nothing.
fn threshold(groups: usize, asked: usize) -> usize {
    if groups > 1 && asked == 0 { groups } else { asked }
}

/// How something is to be encrypted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recipe {
    /// Groups of keys; of each group one key is needed.
    pub groups: Vec<Vec<Recipient>>,
    /// How many groups are needed; nothing for all.
    pub threshold: usize,
    /// Which values are encrypted.
    pub rule: Rule,
    /// The seal is over encrypted values only.
    pub mac_only_encrypted: bool,
}

/// An encrypted file.
#[derive(Clone)]
pub struct Sealed {
    branches: Vec<Branch>,
    metadata: Metadata,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("metadata", &self.metadata).finish_non_exhaustive()
    }
}

impl Sealed {
    /// Reads an encrypted file. One that is not is [`SecretError::NotEncrypted`].
    pub fn parse(bytes: &[u8], format: Format) -> Result<Self, SecretError> {
        let (branches, metadata) = stores::extract(stores::encrypted(bytes, format)?, format)?;
        Ok(Self { branches, metadata })
    }

    /// Writes it.
    pub fn emit(&self, format: Format, layout: &Layout) -> Result<Vec<u8>, SecretError> {
        let branches = stores::embed(&self.branches, &self.metadata, format)?;
        // What is binary is text in JSON as long as it is encrypted.
        let bytes = match format {
            Format::Binary => {
                let layout = Layout { json_indent: layout.json_binary_indent, ..*layout };
                stores::emit(&branches, Format::Json, &layout)
            }
            _ => stores::emit(&branches, format, layout),
        };
        bytes.map(|bytes| bytes.to_vec())
    }

    /// For whom it is, and how.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Its documents, values encrypted.
    #[must_use]
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// Whether sops calls such a file encrypted: it has a seal and names a version.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        !self.metadata.mac.is_empty() && !self.metadata.version.is_empty()
    }

    /// What of it is encrypted, and what is not though its rule wants it so: nothing will open that.
    pub fn values(&self) -> Result<Values, SecretError> {
        walk::look(&self.branches, &self.metadata)
    }

    /// Decrypts it.
    pub fn open(self, keys: &Keys, integrity: Integrity) -> Result<Opened, SecretError> {
        let Self { branches, metadata } = self;
        let key = keys.data_key(&metadata)?;
        let mut stash = Stash::default();
        let (branches, sum) = walk::decrypt(branches, &metadata, &key, &mut stash)?;
        let sealed = cipher::open(&metadata.mac, &key, &metadata.last_modified, Some(&mut stash));
        if integrity == Integrity::Checked {
            verify(&metadata, sealed, &sum)?;
        }
        Ok(Opened { document: Document::of(branches), metadata, key, stash })
    }

    /// Gives it to other keys: the data key stays, and so does all that is encrypted with it.
    pub fn update_keys(
        &mut self,
        keys: &Keys,
        groups: &[Vec<Recipient>],
        threshold_asked: usize,
        entropy: &mut dyn Entropy,
        now: i64,
    ) -> Result<(), SecretError> {
        let key = keys.data_key(&self.metadata)?;
        self.metadata.groups = keys.seal_groups(&key, groups, threshold_asked, entropy, now)?;
        self.metadata.threshold = threshold(groups.len(), threshold_asked);
        Ok(())
    }
}

/// The seal is encrypted with the time of the last change as its way.
pub(crate) fn verify(
    metadata: &Metadata,
    sealed: Result<Plain, String>,
    sum: &str,
) -> Result<(), SecretError> {
    let wrong = |cause: String| Err(SecretError::Integrity(cause));
    let why = "the file was changed without the key";
    if metadata.mac.is_empty() {
        return wrong(format!(
            "MAC mismatch. File has no MAC, computed {sum} ({why}, or its MAC was taken away)"
        ));
    }
    match sealed {
        Err(cause) => wrong(format!("Cannot decrypt MAC: {cause}")),
        Ok(sealed) if sealed.bytes.bytes() == sum.as_bytes() => Ok(()),
        Ok(sealed) => {
            let found =
                sealed.bytes.as_str().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
            wrong(format!(
                "MAC mismatch. File has {}, computed {sum} ({why})",
                found.unwrap_or("something else")
            ))
        }
    }
}

/// A document in plain that knows how it was encrypted: sealed again, what has not changed is the same to the byte.
#[derive(Clone)]
pub struct Opened {
    /// What was in it, to be looked at and changed.
    pub document: Document,
    metadata: Metadata,
    key: DataKey,
    stash: Stash,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("document", &self.document).finish_non_exhaustive()
    }
}

impl Opened {
    /// A document that was never encrypted, with a new data key.
    pub fn begin(
        document: Document,
        recipe: &Recipe,
        keys: &Keys,
        entropy: &mut dyn Entropy,
        now: i64,
    ) -> Result<Self, SecretError> {
        let key = new_key(entropy);
        let groups = keys.seal_groups(&key, &recipe.groups, recipe.threshold, entropy, now)?;
        let metadata = Metadata {
            threshold: threshold(groups.len(), recipe.threshold),
            groups,
            last_modified: String::new(),
            mac: String::new(),
            rule: if document.is_single { Rule::everything() } else { recipe.rule.clone() },
            mac_only_encrypted: recipe.mac_only_encrypted && !document.is_single,
            version: SOPS_VERSION.to_string(),
        };
        Ok(Self { document, metadata, key, stash: Stash::default() })
    }

    /// For whom it was, and how.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// Seals it, for the same keys. `format` is the one that it is going to be written in; `now` are seconds since 1970.
    pub fn seal(self, format: Format, entropy: &mut dyn Entropy, now: i64) -> Result<Sealed, SecretError> {
        let Self { document, mut metadata, key, stash } = self;
        if document.branches.is_empty() {
            return Err(SecretError::Empty);
        }
        if document.has_metadata(format) {
            return Err(SecretError::AlreadyEncrypted);
        }
        let (branches, sum) = walk::encrypt(document.branches, &metadata, &key, &stash, entropy)?;
        metadata.last_modified = time::format(now);
        let sum = Plain { bytes: sum.into(), kind: Kind::Str };
        let mac = cipher::close(sum, &key, &metadata.last_modified, &stash, entropy);
        metadata.mac = mac.map_err(|cause| SecretError::Encrypt {
            path: String::new(),
            cause: format!("Could not encrypt MAC: {cause}"),
        })?;
        Ok(Sealed { branches, metadata })
    }

    /// A new data key for these groups. Without groups those stay that there were.
    pub fn rotate(
        &mut self,
        keys: &Keys,
        groups: Option<&[Vec<Recipient>]>,
        entropy: &mut dyn Entropy,
        now: i64,
    ) -> Result<(), SecretError> {
        let key = new_key(entropy);
        let before = self.metadata.recipient_groups();
        let groups = groups.unwrap_or(&before);
        let mut sealed = keys.seal_groups(&key, groups, self.metadata.threshold, entropy, now)?;
        // When a key came to the file does not change by that.
        for entry in sealed.iter_mut().flatten() {
            if let Some(known) = self.known(&entry.recipient) {
                entry.created_at.clone_from(&known.created_at);
            }
        }
        self.metadata.groups = sealed;
        self.metadata.threshold = threshold(groups.len(), self.metadata.threshold);
        self.key = key;
        Ok(())
    }

    fn known(&self, recipient: &Recipient) -> Option<&KeyEntry> {
        self.metadata.groups.iter().flatten().find(|entry| entry.recipient == *recipient)
    }

    /// Forgets the nonces: the next seal draws new ones for everything.
    pub fn forget_nonces(&mut self) {
        self.stash = Stash::default();
    }

    /// Notes that a newer version wrote it, as sops does after an edit.
    pub fn raise_version(&mut self) {
        let parts = |version: &str| {
            let part =
                |part: &str| part.split(['-', '+']).next().unwrap_or_default().parse::<u32>().unwrap_or(0);
            version.split('.').map(part).collect::<Vec<_>>()
        };
        if parts(SOPS_VERSION) > parts(&self.metadata.version) {
            self.metadata.version = SOPS_VERSION.to_string();
        }
    }
}
