//! What is left without OpenPGP.

use super::Provenance;

const ABSENT: &str = "signatures of charts are not part of this build (feature pgp)";

/// Keys that cannot be read.
#[derive(Debug)]
pub struct Keyring(());

impl Keyring {
    /// Says that it cannot.
    pub fn read(_: &[u8]) -> Result<Self, String> {
        Err(ABSENT.to_string())
    }

    /// Says that it cannot.
    pub fn verify(&self, _: &[u8], _: &[u8], _: &str) -> Result<Provenance, String> {
        Err(ABSENT.to_string())
    }

    /// Says that it cannot.
    pub fn sign(
        &self,
        _: &str,
        _: (&[u8], &str, &str),
        _: impl FnOnce(&str) -> Result<Vec<u8>, String>,
    ) -> Result<String, String> {
        Err(ABSENT.to_string())
    }
}
