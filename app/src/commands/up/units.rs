//! All units and sources of a cluster, how they are and what they wait for.

use weir_api::CRDS;
use weir_cluster::Cluster;
use weir_yaml::Value;

use crate::commands::kind::{GIT_REPOSITORY, KUSTOMIZATION};
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
}

/// One unit.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    pub(super) kind: String,
    pub(super) namespace: String,
    pub(super) name: String,
    /// The unit that applied it: namespace and name.
    pub(super) parent: Option<(String, String)>,
    pub(super) state: State,
    pub(super) message: String,
}

pub(super) async fn read(cluster: &Cluster) -> Result<Vec<Unit>, Failure> {
    let mut units = Vec::new();
    for kind in [GIT_REPOSITORY, KUSTOMIZATION] {
        let resource = kind.served(cluster).await?;
        units.extend(
            cluster.list(&resource, "", "").await?.iter().map(|object| unit(object, kind.kind, true)),
        );
    }
    for left_alone in CRDS.iter().filter(|kind| !kind.is_acted_on()) {
        let Ok(resource) = cluster.preferred(left_alone.group, left_alone.kind).await else { continue };
        let objects = cluster.list(&resource, "", "").await?;
        units.extend(objects.iter().map(|object| unit(object, left_alone.kind, false)));
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
    let (state, message) =
        if supported { state(object) } else { (State::NotSupported, format!("not supported yet: {kind}")) };
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
        _ if observed < generation => (State::Working, "waiting to be reconciled".to_string()),
        Some(("True", message)) => (State::Ready, message.to_string()),
        Some(("False", message)) if reason == "DependencyNotReady" => (State::Waiting, message.to_string()),
        Some(("False", message)) => (State::Failed, message.to_string()),
        Some((_, message)) => (State::Working, reconciling.unwrap_or_else(|| message.to_string())),
        None => (State::Working, "waiting to be reconciled".to_string()),
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
        State::NotSupported => "?",
    };
    let indent = "  ".repeat(depth);
    text.push_str(&format!("{indent}{mark} {}/{}/{}", unit.kind, unit.namespace, unit.name));
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

/// Says how all is: causes first, then what waits for them. Gives the exit code.
pub(super) fn summary(units: &[Unit], settled: bool) -> Exit {
    let count = |state| units.iter().filter(|unit| unit.state == state).count();
    let of = |state| units.iter().filter(move |unit: &&Unit| unit.state == state);
    say(tree(units).trim_end());
    for (state, mark) in [(State::Failed, "✗"), (State::Working, "◎"), (State::Waiting, "·")] {
        for unit in of(state) {
            say(&format!("{mark} {}/{}/{}: {}", unit.kind, unit.namespace, unit.name, unit.message));
        }
    }
    let not_ready = count(State::Failed) + count(State::Working) + count(State::Waiting);
    let mut line = format!("{} ready", count(State::Ready));
    for (state, word) in [
        (State::Failed, "failed"),
        (State::Working, "not settled"),
        (State::Waiting, "waiting"),
        (State::Suspended, "suspended"),
        (State::NotSupported, "not supported yet"),
    ] {
        if count(state) > 0 {
            line.push_str(&format!(", {} {word}", count(state)));
        }
    }
    let good = settled && not_ready == 0;
    say(&format!("{} {line}", if good { "✔" } else { "✗" }));
    if good { Exit::Success } else { Exit::Failure }
}
