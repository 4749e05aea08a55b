//! AES in CBC mode, as `encryptAES` and `decryptAES` use it.

use aes::Aes256;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt as _, BlockEncrypt as _, KeyInit as _};

use super::super::random;
use crate::encode;
use crate::error::Error;
use crate::function::Call;

const BLOCK: usize = 16;

/// The password is the key, cut or filled up with zeros.
fn cipher(password: &[u8]) -> Aes256 {
    let mut key = [0; 32];
    key.iter_mut().zip(password).for_each(|(out, byte)| *out = *byte);
    Aes256::new(GenericArray::from_slice(&key))
}

pub(super) fn encrypt(call: &Call<'_>, password: &[u8], text: &[u8]) -> Result<String, Error> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let cipher = cipher(password);
    let padding = BLOCK - text.len() % BLOCK;
    let mut content = text.to_vec();
    content.resize(text.len() + padding, padding as u8);
    let mut out = random::bytes(call, BLOCK)?;
    let mut previous = out.clone();
    for block in content.chunks(BLOCK) {
        let mixed: Vec<u8> = block.iter().zip(&previous).map(|(byte, before)| byte ^ before).collect();
        let mut block = GenericArray::clone_from_slice(&mixed);
        cipher.encrypt_block(&mut block);
        out.extend_from_slice(&block);
        previous = block.to_vec();
    }
    Ok(encode::base64(&out))
}

pub(super) fn decrypt(password: &[u8], text: &[u8]) -> Result<Vec<u8>, Error> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let coded = encode::from_base64(text)
        .map_err(|at| Error::new(format!("illegal base64 data at input byte {at}")))?;
    let out_of_range = |what: String| Error::new(format!("runtime error: {what}"));
    if coded.len() < BLOCK {
        return Err(out_of_range(format!(
            "slice bounds out of range [:{BLOCK}] with capacity {}",
            coded.len()
        )));
    }
    if !coded.len().is_multiple_of(BLOCK) {
        return Err(Error::new("crypto/cipher: input not full blocks"));
    }
    let cipher = cipher(password);
    let mut out = Vec::with_capacity(coded.len());
    let mut blocks = coded.chunks(BLOCK);
    let mut previous = blocks.next().unwrap_or_default();
    for coded in blocks {
        let mut block = GenericArray::clone_from_slice(coded);
        cipher.decrypt_block(&mut block);
        out.extend(block.iter().zip(previous).map(|(byte, before)| byte ^ before));
        previous = coded;
    }
    let Some(padding) = out.last().map(|last| usize::from(*last)) else {
        return Err(out_of_range("index out of range [-1]".into()));
    };
    match out.len().checked_sub(padding) {
        Some(length) => out.truncate(length),
        None => {
            let end = out.len() as i64 - padding as i64;
            return Err(out_of_range(format!("slice bounds out of range [:{end}]")));
        }
    }
    Ok(out)
}
