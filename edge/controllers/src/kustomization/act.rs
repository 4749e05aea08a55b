//! Carrying out waves: all writes to applied objects.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use weir_cluster::{ApiError, Apply, PatchBody, Resource};
use weir_plan::{Action, Desired, Effect, Id, Owned};
use weir_yaml::Value;

use super::observe::AT_A_TIME;
use super::{MANAGER, Run};

/// How long a deleted object may take to go before it is made anew.
const RECREATE_PATIENCE: Duration = Duration::from_secs(60);

impl Run<'_> {
    /// Carries out a wave: kind after kind in the order given, the objects of one kind side by side.
    pub(super) async fn carry_out(&mut self, wave: &[Action]) -> Vec<Effect> {
        let mut effects = Vec::with_capacity(wave.len());
        for group in wave.chunk_by(|a, b| kind(a) == kind(b)) {
            let run = &*self;
            let turns: Vec<_> = group.iter().map(|action| run.carry_out_one(action)).collect();
            let done: Vec<_> = stream::iter(turns).buffered(AT_A_TIME).collect().await;
            for (action, (effect, object)) in group.iter().zip(done) {
                if let (Action::Apply { desired, .. } | Action::Recreate { desired, .. }, Some(object)) =
                    (action, object)
                {
                    self.note_health(&desired.id, &object);
                    self.note_definition(desired);
                }
                effects.push(effect);
            }
        }
        effects
    }

    fn note_definition(&mut self, desired: &Desired) {
        if &*desired.gvk.kind == "CustomResourceDefinition" {
            let text = |path: &[&str]| desired.object.str_at(path).unwrap_or_default().to_string();
            self.defined.push((text(&["spec", "group"]), text(&["spec", "names", "kind"])));
        }
    }

    async fn carry_out_one(&self, action: &Action) -> (Effect, Option<Value>) {
        let _permit = self.context.requests.acquire().await;
        let done = match action {
            Action::Apply { desired, take_over, live_version } => {
                self.apply_one(desired, take_over.as_ref(), live_version.as_deref()).await
            }
            Action::Recreate { desired, uid } => self.recreate(desired, uid).await,
            Action::Delete { owned, uid } => self.delete(owned, uid).await.map(|effect| (effect, None)),
        };
        done.unwrap_or_else(|error| (Effect::Failed(error.to_string()), None))
    }

    async fn apply_one(
        &self,
        desired: &Desired,
        take_over: Option<&Value>,
        live_version: Option<&str>,
    ) -> Result<(Effect, Option<Value>), ApiError> {
        let resource = self.resource(desired).await?;
        if let Some(patch) = take_over {
            let Id { namespace, name, .. } = &desired.id;
            let patch = PatchBody::Json(patch.clone());
            self.cluster.patch(&resource, namespace, name, "", MANAGER, &patch).await?;
        }
        let object = self.server_side_apply(&resource, desired).await?;
        let version = object.str_at(&["metadata", "resourceVersion"]);
        let effect = match live_version {
            None => Effect::Created,
            Some(before) if version == Some(before) => Effect::Unchanged,
            Some(_) => Effect::Configured,
        };
        Ok((effect, Some(object)))
    }

    async fn server_side_apply(&self, resource: &Resource, desired: &Desired) -> Result<Value, ApiError> {
        let how = Apply { manager: MANAGER, force: true, subresource: "" };
        self.cluster.apply(resource, &desired.object, how).await
    }

    /// Deletes this very object, waits until it is gone and makes it anew.
    async fn recreate(&self, desired: &Desired, uid: &str) -> Result<(Effect, Option<Value>), ApiError> {
        let resource = self.resource(desired).await?;
        let Id { namespace, name, .. } = &desired.id;
        let gone = self.context.objects.wait_for([(&desired.id, resource.clone())].into_iter());
        self.cluster.delete(&resource, namespace, name, Some(uid)).await?;
        let deadline = tokio::time::Instant::now() + RECREATE_PATIENCE;
        while let Some(live) = self.cluster.get_metadata(&resource, namespace, name).await? {
            if live.str_at(&["metadata", "uid"]) != Some(uid) {
                break;
            }
            tokio::select! {
                () = gone.changed() => {}
                () = tokio::time::sleep_until(deadline) => {
                    let cause = "immutable field detected, the old object was deleted but is not gone yet";
                    return Ok((Effect::Failed(cause.to_string()), None));
                }
            }
        }
        let object = self.server_side_apply(&resource, desired).await?;
        Ok((Effect::Configured, Some(object)))
    }

    async fn delete(&self, owned: &Owned, uid: &str) -> Result<Effect, ApiError> {
        let id = &owned.id;
        let resource = match self.cluster.resource(&owned.gvk().api_version(), &id.kind).await {
            Err(ApiError::NoKind { .. }) => self.cluster.preferred(&id.group, &id.kind).await?,
            other => other?,
        };
        match self.cluster.delete(&resource, &id.namespace, &id.name, Some(uid)).await {
            Ok(_) => Ok(Effect::Deleted),
            // Another object of this name: not the one that we own.
            Err(error) if error.is_conflict() => Ok(Effect::Skipped),
            Err(error) => Err(error),
        }
    }
}

fn kind(action: &Action) -> &str {
    match action {
        Action::Apply { desired, .. } | Action::Recreate { desired, .. } => &desired.id.kind,
        Action::Delete { owned, .. } => &owned.id.kind,
    }
}
