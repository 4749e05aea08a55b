//! The resource as a validated recipe. Pure: no cluster, no clock.

use std::time::Duration;

use weir_api::{DeletionPolicy, HealthCheck, Kustomization, PostBuild, Target as PatchTarget};
use weir_delivery::{
    Decryption, DependencyRef, Image, Overlay, OverlayPatch, Recipe, Removal, SourceId, Substitution, UnitId,
    VariableSource,
};
use weir_manifest::split_api_version;
use weir_plan::{Id, Owner, Target};
use weir_yaml::{Text, Value};

use super::{KIND, MANAGER};
use crate::settings::Settings;

const GROUP: &str = "kustomize.toolkit.fluxcd.io";
/// A run has to be over so long before the next one is due.
const BEFORE_THE_NEXT: Duration = Duration::from_secs(30);

/// Why a resource is no order that can be carried out before it is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// One word.
    pub(super) reason: &'static str,
    /// For people.
    pub(super) message: String,
}

/// Reads the order.
pub(super) fn recipe(unit: &Kustomization, settings: &Settings) -> Result<Recipe, Refusal> {
    let spec = &unit.spec;
    let namespace = unit.metadata.namespace.clone();
    let unsupported = spec.unsupported();
    if !unsupported.is_empty() {
        let message = format!("not supported yet: {}", unsupported.join(", "));
        return Err(Refusal { reason: "BuildFailed", message });
    }
    let or_own = |given: &str| if given.is_empty() { namespace.clone() } else { given.to_string() };
    let source = SourceId {
        kind: spec.source_ref.kind.clone(),
        namespace: or_own(&spec.source_ref.namespace),
        name: spec.source_ref.name.clone(),
    };
    if settings.no_cross_namespace_refs && source.namespace != namespace {
        let message = format!(
            "can't access '{}/{}/{}', cross-namespace references have been blocked",
            source.kind, source.namespace, source.name
        );
        return Err(Refusal { reason: "AccessDenied", message });
    }
    let metadata = spec.common_metadata.clone().unwrap_or_default();
    Ok(Recipe {
        unit: UnitId { namespace: namespace.clone(), name: unit.metadata.name.clone() },
        owner: owner(unit),
        kind: (GROUP.to_string(), KIND.to_string()),
        source,
        path: spec.path.clone(),
        depends_on: spec
            .depends_on
            .iter()
            .map(|dependency| DependencyRef {
                unit: UnitId { namespace: or_own(&dependency.namespace), name: dependency.name.clone() },
            })
            .collect(),
        overlay: overlay(unit),
        labels: metadata.labels,
        annotations: metadata.annotations,
        decryption: decryption(unit)?,
        substitution: spec
            .post_build
            .as_ref()
            .map(|post_build| substitution(post_build, settings.lenient_variables)),
        prune: spec.prune,
        force: spec.force,
        wait: spec.wait,
        checks: spec.health_checks.iter().map(|check| target(check, &namespace)).collect(),
        removal: removal(spec.deletion_policy, spec.prune),
        interval: spec.interval.0,
        retry_interval: spec.retry_interval.unwrap_or(spec.interval).0,
        timeout: timeout(unit, settings),
    })
}

fn decryption(unit: &Kustomization) -> Result<Option<Decryption>, Refusal> {
    let Some(asked) = &unit.spec.decryption else { return Ok(None) };
    match asked.provider.as_str() {
        "" => Ok(None),
        "sops" => Ok(Some(Decryption {
            secret: asked.secret_ref.as_ref().map(|secret| secret.name.clone()),
            masks: false,
        })),
        other => Err(Refusal {
            reason: "BuildFailed",
            message: format!("spec.decryption.provider: '{other}' is unknown, it must be 'sops'"),
        }),
    }
}

fn substitution(post_build: &PostBuild, lenient: bool) -> Substitution {
    Substitution {
        inline: post_build.substitute.clone(),
        from: post_build
            .substitute_from
            .iter()
            .map(|source| VariableSource {
                kind: source.kind.clone(),
                name: source.name.clone(),
                optional: source.optional,
            })
            .collect(),
        always: post_build.substitute_strategy == "Always",
        lenient,
    }
}

/// Who applies the objects of this unit.
pub(super) fn owner(unit: &Kustomization) -> Owner {
    Owner {
        manager: MANAGER.to_string(),
        group: GROUP.to_string(),
        name: unit.metadata.name.clone(),
        namespace: unit.metadata.namespace.clone(),
    }
}

