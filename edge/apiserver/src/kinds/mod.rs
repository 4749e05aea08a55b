//! The kinds that the server serves: built-in ones from the table, custom ones from their definitions.

mod columns;
mod registry;

use std::sync::Arc;

use weir_manifest::Gvk;
use weir_manifest::kinds::{Resource, Scope, Subresource};
use weir_yaml::{Key, Text, Value};

use crate::apply::{Set, Step};
use crate::schema::{self, TypeId, Types};

pub(crate) use columns::{Column, custom_columns};
pub(crate) use registry::Registry;

/// One kind in one version.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Group, version and kind.
    pub(crate) gvk: Gvk,
    /// `apps/v1`.
    pub(crate) api_version: Text,
    /// The word in paths.
    pub(crate) plural: Text,
    /// One of them.
    pub(crate) singular: Text,
    /// Shorter words.
    pub(crate) short_names: Vec<Text>,
    /// Groups of resources.
    pub(crate) categories: Vec<Text>,
    /// What can be done with it, sorted.
    pub(crate) verbs: Vec<Text>,
    /// Its objects live in namespaces.
    pub(crate) namespaced: bool,
    /// What lies below an object.
    pub(crate) subresources: Vec<Subresource>,
    /// Types of its fields.
    pub(crate) types: Arc<Types>,
    /// The type of an object.
    pub(crate) ty: TypeId,
    /// What a custom resource has besides.
    pub(crate) custom: Option<Custom>,
    /// `spec` changes count up `metadata.generation`.
    pub(crate) has_generation: bool,
    /// Fields that writes to the object itself leave alone.
    pub(crate) reset: Set,
    /// Fields that writes to its status leave alone.
    pub(crate) status_reset: Set,
    /// The object without content, as the types of the real server have it.
    pub(crate) empty: Value,
}

/// What a custom resource has besides.
#[derive(Debug)]
pub(crate) struct Custom {
    /// Printer columns.
    pub(crate) columns: Vec<Column>,
    /// Paths of the scale subresource: spec, status and selector.
    pub(crate) scale: Option<Scale>,
    /// The `openAPIV3Schema` as it was given.
    pub(crate) schema: Option<Value>,
    /// Fields that may be selected by, besides name and namespace.
    pub(crate) selectable: Vec<String>,
}

/// Where the numbers of the scale subresource stand.
#[derive(Debug)]
pub(crate) struct Scale {
    /// The wish.
    pub(crate) spec: Vec<Key>,
    /// The state.
    pub(crate) status: Vec<Key>,
    /// The selector as text, if it is said.
    pub(crate) selector: Option<Vec<Key>>,
}

/// Built-in kinds without a generation.
const WITHOUT_GENERATION: &[&str] = &[
    "Binding",
    "ComponentStatus",
    "ConfigMap",
    "Endpoints",
    "Event",
    "LimitRange",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "ResourceQuota",
    "Secret",
    "Service",
    "ServiceAccount",
    "APIService",
    "ControllerRevision",
    "HorizontalPodAutoscaler",
    "CertificateSigningRequest",
    "ClusterTrustBundle",
    "Lease",
    "IPAddress",
    "ServiceCIDR",
    "RuntimeClass",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "ResourceClaim",
    "ResourceClaimTemplate",
    "CSIDriver",
    "CSINode",
    "CSIStorageCapacity",
    "StorageClass",
    "VolumeAttachment",
    "VolumeAttributesClass",
];

/// Built-in kinds whose objects may be made with a status.
const STATUS_ON_CREATE: &[&str] = &["Node"];

impl Kind {
    /// A built-in kind.
    pub(crate) fn builtin(resource: &Resource) -> Self {
        let (types, ty) = schema::builtin(&resource.gvk).unwrap_or_else(|| {
            schema::custom(Some(&Value::from([("x-kubernetes-preserve-unknown-fields", true)])))
        });
        let generation = match (&*resource.gvk.kind, &*resource.gvk.group) {
            ("EndpointSlice" | "PriorityClass", _) => true,
            (kind, _) => !WITHOUT_GENERATION.contains(&kind),
        };
        Self::new(resource, types, ty, None, generation)
    }

