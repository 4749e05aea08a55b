//! The first objects: definitions, then what the entry point says.

use weir_api::CRDS;
use weir_cluster::{ApiError, Apply, Cluster};
use weir_delivery::Entry;
use weir_plan::Desired;
use weir_yaml::{Dialect, from_yaml};

use crate::exit::Failure;

pub(super) const HOW: Apply<'_> = Apply { manager: "weir", force: true, subresource: "" };
/// A definition is served a moment after it was applied.
const TRIES: u32 = 100;
const PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

/// Applies it all. What cannot be applied is told, and the rest goes on.
pub(super) async fn entry(cluster: &Cluster, entry: &Entry) -> Result<Vec<String>, Failure> {
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
    let (mut problems, mut tries) = (Vec::new(), TRIES);
    for object in &entry.objects {
        match apply(cluster, object, &mut tries).await {
            Ok(()) => {}
            // Nothing more can be said to it, so nothing more will be.
            Err(error @ ApiError::Transport(_)) => return Err(error.into()),
            Err(error) => {
                let served = cluster.preferred(&object.gvk.group, &object.gvk.kind).await;
                let cause = match (&error, served) {
                    (ApiError::NoKind { .. }, Ok(served)) => {
                        format!("{error}: it is served as {}", served.api_version())
                    }
                    _ => error.to_string(),
                };
                problems.push(object.problem(cause).line());
            }
        }
    }
    Ok(problems)
}

/// Applies one object; `tries` are left for all.
async fn apply(cluster: &Cluster, object: &Desired, tries: &mut u32) -> Result<(), ApiError> {
    loop {
        let defined = cluster.resource(&object.gvk.api_version(), &object.gvk.kind).await;
        let done = match defined {
            Ok(resource) => cluster.apply(&resource, &object.object, HOW).await.map(|_| ()),
            Err(error) => Err(error),
        };
        match done {
            // Of a kind that is served in another version no definition is on its way.
            Err(ApiError::NoKind { .. })
                if cluster.preferred(&object.gvk.group, &object.gvk.kind).await.is_ok() =>
            {
                return done;
            }
            Err(ApiError::NoKind { .. } | ApiError::Status { code: 404, .. }) if *tries > 0 => {
                *tries -= 1;
                tokio::time::sleep(PAUSE).await;
            }
            _ => return done,
        }
    }
}