fn overlay(unit: &Kustomization) -> Overlay {
    let spec = &unit.spec;
    Overlay {
        namespace: spec.target_namespace.clone(),
        name_prefix: spec.name_prefix.clone(),
        name_suffix: spec.name_suffix.clone(),
        patches: spec
            .patches
            .iter()
            .map(|patch| OverlayPatch {
                patch: patch.patch.clone(),
                target: patch.target.as_ref().map_or(Value::Null, selector),
            })
            .collect(),
        images: spec
            .images
            .iter()
            .map(|image| Image {
                name: image.name.clone(),
                new_name: image.new_name.clone(),
                new_tag: image.new_tag.clone(),
                digest: image.digest.clone(),
            })
            .collect(),
        components: spec.components.clone(),
        ignore_missing_components: spec.ignore_missing_components,
    }
}

fn selector(target: &PatchTarget) -> Value {
    let fields = [
        ("group", &target.group),
        ("version", &target.version),
        ("kind", &target.kind),
        ("name", &target.name),
        ("namespace", &target.namespace),
        ("labelSelector", &target.label_selector),
        ("annotationSelector", &target.annotation_selector),
    ];
    let set = fields.into_iter().filter(|(_, value)| !value.is_empty());
    Value::Map(set.map(|(key, value)| (key, value.as_str())).collect())
}

fn target(check: &HealthCheck, namespace: &str) -> Target {
    let api_version = if check.api_version.is_empty() { "apps/v1" } else { &check.api_version };
    let (group, version) = split_api_version(api_version);
    let namespace = if check.namespace.is_empty() { namespace } else { &check.namespace };
    let id = Id {
        group: Text::from(group),
        kind: Text::from(check.kind.as_str()),
        namespace: Text::from(namespace),
        name: Text::from(check.name.as_str()),
    };
    Target { id, version: Text::from(version), may_vanish: false }
}

fn removal(policy: DeletionPolicy, prune: bool) -> Removal {
    match policy {
        DeletionPolicy::MirrorPrune if prune => Removal::Delete,
        DeletionPolicy::MirrorPrune | DeletionPolicy::Orphan => Removal::Orphan,
        DeletionPolicy::Delete => Removal::Delete,
        DeletionPolicy::WaitForTermination => Removal::DeleteAndWait,
    }
}

/// The interval less half a minute if not set, and never less than the least.
pub(super) fn timeout(unit: &Kustomization, settings: &Settings) -> Duration {
    let spec = &unit.spec;
    let own = spec.timeout.map(|timeout| timeout.0);
    own.unwrap_or_else(|| spec.interval.0.saturating_sub(BEFORE_THE_NEXT)).max(settings.least_timeout)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(spec: &str) -> Kustomization {
        let text = format!(
            r#"{{"metadata":{{"name":"apps","namespace":"own"}},
            "spec":{{"interval":"10m","prune":true,"sourceRef":{{"kind":"GitRepository","name":"s"}}{spec}}}}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn of(spec: &str) -> Recipe {
        recipe(&unit(spec), &Settings::default()).unwrap()
    }

    #[test]
    fn times() {
        let seconds = |spec: &str| of(spec).timeout.as_secs();
        assert_eq!(
            [seconds(""), seconds(r#","timeout":"2m""#), seconds(r#","timeout":"1s""#)],
            [570, 120, 30]
        );
        assert_eq!(of("").retry_interval.as_secs(), 600);
        assert_eq!(of(r#","retryInterval":"10s""#).retry_interval.as_secs(), 10);
    }

    #[test]
    fn what_a_deletion_does() {
        let policy = |spec: &str| of(spec).removal;
        assert_eq!(policy(""), Removal::Delete);
        for (name, expected) in [
            ("MirrorPrune", Removal::Delete),
            ("Delete", Removal::Delete),
            ("WaitForTermination", Removal::DeleteAndWait),
            ("Orphan", Removal::Orphan),
        ] {
            assert_eq!(policy(&format!(r#","deletionPolicy":"{name}""#)), expected, "{name}");
        }
        assert_eq!(removal(DeletionPolicy::MirrorPrune, false), Removal::Orphan);
        assert_eq!(removal(DeletionPolicy::Delete, false), Removal::Delete);
    }

    #[test]
    fn other_namespaces_can_be_closed() {
        let closed = Settings { no_cross_namespace_refs: true, ..Settings::default() };
        let mut unit = unit("");
        assert_eq!(recipe(&unit, &closed).unwrap().source.namespace, "own");
        unit.spec.source_ref.namespace = "other".to_string();
        assert_eq!(recipe(&unit, &Settings::default()).unwrap().source.namespace, "other");
        let refusal = recipe(&unit, &closed).unwrap_err();
        assert_eq!(refusal.reason, "AccessDenied");
        assert!(refusal.message.starts_with("can't access 'GitRepository/other/s'"), "{}", refusal.message);
    }
}
