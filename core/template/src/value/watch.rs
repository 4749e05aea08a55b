//! Notice of changes: maps that are watched count them, and so do the maps that are put into them.

use std::cell::Cell;
use std::rc::Rc;

use super::Value;

/// How often any of the maps has changed that are watched with it.
#[derive(Debug, Default)]
pub struct Watch(Cell<u64>);

impl Watch {
    /// So many changes until now.
    pub fn changes(&self) -> u64 {
        self.0.get()
    }

    pub(super) fn changed(&self) {
        self.0.set(self.0.get() + 1);
    }

    /// Watches all maps in the value. Whatever is in a map that is watched is so as well, so that one is not opened again.
    pub(super) fn take_in(self: &Rc<Self>, value: Value) {
        let mut pending = vec![value];
        while let Some(value) = pending.pop() {
            match value {
                Value::Map(map) => map.watched_by(self, &mut pending),
                Value::List(list) => {
                    pending.extend(list.items().iter().filter(|item| item.is_container()).cloned())
                }
                Value::Object(object) => {
                    if let Some(map) = object.map() {
                        map.watched_by(self, &mut pending);
                    }
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Map;

    #[test]
    fn changes_of_watched_maps_count() {
        let (map, inner) = (Map::new(), Map::new());
        map.set("list", Value::list(vec![inner.clone().into()]));
        let watch = Rc::new(Watch::default());
        map.watch(&watch);
        assert!(inner.is_watched_by(&watch));
        inner.set("a", 1.0);
        assert_eq!(watch.changes(), 1);
        map.remove(b"none");
        assert_eq!(watch.changes(), 1);
        inner.remove(b"a");
        assert_eq!(watch.changes(), 2);
    }

    #[test]
    fn what_is_put_into_a_watched_map_is_watched() {
        let (map, later) = (Map::new(), Map::new());
        let watch = Rc::new(Watch::default());
        map.watch(&watch);
        later.set("a", true);
        assert_eq!(watch.changes(), 0);
        map.set("later", later.clone());
        later.set("a", false);
        assert_eq!(watch.changes(), 2);
        map.set("itself", map.clone());
        map.set_unnoticed("other", 1.0);
        assert_eq!(watch.changes(), 3);
        map.remove(b"itself");
    }

    #[test]
    fn what_is_in_a_closed_map_is_watched_once_that_is_opened() {
        let inner = weir_yaml::Map::from_iter([("a", weir_yaml::Value::Int(1))]);
        let outer = weir_yaml::Map::from_iter([("inner", weir_yaml::Value::Map(inner))]);
        let map = Map::closed(outer, Value::from_yaml);
        let watch = Rc::new(Watch::default());
        map.watch(&watch);
        assert_eq!(map.len(), 1);
        let Some(Value::Map(inner)) = map.get(b"inner") else { panic!("there is a map") };
        assert_eq!((inner.is_watched_by(&watch), watch.changes()), (true, 0));
        inner.set("b", 2.0);
        assert_eq!((inner.len(), watch.changes()), (2, 1));
        map.remove(b"inner");
        assert_eq!((map.is_empty(), watch.changes()), (true, 2));
    }
}
