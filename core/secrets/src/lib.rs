//! SOPS documents: what is encrypted in them, for whom, and the way back, given the keys.
//!
//! Where a key comes from is not known here, nor where a document is kept. Keys, data keys and plain values are wiped
//! from memory when they are no longer needed, and no debug output shows them.
//!
//! A file is read as a [`Document`] and becomes [`Sealed`], or the other way round; in between it is [`Opened`]:
//!
//! ```
//! use weir_secrets::{Document, Entropy, Format, Integrity, Keys, Layout, NewKey, Recipe, Recipient, Sealed, steps};
//!
//! /// Nothing to use elsewhere: real entropy comes from the system.
//! struct Counting(u8);
//! impl Entropy for Counting {
//!     fn fill(&mut self, buffer: &mut [u8]) {
//!         buffer.iter_mut().for_each(|byte| { self.0 = self.0.wrapping_add(1); *byte = self.0 });
//!     }
//! }
//!
//! let mut keys = Keys::default();
//! keys.add_age(&NewKey::generate(&mut Counting(0)).secret)?;
//! let us = keys.recipients().next().expect("there is one");
//! let recipe = Recipe { groups: vec![vec![us]], ..Recipe::default() };
//!
//! let document = Document::parse(b"password: x # ours\n", Format::Yaml)?;
//! let sealed = document.encrypt(&recipe, &keys, Format::Yaml, &mut Counting(0), 1_795_300_536)?;
//! let file = sealed.emit(Format::Yaml, &Layout::default())?;
//!
//! let mut opened = Sealed::parse(&file, Format::Yaml)?.open(&keys, Integrity::Checked)?;
//! opened.document.set(&steps("[\"user\"]")?, "me".into())?;
//! assert_eq!(&*opened.document.emit(Format::Json, &Layout::default())?, b"{\n\t\"password\": \"x\",\n\t\"user\": \"me\"\n}\n");
//! # Ok::<(), weir_secrets::SecretError>(())
//! ```

mod cipher;
mod config;
mod document;
mod error;
mod keys;
mod metadata;
mod object;
mod recipient;
mod rule;
mod secret;
mod stores;
mod time;
mod tree;
mod walk;

pub use cipher::{Entropy, is_ciphertext};
pub use config::{Config, ConfigError, CreationRule};
pub use document::{Document, Integrity, Opened, Recipe, Sealed};
pub use error::{NoKey, SecretError};
pub use keys::{Asks, Keys, NewKey, Remote, VaultCall};
pub use metadata::{KeyEntry, Metadata, SOPS_VERSION};
pub use object::{decrypt, decrypt_bytes, is_encrypted};
pub use recipient::{GroupDiff, Recipient, diff_groups};
pub use rule::{Rule, RuleKind};
pub use secret::Secret;
pub use stores::{Format, Layout};
pub use tree::{Branch, Comment, Item, Node, Step, steps};
pub use walk::Values;
