//! One encrypted value: `ENC[AES256_GCM,data:..,iv:..,tag:..,type:..]`.

use aes_gcm::aead::consts::{U12, U32};
use aes_gcm::aead::generic_array::GenericArray;
use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::{AesGcm, Nonce};
use base64::Engine as _;
use weir_yaml::Value;
use zeroize::Zeroizing;

/// The key of a document.
pub(crate) type DataKey = Zeroizing<Vec<u8>>;

/// Whether a text is a value that sops encrypted.
#[must_use]
pub fn is_ciphertext(text: &str) -> bool {
    text.starts_with("ENC[AES256_GCM,")
}

/// The plaintext, and of what type it was.
pub(crate) struct Plain {
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    pub(crate) kind: String,
}

/// Opens a value. What is empty was never closed.
pub(crate) fn open(text: &str, key: &DataKey, path: &str) -> Result<Plain, String> {
    if text.is_empty() {
        return Ok(Plain { bytes: Zeroizing::default(), kind: "str".to_string() });
    }
    let Sealed { data, iv, tag, kind } = Sealed::parse(text)?;
    if key.len() != 32 {
        return Err("the data key does not have 32 bytes".to_string());
    }
    let key = GenericArray::from_slice(key);
    let sealed = [data, tag].concat();
    let payload = Payload { msg: &sealed, aad: path.as_bytes() };
    // sops writes nonces of 32 bytes, files of its first days have 12.
    let opened = match iv.len() {
        32 => AesGcm::<Aes256, U32>::new(key).decrypt(Nonce::<U32>::from_slice(&iv), payload),
        12 => AesGcm::<Aes256, U12>::new(key).decrypt(Nonce::<U12>::from_slice(&iv), payload),
        _ => return Err("its nonce has an unknown length".to_string()),
    };
    let bytes = opened.map_err(|_| "it was changed or moved, or belongs to another file".to_string())?;
    Ok(Plain { bytes: Zeroizing::new(bytes), kind })
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
        let wrong = || "it does not look like a value that sops encrypted".to_string();
        let inner = text.strip_prefix("ENC[AES256_GCM,data:").ok_or_else(wrong)?;
        let end = inner.rfind(']').ok_or_else(wrong)?;
        let (rest, kind) = inner[..end].rsplit_once(",type:").ok_or_else(wrong)?;
        let (rest, tag) = rest.rsplit_once(",tag:").ok_or_else(wrong)?;
        let (data, iv) = rest.rsplit_once(",iv:").ok_or_else(wrong)?;
        if [data, iv, tag, kind].iter().any(|part| part.is_empty()) {
            return Err(wrong());
        }
        let decode = |part: &str, name: &str| {
            let decoded = base64::engine::general_purpose::STANDARD.decode(part);
            decoded.map_err(|_| format!("its {name} is not base64"))
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
    /// As a value of its type.
    pub(crate) fn value(&self) -> Result<Value, String> {
        let text = || {
            let text = std::str::from_utf8(&self.bytes);
            text.map_err(|_| "it is not UTF-8: bytes have no place in a text".to_string())
        };
        let no = |kind: &str| format!("it is no {kind}, though it says so");
        Ok(match self.kind.as_str() {
            "str" | "bytes" | "time" | "comment" => Value::from(text()?),
            "int" => Value::from(text()?.parse::<i64>().map_err(|_| no("integer"))?),
            "float" => Value::from(text()?.parse::<f64>().map_err(|_| no("number"))?),
            "bool" => match text()? {
                "1" | "t" | "T" | "true" | "TRUE" | "True" => Value::from(true),
                "0" | "f" | "F" | "false" | "FALSE" | "False" => Value::from(false),
                _ => return Err(no("truth value")),
            },
            kind => return Err(format!("it has the unknown type {kind}")),
        })
    }
}
