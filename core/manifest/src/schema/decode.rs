//! Reads `definitions.txt` once. Its form is described in `schema/extract.py`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Shape;

/// Bits of [`FieldData::flags`].
pub(super) mod flag {
    pub(in crate::schema) const REQUIRED: u16 = 1;
    pub(in crate::schema) const ZERO_DEFAULT: u16 = 1 << 1;
    pub(in crate::schema) const LIST_ATOMIC: u16 = 1 << 2;
    pub(in crate::schema) const LIST_SET: u16 = 1 << 3;
    pub(in crate::schema) const LIST_MAP: u16 = 1 << 4;
    pub(in crate::schema) const PATCH_MERGE: u16 = 1 << 5;
    pub(in crate::schema) const RETAIN_KEYS: u16 = 1 << 6;
    pub(in crate::schema) const PATCH_REPLACE: u16 = 1 << 7;
    pub(in crate::schema) const ATOMIC_MAP: u16 = 1 << 8;
}

pub(super) struct Package {
    pub(super) name: &'static str,
    pub(super) api_version: &'static str,
}

pub(super) struct DefinitionData {
    pub(super) name: &'static str,
    pub(super) package: u16,
    pub(super) ty: u16,
    pub(super) shape: Shape,
    pub(super) is_kind: bool,
    pub(super) is_atomic: bool,
    fields: (u32, u32),
}

impl DefinitionData {
    pub(super) fn fields<'a>(&self, tables: &'a Tables) -> &'a [FieldData] {
        &tables.fields[self.fields.0 as usize..self.fields.1 as usize]
    }
}

#[derive(Debug)]
pub(super) struct FieldData {
    pub(super) name: &'static str,
    pub(super) ty: u16,
    pub(super) flags: u16,
    /// Into [`Tables::key_lists`].
    pub(super) keys: u16,
    pub(super) merge_key: Option<&'static str>,
    pub(super) default: Option<&'static str>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum TypeData {
    Plain(Shape),
    List(u16),
    Map(u16),
    Definition(u16),
}

#[derive(Default)]
pub(super) struct Tables {
    pub(super) packages: Vec<Package>,
    pub(super) definitions: Vec<DefinitionData>,
    pub(super) fields: Vec<FieldData>,
    pub(super) types: Vec<TypeData>,
    pub(super) key_lists: Vec<Box<[&'static str]>>,
    /// `apiVersion` and definition of the kinds, sorted by that and name.
    pub(super) kinds: Vec<(&'static str, u16)>,
}

static BUILTIN: LazyLock<Tables> = LazyLock::new(|| Decoder::default().run(include_str!("definitions.txt")));
static KUSTOMIZE: LazyLock<Tables> = LazyLock::new(|| Decoder::default().run(include_str!("kustomize.txt")));

/// What the API server of today has.
pub(super) fn builtin() -> &'static Tables {
    &BUILTIN
}

/// What kustomize has compiled in, as far as it matters to a merge.
pub(super) fn kustomize() -> &'static Tables {
    &KUSTOMIZE
}

#[derive(Default)]
struct Decoder {
    tables: Tables,
    /// Definitions by short package name and name.
    names: HashMap<(&'static str, &'static str), u16>,
    types: HashMap<TypeData, u16>,
    lists: HashMap<&'static str, u16>,
}

fn small(number: usize) -> u16 {
    u16::try_from(number).expect("the data file has far fewer entries")
}

fn large(number: usize) -> u32 {
    u32::try_from(number).expect("the data file has far fewer entries")
}

