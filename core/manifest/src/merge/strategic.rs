//! Strategic merge patch as the API server applies it: lists merge by the keys of the schema, and directives in the
//! patch delete, replace and order.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use weir_yaml::{Map, Value};

use super::{DEEPEST, MergeError};
use crate::schema::{PatchStrategy, Schema, Shape};

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const DELETE_FROM_LIST: &str = "$deleteFromPrimitiveList/";
const ELEMENT_ORDER: &str = "$setElementOrder/";
const BAD_ORDER: &str = "invalid patch format of setElementOrder list";
const BAD_RETAIN_KEYS: &str = "invalid patch format of retainKeys";

/// Merges a patch into an object of a built-in kind. Custom resources have no such patches: there is no schema that says
/// how their lists merge.
pub fn strategic_merge(original: &Value, patch: &Value, schema: Schema) -> Result<Value, MergeError> {
    let (Value::Map(original), Value::Map(patch)) = (original, patch) else {
        return Err(MergeError::new("invalid JSON document"));
    };
    merge_maps(original.clone(), patch.clone(), Place::Schema(schema), 0).map(Value::Map)
}

/// What is known about a place.
#[derive(Clone, Copy)]
enum Place {
    Schema(Schema),
    /// Any fields may be here, and no list merges.
    Free,
}

impl Place {
    fn field(self, key: &str) -> Result<(Self, PatchStrategy), MergeError> {
        let Self::Schema(schema) = self else { return Ok((Self::Free, PatchStrategy::default())) };
        if let Some(child) = schema.child(key) {
            return Ok((Self::Schema(child), child.patch_strategy()));
        }
        if schema.shape() != Shape::Struct {
            return Ok((Self::Free, PatchStrategy::default()));
        }
        let name = schema.definition().map_or("", |definition| definition.name());
        Err(MergeError::new(format!("unable to find api field in struct {name} for the json tag \"{key}\"")))
    }

    fn items(self) -> Self {
        match self {
            Self::Schema(schema) => schema.items().map_or(Self::Free, Self::Schema),
            Self::Free => Self::Free,
        }
    }
}

fn merge_maps(mut original: Map, mut patch: Map, place: Place, depth: usize) -> Result<Map, MergeError> {
    if depth > DEEPEST {
        return Err(MergeError::new("the patch is nested too deeply"));
    }
    if let Some(directive) = patch.get(DIRECTIVE) {
        return match directive.as_str() {
            Some("replace") => {
                patch.remove(DIRECTIVE);
                Ok(patch)
            }
            Some("delete") => Ok(Map::new()),
            _ => Err(unknown_directive(directive)),
        };
    }
    retain_keys(&mut original, &mut patch)?;
    apply_orders(&mut original, &mut patch, place, depth)?;
    // What is both deleted from a list and added to it stays: in the original that is a matter of chance.
    let (deletions, rest): (Vec<_>, Vec<_>) =
        patch.into_iter().partition(|(key, _)| key.starts_with(DELETE_FROM_LIST));
    for (key, value) in deletions.into_iter().chain(rest) {
        let (name, deletes) = match key.strip_prefix(DELETE_FROM_LIST) {
            Some(name) => (name, true),
            None => (&*key, false),
        };
        let below = |error: MergeError| error.below(name);
        if value.is_null() {
            original.remove(name);
            continue;
        }
        let merged = match (original.get(name), value) {
            (Some(Value::Map(old)), Value::Map(new)) => {
                let (child, strategy) = place.field(name).map_err(below)?;
                if strategy.replace {
                    Some(Value::Map(new))
                } else {
                    Some(Value::Map(merge_maps(old.clone(), new, child, depth + 1).map_err(below)?))
                }
            }
            (Some(Value::List(old)), Value::List(new)) => {
                let (child, strategy) = place.field(name).map_err(below)?;
                let merge = || merge_lists(old, &new, child.items(), strategy, deletes, depth);
                if strategy.merge || deletes {
                    Some(Value::from(merge().map_err(below)?))
                } else {
                    Some(Value::List(new))
                }
            }
            (_, _) if deletes => continue,
            (_, value) => added(&value),
        };
        match merged {
            Some(value) => {
                original.insert(name, value);
            }
            None => {
                original.remove(name);
            }
        }
    }
    Ok(original)
}

fn unknown_directive(directive: &Value) -> MergeError {
    let text = directive.as_str().map_or_else(|| weir_yaml::to_json(directive), str::to_string);
    MergeError::new(format!("unknown patch type: {text}"))
}

