//! `weir suspend` and `weir resume`.

use futures_util::future::join_all;
use weir_cluster::Cluster;
use weir_yaml::Value;

use super::kind::{self, Kind};
use super::reconcile::{verdict, wait};
use super::resource::{merge, whole_condition};
use crate::cli::{Names, Resume, Suspend, ToggleImage, ToggleSource, ToggleWhat};
use crate::connect::ClusterArgs;
use crate::exit::Failure;
use crate::output::say;

pub(super) fn suspend(args: &Suspend, cluster: &ClusterArgs) -> Result<(), Failure> {
    let chosen = Chosen::new(&args.what, args.all, cluster)?;
    cluster.run(|cluster| async move { chosen.suspend(&cluster).await })
}

pub(super) fn resume(args: &Resume, cluster: &ClusterArgs) -> Result<(), Failure> {
    let chosen = Chosen::new(&args.what, args.all, cluster)?;
    let wait = args.wait || chosen.names.len() == 1;
    cluster.run(|cluster| async move { chosen.resume(&cluster, wait).await })
}

/// What is to be suspended or resumed.
struct Chosen<'a> {
    kind: Kind,
    /// Empty for all of the namespace.
    names: Vec<&'a str>,
    namespace: &'a str,
}

impl<'a> Chosen<'a> {
    fn new(what: &'a ToggleWhat, all: bool, cluster: &'a ClusterArgs) -> Result<Self, Failure> {
        let (kind, given) = kind_and_names(what);
        if given.names.is_empty() && !all {
            return Err(Failure::usage(format!("{} name is required", kind.words)));
        }
        let mut names = Vec::new();
        for name in &given.names {
            if !names.contains(&name.as_str()) {
                names.push(name.as_str());
            }
        }
        Ok(Self { kind, names, namespace: &cluster.namespace })
    }

    async fn all(&self, cluster: &Cluster) -> Result<Vec<Value>, Failure> {
        let resource = self.kind.served(cluster).await?;
        Ok(cluster.list(&resource, self.namespace, "").await?)
    }

    async fn one(&self, cluster: &Cluster, name: &str) -> Result<Option<Value>, Failure> {
        let resource = self.kind.served(cluster).await?;
        Ok(cluster.get(&resource, self.namespace, name).await?)
    }

    async fn set(&self, cluster: &Cluster, object: &Value, suspend: bool) -> Result<Value, Failure> {
        let (words, namespace) = (self.kind.words, self.namespace);
        let name = name(object);
        let (doing, done) = if suspend { ("suspending", "suspended") } else { ("resuming", "resumed") };
        say(&format!("► {doing} {words} {name} in {namespace} namespace"));
        let mut patch = Value::default();
        patch.set_at(&["spec", "suspend"], suspend);
        let object = merge(cluster, &self.kind, namespace, name, patch).await?;
        say(&format!("✔ {words} {done}"));
        Ok(object)
    }

    async fn suspend(&self, cluster: &Cluster) -> Result<(), Failure> {
        let (kind, namespace) = (self.kind.kind, self.namespace);
        if self.names.is_empty() {
            let all = self.all(cluster).await?;
            if all.is_empty() {
                return Err(Failure::new("no objects found"));
            }
            for object in &all {
                self.set(cluster, object, true).await?;
            }
        }
        for name in &self.names {
            match self.one(cluster, name).await? {
                None => say(&format!("✗ {kind} {name} not found in {namespace} namespace")),
                Some(object) => {
                    if let Err(error) = self.set(cluster, &object, true).await {
                        let cause = error.message();
                        say(&format!("✗ failed suspending {kind} {name} in {namespace} namespace: {cause}"));
                    }
                }
            }
        }
        Ok(())
    }

