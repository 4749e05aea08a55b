//! Passwords: bcrypt, and those derived from a master password.

use blowfish::Blowfish;
use sha2::{Digest as _, Sha256};

use super::super::random;
use crate::error::Error;
use crate::function::Call;

const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// The cost that sprig takes.
const COST: u32 = 10;

/// A password with bcrypt; what is wrong with it comes as text in its place.
pub(super) fn bcrypt(call: &Call<'_>, password: &[u8]) -> Result<String, Error> {
    if password.len() > 72 {
        return Ok("failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes".into());
    }
    let salt = random::bytes(call, 16)?;
    Ok(format!("$2a${COST}${}{}", letters(&salt), letters(&hash(password, &salt))))
}

fn hash(password: &[u8], salt: &[u8]) -> Vec<u8> {
    let key = [password, &[0]].concat();
    let mut state: Blowfish = Blowfish::bc_init_state();
    state.salted_expand_key(salt, &key);
    for _ in 0..1 << COST {
        state.bc_expand_key(&key);
        state.bc_expand_key(salt);
    }
    let mut out = Vec::with_capacity(24);
    for block in b"OrpheanBeholderScryDoubt".chunks(8) {
        let half =
            |at: usize| block.iter().skip(at).take(4).fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let mut words = [half(0), half(4)];
        for _ in 0..64 {
            words = state.bc_encrypt(words);
        }
        words.iter().for_each(|word| out.extend_from_slice(&word.to_be_bytes()));
    }
    // One byte less than there is, as all implementations have it.
    out.truncate(23);
    out
}

fn letters(bytes: &[u8]) -> String {
    let text = crate::encode::base64(bytes);
    let standard = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let place = |letter: u8| standard.iter().position(|other| *other == letter);
    text.bytes()
        .filter_map(place)
        .filter_map(|at| ALPHABET.get(at))
        .map(|letter| char::from(*letter))
        .collect()
}

pub(super) fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block.resize(64, 0);
    let padded = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<u8>>();
    let inner = Sha256::digest([&padded(0x36), message].concat());
    Sha256::digest([padded(0x5c).as_slice(), &inner].concat()).to_vec()
}

/// PBKDF2 with one round.
fn stretched(password: &[u8], salt: &[u8], length: usize) -> Vec<u8> {
    let blocks = (1..=length.div_ceil(32) as u32)
        .flat_map(|block| hmac(password, &[salt, &block.to_be_bytes()].concat()));
    blocks.take(length).collect()
}

fn salsa(block: &mut [u32; 16]) {
    const STEPS: [[usize; 4]; 8] = [
        [0, 4, 8, 12],
        [5, 9, 13, 1],
        [10, 14, 2, 6],
        [15, 3, 7, 11],
        [0, 1, 2, 3],
        [5, 6, 7, 4],
        [10, 11, 8, 9],
        [15, 12, 13, 14],
    ];
    let before = *block;
    for _ in 0..4 {
        for [a, b, c, d] in STEPS {
            block[b] ^= block[a].wrapping_add(block[d]).rotate_left(7);
            block[c] ^= block[b].wrapping_add(block[a]).rotate_left(9);
            block[d] ^= block[c].wrapping_add(block[b]).rotate_left(13);
            block[a] ^= block[d].wrapping_add(block[c]).rotate_left(18);
        }
    }
    block.iter_mut().zip(before).for_each(|(word, before)| *word = word.wrapping_add(before));
}

/// Mixes a block of sixteen-word parts.
fn mix(words: &mut [u32], scratch: &mut [u32]) {
    let mut sum = [0_u32; 16];
    sum.copy_from_slice(words.rchunks_exact(16).next().unwrap_or(&[0; 16]));
    let half = words.len() / 32;
    for (at, part) in words.chunks_exact(16).enumerate() {
        sum.iter_mut().zip(part).for_each(|(sum, word)| *sum ^= word);
        salsa(&mut sum);
        let to = if at % 2 == 0 { at / 2 } else { half + at / 2 } * 16;
        scratch.iter_mut().skip(to).zip(sum).for_each(|(out, word)| *out = word);
    }
    words.copy_from_slice(scratch);
}

