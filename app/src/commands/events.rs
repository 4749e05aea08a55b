//! `weir events`: what Flux resources told, oldest first.

use jiff::Timestamp;
use weir_cluster::{Change, Cluster, Scope, follow};
use weir_yaml::Value;

use super::age::age;
use super::kind::{self, Kind};
use super::resource::read_one;
use crate::cli::Events;
use crate::connect::ClusterArgs;
use crate::exit::Failure;
use crate::output::{Table, print, say};

pub(super) fn run(args: &Events, cluster: &ClusterArgs) -> Result<(), Failure> {
    if let Some(wrong) = args.types.iter().find(|kind| !is_type(kind)) {
        let message = format!("type '{wrong}' not supported. Supported types are Normal, Warning");
        return Err(Failure::usage(message));
    }
    let chosen = Chosen::new(args, cluster)?;
    if args.watch {
        return cluster
            .watch(|connected| async move { chosen.whole(&connected).await?.watch(&connected).await });
    }
    cluster.run(|connected| async move { chosen.whole(&connected).await?.list(&connected).await })
}

fn is_type(text: &str) -> bool {
    ["Normal", "Warning"].iter().any(|known| text.eq_ignore_ascii_case(known))
}

/// The object of an event: its kind, and its name if only one is meant.
struct About {
    kind: &'static str,
    name: Option<String>,
    namespace: String,
}

/// Whose events are shown.
struct Chosen<'a> {
    args: &'a Events,
    /// Empty for all.
    namespace: &'a str,
    /// Where a named object is.
    own: &'a str,
    /// What was asked for, and what it refers to; all Flux kinds if empty.
    about: Vec<About>,
}

impl<'a> Chosen<'a> {
    fn new(args: &'a Events, cluster: &'a ClusterArgs) -> Result<Self, Failure> {
        let own = cluster.namespace.as_str();
        let namespace = if args.all_namespaces { "" } else { own };
        let mut chosen = Self { args, namespace, own, about: Vec::new() };
        let Some(object) = &args.object else { return Ok(chosen) };
        let (kind, name) = match object.split_once('/') {
            Some((kind, name)) => (kind, Some(name)),
            None => (object.as_str(), None),
        };
        if kind.is_empty() {
            return Err(Failure::usage("--for selector must be of format <kind>[/<name>]"));
        }
        let Some(found) = Kind::named(kind) else {
            return Err(Failure::usage(format!("'{kind}' is not a recognized Flux kind")));
        };
        let name = name.filter(|name| !name.is_empty()).map(str::to_string);
        chosen.about.push(About { kind: found.kind, name, namespace: namespace.to_string() });
        Ok(chosen)
    }

    /// With what the named object refers to.
    async fn whole(mut self, cluster: &Cluster) -> Result<Self, Failure> {
        if let Some(About { kind, name: Some(name), .. }) = self.about.first()
            && let Some(kind) = Kind::named(kind)
            && refers(&kind)
        {
            let object = read_one(cluster, &kind, self.own, name).await?;
            self.about.extend(references(&kind, &object, self.own));
        }
        Ok(self)
    }

    fn shows_namespaces(&self) -> bool {
        self.namespace.is_empty() || self.about.iter().any(|about| about.namespace != self.namespace)
    }

    fn namespaces(&self) -> Vec<&str> {
        let mut all = vec![self.namespace];
        for about in &self.about {
            if !all.contains(&"") && !all.contains(&about.namespace.as_str()) {
                all.push(&about.namespace);
            }
        }
        all
    }

    async fn list(&self, cluster: &Cluster) -> Result<(), Failure> {
        let resource = cluster.resource("v1", "Event").await?;
        let mut events = Vec::new();
        for namespace in self.namespaces() {
            events.extend(cluster.list(&resource, namespace, "").await?);
        }
        events.retain(|event| self.has(event));
        events.sort_by_key(last_seen);
        if events.is_empty() {
            say(&if self.namespace.is_empty() {
                "✗ No events found.".to_string()
            } else {
                format!("✗ No events found in {} namespace.", self.namespace)
            });
            return Ok(());
        }
        print(&self.table(&events, !self.args.no_header))
    }

    async fn watch(&self, cluster: &Cluster) -> Result<(), Failure> {
        let resource = cluster.resource("v1", "Event").await?;
        let (sender, mut events) = tokio::sync::mpsc::channel(64);
        for namespace in self.namespaces() {
            let scope = Scope { namespace: namespace.to_string(), ..Scope::default() };
            let mut changes = follow(cluster.clone(), resource.clone(), scope);
            let sender = sender.clone();
            tokio::spawn(async move {
                while let Some(change) = changes.recv().await {
                    if sender.send(change).await.is_err() {
                        return;
                    }
                }
            });
        }
        let mut header = !self.args.no_header;
        while let Some(change) = events.recv().await {
            match change {
                Change::Applied(event) if self.has(&event) => {
                    print(&self.table(&[event], header))?;
                    header = false;
                }
                Change::Failing(error) => say(&format!("✗ {error}")),
                Change::Applied(_) | Change::Deleted(_) | Change::Listing | Change::Listed => {}
            }
        }
        Ok(())
    }

