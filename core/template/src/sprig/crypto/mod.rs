//! Keys, certificates, passwords and ciphers.
//!
//! Everything random comes from the source of the execution, so a render can be repeated.

mod certificate;
mod cipher;
mod curve;
mod der;
mod inverse;
mod key;
mod loose;
mod modular;
mod montgomery;
mod password;
mod prime;
mod search;
mod sieve;
mod suspect;
mod together;

use certificate::{Certificate, Request, Signer};
use key::PrivateKey;

use super::args::{any, int, text};
use crate::encode;
use crate::error::Error;
use crate::function::{Call, Functions};
use crate::value::{List, Value};

type Answer = Result<Value, Error>;

/// What the slow ones count as, by how long they take beside a step.
const BCRYPT: u64 = 5_000_000;
const DERIVED: u64 = 10_000_000;
const RSA_2048: u64 = 10_000_000;
const SLOWER_KEY: u64 = 80_000_000;
const QUICK_KEY: u64 = 500_000;

pub(super) fn register(functions: &mut Functions) {
    functions
        .with("bcrypt", "string -> string", |call, args| {
            call.spend(BCRYPT)?;
            Ok(password::bcrypt(call, text(args, 0))?.into())
        })
        .with("htpasswd", "string, string -> string", htpasswd)
        .with("derivePassword", "uint32, string, string, string, string -> string", |call, args| {
            call.spend(DERIVED)?;
            let counter = int(args, 0) as u32;
            Ok(password::derive(counter, text(args, 1), text(args, 2), text(args, 3), text(args, 4)).into())
        })
        .with("encryptAES", "string, string -> string", |call, args| {
            Ok(cipher::encrypt(call, text(args, 0), text(args, 1))?.into())
        })
        .with("decryptAES", "string, string -> string", |_, args| {
            Ok(cipher::decrypt(text(args, 0), text(args, 1))?.into())
        })
        .with("genPrivateKey", "string -> string", private_key)
        .with("buildCustomCert", "string, string -> sprig.certificate", custom)
        .with("genCA", "string, int -> sprig.certificate", |call, args| {
            let key = rsa(call)?;
            authority(call, args, key)
        })
        .with("genCAWithKey", "string, int, string -> sprig.certificate", |call, args| {
            authority(call, args, given(args, 2)?)
        })
        .with("genSelfSignedCert", "string, []any, []any, int -> sprig.certificate", |call, args| {
            let key = rsa(call)?;
            self_signed(call, args, key)
        })
        .with(
            "genSelfSignedCertWithKey",
            "string, []any, []any, int, string -> sprig.certificate",
            |call, args| self_signed(call, args, given(args, 4)?),
        )
        .with(
            "genSignedCert",
            "string, []any, []any, int, sprig.certificate -> sprig.certificate",
            |call, args| {
                let key = rsa(call)?;
                signed(call, args, key)
            },
        )
        .with(
            "genSignedCertWithKey",
            "string, []any, []any, int, sprig.certificate, string -> sprig.certificate",
            |call, args| signed(call, args, given(args, 5)?),
        );
}

fn htpasswd(call: &mut Call<'_>, args: &[Value]) -> Answer {
    let user = text(args, 0);
    if user.contains(&b':') {
        return Ok([b"invalid username: ", user].concat().into());
    }
    call.spend(BCRYPT)?;
    let hash = password::bcrypt(call, text(args, 1))?;
    Ok([user, b":", hash.as_bytes()].concat().into())
}

fn private_key(call: &mut Call<'_>, args: &[Value]) -> Answer {
    call.spend(match text(args, 0) {
        b"" | b"rsa" | b"dsa" => SLOWER_KEY,
        _ => QUICK_KEY,
    })?;
    let key = match text(args, 0) {
        b"" | b"rsa" => PrivateKey::rsa(call, 4096)?,
        b"dsa" => PrivateKey::dsa(call)?,
        b"ecdsa" => PrivateKey::ecdsa(call)?,
        b"ed25519" => PrivateKey::ed25519(call)?,
        other => return Ok([b"Unknown type ", other].concat().into()),
    };
    Ok(key.to_pem().into())
}

fn rsa(call: &mut Call<'_>) -> Result<PrivateKey, Error> {
    call.spend(RSA_2048)?;
    PrivateKey::rsa(call, 2048)
}

fn given(args: &[Value], at: usize) -> Result<PrivateKey, Error> {
    let pem = String::from_utf8_lossy(text(args, at));
    PrivateKey::from_pem(&pem).map_err(|why| Error::new(format!("parsing private key: {why}")))
}

fn authority(call: &mut Call<'_>, args: &[Value], key: PrivateKey) -> Answer {
    let mut request = Request::new(text(args, 0), None, None, int(args, 1))?;
    request.authority = true;
    call.spend(QUICK_KEY)?;
    request.issue(call, &key, None).map(Value::object)
}

fn request(args: &[Value]) -> Result<Request, Error> {
    let (addresses, hosts): (Option<List>, Option<List>) = (any(args, 1).as_list(), any(args, 2).as_list());
    Request::new(text(args, 0), addresses.as_ref(), hosts.as_ref(), int(args, 3))
}

fn self_signed(call: &mut Call<'_>, args: &[Value], key: PrivateKey) -> Answer {
    call.spend(QUICK_KEY)?;
    request(args)?.issue(call, &key, None).map(Value::object)
}

fn signed(call: &mut Call<'_>, args: &[Value], key: PrivateKey) -> Answer {
    let Value::Object(object) = any(args, 4) else { return Err(Error::new("no certificate")) };
    let by = object.as_any().downcast_ref::<Certificate>().ok_or_else(|| Error::new("no certificate"))?;
    let signer = Signer::new(&by.cert, &by.key)?;
    call.spend(QUICK_KEY)?;
    request(args)?.issue(call, &key, Some(&signer)).map(Value::object)
}

fn custom(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let decode = |at: usize, what: &str| {
        encode::from_base64(text(args, at)).map_err(|_| Error::new(format!("unable to decode base64 {what}")))
    };
    let (cert, key) = (decode(0, "certificate")?, decode(1, "private key")?);
    let (cert, key) =
        (String::from_utf8_lossy(&cert).into_owned(), String::from_utf8_lossy(&key).into_owned());
    let (_, der) = der::from_pem(&cert).ok_or_else(|| Error::new("unable to decode certificate"))?;
    certificate::read(&der).ok_or_else(|| {
        Error::new("error parsing certificate: decodedCert.Bytes: x509: malformed certificate")
    })?;
    PrivateKey::from_pem(&key).map_err(|why| Error::new(format!("error parsing private key: {why}")))?;
    Ok(Value::object(Certificate { cert, key }))
}
