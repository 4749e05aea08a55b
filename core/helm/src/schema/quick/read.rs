//! From the text of a schema to its rules, in one pass that leaves out what people read and nothing asks.
//!
//! What is read is sound to the schema of schemas: whatever is not makes all of it unread.

use super::json::{Quoted, Text};
use super::keyword::Keyword;
use super::number::is_exact;
use super::reference;
use super::rules::{
    ANYTHING, Bound, Constant, Count, Entry, Fields, Id, NOTHING, Reference, Rule, Rules, SEVENTH, Span,
    TYPES, Word,
};

/// Deeper schemas go the long way.
const DEEPEST: usize = 64;
/// Lists and maps with more names go the long way, as each is compared with all others.
const MOST_NAMES: usize = 2000;
/// Each schema that stands apart is looked for in all of the text.
const MOST_APART: u32 = 100;
/// The draft of schemas that name none.
const LATEST: u32 = 2020;

/// The rules of a schema, if it is sound and understood.
pub(in crate::schema) fn read(text: &[u8]) -> Option<Rules> {
    let mut reader = Reader::new(text, LATEST)?;
    let mut done = reader.whole();
    if let (None, Some(draft)) = (done, reader.other) {
        reader = Reader::new(text, draft)?;
        done = reader.whole();
    }
    done?;
    reader.resolve()?;
    Some(reader.rules)
}

/// The year of a draft.
fn draft_of(url: &str) -> Option<u32> {
    let url = url.strip_suffix('#').unwrap_or(url);
    let url = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    Some(match url {
        "json-schema.org/schema" | "json-schema.org/draft/2020-12/schema" => 2020,
        "json-schema.org/draft/2019-09/schema" => 2019,
        "json-schema.org/draft-07/schema" => SEVENTH,
        "json-schema.org/draft-06/schema" => 2017,
        _ => return None,
    })
}

struct Reader<'t> {
    text: Text<'t>,
    rules: Rules,
    /// The draft that the schema says it is of, if that is another than was thought.
    other: Option<u32>,
    /// How many more schemas may be read that stand apart.
    left_apart: u32,
    /// Rules, entries and schemas of what is not read to its end.
    pending: Vec<Rule>,
    pending_entries: Vec<Entry>,
    pending_ids: Vec<Id>,
}

/// What is known of a schema in its midst.
#[derive(Default)]
struct Parts {
    fields: Fields,
    reference: Option<u32>,
    condition: Option<Id>,
    then: Option<Id>,
    otherwise: Option<Id>,
    /// The first items are asked for one by one.
    first: Option<Span>,
    items: Option<Id>,
    more_items: Option<Id>,
    /// Bits of the keywords that were there.
    seen: u64,
}

impl<'t> Reader<'t> {
    fn new(text: &'t [u8], draft: u32) -> Option<Self> {
        // Piece numbers are of 32 bits.
        u32::try_from(text.len()).ok()?;
        Some(Self {
            text: Text::new(text)?,
            rules: Rules::new(draft),
            other: None,
            left_apart: MOST_APART,
            pending: Vec::new(),
            pending_entries: Vec::new(),
            pending_ids: Vec::new(),
        })
    }

    fn whole(&mut self) -> Option<()> {
        // What is no object names no draft.
        if self.text.peek() != Some(b'{') {
            return None;
        }
        self.rules.root = self.schema(0)?;
        self.text.peek().is_none().then_some(())
    }

    /// Finds out for all references where they lead, if all do.
    fn resolve(&mut self) -> Option<()> {
        let mut at = 0;
        while let Some(Reference { path, .. }) = self.rules.references.get(at).copied() {
            let among = reference::target(&self.rules, reference::steps(self.rules.word(path))?);
            let to = among.or_else(|| self.apart(path, at))?;
            self.rules.references.get_mut(at)?.to = to;
            at += 1;
        }
        Some(())
    }

    /// A schema that stands where none is looked for, once for all who refer to it. It may refer to others.
    fn apart(&mut self, path: Word, known: usize) -> Option<Id> {
        let word = self.rules.word(path).to_owned();
        let known = self.rules.references.get(..known).unwrap_or_default();
        if let Some(known) = known.iter().find(|known| self.rules.word(known.path) == word) {
            return Some(known.to);
        }
        self.left_apart = self.left_apart.checked_sub(1)?;
        self.text.back(0);
        reference::go(&mut self.text, reference::steps(&word)?)?;
        // It is no whole schema, so it cannot have a name.
        self.schema(2)
    }

