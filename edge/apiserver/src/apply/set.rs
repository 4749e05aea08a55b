//! A set of field paths as a tree of sorted steps.

use super::Step;
use crate::schema::{Shape, TypeId, Types};

/// A set of field paths. A path and the paths below it are members on their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Set {
    entries: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    step: Step,
    member: bool,
    below: Set,
}

impl Node {
    fn is_empty(&self) -> bool {
        !self.member && self.below.is_empty()
    }
}

impl Set {
    /// True if no path is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds the path.
    pub(crate) fn insert(&mut self, path: &[Step]) {
        match path {
            [] => {}
            [last] => self.node(last).member = true,
            [first, rest @ ..] => self.node(first).below.insert(rest),
        }
    }

    /// Adds one step, with what lies below it.
    pub(crate) fn put(&mut self, step: Step, member: bool, below: Set) {
        if member || !below.is_empty() {
            let node = self.node(&step);
            node.member |= member;
            node.below = if node.below.is_empty() { below } else { node.below.union(&below) };
        }
    }

    fn node(&mut self, step: &Step) -> &mut Node {
        let end = self.entries.last().is_none_or(|last| last.step < *step);
        let found = if end {
            Err(self.entries.len())
        } else {
            self.entries.binary_search_by(|node| node.step.cmp(step))
        };
        let at = found.unwrap_or_else(|at| {
            self.entries.insert(at, Node { step: step.clone(), member: false, below: Self::default() });
            at
        });
        &mut self.entries[at]
    }

    fn find(&self, step: &Step) -> Option<&Node> {
        self.entries.binary_search_by(|node| node.step.cmp(step)).ok().map(|at| &self.entries[at])
    }

    /// True if the path of this one step is a member.
    pub(crate) fn has(&self, step: &Step) -> bool {
        self.find(step).is_some_and(|node| node.member)
    }

    /// True if the path is a member.
    pub(crate) fn contains(&self, path: &[Step]) -> bool {
        match path {
            [] => false,
            [last] => self.has(last),
            [first, rest @ ..] => self.find(first).is_some_and(|node| node.below.contains(rest)),
        }
    }

    /// The paths below this step.
    pub(crate) fn below(&self, step: &Step) -> Option<&Set> {
        self.find(step).map(|node| &node.below).filter(|set| !set.is_empty())
    }

    /// The steps, whether each is a member, and what lies below.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Step, bool, &Set)> {
        self.entries.iter().map(|node| (&node.step, node.member, &node.below))
    }

    /// Paths of either.
    pub(crate) fn union(&self, other: &Set) -> Set {
        self.combine(other, &|a, b| a || b)
    }

    /// Paths of both.
    pub(crate) fn intersection(&self, other: &Set) -> Set {
        self.combine(other, &|a, b| a && b)
    }

    /// Paths of this one that the other does not have.
    pub(crate) fn difference(&self, other: &Set) -> Set {
        self.combine(other, &|a, b| a && !b)
    }

    fn combine(&self, other: &Set, keep: &dyn Fn(bool, bool) -> bool) -> Set {
        let (only_left, only_right) = (keep(true, false), keep(false, true));
        let mut out = Vec::with_capacity(if only_left { self.entries.len() } else { 0 });
        let (mut left, mut right) = (self.entries.iter().peekable(), other.entries.iter().peekable());
        loop {
            let order = match (left.peek(), right.peek()) {
                (None, None) => return Set { entries: out },
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some(a), Some(b)) => a.step.cmp(&b.step),
            };
            match order {
                std::cmp::Ordering::Less => out.extend(left.next().filter(|_| only_left).cloned()),
                std::cmp::Ordering::Greater => out.extend(right.next().filter(|_| only_right).cloned()),
                std::cmp::Ordering::Equal => {
                    let (Some(a), Some(b)) = (left.next(), right.next()) else { continue };
                    let below = a.below.combine(&b.below, keep);
                    let node = Node { step: a.step.clone(), member: keep(a.member, b.member), below };
                    if !node.is_empty() {
                        out.push(node);
                    }
                }
            }
        }
    }

    /// Without the paths that begin with one of these.
    pub(crate) fn without_prefixes(&self, prefixes: &Set) -> Set {
        let mut out = Vec::with_capacity(self.entries.len());
        for node in &self.entries {
            match prefixes.find(&node.step) {
                Some(prefix) if prefix.member => {}
                Some(prefix) => {
                    let node = Node { below: node.below.without_prefixes(&prefix.below), ..node.clone() };
                    if !node.is_empty() {
                        out.push(node);
                    }
                }
                None => out.push(node.clone()),
            }
        }
        Set { entries: out }
    }

    /// With every declared field on the way to a member as a member, so that removal sees emptied structs.
    pub(crate) fn with_named_fields(&self, types: &Types, ty: TypeId) -> Set {
        let mut out = Vec::with_capacity(self.entries.len());
        for node in &self.entries {
            let mut member = node.member;
            let below_type = match (&node.step, types.shape(ty)) {
                (Step::Field(name), Shape::Map { fields, rest, .. }) => match fields.get(name) {
                    Some(field) => {
                        member |= !node.below.is_empty();
                        field.ty
                    }
                    None => rest.unwrap_or(Types::ANY),
                },
                (Step::Item(_) | Step::Value(_) | Step::Index(_), Shape::List { items, .. }) => *items,
                _ => Types::ANY,
            };
            let below = node.below.with_named_fields(types, below_type);
            out.push(Node { step: node.step.clone(), member, below });
        }
        Set { entries: out }
    }

    /// Calls with every member path, those of one level before those below.
    pub(crate) fn each(&self, visit: &mut dyn FnMut(&[Step])) {
        self.each_below(&mut Vec::new(), visit);
    }

    fn each_below(&self, path: &mut Vec<Step>, visit: &mut dyn FnMut(&[Step])) {
        for node in self.entries.iter().filter(|node| node.member) {
            path.push(node.step.clone());
            visit(path);
            path.pop();
        }
        for node in self.entries.iter().filter(|node| !node.below.is_empty()) {
            path.push(node.step.clone());
            node.below.each_below(path, visit);
            path.pop();
        }
    }
}
