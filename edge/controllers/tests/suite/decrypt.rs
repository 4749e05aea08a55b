//! Encrypted files: opened with the keys of the unit, never pruned for want of them.

use std::sync::Arc;

use base64::Engine as _;

use crate::apply::config_map;
use crate::bed::{Bed, UNIT, condition};

crate::scenarios!(
    what_is_encrypted_is_opened_before_it_is_applied,
    a_wrong_key_leaves_all_as_it_is,
    an_encrypted_secret_without_decryption_is_refused,
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