    fn schema(&mut self, depth: usize) -> Option<Id> {
        match self.text.peek()? {
            b't' | b'f' => return self.text.boolean().map(|flag| if flag { ANYTHING } else { NOTHING }),
            b'{' if depth < DEEPEST => {}
            _ => return None,
        }
        self.text.eat(b'{');
        let begun = self.pending.len();
        let (mut parts, mut is_first) = (Parts::default(), true);
        while let Some(key) = self.text.key(&mut is_first)? {
            let keyword = Keyword::of(key, self.rules.draft)?;
            if !keyword.is_idle() {
                let bit = 1 << keyword as u64;
                if parts.seen & bit != 0 {
                    return None;
                }
                parts.seen |= bit;
            }
            self.keyword(keyword, &mut parts, depth + 1)?;
        }
        self.complete(parts, begun)
    }

    /// What has to wait for all keywords, and the number of the schema.
    fn complete(&mut self, parts: Parts, begun: usize) -> Option<Id> {
        if let Some(condition) = parts.condition {
            let (then, otherwise) = (parts.then.unwrap_or(ANYTHING), parts.otherwise.unwrap_or(ANYTHING));
            self.pending.push(Rule::If { condition, then, otherwise });
        }
        let Parts { fields, first, .. } = parts;
        if fields.properties != Span::default()
            || fields.patterns != Span::default()
            || fields.others != ANYTHING
        {
            self.pending.push(Rule::Fields(self.rules.fields.len() as u32));
            self.rules.fields.push(fields);
        }
        if let Some(first) = first {
            self.pending.push(Rule::First(first));
        }
        // Up to 2019, `items` may be a list, and only then `additionalItems` counts.
        let rest = if self.rules.draft < 2020 && first.is_some() { parts.more_items } else { parts.items };
        if let Some(schema) = rest {
            let after = first.map_or(0, |first| first.end - first.start);
            self.pending.push(Rule::Items { after, schema });
        }
        if let Some(at) = parts.reference {
            self.pending.insert(begun, Rule::Reference(at));
        }
        if self.pending.len() == begun {
            return Some(ANYTHING);
        }
        let start = self.rules.rules.len() as u32;
        self.rules.rules.extend(self.pending.drain(begun..));
        self.rules.schemas.push(Span { start, end: self.rules.rules.len() as u32 });
        Some(self.rules.schemas.len() as Id - 1)
    }

    fn keyword(&mut self, keyword: Keyword, parts: &mut Parts, depth: usize) -> Option<()> {
        match keyword {
            Keyword::Unknown => self.text.skip(depth)?,
            Keyword::Schema => {
                let draft = draft_of(&self.said()?)?;
                if draft != self.rules.draft {
                    self.other = (depth == 1).then_some(draft);
                    return None;
                }
            }
            Keyword::Identifier => {
                let said = self.said()?;
                return (depth == 1 && is_name(&said)).then_some(());
            }
            Keyword::Remark => _ = self.text.string()?,
            Keyword::Flag => _ = self.text.boolean()?,
            Keyword::Examples if self.text.peek() != Some(b'[') => return None,
            Keyword::Examples => self.text.skip(depth)?,
            Keyword::Reference => {
                let path = self.quoted()?;
                let at = self.rules.references.len() as u32;
                self.rules.references.push(Reference { path, to: ANYTHING });
                parts.reference = Some(at);
            }
            Keyword::Properties => parts.fields.properties = self.entries(depth)?,
            Keyword::PatternProperties => {
                parts.fields.patterns = self.entries(depth)?;
                let entries = parts.fields.patterns.of(&self.rules.entries);
                let is_sound = |entry: &Entry| super::pattern::is_sound(self.rules.word(entry.name));
                return entries.iter().all(is_sound).then_some(());
            }
            Keyword::AdditionalProperties => parts.fields.others = self.schema(depth)?,
            Keyword::Defs | Keyword::Definitions => {
                let schemas = self.entries(depth)?;
                self.pending.push(Rule::Defined { is_new: keyword == Keyword::Defs, schemas });
            }
            Keyword::If => parts.condition = Some(self.schema(depth)?),
            Keyword::Then => parts.then = Some(self.schema(depth)?),
            Keyword::Else => parts.otherwise = Some(self.schema(depth)?),
            Keyword::Items if self.rules.draft < 2020 && self.text.peek() == Some(b'[') => {
                parts.first = Some(self.schemas(depth)?);
            }
            Keyword::PrefixItems => parts.first = Some(self.schemas(depth)?),
            Keyword::Items => parts.items = Some(self.schema(depth)?),
            Keyword::AdditionalItems => parts.more_items = Some(self.schema(depth)?),
            asked => {
                let rule = self.rule(asked, depth)?;
                self.pending.extend(rule);
            }
        }
        Some(())
    }

