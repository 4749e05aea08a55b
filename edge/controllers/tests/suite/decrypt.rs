//! Encrypted files: opened with the keys of the unit, never pruned for want of them.

use std::sync::Arc;

use base64::Engine as _;

use crate::apply::config_map;
use crate::bed::{Bed, UNIT, condition};

crate::scenarios!(
    what_is_encrypted_is_opened_before_it_is_applied,
    a_wrong_key_leaves_all_as_it_is,
    an_encrypted_secret_without_decryption_is_refused,
    the_key_for_all_counts_where_a_unit_names_none,
    a_wrong_key_is_the_trouble_of_one_unit,
    an_encrypted_file_in_the_data_of_a_secret_is_opened,
);

const SECRET: &str = include_str!("encrypted/secret.yaml");
const KEY: &str = include_str!("encrypted/key.txt");
const DECRYPTION: &str = "prune: true, decryption: {provider: sops, secretRef: {name: keys}}";

async fn keys(bed: &Bed, name: &str, text: &str) {
    let text = weir_yaml::to_json(&weir_yaml::Value::from(text));
    bed.apply(&format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: keys, namespace: NS}}\nstringData: {{{name}: {text}}}\n"
    ))
    .await;
}

fn value(object: &weir_yaml::Value, key: &str) -> String {
    let text = object.str_at(&["data", key]).unwrap();
    String::from_utf8(base64::engine::general_purpose::STANDARD.decode(text).unwrap()).unwrap()
}

async fn what_is_encrypted_is_opened_before_it_is_applied(bed: Arc<Bed>) {
    bed.write("secret.yaml", SECRET);
    bed.write("token.env", include_str!("encrypted/token.env"));
    bed.write(
        "kustomization.yaml",
        "resources: [secret.yaml]\nnamespace: NS\nsecretGenerator: [{name: made, envs: [token.env]}]\n\
         generatorOptions: {disableNameSuffixHash: true}\n",
    );
    bed.push().await;
    bed.unit("apps", "./", DECRYPTION).await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "BuildFailed");
    assert!(message.contains("secrets \"keys\" not found"), "{message}");
    // It goes on as soon as the keys are there.
    keys(&bed, "own.agekey", KEY).await;
    bed.ready("apps").await;
    let web = bed.get(("v1", "Secret"), "web").await;
    assert_eq!(value(&web, "password"), "hunter-two");
    assert!(web.get("sops").is_none());
    assert_eq!(value(&bed.get(("v1", "Secret"), "made").await, "TOKEN"), "from-the-file");
}

async fn a_wrong_key_leaves_all_as_it_is(bed: Arc<Bed>) {
    keys(&bed, "own.agekey", KEY).await;
    bed.write("secret.yaml", SECRET);
    bed.write("plain.yaml", &config_map("plain", "1"));
    bed.push().await;
    bed.unit("apps", "./", DECRYPTION).await;
    bed.ready("apps").await;
    let other = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    keys(&bed, "own.agekey", other).await;
    bed.remove("plain.yaml");
    bed.push().await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "BuildFailed");
    assert!(message.contains("secret.yaml:1:1") && message.contains("encrypted for age1"), "{message}");
    assert!(!message.contains("AGE-SECRET"), "{message}");
    assert!(bed.find(("v1", "ConfigMap"), "plain").await.is_some(), "nothing is pruned");
    // A Secret whose keys have names that nobody looks at says so.
    bed.delete(("v1", "Secret"), "keys").await;
    keys(&bed, "age.key", KEY).await;
    let told = |unit: Option<&weir_yaml::Value>| {
        unit.is_some_and(|unit| condition(unit, "Ready").1.1.contains("names of keys end in .agekey"))
    };
    bed.request("apps").await;
    bed.until(UNIT, "apps", told).await;
}

async fn an_encrypted_secret_without_decryption_is_refused(bed: Arc<Bed>) {
    bed.write("secret.yaml", SECRET);
    bed.push().await;
    bed.unit("apps", "./", "prune: true").await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "BuildFailed");
    assert!(message.contains("is SOPS encrypted, configuring decryption is required"), "{message}");
    assert!(bed.find(("v1", "Secret"), "web").await.is_none());
}

async fn the_key_for_all_counts_where_a_unit_names_none(bed: Arc<Bed>) {
    keys(&bed, "own.agekey", KEY).await;
    let namespace = bed.source().namespace;
    bed.restart_with(|settings| settings.age_secret = Some((namespace, "keys".to_string()))).await;
    bed.write("secret.yaml", SECRET);
    bed.push().await;
    bed.unit("apps", "./", "prune: true, decryption: {provider: sops}").await;
    bed.ready("apps").await;
    assert_eq!(value(&bed.get(("v1", "Secret"), "web").await, "password"), "hunter-two");
    // A unit that names a Secret has those keys and no others.
    bed.apply(
        "apiVersion: v1\nkind: Secret\nmetadata: {name: none, namespace: NS}\nstringData: {x.agekey: ''}\n",
    )
    .await;
    bed.unit("other", "./", "prune: true, decryption: {provider: sops, secretRef: {name: none}}").await;
    let (reason, message) = bed.failed("other").await;
    assert_eq!(reason, "BuildFailed");
    assert!(message.contains("encrypted for age1"), "{message}");
}

async fn a_wrong_key_is_the_trouble_of_one_unit(bed: Arc<Bed>) {
    let other = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    keys(&bed, "own.agekey", other).await;
    bed.write("bad/secret.yaml", SECRET);
    bed.write("good/plain.yaml", &config_map("plain", "1"));
    bed.push().await;
    bed.unit("bad", "./bad", DECRYPTION).await;
    bed.unit("good", "./good", DECRYPTION).await;
    bed.failed("bad").await;
    bed.ready("good").await;
    bed.write("good/plain.yaml", &config_map("plain", "2"));
    bed.push().await;
    bed.ready("good").await;
    assert!(bed.find(("v1", "Secret"), "web").await.is_none());
}

/// A Secret may hold a whole encrypted file, as generators make it.
async fn an_encrypted_file_in_the_data_of_a_secret_is_opened(bed: Arc<Bed>) {
    keys(&bed, "own.agekey", KEY).await;
    let file = base64::engine::general_purpose::STANDARD.encode(include_str!("encrypted/token.env"));
    bed.write(
        "secret.yaml",
        &format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: nested, namespace: NS}}\ndata: {{token.env: {file}}}\n"),
    );
    bed.push().await;
    bed.unit("apps", "./", DECRYPTION).await;
    bed.ready("apps").await;
    assert_eq!(value(&bed.get(("v1", "Secret"), "nested").await, "token.env"), "TOKEN=from-the-file\n");
}
