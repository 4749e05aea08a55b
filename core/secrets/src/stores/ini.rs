//! INI.

use zeroize::Zeroizing;

use crate::error::SecretError;
use crate::tree::Branch;

pub(super) fn parse(_: &str) -> Result<Branch, SecretError> {
    Err(SecretError::Unreadable("not supported yet: files of kind INI".to_string()))
}

pub(super) fn emit(_: &[Branch]) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    Err(SecretError::Emit("not supported yet: files of kind INI".to_string()))
}
