//! `IAMPolicyGenerator`: an account that stands for one of Google's cloud.

use weir_yaml::{Map, Text, Value};

use crate::reader::Reader;

/// Reads a configuration and makes the account.
pub(super) fn make(reader: &mut Reader<'_>, config: &Value) -> Result<Value, String> {
    let (mut cloud, mut name, mut namespace) = (Text::from(""), Text::from(""), Text::from(""));
    let (mut account, mut project) = (Text::from(""), Text::from(""));
    reader.fields(config, &["cloud", "kubernetesService", "serviceAccount"], |reader, field, value| {
        match field {
            "cloud" => cloud = reader.text(value),
            "kubernetesService" => {
                reader.fields(value, &["name", "namespace"], |reader, field, value| match field {
                    "name" => name = reader.text(value),
                    _ => namespace = reader.text(value),
                })
            }
            _ => reader.fields(value, &["name", "projectId"], |reader, field, value| match field {
                "name" => account = reader.text(value),
                _ => project = reader.text(value),
            }),
        }
    });
    if &*cloud != "gke" {
        return Err(format!("cloud provider {cloud} not supported yet: only gke is"));
    }
    let mut object = Value::Map(Map::new());
    object.set_at(&["apiVersion"], "v1");
    object.set_at(&["kind"], "ServiceAccount");
    let key = "iam.gke.io/gcp-service-account";
    let value = format!("{account}@{project}.iam.gserviceaccount.com");
    object.set_at(&["metadata", "annotations", key], value);
    object.set_at(&["metadata", "name"], name);
    if !namespace.is_empty() {
        object.set_at(&["metadata", "namespace"], namespace);
    }
    Ok(object)
}
