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

/// The capacity that appending one by one to an empty list of interfaces (16 bytes each) gives in Go.
fn grown(length: usize) -> usize {
    /// Size classes of Go's allocator in items of 16 bytes, where doubling has ended.
    const CLASSES: [usize; 11] = [848, 1280, 1792, 2560, 3408, 5120, 7168, 9216, 12288, 16384, 21504];
    if length <= 512 {
        return if length == 0 { 0 } else { length.next_power_of_two() };
    }
    CLASSES.into_iter().find(|class| *class >= length).unwrap_or(length)
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
