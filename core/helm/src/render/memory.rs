//! What templates gave that were included, for when they are included with the same again.
//!
//! Charts include the names and labels of their objects over and over. What comes of an include depends on the templates, on
//! what it is given, and on nothing else, unless
//! - maps that all can reach have changed since: a [`Watch`] over them counts that;
//! - it asked for what differs each time: random bytes, the cluster, the name of the file. That is *chance*, and counted too;
//! - it changed what it was given, or the maps that all can reach: then it has to happen again.
//!
//! What is given is the same if it is a map that all can reach and the same one, or a text or number that is equal, or a fresh
//! map or list of such.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::Hasher;
use std::rc::Rc;
use std::sync::Arc;

use weir_template::{List, Map, Quick, QuickHasher, Random, Set, Str, Type, Value, Watch};

use super::objects::Named;

/// So many bytes are kept; then all are forgotten.
const MOST: usize = 512 << 10;
/// Longer texts are not kept, and not compared.
const LONGEST: usize = 16 << 10;
/// Fresh maps with more entries are not compared.
const WIDEST: usize = 16;
/// Includes that are nested deeper are not kept, lest they hide that a name includes itself too often.
const DEEPEST: u32 = 400;

/// Includes that are known by now.
#[derive(Default)]
pub(super) struct Memory {
    watch: Rc<Watch>,
    chance: Chance,
    depth: Cell<u32>,
    known: RefCell<All>,
}

/// All that is known since the last change of what all can reach.
#[derive(Default)]
struct All {
    known: HashMap<u64, Known, Quick>,
    bytes: usize,
    changes: u64,
}

/// How often something was asked for that differs each time.
#[derive(Clone, Default)]
pub(super) struct Chance(Rc<Cell<u64>>);

impl Chance {
    pub(super) fn happens(&self) {
        self.0.set(self.0.get() + 1);
    }

    pub(super) fn has_happened(&self) -> bool {
        self.0.get() > 0
    }
}

/// Random bytes, which are chance.
pub(super) struct Dice<'w> {
    pub(super) random: &'w dyn Random,
    pub(super) chance: Chance,
}

impl Random for Dice<'_> {
    fn fill(&self, buffer: &mut [u8]) {
        self.chance.happens();
        self.random.fill(buffer);
    }
}

/// Small, as a table of them has room for more than it holds, and twice that while it grows.
struct Known {
    question: Box<Question>,
    answer: Str,
}

/// What executes, and what it is given.
struct Question {
    set: Arc<Set>,
    /// The name of a template, or the text that is one.
    text: Str,
    is_name: bool,
    given: Given,
}

/// What a template is given, as it was.
enum Given {
    /// It cannot change.
    Value(Value),
    /// The entries of a fresh map.
    Map { entries: Vec<(Str, Value)>, kind: Type, is_nil: bool },
}

/// Stands for an include that executes, and is handed back when it is done.
pub(super) struct Pending {
    hash: u64,
    question: Box<Question>,
    data: Value,
    changes: u64,
    chance: u64,
}

impl Memory {
    /// Minds what happens to this map and to all that is in it.
    pub(super) fn mind(&self, map: &Map) {
        map.watch(&self.watch);
    }

    /// Something has changed that all can reach.
    pub(super) fn has_seen_change(&self) -> bool {
        self.watch.changes() > 0
    }

    pub(super) fn chance(&self) -> &Chance {
        &self.chance
    }

    /// Something begins to execute within what executes already.
    pub(super) fn enter(&self) {
        self.depth.set(self.depth.get() + 1);
        if self.depth.get() > DEEPEST {
            self.chance.happens();
        }
    }

    pub(super) fn leave(&self) {
        self.depth.set(self.depth.get().saturating_sub(1));
    }

    /// What came of it before; where that is not known, what to tell the answer with, if it is worth it.
    pub(super) fn ask(
        &self,
        set: &Arc<Set>,
        (text, is_name): (&Str, bool),
        data: &Value,
    ) -> Result<Str, Option<Box<Pending>>> {
        let Some(hash) = self.hash(set, text, is_name, data).filter(|_| self.depth.get() < DEEPEST) else {
            return Err(None);
        };
        let changes = self.watch.changes();
        let mut all = self.known.borrow_mut();
        if all.changes != changes {
            *all = All { changes, ..All::default() };
        }
        if let Some(known) = all.known.get(&hash).filter(|known| known.question.is(set, text, is_name, data))
        {
            return Ok(known.answer.clone());
        }
        let given = Given::of(data, &self.watch);
        let question = Box::new(Question { set: Arc::clone(set), text: text.clone(), is_name, given });
        let chance = self.chance.0.get();
        Err(Some(Box::new(Pending { hash, question, data: data.clone(), changes, chance })))
    }

