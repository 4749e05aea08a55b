//! Lists. Nothing in the language changes one in place, so they are shared without further ado.

use std::rc::Rc;

use super::{Type, Value};

/// A Go slice. Cloning shares it.
#[derive(Debug, Clone)]
pub struct List(Rc<Data>);

#[derive(Debug)]
struct Data {
    items: Vec<Value>,
    /// Type of the list, `[]string`.
    kind: Type,
    capacity: usize,
    nil: bool,
}

impl List {
    /// A `[]interface {}` of these.
    pub fn new(items: Vec<Value>) -> Self {
        Self::of(Type::AnyList, items)
    }

    /// A list of this type, which is the type of the list (`[]string`), not that of its items.
    pub fn of(kind: Type, items: Vec<Value>) -> Self {
        Self(Rc::new(Data { capacity: items.len(), items, kind, nil: false }))
    }

    /// A list as Go's decoders leave it: it has room for more, which slicing shows as nil.
    pub fn decoded(items: Vec<Value>) -> Self {
        Self(Rc::new(Data { capacity: grown(items.len()), items, kind: Type::AnyList, nil: false }))
    }

    /// The nil of this type.
    pub fn nil(kind: Type) -> Self {
        Self(Rc::new(Data { items: Vec::new(), kind, capacity: 0, nil: true }))
    }

    /// A list with room for more.
    pub(crate) fn with_capacity(kind: Type, items: Vec<Value>, capacity: usize) -> Self {
        Self(Rc::new(Data { capacity: capacity.max(items.len()), items, kind, nil: false }))
    }

    /// The items.
    pub fn items(&self) -> &[Value] {
        &self.0.items
    }

    /// The type of the list.
    pub fn kind(&self) -> Type {
        self.0.kind
    }

    /// How far a slice of it may reach.
    pub fn capacity(&self) -> usize {
        self.0.capacity
    }

    /// True for the nil of its type.
    pub fn is_nil(&self) -> bool {
        self.0.nil
    }

    /// True if both are the same list, not only equal ones.
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// The capacity that appending one by one to an empty list of interfaces gives in Go.
fn grown(length: usize) -> usize {
    let mut capacity = 0;
    while capacity < length {
        capacity = appended(capacity + 1);
    }
    capacity
}

/// The capacity after one more item has been appended to a full list, which then has this length.
pub(crate) fn appended(length: usize) -> usize {
    let old = length.saturating_sub(1);
    round_up(if old < 256 { (old * 2).max(length) } else { old + (old + 768) / 4 })
}

/// So many items of 16 bytes as the allocator of Go hands out at least.
pub(crate) fn round_up(length: usize) -> usize {
    const CLASSES: [usize; 64] = [
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 26, 28, 30, 32, 36, 40, 44,
        48, 56, 64, 72, 80, 88, 96, 112, 128, 144, 168, 192, 200, 216, 256, 304, 320, 336, 384, 408, 424,
        432, 512, 592, 608, 640, 680, 768, 848, 896, 1024, 1152, 1192, 1280, 1360, 1536, 1704,
    ];
    match CLASSES.into_iter().find(|class| *class >= length) {
        Some(class) if length > 0 => class,
        Some(_) => 0,
        None if length <= 1792 => 1792,
        None if length <= 2048 => 2048,
        // Larger ones are whole pages.
        None => length.next_multiple_of(512),
    }
}

impl Drop for Data {
    /// Long chains of lists in lists are taken apart here, as dropping them one inside the other needs a deep stack.
    fn drop(&mut self) {
        super::take_apart(std::mem::take(&mut self.items));
    }
}

impl List {
    /// The items, if nobody else holds the list.
    pub(super) fn into_items(self) -> Option<Vec<Value>> {
        Rc::into_inner(self.0).map(|mut data| std::mem::take(&mut data.items))
    }
}