/// What is new comes without nulls and directives; a map with a directive does not come at all.
fn added(value: &Value) -> Option<Value> {
    match value {
        Value::Map(map) if map.contains_key(DIRECTIVE) => None,
        Value::Map(map) => {
            let fields = map.iter().filter(|(_, value)| !value.is_null());
            let fields = fields.filter_map(|(key, value)| Some((key.clone(), added(value)?)));
            Some(Value::Map(fields.collect()))
        }
        Value::List(list) => Some(list.iter().filter_map(added).collect()),
        scalar => Some(scalar.clone()),
    }
}

/// Takes out of the original what `$retainKeys` does not name.
fn retain_keys(original: &mut Map, patch: &mut Map) -> Result<(), MergeError> {
    let Some(kept) = patch.remove(RETAIN_KEYS) else { return Ok(()) };
    let kept = kept.as_list().ok_or_else(|| MergeError::new(BAD_RETAIN_KEYS))?;
    let kept: HashSet<&str> = kept.iter().filter_map(Value::as_str).collect();
    let is_directive = |key: &str| key.starts_with(DELETE_FROM_LIST) || key.starts_with(ELEMENT_ORDER);
    let unnamed = |(key, value): &&(weir_yaml::Key, Value)| {
        !value.is_null() && !is_directive(key) && !kept.contains(key.as_str())
    };
    if patch.iter().find(unnamed).is_some() {
        return Err(MergeError::new(BAD_RETAIN_KEYS));
    }
    original.retain(|key, _| kept.contains(key.as_str()));
    Ok(())
}

/// Merges the lists that have a `$setElementOrder`, and takes both out of the patch.
fn apply_orders(original: &mut Map, patch: &mut Map, place: Place, depth: usize) -> Result<(), MergeError> {
    let directives: Vec<_> = patch.keys().filter(|key| key.starts_with(ELEMENT_ORDER)).cloned().collect();
    for directive in directives {
        let order = patch.remove(&directive).unwrap_or_default();
        let name = directive.strip_prefix(ELEMENT_ORDER).unwrap_or("");
        let order = as_list(&order).map_err(|error| error.below(&directive))?;
        let below = |error: MergeError| error.below(name);
        let old = original.get(name).map(as_list).transpose().map_err(below)?;
        let new = patch.get(name).map(as_list).transpose().map_err(below)?;
        let (child, strategy) = place.field(name).map_err(below)?;
        let key = strategy.merge_key;
        check_order(new.as_ref().map_or(&[][..], |new| new), &order, key).map_err(below)?;
        let mut old = old.map(|old| old.to_vec());
        let merged = match (&mut old, &new) {
            (Some(old), None) => old.clone(),
            (None, Some(new)) => new.iter().filter_map(without_directives).collect(),
            (Some(old), Some(new)) if strategy.merge => {
                let merged = merge_lists(old, new, child.items(), strategy, false, depth).map_err(below)?;
                overwrite(old, new, strategy.merge_key);
                merged
            }
            (Some(_), Some(new)) => new.to_vec(),
            (None, None) => continue,
        };
        let old = old.unwrap_or_default();
        let empty = Arc::default();
        if !has_items(&[&old, new.as_ref().unwrap_or(&empty)]).map_err(below)? {
            return Err(below(MergeError::new("no elements in any of the given slices")));
        }
        let merged = in_order(merged, &order, &order, &old, key).map_err(below)?;
        original.insert(name, Value::from(merged));
        patch.remove(name);
    }
    Ok(())
}

/// What becomes of the server's list while the patch is merged into it: in the original both share their memory, so items
/// that are deleted make room for new ones, and these have a place in the order of the server. Its length stays.
fn overwrite(list: &mut [Value], patch: &[Value], key: Option<&str>) {
    let directive = |item: &Value| item.get(DIRECTIVE).and_then(Value::as_str).map(str::to_string);
    let (Some(key), false) = (key, patch.iter().any(|item| directive(item).as_deref() == Some("replace")))
    else {
        return;
    };
    let mut used = list.len();
    for gone in patch.iter().filter(|item| directive(item).as_deref() == Some("delete")) {
        while let Some(at) = list[..used].iter().position(|item| item.get(key) == gone.get(key)) {
            list[at..used].rotate_left(1);
            if let Some(last) = used.checked_sub(2).and_then(|last| list.get(last)).cloned() {
                list[used - 1] = last;
            }
            used -= 1;
        }
    }
    for new in patch.iter().filter(|item| directive(item).is_none()) {
        let is_known = list[..used.min(list.len())].iter().any(|item| item.get(key) == new.get(key));
        if !is_known {
            if let Some(slot) = list.get_mut(used) {
                *slot = new.clone();
            }
            used += 1;
        }
    }
}

