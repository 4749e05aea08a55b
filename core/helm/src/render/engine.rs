//! Executes the templates of a chart, each once, in Helm's order.

use std::cmp::Reverse;
use std::rc::Rc;
use std::sync::Arc;

use weir_template::{Env, Map, Parsed, Set, Str, Value};

use super::functions::Host;
use super::include::remove_no_value;
use super::objects::{About, Named};
use super::scope::{Dot, Source};
use super::trace::Traces;
use super::{Failure, words};
use crate::error::Error;
use crate::path;

/// Rendered files by name, in the order of execution.
pub(super) type Files = Vec<(String, Vec<u8>)>;

/// Templates of so many bytes get room of their own: mostly they are nearly what they give.
const LARGE: usize = 32 << 10;

/// The order in which templates are read and executed.
pub(super) fn ordered(sources: &[Source]) -> Vec<&Source> {
    // Higher templates are read last, and their definitions win.
    let depth = |name: &str| name.bytes().filter(|byte| *byte == b'/').count();
    let mut order: Vec<_> = sources.iter().rev().collect();
    order.sort_by_cached_key(|source| Reverse((depth(&source.name), source.name.as_str())));
    // Where two have one name, the later one is meant.
    order.dedup_by(|next, kept| next.name == kept.name);
    order
}

/// Those that are no partials.
pub(super) fn executed<'s>(order: &[&'s Source]) -> Vec<&'s Source> {
    order.iter().copied().filter(|source| !path::base(&source.name).starts_with('_')).collect()
}

/// Executes templates, one after the other.
pub(super) struct Engine<'e> {
    set: &'e Arc<Set>,
    traces: Option<&'e Traces>,
    parsed: Parsed,
    output: Vec<u8>,
    /// What `.Template` has, sorted.
    names: [Str; 2],
    seen_from_above: bool,
}

impl<'e> Engine<'e> {
    pub(super) fn new(set: &'e Arc<Set>, traces: Option<&'e Traces>) -> Self {
        Self {
            set,
            traces,
            parsed: Parsed::default(),
            output: Vec::new(),
            names: ["BasePath", "Name"].map(Str::from),
            seen_from_above: false,
        }
    }

    /// What the template gives.
    pub(super) fn execute(
        &mut self,
        source: &Source,
        (dot, host): (&Dot, &Rc<Host>),
        env: &Env<'_>,
    ) -> Result<Vec<u8>, Box<Failure>> {
        let large = source.text.len() >= LARGE;
        if large {
            self.output = Vec::with_capacity(source.text.len());
        }
        self.output.clear();
        let about = self.about(source, host);
        let dot_value = dot.with_template(about, self.seen_from_above);
        self.seen_from_above |= dot.has_subcharts;
        let env = Env { host: Some(host), parsed: Some(&self.parsed), ..*env };
        let (done, lines) = match self.traces {
            None => (self.set.execute(&source.name, dot_value, &mut self.output, &env), Vec::new()),
            Some(_) => self.set.execute_traced(&source.name, dot_value, &mut self.output, &env),
        };
        done.map_err(|error| {
            Failure::in_template(Error::new(words::exec_error(&source.name, &error)), &error)
        })?;
        remove_no_value(&mut self.output);
        if let Some(traces) = self.traces {
            traces.note(&source.name, &self.output, lines);
        }
        let is_filled = large && self.output.len() >= self.output.capacity() / 2;
        // Copied, as the room that it grew to is larger, and is used again.
        Ok(if is_filled { std::mem::take(&mut self.output) } else { self.output.to_vec() })
    }

    fn about(&self, source: &Source, host: &Host) -> Value {
        let values = [Value::Str(source.base_path.clone()), Value::from(source.name.as_str())];
        let about = Map::from_entries(self.names.iter().cloned().zip(values).collect());
        match &host.memory {
            None => Value::object(Named(about)),
            Some(memory) => Value::object(About { map: about, chance: memory.chance().clone() }),
        }
    }
}
