//! Answers to questions: all reads.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use tokio::time::Instant;
use weir_cluster::{ApiError, Apply, Resource};
use weir_delivery::{Ask, DependencyState, Need, SourceId, SourceState, Tell, UnitId};
use weir_plan::{self as plan, Answer, Desired, Intent, Live, Owned, Seen};

use super::index::Entry;
use super::{API_VERSION, KIND, MANAGER, Run, desired};
use crate::remotes::Remotes;
use crate::sources::Snapshot;

/// Objects of one unit that are asked about at a time.
pub(super) const AT_A_TIME: usize = 8;
/// The time until an established definition is listed, and how often the list is read.
const SERVED: std::time::Duration = std::time::Duration::from_secs(15);
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(100);

impl Run<'_> {
    pub(super) async fn answer(&mut self, ask: Ask) -> Result<Tell, ApiError> {
        Ok(match ask {
            Ask::Source(source) => Tell::Source(self.source(&source).await?),
            Ask::Dependencies(units) => {
                let mut states = Vec::new();
                for unit in units {
                    states.push(self.dependency(&unit).await?);
                }
                Tell::Dependencies(states)
            }
            Ask::Keys(decryption) => Tell::Keys(self.keys(&decryption).await?),
            Ask::Variables(sources) => Tell::Variables(self.variables(&sources).await),
            Ask::Remotes(needs) => Tell::Remotes(self.remotes(needs).await),
            Ask::Plan(plan::Ask::DryRun(objects)) => Tell::Plan(Answer::DryRun(self.dry_runs(objects).await)),
            Ask::Plan(plan::Ask::Live(owned)) => Tell::Plan(Answer::Live(self.live(owned).await)),
            Ask::Plan(plan::Ask::Health(targets, patience)) => {
                Tell::Plan(self.health(&targets, patience).await?)
            }
        })
    }

    /// The place is left: a server that is slow must hold up nobody else.
    async fn remotes(&mut self, needs: Vec<Need>) -> Vec<weir_delivery::Answer> {
        let settings = &self.context.settings;
        let count = needs.len();
        let failed = |cause: String| vec![weir_delivery::Answer::Failed(cause); count];
        if settings.no_remote_bases {
            return failed("remote bases are not allowed here (--no-remote-bases)".to_string());
        }
        let directory = settings.storage.join("remotes");
        let remotes = Remotes { directory, runner: settings.runner.clone(), programs: false };
        self.place.leave();
        let answers = tokio::task::spawn_blocking(move || remotes.answer(&needs)).await;
        self.place.come_back().await;
        answers.unwrap_or_else(|error| failed(error.to_string()))
    }

    async fn source(&self, source: &SourceId) -> Result<SourceState, ApiError> {
        if let Some(snapshot) = self.newest(source) {
            let (revision, tree) = (snapshot.revision, snapshot.tree);
            return Ok(SourceState::Ready { revision, origin: None, tree });
        }
        let cluster = &self.context.cluster;
        let resource = match cluster.preferred("source.toolkit.fluxcd.io", &source.kind).await {
            Ok(resource) => resource,
            Err(error @ ApiError::NoKind { .. }) => return Ok(SourceState::Missing(error.to_string())),
            Err(error) => return Err(error),
        };
        if cluster.get_metadata(&resource, &source.namespace, &source.name).await?.is_none() {
            let SourceId { kind, namespace, name } = source;
            return Ok(SourceState::Missing(format!("Source '{kind}/{namespace}/{name}' not found")));
        }
        if source.kind != crate::git_repository::KIND {
            let message = format!("not supported yet: source of kind {} ('{source}')", source.kind);
            return Ok(SourceState::Failed(message));
        }
        Ok(SourceState::NoArtifact)
    }

    /// What the source gives now. From the note of it on news are told again, so a second look makes sure that none came
    /// between the first look and the note.
    fn newest(&self, source: &SourceId) -> Option<Snapshot> {
        let mut snapshot = self.context.sources.get(source);
        loop {
            match &snapshot {
                Some(snapshot) => self.index.pick_up(&self.key, &snapshot.revision),
                None => self.index.end(&self.key),
            }
            let again = self.context.sources.get(source);
            let revision = |snapshot: &Option<Snapshot>| snapshot.as_ref().map(|own| own.revision.clone());
            if revision(&again) == revision(&snapshot) {
                return snapshot;
            }
            snapshot = again;
        }
    }

    async fn dependency(&self, unit: &UnitId) -> Result<DependencyState, ApiError> {
        let resource = self.context.cluster.resource(API_VERSION, KIND).await?;
        Ok(match self.context.cluster.get(&resource, &unit.namespace, &unit.name).await? {
            None => DependencyState::Missing(format!(
                "kustomizations.kustomize.toolkit.fluxcd.io \"{}\" not found",
                unit.name
            )),
            Some(object) => {
                let entry = Entry::of(&object);
                let (ready, source) = (entry.ready(), entry.source().clone());
                DependencyState::Found { ready, source, applied_revision: entry.applied() }
            }
        })
    }

    async fn dry_runs(&mut self, objects: Vec<Desired>) -> Vec<Seen> {
        let run = &*self;
        let seen: Vec<_> = stream::iter(objects)
            .map(|desired| async move {
                let seen = run.dry_run(&desired).await;
                (desired, seen)
            })
            .buffered(AT_A_TIME)
            .collect()
            .await;
        let mut answers = Vec::with_capacity(seen.len());
        for (desired, seen) in seen {
            if let Seen::Present { live, .. } = &seen {
                self.note_health(&desired.id, live);
            }
            answers.push(seen);
        }
        answers
    }

    async fn dry_run(&self, desired: &Desired) -> Seen {
        let refused = |message: String| Seen::Refused { message, immutable: false, live: None };
        let resource = match self.resource(desired).await {
            Ok(resource) => resource,
            Err(error) => {
                return refused(format!("dry-run failed: {error}{}", self.served(desired, &error).await));
            }
        };
        if resource.namespaced && desired.id.namespace.is_empty() {
            return refused(
                "namespace not specified: set metadata.namespace or spec.targetNamespace".to_string(),
            );
        }
        let _permit = self.context.requests.acquire().await;
        let answer = if plan::intent(&self.owner(), &desired.object) == Intent::CreateOnly {
            self.presence(&resource, desired).await
        } else {
            let how = Apply { manager: MANAGER, force: true, subresource: "" };
            self.cluster.dry_run(&resource, &desired.object, how).await.map(|told| match told.exists {
                false => Seen::Absent { namespaced: resource.namespaced },
                true => Seen::Present { live: told.object, changes: told.changes },
            })
        };
        match answer {
            Ok(seen) => seen,
            Err(error) => self.refusal(&resource, desired, &error).await,
        }
    }

    fn owner(&self) -> plan::Owner {
        desired::owner(self.unit)
    }

    /// The resource of an object. A kind that was defined a moment ago may take a moment to show.
    pub(super) async fn resource(&self, desired: &Desired) -> Result<Arc<Resource>, ApiError> {
        let (api_version, kind) = (desired.gvk.api_version(), &desired.gvk.kind);
        let is_new = self.defined.iter().any(|(group, own)| **group == *desired.gvk.group && **own == **kind);
        let deadline = Instant::now() + SERVED;
        loop {
            match self.cluster.resource(&api_version, kind).await {
                Err(ApiError::NoKind { .. }) if is_new && Instant::now() < deadline => {
                    tokio::time::sleep(LOOK_AGAIN).await;
                }
                other => return other,
            }
        }
    }

    /// In which version a kind is there that is not there in the one asked for.
    async fn served(&self, desired: &Desired, error: &ApiError) -> String {
        if !matches!(error, ApiError::NoKind { .. }) {
            return String::new();
        }
        let served = self.cluster.preferred(&desired.gvk.group, &desired.gvk.kind).await;
        served.map_or_else(|_| String::new(), |served| format!(": it is served as {}", served.api_version()))
    }

    async fn presence(&self, resource: &Resource, desired: &Desired) -> Result<Seen, ApiError> {
        let id = &desired.id;
        Ok(match self.cluster.get_metadata(resource, &id.namespace, &id.name).await? {
            Some(live) => Seen::Present { live, changes: false },
            None => Seen::Absent { namespaced: resource.namespaced },
        })
    }

    async fn refusal(&self, resource: &Resource, desired: &Desired, error: &ApiError) -> Seen {
        let message = match (error.is_not_found(), error.reason()) {
            (true, _) => format!("not found: {error}"),
            (false, "") => format!("dry-run failed: {error}"),
            (false, reason) => format!("dry-run failed ({reason}): {error}"),
        };
        let immutable = error.is_immutable();
        let live = if immutable {
            let id = &desired.id;
            self.cluster.get(resource, &id.namespace, &id.name).await.ok().flatten()
        } else {
            None
        };
        Seen::Refused { message, immutable, live }
    }

    async fn live(&self, owned: Vec<Owned>) -> Vec<Live> {
        stream::iter(owned).map(|owned| self.live_one(owned)).buffered(AT_A_TIME).collect().await
    }

    async fn live_one(&self, owned: Owned) -> Live {
        let _permit = self.context.requests.acquire().await;
        let id = &owned.id;
        let resource = match self.cluster.resource(&owned.gvk().api_version(), &id.kind).await {
            Err(ApiError::NoKind { .. }) => match self.cluster.preferred(&id.group, &id.kind).await {
                Err(error @ ApiError::NoKind { .. }) => {
                    return match self.cluster.knows_no(&id.group, &id.kind).await {
                        Ok(true) => Live::Gone,
                        Ok(false) => Live::Unknown(error.to_string()),
                        Err(error) => Live::Unknown(error.to_string()),
                    };
                }
                other => other,
            },
            other => other,
        };
        let found = match resource {
            Ok(resource) => self.cluster.get_metadata(&resource, &id.namespace, &id.name).await,
            Err(error) => Err(error),
        };
        match found {
            Ok(Some(object)) => Live::There(object),
            Ok(None) => Live::Gone,
            Err(error) => Live::Unknown(error.to_string()),
        }
    }
}
