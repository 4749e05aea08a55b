//! Loops.

use crate::value::{IntKind, List, Object, Str, Type, Value};
use std::rc::Rc;

/// What a loop goes over. The items are those at its start, whatever happens to them meanwhile.
pub(super) enum Loop {
    List { list: List, at: usize, boxed: bool },
    Map { entries: std::vec::IntoIter<(Str, Value)>, boxed: bool },
    Int { kind: IntKind, at: i64, end: i64 },
}

/// A round of a loop.
pub(super) struct Round {
    pub(super) key: Value,
    pub(super) value: Value,
    pub(super) boxed: bool,
}

impl Loop {
    /// A loop over the value; nothing if there is nothing in it; the value again if it is nothing to loop over.
    pub(super) fn over(value: Value) -> Result<Option<Self>, Value> {
        Ok(match value {
            Value::NoValue | Value::Nil => None,
            Value::Int(kind, end) if !kind.is_signed() || end > 0 => {
                (end != 0).then_some(Self::Int { kind, at: 0, end })
            }
            Value::Int(..) => None,
            Value::List(list) => Self::over_list(list),
            Value::Bytes(_) => value.as_list().and_then(Self::over_list),
            Value::Map(map) => (!map.is_empty()).then(|| Self::Map {
                entries: map.snapshot().into_iter(),
                boxed: map.kind().element() == Type::Any,
            }),
            Value::Object(object) => return Self::over_object(object),
            other => return Err(other),
        })
    }

    fn over_object(object: Rc<dyn Object>) -> Result<Option<Self>, Value> {
        let boxed = object.element() == Type::Any;
        match object.underlying() {
            Some(Value::Map(map)) => {
                Ok((!map.is_empty()).then(|| Self::Map { entries: map.snapshot().into_iter(), boxed }))
            }
            Some(value @ (Value::List(_) | Value::Bytes(_) | Value::Int(..))) => Self::over(value),
            Some(_) | None => Err(Value::Object(object)),
        }
    }

    fn over_list(list: List) -> Option<Self> {
        let boxed = list.kind().element() == Type::Any;
        (!list.items().is_empty()).then_some(Self::List { list, at: 0, boxed })
    }

    /// The next round.
    pub(super) fn next(&mut self) -> Option<Round> {
        match self {
            Self::List { list, at, boxed } => {
                let value = list.items().get(*at)?.clone();
                let key = Value::int(*at as i64);
                *at += 1;
                Some(Round { key, value, boxed: *boxed })
            }
            Self::Map { entries, boxed } => {
                let (key, value) = entries.next()?;
                Some(Round { key: Value::Str(key), value, boxed: *boxed })
            }
            Self::Int { kind, at, end } => {
                if at == end {
                    return None;
                }
                let value = Value::Int(*kind, *at);
                *at = at.wrapping_add(1);
                Some(Round { key: Value::NoValue, value, boxed: false })
            }
        }
    }
}
