//! Patterns of schemas, compiled once per thread.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use regex::Regex;

/// So many patterns are kept.
const MOST: usize = 512;

thread_local! {
    static KNOWN: RefCell<HashMap<String, Option<Arc<Regex>>>> = RefCell::new(HashMap::new());
}

/// The pattern, or none if it is none that can be compiled.
pub(crate) fn compiled(pattern: &str) -> Option<Arc<Regex>> {
    KNOWN.with_borrow_mut(|known| {
        if let Some(found) = known.get(pattern) {
            return found.clone();
        }
        let made = Regex::new(pattern).ok().map(Arc::new);
        if known.len() < MOST {
            known.insert(pattern.to_owned(), made.clone());
        }
        made
    })
}
