//! SOPS documents: what is encrypted in them, for whom, and the way back, given the keys.
//!
//! Where a key comes from is not known here, nor where a document is kept. Keys and data keys are wiped from memory when
//! they are no longer needed.

mod cipher;
mod decrypt;
mod error;
mod formats;
mod keys;
mod metadata;
mod rule;

pub use cipher::is_ciphertext;
pub use decrypt::{Integrity, decrypt, is_encrypted};
pub use error::SecretError;
pub use formats::{Format, decrypt_bytes};
pub use keys::Keys;
pub use metadata::{KeyEntry, Metadata};
