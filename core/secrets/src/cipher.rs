//! One encrypted value: `ENC[AES256_GCM,data:..,iv:..,tag:..,type:..]`.

use std::collections::BTreeMap;

use aes_gcm::aead::consts::{U12, U16, U32};
use aes_gcm::aead::generic_array::GenericArray;
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::tree::{Comment, Node};

/// The key of a document.
pub(crate) type DataKey = Zeroizing<Vec<u8>>;

/// How many bytes such a key has.
pub(crate) const KEY_SIZE: usize = 32;

/// How many random bytes each value begins with.
const NONCE_SIZE: usize = 32;
const TAG_SIZE: usize = 16;

/// Where random bytes come from. They have to be good: nonces and data keys are made of them.
pub trait Entropy {
    /// Fills the buffer.
    fn fill(&mut self, buffer: &mut [u8]);
}

impl<E: Entropy + ?Sized> Entropy for &mut E {
    fn fill(&mut self, buffer: &mut [u8]) {
        (**self).fill(buffer);
    }
}

/// Whether a text is a value that sops encrypted.
#[must_use]
pub fn is_ciphertext(text: &str) -> bool {
    text.starts_with("ENC[AES256_GCM,")
}

/// What a value was before it was encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Str,
    Int,
    Float,
    Bool,
    Bytes,
    Time,
    Comment,
}

const KINDS: [(Kind, &str); 7] = [
    (Kind::Str, "str"),
    (Kind::Int, "int"),
    (Kind::Float, "float"),
    (Kind::Bool, "bool"),
    (Kind::Bytes, "bytes"),
    (Kind::Time, "time"),
    (Kind::Comment, "comment"),
];

/// A value as bytes, and of what type it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Plain {
    pub(crate) bytes: Secret,
    pub(crate) kind: Kind,
}

/// The nonces of values that were opened: what has not changed is closed with the same one again, and so does not
/// change in the file either.
#[derive(Clone, Default)]
pub(crate) struct Stash(BTreeMap<(String, Plain), [u8; NONCE_SIZE]>);

/// Opens a value. What is empty was never closed.
pub(crate) fn open(text: &str, key: &DataKey, way: &str, stash: Option<&mut Stash>) -> Result<Plain, String> {
    if text.is_empty() {
        return Ok(Plain { bytes: Secret::default(), kind: Kind::Str });
    }
    let Sealed { mut data, iv, tag, kind } = Sealed::parse(text)?;
    if key.len() != KEY_SIZE {
        return Err(format!("crypto/aes: invalid key size {}", key.len()));
    }
    let key = GenericArray::from_slice(key);
    data.extend_from_slice(&tag);
    let payload = Payload { msg: &data, aad: way.as_bytes() };
    // sops writes nonces of 32 bytes, files of its first days have 12.
    let opened = match iv.len() {
        32 => AesGcm::<Aes256, U32>::new(key).decrypt(Nonce::<U32>::from_slice(&iv), payload),
        16 => AesGcm::<Aes256, U16>::new(key).decrypt(Nonce::<U16>::from_slice(&iv), payload),
        12 => AesGcm::<Aes256, U12>::new(key).decrypt(Nonce::<U12>::from_slice(&iv), payload),
        length => return Err(format!("its nonce has {length} bytes, which no version of sops wrote")),
    };
    let bytes = opened.map_err(|_| {
        "Could not decrypt with AES_GCM: cipher: message authentication failed \
         (it was changed or moved, or belongs to another file)"
            .to_string()
    })?;
    let known = KINDS.iter().find(|(_, name)| *name == kind);
    let (kind, _) = known.ok_or_else(|| format!("Unknown datatype: {kind}"))?;
    let plain = Plain { bytes: bytes.into(), kind: *kind };
    if let (Some(stash), Ok(iv)) = (stash, <[u8; NONCE_SIZE]>::try_from(iv)) {
        stash.0.insert((way.to_string(), plain.clone()), iv);
    }
    Ok(plain)
}

