//! The kinds of resources that commands are about, with their words and columns in the flux CLI.

use weir_cluster::{ApiError, Cluster, Resource};
use weir_yaml::Value;

use super::resource::{condition, is_suspended, shorten};

/// A kind of resource, and its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) group: &'static str,
    pub(crate) kind: &'static str,
    /// As the flux CLI calls it in sentences.
    pub(crate) words: &'static str,
    /// Between the name and the message.
    pub(crate) columns: &'static [Column],
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Source,
    Revision,
    LastScan,
    LastRun,
    Image,
    Tag,
    Suspended,
    Ready,
}

use Column::{Image, LastRun, LastScan, Ready, Revision, Source, Suspended, Tag};

const fn kind(group: &'static str, kind: &'static str, words: &'static str) -> Kind {
    Kind { group, kind, words, columns: &[Revision, Suspended, Ready] }
}

const SOURCE: &str = "source.toolkit.fluxcd.io";
const IMAGE: &str = "image.toolkit.fluxcd.io";
const NOTIFICATION: &str = "notification.toolkit.fluxcd.io";

pub(crate) const KUSTOMIZATION: Kind = kind("kustomize.toolkit.fluxcd.io", "Kustomization", "kustomization");
pub(crate) const HELM_RELEASE: Kind = kind("helm.toolkit.fluxcd.io", "HelmRelease", "helmrelease");
pub(crate) const GIT_REPOSITORY: Kind = kind(SOURCE, "GitRepository", "source git");
pub(crate) const OCI_REPOSITORY: Kind = kind(SOURCE, "OCIRepository", "source oci");
pub(crate) const BUCKET: Kind = kind(SOURCE, "Bucket", "source bucket");
pub(crate) const HELM_REPOSITORY: Kind = kind(SOURCE, "HelmRepository", "source helm");
pub(crate) const HELM_CHART: Kind = kind(SOURCE, "HelmChart", "source chart");
pub(crate) const EXTERNAL_ARTIFACT: Kind = Kind {
    columns: &[Revision, Source, Ready],
    ..kind(SOURCE, "ExternalArtifact", "source external-artifact")
};
pub(crate) const ARTIFACT_GENERATOR: Kind = Kind {
    columns: &[Suspended, Ready],
    ..kind("source.extensions.fluxcd.io", "ArtifactGenerator", "artifactgenerator")
};
pub(crate) const IMAGE_REPOSITORY: Kind =
    Kind { columns: &[LastScan, Suspended, Ready], ..kind(IMAGE, "ImageRepository", "image repository") };
pub(crate) const IMAGE_POLICY: Kind =
    Kind { columns: &[Image, Tag, Ready], ..kind(IMAGE, "ImagePolicy", "image policy") };
pub(crate) const IMAGE_UPDATE: Kind = Kind {
    columns: &[LastRun, Suspended, Ready],
    ..kind(IMAGE, "ImageUpdateAutomation", "image update automation")
};
pub(crate) const RECEIVER: Kind =
    Kind { columns: &[Suspended, Ready], ..kind(NOTIFICATION, "Receiver", "receiver") };
pub(crate) const ALERT: Kind = Kind { columns: &[Suspended, Ready], ..kind(NOTIFICATION, "Alert", "alert") };
pub(crate) const PROVIDER: Kind =
    Kind { columns: &[Ready], ..kind(NOTIFICATION, "Provider", "alert provider") };

/// In the order in which the flux CLI lists them.
pub(crate) const SOURCES: [Kind; 6] =
    [OCI_REPOSITORY, BUCKET, GIT_REPOSITORY, HELM_REPOSITORY, HELM_CHART, EXTERNAL_ARTIFACT];
pub(crate) const IMAGES: [Kind; 3] = [IMAGE_REPOSITORY, IMAGE_POLICY, IMAGE_UPDATE];
pub(crate) const OTHERS: [Kind; 5] = [HELM_RELEASE, KUSTOMIZATION, RECEIVER, PROVIDER, ALERT];

