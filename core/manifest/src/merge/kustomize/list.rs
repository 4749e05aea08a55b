//! Lists that merge: items are one if they have the same values under the keys of the list.

use std::sync::Arc;

use weir_yaml::{Layout, Value};

use super::super::MergeError;
use super::NewItems;
use super::element::{self, text_of, written};
use super::two_way::DIRECTIVE;
use super::walk::{Known, Sources, Taken, Walker, has_names, settle};

/// Values of the keys of one item, empty where the item lacks one.
type Values = Vec<String>;

impl Walker<'_> {
    pub(super) fn walk_list(
        &self,
        mut sources: Sources,
        known: Known<'_>,
        depth: usize,
    ) -> Result<Option<Value>, MergeError> {
        let taken = self.visitor.merged_list(&mut sources)?;
        let Some(dest) = settle(&mut sources, taken) else { return Ok(None) };
        let mut keys: Vec<String> = match known {
            Known::Schema(schema) => match (schema.list_type(), schema.patch_strategy().merge_key) {
                (crate::schema::ListType::Map(keys), _) => keys.iter().map(ToString::to_string).collect(),
                (_, key) => key.into_iter().map(str::to_string).collect(),
            },
            Known::Given(schema) if !schema.merge_keys().is_empty() => schema.merge_keys(),
            Known::Given(schema) if schema.patch_strategy().merge => Vec::new(),
            Known::Plain | Known::Unknown | Known::Given(_) => vec![inferred_key(&sources)?],
        };
        let mut all = self.values_of_items(&sources, &keys);
        if keys.is_empty() {
            keys.push(String::new());
            all = self.scalars(&sources);
        }
        let Value::List(dest) = dest else { return Ok(Some(dest)) };
        let dest = self.merge_items(&sources, known.items(), all, &keys, dest.to_vec(), depth)?;
        Ok(Some(Value::from(dest)))
    }

    /// The destination stands last where new items come first.
    fn in_order<'s>(&self, sources: &'s Sources) -> impl Iterator<Item = &'s [Value]> {
        let skip = usize::from(self.new_items == NewItems::First);
        let turned = (0..sources.len()).map(move |at| (at + skip) % sources.len());
        turned.filter_map(|at| sources.get(at)?.as_ref()?.as_list())
    }

    fn values_of_items(&self, sources: &Sources, keys: &[String]) -> Vec<Values> {
        let mut all: Vec<Values> = Vec::new();
        for item in self.in_order(sources).flatten() {
            let values: Values =
                keys.iter().map(|key| item.get(key).map_or_else(String::new, text_of)).collect();
            if !values.is_empty() && !all.contains(&values) {
                all.push(values);
            }
        }
        all
    }

    fn scalars(&self, sources: &Sources) -> Vec<Values> {
        let mut all: Vec<Values> = Vec::new();
        for item in self.in_order(sources).flatten() {
            let values = vec![text_of(item)];
            if !all.contains(&values) {
                all.push(values);
            }
        }
        all
    }

    /// True if what comes out of a merge stands where the destination stood, because it is merged into, or because the
    /// patch became the destination further up and both are one.
    fn is_merged_into(&self, items: &Sources) -> Result<bool, MergeError> {
        match &items[..] {
            [Some(Value::Map(dest)), Some(Value::Map(patch))] if dest.is_same(patch) => Ok(true),
            [Some(Value::Map(_)), ..] => Ok(self.visitor.map(&mut items.clone())? == Taken::Dest),
            _ => Ok(false),
        }
    }

    fn merge_items(
        &self,
        sources: &Sources,
        known: Known<'_>,
        mut all: Vec<Values>,
        keys: &[String],
        mut dest: Vec<Value>,
        depth: usize,
    ) -> Result<Vec<Value>, MergeError> {
        if keys.len() > 1 {
            unite(&mut all);
        }
        let mut sources = items_of(sources);
        let mut merged = Vec::new();
        let mut used_keys = Vec::new();
        for values in &all {
            let (used, of_used) = used_of(&all, values, keys);
            let (place, items) = items_at(&mut sources, &dest, &used, &of_used);
            let below = |error: MergeError| error.below(&format!("[{}]", of_used.join(",")));
            let stays = self.is_merged_into(&items).map_err(below)?;
            let item = self.walk(items, known, depth + 1).map_err(below)?;
            let place = place.filter(|_| stays).and_then(|at| dest.get_mut(at));
            match item.filter(|item| !is_empty(item)) {
                Some(mut item) => {
                    set_keys(&mut item, &used, &of_used);
                    if let Some(place) = place {
                        place.clone_from(&item);
                    }
                    element::set(&mut merged, Some(&item), &used, &of_used)?;
                }
                None => {
                    // Where the item is that of the patch, its directive has been taken out. It may still stay, if it lacks
                    // one of the keys.
                    if let Some(map) = place.and_then(Value::as_map_mut) {
                        map.remove(DIRECTIVE);
                    }
                    element::set(&mut dest, None, &used, &of_used)?;
                }
            }
            used_keys = used;
        }
        if all.is_empty() {
            return Ok(dest);
        }
        let mut items = match self.new_items {
            NewItems::First => append(merged, dest, &used_keys),
            NewItems::Last => append(dest, merged, &used_keys),
        }?;
        items.iter_mut().for_each(out_of_brackets);
        Ok(items)
    }
}

