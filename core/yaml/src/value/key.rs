//! Keys of maps, shared between all maps that use the same word.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

/// Words longer than this are not shared: they are data, not field names.
const LONGEST_SHARED: usize = 48;
/// So many words are shared per thread; hostile input cannot make the table grow beyond it.
const MOST_SHARED: usize = 16_384;

thread_local! {
    static WORDS: RefCell<HashSet<Arc<str>>> = RefCell::new(HashSet::new());
}

/// A key of a map.
#[derive(Clone, Eq, PartialOrd, Ord)]
pub struct Key(Arc<str>);

impl Key {
    /// The key of this text, shared with equal ones where that pays.
    pub fn new(text: &str) -> Self {
        if text.len() > LONGEST_SHARED {
            return Self(Arc::from(text));
        }
        WORDS.with_borrow_mut(|words| {
            if let Some(word) = words.get(text) {
                return Self(Arc::clone(word));
            }
            let word: Arc<str> = Arc::from(text);
            if words.len() < MOST_SHARED {
                words.insert(Arc::clone(&word));
            }
            Self(word)
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, shared.
    pub fn text(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl std::hash::Hash for Key {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for Key {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Key {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for Key {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Key {
    fn from(text: String) -> Self {
        Self::new(&text)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
