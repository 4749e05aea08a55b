//! What the typed form of the built-in kinds has that their schemas do not tell: numbers of fields on the wire, and
//! which fields are left out when they are zero. The form of the data is described in `schema/extract.py`.

mod wire;

use std::collections::HashMap;
use std::sync::LazyLock;

pub(crate) use wire::{is_wire, object};

/// One struct.
#[derive(Debug, Default)]
pub(crate) struct Struct {
    /// The fields by number, from 1 on.
    fields: Vec<Option<Member>>,
}

/// One field of a struct.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Member {
    /// A field of this name; it may be left out when it is zero.
    Field(&'static str, bool),
    /// The struct of this name, whose fields are fields of this one.
    Inline(&'static str),
}

static STRUCTS: LazyLock<HashMap<String, HashMap<String, Struct>>> = LazyLock::new(|| {
    let mut out: HashMap<_, HashMap<_, _>> = HashMap::new();
    let mut package = "";
    for line in include_str!("structs.txt").lines() {
        if let Some(name) = line.strip_prefix('=') {
            package = name;
            continue;
        }
        let mut words = line.split(' ');
        let name = words.next().unwrap_or("");
        out.entry(package.to_owned()).or_default().insert(name.to_owned(), read(words));
    }
    out
});

fn read(words: std::str::Split<'static, char>) -> Struct {
    let mut fields: Vec<Option<Member>> = Vec::new();
    for word in words {
        if let Ok(number) = word.parse::<usize>() {
            fields.resize(number.saturating_sub(1).max(fields.len()), None);
        } else if let Some(name) = word.strip_prefix('>') {
            fields.push(Some(Member::Inline(name)));
        } else {
            let name = word.trim_end_matches('?');
            fields.push(Some(Member::Field(name, name.len() < word.len())));
        }
    }
    Struct { fields }
}

/// The struct of this full name in OpenAPI.
pub(crate) fn of(full_name: &str) -> Option<&'static Struct> {
    let (package, name) = full_name.rsplit_once('.')?;
    in_package(package, name)
}

/// The struct of this name, in a package or among those that all packages use.
fn in_package(package: &str, name: &str) -> Option<&'static Struct> {
    let homes = [package, "io.k8s.apimachinery.pkg.apis.meta.v1", "io.k8s.api.core.v1"];
    homes.iter().find_map(|home| STRUCTS.get(*home)?.get(name))
}

impl Struct {
    /// The field of this number.
    pub(crate) fn member(&self, number: usize) -> Option<Member> {
        self.fields.get(number.checked_sub(1)?).copied().flatten()
    }

    /// True if this field is left out when it is zero.
    pub(crate) fn drops_zero(&self, name: &str) -> bool {
        self.fields.iter().flatten().any(|member| matches!(member, Member::Field(own, true) if *own == name))
    }
}