    fn has(&self, event: &Value) -> bool {
        let text = |path: &[&str]| event.str_at(path).unwrap_or_default();
        let kind = text(&["involvedObject", "kind"]);
        let types = &self.args.types;
        if Kind::named(kind).is_none()
            || !(types.is_empty() || types.iter().any(|one| one.eq_ignore_ascii_case(text(&["type"]))))
        {
            return false;
        }
        let is_meant = |about: &About| {
            about.kind == kind
                && about.name.as_deref().is_none_or(|name| name == text(&["involvedObject", "name"]))
                && (about.namespace.is_empty() || about.namespace == text(&["metadata", "namespace"]))
        };
        self.about.is_empty() || self.about.iter().any(is_meant)
    }

    fn table(&self, events: &[Value], header: bool) -> String {
        let mut names = vec!["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
        if self.shows_namespaces() {
            names.insert(0, "NAMESPACE");
        }
        let mut table = Table::new(&names);
        let now = Timestamp::now();
        for event in events {
            let text = |path: &[&str]| event.str_at(path).unwrap_or_default().to_string();
            let (kind, name) = (text(&["involvedObject", "kind"]), text(&["involvedObject", "name"]));
            let mut row = vec![
                seen(now, event),
                text(&["type"]),
                text(&["reason"]),
                format!("{kind}/{name}"),
                text(&["message"]),
            ];
            if self.shows_namespaces() {
                row.insert(0, text(&["metadata", "namespace"]));
            }
            table.row(row);
        }
        table.text(header)
    }
}

/// True for kinds that refer to others.
fn refers(kind: &Kind) -> bool {
    matches!(kind.kind, "Kustomization" | "HelmRelease" | "HelmChart" | "Alert" | "ImagePolicy")
}

/// What an object refers to.
fn references(kind: &Kind, object: &Value, own: &str) -> Vec<About> {
    let (paths, fixed): (&[&[&str]], Option<Kind>) = match kind.kind {
        "HelmRelease" => (&[&["spec", "chart", "spec", "sourceRef"], &["spec", "chartRef"]], None),
        "Alert" => (&[&["spec", "providerRef"]], Some(kind::PROVIDER)),
        "ImagePolicy" => (&[&["spec", "imageRepositoryRef"]], Some(kind::IMAGE_REPOSITORY)),
        _ => (&[&["spec", "sourceRef"]], None),
    };
    let mut all = Vec::new();
    for reference in paths.iter().filter_map(|path| object.at(path)) {
        let text = |key| reference.str_at(&[key]).filter(|text| !text.is_empty());
        let named = fixed.or_else(|| Kind::named(text("kind")?));
        let namespace = text("namespace").unwrap_or(own).to_string();
        if let (Some(kind), Some(name)) = (named, text("name")) {
            all.push(About { kind: kind.kind, name: Some(name.to_string()), namespace });
        }
    }
    // The chart that a release has made for itself stands beside its source.
    if kind.kind == "HelmRelease"
        && let Some(namespace) = all.first().map(|source| source.namespace.clone())
    {
        let name = object.str_at(&["metadata", "name"]).unwrap_or_default();
        all.push(About { kind: kind::HELM_CHART.kind, name: Some(format!("{own}-{name}")), namespace });
    }
    all
}

fn text_at<'a>(event: &'a Value, paths: &[&[&str]]) -> &'a str {
    paths.iter().find_map(|path| event.str_at(path).filter(|text| !text.is_empty())).unwrap_or_default()
}

fn last_seen(event: &Value) -> String {
    let paths: [&[&str]; 3] = [&["series", "lastObservedTime"], &["lastTimestamp"], &["eventTime"]];
    text_at(event, &paths).to_string()
}

/// When it was seen; for one that came often the last time, how often and since when.
fn seen(now: Timestamp, event: &Value) -> String {
    let first = age(now, text_at(event, &[&["eventTime"], &["firstTimestamp"]]));
    let count = |path: &[&str]| event.at(path).and_then(Value::as_i64).unwrap_or_default();
    let often = |last: &str, count: i64| format!("{} (x{count} over {first})", age(now, last));
    if event.at(&["series"]).is_some_and(|series| *series != Value::Null) {
        often(text_at(event, &[&["series", "lastObservedTime"]]), count(&["series", "count"]))
    } else if count(&["count"]) > 1 {
        often(text_at(event, &[&["lastTimestamp"]]), count(&["count"]))
    } else {
        first
    }
}
