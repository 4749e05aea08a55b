//! The objects that had another name before, found by it.

use std::collections::{HashMap, HashSet};

use weir_manifest::{Gvk, ResourceId, split_api_version};
use weir_yaml::{Text, Value};

use super::table::Field;
use crate::name_index::NameIndex;
use crate::resource::{NO_NAMESPACE, Res};

/// An object whose name is looked up, as it was before references were mended.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The name of now.
    pub(super) name: Text,
    /// The namespace of now, as it is written.
    pub(super) namespace: Text,
    first_namespace: Text,
    kind: Text,
    api_version: Text,
    /// Its place in the list: what it was before does not change any more.
    place: u32,
}

/// The object whose references are mended.
#[derive(Debug)]
pub(super) struct Referrer<'r> {
    /// None if it lives in no namespace.
    namespace: Option<Text>,
    /// Namespaces of accounts that a role binding names.
    more_namespaces: Vec<Text>,
    /// Group and kind of what a binding binds.
    role: Option<Gvk>,
    past: &'r Res,
}

impl<'r> Referrer<'r> {
    /// Of an object that was taken out of its place in the list, which keeps its past.
    pub(super) fn new(object: &Value, past: &'r Res) -> Self {
        let is_in_cluster = past.is_cluster_scoped();
        let namespace = object.at(&["metadata", "namespace"]).and_then(Value::as_written).unwrap_or("");
        let namespace = if namespace.is_empty() { "default" } else { namespace };
        Self {
            namespace: (!is_in_cluster).then(|| Text::from(namespace)),
            more_namespaces: account_namespaces(object),
            role: role(object),
            past,
        }
    }

    /// True if it may refer to this object at all.
    fn reaches(&self, candidate: Seen<'_>) -> bool {
        self.reaches_namespace(candidate.namespace(), &candidate.own.namespace)
    }

    fn reaches_namespace(&self, effective: &str, written: &Text) -> bool {
        match &self.namespace {
            None => true,
            Some(own) => {
                **own == *effective || effective == NO_NAMESPACE || self.more_namespaces.contains(written)
            }
        }
    }

    /// Of what it reaches, only accounts may be in another namespace.
    fn is_beside(&self, candidate: Seen<'_>) -> bool {
        match &self.namespace {
            None => true,
            Some(own) => {
                **own == *candidate.namespace()
                    || candidate.namespace() == NO_NAMESPACE
                    || &*candidate.own.kind == "ServiceAccount"
            }
        }
    }

    fn has_affixes_of(&self, candidate: Seen<'_>, empty_fits: bool) -> bool {
        let fits = |own: &[Text], other: &[Text]| {
            empty_fits && (own.is_empty() || other.is_empty()) || same_end(own, other)
        };
        fits(&candidate.past.prefixes, &self.past.prefixes)
            && fits(&candidate.past.suffixes, &self.past.suffixes)
    }
}

fn same_end(one: &[Text], other: &[Text]) -> bool {
    let shorter = one.len().min(other.len());
    if shorter == 0 {
        return one.len() == other.len();
    }
    one.iter().rev().zip(other.iter().rev()).all(|(one, other)| one == other)
}

fn account_namespaces(object: &Value) -> Vec<Text> {
    if object.str_at(&["kind"]) != Some("RoleBinding") {
        return Vec::new();
    }
    let subjects = object.get("subjects").and_then(Value::as_list).unwrap_or_default();
    let accounts = subjects.iter().filter(|subject| subject.str_at(&["kind"]) == Some("ServiceAccount"));
    accounts.filter_map(|account| account.str_at(&["namespace"]).map(Text::from)).collect()
}

/// What is wrong with the subjects of a role binding: namespaces of accounts are texts.
pub(super) fn wrong_subject(object: &Value) -> Option<String> {
    if object.str_at(&["kind"]) != Some("RoleBinding") {
        return None;
    }
    let subjects = object.get("subjects").and_then(Value::as_list).unwrap_or_default();
    let mut accounts = subjects.iter().filter(|subject| subject.str_at(&["kind"]) == Some("ServiceAccount"));
    let wrong = accounts.find_map(|account| account.get("namespace").filter(|own| own.as_str().is_none()))?;
    Some(format!("the namespace of a subject must be a text, not {}", weir_yaml::to_json(wrong)))
}

fn role(object: &Value) -> Option<Gvk> {
    let part = |key| object.str_at(&["roleRef", key]);
    Some(Gvk::new(part("apiGroup")?, "", part("kind")?))
}

/// All candidates.
#[derive(Debug)]
pub(super) struct Candidates {
    list: Vec<Candidate>,
    by_previous_name: NameIndex,
    /// Namespaces of now, effective and written, by those of the beginning. All objects count, renamed or not.
    namespaces: HashMap<Text, HashSet<(Text, Text)>>,
}

