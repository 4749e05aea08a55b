//! The first objects: definitions, then what the entry point says.

use weir_api::CRDS;
use weir_cluster::{ApiError, Apply, Cluster};
use weir_delivery::Entry;
use weir_yaml::{Dialect, Value, from_yaml};

use crate::exit::Failure;

const HOW: Apply<'_> = Apply { manager: "weir", force: true, subresource: "" };
/// A definition is served a moment after it was applied.
const TRIES: u32 = 100;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

pub(super) async fn entry(cluster: &Cluster, entry: &Entry) -> Result<(), Failure> {
    let resource = cluster.resource("apiextensions.k8s.io/v1", "CustomResourceDefinition").await?;
    for definition in CRDS {
        for object in
            from_yaml(&definition.manifest(), Dialect::Sigs).map_err(|e| Failure::new(e.to_string()))?
        {
            // One that is there already belongs to whoever brought it.
            if cluster.get_metadata(&resource, "", &definition.crd_name()).await?.is_none() {
                cluster.apply(&resource, &object, HOW).await?;
            }
        }
    }
    for object in &entry.objects {
        apply(cluster, object).await?;
    }
    Ok(())
}

async fn apply(cluster: &Cluster, object: &Value) -> Result<(), Failure> {
    let text = |key| object.str_at(&[key]).unwrap_or_default();
    let mut tries = 0;
    loop {
        let done = match cluster.resource(text("apiVersion"), text("kind")).await {
            Ok(resource) => cluster.apply(&resource, object, HOW).await.map(|_| ()),
            Err(error) => Err(error),
        };
        match done {
            Ok(()) => return Ok(()),
            Err(ApiError::NoKind { .. } | ApiError::Status { code: 404, .. }) if tries < TRIES => {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => {
                let name = object.str_at(&["metadata", "name"]).unwrap_or_default();
                return Err(Failure::new(format!("{}/{name}: {error}", text("kind"))));
            }
        }
    }
}