/// scrypt with r = 8.
fn scrypt(password: &[u8], salt: &[u8], n: usize, p: usize, length: usize) -> Vec<u8> {
    const WORDS: usize = 256;
    let mut blocks = stretched(password, salt, p * WORDS * 4);
    let mut scratch = vec![0; WORDS];
    for block in blocks.chunks_exact_mut(WORDS * 4) {
        let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        let mut words: Vec<u32> = block.chunks_exact(4).map(word).collect();
        let mut memory = Vec::with_capacity(n * WORDS);
        for _ in 0..n {
            memory.extend_from_slice(&words);
            mix(&mut words, &mut scratch);
        }
        for _ in 0..n {
            let at = words.get(WORDS - 16).map_or(0, |word| *word as usize & (n - 1)) * WORDS;
            words.iter_mut().zip(memory.iter().skip(at)).for_each(|(word, other)| *word ^= other);
            mix(&mut words, &mut scratch);
        }
        block
            .iter_mut()
            .zip(words.iter().flat_map(|word| word.to_le_bytes()))
            .for_each(|(out, byte)| *out = byte);
    }
    stretched(password, &blocks, length)
}

fn templates(kind: &[u8]) -> Option<&'static [&'static [u8]]> {
    Some(match kind {
        b"maximum" => &[b"anoxxxxxxxxxxxxxxxxx", b"axxxxxxxxxxxxxxxxxno"],
        b"long" => &[
            b"CvcvnoCvcvCvcv",
            b"CvcvCvcvnoCvcv",
            b"CvcvCvcvCvcvno",
            b"CvccnoCvcvCvcv",
            b"CvccCvcvnoCvcv",
            b"CvccCvcvCvcvno",
            b"CvcvnoCvccCvcv",
            b"CvcvCvccnoCvcv",
            b"CvcvCvccCvcvno",
            b"CvcvnoCvcvCvcc",
            b"CvcvCvcvnoCvcc",
            b"CvcvCvcvCvccno",
            b"CvccnoCvccCvcv",
            b"CvccCvccnoCvcv",
            b"CvccCvccCvcvno",
            b"CvcvnoCvccCvcc",
            b"CvcvCvccnoCvcc",
            b"CvcvCvccCvccno",
            b"CvccnoCvcvCvcc",
            b"CvccCvcvnoCvcc",
            b"CvccCvcvCvccno",
        ],
        b"medium" => &[b"CvcnoCvc", b"CvcCvcno"],
        b"short" => &[b"Cvcn"],
        b"basic" => &[b"aaanaaan", b"aannaaan", b"aaannaaa"],
        b"pin" => &[b"nnnn"],
        _ => return None,
    })
}

fn characters(class: u8) -> &'static [u8] {
    match class {
        b'V' => b"AEIOU",
        b'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        b'v' => b"aeiou",
        b'c' => b"bcdfghjklmnpqrstvwxyz",
        b'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        b'n' => b"0123456789",
        b'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// The password of a site, by the algorithm of Master Password.
pub(super) fn derive(counter: u32, kind: &[u8], password: &[u8], user: &[u8], site: &[u8]) -> Vec<u8> {
    const SEED: &[u8] = b"com.lyndir.masterpassword";
    let Some(templates) = templates(kind) else {
        return [b"cannot find password template ", kind].concat();
    };
    let length = |text: &[u8]| (text.len() as u32).to_be_bytes();
    let key = scrypt(password, &[SEED, &length(user), user].concat(), 32_768, 2, 64);
    let seed = hmac(&key, &[SEED, &length(site), site, &counter.to_be_bytes()].concat());
    let Some((first, rest)) = seed.split_first() else { return Vec::new() };
    let template = templates.get(usize::from(*first) % templates.len()).copied().unwrap_or_default();
    let pick = |(class, byte): (&u8, &u8)| {
        let characters = characters(*class);
        characters.get(usize::from(*byte) % characters.len()).copied()
    };
    template.iter().zip(rest).filter_map(pick).collect()
}
