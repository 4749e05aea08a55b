//! GitRepository, `source.toolkit.fluxcd.io/v1`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Condition, GoDuration, LocalRef, Metadata};

/// The same shape as other references to Secrets; named so that signatures read well.
pub type ProxySecretRef = LocalRef;

/// A Git repository to follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GitRepository {
    /// Metadata.
    pub metadata: Metadata,
    /// What is wanted.
    pub spec: GitRepositorySpec,
    /// What is.
    #[serde(default)]
    pub status: GitRepositoryStatus,
}

/// What to follow and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GitRepositorySpec {
    /// Where it is.
    pub url: String,
    /// Time between two looks.
    pub interval: GoDuration,
    /// Limit of one Git operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<GoDuration>,
    /// Credentials.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalRef>,
    /// Proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy_secret_ref: Option<ProxySecretRef>,
    /// What to check out.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<GitRepositoryReference>,
    /// Ignore rules, as in `.gitignore`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore: Option<String>,
    /// Do nothing.
    #[serde(default)]
    pub suspend: bool,
    /// Directories to take; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sparse_checkout: Vec<String>,
    /// `generic`, `azure`, `aws` or `github`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Signature check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<Value>,
    /// Take submodules too.
    #[serde(default)]
    pub recurse_submodules: bool,
    /// Parts of other repositories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<Value>,
}

impl GitRepositorySpec {
    /// The fields in use that Weir does not act on yet.
    pub fn unsupported(&self) -> Vec<String> {
        let provider = self.provider.as_deref().filter(|name| *name != "generic");
        [
            provider.map(|name| format!("spec.provider: {name}")),
            self.verify.as_ref().map(|_| "spec.verify".to_string()),
            self.recurse_submodules.then(|| "spec.recurseSubmodules".to_string()),
            (!self.include.is_empty()).then(|| "spec.include".to_string()),
            (self.url.starts_with("ssh://")).then(|| "ssh:// URLs".to_string()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What to check out: the first that is set of commit, name, semver, tag, branch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GitRepositoryReference {
    /// Branch; `master` when nothing is set.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub branch: String,
    /// Tag.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tag: String,
    /// Range over tags.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub semver: String,
    /// Full name of a reference.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Commit.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub commit: String,
}

/// What is known of a repository.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GitRepositoryStatus {
    /// The generation that was looked at; -1 before the first look.
    pub observed_generation: i64,
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// The files of the last good revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Artifact>,
    /// The last request that was handled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_handled_reconcile_at: Option<String>,
    /// The ignore rules that the artifact was made with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_ignore: Option<String>,
    /// The directories that the artifact was made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observed_sparse_checkout: Vec<String>,
}

/// The stored files of one revision.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Artifact {
    /// Path below the storage root.
    pub path: String,
    /// Where it is served.
    pub url: String,
    /// The revision it holds.
    pub revision: String,
    /// Digest of the file.
    pub digest: String,
    /// When it was stored, RFC 3339.
    pub last_update_time: String,
    /// Size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Annotations of an upstream artifact.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}
