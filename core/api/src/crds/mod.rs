//! The custom resource definitions, under Flux's names, with schemas of our own wording.
//!
//! Kinds without a schema here are not acted on yet; their definitions take any spec, so that repositories that use
//! them can be applied.

use std::fmt::Write;

/// A kind of custom resource and what its definition says.
#[derive(Debug, Clone, Copy)]
pub struct CustomResource {
    /// API group.
    pub group: &'static str,
    /// Version, the only one.
    pub version: &'static str,
    /// Kind.
    pub kind: &'static str,
    /// Plural name, as in URLs.
    pub plural: &'static str,
    /// Short names.
    pub short_names: &'static [&'static str],
    /// Category besides `all` and `fluxcd`.
    pub category: &'static str,
    /// Printer columns before Age: name and JSON path.
    pub columns: &'static [(&'static str, &'static str)],
    /// Schema of `spec` and `status` in YAML; none for kinds that are not acted on yet.
    pub schema: Option<&'static str>,
    /// False for the kinds that have no status of their own.
    pub has_status: bool,
}

const READY: (&str, &str) = ("Ready", r#".status.conditions[?(@.type=="Ready")].status"#);
const STATUS: (&str, &str) = ("Status", r#".status.conditions[?(@.type=="Ready")].message"#);

const SOURCE: &str = "source.toolkit.fluxcd.io";
const IMAGE: &str = "image.toolkit.fluxcd.io";
const NOTIFICATION: &str = "notification.toolkit.fluxcd.io";

const fn kind(
    group: &'static str,
    version: &'static str,
    kind: &'static str,
    plural: &'static str,
    short_names: &'static [&'static str],
    category: &'static str,
) -> CustomResource {
    CustomResource {
        group,
        version,
        kind,
        plural,
        short_names,
        category,
        columns: &[READY, STATUS],
        schema: None,
        has_status: true,
    }
}

const SOURCES: &str = "fluxcd-sources";
const APPLIERS: &str = "fluxcd-appliers";
const IMAGES: &str = "fluxcd-images";
const NOTIFICATIONS: &str = "fluxcd-notifications";
const URL: (&str, &str) = ("URL", ".spec.url");

/// Every kind that Flux defines, in the order they are installed.
pub const CRDS: &[CustomResource] = &[
    CustomResource {
        columns: &[URL, READY, STATUS],
        schema: Some(include_str!("schemas/gitrepository.yaml")),
        ..kind(SOURCE, "v1", "GitRepository", "gitrepositories", &["gitrepo"], SOURCES)
    },
    CustomResource {
        columns: &[URL, READY, STATUS],
        ..kind(SOURCE, "v1", "OCIRepository", "ocirepositories", &["ocirepo"], SOURCES)
    },
    CustomResource {
        columns: &[URL, READY, STATUS],
        ..kind(SOURCE, "v1", "HelmRepository", "helmrepositories", &["helmrepo"], SOURCES)
    },
    CustomResource {
        columns: &[
            ("Chart", ".spec.chart"),
            ("Version", ".spec.version"),
            ("Source Kind", ".spec.sourceRef.kind"),
            ("Source Name", ".spec.sourceRef.name"),
            READY,
            STATUS,
        ],
        ..kind(SOURCE, "v1", "HelmChart", "helmcharts", &["hc"], SOURCES)
    },
    CustomResource {
        columns: &[("Endpoint", ".spec.endpoint"), READY, STATUS],
        ..kind(SOURCE, "v1", "Bucket", "buckets", &[], SOURCES)
    },
    kind(SOURCE, "v1", "ExternalArtifact", "externalartifacts", &["ea"], SOURCES),
    kind(
        "source.extensions.fluxcd.io",
        "v1beta1",
        "ArtifactGenerator",
        "artifactgenerators",
        &["ag"],
        SOURCES,
    ),
    CustomResource {
        schema: Some(include_str!("schemas/kustomization.yaml")),
        ..kind("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations", &["ks"], APPLIERS)
    },
    kind("helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases", &["hr"], APPLIERS),
    CustomResource {
        columns: &[],
        has_status: false,
        ..kind(NOTIFICATION, "v1beta3", "Alert", "alerts", &[], NOTIFICATIONS)
    },
    CustomResource {
        columns: &[],
        has_status: false,
        ..kind(NOTIFICATION, "v1beta3", "Provider", "providers", &[], NOTIFICATIONS)
    },
    kind(NOTIFICATION, "v1", "Receiver", "receivers", &[], NOTIFICATIONS),
    CustomResource {
        columns: &[("Image", ".spec.image"), READY, STATUS],
        ..kind(IMAGE, "v1", "ImageRepository", "imagerepositories", &["imgrepo", "imagerepo"], IMAGES)
    },
    kind(IMAGE, "v1", "ImagePolicy", "imagepolicies", &["imgpol", "imagepol"], IMAGES),
    kind(
        IMAGE,
        "v1",
        "ImageUpdateAutomation",
        "imageupdateautomations",
        &["iua", "imgupd", "imgauto"],
        IMAGES,
    ),
    kind("fluxcd.controlplane.io", "v1", "FluxInstance", "fluxinstances", &[], APPLIERS),
    kind("fluxcd.controlplane.io", "v1", "FluxReport", "fluxreports", &[], APPLIERS),
    kind("fluxcd.controlplane.io", "v1", "ResourceSet", "resourcesets", &["rset"], APPLIERS),
    kind(
        "fluxcd.controlplane.io",
        "v1",
        "ResourceSetInputProvider",
        "resourcesetinputproviders",
        &["rsip"],
        APPLIERS,
    ),
];

impl CustomResource {
    /// True if Weir acts on objects of this kind. Others are applied as objects and left alone.
    pub const fn is_acted_on(&self) -> bool {
        self.schema.is_some()
    }

    /// The name of its definition.
    pub fn crd_name(&self) -> String {
        format!("{}.{}", self.plural, self.group)
    }

    /// The definition as YAML, ready to be applied.
    pub fn manifest(&self) -> String {
        let (group, kind, version) = (self.group, self.kind, self.version);
        let mut out = format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: {}\n  \
             annotations:\n    kustomize.toolkit.fluxcd.io/substitute: disabled\n  labels:\n    \
             app.kubernetes.io/part-of: flux\nspec:\n  group: {group}\n  names:\n    categories: [all, \
             fluxcd, {}]\n    kind: {kind}\n    listKind: {kind}List\n    plural: {}\n",
            self.crd_name(),
            self.category,
            self.plural,
        );
        if !self.short_names.is_empty() {
            _ = writeln!(out, "    shortNames: [{}]", self.short_names.join(", "));
        }
        _ = write!(
            out,
            "    singular: {}\n  scope: Namespaced\n  versions:\n  - name: {version}\n",
            kind.to_lowercase()
        );
        out.push_str("    served: true\n    storage: true\n");
        if self.has_status {
            out.push_str("    subresources: {status: {}}\n");
        }
        out.push_str("    additionalPrinterColumns:\n");
        for (name, path) in self.columns {
            _ = writeln!(out, "    - {{name: {name}, type: string, jsonPath: '{path}'}}");
        }
        out.push_str("    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}\n");
        out.push_str(
            "    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          \
             apiVersion: {type: string}\n          kind: {type: string}\n          metadata: {type: object}\n",
        );
        for line in self.schema.unwrap_or(ANY).lines() {
            _ = writeln!(out, "          {line}");
        }
        out
    }
}

const ANY: &str = "spec: {type: object, x-kubernetes-preserve-unknown-fields: true}
status: {type: object, x-kubernetes-preserve-unknown-fields: true}
";