/// A merged list is written anew, without brackets.
fn out_of_brackets(item: &mut Value) {
    if let Some(map) = item.as_map_mut().filter(|map| map.layout() == Layout::Inner) {
        map.set_layout(Layout::Braces);
    }
}

fn is_empty(item: &Value) -> bool {
    item.is_null() || item.as_map().is_some_and(weir_yaml::Map::is_empty)
}

/// An item gets the keys that it lacks, from the values that it was found by.
fn set_keys(item: &mut Value, keys: &[String], values: &[String]) {
    let Some(map) = item.as_map_mut() else { return };
    for (key, value) in keys.iter().zip(values).filter(|(_, value)| !value.is_empty()) {
        if !map.contains_key(key) {
            let mut value = Value::open(value);
            value.quote_if_open();
            map.insert(&**key, value);
        }
    }
}

/// A source of items: one that became the destination further up has no items of its own.
enum Items {
    OfDest,
    Own(Vec<Value>),
    None,
}

fn items_of(sources: &Sources) -> Vec<Items> {
    let first = sources.first().and_then(Option::as_ref).and_then(as_shared);
    let others = sources.iter().skip(1).map(|source| match source.as_ref().and_then(as_shared) {
        Some(list) if first.is_some_and(|first| Arc::ptr_eq(first, list)) => Items::OfDest,
        Some(list) => Items::Own(list.to_vec()),
        None => Items::None,
    });
    others.collect()
}

/// The items of all sources that have these values, and the place of that of the destination. A directive is seen once: when
/// an item is met again, it is an item like any other.
fn items_at(
    sources: &mut [Items],
    dest: &[Value],
    keys: &[String],
    values: &Values,
) -> (Option<usize>, Sources) {
    let (keys, values) = used_of(std::slice::from_ref(values), values, keys);
    let place = element::find(dest, &keys, &values);
    let of_dest = place.and_then(|at| dest.get(at).cloned());
    let mut items = vec![of_dest.clone()];
    for source in sources {
        items.push(match source {
            Items::OfDest => of_dest.clone(),
            Items::None => None,
            Items::Own(list) => {
                element::find(list, &keys, &values).and_then(|at| list.get_mut(at)).map(|item| {
                    let found = item.clone();
                    if found.get(DIRECTIVE).is_some() {
                        item.remove_at(&[DIRECTIVE]);
                    }
                    found
                })
            }
        });
    }
    (place, items)
}

fn as_shared(value: &Value) -> Option<&weir_yaml::List> {
    if let Value::List(list) = value { Some(list) } else { None }
}

/// In unknown kinds lists merge by name.
fn inferred_key(sources: &Sources) -> Result<String, MergeError> {
    let mut lists =
        sources.iter().flatten().filter(|value| value.as_list().is_some_and(|list| !list.is_empty()));
    if lists.all(has_names) {
        return Ok("name".to_string());
    }
    Err(MergeError::new("no merge key found"))
}

/// Items agree if one value at least is the same, and none differ that both have: they get the values of both.
fn unite(all: &mut [Values]) {
    for one in 0..all.len() {
        // As it was before this round: an item that has no value yet takes that of the last item that it agrees with.
        let own = all[one].clone();
        for other in 0..all.len() {
            if let Some(values) = united(&own, &all[other]) {
                all[one].clone_from(&values);
                all[other] = values;
            }
        }
    }
}

fn united(one: &Values, other: &Values) -> Option<Values> {
    let mut shares = false;
    let mut values = Vec::with_capacity(one.len());
    for (a, b) in one.iter().zip(other) {
        if a != b && !a.is_empty() && !b.is_empty() {
            return None;
        }
        shares |= a == b;
        values.push(if a.is_empty() { b.clone() } else { a.clone() });
    }
    shares.then_some(values)
}

/// The keys that some item has, and the values of this item for them; all keys if none has any.
fn used_of(all: &[Values], values: &Values, keys: &[String]) -> (Vec<String>, Values) {
    let is_used = |at: usize| all.iter().any(|values| values.get(at).is_some_and(|value| !value.is_empty()));
    let used: Vec<usize> = (0..keys.len()).filter(|at| is_used(*at)).collect();
    if used.is_empty() {
        return (keys.to_vec(), values.clone());
    }
    let pick = |from: &[String]| used.iter().filter_map(|at| from.get(*at).cloned()).collect();
    (pick(keys), pick(values))
}

/// Sets the items of `from` in `into`.
fn append(mut into: Vec<Value>, from: Vec<Value>, keys: &[String]) -> Result<Vec<Value>, MergeError> {
    for item in &from {
        if keys.first().is_none_or(String::is_empty) {
            element::set(&mut into, Some(item), &[String::new()], &[text_of(item)])?;
            continue;
        }
        let mut values = Vec::new();
        for key in keys {
            match item {
                Value::Map(_) => {}
                item if item.is_null() => {}
                _ => {
                    return Err(MergeError::new(format!(
                        "a list that merges by {key} has an item that is no map"
                    )));
                }
            }
            match item.get(key) {
                Some(value) => values.push(written(value)),
                None => into.push(item.clone()),
            }
        }
        if keys.len() > 1 {
            element::set(&mut into, None, keys, &values)?;
        }
        element::set(&mut into, Some(item), keys, &values)?;
    }
    Ok(into)
}