fn without_directives(value: &Value) -> Option<Value> {
    match value {
        Value::Map(map) if map.contains_key(DIRECTIVE) => None,
        Value::Map(map) => {
            let fields =
                map.iter().filter_map(|(key, value)| Some((key.clone(), without_directives(value)?)));
            Some(Value::Map(fields.collect()))
        }
        Value::List(list) => Some(list.iter().filter_map(without_directives).collect()),
        scalar => Some(scalar.clone()),
    }
}

fn as_list(value: &Value) -> Result<weir_yaml::List, MergeError> {
    match value {
        Value::List(list) => Ok(Arc::clone(list)),
        other => Err(MergeError::new(format!("a list is expected, not a {}", other.kind()))),
    }
}

/// Items of the patch must stand in the same order as in `$setElementOrder`, which must have them all. Items to delete do
/// not count; other directives do when they stand last.
fn check_order(patch: &[Value], order: &[Value], key: Option<&str>) -> Result<(), MergeError> {
    if patch.is_empty() || order.is_empty() {
        return Ok(());
    }
    let directive = |item: &Value| item.as_map()?.get(DIRECTIVE).cloned();
    let is_deletion = |item: &&Value| directive(item).as_ref().and_then(Value::as_str) == Some("delete");
    if let Some(wrong) = patch.iter().find(|item| key.is_some() && !is_map(item)) {
        return Err(MergeError::new(format!("a map is expected, not a {}", wrong.kind())));
    }
    let mut wanted = patch.iter().filter(|item| key.is_none() || !is_deletion(item)).peekable();
    let mut order = order.iter();
    while let (Some(next), false) = (wanted.peek(), order.as_slice().is_empty()) {
        if directive(next).is_some() {
            wanted.next();
            continue;
        }
        let Some(item) = order.next() else { break };
        if name_of(next, key)? == name_of(item, key)? {
            wanted.next();
        }
    }
    if wanted.peek().is_some() {
        return Err(MergeError::new(BAD_ORDER));
    }
    Ok(())
}

/// What an item is called: the value of the merge key, or the item itself.
fn name_of(item: &Value, key: Option<&str>) -> Result<String, MergeError> {
    let Some(key) = key else { return Ok(weir_yaml::to_json(item)) };
    let Value::Map(map) = item else {
        return Err(MergeError::new(format!("a map is expected, not a {}", item.kind())));
    };
    match map.get(key) {
        Some(value) => Ok(weir_yaml::to_json(value)),
        None => Err(MergeError::new(format!(
            "map: {} does not contain declared merge key: {key}",
            weir_yaml::to_json(item)
        ))),
    }
}

fn is_map(value: &Value) -> bool {
    value.as_map().is_some()
}

/// True if there are items; they must be of one type, and no lists.
fn has_items(lists: &[&[Value]]) -> Result<bool, MergeError> {
    let mut items = lists.iter().flat_map(|list| list.iter());
    let Some(first) = items.next() else { return Ok(false) };
    if first.as_list().is_some() {
        return Err(MergeError::new("lists of lists are not supported"));
    }
    if items.any(|item| std::mem::discriminant(item) != std::mem::discriminant(first)) {
        return Err(MergeError::new("list element types are not identical"));
    }
    Ok(true)
}

fn merge_lists(
    original: &[Value],
    patch: &[Value],
    place: Place,
    strategy: PatchStrategy,
    deletes: bool,
    depth: usize,
) -> Result<Vec<Value>, MergeError> {
    if !has_items(&[original, patch])? {
        return Ok(original.to_vec());
    }
    if !original.iter().chain(patch).all(is_map) {
        return if deletes { Ok(deleted(original, patch)) } else { merge_scalars(original, patch) };
    }
    let Some(key) = strategy.merge_key else {
        return Err(MergeError::new("cannot merge lists without merge key"));
    };
    let (mut merged, patch) = apply_directives(original, patch, key)?;
    let server_order = merged.clone();
    let mut places = HashMap::new();
    for (at, item) in merged.iter().enumerate() {
        if let Ok(name) = name_of(item, Some(key)) {
            places.entry(name).or_insert(at);
        }
    }
    for item in &patch {
        let name = name_of(item, Some(key))?;
        match (places.get(&name).and_then(|at| merged.get_mut(*at)), item) {
            (Some(slot), Value::Map(new)) => {
                let old = slot.as_map().cloned().unwrap_or_default();
                let below = |error: MergeError| error.below(&format!("[{key}={name}]"));
                *slot = Value::Map(merge_maps(old, new.clone(), place, depth + 1).map_err(below)?);
            }
            _ => {
                places.insert(name, merged.len());
                merged.push(item.clone());
            }
        }
    }
    in_order(merged, &patch, &patch, &server_order, Some(key))
}

