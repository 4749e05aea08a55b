//! Signatures in OpenPGP, and the keys of a keyring.

use std::time::SystemTime;

use pgp::composed::{ArmorOptions, CleartextSignedMessage, PublicOrSecret, SignedPublicKey, SignedSecretKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData};
use pgp::types::{KeyDetails as _, Password, SignedUser, Timestamp};

use super::Provenance;
use super::statement::{digest_in, statement};

/// Keys: public ones verify, secret ones sign too.
#[derive(Debug)]
pub struct Keyring(Vec<PublicOrSecret>);

impl Keyring {
    /// The keys in a file as `gpg --export` and `gpg --export-secret-keys` write it, with armor or without.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let (keys, _) = PublicOrSecret::from_reader_many(bytes).map_err(|error| words(&error))?;
        // What is no key that we know is no reason not to use the others.
        Ok(Self(keys.filter_map(Result::ok).collect()))
    }

    /// Who signed the archive, if it is the one that was signed.
    pub fn verify(&self, archive: &[u8], provenance: &[u8], name: &str) -> Result<Provenance, String> {
        let text = String::from_utf8_lossy(provenance);
        let (message, _) = CleartextSignedMessage::from_string(&text)
            .map_err(|_| "signature block not found".to_string())?;
        let signer = self.signer(&message)?;
        let statement = message.signed_text().replace("\r\n", "\n");
        let digest = digest_in(&statement, archive, name)?;
        let signed_by = names(&signer.details.users);
        let fingerprint = format!("{:X}", signer.primary_key.fingerprint());
        Ok(Provenance { signed_by, fingerprint, digest })
    }

    /// The key that made the signature.
    fn signer(&self, message: &CleartextSignedMessage) -> Result<SignedPublicKey, String> {
        let text = message.signed_text();
        let mut cause = "openpgp: signature made by unknown entity".to_string();
        for signature in message.signatures() {
            for key in self.0.iter().map(public) {
                match holds(&key, signature, text.as_bytes()) {
                    None => {}
                    Some(Ok(())) => return Ok(key),
                    Some(Err(why)) => cause = why,
                }
            }
        }
        Err(cause)
    }

    /// Signs an archive of this name, whose chart says this of itself, with the key whose owner has this in the name.
    pub fn sign(
        &self,
        key: &str,
        (archive, name, metadata): (&[u8], &str, &str),
        password: impl FnOnce(&str) -> Result<Vec<u8>, String>,
    ) -> Result<String, String> {
        let secret = self.secret(key)?;
        let owner = names(&secret.details.users).into_iter().next().unwrap_or_else(|| "Unknown".to_string());
        let password = match secret.primary_key.secret_params().is_encrypted() {
            true => Password::from(password(&owner)?.as_slice()),
            false => Password::empty(),
        };
        let failed = |error: pgp::errors::Error| words(&error);
        let own = &secret.primary_key;
        let mut config = SignatureConfig::v4(SignatureType::Text, own.algorithm(), HashAlgorithm::Sha512);
        config.hashed_subpackets = vec![
            Subpacket::regular(SubpacketData::SignatureCreationTime(Timestamp::now())).map_err(failed)?,
            Subpacket::regular(SubpacketData::IssuerFingerprint(own.fingerprint())).map_err(failed)?,
        ];
        config.unhashed_subpackets =
            vec![Subpacket::regular(SubpacketData::IssuerKeyId(own.legacy_key_id())).map_err(failed)?];
        let text = statement(archive, name, metadata)?;
        let signed = CleartextSignedMessage::new(&text, config, own, &password);
        let signed = signed.map_err(|error| match own.secret_params().is_encrypted() {
            true => format!("openpgp: invalid data: private key checksum failure ({})", words(&error)),
            false => words(&error),
        })?;
        let armor = ArmorOptions { headers: None, include_checksum: false };
        signed.to_armored_string(armor).map(|text| text.trim_end_matches('\n').to_string()).map_err(failed)
    }

    /// The key to sign with: whose owner is called so, or the only one whose owner has that in the name.
    fn secret(&self, wanted: &str) -> Result<&SignedSecretKey, String> {
        let all = self.0.iter().flat_map(|key| names(users(key)).into_iter().map(move |name| (name, key)));
        let (mut found, mut is_vague) = (None, false);
        for (name, key) in all {
            if name == wanted {
                (found, is_vague) = (Some(key), false);
                break;
            }
            if name.contains(wanted) {
                is_vague |= found.is_some();
                found = Some(key);
            }
        }
        match found {
            _ if is_vague => Err(format!("more than one key contain the id {wanted:?}")),
            None => Err("private key not found".to_string()),
            Some(PublicOrSecret::Secret(key)) => Ok(key),
            Some(PublicOrSecret::Public(_)) => {
                Err("provided key is not a private key. Try providing a keyring with secret keys".to_string())
            }
        }
    }
}