    async fn resume(&self, cluster: &Cluster, wait: bool) -> Result<(), Failure> {
        let (kind, namespace) = (self.kind.kind, self.namespace);
        let mut resumed = Vec::new();
        if self.names.is_empty() {
            let all = self.all(cluster).await?;
            if all.is_empty() {
                say(&format!("✗ no {kind} objects found in {namespace} namespace"));
            }
            for object in &all {
                resumed.push(self.set(cluster, object, false).await?);
            }
        }
        for name in &self.names {
            match self.one(cluster, name).await? {
                None => say(&format!("✗ {kind} object '{name}' not found in {namespace} namespace")),
                Some(object) => resumed.push(self.set(cluster, &object, false).await?),
            }
        }
        if wait { self.settle_all(cluster, resumed).await } else { Ok(()) }
    }

    async fn settle_all(&self, cluster: &Cluster, mut resumed: Vec<Value>) -> Result<(), Failure> {
        let kind = self.kind.kind;
        for _ in &resumed {
            say(&format!("◎ waiting for {kind} reconciliation"));
        }
        resumed.sort_by(|a, b| name(a).cmp(name(b)));
        let ends = join_all(resumed.iter().map(|object| self.settle(cluster, object))).await;
        let failed = ends.iter().filter(|end| end.is_err()).count();
        for (object, end) in resumed.iter().zip(ends) {
            match end {
                Ok(done) => {
                    say(&format!("✔ {kind} {} reconciliation completed", name(object)));
                    say(&format!("✔ {done}"));
                }
                Err(cause) => say(&format!("✗ {kind} {} reconciliation failed: {cause}", name(object))),
            }
        }
        if failed > 0 {
            return Err(Failure::new(format!("reconciliation failed for {failed} {kind}(s)")));
        }
        Ok(())
    }

    /// Waits for the status of what was just written.
    async fn settle(&self, cluster: &Cluster, object: &Value) -> Result<String, String> {
        if !self.kind.is_acted_on() && object.at(&["status"]).is_none() {
            return Err(format!("not supported yet: {}", self.kind.kind));
        }
        let generation = object.at(&["metadata", "generation"]).and_then(Value::as_i64);
        let handled = |object: &Value| {
            let of = |at: Option<&Value>| at.and_then(Value::as_i64).filter(|generation| *generation > 0);
            let ready = whole_condition(object, "Ready").and_then(|ready| ready.at(&["observedGeneration"]));
            let observed = of(ready).or_else(|| of(object.at(&["status", "observedGeneration"])));
            observed >= generation
        };
        let settled = wait(cluster, &self.kind, self.namespace, name(object), handled).await;
        verdict(&self.kind, &settled.map_err(|error| error.message().to_string())?)
    }
}

fn name(object: &Value) -> &str {
    object.str_at(&["metadata", "name"]).unwrap_or_default()
}

fn kind_and_names(what: &ToggleWhat) -> (Kind, &Names) {
    match what {
        ToggleWhat::Kustomization(names) => (kind::KUSTOMIZATION, names),
        ToggleWhat::HelmRelease(names) => (kind::HELM_RELEASE, names),
        ToggleWhat::Receiver(names) => (kind::RECEIVER, names),
        ToggleWhat::Alert(names) => (kind::ALERT, names),
        ToggleWhat::AlertProvider(names) => (kind::PROVIDER, names),
        ToggleWhat::Source { what } => match what {
            ToggleSource::Git(names) => (kind::GIT_REPOSITORY, names),
            ToggleSource::Oci(names) => (kind::OCI_REPOSITORY, names),
            ToggleSource::Bucket(names) => (kind::BUCKET, names),
            ToggleSource::Helm(names) => (kind::HELM_REPOSITORY, names),
            ToggleSource::Chart(names) => (kind::HELM_CHART, names),
        },
        ToggleWhat::Image { what } => match what {
            ToggleImage::Repository(names) => (kind::IMAGE_REPOSITORY, names),
            ToggleImage::Policy(names) => (kind::IMAGE_POLICY, names),
            ToggleImage::Update(names) => (kind::IMAGE_UPDATE, names),
        },
    }
}
