//! The table of built-in kinds, read once from `kinds.txt`. Its form is described in `schema/extract.py`.

use std::sync::LazyLock;

use weir_yaml::Text;

use super::{Resource, Scope, Subresource};
use crate::Gvk;

const ALL_VERBS: &str = "create,delete,deletecollection,get,list,patch,update,watch";
const SUBRESOURCE_VERBS: &str = "get+patch+update";

struct Table {
    all: Vec<Resource>,
    /// Group, kind and position, sorted.
    by_kind: Vec<(&'static str, &'static str, usize)>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let text = include_str!("kinds.txt");
    let mut by_kind = Vec::new();
    let mut all = Vec::new();
    for line in text.lines() {
        let columns: Vec<&'static str> = line.split(' ').collect();
        by_kind.push((no_dash(columns[0]), columns[2], all.len()));
        all.push(read(&columns));
    }
    by_kind.sort_unstable();
    Table { all, by_kind }
});

/// All built-in kinds, in the order in which the API lists them: the preferred version of a group first.
pub fn builtin() -> &'static [Resource] {
    &TABLE.all
}

pub(super) fn of_kind(group: &str, kind: &str) -> impl Iterator<Item = &'static Resource> + use<> {
    let table = &*TABLE;
    let start = table.by_kind.partition_point(|one| (one.0, one.1) < (group, kind));
    let count = table.by_kind[start..].partition_point(|one| (one.0, one.1) == (group, kind));
    table.by_kind[start..start + count].iter().map(|one| &table.all[one.2])
}

fn no_dash(word: &'static str) -> &'static str {
    if word == "-" { "" } else { word }
}

fn words(list: &'static str, separator: char) -> Vec<Text> {
    no_dash(list).split(separator).filter(|word| !word.is_empty()).map(Text::from).collect()
}

fn read(columns: &[&'static str]) -> Resource {
    let &[group, version, kind, scope, plural, singular, short, categories, verbs, below, versions] = columns
    else {
        unreachable!("every line of the data file has eleven columns");
    };
    Resource {
        gvk: Gvk::new(no_dash(group), version, kind),
        scope: if scope == "N" { Scope::Namespaced } else { Scope::Cluster },
        plural: Text::from(plural),
        singular: Text::from(if singular == "-" { kind.to_ascii_lowercase() } else { singular.to_string() }),
        short_names: words(short, ','),
        categories: words(categories, ','),
        verbs: words(if verbs == "*" { ALL_VERBS } else { verbs }, ','),
        subresources: no_dash(below).split(';').filter(|one| !one.is_empty()).map(subresource).collect(),
        versions: if versions == "*" { Vec::new() } else { words(versions, ',') },
    }
}

fn subresource(text: &'static str) -> Subresource {
    let (name, verbs) = text.split_once(':').unwrap_or((text, SUBRESOURCE_VERBS));
    let (name, kind) = name.split_once('=').map_or((name, None), |(name, kind)| (name, Some(kind)));
    let kind = kind.map(|kind| {
        let mut parts = kind.split('/');
        let mut next = || parts.next().unwrap_or("");
        let (group, version, kind) = (next(), next(), next());
        Gvk::new(group, if version.is_empty() { "v1" } else { version }, kind)
    });
    Subresource { name: Text::from(name), kind, verbs: words(verbs, '+') }
}
