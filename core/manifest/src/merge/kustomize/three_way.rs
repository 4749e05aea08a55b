//! What changed between two states, into a third.

use weir_yaml::{Map, Value};

use super::super::MergeError;
use super::walk::{Sources, Taken, Visitor, is_missing};

pub(super) struct ThreeWay;

impl Visitor for ThreeWay {
    fn map(&self, sources: &mut Sources) -> Result<Taken, MergeError> {
        let [dest, _, updated] = thirds(sources);
        if is_null(updated) || is_null(dest) || dest.is_none() && updated.is_none() {
            return Ok(Taken::Nothing);
        }
        Ok(if dest.is_some() { Taken::Dest } else { Taken::Other(Value::Map(Map::new())) })
    }

    fn scalar(&self, sources: &mut Sources) -> Option<Value> {
        let [dest, original, updated] = thirds(sources);
        if is_null(updated) || is_null(dest) {
            return None;
        }
        changed(dest, original, updated)
    }

    fn merged_list(&self, sources: &mut Sources) -> Result<Taken, MergeError> {
        let [dest, original, updated] = thirds(sources);
        if is_missing(updated) && !is_missing(original) {
            return Ok(Taken::Nothing);
        }
        Ok(if is_missing(dest) { Taken::Other(Value::from(Vec::new())) } else { Taken::Dest })
    }

    fn plain_list(&self, sources: &mut Sources) -> Option<Value> {
        self.scalar(sources)
    }
}

fn thirds(sources: &Sources) -> [Option<&Value>; 3] {
    match &sources[..] {
        [dest, original, updated] => [dest.as_ref(), original.as_ref(), updated.as_ref()],
        _ => unreachable!("three values are merged"),
    }
}

fn is_null(value: Option<&Value>) -> bool {
    value.is_some_and(Value::is_null)
}

/// The update if it changed, was added or taken away; what is there if not.
fn changed(dest: Option<&Value>, original: Option<&Value>, updated: Option<&Value>) -> Option<Value> {
    let unchanged = match (is_missing(updated), is_missing(original)) {
        (true, true) => true,
        (false, false) => updated == original,
        _ => false,
    };
    let taken = if unchanged { dest } else { updated };
    taken.filter(|value| !value.is_null()).cloned()
}
