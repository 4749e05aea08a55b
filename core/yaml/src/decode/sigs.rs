//! Mappings as yaml.v2 reads them and sigs.k8s.io/yaml makes JSON of them: keys may be numbers and booleans.

use std::collections::HashSet;
use std::ops::Range;

use super::scalar::{Scalar, short_name};
use super::{Decoder, Dialect};
use crate::error::Fault;
use crate::node::Content;
use crate::number::general_32;
use crate::resolve::Plain;
use crate::scan::{Generation, ScalarStyle};
use crate::value::{Key, Map, Value};

/// A key as text, with the name of its type: `1` and `"1"` only become the same key in JSON.
type TypedKey = (&'static str, Key);

/// A map under construction.
struct Target {
    map: Map,
    /// The keys so far; only kept for strict reading.
    seen: Option<HashSet<TypedKey>>,
    /// Keys whose values have problems that were put off, and which.
    faulty: Vec<(TypedKey, Range<usize>)>,
}

impl Decoder<'_, '_> {
    pub(super) fn sigs_map(&mut self, first: u32) -> Result<Value, Fault> {
        let seen = (self.dialect == Dialect::SigsStrict).then(HashSet::new);
        let map = Map::with_capacity(self.count(first) / 2);
        let mut target = Target { map, seen, faulty: Vec::new() };
        self.sigs_entries(first, &mut target)?;
        Ok(target.map.into())
    }

    fn sigs_entries(&mut self, first: u32, target: &mut Target) -> Result<(), Fault> {
        let mut at = first;
        while at != 0 {
            let value = self.next(at);
            if self.is_sigs_merge(at) {
                self.sigs_merge(value, target)?;
            } else if let Some(key) = self.sigs_key(at)? {
                if let Some(seen) = &mut target.seen
                    && !seen.insert(key.clone())
                {
                    return Err(self.fault(format!("key \"{}\" already set in map", key.1), at));
                }
                self.sigs_entry(key, value, target)?;
            } else {
                self.value(value)?;
            }
            at = self.next(value);
        }
        Ok(())
    }

    fn sigs_entry(&mut self, key: TypedKey, value: u32, target: &mut Target) -> Result<(), Fault> {
        let before = self.put_off.len();
        let value = self.value(value)?;
        let gone = target.faulty.iter().filter(|(own, _)| *own == key);
        gone.flat_map(|(_, faults)| faults.clone()).for_each(|at| self.put_off[at] = None);
        target.map.insert(key.1.clone(), value);
        if self.put_off.len() > before {
            target.faulty.push((key, before..self.put_off.len()));
        }
        Ok(())
    }

    fn is_sigs_merge(&self, id: u32) -> bool {
        let Content::Scalar { value, style } = self.content(id) else { return false };
        value == "<<"
            && match self.tag(id) {
                None => *style == ScalarStyle::Plain,
                Some("!") => true,
                Some(tag) => short_name(tag, Generation::V2) == Some("merge"),
            }
    }

    /// Puts the entries of other mappings into this one, there and then: what comes later overrides them.
    fn sigs_merge(&mut self, id: u32, target: &mut Target) -> Result<(), Fault> {
        // Earlier mappings of a list win, so they come last.
        for source in self.merge_sources(id)?.into_iter().rev() {
            self.enter(source)?;
            match *self.content(source) {
                Content::Mapping { first, .. } => self.sigs_entries(first, target)?,
                Content::Alias { target: mapping, .. } => {
                    self.enter_alias(source)?;
                    self.enter(mapping)?;
                    if let Content::Mapping { first, .. } = *self.content(mapping) {
                        self.sigs_entries(first, target)?;
                    }
                    self.limits.leave();
                    self.limits.leave_alias();
                }
                Content::Scalar { .. } | Content::Sequence { .. } => {}
            }
            self.limits.leave();
        }
        Ok(())
    }

    /// None if JSON has no such key, which is noted.
    fn sigs_key(&mut self, id: u32) -> Result<Option<TypedKey>, Fault> {
        self.enter(id)?;
        let key = match *self.content(id) {
            Content::Scalar { .. } => self.sigs_scalar_key(id)?,
            Content::Alias { target, .. } => {
                self.enter_alias(id)?;
                let key = self.sigs_key(target)?;
                self.limits.leave_alias();
                key
            }
            Content::Sequence { .. } | Content::Mapping { .. } => {
                // A key in it that cannot be one is met first.
                self.value(id)?;
                let key = self.go_syntax(id);
                return Err(self.fault(format!("invalid map key: {key}"), id));
            }
        };
        self.limits.leave();
        Ok(key)
    }

    fn sigs_scalar_key(&mut self, id: u32) -> Result<Option<TypedKey>, Fault> {
        let plain = match self.typed_scalar(id)? {
            Scalar::Text(text) => return Ok(Some(("string", Key::new(&text)))),
            Scalar::Plain(plain) => plain,
        };
        Ok(Some(match plain {
            Plain::Bool(flag) => ("bool", Key::new(if flag { "true" } else { "false" })),
            Plain::Int(number) => ("int", number.to_string().into()),
            Plain::Float(number) => ("float", float_key(number).into()),
            Plain::Time(_) | Plain::Text => ("string", Key::new(self.text(id))),
            Plain::Null | Plain::UInt(_) => {
                let kind = if plain == Plain::Null { "%!s(<nil>)" } else { "uint64" };
                let (key, value) = (self.go_syntax(id), self.go_syntax(self.next(id)));
                self.put_off(format!("unsupported map key of type: {kind}, key: {key}, value: {value}"), id);
                return Ok(None);
            }
        }))
    }
}

/// Floats as keys have the digits of a 32 bit float.
fn float_key(number: f64) -> String {
    if number.is_nan() {
        return ".nan".to_string();
    }
    let number = number as f32;
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.to_string();
    }
    general_32(number)
}