impl Kind {
    /// The kind of this name, in any case of letters.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let all = SOURCES.into_iter().chain(IMAGES).chain(OTHERS).chain([ARTIFACT_GENERATOR]);
        all.into_iter().find(|kind| kind.kind.eq_ignore_ascii_case(name))
    }

    /// Where its objects live, in the version that the server prefers.
    pub(crate) async fn served(&self, cluster: &Cluster) -> Result<std::sync::Arc<Resource>, ApiError> {
        cluster.preferred(self.group, self.kind).await
    }

    /// True if a controller of ours acts on it.
    pub(crate) fn is_acted_on(&self) -> bool {
        weir_api::CRDS.iter().any(|known| known.kind == self.kind && known.is_acted_on())
    }

    /// Readiness and message.
    pub(crate) fn status<'a>(&self, object: &'a Value) -> (&'a str, &'a str) {
        // These have no status; flux calls them ready.
        let is_oci = || object.str_at(&["spec", "type"]) == Some("oci");
        match self.kind {
            "Alert" => ("True", "Alert is Ready"),
            "Provider" => ("True", "Provider is Ready"),
            "HelmRepository" if is_oci() => ("True", "Helm repository is Ready"),
            _ => condition(object, "Ready").unwrap_or(("False", "waiting to be reconciled")),
        }
    }

    /// Whether a condition has this status, both in any case of letters.
    pub(crate) fn has_condition(&self, object: &Value, wanted: &str, status: &str) -> bool {
        if matches!(self.kind, "Alert" | "Provider") {
            return wanted.eq_ignore_ascii_case("Ready") && status.eq_ignore_ascii_case("True");
        }
        let all = object.at(&["status", "conditions"]).and_then(Value::as_list).unwrap_or_default();
        let is = |condition: &&Value, key: &str, wanted: &str| {
            condition.str_at(&[key]).is_some_and(|is| is.eq_ignore_ascii_case(wanted))
        };
        let found = all.iter().rfind(|condition| is(condition, "type", wanted));
        found.is_some_and(|condition| is(&condition, "status", status))
    }

    /// What stands in a column for an object.
    pub(crate) fn cell(&self, column: Column, object: &Value) -> String {
        let text = |path: &[&str]| object.str_at(path).unwrap_or_default().to_string();
        match column {
            Source => self.source(object),
            // The version of a chart may look like a digest.
            Revision if matches!(self.kind, "HelmChart" | "HelmRelease") => self.revision(object),
            Revision => shorten(&self.revision(object)),
            LastScan => text(&["status", "lastScanResult", "scanTime"]),
            LastRun => text(&["status", "lastAutomationRunTime"]),
            Image => text(&["status", "latestRef", "name"]),
            Tag => text(&["status", "latestRef", "tag"]),
            Suspended => if self.is_suspended(object) { "True" } else { "False" }.to_string(),
            Ready => self.status(object).0.to_string(),
        }
    }

    fn is_suspended(&self, object: &Value) -> bool {
        const RECONCILE: [&str; 3] = ["metadata", "annotations", "source.extensions.fluxcd.io/reconcile"];
        if self.kind == "ArtifactGenerator" {
            return object.str_at(&RECONCILE).is_some_and(|word| word.eq_ignore_ascii_case("disabled"));
        }
        is_suspended(object)
    }

    /// The revision that a resource is at.
    pub(crate) fn revision(&self, object: &Value) -> String {
        let text = |path: &[&str]| object.str_at(path).map(str::to_string);
        let found = match self.kind {
            "Kustomization" => text(&["status", "lastAppliedRevision"]),
            "HelmRelease" => {
                let history = object.at(&["status", "history"]).and_then(Value::as_list);
                let latest = history.and_then(|all| all.first()?.str_at(&["chartVersion"]));
                latest.map(str::to_string).or_else(|| text(&["status", "lastAttemptedRevision"]))
            }
            _ => text(&["status", "artifact", "revision"]),
        };
        found.unwrap_or_default()
    }

    /// Kind, namespace and name of the source.
    fn source(&self, object: &Value) -> String {
        let paths: &[&[&str]] = match self.kind {
            "HelmRelease" => &[&["spec", "chartRef"], &["spec", "chart", "spec", "sourceRef"]],
            _ => &[&["spec", "sourceRef"]],
        };
        let Some(source) = paths.iter().find_map(|path| object.at(path)) else { return String::new() };
        let text = |key| source.str_at(&[key]).filter(|text| !text.is_empty());
        let namespace = text("namespace").or_else(|| object.str_at(&["metadata", "namespace"]));
        let word = |text: Option<&str>| text.unwrap_or_default().to_string();
        format!("{}/{}/{}", word(text("kind")), word(namespace), word(text("name")))
    }
}

impl Column {
    pub(crate) fn header(self) -> &'static str {
        match self {
            Source => "SOURCE",
            Revision => "REVISION",
            LastScan => "LAST SCAN",
            LastRun => "LAST RUN",
            Image => "IMAGE",
            Tag => "TAG",
            Suspended => "SUSPENDED",
            Ready => "READY",
        }
    }
}
