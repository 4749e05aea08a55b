//! Where files come from: protocols, credentials, storage. It does not know what the files mean.

mod local;

pub use local::{local_directory, local_identity};
