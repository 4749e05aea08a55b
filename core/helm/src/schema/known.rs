//! Schemas that were read once, for whoever renders a chart again with other values.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use boon::SchemaIndex;
use serde_json::Value as Json;
use weir_files::Bytes;

/// A chart and those in it have no more; what is beyond is read each time.
const MOST: usize = 128;

/// What a schema is.
pub(crate) struct Schema {
    pub(super) json: Json,
    /// The same for the long way, if it was ever gone and led nowhere else.
    pub(super) compiled: OnceLock<(boon::Schemas, SchemaIndex)>,
}

impl Schema {
    pub(super) fn new(json: Json) -> Self {
        Self { json, compiled: OnceLock::new() }
    }
}

/// Schemas by their text. A clone shares them, also with other threads.
#[derive(Clone, Default)]
pub(crate) struct Known(Arc<Mutex<Schemas>>);

type Schemas = Vec<(Bytes, Arc<Schema>)>;

impl Known {
    /// The schema of this text, read now if it was not before.
    pub(super) fn of(
        &self,
        text: &Bytes,
        read: impl FnOnce() -> Result<Schema, String>,
    ) -> Result<Arc<Schema>, String> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |other: &Bytes| Arc::ptr_eq(other, text) || other == text;
        if let Some((_, schema)) = known().iter().find(|(other, _)| is_it(other)) {
            return Ok(Arc::clone(schema));
        }
        let schema = Arc::new(read()?);
        let mut known = known();
        if known.len() < MOST {
            known.push((Arc::clone(text), Arc::clone(&schema)));
        }
        Ok(schema)
    }
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Known")
    }
}
