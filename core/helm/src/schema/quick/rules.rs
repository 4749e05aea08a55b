//! What a schema asks for: rules of its parts by number, in few pieces of memory.

use weir_yaml::Value;

/// A schema that is part of another, by its number.
pub(super) type Id = u32;

/// The schema that everything fits, and the one that nothing does.
pub(super) const ANYTHING: Id = 0;
pub(super) const NOTHING: Id = 1;

/// The years of drafts of which something depends; the sixth is of 2017, the seventh of 2018.
pub(super) const SEVENTH: u32 = 2018;

/// Things that stand one after the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Span {
    pub(super) fn of<T>(self, all: &[T]) -> &[T] {
        all.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A name or text, in [`Rules::words`].
pub(super) type Word = Span;

/// A schema that a name or pattern leads to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) name: Word,
    pub(super) schema: Id,
}

/// What fields of objects have to be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fields {
    /// Spans of [`Rules::entries`].
    pub(super) properties: Span,
    pub(super) patterns: Span,
    /// For all other fields.
    pub(super) others: Id,
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    Letters,
    Items,
    Fields,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    Minimum,
    Maximum,
    Above,
    Below,
}

/// One thing that a schema asks for. Spans without a word are of [`Rules::ids`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// Another schema, by its number in [`Rules::references`].
    Reference(u32),
    /// One bit for each of [`TYPES`].
    Type(u8),
    /// One of [`Rules::constants`].
    Enum(Span),
    Const(u32),
    AnyOf(Span),
    AllOf(Span),
    OneOf(Span),
    Not(Id),
    If {
        condition: Id,
        then: Id,
        otherwise: Id,
    },
    /// Of [`Rules::fields`].
    Fields(u32),
    /// Of [`Rules::names`].
    Required(Span),
    /// The names of fields.
    Names(Id),
    /// The first items, one after the other.
    First(Span),
    /// The items after so many.
    Items {
        after: u32,
        schema: Id,
    },
    Unique,
    AtLeast(Count, u32),
    AtMost(Count, u32),
    Number(Bound, f64),
    MultipleOf(f64),
    Pattern(Word),
    Format(Word),
    /// Schemas that are only referred to, of [`Rules::entries`]; those of `$defs`, or of `definitions`.
    Defined {
        is_new: bool,
        schemas: Span,
    },
}

const _: () = assert!(size_of::<Rule>() <= 16, "a schema has tens of thousands of rules");

/// The types of JSON, in the order of their bits.
pub(super) const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];

/// A value in a schema.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Constant {
    Null,
    Bool(bool),
    Number(f64),
    Text(Word),
    List(Vec<Constant>),
    Map(Vec<(Word, Constant)>),
}

/// A reference inside of the schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reference {
    /// The way from the root, behind its `#`.
    pub(super) path: Word,
    /// Where it leads, once that is known.
    pub(super) to: Id,
}

/// A schema that is sound and understood.
#[derive(Debug)]
pub(in crate::schema) struct Rules {
    pub(super) draft: u32,
    pub(super) root: Id,
    /// Of each schema, its span of `rules`.
    pub(super) schemas: Vec<Span>,
    pub(super) rules: Vec<Rule>,
    pub(super) fields: Vec<Fields>,
    pub(super) entries: Vec<Entry>,
    pub(super) ids: Vec<Id>,
    pub(super) names: Vec<Word>,
    pub(super) constants: Vec<Constant>,
    pub(super) references: Vec<Reference>,
    /// All words, one behind the other.
    pub(super) words: String,
}

impl Rules {
    pub(super) fn new(draft: u32) -> Self {
        // The first two are those of `true` and `false`, whose rules are never looked at.
        let schemas = vec![Span::default(); 2];
        Self {
            draft,
            root: ANYTHING,
            schemas,
            rules: Vec::new(),
            fields: Vec::new(),
            entries: Vec::new(),
            ids: Vec::new(),
            names: Vec::new(),
            constants: Vec::new(),
            references: Vec::new(),
            words: String::new(),
        }
    }

    pub(super) fn word(&self, word: Word) -> &str {
        self.words.get(word.start as usize..word.end as usize).unwrap_or_default()
    }

    pub(super) fn of(&self, schema: Id) -> &[Rule] {
        self.schemas.get(schema as usize).map_or(&[], |span| span.of(&self.rules))
    }

    /// The fields among the rules.
    pub(super) fn fields(&self, rules: &[Rule]) -> Option<&Fields> {
        let at = rules.iter().find_map(|rule| if let Rule::Fields(at) = rule { Some(*at) } else { None })?;
        self.fields.get(at as usize)
    }

    /// The number of the schema under this name.
    pub(super) fn entry(&self, span: Span, name: &str) -> Option<Id> {
        span.of(&self.entries).iter().find(|entry| self.word(entry.name) == name).map(|entry| entry.schema)
    }

    /// Whether a value is this one; nothing if numbers are too large to tell.
    pub(super) fn equals(&self, value: &Value, constant: &Constant) -> Option<bool> {
        let number = super::number::number(value)?;
        Some(match constant {
            Constant::Null => value.is_null(),
            Constant::Bool(flag) => value.as_bool() == Some(*flag),
            Constant::Text(word) => value.as_str() == Some(self.word(*word)),
            Constant::Number(other) => {
                super::number::is_exact(*other).then_some(())?;
                number == Some(*other)
            }
            Constant::List(others) => match value.as_list() {
                Some(items) if items.len() == others.len() => {
                    let same = items.iter().zip(others).map(|(item, other)| self.equals(item, other));
                    same.collect::<Option<Vec<_>>>()?.into_iter().all(|same| same)
                }
                _ => false,
            },
            Constant::Map(others) => match value.as_map() {
                Some(map) if map.len() == others.len() => {
                    let same = others.iter().map(|(name, other)| match map.get(self.word(*name)) {
                        Some(value) => self.equals(value, other),
                        None => Some(false),
                    });
                    same.collect::<Option<Vec<_>>>()?.into_iter().all(|same| same)
                }
                _ => false,
            },
        })
    }
}
