//! What a unit that is still on its way waits for.

use std::time::SystemTime;

use weir_cluster::{ApiError, Cluster};
use weir_plan::{Health, HealthStatus, Inventory};
use weir_yaml::Value;

use super::units::Unit;
use crate::commands::kind::{KUSTOMIZATION, Kind};
use crate::commands::resource::read_one;
use crate::exit::Failure;

/// Objects that are named one by one.
const MOST: usize = 5;

/// An object whose health counts.
struct Awaited {
    api_version: String,
    kind: String,
    namespace: String,
    name: String,
}

/// The objects that are not as the unit wants them, each with its state.
pub(super) async fn causes(cluster: &Cluster, unit: &Unit) -> Result<Vec<String>, Failure> {
    let kind = Kind::named(&unit.kind).unwrap_or(KUSTOMIZATION);
    let object = read_one(cluster, &kind, &unit.namespace, &unit.name).await?;
    let (mut causes, mut more) = (Vec::new(), 0);
    for awaited in awaited(&object) {
        let health = health(cluster, &awaited).await?;
        if health.status == HealthStatus::Current {
            continue;
        }
        if causes.len() < MOST { causes.push(awaited.line(&health)) } else { more += 1 }
    }
    if more > 0 {
        causes.push(format!("and {more} more"));
    }
    Ok(causes)
}

/// All objects of a unit that waits for them, and those that it names.
fn awaited(unit: &Value) -> Vec<Awaited> {
    let list = |path: &[&str]| unit.at(path).and_then(Value::as_list).unwrap_or_default();
    let mut all = Vec::new();
    if unit.at(&["spec", "wait"]).and_then(Value::as_bool) == Some(true) {
        let entries = list(&["status", "inventory", "entries"]).iter();
        let entries = entries
            .map(|entry| ["id", "v"].map(|key| entry.str_at(&[key]).unwrap_or_default()))
            .map(|[id, v]| (id, v));
        all.extend(Inventory::parse(entries).0.iter().map(|owned| Awaited {
            api_version: owned.gvk().api_version(),
            kind: owned.id.kind.to_string(),
            namespace: owned.id.namespace.to_string(),
            name: owned.id.name.to_string(),
        }));
    }
    all.extend(list(&["spec", "healthChecks"]).iter().map(|check| {
        let text = |key| check.str_at(&[key]).unwrap_or_default().to_string();
        Awaited {
            api_version: text("apiVersion"),
            kind: text("kind"),
            namespace: text("namespace"),
            name: text("name"),
        }
    }));
    all
}

async fn health(cluster: &Cluster, awaited: &Awaited) -> Result<Health, Failure> {
    let resource = match cluster.resource(&awaited.api_version, &awaited.kind).await {
        Ok(resource) => resource,
        Err(ApiError::NoKind { .. }) => return Ok(Health::not_found()),
        Err(error) => return Err(error.into()),
    };
    let Some(object) = cluster.get(&resource, &awaited.namespace, &awaited.name).await? else {
        return Ok(Health::not_found());
    };
    Ok(weir_plan::awaited_health(&object, SystemTime::now()).unwrap_or_else(|error| Health::unknown(&error)))
}

impl Awaited {
    fn line(&self, health: &Health) -> String {
        let Self { kind, namespace, name, .. } = self;
        let place = if namespace.is_empty() { "" } else { "/" };
        let message = match health.message.as_str() {
            "" => String::new(),
            message => format!(": {message}"),
        };
        format!("{kind}/{namespace}{place}{name} status: '{}'{message}", health.status)
    }
}
