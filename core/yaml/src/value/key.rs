//! Keys of maps, shared between all maps that use the same word.

use std::borrow::Borrow;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use super::hash::Quick;
use super::{Spelled, Value};

/// Words longer than this are not shared: they are data, not field names.
const LONGEST_KEY: usize = 48;
/// So many keys are shared per thread; hostile input cannot make the table grow beyond it.
const MOST_KEYS: usize = 16_384;
/// Texts of values repeat less, so only short ones are looked up.
const LONGEST_TEXT: usize = 24;
/// Values have a table of their own, lest names fill up the one of the keys.
const MOST_TEXTS: usize = 4096;

thread_local! {
    static KEYS: RefCell<HashSet<Arc<str>, Quick>> = RefCell::new(HashSet::default());
    static TEXTS: RefCell<HashSet<Arc<str>, Quick>> = RefCell::new(HashSet::default());
    static QUOTED: RefCell<HashMap<Arc<str>, Arc<Spelled>, Quick>> = RefCell::new(HashMap::default());
}

/// The text, shared with equal ones in the table while there is room.
fn share(words: &mut HashSet<Arc<str>, Quick>, most: usize, text: &str) -> Arc<str> {
    if let Some(word) = words.get(text) {
        return Arc::clone(word);
    }
    let word: Arc<str> = Arc::from(text);
    if words.len() < most {
        words.insert(Arc::clone(&word));
    }
    word
}

/// The text of a value, shared with equal ones where that pays: kinds, ports and the like repeat.
pub(crate) fn shared_text(text: &str) -> Arc<str> {
    if text.len() > LONGEST_TEXT {
        return Arc::from(text);
    }
    TEXTS.with_borrow_mut(|words| share(words, MOST_TEXTS, text))
}

/// A text in quotes, shared likewise.
pub(super) fn shared_quoted(text: &str) -> Value {
    if text.len() > LONGEST_TEXT {
        return Value::Spelled(Arc::new(Spelled::quoted(Arc::from(text))));
    }
    QUOTED.with_borrow_mut(|words| {
        if let Some(known) = words.get(text) {
            return Value::Spelled(Arc::clone(known));
        }
        let made = Arc::new(Spelled::quoted(Arc::from(text)));
        if words.len() < MOST_TEXTS {
            words.insert(Arc::clone(made.text()), Arc::clone(&made));
        }
        Value::Spelled(made)
    })
}

/// A key of a map.
#[derive(Clone, Eq, PartialOrd, Ord)]
pub struct Key(Arc<str>);

impl Key {
    /// The key of this text, shared with equal ones where that pays.
    pub fn new(text: &str) -> Self {
        if text.len() > LONGEST_KEY {
            return Self(Arc::from(text));
        }
        KEYS.with_borrow_mut(|words| Self(share(words, MOST_KEYS, text)))
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