fn public(key: &PublicOrSecret) -> SignedPublicKey {
    match key {
        PublicOrSecret::Public(key) => key.clone(),
        PublicOrSecret::Secret(key) => key.to_public_key(),
    }
}

fn users(key: &PublicOrSecret) -> &[SignedUser] {
    match key {
        PublicOrSecret::Public(key) => &key.details.users,
        PublicOrSecret::Secret(key) => &key.details.users,
    }
}

fn names(users: &[SignedUser]) -> Vec<String> {
    users.iter().map(|user| String::from_utf8_lossy(user.id.id()).into_owned()).collect()
}

/// Whether a key or one of its subkeys made the signature, and may; nothing if it says that it is of another one.
fn holds(key: &SignedPublicKey, signature: &Signature, text: &[u8]) -> Option<Result<(), String>> {
    let is_meant = |id: &pgp::types::KeyId, fingerprint: &pgp::types::Fingerprint| {
        signature.issuer_key_id().contains(&id) || signature.issuer_fingerprint().contains(&fingerprint)
    };
    let own = &key.primary_key;
    let invalid = |error: pgp::errors::Error| format!("openpgp: invalid signature: {}", words(&error));
    let verified = if is_meant(&own.legacy_key_id(), &own.fingerprint()) {
        signature.verify(own, text).map_err(invalid)
    } else {
        let subkey = key.public_subkeys.iter().find(|subkey| {
            is_meant(&subkey.key.legacy_key_id(), &subkey.key.fingerprint())
                && subkey.signatures.iter().any(|binding| binding.key_flags().sign())
                && subkey.verify_bindings(own).is_ok()
        })?;
        let revoked = subkey.signatures.iter().any(|one| one.typ() == Some(SignatureType::SubkeyRevocation));
        let newest = subkey.signatures.iter().max_by_key(|one| one.created());
        let life = newest.and_then(Signature::key_expiration_time);
        let is_over = life.is_some_and(|life| is_past(subkey.key.created_at(), life.into()));
        match () {
            () if revoked => Err("openpgp: key revoked".to_string()),
            () if is_over => Err("openpgp: key expired".to_string()),
            () => signature.verify(&subkey.key, text).map_err(invalid),
        }
    };
    Some(verified.and_then(|()| may_sign(key, signature)))
}

/// Neither key nor signature is too old or withdrawn.
fn may_sign(key: &SignedPublicKey, signature: &Signature) -> Result<(), String> {
    let own = &key.primary_key;
    if key.details.revocation_signatures.iter().any(|one| one.verify_key(own).is_ok()) {
        return Err("openpgp: key revoked".to_string());
    }
    // The newest word of the owner counts.
    let users = key.details.users.iter();
    let certificates = users.flat_map(|user| {
        user.signatures
            .iter()
            .filter(|one| one.verify_certification(own, pgp::types::Tag::UserId, &user.id).is_ok())
    });
    let newest = certificates.max_by_key(|one| one.created());
    if let Some(life) = newest.and_then(Signature::key_expiration_time)
        && is_past(own.created_at(), life.into())
    {
        return Err("openpgp: key expired".to_string());
    }
    match (signature.created(), signature.signature_expiration_time()) {
        (Some(created), Some(life)) if is_past(created, life.into()) => {
            Err("openpgp: signature expired".to_string())
        }
        _ => Ok(()),
    }
}

/// True if so much time has gone by; none means for ever.
fn is_past(from: Timestamp, life: std::time::Duration) -> bool {
    !life.is_zero() && SystemTime::from(from) + life < SystemTime::now()
}

fn words(error: &pgp::errors::Error) -> String {
    error.to_string()
}
