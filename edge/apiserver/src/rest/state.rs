//! Everything that changes while the server runs.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use crate::convert::table_group;
use crate::kinds::{Kind, Registry};
use crate::store::{Object, ObjectKey, Store, TableName};

/// Everything that changes while the server runs.
#[derive(Debug)]
pub(crate) struct State {
    /// All objects.
    pub(crate) store: Store,
    /// All kinds.
    pub(crate) registry: Registry,
    /// Objects that the simulated controllers should look at.
    pub(crate) pending: VecDeque<(TableName, ObjectKey)>,
    /// The same, to ask each once only.
    queued: BTreeSet<(TableName, ObjectKey)>,
    /// True while somebody works on `pending`.
    pub(crate) draining: bool,
    random: u64,
    /// Tokens that were given out, and the users that they are of.
    tokens: HashMap<String, String>,
    /// Cluster IPs that are taken.
    pub(crate) taken_addresses: BTreeSet<u32>,
}

impl State {
    /// Without objects.
    pub(crate) fn new(registry: Registry) -> Self {
        Self {
            store: Store::new(),
            registry,
            pending: VecDeque::new(),
            queued: BTreeSet::new(),
            draining: false,
            random: seed(),
            tokens: HashMap::new(),
            taken_addresses: BTreeSet::new(),
        }
    }

    /// Asks the simulated controllers to look at this object.
    pub(crate) fn wake(&mut self, table: TableName, key: ObjectKey) {
        if self.queued.insert((table.clone(), key.clone())) {
            self.pending.push_back((table, key));
        }
    }

    /// The next object to look at.
    pub(crate) fn next_pending(&mut self) -> Option<(TableName, ObjectKey)> {
        let next = self.pending.pop_front()?;
        self.queued.remove(&next);
        Some(next)
    }

    /// A number that nobody expects (xorshift).
    pub(crate) fn random(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    /// The object of this key, in the words of this kind.
    pub(crate) fn object(&self, kind: &Kind, key: &ObjectKey) -> Option<Arc<Object>> {
        Some(self.store.get(&table_of(kind), key)?.converted(&kind.api_version))
    }

    /// A new token of this user.
    pub(crate) fn give_token(&mut self, user: String) -> String {
        let token = format!("sandbox-{:016x}{:016x}", self.random(), self.random());
        self.tokens.insert(token.clone(), user);
        token
    }

    /// The user of a token that was given out.
    pub(crate) fn user_of(&self, token: &str) -> Option<&str> {
        self.tokens.get(token).map(String::as_str)
    }

    /// A new uid.
    pub(crate) fn uid(&mut self) -> String {
        let (a, b) = (self.random(), self.random());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            a >> 32,
            a >> 16 & 0xffff,
            a & 0xfff,
            0x8000 | b >> 48 & 0x3fff,
            b & 0xffff_ffff_ffff
        )
    }

    /// The end of a generated name.
    pub(crate) fn suffix(&mut self, length: usize) -> String {
        const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
        let mut letter = || LETTERS[usize::try_from(self.random() % LETTERS.len() as u64).unwrap_or(0)];
        (0..length).map(|_| char::from(letter())).collect()
    }
}

/// Something that differs from start to start.
fn seed() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish() | 1
}

/// The table that holds objects of this kind.
pub(crate) fn table_of(kind: &Kind) -> TableName {
    (table_group(&kind.gvk.group, &kind.plural), Arc::clone(&kind.plural))
}
