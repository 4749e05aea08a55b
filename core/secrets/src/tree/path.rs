//! The way to a value as sops writes it, `["a"][0]`, and what can be done there.

use super::{Branch, Item, Node};
use crate::error::SecretError;

/// One step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Into a map.
    Key(String),
    /// Into a list. Comments of the list count, as they do for sops.
    Index(usize),
}

/// Reads a way such as `["a"][0]`.
pub fn steps(text: &str) -> Result<Vec<Step>, SecretError> {
    text.split('[').filter(|part| !part.is_empty()).map(step).collect()
}

fn step(part: &str) -> Result<Step, SecretError> {
    let wrong = |cause: String| SecretError::Path(cause);
    let inner =
        part.strip_suffix(']').ok_or_else(|| wrong(format!("component {part} doesn't end with ]")))?;
    if let Some(quoted) = inner.strip_prefix(['"', '\'']) {
        let key = quoted.strip_suffix(['"', '\'']);
        return key
            .map(|key| Step::Key(key.to_string()))
            .ok_or_else(|| wrong(format!("component {inner} has no closing quote")));
    }
    let index =
        inner.parse().map_err(|_| wrong(format!("component {inner} is neither in quotes nor a number")))?;
    Ok(Step::Index(index))
}

/// The value at the end of a way.
pub(crate) fn extract<'a>(branch: &'a Branch, steps: &[Step]) -> Result<Found<'a>, SecretError> {
    let wrong = |cause: String| Err(SecretError::Path(format!("error truncating tree: {cause}")));
    let mut at = Found::Branch(branch);
    for step in steps {
        let next = match (step, at) {
            (Step::Key(key), Found::Branch(branch)) => super::find(branch, key),
            (Step::Index(index), Found::Node(Node::List(items))) => match items.get(*index) {
                Some(item) => Some(item),
                None => return wrong(format!("component [{index}] accesses out of bounds")),
            },
            (Step::Index(index), _) => {
                return wrong(format!("component [{index}] is integer, but tree part is not a slice"));
            }
            (Step::Key(_), Found::Node(_)) => None,
        };
        at = match (next, step) {
            (Some(Node::Map(branch)), _) => Found::Branch(branch),
            (Some(node), _) => Found::Node(node),
            (None, Step::Key(key)) => return wrong(format!("component ['{key}'] not found")),
            (None, Step::Index(index)) => return wrong(format!("component [{index}] not found")),
        };
    }
    Ok(at)
}

/// What stands at the end of a way.
#[derive(Clone, Copy)]
pub(crate) enum Found<'a> {
    Branch(&'a Branch),
    Node(&'a Node),
}

/// Sets a value and tells whether that changed anything. What is missing on the way is made.
pub(crate) fn set(branch: &mut Branch, steps: &[Step], value: Node) -> Result<bool, SecretError> {
    let Some((Step::Key(key), rest)) = steps.split_first() else {
        return Err(SecretError::Path(
            "the way to a value in a map begins with a key, as in [\"a\"]".to_string(),
        ));
    };
    let found = branch.iter_mut().find_map(|item| match item {
        Item::Entry(own, value) if own == key => Some(value),
        _ => None,
    });
    match found {
        Some(found) => set_in(found, rest, value),
        None => {
            branch.push(Item::Entry(key.clone(), wrapped(rest, value)));
            Ok(true)
        }
    }
}

fn set_in(node: &mut Node, steps: &[Step], value: Node) -> Result<bool, SecretError> {
    let Some((step, rest)) = steps.split_first() else {
        let changed = *node != value;
        *node = value;
        return Ok(changed);
    };
    match (node, step) {
        (Node::Map(branch), _) => set(branch, steps, value),
        (Node::List(items), Step::Index(index)) => match items.get_mut(*index) {
            Some(item) => set_in(item, rest, value),
            None => {
                items.push(wrapped(rest, value));
                Ok(true)
            }
        },
        (Node::List(_), Step::Key(key)) => {
            Err(SecretError::Path(format!("component ['{key}'] is a key, but tree part is a list")))
        }
        (leaf, _) => {
            *leaf = wrapped(steps, value);
            Ok(true)
        }
    }
}

/// Maps and lists around a value.
fn wrapped(steps: &[Step], value: Node) -> Node {
    steps.iter().rev().fold(value, |inner, step| match step {
        Step::Key(key) => Node::Map(vec![Item::Entry(key.clone(), inner)]),
        Step::Index(_) => Node::List(vec![inner]),
    })
}

/// Takes a value away.
pub(crate) fn unset(branch: &mut Branch, steps: &[Step]) -> Result<(), SecretError> {
    let Some((Step::Key(key), rest)) = steps.split_first() else {
        return Err(SecretError::Path(
            "the way to a value in a map begins with a key, as in [\"a\"]".to_string(),
        ));
    };
    let at = branch.iter().position(|item| item.entry().is_some_and(|(own, _)| own == key));
    let at = at.ok_or_else(|| SecretError::NoSuchKey(format!("Key not found: {key}")))?;
    match &mut branch[at] {
        _ if rest.is_empty() => {
            branch.remove(at);
            Ok(())
        }
        Item::Entry(_, value) => unset_in(value, rest),
        Item::Comment(_) => Ok(()),
    }
}

fn unset_in(node: &mut Node, steps: &[Step]) -> Result<(), SecretError> {
    match (node, steps.split_first()) {
        (Node::Map(branch), Some(_)) => unset(branch, steps),
        (Node::List(items), Some((Step::Index(index), rest))) => {
            let out = || SecretError::NoSuchKey(format!("Index {index} out of bounds"));
            if rest.is_empty() {
                if *index >= items.len() {
                    return Err(out());
                }
                items.remove(*index);
                return Ok(());
            }
            unset_in(items.get_mut(*index).ok_or_else(out)?, rest)
        }
        (node, Some((step, _))) => {
            let step = match step {
                Step::Key(key) => key.clone(),
                Step::Index(index) => index.to_string(),
            };
            Err(SecretError::Path(format!("Unsupported type: {} for item '{step}'", node.kind())))
        }
        (_, None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_read_as_sops_reads_them() {
        assert_eq!(
            steps("[\"a\"]['b c'][2]").unwrap(),
            [Step::Key("a".into()), Step::Key("b c".into()), Step::Index(2)]
        );
        for wrong in ["[\"a\"", "a", "[]", "[\"]", "[-1]", "[x]"] {
            assert!(steps(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_set_can_be_taken_away() {
        let mut branch = Branch::new();
        let way = steps("[\"a\"][0][\"b\"]").unwrap();
        assert!(set(&mut branch, &way, Node::Int(1)).unwrap());
        assert!(!set(&mut branch, &way, Node::Int(1)).unwrap());
        assert!(set(&mut branch, &steps("[\"a\"][7]").unwrap(), Node::Bool(true)).unwrap());
        assert!(set(&mut branch, &steps("[\"a\"][\"x\"]").unwrap(), Node::Null).is_err());
        assert!(matches!(extract(&branch, &way), Ok(Found::Node(Node::Int(1)))));
        unset(&mut branch, &way).unwrap();
        assert!(matches!(unset(&mut branch, &way), Err(SecretError::NoSuchKey(_))));
        assert!(extract(&branch, &steps("[\"a\"][9]").unwrap()).is_err());
    }
}
