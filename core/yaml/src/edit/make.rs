//! Making a document mean something else with as few edits as can be found.

use super::{EditError, move_item, remove, rename, set};
use crate::locate::PathStep;
use crate::value::{Map, Value};

/// Deeper values are written anew as a whole.
const MAX_DEPTH: usize = 64;

/// Keys that tell which item of a list is which, the first that an item has.
const NAMES: [&str; 3] = ["name", "path", "pairs"];

/// The text with this document changed from `old`, which it means now, to `want`.
///
/// Entries and items that stay keep their text, comments and place; those that only move take their text along.
pub fn make(text: &str, document: usize, old: &Value, want: &Value) -> Result<String, EditError> {
    let mut maker = Maker { text: text.to_string(), document };
    if !text.is_empty() && !text.ends_with('\n') {
        maker.text.push_str(if text.contains("\r\n") { "\r\n" } else { "\n" });
    }
    maker.value(&mut Vec::new(), old, want)?;
    Ok(maker.text)
}

struct Maker {
    text: String,
    document: usize,
}

impl Maker {
    fn value<'v>(
        &mut self,
        path: &mut Vec<PathStep<'v>>,
        old: &'v Value,
        want: &'v Value,
    ) -> Result<(), EditError> {
        if old.means(want) {
            return Ok(());
        }
        let (before, depth) = (self.text.clone(), path.len());
        let done = match (old, want) {
            _ if path.len() > MAX_DEPTH => Err(EditError::new("the document is too deep")),
            (Value::Map(old), Value::Map(want)) if !old.is_empty() && !want.is_empty() => {
                self.map(path, old, want)
            }
            (Value::List(old), Value::List(want)) if !old.is_empty() && !want.is_empty() => {
                self.list(path, old, want)
            }
            _ => self.set(path, want),
        };
        let Err(error) = done else { return Ok(()) };
        if path.is_empty() {
            return Err(error);
        }
        self.text = before;
        path.truncate(depth);
        self.set(path, want)
    }

    fn set(&mut self, path: &[PathStep<'_>], want: &Value) -> Result<(), EditError> {
        self.text = set(&self.text, self.document, path, want)?;
        Ok(())
    }

    /// What is new comes before what goes, so that the map is never empty in between.
    fn map<'v>(
        &mut self,
        path: &mut Vec<PathStep<'v>>,
        old: &'v Map,
        want: &'v Map,
    ) -> Result<(), EditError> {
        let mut renamed = renamed(old, want);
        renamed.retain(|(from, to)| {
            path.push(PathStep::Key(from));
            let text = rename(&self.text, self.document, path, to);
            path.pop();
            text.map(|text| self.text = text).is_ok()
        });
        let is_old_name = |key: &str| renamed.iter().any(|(from, _)| *from == key);
        for (key, value) in want {
            path.push(PathStep::Key(key));
            let old_name = renamed.iter().find(|(_, to)| *to == key.as_str()).map(|(from, _)| *from);
            match old.get(old_name.unwrap_or(key)) {
                Some(own) => self.value(path, own, value)?,
                None => self.set(path, value)?,
            }
            path.pop();
        }
        let gone = old.keys().filter(|key| !want.contains_key(key));
        for key in gone.filter(|key| !is_old_name(key)) {
            path.push(PathStep::Key(key));
            self.text = remove(&self.text, self.document, path)?;
            path.pop();
        }
        Ok(())
    }

    fn list<'v>(
        &mut self,
        path: &mut Vec<PathStep<'v>>,
        old: &'v [Value],
        want: &'v [Value],
    ) -> Result<(), EditError> {
        let pairs = paired(old, want);
        if pairs.iter().all(Option::is_none) {
            return self.set(path, &Value::from(want.to_vec()));
        }
        let stays = |at: &usize| pairs.contains(&Some(*at));
        for at in (0..old.len()).rev().filter(|at| !stays(at)) {
            path.push(PathStep::Index(at));
            self.text = remove(&self.text, self.document, path)?;
            path.pop();
        }
        let mut now: Vec<Option<usize>> = (0..old.len()).filter(stays).map(Some).collect();
        for (at, pair) in pairs.iter().enumerate() {
            if pair.is_none() {
                self.text = super::insert(&self.text, self.document, path, at, &want[at])?;
                now.insert(at, None);
            } else if now.get(at) != Some(pair)
                && let Some(from) = now.iter().position(|own| own == pair)
            {
                self.text = move_item(&self.text, self.document, path, from, at)?;
                let own = now.remove(from);
                now.insert(at, own);
            }
        }
        for (at, pair) in pairs.iter().enumerate() {
            if let Some(own) = pair {
                path.push(PathStep::Index(at));
                self.value(path, &old[*own], &want[at])?;
                path.pop();
            }
        }
        Ok(())
    }
}

/// Keys that changed their name; a list may have grown too.
fn renamed<'v>(old: &'v Map, want: &'v Map) -> Vec<(&'v str, &'v str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for (key, value) in old.iter().filter(|(key, _)| !want.contains_key(key)) {
        let is_new = |name: &str| !old.contains_key(name) && !found.iter().any(|(_, to)| *to == name);
        let to = want.iter().find(|(name, own)| is_new(name) && begins_with(own, value));
        if let Some((name, _)) = to {
            found.push((key.as_str(), name.as_str()));
        }
    }
    found
}

fn begins_with(value: &Value, start: &Value) -> bool {
    match (value, start) {
        (Value::List(all), Value::List(start)) if !start.is_empty() && all.len() >= start.len() => {
            all.iter().zip(start.iter()).all(|(one, other)| one.means(other))
        }
        _ => value.means(start),
    }
}

/// For each wanted item the old one that it is or comes from: equal ones first, then those of the same name.
fn paired(old: &[Value], want: &[Value]) -> Vec<Option<usize>> {
    let mut taken = vec![false; old.len()];
    let mut pairs = vec![None; want.len()];
    let rules: [fn(&Value, &Value) -> bool; 2] = [Value::means, has_same_name];
    for rule in rules {
        for (at, item) in want.iter().enumerate() {
            if pairs[at].is_some() {
                continue;
            }
            let own = old.iter().enumerate().find(|(own, value)| !taken[*own] && rule(value, item));
            if let Some((own, _)) = own {
                taken[own] = true;
                pairs[at] = Some(own);
            }
        }
    }
    pairs
}

fn has_same_name(one: &Value, other: &Value) -> bool {
    if let (Some(one), Some(other)) = (one.as_str(), other.as_str()) {
        let key = |text: &str| text.split_once('=').map(|(key, _)| key.to_string());
        return key(one).is_some() && key(one) == key(other);
    }
    let name = NAMES.iter().find(|name| one.get(name).is_some() || other.get(name).is_some());
    name.is_some_and(|name| match (one.get(name), other.get(name)) {
        (Some(one), Some(other)) => one.means(other) || *name == "pairs",
        _ => false,
    })
}
