//! Sandbox only: units that failed run again when others have become ready meanwhile.
//!
//! What a unit needs may come from another one that it does not name: a namespace, a definition. A cluster gets there by
//! trying again after some minutes. A sandbox does not wait for that.

use std::collections::{BTreeMap, BTreeSet};

use weir_api::annotations::REQUESTED_AT;
use weir_cluster::Cluster;
use weir_yaml::Value;

use crate::commands::kind::KUSTOMIZATION;
use crate::commands::resource::{is_suspended, merge, whole_condition};
use crate::exit::Failure;

/// A unit, by namespace and name.
pub(super) type UnitName = (String, String);

/// Which units were ready when a unit was last tried again.
#[derive(Debug, Default)]
pub(super) struct Again(BTreeMap<UnitName, BTreeSet<UnitName>>);

impl Again {
    /// Asks for another run of the units that failed. True if there are some for which it may make a difference.
    pub(super) async fn look(&mut self, cluster: &Cluster) -> Result<bool, Failure> {
        let resource = KUSTOMIZATION.served(cluster).await?;
        let units = cluster.list(&resource, "", "").await?;
        let ready: BTreeSet<_> = units.iter().filter(|unit| is(unit, "True")).map(name).collect();
        let mut any = false;
        for unit in units.iter().filter(|unit| is_worth_it(unit)) {
            if self.0.insert(name(unit), ready.clone()).as_ref() != Some(&ready) {
                ask(cluster, unit).await?;
                any = true;
            }
        }
        Ok(any)
    }
}

fn is(unit: &Value, status: &str) -> bool {
    whole_condition(unit, "Ready").and_then(|ready| ready.str_at(&["status"])) == Some(status)
}

/// What cannot be built is no better the second time; what waits for a dependency is told when that is ready.
fn is_worth_it(unit: &Value) -> bool {
    const NOT: [&str; 3] = ["BuildFailed", "ArtifactFailed", "DependencyNotReady"];
    let reason = whole_condition(unit, "Ready").and_then(|ready| ready.str_at(&["reason"]));
    is(unit, "False") && !is_suspended(unit) && !reason.is_some_and(|reason| NOT.contains(&reason))
}

/// Asks for a run of the unit now: its interval may be an hour.
pub(super) async fn ask(cluster: &Cluster, unit: &Value) -> Result<(), Failure> {
    let (namespace, name) = name(unit);
    let mut patch = Value::default();
    let now = jiff::Timestamp::now().to_string();
    patch.set_at(&["metadata", "annotations", REQUESTED_AT], now.as_str());
    merge(cluster, &KUSTOMIZATION, &namespace, &name, patch).await?;
    Ok(())
}

pub(super) fn name(unit: &Value) -> UnitName {
    let text = |key| unit.str_at(&["metadata", key]).unwrap_or_default().to_string();
    (text("namespace"), text("name"))
}
