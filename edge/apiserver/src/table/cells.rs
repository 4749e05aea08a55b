//! The cells of built-in kinds.

use weir_yaml::Value;

use super::{age, pod, shown};
use crate::kinds::Kind;
use crate::workloads::selector_text;

const NONE: &str = "<none>";
const UNSET: &str = "<unset>";

/// One object, its kind, and the time at which somebody looks.
struct Row<'a> {
    object: &'a Value,
    kind: &'a str,
    now: i64,
}

/// The cell of this column.
pub(super) fn cell(kind: &Kind, column: &str, object: &Value, now: i64) -> Value {
    let row = Row { object, kind: &kind.gvk.kind, now };
    match column {
        "Name" => Value::from(object.str_at(&["metadata", "name"]).unwrap_or("")),
        "Age" => Value::from(row.age(&["metadata", "creationTimestamp"])),
        "Created_At" => row.text(&["metadata", "creationTimestamp"], NONE),
        "Containers" | "Images" => Value::from(row.containers(column)),
        "Selector" => Value::from(row.selector()),
        _ => match row.kind {
            "Pod" => row.pod(column),
            "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "ReplicationController" => {
                row.workload(column)
            }
            "Job" | "CronJob" => row.job(column),
            "Service" => row.service(column),
            "PersistentVolume" | "PersistentVolumeClaim" => row.volume(column),
            "Node" => row.node(column),
            "Event" => row.event(column),
            "Ingress" => row.ingress(column),
            _ => row.other(column),
        },
    }
}

