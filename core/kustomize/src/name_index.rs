//! Places in a list of objects, found by their names.
//!
//! It knows the hashes of names only: whoever asks has the list, and looks whether the name is the right one.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher, RandomState};

/// Places by names.
#[derive(Debug, Clone, Default)]
pub(crate) struct NameIndex {
    state: RandomState,
    /// The first and the last link of each hash.
    ends: HashMap<u64, (u32, u32), BuildHasherDefault<Hashed>>,
    links: Vec<Link>,
}

#[derive(Debug, Clone, Copy)]
struct Link {
    place: u32,
    /// None at the end, which is at itself.
    next: u32,
}

impl NameIndex {
    /// One with room for so many names.
    pub(crate) fn with_capacity(names: usize) -> Self {
        let ends = HashMap::with_capacity_and_hasher(names, BuildHasherDefault::default());
        Self { ends, links: Vec::with_capacity(names), ..Self::default() }
    }

    /// Adds a place, which must be none before those that are there.
    pub(crate) fn note(&mut self, name: &str, place: usize) {
        let (Ok(place), Ok(at)) = (u32::try_from(place), u32::try_from(self.links.len())) else {
            unreachable!("so many objects do not fit into memory");
        };
        let (_, last) = self.ends.entry(self.state.hash_one(name)).or_insert((at, at));
        if let Some(link) = self.links.get_mut(*last as usize) {
            if link.place == place {
                return;
            }
            link.next = at;
        }
        *last = at;
        self.links.push(Link { place, next: at });
    }

    /// The places of a name in order, and maybe some of others.
    pub(crate) fn places(&self, name: &str) -> impl Iterator<Item = usize> {
        let mut next = self.ends.get(&self.state.hash_one(name)).map(|(first, _)| *first);
        std::iter::from_fn(move || {
            let at = next?;
            let link = self.links.get(at as usize)?;
            next = Some(link.next).filter(|next| *next != at);
            Some(link.place as usize)
        })
    }

    /// True if there are places of this name, or maybe of another one.
    pub(crate) fn may_have(&self, name: &str) -> bool {
        self.ends.contains_key(&self.state.hash_one(name))
    }
}

/// What is hashed already.
#[derive(Debug, Clone, Copy, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_all_places() {
        let mut index = NameIndex::default();
        for (at, name) in ["a", "b", "a", "a", "c"].into_iter().enumerate() {
            index.note(name, at);
            index.note(name, at);
        }
        assert_eq!(index.places("a").collect::<Vec<_>>(), [0, 2, 3]);
        assert_eq!(index.places("c").collect::<Vec<_>>(), [4]);
        assert!(index.places("d").next().is_none() && index.may_have("b") && !index.may_have("d"));
    }
}
