//! The objects that had another name before, found by it.

use std::collections::{HashMap, HashSet};

use weir_manifest::{Gvk, ResourceId, split_api_version};
use weir_yaml::{Text, Value};

use super::table::Field;
use crate::resource::{NO_NAMESPACE, Res};

/// An object whose name is looked up.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The name of now.
    pub(super) name: Text,
    /// The namespace of now, as it is written.
    pub(super) namespace: Text,
    effective_namespace: Text,
    first_namespace: Text,
    kind: Text,
    api_version: Text,
    previous_kinds: Vec<Text>,
    prefixes: Vec<Text>,
    suffixes: Vec<Text>,
}

/// The object whose references are mended.
#[derive(Debug)]
pub(super) struct Referrer {
    pub(super) id: ResourceId,
    /// None if it lives in no namespace.
    namespace: Option<Text>,
    /// Namespaces of accounts that a role binding names.
    more_namespaces: Vec<Text>,
    /// Group and kind of what a binding binds.
    role: Option<Gvk>,
    prefixes: Vec<Text>,
    suffixes: Vec<Text>,
}

impl Referrer {
    pub(super) fn new(resource: &Res) -> Self {
        let namespace = (!resource.is_cluster_scoped()).then(|| Text::from(resource.effective_namespace()));
        Self {
            id: resource.id(),
            namespace,
            more_namespaces: account_namespaces(resource),
            role: role(resource),
            prefixes: resource.prefixes.clone(),
            suffixes: resource.suffixes.clone(),
        }
    }

    /// True if it may refer to this object at all.
    fn reaches(&self, candidate: &Candidate) -> bool {
        self.reaches_namespace(&candidate.effective_namespace, &candidate.namespace)
    }

    fn reaches_namespace(&self, effective: &Text, written: &Text) -> bool {
        match &self.namespace {
            None => true,
            Some(own) => {
                own == effective || &**effective == NO_NAMESPACE || self.more_namespaces.contains(written)
            }
        }
    }

    /// Of what it reaches, only accounts may be in another namespace.
    fn is_beside(&self, candidate: &Candidate) -> bool {
        match &self.namespace {
            None => true,
            Some(own) => {
                *own == candidate.effective_namespace
                    || &*candidate.effective_namespace == NO_NAMESPACE
                    || &*candidate.kind == "ServiceAccount"
            }
        }
    }

    fn has_affixes_of(&self, candidate: &Candidate, empty_fits: bool) -> bool {
        let fits = |own: &[Text], other: &[Text]| {
            empty_fits && (own.is_empty() || other.is_empty()) || same_end(own, other)
        };
        fits(&candidate.prefixes, &self.prefixes) && fits(&candidate.suffixes, &self.suffixes)
    }
}

fn same_end(one: &[Text], other: &[Text]) -> bool {
    let shorter = one.len().min(other.len());
    if shorter == 0 {
        return one.len() == other.len();
    }
    one.iter().rev().zip(other.iter().rev()).all(|(one, other)| one == other)
}

fn account_namespaces(resource: &Res) -> Vec<Text> {
    if resource.kind() != "RoleBinding" {
        return Vec::new();
    }
    let subjects = resource.object.get("subjects").and_then(Value::as_list).unwrap_or_default();
    let accounts = subjects.iter().filter(|subject| subject.str_at(&["kind"]) == Some("ServiceAccount"));
    accounts.filter_map(|account| account.str_at(&["namespace"]).map(Text::from)).collect()
}

fn role(resource: &Res) -> Option<Gvk> {
    let part = |key| resource.object.str_at(&["roleRef", key]);
    Some(Gvk::new(part("apiGroup")?, "", part("kind")?))
}

/// All candidates.
#[derive(Debug)]
pub(super) struct Candidates {
    list: Vec<Candidate>,
    by_previous_name: HashMap<Text, Vec<usize>>,
    /// Namespaces of now, effective and written, by those of the beginning. All objects count, renamed or not.
    namespaces: HashMap<Text, HashSet<(Text, Text)>>,
}