impl Row<'_> {
    fn text(&self, path: &[&str], missing: &str) -> Value {
        Value::from(
            self.object.at(path).filter(|value| !value.is_null()).map_or_else(|| missing.to_owned(), shown),
        )
    }

    fn number(&self, path: &[&str]) -> i64 {
        self.object.at(path).and_then(Value::as_i64).unwrap_or(0)
    }

    fn list(&self, path: &[&str]) -> &[Value] {
        self.object.at(path).and_then(Value::as_list).unwrap_or_default()
    }

    fn count(&self, path: &[&str]) -> i64 {
        let size = self.object.at(path).map_or(0, |value| match value {
            Value::Map(map) => map.len(),
            Value::List(list) => list.len(),
            _ => 0,
        });
        i64::try_from(size).unwrap_or(i64::MAX)
    }

    fn age(&self, path: &[&str]) -> String {
        self.object.str_at(path).map_or_else(|| "<unknown>".to_owned(), |text| age::since(text, self.now))
    }

    fn template(&self) -> &[&str] {
        if self.kind == "CronJob" {
            &["spec", "jobTemplate", "spec", "template"]
        } else {
            &["spec", "template"]
        }
    }

    fn containers(&self, column: &str) -> String {
        let mut path = self.template().to_vec();
        path.extend(["spec", "containers"]);
        let key = if column == "Images" { "image" } else { "name" };
        let words: Vec<&str> = self.list(&path).iter().filter_map(|one| one.str_at(&[key])).collect();
        words.join(",")
    }

    fn selector(&self) -> String {
        let Some(selector) = self.object.at(&["spec", "selector"]).filter(|value| !value.is_null()) else {
            return NONE.to_owned();
        };
        if matches!(self.kind, "Service" | "ReplicationController") {
            let pairs: Vec<String> = selector
                .as_map()
                .into_iter()
                .flatten()
                .map(|(key, value)| format!("{key}={}", shown(value)))
                .collect();
            return if pairs.is_empty() { NONE.to_owned() } else { pairs.join(",") };
        }
        selector_text(selector)
    }

    fn pod(&self, column: &str) -> Value {
        let summary = pod::summary(self.object);
        match column {
            "Ready" => Value::from(format!("{}/{}", summary.ready, summary.total)),
            "Status" => Value::from(summary.reason),
            "Restarts" => Value::from(summary.restarts.to_string()),
            "IP" => self.text(&["status", "podIP"], NONE),
            "Node" => self.text(&["spec", "nodeName"], NONE),
            "Nominated_Node" => self.text(&["status", "nominatedNodeName"], NONE),
            _ => Value::from(NONE),
        }
    }

    fn workload(&self, column: &str) -> Value {
        let (wish, ready) = (self.number(&["spec", "replicas"]), self.number(&["status", "readyReplicas"]));
        if self.kind == "DaemonSet" {
            return match column {
                "Desired" => Value::from(self.number(&["status", "desiredNumberScheduled"])),
                "Current" => Value::from(self.number(&["status", "currentNumberScheduled"])),
                "Ready" => Value::from(self.number(&["status", "numberReady"])),
                "Up-to-date" => Value::from(self.number(&["status", "updatedNumberScheduled"])),
                "Available" => Value::from(self.number(&["status", "numberAvailable"])),
                _ => Value::from(self.pairs(&["spec", "template", "spec", "nodeSelector"])),
            };
        }
        match column {
            "Ready" if matches!(self.kind, "Deployment" | "StatefulSet") => {
                Value::from(format!("{ready}/{wish}"))
            }
            "Ready" => Value::from(ready),
            "Desired" => Value::from(wish),
            "Current" => Value::from(self.number(&["status", "replicas"])),
            "Up-to-date" => Value::from(self.number(&["status", "updatedReplicas"])),
            _ => Value::from(self.number(&["status", "availableReplicas"])),
        }
    }

    fn pairs(&self, path: &[&str]) -> String {
        let map = self.object.at(path).and_then(Value::as_map);
        let pairs: Vec<String> =
            map.into_iter().flatten().map(|(key, value)| format!("{key}={}", shown(value))).collect();
        if pairs.is_empty() { NONE.to_owned() } else { pairs.join(",") }
    }

    fn condition(&self, kind: &str) -> bool {
        let found =
            self.list(&["status", "conditions"]).iter().find(|one| one.str_at(&["type"]) == Some(kind));
        found.and_then(|one| one.str_at(&["status"])) == Some("True")
    }

    fn job(&self, column: &str) -> Value {
        match column {
            "Status" => Value::from(match () {
                () if self.condition("Complete") => "Complete",
                () if self.condition("Failed") => "Failed",
                () if self.condition("Suspended") => "Suspended",
                () => "Running",
            }),
            "Completions" => {
                let done = self.number(&["status", "succeeded"]);
                let wish = self.object.at(&["spec", "completions"]).and_then(Value::as_i64).unwrap_or(1);
                Value::from(format!("{done}/{wish}"))
            }
            "Duration" => {
                let start = self.object.str_at(&["status", "startTime"]).and_then(crate::time::parse);
                let end = self.object.str_at(&["status", "completionTime"]).and_then(crate::time::parse);
                Value::from(start.map_or_else(String::new, |start| {
                    age::duration(end.unwrap_or(self.now).saturating_sub(start))
                }))
            }
            "Schedule" => self.text(&["spec", "schedule"], ""),
            "Timezone" => self.text(&["spec", "timeZone"], NONE),
            "Suspend" => {
                let suspended =
                    self.object.at(&["spec", "suspend"]).and_then(Value::as_bool).unwrap_or(false);
                Value::from(if suspended { "True" } else { "False" })
            }
            "Active" => Value::from(self.count(&["status", "active"])),
            _ => Value::from(match self.object.str_at(&["status", "lastScheduleTime"]) {
                Some(time) => age::since(time, self.now),
                None => NONE.to_owned(),
            }),
        }
    }

    fn service(&self, column: &str) -> Value {
        match column {
            "Type" => self.text(&["spec", "type"], ""),
            "Cluster-IP" => self.text(&["spec", "clusterIP"], NONE),
            "External-IP" => Value::from(match self.object.str_at(&["spec", "type"]) {
                Some("LoadBalancer") => {
                    let found = self.list(&["status", "loadBalancer", "ingress"]);
                    let words: Vec<&str> = found
                        .iter()
                        .filter_map(|one| one.str_at(&["ip"]).or_else(|| one.str_at(&["hostname"])))
                        .collect();
                    if words.is_empty() { "<pending>".to_owned() } else { words.join(",") }
                }
                Some("ExternalName") => {
                    self.object.str_at(&["spec", "externalName"]).unwrap_or("").to_owned()
                }
                _ => {
                    let list = self.list(&["spec", "externalIPs"]);
                    if list.is_empty() {
                        NONE.to_owned()
                    } else {
                        list.iter().map(shown).collect::<Vec<_>>().join(",")
                    }
                }
            }),
            _ => {
                let ports = self.list(&["spec", "ports"]).iter().map(|port| {
                    let node = port.get("nodePort").and_then(Value::as_i64).filter(|n| *n != 0);
                    let node = node.map_or_else(String::new, |n| format!(":{n}"));
                    let number = port.get("port").and_then(Value::as_i64).unwrap_or(0);
                    format!("{number}{node}/{}", port.str_at(&["protocol"]).unwrap_or("TCP"))
                });
                let ports: Vec<String> = ports.collect();
                Value::from(if ports.is_empty() { NONE.to_owned() } else { ports.join(",") })
            }
        }
    }

    fn volume(&self, column: &str) -> Value {
        let is_claim = self.kind == "PersistentVolumeClaim";
        match column {
            "Status" => self.text(&["status", "phase"], ""),
            "Volume" => self.text(&["spec", "volumeName"], ""),
            "Capacity" if is_claim => self.text(&["status", "capacity", "storage"], ""),
            "Capacity" => self.text(&["spec", "capacity", "storage"], ""),
            "Access_Modes" => {
                let path = if is_claim { ["status", "accessModes"] } else { ["spec", "accessModes"] };
                let short = |mode: &Value| match mode.as_str() {
                    Some("ReadWriteOnce") => "RWO",
                    Some("ReadOnlyMany") => "ROX",
                    Some("ReadWriteMany") => "RWX",
                    Some("ReadWriteOncePod") => "RWOP",
                    _ => "",
                };
                Value::from(self.list(&path).iter().map(short).collect::<Vec<_>>().join(","))
            }
            "StorageClass" => self.text(&["spec", "storageClassName"], ""),
            "VolumeAttributesClass" => self.text(&["spec", "volumeAttributesClassName"], UNSET),
            "VolumeMode" => self.text(&["spec", "volumeMode"], UNSET),
            "Reclaim_Policy" => self.text(&["spec", "persistentVolumeReclaimPolicy"], ""),
            "Claim" => {
                let name = self.object.str_at(&["spec", "claimRef", "name"]);
                let namespace = self.object.str_at(&["spec", "claimRef", "namespace"]).unwrap_or("");
                Value::from(name.map_or_else(String::new, |name| format!("{namespace}/{name}")))
            }
            _ => self.text(&["status", "reason"], ""),
        }
    }

    fn node(&self, column: &str) -> Value {
        let address = |kind: &str| {
            let found =
                self.list(&["status", "addresses"]).iter().find(|one| one.str_at(&["type"]) == Some(kind));
            Value::from(found.and_then(|one| one.str_at(&["address"])).unwrap_or(NONE))
        };
        match column {
            "Status" => {
                let ready = if self.condition("Ready") { "Ready" } else { "NotReady" };
                let closed =
                    self.object.at(&["spec", "unschedulable"]).and_then(Value::as_bool) == Some(true);
                Value::from(format!("{ready}{}", if closed { ",SchedulingDisabled" } else { "" }))
            }
            "Roles" => {
                let labels = self.object.at(&["metadata", "labels"]).and_then(Value::as_map);
                let roles = labels.into_iter().flatten();
                let roles = roles.filter_map(|(key, _)| key.strip_prefix("node-role.kubernetes.io/"));
                let roles: Vec<&str> = roles.collect();
                Value::from(if roles.is_empty() { NONE.to_owned() } else { roles.join(",") })
            }
            "Version" => self.text(&["status", "nodeInfo", "kubeletVersion"], ""),
            "Internal-IP" => address("InternalIP"),
            "External-IP" => address("ExternalIP"),
            "OS-Image" => self.text(&["status", "nodeInfo", "osImage"], NONE),
            "Kernel-Version" => self.text(&["status", "nodeInfo", "kernelVersion"], NONE),
            _ => self.text(&["status", "nodeInfo", "containerRuntimeVersion"], NONE),
        }
    }

    fn event(&self, column: &str) -> Value {
        let time = |paths: &[&[&str]]| {
            let found = paths.iter().find_map(|path| self.object.str_at(path));
            Value::from(found.map_or_else(|| "<unknown>".to_owned(), |text| age::since(text, self.now)))
        };
        match column {
            "Last_Seen" => time(&[
                &["series", "lastObservedTime"],
                &["lastTimestamp"],
                &["eventTime"],
                &["firstTimestamp"],
            ]),
            "First_Seen" => time(&[&["firstTimestamp"], &["eventTime"]]),
            "Type" => self.text(&["type"], ""),
            "Reason" => self.text(&["reason"], ""),
            "Object" => {
                let part = |key: &str| {
                    let old = self.object.str_at(&["involvedObject", key]);
                    old.or_else(|| self.object.str_at(&["regarding", key])).unwrap_or("")
                };
                Value::from(format!("{}/{}", part("kind").to_ascii_lowercase(), part("name")))
            }
            "Subobject" => self.text(&["involvedObject", "fieldPath"], ""),
            "Source" => {
                let source = self.object.str_at(&["source", "component"]);
                let source = source.filter(|text| !text.is_empty());
                Value::from(source.or_else(|| self.object.str_at(&["reportingComponent"])).unwrap_or(""))
            }
            "Message" => Value::from(self.object.str_at(&["message"]).unwrap_or("").trim().to_owned()),
            _ => Value::from(self.object.at(&["count"]).and_then(Value::as_i64).unwrap_or(1)),
        }
    }

    fn ingress(&self, column: &str) -> Value {
        match column {
            "Class" => self.text(&["spec", "ingressClassName"], NONE),
            "Hosts" => {
                let hosts: Vec<&str> =
                    self.list(&["spec", "rules"]).iter().filter_map(|rule| rule.str_at(&["host"])).collect();
                Value::from(if hosts.is_empty() { "*".to_owned() } else { hosts.join(",") })
            }
            "Address" => {
                let found = self.list(&["status", "loadBalancer", "ingress"]);
                let words: Vec<&str> = found
                    .iter()
                    .filter_map(|one| one.str_at(&["ip"]).or_else(|| one.str_at(&["hostname"])))
                    .collect();
                Value::from(words.join(","))
            }
            _ => Value::from(if self.list(&["spec", "tls"]).is_empty() { "80" } else { "80, 443" }),
        }
    }

    fn other(&self, column: &str) -> Value {
        match (self.kind, column) {
            ("Namespace", _) => self.text(&["status", "phase"], ""),
            ("Secret", "Type") => self.text(&["type"], ""),
            ("Secret" | "ConfigMap", _) => Value::from(self.count(&["data"]) + self.count(&["binaryData"])),
            ("Lease", _) => self.text(&["spec", "holderIdentity"], ""),
            ("IngressClass", "Controller") => self.text(&["spec", "controller"], ""),
            ("NetworkPolicy", _) => {
                let text = self.object.at(&["spec", "podSelector"]).map(selector_text).unwrap_or_default();
                Value::from(if text.is_empty() { NONE.to_owned() } else { text })
            }
            ("StorageClass", "Provisioner") => self.text(&["provisioner"], ""),
            ("StorageClass", "ReclaimPolicy") => self.text(&["reclaimPolicy"], "Delete"),
            ("StorageClass", "VolumeBindingMode") => self.text(&["volumeBindingMode"], UNSET),
            ("StorageClass", _) => self.text(&["allowVolumeExpansion"], "false"),
            ("RoleBinding" | "ClusterRoleBinding", "Role") => Value::from(format!(
                "{}/{}",
                self.object.str_at(&["roleRef", "kind"]).unwrap_or(""),
                self.object.str_at(&["roleRef", "name"]).unwrap_or("")
            )),
            ("RoleBinding" | "ClusterRoleBinding", _) => Value::from(self.subjects(column)),
            ("PodDisruptionBudget", "Min_Available") => self.text(&["spec", "minAvailable"], "N/A"),
            ("PodDisruptionBudget", "Max_Unavailable") => self.text(&["spec", "maxUnavailable"], "N/A"),
            ("PodDisruptionBudget", _) => Value::from(self.number(&["status", "disruptionsAllowed"])),
            ("HorizontalPodAutoscaler", "Reference") => Value::from(format!(
                "{}/{}",
                self.object.str_at(&["spec", "scaleTargetRef", "kind"]).unwrap_or(""),
                self.object.str_at(&["spec", "scaleTargetRef", "name"]).unwrap_or("")
            )),
            ("HorizontalPodAutoscaler", "MinPods") => self.text(&["spec", "minReplicas"], UNSET),
            ("HorizontalPodAutoscaler", "MaxPods") => self.text(&["spec", "maxReplicas"], ""),
            ("HorizontalPodAutoscaler", "Replicas") => {
                Value::from(self.number(&["status", "currentReplicas"]))
            }
            ("PriorityClass", "Value") => self.text(&["value"], "0"),
            ("PriorityClass", "Global-Default") => self.text(&["globalDefault"], "false"),
            ("PriorityClass", _) => self.text(&["preemptionPolicy"], ""),
            ("EndpointSlice", "AddressType") => self.text(&["addressType"], ""),
            ("EndpointSlice", "Ports") => {
                Value::from(self.joined(&["ports"], |one| one.get("port").map(shown)))
            }
            ("EndpointSlice", _) => Value::from(self.joined(&["endpoints"], |one| {
                one.get("addresses").and_then(Value::as_list)?.first().map(shown)
            })),
            ("Endpoints", _) => Value::from(self.endpoints()),
            ("ControllerRevision", "Revision") => self.text(&["revision"], "0"),
            ("APIService", "Service") => Value::from("Local"),
            ("APIService", _) => Value::from("True"),
            (_, "Webhooks") => Value::from(self.count(&["webhooks"])),
            _ => Value::from(NONE),
        }
    }

    fn joined(&self, path: &[&str], word: impl Fn(&Value) -> Option<String>) -> String {
        let words: Vec<String> = self.list(path).iter().filter_map(word).collect();
        if words.is_empty() { UNSET.to_owned() } else { words.join(",") }
    }

    fn subjects(&self, column: &str) -> String {
        let kind = column.trim_end_matches('s');
        let subjects = self.list(&["subjects"]).iter().filter(|one| one.str_at(&["kind"]) == Some(kind));
        let words = subjects.map(|one| {
            let name = one.str_at(&["name"]).unwrap_or("");
            match one.str_at(&["namespace"]) {
                Some(namespace) if kind == "ServiceAccount" => format!("{namespace}/{name}"),
                _ => name.to_owned(),
            }
        });
        words.collect::<Vec<_>>().join(", ")
    }

    fn endpoints(&self) -> String {
        let mut words = Vec::new();
        for subset in self.list(&["subsets"]) {
            for address in subset.get("addresses").and_then(Value::as_list).unwrap_or_default() {
                for port in subset.get("ports").and_then(Value::as_list).unwrap_or_default() {
                    let number = port.get("port").map(shown).unwrap_or_default();
                    words.push(format!("{}:{number}", address.str_at(&["ip"]).unwrap_or("")));
                }
            }
        }
        if words.is_empty() { NONE.to_owned() } else { words.join(",") }
    }
}
