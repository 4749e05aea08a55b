//! Labels and annotations that are one.
//!
//! Kustomize writes a new label to all its fields as one and the same node: the labels of an object, its selector, its
//! template. Whoever changes one of them later changes them all, until the object takes the way through JSON. Overlays
//! rely on that without knowing, so it is done here too.

use std::collections::HashSet;
use std::sync::Arc;

use weir_manifest::field_spec::{Create, FieldError, FieldSpec};
use weir_yaml::{Map, Value};

use crate::fields;
use crate::resource::Res;

/// The way to a value: keys, and places in lists as numbers.
type Path = Vec<String>;

/// Groups of values that are one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shared {
    groups: Vec<Group>,
}

/// Objects of a kind have the same ones, and hold them together.
type Group = Arc<Vec<Path>>;

/// The groups that were made so far.
pub(crate) type Groups = HashSet<Group>;

/// Sets entries in all maps that the specs lead to.
pub(crate) fn set_entries(
    resource: &mut Res,
    specs: &[FieldSpec],
    entries: &Map,
    groups: &mut Groups,
) -> Result<(), FieldError> {
    let specs: Vec<&FieldSpec> = {
        let ((group, version), kind) = (resource.group_version(), resource.kind());
        specs.iter().filter(|spec| spec.fits_kind(group, version, kind)).collect()
    };
    for (key, value) in entries.sorted() {
        let (mut made, mut changed): (Vec<Path>, Vec<Path>) = (Vec::new(), Vec::new());
        for spec in &specs {
            spec.visit_places(&mut resource.object, Some(Create::Map), &mut |trail, target| match target {
                Value::Map(map) => {
                    let trail = trail.iter().map(|part| part.to_string());
                    let path: Path = trail.chain([key.to_string()]).collect();
                    let before = map.insert(key.clone(), value.clone());
                    if !made.contains(&path) {
                        if before.is_some() { changed.push(path) } else { made.push(path) }
                    }
                    Ok(())
                }
                other if other.is_null() => Ok(()),
                other => Err(format!("a map is expected, not a {}", other.kind())),
            })?;
        }
        if !changed.is_empty() {
            let meant = |group: &&Group| group.iter().any(|path| changed.contains(path));
            for path in resource.shared.groups.iter().filter(meant).flat_map(|group| group.iter()) {
                put(&mut resource.object, path, value);
            }
        }
        if made.len() > 1 {
            resource.shared.groups.push(known(groups, made));
        }
    }
    Ok(())
}

fn known(groups: &mut Groups, made: Vec<Path>) -> Group {
    match groups.get(&made) {
        Some(group) => Arc::clone(group),
        None => {
            let group = Arc::new(made);
            groups.insert(Arc::clone(&group));
            group
        }
    }
}

/// Takes out the paths for which this does not hold.
fn retain(group: &mut Group, keep: impl Fn(&Path) -> bool) {
    if !group.iter().all(&keep) {
        Arc::make_mut(group).retain(keep);
    }
}

impl Shared {
    /// To be called when the object took the way through JSON.
    pub(crate) fn forget(&mut self) {
        self.groups.clear();
    }

    /// To be called behind a change of the object: what else has to change with it.
    pub(crate) fn follow(&self, before: &Value, after: &mut Value) {
        for group in &self.groups {
            let changed = |path: &&Path| {
                let (old, new) = (fields::get(before, path), fields::get(after, path));
                new.is_some() && old != new
            };
            if let Some(new) = group.iter().rfind(changed).and_then(|path| fields::get(after, path)).cloned()
            {
                group.iter().for_each(|path| put(after, path, &new));
            }
        }
    }

    /// To be called behind a merge: the last value that the patch writes is that of all. What the patch takes away is no
    /// longer part of it.
    pub(crate) fn follow_patch(&mut self, patch: &Value, after: &mut Value) {
        for group in &mut self.groups {
            retain(group, |path| fields::get(after, path).is_some());
            let is_written = |path: &&Path| {
                let written = path.iter().try_fold(patch, |value, key| value.as_map()?.get(key));
                written.is_some_and(|value| !matches!(value, Value::Map(_) | Value::List(_)))
            };
            let last = group.iter().filter(is_written).max();
            if let Some(new) = last.and_then(|path| fields::get(after, path)).cloned() {
                group.iter().for_each(|path| put(after, path, &new));
            }
        }
    }

    /// To be called when the annotations of the object were written anew: they no longer change with others.
    pub(crate) fn release_annotations(&mut self) {
        for group in &mut self.groups {
            retain(
                group,
                |path| !matches!(path.as_slice(), [first, second, ..] if first == "metadata" && second == "annotations"),
            );
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }
}

/// Sets a value if it is there.
fn put(object: &mut Value, path: &[String], new: &Value) {
    let mut here = object;
    for part in path {
        let next = match here {
            Value::Map(map) => map.get_mut(part),
            Value::List(_) => {
                let at = part.parse::<usize>().ok();
                at.and_then(|at| here.as_list_mut()?.get_mut(at))
            }
            _ => None,
        };
        match next {
            Some(next) => here = next,
            None => return,
        }
    }
    *here = new.clone();
}