impl Candidates {
    pub(super) fn new(resources: &[Res]) -> Self {
        let mut made =
            Self { list: Vec::new(), by_previous_name: HashMap::new(), namespaces: HashMap::new() };
        let mut words = HashSet::new();
        let changed = resources.iter().filter(|resource| !resource.previous.is_empty());
        made.list.reserve_exact(changed.count());
        for resource in resources {
            made.add_namespace(resource);
            if resource.previous.is_empty() {
                continue;
            }
            let at = made.list.len();
            for previous in &resource.previous {
                let places = made.by_previous_name.entry(previous.name.clone()).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
            made.list.push(candidate(resource, &mut words));
        }
        made
    }

    fn add_namespace(&mut self, resource: &Res) {
        let first = resource.first_effective_namespace();
        let now = (Text::from(resource.effective_namespace()), Text::from(resource.namespace()));
        match self.namespaces.get_mut(first) {
            Some(all) => {
                all.insert(now);
            }
            None => {
                self.namespaces.insert(Text::from(first), HashSet::from([now]));
            }
        }
    }

    /// True if some object had this name before.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.by_previous_name.contains_key(name)
    }

    /// The object that a name in a field means. A map says its namespace too, if it has one.
    pub(super) fn find(
        &self,
        field: &Field,
        referrer: &Referrer,
        name: &Text,
        in_map: Option<Option<&str>>,
    ) -> Result<Option<&Candidate>, String> {
        let Some(places) = self.by_previous_name.get(name) else { return Ok(None) };
        let in_namespace = in_map.flatten().map(|namespace| self.in_namespace(referrer, namespace));
        let role = referrer.role.as_ref().filter(|_| field.path.ends_with("roleRef/name"));
        let mut found: Vec<&Candidate> = places
            .iter()
            .filter_map(|at| self.list.get(*at))
            .filter(|one| referrer.reaches(one))
            .filter(|one| in_namespace.as_ref().is_none_or(|is_in| is_in(one)))
            .filter(|one| one.was(&field.target) && role.is_none_or(|role| one.was(role)))
            .filter(|one| referrer.is_beside(one))
            .collect();
        if let [only] = found.as_slice() {
            return Ok(Some(only));
        }
        found.retain(|one| referrer.has_affixes_of(one, true));
        if found.len() > 1 {
            found.retain(|one| referrer.has_affixes_of(one, false));
        }
        let Some(first) = found.first().copied() else { return Ok(None) };
        let same = |one: &&Candidate| {
            one.name == first.name && (in_map.is_none() || one.namespace == first.namespace)
        };
        if found.iter().all(same) {
            return Ok(Some(first));
        }
        let ids: Vec<_> = found.iter().map(|one| one.id().to_string()).collect();
        Err(format!("found multiple possible referrals: {}; give them different names", ids.join(", ")))
    }

    /// Objects that were in a namespace at first, or if none was, those that are in it now.
    fn in_namespace<'a>(
        &self,
        referrer: &Referrer,
        namespace: &'a str,
    ) -> impl Fn(&Candidate) -> bool + use<'a> {
        let now = self.namespaces.get(namespace);
        let by_first = namespace != NO_NAMESPACE
            && now.is_some_and(|all| {
                let mut reached =
                    all.iter().map(|(effective, written)| referrer.reaches_namespace(effective, written));
                reached.any(|it| it)
            });
        move |candidate: &Candidate| {
            let own = if by_first { &candidate.first_namespace } else { &candidate.effective_namespace };
            namespace != NO_NAMESPACE && **own == *namespace
        }
    }
}

impl Candidate {
    fn id(&self) -> ResourceId {
        let (group, version) = split_api_version(&self.api_version);
        ResourceId {
            gvk: Gvk::new(group, version, &self.kind),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }

    /// True if an earlier id was of this kind.
    fn was(&self, kind: &Gvk) -> bool {
        let fits = |wanted: &Text, own: &str| wanted.is_empty() || **wanted == *own;
        let (group, version) = split_api_version(&self.api_version);
        fits(&kind.group, group)
            && fits(&kind.version, version)
            && (kind.kind.is_empty() || self.previous_kinds.contains(&kind.kind))
    }
}

fn candidate(resource: &Res, words: &mut HashSet<Text>) -> Candidate {
    let mut shared = |word: &str| match words.get(word) {
        Some(known) => Text::clone(known),
        None => {
            let new = Text::from(word);
            words.insert(Text::clone(&new));
            new
        }
    };
    Candidate {
        name: resource.text_at(&["metadata", "name"]),
        namespace: shared(resource.namespace()),
        effective_namespace: shared(resource.effective_namespace()),
        first_namespace: shared(resource.first_effective_namespace()),
        kind: shared(resource.kind()),
        api_version: shared(resource.api_version()),
        previous_kinds: resource.previous.iter().map(|previous| previous.kind.clone()).collect(),
        prefixes: resource.prefixes.clone(),
        suffixes: resource.suffixes.clone(),
    }
}
