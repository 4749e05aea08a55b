//! What every write has in common: metadata, defaults, owners, rules, and what follows from it.

use std::sync::Arc;

use weir_yaml::{Map, Value};

use super::{State, table_of};
use crate::apply::{Managers, Set, Step, Subject};
use crate::http::{Call, Place};
use crate::kinds::Kind;
use crate::problem::{Cause, Problem};
use crate::server::Shared;
use crate::store::{Object, ObjectKey};
use crate::{defaults, time, validate};

/// One request about a resource.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The server.
    pub(crate) shared: &'a Arc<Shared>,
    /// The request as it came.
    pub(crate) call: &'a Call,
    /// The kind that it is about.
    pub(crate) kind: &'a Arc<Kind>,
    /// Which object it is about.
    pub(crate) place: &'a Place,
}

/// Who writes what, in whose name.
#[derive(Clone)]
pub(crate) struct Writer<'a> {
    /// The kind that is written.
    pub(crate) kind: &'a Arc<Kind>,
    /// The subresource, or empty.
    pub(crate) subresource: &'a str,
    /// Who owns what is written.
    pub(crate) manager: String,
    /// The time.
    pub(crate) now: i64,
    /// Nothing is to be kept.
    pub(crate) dry_run: bool,
}

/// How the book of owners comes about.
pub(crate) enum Owners {
    /// From what changes.
    ByChange,
    /// It is known already, from an apply.
    Known(Managers),
}

impl<'a> Request<'a> {
    /// Who writes.
    pub(super) fn writer(&self) -> Writer<'a> {
        Writer {
            kind: self.kind,
            subresource: &self.place.subresource,
            manager: self.call.manager(),
            now: self.shared.now(),
            dry_run: self.call.is_dry_run(),
        }
    }
}

