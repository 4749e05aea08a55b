//! Maps and lists in one level, for formats that know no other: `age__list_0__map_enc`.

use std::collections::BTreeMap;

use crate::tree::{Branch, Item, Node};

const MAP: &str = "__map_";
const LIST: &str = "__list_";

/// Everything in one level, each under its way behind this prefix.
pub(super) fn flatten(branch: &Branch, prefix: &str) -> Branch {
    let mut flat = Branch::new();
    for (key, value) in branch.iter().filter_map(Item::entry) {
        value_into(value, format!("{prefix}{key}"), &mut flat);
    }
    flat
}

fn value_into(value: &Node, way: String, flat: &mut Branch) {
    match value {
        Node::Map(branch) => {
            for (key, value) in branch.iter().filter_map(Item::entry) {
                value_into(value, format!("{way}{MAP}{key}"), flat);
            }
        }
        Node::List(_) => {
            for (at, item) in value.items().enumerate() {
                value_into(item, format!("{way}{LIST}{at}"), flat);
            }
        }
        leaf => flat.push(Item::Entry(way, leaf.clone())),
    }
}

#[derive(Default)]
struct Level {
    value: Option<Node>,
    keys: BTreeMap<String, Level>,
    indices: BTreeMap<usize, Level>,
}

/// The way back.
pub(super) fn unflatten(flat: Branch) -> Result<Branch, String> {
    let mut root = Level::default();
    for item in flat {
        let Item::Entry(way, value) = item else { continue };
        let level = tokens(&way).into_iter().fold(&mut root, |level, token| match token {
            Token::Key(key) => level.keys.entry(key.to_string()).or_default(),
            Token::Index(index) => level.indices.entry(index).or_default(),
        });
        if level.value.replace(value).is_some() {
            return Err(format!("Error while unflattening {way:?}: Duplicate value"));
        }
    }
    match convert(root, 0).map_err(|cause| format!("Error while unflattening: {cause}"))? {
        Node::Map(branch) => Ok(branch),
        _ => Err("Internal error: cannot find root".to_string()),
    }
}

enum Token<'t> {
    Key(&'t str),
    Index(usize),
}

fn tokens(way: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut is_index = false;
    let mut rest = way;
    loop {
        let next =
            [(MAP, false), (LIST, true)].map(|(mark, is_list)| rest.find(mark).map(|at| (at, mark, is_list)));
        let next = next.into_iter().flatten().min_by_key(|(at, _, _)| *at);
        let part = next.map_or(rest, |(at, _, _)| &rest[..at]);
        tokens.push(if is_index { Token::Index(part.parse().unwrap_or_default()) } else { Token::Key(part) });
        let Some((at, mark, is_list)) = next else { return tokens };
        rest = &rest[at + mark.len()..];
        is_index = is_list;
    }
}

/// No metadata is deeper.
const MAX_DEPTH: usize = 50;

fn convert(level: Level, depth: usize) -> Result<Node, &'static str> {
    if depth > MAX_DEPTH {
        return Err("too deep");
    }
    match (level.value, level.keys.is_empty(), level.indices.is_empty()) {
        (Some(value), true, true) => Ok(value),
        (None, _, true) => {
            let entries = level.keys.into_iter();
            let entries = entries.map(|(key, level)| Ok(Item::Entry(key, convert(level, depth + 1)?)));
            Ok(Node::Map(entries.collect::<Result<_, &str>>()?))
        }
        (None, true, false) => {
            if level.indices.keys().copied().ne(0..level.indices.len()) {
                return Err("Incomplete list");
            }
            let items = level.indices.into_values().map(|level| convert(level, depth + 1));
            Ok(Node::List(items.collect::<Result<_, _>>()?))
        }
        _ => Err("Type mismatch"),
    }
}