impl Candidates {
    pub(super) fn new(resources: &[Res]) -> Self {
        let renamed = resources.iter().filter(|resource| !resource.previous.is_empty()).count();
        let mut made = Self {
            list: Vec::with_capacity(renamed),
            by_previous_name: NameIndex::with_capacity(renamed),
            namespaces: HashMap::new(),
        };
        let mut words = HashSet::new();
        for (place, resource) in resources.iter().enumerate() {
            made.add_namespace(resource);
            if resource.previous.is_empty() {
                continue;
            }
            let Ok(place) = u32::try_from(place) else { break };
            for previous in &resource.previous {
                made.by_previous_name.note(&previous.name, made.list.len());
            }
            made.list.push(candidate(resource, place, &mut words));
        }
        made
    }

    fn add_namespace(&mut self, resource: &Res) {
        let first = resource.first_effective_namespace();
        let (effective, written) = (resource.effective_namespace(), resource.namespace());
        let all = match self.namespaces.get_mut(first) {
            Some(all) => all,
            None => self.namespaces.entry(Text::from(first)).or_default(),
        };
        // Most objects are where others are.
        if !all.iter().take(4).any(|(own, as_written)| **own == *effective && **as_written == *written) {
            all.insert((Text::from(effective), Text::from(written)));
        }
    }

    /// True if some object had this name before; at times of others too.
    pub(super) fn may_know(&self, name: &str) -> bool {
        self.by_previous_name.may_have(name)
    }

    /// The object that a name in a field means. A map says its namespace too, if it has one.
    pub(super) fn find<'c>(
        &'c self,
        field: &Field,
        (referrer, resources): (&Referrer<'_>, &'c [Res]),
        name: &Text,
        in_map: Option<Option<&str>>,
    ) -> Result<Option<&'c Candidate>, String> {
        let in_namespace = in_map.flatten().map(|namespace| self.in_namespace(referrer, namespace));
        let role = referrer.role.as_ref().filter(|_| field.path.ends_with("roleRef/name"));
        let mut found: Vec<Seen<'_>> = (self.by_previous_name.places(name))
            .filter_map(|at| self.seen(at, resources))
            .filter(|one| one.past.previous.iter().any(|previous| previous.name == *name))
            .filter(|one| referrer.reaches(*one))
            .filter(|one| in_namespace.as_ref().is_none_or(|is_in| is_in(*one)))
            .filter(|one| one.was(&field.target) && role.is_none_or(|role| one.was(role)))
            .filter(|one| referrer.is_beside(*one))
            .collect();
        if let [only] = found.as_slice() {
            return Ok(Some(only.own));
        }
        found.retain(|one| referrer.has_affixes_of(*one, true));
        if found.len() > 1 {
            found.retain(|one| referrer.has_affixes_of(*one, false));
        }
        let Some(first) = found.first().map(|one| one.own) else { return Ok(None) };
        let same = |one: &Seen<'_>| {
            one.own.name == first.name && (in_map.is_none() || one.own.namespace == first.namespace)
        };
        if found.iter().all(same) {
            return Ok(Some(first));
        }
        let ids: Vec<_> = found.iter().map(|one| one.own.id().to_string()).collect();
        Err(format!("found multiple possible referrals: {}; give them different names", ids.join(", ")))
    }

    fn seen<'a>(&'a self, at: usize, resources: &'a [Res]) -> Option<Seen<'a>> {
        let own = self.list.get(at)?;
        Some(Seen { own, past: resources.get(own.place as usize)? })
    }

    /// Objects that were in a namespace at first, or if none was, those that are in it now.
    fn in_namespace<'a>(
        &self,
        referrer: &Referrer<'_>,
        namespace: &'a str,
    ) -> impl Fn(Seen<'_>) -> bool + use<'a> {
        let now = self.namespaces.get(namespace);
        let by_first = namespace != NO_NAMESPACE
            && now.is_some_and(|all| {
                let mut reached =
                    all.iter().map(|(effective, written)| referrer.reaches_namespace(effective, written));
                reached.any(|it| it)
            });
        move |candidate: Seen<'_>| {
            let own = if by_first { &candidate.own.first_namespace } else { candidate.namespace() };
            namespace != NO_NAMESPACE && *own == *namespace
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
}

/// A candidate and its past.
#[derive(Clone, Copy)]
struct Seen<'a> {
    own: &'a Candidate,
    past: &'a Res,
}

impl<'a> Seen<'a> {
    /// As it takes effect.
    fn namespace(self) -> &'a str {
        match &*self.own.namespace {
            _ if self.past.is_cluster_scoped() => NO_NAMESPACE,
            "" => "default",
            namespace => namespace,
        }
    }

    /// True if an earlier id was of this kind.
    fn was(self, kind: &Gvk) -> bool {
        let fits = |wanted: &Text, own: &str| wanted.is_empty() || **wanted == *own;
        let (group, version) = split_api_version(&self.own.api_version);
        let mut previous = self.past.previous.iter();
        fits(&kind.group, group)
            && fits(&kind.version, version)
            && (kind.kind.is_empty() || previous.any(|previous| previous.kind == kind.kind))
    }
}

fn candidate(resource: &Res, place: u32, words: &mut HashSet<Text>) -> Candidate {
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
        first_namespace: shared(resource.first_effective_namespace()),
        kind: shared(resource.kind()),
        api_version: shared(resource.api_version()),
        place,
    }
}
