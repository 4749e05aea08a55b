//! Where the operations of a JSON patch say what a field is to be.

use weir_yaml::{Node, NodeKind};

use crate::places::{Part, Way, go};

/// The value that the last operation which concerns this field has for it, or that operation where it copies or moves.
pub(crate) fn find<'d, 't>(patch: Node<'d, 't>, way: &Way) -> Option<Node<'d, 't>> {
    if patch.kind() != NodeKind::Sequence {
        return None;
    }
    let operations: Vec<_> = patch.items().map(Node::resolved).collect();
    operations.into_iter().rev().find_map(|operation| {
        let text = |key: &str| operation.get(key).and_then(|node| node.resolved().scalar());
        let rest = behind(text("path")?, way)?;
        match text("op")? {
            "add" | "replace" => {
                let value = operation.get("value")?;
                rest.iter().try_fold(value, |node, part| go(node.resolved(), part))
            }
            "copy" | "move" => Some(operation),
            _ => None,
        }
    })
}

/// What is left of a way behind a pointer that leads along it.
fn behind<'w>(pointer: &str, way: &'w Way) -> Option<&'w [Part]> {
    let mut rest = way.parts.as_slice();
    let mut places = way.places.iter();
    for token in pointer.strip_prefix('/')?.split('/') {
        let (part, behind) = rest.split_first()?;
        let place = places.next()?;
        let fits = match part {
            Part::Key(key) => **key == token.replace("~1", "/").replace("~0", "~"),
            Part::At(_) | Part::Named(..) => token == "-" || token.parse() == Ok(*place),
        };
        if !fits {
            return None;
        }
        rest = behind;
    }
    Some(rest)
}