impl Decoder {
    fn run(mut self, text: &'static str) -> Tables {
        self.collect_names(text);
        let mut package = "";
        let mut at = 0;
        for line in text.lines() {
            match line.as_bytes().first() {
                Some(b'=') => package = line[1..].split(' ').next().unwrap_or(""),
                Some(b'@') => {
                    self.start_definition(at);
                    at += 1;
                }
                _ => self.read_field(package, at, line),
            }
        }
        self.tables.fields.shrink_to_fit();
        let tables = &mut self.tables;
        let sorted =
            |(version, def): &(&'static str, u16)| (*version, tables.definitions[usize::from(*def)].name);
        tables.kinds.sort_by_key(sorted);
        self.tables
    }

    /// Fields refer to definitions that come later: so these are numbered first.
    fn collect_names(&mut self, text: &'static str) {
        let mut package = "";
        for line in text.lines() {
            let mut words = line.split(' ');
            let first = words.next().unwrap_or("");
            if let Some(short) = first.strip_prefix('=') {
                package = short;
                let (name, api_version) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
                self.tables.packages.push(Package { name, api_version });
            } else if let Some(name) = first.strip_prefix('@') {
                let at = small(self.tables.definitions.len());
                self.names.insert((package, name), at);
                let ty = self.intern(TypeData::Definition(at));
                let home = small(self.tables.packages.len() - 1);
                let is = |flag| line.split(' ').skip(1).any(|word| word == flag);
                let shape = match (is("X"), is("O")) {
                    (true, _) => Shape::Any,
                    (_, true) => Shape::FreeMap,
                    _ => Shape::Struct,
                };
                if is("K") {
                    self.tables.kinds.push((self.tables.packages[usize::from(home)].api_version, at));
                }
                let (is_kind, is_atomic) = (is("K"), is("A"));
                let fields = (0, 0);
                let data = DefinitionData { name, package: home, ty, shape, is_kind, is_atomic, fields };
                self.tables.definitions.push(data);
            }
        }
    }

    fn start_definition(&mut self, at: usize) {
        let here = large(self.tables.fields.len());
        self.tables.definitions[at].fields = (here, here);
        if self.tables.definitions[at].is_kind {
            let ty = self.intern(TypeData::Plain(Shape::String));
            for name in ["apiVersion", "kind"] {
                self.push(at, FieldData { name, ty, flags: 0, keys: 0, merge_key: None, default: None });
            }
        }
    }

    /// Keeps the fields of a definition sorted; only the two fields that kinds imply come out of order.
    fn push(&mut self, at: usize, field: FieldData) {
        let (start, end) = self.tables.definitions[at].fields;
        let own = &self.tables.fields[start as usize..end as usize];
        let place = own.partition_point(|known| known.name < field.name);
        self.tables.fields.insert(start as usize + place, field);
        self.tables.definitions[at].fields.1 = end + 1;
    }

    fn read_field(&mut self, package: &'static str, next: usize, line: &'static str) {
        let mut words = line.split(' ');
        let (name, ty) = (words.next().unwrap_or(""), words.next().unwrap_or("x"));
        let ty = self.read_type(package, ty);
        let mut field = FieldData { name, ty, flags: 0, keys: 0, merge_key: None, default: None };
        for word in words {
            field.flags |= match word {
                "!" => flag::REQUIRED,
                "0" => flag::ZERO_DEFAULT,
                "A" => flag::LIST_ATOMIC,
                "S" => flag::LIST_SET,
                "p" => flag::PATCH_MERGE,
                "R" => flag::RETAIN_KEYS,
                "r" => flag::PATCH_REPLACE,
                "a" => flag::ATOMIC_MAP,
                _ => self.read_property(&mut field, word),
            };
        }
        self.push(next - 1, field);
    }

    fn read_property(&mut self, field: &mut FieldData, word: &'static str) -> u16 {
        match word.split_once('=') {
            Some(("d", json)) => {
                field.default = Some(json);
                0
            }
            Some(("M", keys)) => {
                let lists = &mut self.tables.key_lists;
                field.keys = *self.lists.entry(keys).or_insert_with(|| {
                    lists.push(keys.split(',').collect());
                    small(lists.len() - 1)
                });
                flag::LIST_MAP
            }
            Some(("P", key)) => {
                field.merge_key = Some(key);
                flag::PATCH_MERGE
            }
            _ => unreachable!("the data file has no other properties"),
        }
    }

    fn read_type(&mut self, package: &'static str, text: &'static str) -> u16 {
        let data = match text {
            "s" => TypeData::Plain(Shape::String),
            "y" => TypeData::Plain(Shape::Bytes),
            "b" => TypeData::Plain(Shape::Boolean),
            "i" | "i8" => TypeData::Plain(Shape::Integer(64)),
            "i4" => TypeData::Plain(Shape::Integer(32)),
            "n" => TypeData::Plain(Shape::Number),
            "q" => TypeData::Plain(Shape::Quantity),
            "v" => TypeData::Plain(Shape::IntOrString),
            "t" => TypeData::Plain(Shape::Time),
            "u" => TypeData::Plain(Shape::MicroTime),
            "o" => TypeData::Plain(Shape::FreeMap),
            "x" => TypeData::Plain(Shape::Any),
            _ => match text.split_at(1) {
                ("[", inner) => TypeData::List(self.read_type(package, inner)),
                ("{", inner) => TypeData::Map(self.read_type(package, inner)),
                _ => {
                    let key = text.rsplit_once('.').unwrap_or((package, text));
                    TypeData::Definition(
                        *self.names.get(&key).expect("the data file is closed under references"),
                    )
                }
            },
        };
        self.intern(data)
    }

    fn intern(&mut self, data: TypeData) -> u16 {
        let types = &mut self.tables.types;
        *self.types.entry(data).or_insert_with_key(|data| {
            types.push(data.clone());
            small(types.len() - 1)
        })
    }
}
