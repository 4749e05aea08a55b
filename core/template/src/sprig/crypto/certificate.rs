//! Certificates: made as sprig makes them, and read as far as signing with them takes.

use std::any::Any;
use std::borrow::Cow;
use std::net::IpAddr;

use sha2::{Digest as _, Sha256};

use super::der::{self, Reader};
use super::key::PrivateKey;
use super::prime::random_bits;
use crate::error::Error;
use crate::function::Call;
use crate::time::{DAY, Time, Zone};
use crate::value::{List, Object, Value};

/// What templates get: a certificate and its key, both in PEM.
pub(super) struct Certificate {
    pub(super) cert: String,
    pub(super) key: String,
}

/// What a certificate is to say.
pub(super) struct Request {
    name: Vec<u8>,
    addresses: Vec<IpAddr>,
    hosts: Vec<Vec<u8>>,
    days: i64,
    pub(super) authority: bool,
}

/// Who signs: a name, the identifier of a key, and a key.
pub(super) struct Signer {
    name: Vec<u8>,
    key_id: Vec<u8>,
    /// The key in the certificate: algorithm and bits as one value.
    public: Vec<u8>,
    pub(super) key: PrivateKey,
}

fn extension(id: u8, critical: bool, content: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[0x01, 0x01, 0xff] } else { &[] };
    der::sequence(&[&der::oid(&[0x55, 0x1d, id]), flag, &der::value(der::OCTET_STRING, content)])
}

impl Request {
    /// Checks names and addresses.
    pub(super) fn new(
        name: &[u8],
        addresses: Option<&List>,
        hosts: Option<&List>,
        days: i64,
    ) -> Result<Self, Error> {
        let shown = |value: &Value| String::from_utf8_lossy(&crate::print::display(value)).into_owned();
        let mut request =
            Self { name: name.to_vec(), addresses: Vec::new(), hosts: Vec::new(), days, authority: false };
        for address in addresses.map_or(&[][..], List::items) {
            let Some(text) = address.as_str() else {
                return Err(Error::new(format!("error parsing ip: {} is not a string", shown(address))));
            };
            let text = text.to_text();
            let parsed = text.parse().map_err(|_| Error::new(format!("error parsing ip: {text}")))?;
            request.addresses.push(parsed);
        }
        for host in hosts.map_or(&[][..], List::items) {
            let Some(text) = host.as_str() else {
                let why = format!("error processing alternate dns name: {} is not a string", shown(host));
                return Err(Error::new(why));
            };
            request.hosts.push(text.to_vec());
        }
        Ok(request)
    }

    fn subject(&self) -> Result<Vec<u8>, Error> {
        if self.name.is_empty() {
            return Ok(der::sequence(&[]));
        }
        if std::str::from_utf8(&self.name).is_err() {
            return Err(Error::new("error creating certificate: asn1: string not valid UTF-8"));
        }
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(byte);
        let tag = if self.name.iter().all(plain) { 0x13 } else { 0x0c };
        let attribute = der::sequence(&[&der::oid(&[0x55, 0x04, 0x03]), &der::value(tag, &self.name)]);
        Ok(der::sequence(&[&der::value(der::SET, &attribute)]))
    }

