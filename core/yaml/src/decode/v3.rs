//! Mappings as yaml.v3 reads them: keys are strings, each there once, and own keys win over merged ones.

use std::collections::HashSet;

use super::Decoder;
use super::scalar::{Scalar, short_name};
use crate::error::Fault;
use crate::node::Content;
use crate::resolve::{Plain, resolve};
use crate::scan::{Generation, ScalarStyle};
use crate::value::{Key, Map, Value};

impl Decoder<'_, '_> {
    pub(super) fn v3_map(&mut self, first: u32) -> Result<Value, Fault> {
        let mut map = Map::with_capacity(self.count(first) / 2);
        self.check_string_keys(first)?;
        self.v3_entries(first, &mut map, None)?;
        Ok(map.into())
    }

    /// JSON has no other keys. (yaml.v3 itself would take them.)
    fn check_string_keys(&self, first: u32) -> Result<(), Fault> {
        let mut at = first;
        while at != 0 {
            if !self.is_string_key(at) {
                return Err(self.fault("unsupported type: map[interface {}]interface {}", at));
            }
            at = self.next(self.next(at));
        }
        Ok(())
    }

    fn is_string_key(&self, id: u32) -> bool {
        match self.content(id) {
            Content::Scalar { value, style } => match self.tag(id).filter(|tag| *tag != "!") {
                Some(tag) => matches!(short_name(tag, Generation::V3), Some("str" | "merge")),
                None => *style != ScalarStyle::Plain || resolve(value, Generation::V3) == Plain::Text,
            },
            Content::Alias { target, .. } => self.is_string_key(*target),
            Content::Sequence { .. } | Content::Mapping { .. } => false,
        }
    }

    /// Puts entries into a map; those whose keys are in `taken` are left out, the others' keys put there.
    fn v3_entries(
        &mut self,
        first: u32,
        map: &mut Map,
        mut taken: Option<&mut HashSet<Key>>,
    ) -> Result<(), Fault> {
        self.check_duplicates(first)?;
        let mut merge = None;
        let mut at = first;
        while at != 0 {
            let value = self.next(at);
            let next = self.next(value);
            if self.is_v3_merge(at) {
                merge = Some(value);
            } else if let Some(key) = self.v3_key(at)? {
                let free = taken.as_mut().is_none_or(|taken| taken.insert(key.clone()));
                if free {
                    let value = self.value(value)?;
                    map.insert(key, value);
                }
            }
            at = next;
        }
        let Some(merge) = merge else { return Ok(()) };
        match taken {
            Some(taken) => self.v3_merge(merge, map, taken),
            None => {
                let mut own = map.keys().cloned().collect();
                self.v3_merge(merge, map, &mut own)
            }
        }
    }

    fn v3_merge(&mut self, id: u32, map: &mut Map, taken: &mut HashSet<Key>) -> Result<(), Fault> {
        for source in self.merge_sources(id)? {
            self.enter(source)?;
            match *self.content(source) {
                Content::Mapping { first, .. } => self.v3_entries(first, map, Some(taken))?,
                Content::Alias { target, .. } => {
                    self.enter_alias(source)?;
                    self.enter(target)?;
                    if let Content::Mapping { first, .. } = *self.content(target) {
                        self.v3_entries(first, map, Some(taken))?;
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

    fn is_v3_merge(&self, id: u32) -> bool {
        let Content::Scalar { value, style } = self.content(id) else { return false };
        value == "<<"
            && match self.tag(id).filter(|tag| *tag != "!") {
                None => *style == ScalarStyle::Plain,
                Some(tag) => short_name(tag, Generation::V3) == Some("merge"),
            }
    }

    /// A key as text; none for null, which yaml.v3 passes over in a mapping that is merged.
    fn v3_key(&mut self, id: u32) -> Result<Option<Key>, Fault> {
        self.enter(id)?;
        let key = match *self.content(id) {
            Content::Scalar { .. } => match self.typed_scalar(id)? {
                Scalar::Plain(Plain::Null) => None,
                Scalar::Plain(_) => Some(Key::new(self.text(id))),
                Scalar::Text(text) => Some(Key::new(&text)),
            },
            Content::Alias { target, .. } => {
                self.enter_alias(id)?;
                let key = self.v3_key(target)?;
                self.limits.leave_alias();
                key
            }
            Content::Sequence { .. } => return Err(self.fault("cannot unmarshal !!seq into string", id)),
            Content::Mapping { .. } => return Err(self.fault("cannot unmarshal !!map into string", id)),
        };
        self.limits.leave();
        Ok(key)
    }

    /// Keys are the same if they are written the same but for quotes; all lists are the same key, all maps too.
    fn check_duplicates(&self, first: u32) -> Result<(), Fault> {
        let mut seen = Seen::default();
        let mut at = first;
        while at != 0 {
            let key = match self.content(at) {
                Content::Scalar { value, .. } => (0, value.as_ref()),
                Content::Alias { name, .. } => (1, *name),
                Content::Sequence { .. } => (2, ""),
                Content::Mapping { .. } => (3, ""),
            };
            if !seen.insert(key) {
                return Err(self.fault(format!("mapping key \"{}\" already defined", key.1), at));
            }
            at = self.next(self.next(at));
        }
        Ok(())
    }
}

/// A set that costs nothing while it is small.
#[derive(Default)]
struct Seen<'d> {
    few: Vec<(u8, &'d str)>,
    many: HashSet<(u8, &'d str)>,
}

impl<'d> Seen<'d> {
    fn insert(&mut self, key: (u8, &'d str)) -> bool {
        if self.many.is_empty() && self.few.len() < 16 {
            let new = !self.few.contains(&key);
            self.few.push(key);
            return new;
        }
        if self.many.is_empty() {
            self.many.extend(self.few.drain(..));
        }
        self.many.insert(key)
    }
}