impl Writer<'_> {
    /// The subject for the book of owners.
    pub(crate) fn subject(&self) -> Subject<'_> {
        let reset = if self.subresource == "status" { &self.kind.status_reset } else { &self.kind.reset };
        Subject {
            types: &self.kind.types,
            ty: self.kind.ty,
            api_version: &self.kind.api_version,
            subresource: self.subresource,
            reset,
            now: self.now,
        }
    }

    /// Puts in what the object does not say.
    pub(super) fn fill_defaults(&self, value: &mut Value) {
        if self.kind.custom.is_some() {
            defaults::by_schema(&self.kind.types, self.kind.ty, value);
        } else {
            defaults::fill_always(&self.kind.types, self.kind.ty, value);
            defaults::builtin(&self.kind.gvk.group, &self.kind.gvk.kind, value);
            defaults::by_schema(&self.kind.types, self.kind.ty, value);
        }
    }

    /// Makes a new object.
    pub(crate) fn create(
        &self,
        state: &mut State,
        mut value: Value,
        owners: Owners,
    ) -> Result<Arc<Object>, Problem> {
        let kind = self.kind;
        let given = take_managed(&mut value);
        self.fill_defaults(&mut value);
        self.name(state, &mut value)?;
        let managers = match owners {
            Owners::Known(managers) => managers,
            Owners::ByChange => {
                let given = given.and_then(|given| Managers::read(&given).ok()).unwrap_or_default();
                given.after_update(self.subject(), None, &kind.empty, &value, &self.manager)
            }
        };
        let key = ObjectKey::new(
            value.str_at(&["metadata", "namespace"]).unwrap_or(""),
            value.str_at(&["metadata", "name"]).unwrap_or(""),
        );
        self.check_namespace(state, &key)?;
        self.prepare_new(state, &mut value);
        let causes = validate::new_object(kind, &value);
        if !causes.is_empty() {
            return Err(Problem::invalid(kind, &key.name, causes));
        }
        if state.store.get(&table_of(kind), &key).is_some() {
            return Err(Problem::exists(kind, &key.name));
        }
        super::admit::new_object(state, kind, &mut value, self.dry_run)?;
        let object = Object::new(value, managers);
        if self.dry_run {
            return Ok(Arc::new(object));
        }
        let object = state.store.put(&table_of(kind), &key, object);
        super::admit::after(state, self, None, &object);
        Ok(object)
    }

    /// The name, made up if the object leaves that to the server.
    fn name(&self, state: &mut State, value: &mut Value) -> Result<(), Problem> {
        if value.str_at(&["metadata", "name"]).unwrap_or("").is_empty() {
            let prefix = value.str_at(&["metadata", "generateName"]).unwrap_or("").to_owned();
            if prefix.is_empty() {
                let cause = Cause::required("metadata.name", "name or generateName is required");
                return Err(Problem::invalid(self.kind, "", vec![cause]));
            }
            let prefix: String = prefix.chars().take(58).collect();
            value.set_at(&["metadata", "name"], format!("{prefix}{}", state.suffix(5)));
        }
        Ok(())
    }

    fn check_namespace(&self, state: &State, key: &ObjectKey) -> Result<(), Problem> {
        if !self.kind.namespaced {
            return Ok(());
        }
        let Some(namespaces) = state.registry.of_kind("", "Namespace") else { return Ok(()) };
        match state.store.get(&table_of(namespaces), &ObjectKey::new("", &key.namespace)) {
            None => Err(Problem::not_found(namespaces, &key.namespace)),
            Some(namespace) if namespace.is_terminating() => {
                let why = format!(
                    "unable to create new content in namespace {} because it is being terminated",
                    key.namespace
                );
                let mut problem = Problem::forbidden(self.kind, &key.name, &why);
                if let Some(details) = &mut problem.details {
                    details.causes.push(Cause {
                        reason: "NamespaceTerminating",
                        message: format!("namespace {} is being terminated", key.namespace),
                        field: "metadata.namespace".to_owned(),
                    });
                }
                Err(problem)
            }
            Some(_) => Ok(()),
        }
    }

    fn prepare_new(&self, state: &mut State, value: &mut Value) {
        let kind = self.kind;
        let uid = state.uid();
        let metadata = value.make_map().entry("metadata").make_map();
        for key in
            ["resourceVersion", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "generation"]
        {
            metadata.remove(key);
        }
        metadata.insert("uid", uid);
        metadata.insert("creationTimestamp", time::rfc3339(self.now));
        if kind.has_generation {
            metadata.insert("generation", 1);
        }
        if !kind.keeps_status_on_create()
            && let Some(map) = value.as_map_mut()
        {
            map.remove("status");
            if let Some(empty) = kind.empty.get("status").filter(|status| status.as_map().is_some()) {
                map.insert("status", empty.clone());
            }
        }
    }

    /// Makes another object of this one. Gives it as it is then, which is the same if nothing changes.
    pub(crate) fn replace(
        &self,
        state: &mut State,
        old: &Arc<Object>,
        mut value: Value,
        owners: Owners,
    ) -> Result<Arc<Object>, Problem> {
        let kind = self.kind;
        let given = take_managed(&mut value);
        self.fill_defaults(&mut value);
        let managers = match owners {
            Owners::Known(managers) => managers,
            Owners::ByChange => self.book_after(old, given, &value),
        };
        keep_metadata(&old.value, &mut value, kind);
        self.keep_other_half(&old.value, &mut value);
        super::admit::changed_object(state, kind, self.subresource, old, &mut value, self.dry_run)?;
        if kind.has_generation
            && self.subresource != "binding"
            && counts_as_change(kind, self.subresource, &old.value, &value)
        {
            let generation = old.value.at(&["metadata", "generation"]).and_then(Value::as_i64).unwrap_or(0);
            value.set_at(&["metadata", "generation"], generation.saturating_add(1));
        }
        let causes = validate::changed_object(kind, self.subresource, old, &value);
        if !causes.is_empty() {
            return Err(Problem::invalid(kind, old.meta("name"), causes));
        }
        if managers.same_but_times(&old.managers)
            && without_revision(&value).means(&without_revision(&old.value))
        {
            return Ok(Arc::clone(old));
        }
        let object = Object::new(value, managers);
        if self.dry_run {
            let mut object = object;
            object.keep_revision(old);
            return Ok(Arc::new(object));
        }
        if object.is_terminating()
            && object.finalizers().next().is_none()
            && super::delete::may_go(kind, &object)
        {
            let mut last = object;
            last.keep_revision(old);
            super::delete::remove(state, self, &old.key());
            return Ok(Arc::new(last));
        }
        let object = state.store.put(&table_of(kind), &old.key(), object);
        super::admit::after(state, self, Some(old), &object);
        Ok(object)
    }

    /// The book after a write that is no apply. Who sends a book of his own replaces it.
    fn book_after(&self, old: &Object, given: Option<Vec<Value>>, value: &Value) -> Managers {
        let kept = match given {
            _ if !self.subresource.is_empty() => old.managers.clone(),
            None => old.managers.clone(),
            Some(list) if is_reset(&list) => Managers::default(),
            Some(list) => match Managers::read(&list) {
                Ok(managers) if !managers.is_empty() => managers,
                _ => old.managers.clone(),
            },
        };
        kept.after_update(self.subject(), Some(&old.value), &self.kind.empty, value, &self.manager)
    }

    /// Writes to the object leave its status, writes to the status leave the rest.
    fn keep_other_half(&self, old: &Value, value: &mut Value) {
        let kind = self.kind;
        match self.subresource {
            "status" => {
                let status = value.get("status").cloned();
                let kept_metadata = kind.custom.is_none().then(|| value.get("metadata").cloned()).flatten();
                *value = old.clone();
                match status {
                    Some(status) => value.set_at(&["status"], status),
                    None => _ = value.remove_at(&["status"]),
                }
                if let Some(metadata) = kept_metadata {
                    value.set_at(&["metadata"], metadata);
                    put_back(old, value, &kind.status_reset, &mut Vec::new());
                }
            }
            "" | "finalize" if kind.has_status() && !kind.keeps_status_on_create() => match old.get("status")
            {
                Some(status) => value.set_at(&["status"], status.clone()),
                None => _ = value.remove_at(&["status"]),
            },
            _ => {}
        }
    }
}

