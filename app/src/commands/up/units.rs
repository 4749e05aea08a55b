//! All units and sources of a cluster, how they are and what they wait for.

use std::collections::{BTreeMap, BTreeSet};

use weir_api::CRDS;
use weir_cluster::Cluster;
use weir_controllers::Remit;
use weir_delivery::UnitId;
use weir_yaml::Value;

use super::again::{Again, name};
use super::definitions::{Definitions, Undefined};
use super::keys::GivenKeys;
use super::waits;
use crate::commands::kind::{GIT_REPOSITORY, KUSTOMIZATION, Kind};
use crate::commands::resource::{condition, is_suspended, shorten};
use crate::exit::{Exit, Failure};
use crate::output::say;

/// How a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Ready,
    Working,
    /// It waits for another unit.
    Waiting,
    Failed,
    Suspended,
    /// Nobody acts on its kind yet.
    NotSupported,
    /// Nobody defines its kind.
    Undefined,
}

/// One unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
    /// The unit that applied it: namespace and name.
    pub(super) parent: Option<(String, String)>,
    pub(super) state: State,
    pub(super) message: String,
}

/// Lines of a message that are shown of each unit.
const MOST_LINES: usize = 8;
/// Of a unit that no controller has looked at.
const NEW: &str = "waiting to be reconciled";
/// Objects of one kind without a definition that are named one by one.
const MOST_OF_A_KIND: usize = 5;

impl Unit {
    /// No controller has looked at it, as it is now.
    pub(super) fn is_new(&self) -> bool {
        self.state == State::Working && self.message == NEW
    }
}

/// Whether one of them still says that it waits for another one which is ready: it will go on.
pub(super) fn is_one_behind(units: &[Unit]) -> bool {
    let is_ready = |name: &str| {
        let ready = units.iter().filter(|unit| unit.state == State::Ready);
        ready.into_iter().any(|unit| name == format!("{}/{}", unit.namespace, unit.name))
    };
    let waiting = units.iter().filter(|unit| unit.state == State::Waiting);
    waiting.into_iter().any(|unit| {
        let named = unit.message.strip_prefix("dependency '").and_then(|rest| rest.split_once('\''));
        named.is_some_and(|(name, rest)| rest.starts_with(" is not ready") && is_ready(name))
    })
}

/// A cluster on its way to what the repository says.
pub(super) struct Progress {
    pub(super) cluster: Cluster,
    /// What of the cluster is the repository's.
    pub(super) remit: Remit,
    /// In a sandbox, where kinds may be assumed.
    pub(super) definitions: Option<Definitions>,
    /// The key of whoever runs a sandbox.
    pub(super) keys: Option<GivenKeys>,
    pub(super) again: Again,
    /// What of the entry point the server refused.
    pub(super) refused: Vec<String>,
}

impl Progress {
    pub(super) async fn units(&self) -> Result<Vec<Unit>, Failure> {
        let mut units = read(&self.cluster, &self.remit).await?;
        let mut counts: BTreeMap<_, usize> = BTreeMap::new();
        for object in self.undefined() {
            let Undefined { unit, api_version, kind, .. } = object;
            *counts.entry((unit.clone(), kind.clone(), api_version.clone())).or_default() += 1;
        }
        for ((unit, kind, api_version), count) in counts {
            let objects = if count == 1 { "object".to_string() } else { format!("{count} objects") };
            let message = format!("{objects} of {api_version}, which nobody defines");
            let (namespace, name) = Default::default();
            let state = State::Undefined;
            units.push(Unit { kind, namespace, name, parent: Some(unit), state, message });
        }
        Ok(units)
    }

    /// Names what the units that are still on their way wait for. Once all is settled, that is why they failed.
    pub(super) async fn explain(&self, units: &mut [Unit], settled: bool) {
        for unit in units.iter_mut().filter(|unit| unit.state == State::Working) {
            let causes = waits::causes(&self.cluster, unit).await.unwrap_or_default().join(", ");
            match (causes.is_empty(), settled) {
                (true, _) => {}
                (false, true) => {
                    unit.state = State::Failed;
                    unit.message = format!("waiting in vain for: [{causes}]");
                }
                (false, false) => unit.message = format!("{}; waiting for: [{causes}]", unit.message),
            }
        }
    }

    pub(super) fn is_sandbox(&self) -> bool {
        self.definitions.is_some()
    }

    fn undefined(&self) -> impl Iterator<Item = &Undefined> {
        self.definitions.iter().flat_map(Definitions::undefined)
    }