/// Closes a value. What is empty stays so.
pub(crate) fn close(
    plain: Plain,
    key: &DataKey,
    way: &str,
    stash: &Stash,
    entropy: &mut dyn Entropy,
) -> Result<String, String> {
    if plain.bytes.is_empty() && matches!(plain.kind, Kind::Str | Kind::Comment | Kind::Bytes) {
        return Ok(String::new());
    }
    if key.len() != KEY_SIZE {
        return Err(format!("crypto/aes: invalid key size {}", key.len()));
    }
    let looked_up = (way.to_string(), plain);
    let iv = stash.0.get(&looked_up).copied().unwrap_or_else(|| {
        let mut iv = [0; NONCE_SIZE];
        entropy.fill(&mut iv);
        iv
    });
    let plain = looked_up.1;
    let payload = Payload { msg: plain.bytes.bytes(), aad: way.as_bytes() };
    let cipher = AesGcm::<Aes256, U32>::new(GenericArray::from_slice(key));
    let sealed = cipher.encrypt(Nonce::<U32>::from_slice(&iv), payload);
    let sealed = sealed.map_err(|_| "it is too long to be encrypted".to_string())?;
    let (data, tag) = sealed.split_at(sealed.len().saturating_sub(TAG_SIZE));
    let name = KINDS.iter().find(|(kind, _)| *kind == plain.kind).map_or("str", |(_, name)| name);
    let [data, iv, tag] = [data, &iv[..], tag].map(|part| STANDARD.encode(part));
    Ok(format!("ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:{name}]"))
}

struct Sealed {
    data: Vec<u8>,
    iv: Vec<u8>,
    tag: Vec<u8>,
    kind: String,
}

impl Sealed {
    /// Each part may hold what begins the next one, so they are looked for from behind, as in sops's pattern.
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "Input string does not match sops' data format".to_string();
        let inner = text.strip_prefix("ENC[AES256_GCM,data:").ok_or_else(wrong)?;
        let end = inner.rfind(']').ok_or_else(wrong)?;
        let (rest, kind) = inner[..end].rsplit_once(",type:").ok_or_else(wrong)?;
        let (rest, tag) = rest.rsplit_once(",tag:").ok_or_else(wrong)?;
        let (data, iv) = rest.rsplit_once(",iv:").ok_or_else(wrong)?;
        if [data, iv, tag, kind].iter().any(|part| part.is_empty()) {
            return Err(wrong());
        }
        let decode = |part: &str, name: &str| {
            STANDARD.decode(part).map_err(|_| format!("Error base64-decoding {name}: illegal base64 data"))
        };
        Ok(Self {
            data: decode(data, "data")?,
            iv: decode(iv, "iv")?,
            tag: decode(tag, "tag")?,
            kind: kind.to_string(),
        })
    }
}

impl Plain {
    /// Of a leaf; nothing for null, lists and maps.
    pub(crate) fn of(node: &Node) -> Option<Self> {
        let made = |kind, text: String| Some(Self { bytes: text.into(), kind });
        match node {
            Node::Bool(true) => made(Kind::Bool, "True".to_string()),
            Node::Bool(false) => made(Kind::Bool, "False".to_string()),
            Node::Int(number) => made(Kind::Int, number.to_string()),
            Node::Float(number) => made(Kind::Float, float_text(*number)),
            Node::Text(text) => Some(Self { bytes: text.clone(), kind: Kind::Str }),
            Node::Time(text) => Some(Self { bytes: text.clone(), kind: Kind::Time }),
            Node::Comment(comment) => Some(Self { bytes: comment.text.clone(), kind: Kind::Comment }),
            Node::Null | Node::List(_) | Node::Map(_) => None,
        }
    }

    /// As a value of its type.
    pub(crate) fn node(self) -> Result<Node, String> {
        let no = |kind: &str| format!("it is no {kind}, though it says so");
        let text = self.bytes.as_str();
        Ok(match self.kind {
            Kind::Str | Kind::Bytes => Node::Text(self.bytes),
            Kind::Comment => Node::Comment(Comment { text: self.bytes, inline: false }),
            Kind::Time => Node::Time(self.bytes),
            Kind::Int => Node::Int(text.and_then(|text| text.parse().ok()).ok_or_else(|| no("integer"))?),
            Kind::Float => Node::Float(text.and_then(|text| text.parse().ok()).ok_or_else(|| no("number"))?),
            Kind::Bool => match text {
                Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Node::Bool(true),
                Some("0" | "f" | "F" | "false" | "FALSE" | "False") => Node::Bool(false),
                _ => return Err(no("truth value")),
            },
        })
    }
}

/// Without an exponent, in as few digits as name the number.
fn float_text(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "+Inf".to_string() } else { "-Inf".to_string() };
    }
    number.to_string()
}