    /// What one keyword asks for by itself; nothing inside if that is nothing.
    fn rule(&mut self, keyword: Keyword, depth: usize) -> Option<Option<Rule>> {
        Some(Some(match keyword {
            Keyword::Type => Rule::Type(self.types()?),
            Keyword::Enum => Rule::Enum(self.choices(depth)?),
            Keyword::Const => {
                let constant = self.constant(depth)?;
                self.rules.constants.push(constant);
                Rule::Const(self.rules.constants.len() as u32 - 1)
            }
            Keyword::AnyOf => Rule::AnyOf(self.schemas(depth)?),
            Keyword::AllOf => Rule::AllOf(self.schemas(depth)?),
            Keyword::OneOf => Rule::OneOf(self.schemas(depth)?),
            Keyword::Not => Rule::Not(self.schema(depth)?),
            Keyword::PropertyNames => Rule::Names(self.schema(depth)?),
            Keyword::Required => Rule::Required(self.required()?),
            Keyword::UniqueItems => return Some(self.text.boolean()?.then_some(Rule::Unique)),
            Keyword::MinLength => Rule::AtLeast(Count::Letters, self.count()?),
            Keyword::MaxLength => Rule::AtMost(Count::Letters, self.count()?),
            Keyword::MinItems => Rule::AtLeast(Count::Items, self.count()?),
            Keyword::MaxItems => Rule::AtMost(Count::Items, self.count()?),
            Keyword::MinProperties => Rule::AtLeast(Count::Fields, self.count()?),
            Keyword::MaxProperties => Rule::AtMost(Count::Fields, self.count()?),
            Keyword::Minimum => Rule::Number(Bound::Minimum, self.text.number()?),
            Keyword::Maximum => Rule::Number(Bound::Maximum, self.text.number()?),
            Keyword::ExclusiveMinimum => Rule::Number(Bound::Above, self.text.number()?),
            Keyword::ExclusiveMaximum => Rule::Number(Bound::Below, self.text.number()?),
            Keyword::MultipleOf => Rule::MultipleOf(self.text.number().filter(|number| *number > 0.0)?),
            Keyword::Pattern => {
                let pattern = self.quoted()?;
                super::pattern::is_sound(self.rules.word(pattern)).then_some(Rule::Pattern(pattern))?
            }
            Keyword::Format => {
                let format = self.quoted()?;
                // Later drafts only remark on formats.
                return Some((self.rules.draft < 2019).then_some(Rule::Format(format)));
            }
            _ => return None,
        }))
    }

    /// A short text that is not kept.
    fn said(&mut self) -> Option<String> {
        let mut said = String::new();
        self.text.string()?.write(&mut said);
        Some(said)
    }

    fn quoted(&mut self) -> Option<Word> {
        let quoted = self.text.string()?;
        Some(self.keep(quoted))
    }

    fn keep(&mut self, quoted: Quoted<'_>) -> Word {
        let start = self.rules.words.len() as u32;
        quoted.write(&mut self.rules.words);
        Span { start, end: self.rules.words.len() as u32 }
    }

    /// A map of schemas by name.
    fn entries(&mut self, depth: usize) -> Option<Span> {
        if !self.text.eat(b'{') {
            return None;
        }
        let (begun, mut is_first) = (self.pending_entries.len(), true);
        while let Some(key) = self.text.key(&mut is_first)? {
            let name = self.keep(key);
            let schema = self.schema(depth)?;
            let said = self.rules.word(name);
            let known = self.pending_entries.get(begun..).unwrap_or_default();
            if known.len() >= MOST_NAMES || known.iter().any(|entry| self.rules.word(entry.name) == said) {
                return None;
            }
            self.pending_entries.push(Entry { name, schema });
        }
        let start = self.rules.entries.len() as u32;
        self.rules.entries.extend(self.pending_entries.drain(begun..));
        Some(Span { start, end: self.rules.entries.len() as u32 })
    }

    /// A list of schemas, at least one.
    fn schemas(&mut self, depth: usize) -> Option<Span> {
        if !self.text.eat(b'[') {
            return None;
        }
        let (begun, mut is_first) = (self.pending_ids.len(), true);
        while self.text.item(&mut is_first)? {
            let schema = self.schema(depth)?;
            self.pending_ids.push(schema);
        }
        if self.pending_ids.len() == begun {
            return None;
        }
        let start = self.rules.ids.len() as u32;
        self.rules.ids.extend(self.pending_ids.drain(begun..));
        Some(Span { start, end: self.rules.ids.len() as u32 })
    }