    /// Lets units go on that failed for want of what can be had. True if there were some. `at_last` is said when nothing
    /// moves any more.
    pub(super) async fn help(&mut self, at_last: bool) -> bool {
        let Some(definitions) = &mut self.definitions else { return false };
        let given = match &mut self.keys {
            Some(keys) => keys.give(&self.cluster).await,
            None => Ok(false),
        };
        let mut helped = definitions.look(at_last).await.and_then(|helped| Ok(given? || helped));
        if at_last && matches!(helped, Ok(false)) {
            helped = self.again.look(&self.cluster).await;
        }
        helped.unwrap_or_else(|error| {
            tracing::warn!(%error, "units that failed cannot be helped");
            false
        })
    }

    /// Names the objects whose kinds nobody defines, the first few of each kind. Gives how many they are.
    fn tell_undefined(&self) -> usize {
        let mut kinds: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
        for object in self.undefined() {
            kinds.entry((&object.api_version, &object.kind)).or_default().insert(&object.problem);
        }
        for ((api_version, kind), problems) in &kinds {
            for problem in problems.iter().take(MOST_OF_A_KIND) {
                say(&format!("✗ {problem}"));
            }
            if problems.len() > MOST_OF_A_KIND {
                let more = problems.len() - MOST_OF_A_KIND;
                say(&format!("  and {more} more of kind {kind} in version {api_version}"));
            }
        }
        kinds.values().map(BTreeSet::len).sum()
    }

    /// Says how all is: causes first, then what waits for them. Gives the exit code.
    pub(super) fn summary(&self, units: &[Unit], settled: bool) -> Exit {
        say(tree(units).trim_end());
        for problem in &self.refused {
            say(&format!("✗ {problem}"));
        }
        let of = |state| units.iter().filter(move |unit: &&Unit| unit.state == state);
        let tell = |states: &[(State, &str)]| {
            for (state, mark) in states {
                for unit in of(*state) {
                    let message = first_lines(&unit.message);
                    say(&format!("{mark} {}/{}/{}: {message}", unit.kind, unit.namespace, unit.name));
                }
            }
        };
        tell(&[(State::Failed, "✗")]);
        let undefined = self.tell_undefined();
        tell(&[(State::Working, "◎"), (State::Waiting, "·")]);
        let counts = [
            (of(State::Failed).count() + self.refused.len(), "failed", true),
            (undefined, "without a definition", true),
            (of(State::Working).count(), "not settled", true),
            (of(State::Waiting).count(), "waiting", true),
            (of(State::Suspended).count(), "suspended", false),
            (of(State::NotSupported).count(), "not supported yet", false),
        ];
        let mut line = format!("{} ready", of(State::Ready).count());
        for (count, word, _) in counts.iter().filter(|(count, ..)| *count > 0) {
            line.push_str(&format!(", {count} {word}"));
        }
        let good = settled && counts.iter().all(|(count, _, matters)| *count == 0 || !matters);
        say(&format!("{} {line}", if good { "✔" } else { "✗" }));
        if good { Exit::Success } else { Exit::Failure }
    }
}

/// Some lines say what a unit lacks; hundreds hide what the next one lacks. Its status has them all.
fn first_lines(message: &str) -> String {
    let mut lines: Vec<_> = message.lines().take(MOST_LINES).map(str::to_string).collect();
    match message.lines().count().saturating_sub(MOST_LINES) {
        0 => {}
        more => lines.push(format!("and {more} more")),
    }
    lines.join("\n  ")
}

async fn read(cluster: &Cluster, remit: &Remit) -> Result<Vec<Unit>, Failure> {
    let mut found = Vec::new();
    for kind in [GIT_REPOSITORY, KUSTOMIZATION] {
        let resource = kind.served(cluster).await?;
        found.push((kind.kind, true, cluster.list(&resource, "", "").await?));
    }
    for left_alone in CRDS.iter().filter(|kind| !kind.is_acted_on()) {
        let Ok(resource) = cluster.preferred(left_alone.group, left_alone.kind).await else { continue };
        found.push((left_alone.kind, false, cluster.list(&resource, "", "").await?));
    }
    let appliers = found.iter().filter(|(kind, ..)| *kind == KUSTOMIZATION.kind);
    let by_name: BTreeMap<_, _> =
        appliers.flat_map(|(.., objects)| objects).map(|object| (name(object), object)).collect();
    let applier = |id: &UnitId| by_name.get(&(id.namespace.clone(), id.name.clone())).copied();
    let mut units = Vec::new();
    for (kind, supported, objects) in &found {
        let own = objects.iter().filter(|object| remit.holds(kind, object, applier));
        units.extend(own.map(|object| unit(object, kind, *supported)));
    }
    Ok(units)
}

