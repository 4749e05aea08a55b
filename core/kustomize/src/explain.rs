//! Tells for each field of an object which step of the build set it, and in which file that is written.

use std::collections::HashMap;
use std::sync::Arc;

use weir_files::{LineIndex, Place, RootedPath, Tree};
use weir_yaml::{Dialect, Node, Text, Value, resolve_plain};

use crate::Resource;
use crate::fields::scalar_text;
use crate::history::Moment;

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
        for (at, moment) in moments.iter().enumerate().skip(1) {
            owner = owner.behind(before, &moment.after, at, 0);
            before = &moment.after;
        }
        // The last touches of a build change the spelling of values alone.
        owner = owner.behind(before, &self.object, moments.len().saturating_sub(1), 0);
        let mut telling = Telling { moments, tree, texts: HashMap::new(), fields: Vec::new() };
        telling.tell(&self.object, &owner, &mut Vec::new());
        telling.fields
    }
}

/// Which moment the parts of a value come from.
#[derive(Debug, Clone)]
enum Owner {
    /// All of it comes from one.
    All(usize),
    /// The values of a map, in its order.
    Map(Vec<Owner>),
    /// The items of a list.
    List(Vec<Owner>),
}

impl Owner {
    /// The owner of a part.
    fn part(&self, at: usize) -> Self {
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

/// One step of the way to a field.
#[derive(Debug, Clone)]
enum Part {
    Key(Text),
    Named(&'static str, String),
    At(usize),
}

struct Telling<'a> {
    moments: &'a [Moment],
    tree: &'a Tree,
    /// Texts of files that were read again.
    texts: HashMap<Arc<str>, Option<String>>,
    fields: Vec<FieldOrigin>,
}

impl Telling<'_> {
    fn tell(&mut self, value: &Value, owner: &Owner, way: &mut Vec<Part>) {
        if way.len() > DEEPEST {
            return;
        }
        match value {
            Value::Map(map) if !map.is_empty() => {
                let mut entries: Vec<_> = map.iter().enumerate().collect();
                entries.sort_by(|(_, (one, _)), (_, (other, _))| one.as_str().cmp(other.as_str()));
                for (at, (key, value)) in entries {
                    way.push(Part::Key(key.text()));
                    self.tell(value, &owner.part(at), way);
                    way.pop();
                }
            }
            Value::List(items) if !items.is_empty() => {
                for (at, item) in items.iter().enumerate() {
                    way.push(name_of(item).map_or(Part::At(at), |(key, name)| Part::Named(key, name)));
                    self.tell(item, &owner.part(at), way);
                    way.pop();
                }
            }
            _ => self.leaf(value, owner, way),
        }
    }

    fn leaf(&mut self, value: &Value, owner: &Owner, way: &[Part]) {
        let moment = match owner {
            Owner::All(moment) => *moment,
            Owner::Map(_) | Owner::List(_) => self.moments.len().saturating_sub(1),
        };
        let Some(moment) = self.moments.get(moment) else { return };
        let asked = moment.cause.place();
        let written = moment.written.as_ref();
        let place = written.map_or_else(|| asked.clone(), |written| self.line(written, way, value));
        self.fields.push(FieldOrigin {
            path: shown(way),
            value: value.clone(),
            transformer: moment.cause.transformer.clone(),
            by: written.is_some().then_some(asked),
            place,
        });
    }

    /// The line of a value in the document that begins here; that of the document if it is not written so there.
    fn line(&mut self, document: &Place, way: &[Part], value: &Value) -> Place {
        let tree = self.tree;
        let read = || {
            let path = RootedPath::new(&document.file).ok()?;
            let bytes = tree.read(&path).ok()?;
            std::str::from_utf8(&bytes).ok().map(ToString::to_string)
        };
        let text = self.texts.entry(Arc::clone(&document.file)).or_insert_with(read);
        let found = text.as_deref().and_then(|text| line_in(text, document, way, value));
        found.unwrap_or_else(|| document.clone())
    }
}

fn line_in(text: &str, document: &Place, way: &[Part], value: &Value) -> Option<Place> {
    let skipped = usize::try_from(document.line.checked_sub(1)?).ok()?;
    let mut start = 0;
    for line in text.split_inclusive('\n').take(skipped) {
        start += line.len();
    }
    let rest = text.get(start..)?;
    let end = rest.find("\n---").map_or(rest.len(), |at| at + 1);
    let rest = rest.get(..end)?;
    let parsed = weir_yaml::parse(rest).ok()?;
    let node = way.iter().try_fold(parsed.first()?.root()?, |node, part| go(node.resolved(), part))?;
    let is_it = match node.resolved().scalar() {
        Some(own) => own == scalar_text(value) || resolve_plain(own, Dialect::V3).means(value),
        None => matches!(value, Value::Map(_) | Value::List(_)),
    };
    let (line, column) = LineIndex::new(rest).line_column(rest, node.span().start);
    is_it.then(|| Place::at(Arc::clone(&document.file), document.line.saturating_add(line - 1), column))
}

fn go<'d, 't>(node: Node<'d, 't>, part: &Part) -> Option<Node<'d, 't>> {
    match part {
        Part::Key(key) => node.get(key),
        Part::At(at) => node.items().nth(*at),
        Part::Named(key, name) => {
            let named = |item: &Node<'d, 't>| {
                item.resolved().get(key).and_then(|own| own.resolved().scalar()) == Some(name.as_str())
            };
            node.items().find(named)
        }
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
