//! What of the old inventory is removed, and what is left alone.

use weir_manifest::order::flux;
use weir_yaml::Value;

use crate::policy::Owner;
use crate::words::Live;
use crate::{Id, Owned};

/// What becomes of an object that left the unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// It is deleted: this very object, no namesake that came after.
    Delete(Owned, String),
    /// It stays, and is nobody's any more.
    Release(Id),
    /// It is gone already.
    Gone(Id),
    /// It could not be looked at: kept in the inventory, tried again.
    Keep(Owned, String),
}

/// Decides for each object, last applied kinds first. An error is never taken for absence.
pub fn removals(owner: &Owner, stale: Vec<(Owned, Live)>) -> Vec<Removal> {
    let mut stale = stale;
    stale.sort_by(|(a, _), (b, _)| flux(&b.id, &a.id));
    stale.into_iter().map(|(owned, live)| removal(owner, owned, &live)).collect()
}

fn removal(owner: &Owner, owned: Owned, live: &Live) -> Removal {
    let object = match live {
        Live::Gone => return Removal::Gone(owned.id),
        Live::Unknown(cause) => return Removal::Keep(owned, cause.clone()),
        Live::There(object) => object,
    };
    if !owner.owns(object) || owner.leaves_alone(object) || owner.asks(object, "prune", "disabled") {
        return Removal::Release(owned.id);
    }
    match object.at(&["metadata", "uid"]).and_then(Value::as_str) {
        Some(uid) => Removal::Delete(owned, uid.to_string()),
        None => Removal::Keep(owned, "the server gave it no uid".to_string()),
    }
}