    /// The extensions in the order of Go's x509.
    fn extensions(&self, key_id: &[u8], signer_id: &[u8]) -> Result<Vec<u8>, Error> {
        // digitalSignature and keyEncipherment, with keyCertSign for authorities.
        let usage: &[u8] = if self.authority { &[0x03, 0x02, 0x02, 0xa4] } else { &[0x03, 0x02, 0x05, 0xa0] };
        let purposes = [1, 2].map(|purpose| der::oid(&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, purpose]));
        let constraints: &[u8] = if self.authority { &[0x01, 0x01, 0xff] } else { &[] };
        let mut all = extension(0x0f, true, usage);
        all.extend(extension(0x25, false, &der::sequence(&[&purposes.concat()])));
        all.extend(extension(0x13, true, &der::sequence(&[constraints])));
        if self.authority {
            all.extend(extension(0x0e, false, &der::value(der::OCTET_STRING, key_id)));
        }
        if !signer_id.is_empty() {
            all.extend(extension(0x23, false, &der::sequence(&[&der::value(0x80, signer_id)])));
        }
        let names = self.alternative_names()?;
        if !names.is_empty() {
            all.extend(extension(0x11, false, &der::sequence(&[&names])));
        }
        Ok(all)
    }

    fn alternative_names(&self) -> Result<Vec<u8>, Error> {
        let mut names = Vec::new();
        for host in &self.hosts {
            if !host.is_ascii() {
                let quoted = crate::strconv::quote(host);
                let quoted = String::from_utf8_lossy(&quoted);
                return Err(Error::new(format!(
                    "error creating certificate: x509: {quoted} cannot be encoded as an IA5String"
                )));
            }
            names.extend(der::value(0x82, host));
        }
        for address in &self.addresses {
            names.extend(match address.to_canonical() {
                IpAddr::V4(address) => der::value(0x87, &address.octets()),
                IpAddr::V6(address) => der::value(0x87, &address.octets()),
            });
        }
        Ok(names)
    }

    /// Makes the certificate for a key, signed by itself or by somebody else.
    pub(super) fn issue(
        &self,
        call: &Call<'_>,
        key: &PrivateKey,
        signer: Option<&Signer>,
    ) -> Result<Certificate, Error> {
        let creating = |why: String| Error::new(format!("error creating certificate: {why}"));
        let (algorithm, bits) = key.public().map_err(creating)?;
        let public = der::sequence(&[&algorithm, &der::bit_string(&bits)]);
        let own = Signer {
            name: self.subject()?,
            key_id: Sha256::digest(&bits).iter().copied().take(20).collect(),
            public: public.clone(),
            key: PrivateKey::Ed25519(Vec::new()),
        };
        let by = signer.unwrap_or(&own);
        let signing = signer.map_or(key, |signer| &signer.key);
        if signer.is_some_and(|signer| !signer.matches()) {
            return Err(creating("x509: provided PrivateKey doesn't match parent's PublicKey".into()));
        }
        let foreign = if by.name == own.name { &[][..] } else { &by.key_id };
        let extensions = self.extensions(&own.key_id, foreign)?;
        let signature = signing.signature_algorithm().map_err(creating)?;
        let (seconds, _) = call.env().now;
        let validity =
            [moment(seconds), moment(seconds.saturating_add(self.days.saturating_mul(DAY)))].concat();
        let body = der::sequence(&[
            &der::value(0xa0, &[0x02, 0x01, 0x02]),
            &der::integer(&random_bits(call, 128)?),
            &signature,
            &by.name,
            &der::value(der::SEQUENCE, &validity),
            &own.name,
            &public,
            &der::value(0xa3, &der::value(der::SEQUENCE, &extensions)),
        ]);
        let signed = signing.sign(call, &body)?;
        let whole = der::sequence(&[&body, &signature, &der::bit_string(&signed)]);
        Ok(Certificate { cert: der::to_pem("CERTIFICATE", &whole), key: key.to_pem() })
    }
}

fn moment(seconds: i64) -> Vec<u8> {
    let time = Time::new(seconds, 0, Zone::utc());
    if (1950..2050).contains(&time.civil().year) {
        der::value(0x17, &time.format(b"060102150405Z"))
    } else {
        der::value(0x18, &time.format(b"20060102150405Z"))
    }
}

impl Signer {
    /// Reads the certificate and the key of an authority.
    pub(super) fn new(cert: &str, key: &str) -> Result<Self, Error> {
        let (_, der) = der::from_pem(cert).ok_or_else(|| Error::new("unable to decode certificate"))?;
        let (name, public, key_id) = read(&der).ok_or_else(|| {
            Error::new("error parsing certificate: decodedSignerCert.Bytes: x509: malformed certificate")
        })?;
        let key = PrivateKey::from_pem(key)
            .map_err(|why| Error::new(format!("error parsing private key: {why}")))?;
        Ok(Self { name, key_id, public, key })
    }

    fn matches(&self) -> bool {
        self.key.public().is_ok_and(|(algorithm, bits)| {
            der::sequence(&[&algorithm, &der::bit_string(&bits)]) == self.public
        })
    }
}

/// Name, public key and identifier of the key in a certificate.
pub(super) fn read(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let mut whole = Reader(der).sequence()?;
    let mut body = whole.sequence()?;
    whole.sequence()?;
    whole.tagged(der::BIT_STRING)?;
    body.tagged(0xa0);
    body.tagged(der::INTEGER)?;
    body.sequence()?;
    body.sequence()?;
    body.sequence()?;
    let (_, _, name) = body.next()?;
    let (_, _, public) = body.next()?;
    let mut key_id = Vec::new();
    while let Some((tag, content, _)) = body.next() {
        if tag != 0xa3 {
            continue;
        }
        let mut extensions = Reader(content).sequence()?;
        while !extensions.is_empty() {
            let mut extension = extensions.sequence()?;
            let id = extension.tagged(der::OID)?;
            extension.tagged(0x01);
            let content = extension.tagged(der::OCTET_STRING)?;
            if id == [0x55, 0x1d, 0x0e] {
                key_id = Reader(content).tagged(der::OCTET_STRING)?.to_vec();
            }
        }
    }
    Some((name.to_vec(), public.to_vec(), key_id))
}

impl Object for Certificate {
    fn type_name(&self) -> Cow<'static, str> {
        "sprig.certificate".into()
    }

    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "Cert" => Some(self.cert.as_str().into()),
            "Key" => Some(self.key.as_str().into()),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![("Cert", self.cert.as_str().into()), ("Key", self.key.as_str().into())]
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other
            .as_any()
            .downcast_ref::<Self>()
            .is_some_and(|other| self.cert == other.cert && self.key == other.key)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