fn unit(object: &Value, kind: &str, supported: bool) -> Unit {
    let text = |path: &[&str]| object.str_at(path).map(str::to_string);
    let label = |part| text(&["metadata", "labels", &format!("kustomize.toolkit.fluxcd.io/{part}")]);
    let (namespace, name) = (
        text(&["metadata", "namespace"]).unwrap_or_default(),
        text(&["metadata", "name"]).unwrap_or_default(),
    );
    let parent = label("namespace")
        .zip(label("name"))
        .filter(|parent| kind != KUSTOMIZATION.kind || *parent != (namespace.clone(), name.clone()));
    let (state, mut message) =
        if supported { state(object) } else { (State::NotSupported, format!("not supported yet: {kind}")) };
    let source = text(&["spec", "sourceRef", "kind"]).and_then(|kind| Kind::named(&kind));
    if state == State::Failed
        && let Some(source) = source.filter(|source| !source.is_acted_on())
        && !message.contains("not supported yet")
    {
        message = format!("not supported yet: source of kind {} ({message})", source.kind);
    }
    Unit { kind: kind.to_string(), namespace, name, parent, state, message: shorten(&message) }
}

fn state(object: &Value) -> (State, String) {
    if is_suspended(object) {
        return (State::Suspended, "suspended".to_string());
    }
    let generation = object.at(&["metadata", "generation"]).and_then(Value::as_i64);
    let ready = object
        .at(&["status", "conditions"])
        .and_then(Value::as_list)
        .and_then(|all| all.iter().find(|condition| condition.str_at(&["type"]) == Some("Ready")));
    let observed = ready.and_then(|ready| ready.at(&["observedGeneration"]).and_then(Value::as_i64));
    let reason = ready.and_then(|ready| ready.str_at(&["reason"])).unwrap_or_default();
    let reconciling = condition(object, "Reconciling").map(|(_, message)| message.to_string());
    match condition(object, "Ready") {
        _ if observed < generation => (State::Working, NEW.to_string()),
        Some(("True", message)) => (State::Ready, message.to_string()),
        Some(("False", message)) if reason == "DependencyNotReady" => (State::Waiting, message.to_string()),
        Some(("False", message)) => (State::Failed, message.to_string()),
        Some((_, message)) => (State::Working, reconciling.unwrap_or_else(|| message.to_string())),
        None => (State::Working, NEW.to_string()),
    }
}

/// Units under the units that applied them, each with its mark and, unless it is ready, why.
pub(super) fn tree(units: &[Unit]) -> String {
    let mut text = String::new();
    let is_known = |parent: &(String, String)| {
        units.iter().any(|unit| {
            unit.kind == KUSTOMIZATION.kind && (&unit.namespace, &unit.name) == (&parent.0, &parent.1)
        })
    };
    for unit in units.iter().filter(|unit| !unit.parent.as_ref().is_some_and(is_known)) {
        draw(units, unit, 0, &mut text);
    }
    text
}

fn draw(units: &[Unit], unit: &Unit, depth: usize, text: &mut String) {
    let mark = match unit.state {
        State::Ready => "✔",
        State::Working => "◎",
        State::Waiting => "·",
        State::Failed => "✗",
        State::Suspended => "‖",
        State::NotSupported | State::Undefined => "?",
    };
    let indent = "  ".repeat(depth);
    text.push_str(&format!("{indent}{mark} {}", unit.kind));
    if unit.state != State::Undefined {
        text.push_str(&format!("/{}/{}", unit.namespace, unit.name));
    }
    match unit.state {
        State::Ready => {}
        _ => {
            let mut lines = unit.message.lines();
            text.push_str(&format!("  {}", lines.next().unwrap_or_default()));
            match lines.count() {
                0 => {}
                more => text.push_str(&format!(" (and {more} more)")),
            }
        }
    }
    text.push('\n');
    if unit.kind == KUSTOMIZATION.kind && depth < 32 {
        let own = (unit.namespace.clone(), unit.name.clone());
        for child in units.iter().filter(|child| child.parent.as_ref() == Some(&own)) {
            draw(units, child, depth + 1, text);
        }
    }
}
