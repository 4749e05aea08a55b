//! Templates compiled: what was rendered once is not parsed again.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use weir_files::Bytes;
use weir_template::{Helpers, MissingKey, Set, Str};

use super::functions::functions;
use super::scope::Source;
use super::{Failure, words};
use crate::error::Error;
use crate::schema::Known;

/// Compiled templates of a chart, and schemas of its values, for all who render it. A clone shares them, also with other
/// threads.
///
/// It keeps what the last few sets of values asked for, as other values may want other dependencies.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    kept: Arc<Mutex<VecDeque<Compiled>>>,
    schemas: Known,
    once: Option<Arc<OnceLock<Arc<Set>>>>,
}

/// How many compiled sets one chart keeps.
const KEPT: usize = 4;

#[derive(Debug)]
struct Compiled {
    texts: Vec<(String, Bytes)>,
    set: Arc<Set>,
}

impl Compiled {
    fn is_of(&self, order: &[&Source]) -> bool {
        self.texts.len() == order.len()
            && self.texts.iter().zip(order).all(|((name, text), template)| {
                *name == template.name && (Arc::ptr_eq(text, &template.text) || *text == template.text)
            })
    }
}

impl Templates {
    /// For whoever renders once: nothing is found again. What was parsed is held as long as this is, as it takes a while to be
    /// taken apart.
    pub fn once() -> Self {
        Self { once: Some(Arc::default()), ..Self::default() }
    }

    /// Schemas that were read already, if they are kept.
    pub(super) fn schemas(&self) -> Option<&Known> {
        self.once.is_none().then_some(&self.schemas)
    }

    /// These templates, parsed in this order.
    pub(super) fn compiled(
        &self,
        order: &[&Source],
        helpers: Option<&dyn Helpers>,
    ) -> Result<Arc<Set>, Box<Failure>> {
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = kept().iter().find(|compiled| compiled.is_of(order)) {
            return Ok(Arc::clone(&compiled.set));
        }
        let mut set = Set::new(functions()).with_missing_key(MissingKey::Zero);
        let texts: Vec<_> = order
            .iter()
            .map(|template| (template.name.as_str(), Str::from(Arc::clone(&template.text))))
            .collect();
        set.parse_all(&texts, helpers).map_err(|(name, error)| {
            Failure::in_template(Error::new(words::parse_error(name, &error)), &error)
        })?;
        if let Some(once) = &self.once {
            let set = Arc::new(set.for_once());
            _ = once.set(Arc::clone(&set));
            return Ok(set);
        }
        let set = Arc::new(set);
        let texts = order.iter().map(|template| (template.name.clone(), Arc::clone(&template.text)));
        let compiled = Compiled { texts: texts.collect(), set: Arc::clone(&set) };
        let mut kept = kept();
        kept.truncate(KEPT - 1);
        kept.push_front(compiled);
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::Templates;

    #[test]
    fn threads_share_it() {
        fn shared<T: Send + Sync>(_: &T) {}
        shared(&Templates::default());
    }
}
