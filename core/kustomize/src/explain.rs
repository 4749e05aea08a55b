//! Tells for each field of an object which step of the build set it, and in which file that is written.

use std::collections::HashMap;
use std::sync::Arc;

use weir_files::{Place, Tree};
use weir_yaml::{Text, Value};

use crate::Resource;
use crate::fields::scalar_text;
use crate::history::Moment;
use crate::places::{Finder, Part, Way};

/// Where one field of an object comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldOrigin {
    /// The way to it, in the form that `replacements` take: `spec.containers.[name=app].image`.
    pub path: String,
    /// A scalar, or a map or list with nothing in it.
    pub value: Value,
    /// What set it last, by kustomize's name: `PatchTransformer`; `Resource` for what is as its file has it.
    pub transformer: Text,
    /// Where it is written: in the file of the object or patch, or in the kustomization.
    pub place: Place,
    /// The entry of the kustomization that names that file, if it is another one.
    pub by: Option<Place>,
}

/// Steps that write what was there before in another way: what was there is worth a look, not the step.
fn rewrites(moment: &Moment) -> bool {
    matches!(&*moment.cause.transformer, "NameReferenceTransformer" | "RefVarTransformer")
}

/// Fields that may tell the items of a list apart, the best first.
const NAMES: [&str; 7] = ["name", "key", "mountPath", "containerPort", "port", "ip", "host"];
/// Deeper values are told as a whole.
const DEEPEST: usize = 600;

impl Resource {
    /// Which step of the build set each field, in the order in which they are printed. The files of the tree are read
    /// again to find the lines. Nothing, unless the build was told to [`explain`](crate::Options::explain).
    pub fn explain(&self, tree: &Tree) -> Vec<FieldOrigin> {
        let moments = self.history.moments();
        let Some(first) = moments.first() else { return Vec::new() };
        let mut owner = Owner::All(0);
        let mut before = &first.after;
        let mut earlier = HashMap::new();
        for (at, moment) in moments.iter().enumerate().skip(1) {
            if rewrites(moment) {
                earlier.insert(at, owner.clone());
            }
            owner = owner.behind(before, &moment.after, at, 0);
            before = &moment.after;
        }
        // The last touches of a build change the spelling of values alone.
        owner = owner.behind(before, &self.object, moments.len().saturating_sub(1), 0);
        let mut telling = Telling { finder: Finder::new(moments, tree, earlier), fields: Vec::new() };
        telling.tell(&self.object, &owner, &mut Way::default());
        telling.fields
    }
}

/// Which moment the parts of a value come from.
#[derive(Debug, Clone)]
pub(crate) enum Owner {
    /// All of it comes from one.
    All(usize),
    /// The values of a map, in its order.
    Map(Vec<Owner>),
    /// The items of a list.
    List(Vec<Owner>),
}

impl Owner {
    /// The owner of a part.
    pub(crate) fn part(&self, at: usize) -> Self {
        match self {
            Self::All(moment) => Self::All(*moment),
            Self::Map(parts) | Self::List(parts) => parts.get(at).cloned().unwrap_or(Self::All(0)),
        }
    }

    /// The owners behind a step.
    fn behind(&self, old: &Value, new: &Value, moment: usize, depth: usize) -> Self {
        if depth > DEEPEST {
            return Self::All(moment);
        }
        match (old, new) {
            (Value::Map(old), Value::Map(new)) if old.is_same(new) => self.clone(),
            (Value::Map(old), Value::Map(new)) => {
                let place = |key: &str| old.iter().position(|(own, _)| own.as_str() == key);
                let part = |key: &str, value: &Value| {
                    let at = place(key)?;
                    let (_, before) = old.iter().nth(at)?;
                    Some(self.part(at).behind(before, value, moment, depth + 1))
                };
                let parts = new.iter().map(|(key, value)| part(key, value).unwrap_or(Self::All(moment)));
                Self::Map(parts.collect())
            }
            (Value::List(old), Value::List(new)) if Arc::ptr_eq(old, new) => self.clone(),
            (Value::List(old), Value::List(new)) => {
                let parts = new.iter().enumerate().map(|(at, item)| match earlier(old, new, at, item) {
                    Some(place) => {
                        let before = old.get(place).unwrap_or(item);
                        self.part(place).behind(before, item, moment, depth + 1)
                    }
                    None => Self::All(moment),
                });
                Self::List(parts.collect())
            }
            (Value::Map(_) | Value::List(_), _) | (_, Value::Map(_) | Value::List(_)) => Self::All(moment),
            (old, new) if old.means(new) || scalar_text(old) == scalar_text(new) => self.clone(),
            _ => Self::All(moment),
        }
    }
}

/// Where an item of a list was before.
fn earlier(old: &[Value], new: &[Value], at: usize, item: &Value) -> Option<usize> {
    let same_place = || (old.len() == new.len()).then_some(at);
    if let Some((key, name)) = name_of(item) {
        let named = |other: &Value| other.get(key).is_some_and(|own| scalar_text(own) == name);
        return old.iter().position(named).or_else(same_place);
    }
    let stays = old.get(at).filter(|own| own.means(item)).map(|_| at);
    stays.or_else(|| old.iter().position(|own| own.means(item))).or_else(same_place)
}

/// What tells an item apart from others.
fn name_of(item: &Value) -> Option<(&'static str, String)> {
    NAMES.iter().find_map(|key| {
        let value = item.get(key).filter(|value| !matches!(value, Value::Map(_) | Value::List(_)))?;
        Some((*key, scalar_text(value)))
    })
}

struct Telling<'a> {
    finder: Finder<'a>,
    fields: Vec<FieldOrigin>,
}

impl Telling<'_> {
    fn tell(&mut self, value: &Value, owner: &Owner, way: &mut Way) {
        if way.parts.len() > DEEPEST {
            return;
        }
        match value {
            Value::Map(map) if !map.is_empty() => {
                let mut entries: Vec<_> = map.iter().enumerate().collect();
                entries.sort_by(|(_, (one, _)), (_, (other, _))| one.as_str().cmp(other.as_str()));
                for (at, (key, value)) in entries {
                    way.push(Part::Key(key.text()), at);
                    self.tell(value, &owner.part(at), way);
                    way.pop();
                }
            }
            Value::List(items) if !items.is_empty() => {
                for (at, item) in items.iter().enumerate() {
                    way.push(name_of(item).map_or(Part::At(at), |(key, name)| Part::Named(key, name)), at);
                    self.tell(item, &owner.part(at), way);
                    way.pop();
                }
            }
            _ => self.leaf(value, owner, way),
        }
    }

    fn leaf(&mut self, value: &Value, owner: &Owner, way: &Way) {
        let at = self.finder.moment_of(owner);
        let Some(moment) = self.finder.moments.get(at) else { return };
        let transformer = moment.cause.transformer.clone();
        let (place, by) = self.finder.place(at, way, value);
        self.fields.push(FieldOrigin {
            path: shown(&way.parts),
            value: value.clone(),
            transformer,
            by,
            place,
        });
    }
}

/// A way as `replacements` write it.
fn shown(way: &[Part]) -> String {
    let part = |part: &Part| match part {
        Part::Key(key) if key.contains(['.', '[', ']']) => format!("[{key}]"),
        Part::Key(key) => key.to_string(),
        Part::Named(key, name) => format!("[{key}={name}]"),
        Part::At(at) => at.to_string(),
    };
    way.iter().map(part).collect::<Vec<_>>().join(".")
}
