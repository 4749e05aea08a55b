//! Kustomization, `kustomize.toolkit.fluxcd.io/v1`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Condition, GoDuration, LocalRef, Metadata};

/// A unit: a path of a source, kept true in a cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kustomization {
    /// Metadata.
    pub metadata: Metadata,
    /// What is wanted.
    pub spec: KustomizationSpec,
    /// What is.
    #[serde(default)]
    pub status: KustomizationStatus,
}

/// What a unit applies and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KustomizationSpec {
    /// Time between two successful runs.
    pub interval: GoDuration,
    /// Time until the next try after a failure; the interval if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_interval: Option<GoDuration>,
    /// Limit of applying and health checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<GoDuration>,
    /// Where the files come from.
    pub source_ref: SourceRef,
    /// Directory of the source.
    #[serde(default)]
    pub path: String,
    /// Remove objects that left the source.
    #[serde(default)]
    pub prune: bool,
    /// What happens to the objects when the unit is deleted.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
    /// Recreate objects whose change is refused as immutable.
    #[serde(default)]
    pub force: bool,
    /// Check the health of everything that was applied.
    #[serde(default)]
    pub wait: bool,
    /// Check the health of these objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health_checks: Vec<HealthCheck>,
    /// Health in CEL.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub health_check_exprs: Vec<Value>,
    /// Units that must be ready before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<Dependency>,
    /// Do nothing.
    #[serde(default)]
    pub suspend: bool,
    /// Namespace for all objects.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub target_namespace: String,
    /// Prefix of all names.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_prefix: String,
    /// Suffix of all names.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_suffix: String,
    /// Labels and annotations of all objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_metadata: Option<CommonMetadata>,
    /// Patches after those of the directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patches: Vec<Patch>,
    /// Image replacements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// Components after those of the directory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<String>,
    /// Pass over components that are not there.
    #[serde(default)]
    pub ignore_missing_components: bool,
    /// Annotations that tell where objects come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub build_metadata: Vec<String>,
    /// Variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_build: Option<PostBuild>,
    /// Decryption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decryption: Option<Decryption>,
    /// Another cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_config: Option<Value>,
    /// Act as this service account.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub service_account_name: String,
    /// Fields left to others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<Value>,
}

/// How what is encrypted is opened.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Decryption {
    /// `sops`.
    pub provider: String,
    /// The Secret with keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalRef>,
    /// As whom services that keep keys are asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub service_account_name: String,
}

/// What happens to objects after they were built.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PostBuild {
    /// Values of variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub substitute: BTreeMap<String, String>,
    /// Objects whose data are values of variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub substitute_from: Vec<SubstituteReference>,
    /// `Always`, or `WithVariables` if not set: nothing is done where there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub substitute_strategy: String,
}

/// An object whose data are values of variables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubstituteReference {
    /// `ConfigMap` or `Secret`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Whether it may be missing.
    #[serde(default)]
    pub optional: bool,
}

impl KustomizationSpec {
    /// The fields in use that Weir does not act on yet and cannot leave aside without doing something else than asked.
    pub fn unsupported(&self) -> Vec<String> {
        let ready_expr = self.depends_on.iter().any(|dependency| !dependency.ready_expr.is_empty());
        [
            (!self.health_check_exprs.is_empty()).then_some("spec.healthCheckExprs"),
            self.kube_config.as_ref().map(|_| "spec.kubeConfig"),
            (!self.ignore.is_empty()).then_some("spec.ignore"),
            (!self.build_metadata.is_empty()).then_some("spec.buildMetadata"),
            ready_expr.then_some("spec.dependsOn[].readyExpr"),
        ]
        .into_iter()
        .flatten()
        .map(str::to_string)
        .collect()
    }
}

/// Where the files of a unit come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceRef {
    /// API version of the source.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub api_version: String,
    /// Kind of the source.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its namespace; that of the unit if not set.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub namespace: String,
}

/// What happens to the objects of a unit that is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeletionPolicy {
    /// As `prune` says.
    #[default]
    MirrorPrune,
    /// They are deleted.
    Delete,
    /// They are deleted, and the unit stays until they are gone.
    WaitForTermination,
    /// They stay.
    Orphan,
}

/// An object to check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthCheck {
    /// API version; `apps/v1` if not set.
    #[serde(default)]
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Namespace; that of the unit if not set.
    #[serde(default)]
    pub namespace: String,
}

/// A unit that must be ready before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dependency {
    /// Name.
    pub name: String,
    /// Namespace; that of the unit if not set.
    #[serde(default)]
    pub namespace: String,
    /// Readiness in CEL.
    #[serde(default)]
    pub ready_expr: String,
}

/// Labels and annotations of all objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CommonMetadata {
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
}

/// A patch and what it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    /// A strategic merge patch or JSON patch, as text.
    pub patch: String,
    /// What it is for; the object it names if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
}

/// What a patch is for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Target {
    /// Group.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Version.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Kind.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// Name, a regular expression.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Namespace, a regular expression.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Labels.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label_selector: String,
    /// Annotations.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub annotation_selector: String,
}

/// An image replacement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Image {
    /// Which image.
    pub name: String,
    /// Its new name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub new_name: String,
    /// Its new tag.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub new_tag: String,
    /// Its digest.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub digest: String,
}

/// What is known of a unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KustomizationStatus {
    /// The generation that was looked at; -1 before the first look.
    pub observed_generation: i64,
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// The revision that is applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_applied_revision: Option<String>,
    /// The upstream revision of the applied one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_applied_origin_revision: Option<String>,
    /// The revision that was tried last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_attempted_revision: Option<String>,
    /// The last request that was handled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_handled_reconcile_at: Option<String>,
    /// What the unit owns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inventory: Option<Inventory>,
    /// The last five different outcomes, newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<HistoryEntry>,
}

/// What a unit owns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The objects.
    #[serde(default)]
    pub entries: Vec<InventoryEntry>,
}

/// One object of an inventory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InventoryEntry {
    /// `namespace_name_group_kind`.
    pub id: String,
    /// API version without the group.
    pub v: String,
}

/// One outcome of the past.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HistoryEntry {
    /// Digest of what was built.
    pub digest: String,
    /// First time, RFC 3339.
    pub first_reconciled: String,
    /// Last time, RFC 3339.
    pub last_reconciled: String,
    /// How long the last time took.
    pub last_reconciled_duration: String,
    /// Reason of the Ready condition.
    pub last_reconciled_status: String,
    /// How often.
    pub total_reconciliations: i64,
    /// Revision and origin revision.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}
