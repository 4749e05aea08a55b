//! What is known about the fields of the built-in kinds: types, required fields, and how lists and maps merge.
//!
//! The data are an extract of the OpenAPI of Kubernetes 1.37 (with what only 1.36 has), written by `schema/extract.py`
//! and decoded on first use. There are no descriptions, and no rules beyond types: what the API server checks by code
//! is not here. Schemas of custom resources are their owner's matter.

mod check;
mod decode;
mod handle;
mod open_api;

pub use check::{Checked, check};
pub use handle::{Definition, Field, ListType, PatchStrategy, Schema, Shape};
pub use open_api::{Below, GivenSchema, OpenApi};

use crate::Gvk;

/// The schema of a built-in kind.
pub fn of_kind(gvk: &Gvk) -> Option<Schema> {
    of_api_version(&gvk.api_version(), &gvk.kind)
}

/// The schema of a built-in kind, by the words of the object.
pub fn of_api_version(api_version: &str, kind: &str) -> Option<Schema> {
    kind_in(decode::builtin(), api_version, kind)
}

/// The schema that kustomize merges a built-in kind by. It has only the fields that merge, or below which something merges,
/// and is that of Kubernetes 1.21: kinds and lists that are younger do not merge there.
pub fn of_kustomize(api_version: &str, kind: &str) -> Option<Schema> {
    kind_in(decode::kustomize(), api_version, kind)
}

/// A definition that kustomize merges by, by its name in OpenAPI.
pub fn kustomize_definition(name: &str) -> Option<Schema> {
    let (package, name) = name.rsplit_once('.')?;
    let tables = decode::kustomize();
    let is_it = |def: &decode::DefinitionData| {
        def.name == name
            && tables.packages.get(usize::from(def.package)).is_some_and(|own| own.name == package)
    };
    let at = tables.definitions.iter().position(is_it)?;
    u16::try_from(at).ok().map(|at| Definition { tables, at }.schema())
}

fn kind_in(tables: &'static decode::Tables, api_version: &str, kind: &str) -> Option<Schema> {
    let at = tables.kinds.binary_search_by(|(known, def)| {
        (*known, tables.definitions[usize::from(*def)].name).cmp(&(api_version, kind))
    });
    at.ok().map(|at| Definition { tables, at: tables.kinds[at].1 }.schema())
}

/// A definition by its name in OpenAPI: `io.k8s.api.core.v1.Pod`.
pub fn definition(name: &str) -> Option<Definition> {
    let (package, name) = name.rsplit_once('.')?;
    let tables = decode::builtin();
    let package = tables.packages.iter().position(|known| known.name == package)?;
    let at =
        tables.definitions.iter().position(|def| usize::from(def.package) == package && def.name == name)?;
    u16::try_from(at).ok().map(|at| Definition { tables, at })
}

/// All definitions, sorted by package and name.
pub fn definitions() -> impl Iterator<Item = Definition> {
    let tables = decode::builtin();
    let all = (0..tables.definitions.len()).filter_map(|at| u16::try_from(at).ok());
    all.map(move |at| Definition { tables, at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(api_version: &str, kind: &str, path: &[&str]) -> Schema {
        let start = of_api_version(api_version, kind).unwrap();
        path.iter().fold(start, |schema, step| {
            if *step == "[]" { schema.items().unwrap() } else { schema.field(step).unwrap().schema }
        })
    }

    #[test]
    fn knows_how_lists_merge() {
        let ports = schema("v1", "Pod", &["spec", "containers", "[]", "ports"]);
        assert_eq!(ports.list_type(), ListType::Map(&["containerPort", "protocol"]));
        assert_eq!(ports.patch_strategy().merge_key, Some("containerPort"));
        let protocol = ports.items().unwrap().field("protocol").unwrap();
        assert_eq!(protocol.default().unwrap().as_str(), Some("TCP"));
        let volumes = schema("v1", "Pod", &["spec", "volumes"]);
        assert!(volumes.patch_strategy().retain_keys);
        let finalizers = schema("apps/v1", "Deployment", &["metadata", "finalizers"]);
        assert_eq!(finalizers.list_type(), ListType::Set);
        assert!(finalizers.patch_strategy().merge);
        let selector = schema("apps/v1", "Deployment", &["spec", "selector"]);
        assert!(selector.is_atomic_map());
        assert!(schema("v1", "Pod", &["spec", "nodeSelector"]).is_atomic_map());
    }

    #[test]
    fn knows_types() {
        assert_eq!(schema("v1", "Secret", &["data"]).values().unwrap().shape(), Shape::Bytes);
        assert_eq!(schema("apps/v1", "Deployment", &["spec", "replicas"]).shape(), Shape::Integer(32));
        assert_eq!(
            schema("v1", "Service", &["spec", "ports", "[]", "targetPort"]).shape(),
            Shape::IntOrString
        );
        let limits = schema("v1", "Pod", &["spec", "containers", "[]", "resources", "limits"]);
        assert_eq!(limits.values().unwrap().shape(), Shape::Quantity);
        let crd = "apiextensions.k8s.io/v1";
        let props = ["spec", "versions", "[]", "schema", "openAPIV3Schema", "default"];
        assert_eq!(schema(crd, "CustomResourceDefinition", &props).shape(), Shape::Any);
        assert!(of_api_version("apps/v1", "Pod").is_none());
    }

    #[test]
    fn every_definition_is_found_by_its_name() {
        assert!(definitions().count() > 860);
        for one in definitions() {
            assert_eq!(definition(&one.full_name()), Some(one), "{}", one.full_name());
            let mut fields: Vec<_> = one.schema().fields().map(|field| field.name).collect();
            assert!(fields.is_sorted(), "{}", one.full_name());
            fields.dedup();
            for name in &fields {
                assert_eq!(one.schema().field(name).unwrap().name, *name);
            }
        }
        assert_eq!(definition("io.k8s.api.core.v1.Pod").unwrap().gvk(), Some(Gvk::new("", "v1", "Pod")));
        assert_eq!(definition("io.k8s.api.core.v1.PodSpec").unwrap().gvk(), None);
    }
}