    /// A version of a custom resource.
    pub(crate) fn custom(resource: &Resource, schema: Option<&Value>, custom: Custom) -> Self {
        let (types, ty) = schema::custom(schema);
        Self::new(resource, types, ty, Some(custom), true)
    }

    fn new(
        resource: &Resource,
        types: Arc<Types>,
        ty: TypeId,
        custom: Option<Custom>,
        generation: bool,
    ) -> Self {
        let gvk = resource.gvk.clone();
        let api_version = Text::from(gvk.api_version());
        let mut empty = crate::defaults::always(&types, ty);
        empty.set_at(&["apiVersion"], Arc::clone(&api_version));
        empty.set_at(&["kind"], Arc::clone(&gvk.kind));
        let has_status = resource.subresource("status").is_some();
        let (reset, status_reset) = resets(&gvk, has_status, custom.is_some());
        Self {
            api_version,
            plural: resource.plural.clone(),
            singular: resource.singular.clone(),
            short_names: resource.short_names.clone(),
            categories: resource.categories.clone(),
            verbs: resource.verbs.clone(),
            namespaced: resource.scope == Scope::Namespaced,
            subresources: resource.subresources.clone(),
            types,
            ty,
            custom,
            has_generation: generation,
            reset,
            status_reset,
            empty,
            gvk,
        }
    }

    /// `deployments.apps`, or `pods` for the core.
    pub(crate) fn qualified(&self) -> String {
        if self.gvk.group.is_empty() {
            self.plural.to_string()
        } else {
            format!("{}.{}", self.plural, self.gvk.group)
        }
    }

    /// `Deployment.apps`, or `Pod` for the core.
    pub(crate) fn kind_and_group(&self) -> String {
        if self.gvk.group.is_empty() {
            self.gvk.kind.to_string()
        } else {
            format!("{}.{}", self.gvk.kind, self.gvk.group)
        }
    }

    /// True for this group and kind.
    pub(crate) fn is(&self, group: &str, kind: &str) -> bool {
        *self.gvk.group == *group && *self.gvk.kind == *kind
    }

    /// The subresource of this name.
    pub(crate) fn subresource(&self, name: &str) -> Option<&Subresource> {
        self.subresources.iter().find(|one| &*one.name == name)
    }

    /// True if its status is written apart.
    pub(crate) fn has_status(&self) -> bool {
        self.subresource("status").is_some()
    }

    /// True if a new object keeps the status that it comes with.
    pub(crate) fn keeps_status_on_create(&self) -> bool {
        !self.has_status() || STATUS_ON_CREATE.contains(&&*self.gvk.kind)
    }

    /// True if this can be done with it.
    pub(crate) fn can(&self, verb: &str) -> bool {
        self.verbs.iter().any(|own| &**own == verb)
    }
}

/// Fields that writes to the object, and to its status, cannot change.
fn resets(gvk: &Gvk, has_status: bool, custom: bool) -> (Set, Set) {
    let path =
        |steps: &[&str]| -> Vec<Step> { steps.iter().map(|step| Step::Field(Key::new(step))).collect() };
    let (mut reset, mut status) = (Set::default(), Set::default());
    if !has_status {
        return (reset, status);
    }
    if &*gvk.kind != "Node" {
        reset.insert(&path(&["status"]));
    }
    status.insert(&path(&["spec"]));
    match (&*gvk.group, &*gvk.kind) {
        _ if custom => status.insert(&path(&["metadata"])),
        ("apps" | "", "Deployment" | "ReplicaSet" | "ReplicationController")
            if &*gvk.kind == "Deployment" =>
        {
            status.insert(&path(&["metadata", "labels"]));
        }
        ("", "Pod") => {
            for field in ["deletionTimestamp", "ownerReferences"] {
                status.insert(&path(&["metadata", field]));
            }
        }
        ("apiextensions.k8s.io" | "apiregistration.k8s.io" | "storage.k8s.io" | "resource.k8s.io", _) => {
            status.insert(&path(&["metadata"]));
        }
        _ => {}
    }
    (reset, status)
}
