//! A document in plain together with its metadata, for somebody who changes both.

use zeroize::Zeroizing;

use super::{Document, Opened, threshold};
use crate::cipher::Entropy;
use crate::error::SecretError;
use crate::keys::Keys;
use crate::metadata::{KeyEntry, Metadata};
use crate::recipient::Recipient;
use crate::stores::{self, Format, Layout};
use crate::{time, tree};

impl Opened {
    /// Writes it in plain, and for whom and how it is encrypted, as an encrypted file has it.
    pub fn emit_with_keys(
        &self,
        format: Format,
        layout: &Layout,
        now: i64,
    ) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let plain = self.document.branches().first().and_then(|branch| tree::find(branch, "data"));
        if format == Format::Binary && plain.is_some_and(|data| data.as_str().is_none()) {
            return Err(SecretError::Emit("it is no text: its keys cannot be shown beside it".to_string()));
        }
        let mut metadata = self.metadata.clone();
        if metadata.last_modified.is_empty() {
            metadata.last_modified = time::format(now);
        }
        let branches = stores::embed(self.document.branches(), &metadata, format)?;
        stores::emit(&branches, if format == Format::Binary { Format::Json } else { format }, layout)
    }

    /// Takes what was made of that: values, rules, and whom it is for. The data key stays, and who had it keeps it as they
    /// have it; who comes needs no more than a name.
    pub fn take_with_keys(
        &mut self,
        bytes: &[u8],
        format: Format,
        keys: &Keys,
        entropy: &mut dyn Entropy,
        now: i64,
    ) -> Result<(), SecretError> {
        let (branches, wanted) = stores::extract(stores::encrypted(bytes, format)?, format)?;
        if branches.is_empty() {
            return Err(SecretError::Empty);
        }
        let groups = self.groups_of(&wanted, keys, entropy, now)?;
        let threshold = threshold(groups.len(), wanted.threshold);
        let Metadata { last_modified, mac, .. } = std::mem::take(&mut self.metadata);
        self.metadata = Metadata { groups, threshold, last_modified, mac, ..wanted };
        self.document = Document::of(branches);
        Ok(())
    }

    fn groups_of(
        &self,
        wanted: &Metadata,
        keys: &Keys,
        entropy: &mut dyn Entropy,
        now: i64,
    ) -> Result<Vec<Vec<KeyEntry>>, SecretError> {
        let groups = wanted.recipient_groups();
        let has_same_shares = wanted.threshold == self.metadata.threshold;
        if groups == self.metadata.recipient_groups() && has_same_shares {
            return Ok(self.metadata.groups.clone());
        }
        let ([before], [group]) = (self.metadata.groups.as_slice(), groups.as_slice()) else {
            // Every group has another share then.
            return keys.seal_groups(&self.key, &groups, wanted.threshold, entropy, now);
        };
        let known = |recipient: &Recipient| before.iter().find(|entry| entry.recipient == *recipient);
        let mut entry = |recipient: &Recipient| match known(recipient) {
            Some(entry) => Ok(entry.clone()),
            None => keys.close(recipient, &self.key, entropy, now),
        };
        Ok(vec![group.iter().map(&mut entry).collect::<Result<_, _>>()?])
    }
}