fn deleted(original: &[Value], patch: &[Value]) -> Vec<Value> {
    let gone: HashSet<String> = patch.iter().map(weir_yaml::to_json).collect();
    original.iter().filter(|item| !gone.contains(&weir_yaml::to_json(item))).cloned().collect()
}

fn merge_scalars(original: &[Value], patch: &[Value]) -> Result<Vec<Value>, MergeError> {
    let mut seen = HashSet::new();
    let both = original.iter().chain(patch);
    let merged = both.filter(|item| seen.insert(weir_yaml::to_json(item))).cloned().collect();
    in_order(merged, patch, patch, original, None)
}

/// Carries out the directives of items, and gives the patch without them. After a replacement there is nothing left to
/// merge.
fn apply_directives(
    original: &[Value],
    patch: &[Value],
    key: &str,
) -> Result<(Vec<Value>, Vec<Value>), MergeError> {
    let (mut kept, mut plain, mut replaces) = (original.to_vec(), Vec::new(), false);
    for item in patch {
        match item.get(DIRECTIVE).map(|directive| (directive, directive.as_str())) {
            None => plain.push(item.clone()),
            Some((_, Some("delete"))) => {
                let name = name_of(item, Some(key))?;
                // An item that lacks the key is passed over in the search, and stays.
                kept.retain(|own| name_of(own, Some(key)).map_or(true, |own| own != name));
            }
            // Other items of the patch are the new list, those of this one are not.
            Some((_, Some("replace"))) => replaces = true,
            Some((_, Some("merge"))) => {
                return Err(MergeError::new("merging lists cannot yet be specified in the patch"));
            }
            Some((directive, _)) => return Err(unknown_directive(directive)),
        }
    }
    Ok(if replaces { (plain, Vec::new()) } else { (kept, plain) })
}

/// Items that `named` has in the order of `order`, between the others in the order of the server.
fn in_order(
    items: Vec<Value>,
    named: &[Value],
    order: &[Value],
    server: &[Value],
    key: Option<&str>,
) -> Result<Vec<Value>, MergeError> {
    let names: HashSet<String> = named.iter().map(|item| name_of(item, key)).collect::<Result<_, _>>()?;
    let (order, server) = (places(order, key)?, places(server, key)?);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for item in items {
        let name = name_of(&item, key)?;
        let list = if names.contains(&name) { &mut ours } else { &mut theirs };
        list.push((name, item));
    }
    sort(&mut ours, &order);
    sort(&mut theirs, &server);
    let mut merged = Vec::with_capacity(ours.len() + theirs.len());
    let (mut ours, mut theirs) = (ours.into_iter().peekable(), theirs.into_iter().peekable());
    while let (Some((own, _)), Some((other, _))) = (ours.peek(), theirs.peek()) {
        let is_first =
            matches!((server.get(other), server.get(own)), (Some(other), Some(own)) if other < own);
        let next = if is_first { theirs.next() } else { ours.next() };
        merged.extend(next.map(|(_, item)| item));
    }
    merged.extend(ours.chain(theirs).map(|(_, item)| item));
    Ok(merged)
}

fn places(list: &[Value], key: Option<&str>) -> Result<HashMap<String, usize>, MergeError> {
    let mut places = HashMap::new();
    for (at, item) in list.iter().enumerate() {
        places.entry(name_of(item, key)?).or_insert(at);
    }
    Ok(places)
}

/// What has no place goes in front of what came before it: the original compares so.
fn sort(items: &mut [(String, Value)], places: &HashMap<String, usize>) {
    if items.iter().all(|(name, _)| places.contains_key(name)) {
        items.sort_by_key(|(name, _)| places.get(name).copied());
        return;
    }
    let less = |one: &str, other: &str| match (places.get(one), places.get(other)) {
        (Some(one), Some(other)) => one < other,
        _ => true,
    };
    for end in 1..items.len() {
        let mut at = end;
        while at > 0 && less(&items[at].0, &items[at - 1].0) {
            items.swap(at, at - 1);
            at -= 1;
        }
    }
}
