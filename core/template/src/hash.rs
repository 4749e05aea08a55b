//! A quick hash for names that are known to be few and short.
//!
//! Names of templates come from charts, so it is seeded by nothing and guards against nothing: a table of them is
//! bounded by the text that defines them.

use std::hash::{BuildHasherDefault, Hasher};

/// Tables by this hash.
pub type Quick = BuildHasherDefault<QuickHasher>;

/// FNV over words of eight bytes, for names of templates.
#[derive(Debug, Default)]
pub struct QuickHasher(u64);

impl QuickHasher {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.add(chunk.try_into().map_or(0, u64::from_le_bytes));
        }
        let rest = chunks.remainder().iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        self.add(rest | (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, byte: u8) {
        self.add(u64::from(byte));
    }

    fn write_usize(&mut self, number: usize) {
        self.add(number as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
