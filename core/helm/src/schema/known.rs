//! Schemas that were read once, for whoever renders a chart again with other values.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use boon::SchemaIndex;
use serde_json::Value as Json;
use weir_files::Bytes;

use super::quick::{self, Rules};

/// A chart and those in it have no more; what is beyond is read each time.
const MOST: usize = 128;

/// What a schema is.
pub(crate) struct Schema {
    text: Bytes,
    /// What it asks for, if it is sound and that is understood.
    pub(super) rules: Option<Rules>,
    json: OnceLock<Result<Json, String>>,
    /// The same for the long way, if it was ever gone and led nowhere else.
    pub(super) compiled: OnceLock<(boon::Schemas, SchemaIndex)>,
}

impl Schema {
    pub(super) fn new(text: &Bytes) -> Self {
        let rules = quick::read(text);
        Self { text: Arc::clone(text), rules, json: OnceLock::new(), compiled: OnceLock::new() }
    }

    /// All of it, for the long way, or why it is no JSON.
    pub(super) fn json(&self) -> &Result<Json, String> {
        self.json.get_or_init(|| super::parse(&self.text))
    }
}

/// Schemas by their text. A clone shares them, also with other threads.
#[derive(Clone, Default)]
pub(crate) struct Known(Arc<Mutex<Schemas>>);

type Schemas = Vec<Arc<Schema>>;

impl Known {
    /// The schema of this text, read now if it was not before.
    pub(super) fn of(&self, text: &Bytes) -> Arc<Schema> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |other: &Schema| Arc::ptr_eq(&other.text, text) || other.text == *text;
        if let Some(schema) = known().iter().find(|schema| is_it(schema)) {
            return Arc::clone(schema);
        }
        let schema = Arc::new(Schema::new(text));
        let mut known = known();
        if known.len() < MOST {
            known.push(Arc::clone(&schema));
        }
        schema
    }
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Known")
    }
}
