//! Which resources these controllers act on.
//!
//! A cluster may belong to others as well: `weir up` carries one repository into it and must leave the units and sources
//! of everybody else as they are.

use std::collections::BTreeSet;

use weir_api::labels;
use weir_delivery::{SourceId, UnitId};
use weir_yaml::Value;

use crate::kustomization;

/// Nobody's units apply each other through more steps than this.
const MAX_STEPS: usize = 32;

/// What controllers may act on.
#[derive(Debug, Clone, Default)]
pub enum Remit {
    /// Everything in the namespaces they look at.
    #[default]
    Everything,
    /// One repository.
    Repository {
        /// Units and sources that somebody has applied by hand: kind, namespace and name.
        heads: BTreeSet<SourceId>,
        /// What stands for the repository: the units that read it belong to it.
        sources: BTreeSet<SourceId>,
    },
}

/// Whether a resource is within a remit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Belongs {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// It is if the unit is that applied it.
    With(UnitId),
}

impl Remit {
    /// What a resource tells of itself.
    pub fn judge(&self, kind: &str, object: &Value) -> Belongs {
        let Self::Repository { heads, sources } = self else { return Belongs::Yes };
        let text = |path: &[&str]| object.str_at(path).unwrap_or_default().to_string();
        let (namespace, name) = (text(&["metadata", "namespace"]), text(&["metadata", "name"]));
        let own = SourceId { kind: kind.to_string(), namespace: namespace.clone(), name: name.clone() };
        if heads.contains(&own) || sources.contains(&own) {
            return Belongs::Yes;
        }
        let is_unit = kind == kustomization::KIND;
        if is_unit && sources.contains(&source_of(object, &namespace)) {
            return Belongs::Yes;
        }
        let label = |name| text(&["metadata", "labels", name]);
        let parent = UnitId { namespace: label(labels::OWNER_NAMESPACE), name: label(labels::OWNER_NAME) };
        let is_itself = is_unit && (&parent.namespace, &parent.name) == (&namespace, &name);
        if parent.name.is_empty() || is_itself { Belongs::No } else { Belongs::With(parent) }
    }

    /// True if a resource or one that leads to it is within. `units` holds all units there are.
    pub fn holds<'a>(
        &self,
        kind: &str,
        object: &'a Value,
        units: impl Fn(&UnitId) -> Option<&'a Value>,
    ) -> bool {
        let (mut kind, mut object) = (kind, object);
        for _ in 0..MAX_STEPS {
            match self.judge(kind, object) {
                Belongs::Yes => return true,
                Belongs::No => return false,
                Belongs::With(parent) => match units(&parent) {
                    Some(unit) => (kind, object) = (kustomization::KIND, unit),
                    None => return false,
                },
            }
        }
        false
    }

    /// The same, asking the cluster for the units on the way.
    pub(crate) async fn holds_in(
        &self,
        cluster: &weir_cluster::Cluster,
        kind: &str,
        object: &Value,
    ) -> Result<bool, weir_cluster::ApiError> {
        let mut judged = self.judge(kind, object);
        for _ in 0..MAX_STEPS {
            let UnitId { namespace, name } = match &judged {
                Belongs::Yes => return Ok(true),
                Belongs::No => return Ok(false),
                Belongs::With(parent) => parent,
            };
            let resource = cluster.resource(kustomization::API_VERSION, kustomization::KIND).await?;
            let Some(unit) = cluster.get(&resource, namespace, name).await? else { return Ok(false) };
            judged = self.judge(kustomization::KIND, &unit);
        }
        Ok(false)
    }
}

fn source_of(unit: &Value, namespace: &str) -> SourceId {
    let text = |key| unit.str_at(&["spec", "sourceRef", key]).unwrap_or_default();
    let given = text("namespace");
    SourceId {
        kind: text("kind").to_string(),
        namespace: if given.is_empty() { namespace } else { given }.to_string(),
        name: text("name").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(namespace: &str, name: &str, parent: Option<&str>, source: &str) -> Value {
        let labels = parent.map_or_else(String::new, |parent| {
            format!(
                r#","labels":{{"kustomize.toolkit.fluxcd.io/name":"{parent}","kustomize.toolkit.fluxcd.io/namespace":"a"}}"#
            )
        });
        let text = format!(
            r#"{{"metadata":{{"namespace":"{namespace}","name":"{name}"{labels}}},
            "spec":{{"sourceRef":{{"kind":"GitRepository","name":"{source}"}}}}}}"#
        );
        weir_yaml::from_json(text.as_bytes()).unwrap()
    }

    fn named(kind: &str, name: &str) -> SourceId {
        SourceId { kind: kind.to_string(), namespace: "a".to_string(), name: name.to_string() }
    }

    #[test]
    fn a_repository_is_what_reads_it_and_what_that_applies() {
        let remit = Remit::Repository {
            heads: [named("Kustomization", "head")].into(),
            sources: [named("GitRepository", "own")].into(),
        };
        let units = [
            object("a", "head", None, "other"),
            object("a", "child", Some("head"), "other"),
            object("a", "reader", None, "own"),
            object("a", "foreign", Some("foreign"), "other"),
            object("a", "foreign-child", Some("foreign"), "other"),
            object("a", "orphan", Some("gone"), "other"),
            object("a", "one", Some("two"), "other"),
            object("a", "two", Some("one"), "other"),
            object("b", "reader", None, "own"),
        ];
        let of = |unit: &UnitId| {
            let is = |own: &&Value| {
                own.str_at(&["metadata", "name"]) == Some(&unit.name)
                    && own.str_at(&["metadata", "namespace"]) == Some(&unit.namespace)
            };
            units.iter().find(is)
        };
        let held: Vec<_> = units.iter().map(|unit| remit.holds("Kustomization", unit, of)).collect();
        assert_eq!(held, [true, true, true, false, false, false, false, false, false]);
        let sources = [
            object("a", "own", None, ""),
            object("a", "of-child", Some("child"), ""),
            object("a", "head", None, ""),
        ];
        let held: Vec<_> = sources.iter().map(|source| remit.holds("GitRepository", source, of)).collect();
        assert_eq!(held, [true, true, false]);
        assert!(units.iter().all(|unit| Remit::Everything.holds("Kustomization", unit, of)));
    }
}
