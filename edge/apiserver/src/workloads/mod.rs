//! Workloads "run": what a healthy cluster would bring up comes up.

use std::sync::Arc;

use weir_yaml::Value;

use crate::kinds::Kind;
use crate::problem::Problem;
use crate::rest::State;
use crate::server::Shared;
use crate::store::{Object, ObjectKey, TableName};

/// Gives a service its addresses.
pub(crate) fn allocate_addresses(
    _state: &mut State,
    _value: &mut Value,
    _old: Option<&Value>,
    _dry_run: bool,
) -> Result<(), Problem> {
    Ok(())
}

/// Takes the addresses of a service back.
pub(crate) fn release_addresses(_state: &mut State, _value: &Value) {}

/// What a new pod gets.
pub(crate) fn new_pod(_value: &mut Value) {}

/// What a new claim gets.
pub(crate) fn new_claim(_state: &State, _value: &mut Value) {}

/// What a new job gets.
pub(crate) fn new_job(_value: &mut Value) {}

/// What follows when an object is gone.
pub(crate) fn gone(_state: &mut State, _kind: &Kind, _last: &Object) {}

/// Looks at one object.
pub(crate) fn look(_shared: &Arc<Shared>, _state: &mut State, _table: &TableName, _key: &ObjectKey) {}
