//! The book of owners: `metadata.managedFields`, kept in the form that costs least until somebody asks.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use weir_yaml::{Key, Map, Value, from_json};

use super::{Comparison, Set, Step, compare, merge, remove, to_set};
use crate::schema::{TypeId, Types};
use crate::time;

/// So many owners by update are kept apart; older ones become one.
const MOST_UPDATERS: usize = 10;
/// The name of the owner that older ones become.
const ANCIENT: &str = "ancient-changes";
/// The owner of what was there before the first apply of an object that nobody kept book of.
const BEFORE_APPLY: &str = "before-first-apply";

/// How fields came to be owned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    /// By server-side apply.
    Apply,
    /// By any other write.
    Update,
}

/// Who owns fields. Updates of several versions are several owners, applies are one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Owner {
    /// The name that the client gave.
    pub(crate) manager: Arc<str>,
    /// How it wrote.
    pub(crate) operation: Operation,
    /// The version it wrote in; empty for applies.
    version: Arc<str>,
    /// The subresource it wrote to, or empty.
    pub(crate) subresource: Arc<str>,
}

/// One row of the book.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    owner: Owner,
    api_version: Arc<str>,
    /// Seconds since 1970.
    time: Option<i64>,
    /// `FieldsV1` as text.
    fields: Arc<str>,
}

/// The book of one object. Cloning shares it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Managers(Arc<[Entry]>);

/// A field that another owner holds with another value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Conflict {
    /// Who holds it.
    pub(crate) owner: Owner,
    /// In which version.
    pub(crate) api_version: Arc<str>,
    /// The field.
    pub(crate) path: Vec<Step>,
}

/// What a write is about.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// The types of its fields.
    pub(crate) types: &'a Types,
    /// The type of the object.
    pub(crate) ty: TypeId,
    /// Group and version of the request.
    pub(crate) api_version: &'a str,
    /// The subresource of the request, or empty.
    pub(crate) subresource: &'a str,
    /// Fields that this request cannot write.
    pub(crate) reset: &'a Set,
    /// Seconds since 1970.
    pub(crate) now: i64,
}

/// What an apply makes.
#[derive(Debug)]
pub(crate) struct Applied {
    /// The object; none if it stays as it is.
    pub(crate) object: Option<Value>,
    /// The book.
    pub(crate) managers: Managers,
}

/// A row while it is worked on.
#[derive(Debug, Clone)]
struct Owned {
    set: Set,
    api_version: Arc<str>,
    time: Option<i64>,
    /// The text, as long as the set is the same.
    fields: Option<Arc<str>>,
}

type Book = BTreeMap<Owner, Owned>;

/// Fields that belong to nobody.
static STRIPPED: LazyLock<Set> = LazyLock::new(|| {
    let mut set = Set::default();
    let field = |name: &str| Step::Field(Key::new(name));
    for name in ["apiVersion", "kind", "metadata"] {
        set.insert(&[field(name)]);
    }
    for name in [
        "name",
        "namespace",
        "creationTimestamp",
        "selfLink",
        "uid",
        "clusterName",
        "generation",
        "managedFields",
        "resourceVersion",
    ] {
        set.insert(&[field("metadata"), field(name)]);
    }
    set
});

impl Managers {
    /// True if nobody owns anything.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Reads `metadata.managedFields`; the text says what is wrong with it.
    pub(crate) fn read(list: &[Value]) -> Result<Self, String> {
        list.iter()
            .enumerate()
            .map(|(at, entry)| read_entry(at, entry))
            .collect::<Result<Arc<[Entry]>, _>>()
            .map(Self)
    }

    /// As `metadata.managedFields`; none if nobody owns anything.
    pub(crate) fn to_value(&self) -> Option<Value> {
        (!self.is_empty()).then(|| self.0.iter().map(entry_value).collect())
    }