    fn types(&mut self) -> Option<u8> {
        if !self.text.eat(b'[') {
            return self.one_type();
        }
        let (mut types, mut is_first) = (0, true);
        while self.text.item(&mut is_first)? {
            let next = self.one_type()?;
            if types & next != 0 {
                return None;
            }
            types |= next;
        }
        (types != 0).then_some(types)
    }

    fn one_type(&mut self) -> Option<u8> {
        let name = self.text.string()?.plain()?;
        TYPES.iter().position(|known| *known == name).map(|at| 1 << at)
    }

    /// Different names.
    fn required(&mut self) -> Option<Span> {
        if !self.text.eat(b'[') {
            return None;
        }
        let (start, mut is_first) = (self.rules.names.len(), true);
        while self.text.item(&mut is_first)? {
            let name = self.quoted()?;
            let said = self.rules.word(name);
            let known = self.rules.names.get(start..).unwrap_or_default();
            if known.len() >= MOST_NAMES || known.iter().any(|other| self.rules.word(*other) == said) {
                return None;
            }
            self.rules.names.push(name);
        }
        Some(Span { start: start as u32, end: self.rules.names.len() as u32 })
    }

    /// Values; different ones and at least one up to 2019.
    fn choices(&mut self, depth: usize) -> Option<Span> {
        if !self.text.eat(b'[') {
            return None;
        }
        let (start, mut is_first) = (self.rules.constants.len(), true);
        let is_set = self.rules.draft < 2019;
        while self.text.item(&mut is_first)? {
            let constant = self.constant(depth)?;
            let known = self.rules.constants.get(start..).unwrap_or_default();
            if is_set && (known.len() >= MOST_NAMES || known.iter().any(|other| self.same(&constant, other)))
            {
                return None;
            }
            self.rules.constants.push(constant);
        }
        let end = self.rules.constants.len();
        (end > start || !is_set).then_some(Span { start: start as u32, end: end as u32 })
    }

    fn same(&self, one: &Constant, other: &Constant) -> bool {
        let word = |word: &Word| self.rules.word(*word);
        match (one, other) {
            (Constant::Text(one), Constant::Text(other)) => word(one) == word(other),
            (Constant::List(one), Constant::List(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| self.same(one, other))
            }
            (Constant::Map(one), Constant::Map(others)) => {
                let has = |name: &Word, value: &Constant| {
                    others.iter().any(|(other, known)| word(other) == word(name) && self.same(known, value))
                };
                one.len() == others.len() && one.iter().all(|(name, value)| has(name, value))
            }
            (one, other) => one == other,
        }
    }

    fn constant(&mut self, depth: usize) -> Option<Constant> {
        if depth >= DEEPEST {
            return None;
        }
        Some(match self.text.peek()? {
            b'"' => Constant::Text(self.quoted()?),
            b't' | b'f' => Constant::Bool(self.text.boolean()?),
            b'n' => self.text.literal("null").then_some(Constant::Null)?,
            b'[' => {
                self.text.eat(b'[');
                let (mut items, mut is_first) = (Vec::new(), true);
                while self.text.item(&mut is_first)? {
                    items.push(self.constant(depth + 1)?);
                }
                Constant::List(items)
            }
            b'{' => {
                self.text.eat(b'{');
                let (mut fields, mut is_first) = (Vec::<(Word, Constant)>::new(), true);
                while let Some(key) = self.text.key(&mut is_first)? {
                    let name = self.keep(key);
                    let said = self.rules.word(name);
                    if fields.len() >= MOST_NAMES
                        || fields.iter().any(|(other, _)| self.rules.word(*other) == said)
                    {
                        return None;
                    }
                    fields.push((name, self.constant(depth + 1)?));
                }
                Constant::Map(fields)
            }
            _ => Constant::Number(self.text.number().filter(|number| is_exact(*number))?),
        })
    }

    /// A number without sign and fraction.
    fn count(&mut self) -> Option<u32> {
        let number = self.text.number()?;
        let is_count = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        is_count.then_some(number as u32)
    }
}

/// True for a plain name of a whole schema, which leads to nothing that is known already.
fn is_name(url: &str) -> bool {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    rest.is_some_and(|rest| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/.-_".contains(&byte);
        rest.starts_with(|first: char| first.is_ascii_lowercase())
            && rest.bytes().all(is_plain)
            && !rest.starts_with("json-schema.org")
    })
}
