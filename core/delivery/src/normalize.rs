//! What Flux changes in every object before it is applied.

use base64::Engine as _;
use weir_yaml::Value;

/// Status is dropped, plain Secret data is encoded, ports get the protocol that they default to.
pub(crate) fn normalize(object: &mut Value) {
    let kind = object.str_at(&["kind"]).unwrap_or_default().to_string();
    let core = object.str_at(&["apiVersion"]) == Some("v1");
    if kind != "CustomResourceDefinition" {
        object.remove_at(&["status"]);
    }
    match kind.as_str() {
        "Secret" if core => encode_string_data(object),
        "Service" if core => default_protocols(object.get_path_mut(&["spec"])),
        "Pod" if core => pod(object.get_path_mut(&["spec"])),
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "ReplicationController" => {
            pod(object.get_path_mut(&["spec", "template", "spec"]));
        }
        "CronJob" => pod(object.get_path_mut(&["spec", "jobTemplate", "spec", "template", "spec"])),
        _ => {}
    }
}

trait PathMut {
    fn get_path_mut(&mut self, path: &[&str]) -> Option<&mut Value>;
}

impl PathMut for Value {
    fn get_path_mut(&mut self, path: &[&str]) -> Option<&mut Value> {
        // A look first: changing shared maps copies them, and most objects need no change.
        self.at(path)?;
        path.iter().try_fold(self, |value, key| value.as_map_mut()?.get_mut(key))
    }
}

fn encode_string_data(object: &mut Value) {
    let Some(Value::Map(plain)) = object.remove_at(&["stringData"]) else { return };
    for (key, value) in &plain {
        let text = value.as_str().unwrap_or_default();
        object.set_at(&["data", key], base64::engine::general_purpose::STANDARD.encode(text));
    }
}

fn pod(spec: Option<&mut Value>) {
    let Some(spec) = spec else { return };
    for list in ["initContainers", "containers"] {
        let Some(containers) = spec.get_path_mut(&[list]) else { continue };
        let lacks = |port: &Value| port.get("protocol").is_none();
        let ports = |container: &Value| {
            container.get("ports").and_then(Value::as_list).is_some_and(|ports| ports.iter().any(lacks))
        };
        if containers.as_list().is_some_and(|all| all.iter().any(ports)) {
            for container in containers.as_list_mut().into_iter().flatten() {
                default_protocols(Some(container));
            }
        }
    }
}

fn default_protocols(holder: Option<&mut Value>) {
    let ports = holder.and_then(|holder| holder.get_path_mut(&["ports"])).and_then(Value::as_list_mut);
    for port in ports.into_iter().flatten() {
        if port.as_map().is_some() && port.get("protocol").is_none() {
            port.set_at(&["protocol"], "TCP");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_encoded() {
        let mut object = weir_yaml::from_json(
            br#"{"apiVersion":"v1","kind":"Secret","stringData":{"a":"b"},"status":{}}"#,
        )
        .unwrap();
        normalize(&mut object);
        assert_eq!(weir_yaml::to_json(&object), r#"{"apiVersion":"v1","data":{"a":"Yg=="},"kind":"Secret"}"#);
    }

    #[test]
    fn ports_get_their_protocol() {
        let text = br#"{"kind":"Deployment","spec":{"template":{"spec":{"containers":[{"ports":[{"containerPort":1}]}]}}}}"#;
        let mut object = weir_yaml::from_json(text).unwrap();
        normalize(&mut object);
        assert!(weir_yaml::to_json(&object).contains(r#""protocol":"TCP""#));
    }
}