    /// Appends the JSON text of `metadata.managedFields`.
    pub(crate) fn write_json(&self, out: &mut String) {
        use std::fmt::Write;
        let quoted = |text: &str| weir_yaml::to_json(&Value::from(text));
        out.push('[');
        for (at, entry) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            _ = write!(
                out,
                "{comma}{{\"apiVersion\":{},\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{},\"manager\":{},\"operation\":\"{:?}\"",
                quoted(&entry.api_version),
                entry.fields,
                quoted(&entry.owner.manager),
                entry.owner.operation,
            );
            if !entry.owner.subresource.is_empty() {
                _ = write!(out, ",\"subresource\":{}", quoted(&entry.owner.subresource));
            }
            if let Some(seconds) = entry.time {
                _ = write!(out, ",\"time\":\"{}\"", time::rfc3339(seconds));
            }
            out.push('}');
        }
        out.push(']');
    }

    /// The same rows, with the times of the other book where only times differ.
    pub(crate) fn same_but_times(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
            && self.0.iter().all(|a| {
                other
                    .0
                    .iter()
                    .any(|b| a.owner == b.owner && a.api_version == b.api_version && a.fields == b.fields)
            })
    }

    fn book(&self) -> Book {
        self.0
            .iter()
            .map(|entry| {
                let owned = Owned {
                    set: Set::parse(&entry.fields).unwrap_or_default(),
                    api_version: Arc::clone(&entry.api_version),
                    time: entry.time,
                    fields: Some(Arc::clone(&entry.fields)),
                };
                (entry.owner.clone(), owned)
            })
            .collect()
    }

    /// The book after a write other than apply. `old` is none for a new object; `empty` is one without content.
    pub(crate) fn after_update(
        &self,
        subject: Subject<'_>,
        old: Option<&Value>,
        empty: &Value,
        new: &Value,
        manager: &str,
    ) -> Self {
        if self.is_empty() && old.is_some() {
            return self.clone();
        }
        let mut book = self.book();
        book.update(subject, old.unwrap_or(empty), new, manager);
        book.cap_updaters();
        encode(book)
    }

    /// What an apply of this configuration makes of the live object.
    pub(crate) fn apply(
        &self,
        subject: Subject<'_>,
        live: &Value,
        empty: &Value,
        config: &Value,
        manager: &str,
        force: bool,
    ) -> Result<Applied, Vec<Conflict>> {
        let mut book = self.book();
        if book.is_empty() {
            book.update(subject, empty, live, BEFORE_APPLY);
        }
        let Subject { types, ty, .. } = subject;
        let owner = Owner::new(manager, Operation::Apply, subject);
        let merged = merge(types, ty, live, config).unwrap_or(Value::Null);
        let set = to_set(types, ty, config).without_prefixes(subject.reset);
        let time = book.get(&owner).and_then(|owned| owned.time);
        let last = book.insert(
            owner.clone(),
            Owned { set, api_version: subject.api_version.into(), time, fields: None },
        );
        let object = match last {
            Some(last) if !last.set.is_empty() => prune(types, ty, merged, &book, &last.set),
            _ => merged,
        };
        let comparison = compare(types, ty, live, &object);
        let changed =
            !(comparison.added.is_empty() && comparison.modified.is_empty() && comparison.removed.is_empty());
        book.take_from_others(&comparison.filter(|set| set.without_prefixes(subject.reset)), &owner, force)?;
        book.strip(&owner);
        if changed && let Some(owned) = book.get_mut(&owner) {
            owned.time = Some(subject.now);
        }
        Ok(Applied { object: changed.then_some(object), managers: encode(book) })
    }
}

impl Owner {
    fn new(manager: &str, operation: Operation, subject: Subject<'_>) -> Self {
        let version = if operation == Operation::Apply { "" } else { subject.api_version };
        Self {
            manager: manager.into(),
            operation,
            version: version.into(),
            subresource: subject.subresource.into(),
        }
    }
}

/// Steps of a write on the open book.
trait Writes {
    fn update(&mut self, subject: Subject<'_>, old: &Value, new: &Value, manager: &str);
    fn take_from_others(
        &mut self,
        changes: &Comparison,
        owner: &Owner,
        force: bool,
    ) -> Result<(), Vec<Conflict>>;
    fn strip(&mut self, owner: &Owner);
    fn cap_updaters(&mut self);
}

impl Writes for Book {
    fn update(&mut self, subject: Subject<'_>, old: &Value, new: &Value, manager: &str) {
        let owner = Owner::new(manager, Operation::Update, subject);
        let changes = compare(subject.types, subject.ty, old, new);
        let changes = changes.filter(|set| set.without_prefixes(subject.reset));
        // The owner itself is no exception here: what it changed it takes anew, below.
        let nobody = Owner { manager: "\0".into(), ..owner.clone() };
        let forced = self.take_from_others(&changes, &nobody, true);
        debug_assert!(forced.is_ok(), "a forced write has no conflicts");
        let set =
            changes.modified.union(&changes.added).without_prefixes(subject.reset).difference(&STRIPPED);
        if set.is_empty() {
            return;
        }
        let previous = self.remove(&owner);
        let set = previous.map_or_else(|| set.clone(), |previous| previous.set.union(&set));
        let api_version = subject.api_version.into();
        self.insert(owner, Owned { set, api_version, time: Some(subject.now), fields: None });
    }

    fn take_from_others(
        &mut self,
        changes: &Comparison,
        owner: &Owner,
        force: bool,
    ) -> Result<(), Vec<Conflict>> {
        let written = changes.modified.union(&changes.added);
        if !force {
            let mut conflicts = Vec::new();
            for (other, owned) in self.iter().filter(|(other, _)| *other != owner) {
                owned.set.intersection(&written).each(&mut |path| {
                    conflicts.push(Conflict {
                        owner: other.clone(),
                        api_version: Arc::clone(&owned.api_version),
                        path: path.to_vec(),
                    });
                });
            }
            if !conflicts.is_empty() {
                return Err(conflicts);
            }
        }
        let lost = written.union(&changes.removed);
        if lost.is_empty() {
            return Ok(());
        }
        for (_, owned) in self.iter_mut().filter(|(other, _)| *other != owner) {
            let rest = owned.set.difference(&lost);
            if rest != owned.set {
                (owned.set, owned.fields) = (rest, None);
            }
        }
        self.retain(|_, owned| !owned.set.is_empty());
        Ok(())
    }