/// Puts the fields of this set back to what they were.
fn put_back(old: &Value, value: &mut Value, set: &Set, path: &mut Vec<String>) {
    for (step, member, below) in set.iter() {
        let Step::Field(name) = step else { continue };
        path.push(name.to_string());
        if member {
            let keys: Vec<&str> = path.iter().map(String::as_str).collect();
            match old.at(&keys) {
                Some(before) => value.set_at(&keys, before.clone()),
                None => _ = value.remove_at(&keys),
            }
        }
        put_back(old, value, below, path);
        path.pop();
    }
}

/// Takes `managedFields` out of the object.
pub(super) fn take_managed(value: &mut Value) -> Option<Vec<Value>> {
    value.at(&["metadata", "managedFields"])?;
    match value.remove_at(&["metadata", "managedFields"]) {
        Some(Value::List(list)) => Some(Vec::clone(&list)),
        _ => None,
    }
}

fn is_reset(list: &[Value]) -> bool {
    match list {
        [] => true,
        [one] => one.as_map().is_some_and(Map::is_empty),
        _ => false,
    }
}

/// Metadata that only the server writes stay what they are.
fn keep_metadata(old: &Value, value: &mut Value, kind: &Kind) {
    const KEPT: &[&str] = &[
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "generateName",
        "name",
        "namespace",
        "resourceVersion",
    ];
    let metadata = value.make_map().entry("metadata").make_map();
    for key in KEPT {
        match old.at(&["metadata", key]) {
            Some(before) if metadata.get(key) != Some(before) => _ = metadata.insert(*key, before.clone()),
            Some(_) => {}
            None => _ = metadata.remove(key),
        }
    }
    metadata.remove("selfLink");
    value.set_at(&["apiVersion"], Arc::clone(&kind.api_version));
}

/// True if `metadata.generation` counts this change.
fn counts_as_change(kind: &Kind, subresource: &str, old: &Value, new: &Value) -> bool {
    let strip = |value: &Value| {
        let mut value = value.clone();
        if let Some(map) = value.as_map_mut() {
            map.retain(|key, _| match key.as_str() {
                "metadata" | "apiVersion" => false,
                "status" => kind.custom.is_some() && !kind.has_status(),
                _ => true,
            });
        }
        value
    };
    // Deployments count their annotations too, but not those that come with a status.
    let noted = kind.is("apps", "Deployment") && subresource.is_empty();
    let annotations = |value: &Value| value.at(&["metadata", "annotations"]).cloned().unwrap_or_default();
    if noted && !annotations(old).means(&annotations(new)) {
        return true;
    }
    let has_spec = kind.custom.is_none() && new.get("spec").is_some();
    if has_spec {
        return match (old.get("spec"), new.get("spec")) {
            (Some(old), Some(new)) => !old.means(new),
            (old, new) => old.is_some() != new.is_some(),
        };
    }
    !strip(old).means(&strip(new))
}

fn without_revision(value: &Value) -> Value {
    let mut value = value.clone();
    value.remove_at(&["metadata", "resourceVersion"]);
    value
}