    /// Takes in what came of it.
    pub(super) fn learn(&self, pending: Pending, answer: &Str) {
        let Pending { hash, question, data, changes, chance } = pending;
        let stayed = self.watch.changes() == changes && self.chance.0.get() == chance;
        if !stayed || answer.len() > LONGEST || !question.given.is(&data) {
            return;
        }
        let mut all = self.known.borrow_mut();
        if all.changes != changes {
            return;
        }
        if all.bytes >= MOST {
            *all = All { changes, ..All::default() };
        }
        all.bytes += question.text.len() + answer.len() + size_of::<Known>() + size_of::<Question>();
        all.known.insert(hash, Known { question, answer: answer.clone() });
    }

    /// A number for the question; none if it cannot be compared.
    fn hash(&self, set: &Arc<Set>, text: &Str, is_name: bool, data: &Value) -> Option<u64> {
        let mut hasher = QuickHasher::default();
        hasher.write_usize(Arc::as_ptr(set).addr());
        hasher.write_u8(u8::from(is_name));
        bytes(text, &mut hasher)?;
        match data {
            Value::Map(map) if !map.is_watched_by(&self.watch) => {
                let entries = map.entries();
                if entries.len() > WIDEST {
                    return None;
                }
                for (key, value) in entries.iter() {
                    bytes(key, &mut hasher)?;
                    self.simple(value, &mut hasher)?;
                }
            }
            Value::List(list) => {
                if list.items().len() > WIDEST {
                    return None;
                }
                list.items().iter().try_for_each(|item| self.simple(item, &mut hasher))?;
            }
            data => self.simple(data, &mut hasher)?,
        }
        Some(hasher.finish())
    }

    /// Adds a value that cannot change unnoticed; none for others.
    fn simple(&self, value: &Value, hasher: &mut QuickHasher) -> Option<()> {
        match value {
            Value::NoValue | Value::Nil => hasher.write_u8(0),
            Value::Bool(flag) => hasher.write_u8(1 + u8::from(*flag)),
            Value::Int(_, number) => hasher.write_usize(*number as usize),
            Value::Float(number) => hasher.write_usize(number.to_bits() as usize),
            Value::Str(text) => bytes(text, hasher)?,
            Value::Map(map) if map.is_watched_by(&self.watch) => hasher.write_usize(map.address()),
            Value::Object(object) => {
                let named = object.as_any().downcast_ref::<Named>();
                let map = named.map(|named| &named.0).filter(|map| map.is_watched_by(&self.watch))?;
                hasher.write_usize(map.address());
            }
            Value::Bytes(_) | Value::List(_) | Value::Map(_) => return None,
        }
        Some(())
    }
}

fn bytes(text: &Str, hasher: &mut QuickHasher) -> Option<()> {
    (text.len() <= LONGEST).then(|| hasher.write(text))
}

impl Question {
    fn is(&self, set: &Arc<Set>, text: &Str, is_name: bool, data: &Value) -> bool {
        self.is_name == is_name && Arc::ptr_eq(&self.set, set) && self.text == *text && self.given.is(data)
    }
}

impl Given {
    fn of(data: &Value, watch: &Rc<Watch>) -> Self {
        match data {
            Value::Map(map) if !map.is_watched_by(watch) => {
                Self::Map { entries: map.snapshot(), kind: map.kind(), is_nil: map.is_nil() }
            }
            data => Self::Value(data.clone()),
        }
    }

    /// True if nothing can tell it from this.
    fn is(&self, data: &Value) -> bool {
        match (self, data) {
            (Self::Map { entries, kind, is_nil }, Value::Map(map)) => {
                let other = map.entries();
                (*kind, *is_nil, entries.len()) == (map.kind(), map.is_nil(), other.len())
                    && entries.iter().zip(other.iter()).all(|(a, b)| a.0 == b.0 && is_same(&a.1, &b.1))
            }
            (Self::Map { .. }, _) => false,
            (Self::Value(Value::List(a)), Value::List(b)) => is_same_list(a, b),
            (Self::Value(value), data) => is_same(value, data),
        }
    }
}

fn is_same_list(a: &List, b: &List) -> bool {
    a.is_same(b)
        || (a.kind(), a.is_nil(), a.capacity()) == (b.kind(), b.is_nil(), b.capacity())
            && a.items().len() == b.items().len()
            && a.items().iter().zip(b.items()).all(|(a, b)| is_same(a, b))
}

/// True for equal scalars, and for maps that are one.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::NoValue, Value::NoValue) | (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(kind, a), Value::Int(other, b)) => (kind, a) == (other, b),
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Map(a), Value::Map(b)) => a.is_same(b),
        (Value::Object(a), Value::Object(b)) => {
            let named = |object: &Rc<dyn weir_template::Object>| {
                object.as_any().downcast_ref::<Named>().map(|named| named.0.clone())
            };
            named(a).zip(named(b)).is_some_and(|(a, b)| a.is_same(&b))
        }
        _ => false,
    }
}
