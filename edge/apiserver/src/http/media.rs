//! Which forms a client reads, and which it sends.

use ::http::HeaderMap;
use ::http::header::{ACCEPT, CONTENT_TYPE};

use crate::problem::Problem;

/// In which view objects are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// Whole.
    Whole,
    /// Rows for people.
    Table,
    /// Metadata only.
    Partial,
}

/// What the client reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Accept {
    /// The view of objects.
    pub(crate) view: View,
    /// YAML instead of JSON.
    pub(crate) yaml: bool,
    /// Discovery of all groups at once, and in which version.
    pub(crate) aggregated: Option<&'static str>,
    /// The older OpenAPI document in its binary form.
    pub(crate) binary_openapi: bool,
}

/// What the client sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyKind {
    /// An object as JSON.
    Json,
    /// An object as YAML.
    Yaml,
    /// A JSON patch.
    JsonPatch,
    /// A JSON merge patch.
    MergePatch,
    /// A strategic merge patch.
    StrategicPatch,
    /// A configuration to apply.
    Apply,
}

impl Accept {
    /// The first form of the client's list that the server writes.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut named = false;
        for value in headers.get_all(ACCEPT) {
            let Ok(text) = value.to_str() else { continue };
            for range in text.split(',') {
                named = true;
                if let Some(accept) = Self::of(range) {
                    return Ok(accept);
                }
            }
        }
        if named {
            return Err(Problem::not_acceptable("application/json, application/yaml"));
        }
        Ok(Self { view: View::Whole, yaml: false, aggregated: None, binary_openapi: false })
    }

    fn of(range: &str) -> Option<Self> {
        let mut parts = range.split(';').map(str::trim);
        let yaml = match parts.next()? {
            "application/json" | "*/*" | "application/*" | "" | "text/html" | "text/plain" => false,
            "application/yaml" => true,
            "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
            | "application/com.github.proto-openapi.spec.v2.v1.0+protobuf" => {
                return Some(Self { view: View::Whole, yaml: false, aggregated: None, binary_openapi: true });
            }
            _ => return None,
        };
        let mut accept = Self { view: View::Whole, yaml, aggregated: None, binary_openapi: false };
        let mut version = "";
        let mut aggregated = false;
        for part in parts {
            match part.split_once('=') {
                Some(("as", "Table")) => accept.view = View::Table,
                Some(("as", "PartialObjectMetadata" | "PartialObjectMetadataList")) => {
                    accept.view = View::Partial
                }
                Some(("as", "APIGroupDiscoveryList")) => aggregated = true,
                Some(("as", _)) => return None,
                Some(("v", value)) => version = value,
                _ => {}
            }
        }
        if aggregated {
            accept.aggregated = Some(match version {
                "v2" => "v2",
                "v2beta1" => "v2beta1",
                _ => return None,
            });
        } else if accept.view != View::Whole && !matches!(version, "v1" | "v1beta1") {
            return None;
        }
        Some(accept)
    }
}

impl BodyKind {
    /// What the header says; JSON if it says nothing.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        Ok(match text.split(';').next().unwrap_or("").trim() {
            "" | "application/json" | "application/vnd.kubernetes.protobuf" | "*/*" => Self::Json,
            "application/yaml" => Self::Yaml,
            "application/json-patch+json" => Self::JsonPatch,
            "application/merge-patch+json" => Self::MergePatch,
            "application/strategic-merge-patch+json" => Self::StrategicPatch,
            "application/apply-patch+yaml" => Self::Apply,
            _ => return Err(Problem::unsupported_media_type("application/json, application/yaml")),
        })
    }
}
