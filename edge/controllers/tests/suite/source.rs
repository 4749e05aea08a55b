//! What a source gives of its repository, and when it looks.

use std::sync::Arc;

use weir_yaml::Value;

use crate::apply::config_map;
use crate::bed::{Bed, REPOSITORY, condition, version};
use crate::remote::Remote;

crate::scenarios!(
    an_artifact_is_stored_once,
    a_damaged_artifact_is_made_anew,
    a_suspended_source_does_not_look,
    a_url_that_is_none_is_refused,
    mirrors_that_nobody_uses_are_deleted,
);

fn artifact<'a>(source: &'a Value, key: &str) -> &'a str {
    source.str_at(&["status", "artifact", key]).unwrap_or_default()
}

async fn an_artifact_is_stored_once(bed: Arc<Bed>) {
    let Some(remote) = Remote::start(&bed) else { return };
    remote.ready(&bed, "1").await;
    let source = bed.get(REPOSITORY, "app").await;
    let commit = artifact(&source, "revision").strip_prefix("main@sha1:").unwrap();
    assert_eq!(commit.len(), 40);
    let ns = &bed.namespace;
    assert_eq!(artifact(&source, "path"), format!("gitrepository/{ns}/app/{commit}.tar.gz"));
    assert!(artifact(&source, "url").ends_with(artifact(&source, "path")));
    let bytes = std::fs::read(bed.storage().join(artifact(&source, "path"))).unwrap();
    assert_eq!(artifact(&source, "digest"), digest(&bytes));
    assert_eq!(source.at(&["status", "artifact", "size"]).and_then(Value::as_i64), Some(bytes.len() as i64));
    let event = bed.event("app", "stored artifact for commit 'change'").await;
    let told =
        |key: &str| event.str_at(&["metadata", "annotations", &format!("source.toolkit.fluxcd.io/{key}")]);
    assert_eq!(told("revision"), Some(artifact(&source, "revision")));
    assert_eq!(told("digest"), Some(artifact(&source, "digest")));

    let again = bed.request_of(REPOSITORY, "app").await;
    assert_eq!(again.at(&["status", "artifact"]), source.at(&["status", "artifact"]), "nothing is new");
    assert_eq!(bed.event("app", "stored artifact").await.at(&["count"]).and_then(Value::as_i64), Some(1));
}

async fn a_damaged_artifact_is_made_anew(bed: Arc<Bed>) {
    let Some(remote) = Remote::start(&bed) else { return };
    remote.ready(&bed, "1").await;
    let source = bed.get(REPOSITORY, "app").await;
    let file = bed.storage().join(artifact(&source, "path"));
    std::fs::write(&file, "damaged").unwrap();
    let again = bed.request_of(REPOSITORY, "app").await;
    assert_eq!(artifact(&again, "digest"), artifact(&source, "digest"));
    assert_eq!(artifact(&again, "digest"), digest(&std::fs::read(&file).unwrap()));
    let event = bed.event("app", "failed to verify integrity of artifact").await;
    assert_eq!(event.str_at(&["reason"]), Some("ArtifactVerificationFailed"));
    assert_eq!(event.str_at(&["type"]), Some("Warning"));
}

/// The mirrors in storage.
fn mirrors(bed: &Bed) -> Vec<String> {
    let entries = std::fs::read_dir(bed.storage().join("mirrors")).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

async fn mirrors_that_nobody_uses_are_deleted(bed: Arc<Bed>) {
    let Some(remote) = Remote::start(&bed) else { return };
    remote.ready(&bed, "1").await;
    let first = mirrors(&bed);
    assert_eq!(first.len(), 1);
    // What was left by a source that was deleted while nobody looked.
    std::fs::create_dir_all(bed.storage().join("mirrors/of-nobody/objects")).unwrap();
    bed.restart().await;
    bed.until_so("only the mirror that is used is there", |bed| mirrors(bed) == first).await;
    remote.ready(&bed, "2").await;
    // Another URL has another mirror.
    remote.git("", &["clone", "-q", "--bare", "repositories/app.git", "repositories/other.git"]);
    bed.edit(REPOSITORY, "app", &format!("spec: {{url: '{}'}}", remote.server.url("other.git"))).await;
    bed.until_so("the mirror is another", |bed| mirrors(bed).len() == 1 && mirrors(bed) != first).await;
    bed.edit(REPOSITORY, "repository", &format!("spec: {{url: '{}'}}", remote.server.url("other.git"))).await;
    bed.delete(REPOSITORY, "app").await;
    bed.gone(REPOSITORY, "app").await;
    assert_eq!(mirrors(&bed).len(), 1, "somebody else still names it");
    bed.delete(REPOSITORY, "repository").await;
    bed.until_so("no mirror is left", |bed| mirrors(bed).is_empty()).await;
}

async fn a_suspended_source_does_not_look(bed: Arc<Bed>) {
    let Some(remote) = Remote::start(&bed) else { return };
    let before = remote.ready(&bed, "1").await;
    bed.edit(REPOSITORY, "app", "spec: {suspend: true}").await;
    remote.commit(&[("one.yaml", &config_map("one", "2"))]);
    let token = "metadata: {annotations: {reconcile.fluxcd.io/requestedAt: later}}";
    bed.edit(REPOSITORY, "app", token).await;
    // Another source is through that was asked later: this one would be as well.
    bed.request_of(REPOSITORY, "repository").await;
    let source = bed.get(REPOSITORY, "app").await;
    assert_eq!(source.at(&["status", "artifact"]), Some(&before.artifact));
    assert_ne!(source.str_at(&["status", "lastHandledReconcileAt"]), Some("later"));
    bed.edit(REPOSITORY, "app", "spec: {suspend: false}").await;
    remote.recovers(&bed, "2").await;
    let source = bed.get(REPOSITORY, "app").await;
    assert_eq!(source.str_at(&["status", "lastHandledReconcileAt"]), Some("later"));
}

async fn a_url_that_is_none_is_refused(bed: Arc<Bed>) {
    bed.push().await;
    let before = bed.get(REPOSITORY, "repository").await;
    let manifest = format!(
        "apiVersion: {}\nkind: {}\nmetadata: {{name: repository, namespace: NS}}\n\
         spec: {{interval: 1h, url: 'git@github.com:o/r'}}\n",
        REPOSITORY.0, REPOSITORY.1
    );
    let error = bed.refused(&manifest).await;
    assert!(error.contains("spec.url") && error.contains("Invalid value"), "{error}");
    let after = bed.get(REPOSITORY, "repository").await;
    assert_eq!(version(&before), version(&after), "{:?}", condition(&after, "Ready"));
}

fn digest(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let digits: String = sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}
