//! `merge` and its kin: dario.cat/mergo on maps of anything.

use super::args::map;
use super::default::is_empty;
use crate::error::Error;
use crate::function::Call;
use crate::value::{Kind, Map, Value};

/// Deeper maps are an error, as they hold themselves.
const DEEPEST: u32 = 500;
/// So many maps and no more; see `print`.
const MOST: u32 = 20_000_000;

/// Merges the other maps into the first one, which changes.
pub(super) fn merge(call: &mut Call<'_>, args: &[Value], overwrite: bool) -> Result<Value, Error> {
    let mut target = map(args, 0);
    let mut changed = false;
    for source in args.iter().skip(1).filter_map(Value::as_map) {
        if target.is_nil() && !source.is_nil() {
            (target, changed) = (Map::new(), true);
        }
        let mut count = 0;
        let merged = into(&target, &source, overwrite, 0, &mut count);
        call.spend(u64::from(count))?;
        merged?;
    }
    Ok(if changed { target.into() } else { args.first().cloned().unwrap_or_default() })
}

fn into(target: &Map, source: &Map, overwrite: bool, depth: u32, count: &mut u32) -> Result<(), Error> {
    *count += 1;
    if depth > DEEPEST || *count > MOST {
        return Err(Error::limit("maps are too large to merge, or hold themselves"));
    }
    let entries = source.snapshot();
    *count = count.saturating_add(entries.len() as u32);
    for (key, new) in entries {
        let old = target.get(&key);
        if new.is_nil() {
            if overwrite {
                target.set(key, Value::Nil);
            }
            continue;
        }
        match new.kind() {
            Kind::Map => {
                if let (Some(old), Some(new)) = (old.as_ref().and_then(Value::as_map), new.as_map())
                    && !old.is_nil()
                {
                    into(&old, &new, overwrite, depth + 1, count)?;
                }
            }
            // Without overwriting the old value is put back, which makes no difference.
            Kind::Slice if overwrite => target.set(key.clone(), new.clone()),
            _ => {}
        }
        let kept = old.as_ref().is_some_and(|old| !emptied(old));
        let both_maps = new.kind() == Kind::Map && old.as_ref().is_some_and(|old| old.kind() == Kind::Map);
        if kept && (new.kind() == Kind::Slice || both_maps) {
            continue;
        }
        if overwrite || !kept {
            target.set(key, new);
        }
    }
    Ok(())
}

/// What mergo calls empty: unlike elsewhere a struct never is, nor is a pointer to one.
fn emptied(value: &Value) -> bool {
    is_empty(value)
}
