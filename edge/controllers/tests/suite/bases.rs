//! Units whose kustomizations name what lies behind URLs.

use std::sync::Arc;

use crate::apply::config_map;
use crate::bed::Bed;
use crate::remote::Remote;

crate::scenarios!(a_remote_base_is_fetched_at_its_branch, a_remote_base_that_cannot_be_had_prunes_nothing);

const CONFIG_MAP: (&str, &str) = ("v1", "ConfigMap");

async fn a_remote_base_is_fetched_at_its_branch(bed: Arc<Bed>) {
    let Some(remote) = Remote::start(&bed) else { return };
    remote
        .commit(&[("one.yaml", &config_map("one", "1")), ("kustomization.yaml", "resources: [one.yaml]\n")]);
    let base = remote.server.url("app.git");
    bed.write("kustomization.yaml", &format!("resources: ['{base}?ref=main']\n"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    bed.ready("apps").await;
    assert_eq!(bed.get(CONFIG_MAP, "one").await.str_at(&["data", "key"]), Some("1"));

    remote.commit(&[("one.yaml", &config_map("one", "2"))]);
    bed.request("apps").await;
    assert_eq!(bed.get(CONFIG_MAP, "one").await.str_at(&["data", "key"]), Some("2"));
}

async fn a_remote_base_that_cannot_be_had_prunes_nothing(bed: Arc<Bed>) {
    let Some(remote) = Remote::start(&bed) else { return };
    remote
        .commit(&[("one.yaml", &config_map("one", "1")), ("kustomization.yaml", "resources: [one.yaml]\n")]);
    let base = remote.server.url("app.git");
    bed.write("kustomization.yaml", &format!("resources: ['{base}']\n"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    bed.ready("apps").await;

    bed.write("kustomization.yaml", &format!("resources: ['{base}?ref=lost']\n"));
    bed.push().await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "BuildFailed");
    assert!(message.contains("couldn't find") && message.contains("lost"), "{message}");
    assert!(message.contains("kustomization.yaml:1"), "{message}");
    assert!(bed.find(CONFIG_MAP, "one").await.is_some());
}
