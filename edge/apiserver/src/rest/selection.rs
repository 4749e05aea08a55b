//! Which objects a list or a watch is about.

use std::sync::Arc;

use weir_manifest::selector::{FieldSelector, LabelSelector};
use weir_yaml::Value;

use super::Request;
use crate::convert::in_version;
use crate::kinds::Kind;
use crate::problem::Problem;
use crate::store::{Object, ObjectKey};

/// Which objects a list or a watch is about.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    /// The namespace; none for all.
    pub(crate) namespace: Option<String>,
    /// Fields are named as this version names them.
    api_version: Arc<str>,
    labels: LabelSelector,
    fields: FieldSelector,
}

/// Fields of built-in kinds that may be selected by, besides name and namespace.
const FIELDS: &[(&str, &str, &[&str])] = &[
    (
        "",
        "Pod",
        &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
    ),
    (
        "",
        "Event",
        &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
    ),
    (
        "events.k8s.io",
        "Event",
        &[
            "regarding.kind",
            "regarding.namespace",
            "regarding.name",
            "regarding.uid",
            "regarding.apiVersion",
            "regarding.resourceVersion",
            "regarding.fieldPath",
            "reason",
            "reportingController",
            "type",
        ],
    ),
    ("", "Namespace", &["status.phase", "name"]),
    ("", "Node", &["spec.unschedulable"]),
    ("", "Secret", &["type"]),
    ("", "Service", &["spec.clusterIP", "spec.type"]),
    ("", "ReplicationController", &["status.replicas"]),
    ("apps", "ReplicaSet", &["status.replicas"]),
    ("batch", "Job", &["status.successful"]),
    ("certificates.k8s.io", "CertificateSigningRequest", &["spec.signerName"]),
    ("resource.k8s.io", "ResourceSlice", &["spec.nodeName", "spec.driver"]),
];

impl Selection {
    /// What the query of a request selects.
    pub(crate) fn of(request: Request<'_>) -> Result<Self, Problem> {
        let Request { call, kind, place, .. } = request;
        let labels = LabelSelector::parse(call.query.get("labelSelector").unwrap_or(""))
            .map_err(|error| Problem::bad_request(format!("unable to parse requirement: {}", error.0)))?;
        let mut fields = FieldSelector::parse(call.query.get("fieldSelector").unwrap_or(""))
            .map_err(|error| Problem::bad_request(error.0))?;
        if !place.name.is_empty() {
            fields = FieldSelector::parse(&format!("metadata.name={}", place.name)).unwrap_or(fields);
        }
        for term in fields.terms() {
            if !is_known(kind, &term.field) {
                return Err(Problem::bad_request(format!("field label not supported: {}", term.field)));
            }
        }
        let namespace = (!place.namespace.is_empty()).then(|| place.namespace.clone());
        Ok(Self { namespace, api_version: Arc::clone(&kind.api_version), labels, fields })
    }

    /// True if it is about this object.
    pub(crate) fn takes(&self, key: &ObjectKey, object: &Object) -> bool {
        self.namespace.as_deref().is_none_or(|namespace| *key.namespace == *namespace)
            && self.takes_content(object)
    }

    fn takes_content(&self, object: &Object) -> bool {
        if !self.labels.is_empty() {
            let labels = object.value.at(&["metadata", "labels"]).and_then(Value::as_map);
            if !self.labels.matches_map(labels) {
                return false;
            }
        }
        if self.fields.is_empty() {
            return true;
        }
        let value = in_version(&object.value, &self.api_version);
        self.fields.terms().iter().all(|term| (field(&value, &term.field) == term.value) == term.is_equal)
    }

    /// True if it is about all objects of the kind.
    pub(crate) fn is_everything(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }
}

fn is_known(kind: &Kind, field: &str) -> bool {
    if matches!(field, "metadata.name" | "metadata.namespace") {
        return true;
    }
    if let Some(custom) = &kind.custom {
        return custom.selectable.iter().any(|own| own.trim_start_matches('.') == field);
    }
    FIELDS.iter().any(|(group, name, fields)| kind.is(group, name) && fields.contains(&field))
}

/// A field as text; empty if it is not there.
fn field(object: &Value, path: &str) -> String {
    let steps: Vec<&str> = match path {
        "name" => vec!["metadata", "name"],
        "status.successful" => vec!["status", "succeeded"],
        "source" if object.str_at(&["source", "component"]).unwrap_or("").is_empty() => {
            vec!["reportingComponent"]
        }
        "source" => vec!["source", "component"],
        _ => path.split('.').collect(),
    };
    match object.at(&steps) {
        None | Some(Value::Null) => match path {
            "spec.unschedulable" | "spec.hostNetwork" => "false".to_owned(),
            "status.successful" | "status.replicas" => "0".to_owned(),
            _ => String::new(),
        },
        Some(Value::String(text)) => text.to_string(),
        Some(other) => weir_yaml::to_json(other),
    }
}