    fn strip(&mut self, owner: &Owner) {
        if let Some(owned) = self.get_mut(owner) {
            owned.set = owned.set.difference(&STRIPPED);
            if owned.set.is_empty() {
                self.remove(owner);
            }
        }
    }

    fn cap_updaters(&mut self) {
        let mut updaters: Vec<(i64, Owner)> = self
            .iter()
            .filter(|(owner, _)| owner.operation == Operation::Update)
            .map(|(owner, owned)| (owned.time.unwrap_or(0), owner.clone()))
            .collect();
        let mut left = updaters.len();
        if left <= MOST_UPDATERS {
            return;
        }
        updaters.sort();
        let mut first_of: BTreeMap<Arc<str>, Owner> = BTreeMap::new();
        for (_, owner) in updaters {
            if left <= MOST_UPDATERS {
                break;
            }
            let Some(version) = self.get(&owner).map(|owned| Arc::clone(&owned.api_version)) else {
                continue;
            };
            let Some(first) = first_of.get(&version).cloned() else {
                first_of.insert(version, owner);
                continue;
            };
            let bucket = Owner { manager: ANCIENT.into(), subresource: "".into(), ..owner.clone() };
            if !self.contains_key(&bucket)
                && let Some(owned) = self.remove(&first)
            {
                self.insert(bucket.clone(), owned);
            }
            if let (Some(owned), Some(held)) = (self.remove(&owner), self.get_mut(&bucket)) {
                held.set = held.set.union(&owned.set);
                (held.time, held.fields) = (owned.time, None);
            }
            left -= 1;
        }
    }
}

/// Takes out what the owner applied last time and no longer, unless somebody else holds it.
fn prune(types: &Types, ty: TypeId, merged: Value, book: &Book, last: &Set) -> Value {
    let last = last.with_named_fields(types, ty);
    let held =
        book.values().fold(Set::default(), |all, owned| all.union(&owned.set)).with_named_fields(types, ty);
    let pruned = remove(types, ty, &merged, &last);
    let merged_set = to_set(types, ty, &merged).with_named_fields(types, ty);
    let pruned_set = to_set(types, ty, &pruned).with_named_fields(types, ty);
    let pruned = remove(types, ty, &merged, &merged_set.difference(&pruned_set.union(&held)));
    let pruned_set = to_set(types, ty, &pruned).with_named_fields(types, ty);
    remove(types, ty, &merged, &merged_set.difference(&pruned_set).intersection(&last))
}

fn encode(book: Book) -> Managers {
    let mut entries: Vec<Entry> = book
        .into_iter()
        .map(|(owner, owned)| Entry {
            fields: owned.fields.unwrap_or_else(|| owned.set.to_fields_v1().into()),
            api_version: owned.api_version,
            time: owned.time,
            owner,
        })
        .collect();
    entries.sort_by(|a, b| {
        let key = |entry: &Entry| (entry.owner.operation, entry.time.unwrap_or(0));
        let names = |entry: &Entry| {
            (entry.owner.manager.clone(), entry.api_version.clone(), entry.owner.subresource.clone())
        };
        key(a).cmp(&key(b)).then_with(|| names(a).cmp(&names(b)))
    });
    Managers(entries.into())
}

fn read_entry(at: usize, entry: &Value) -> Result<Entry, String> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or("");
    let operation = match text("operation") {
        "Apply" => Operation::Apply,
        "Update" => Operation::Update,
        _ => return Err("operation must be `Apply` or `Update`".to_owned()),
    };
    let api_version = text("apiVersion");
    if api_version.is_empty() {
        return Err("apiVersion must not be empty".to_owned());
    }
    match text("fieldsType") {
        "FieldsV1" => {}
        "" => return Err(format!("missing fieldsType in managed fields entry {at}")),
        other => return Err(format!("invalid fieldsType {other:?} in managed fields entry {at}")),
    }
    let set = Set::from_fields_v1(entry.get("fieldsV1").unwrap_or(&Value::Null))?;
    let version = if operation == Operation::Apply { "" } else { api_version };
    Ok(Entry {
        owner: Owner {
            manager: text("manager").into(),
            operation,
            version: version.into(),
            subresource: text("subresource").into(),
        },
        api_version: api_version.into(),
        time: time::parse(text("time")),
        fields: set.to_fields_v1().into(),
    })
}

fn entry_value(entry: &Entry) -> Value {
    let mut out = Map::new();
    out.insert("apiVersion", &*entry.api_version);
    out.insert("fieldsType", "FieldsV1");
    out.insert("fieldsV1", from_json(entry.fields.as_bytes()).unwrap_or_default());
    out.insert("manager", &*entry.owner.manager);
    out.insert("operation", if entry.owner.operation == Operation::Apply { "Apply" } else { "Update" });
    if !entry.owner.subresource.is_empty() {
        out.insert("subresource", &*entry.owner.subresource);
    }
    if let Some(seconds) = entry.time {
        out.insert("time", time::rfc3339(seconds));
    }
    Value::Map(out)
}
