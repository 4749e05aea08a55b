//! What stands in a schema and is no schema: words, names, types, values, counts.

use super::{DEEPEST, MOST_NAMES, Reader};
use crate::schema::quick::json::Quoted;
use crate::schema::quick::number::is_exact;
use crate::schema::quick::rules::{Constant, Span, TYPES, Word};

impl Reader<'_> {
    /// A short text that is not kept.
    pub(super) fn said(&mut self) -> Option<String> {
        let mut said = String::new();
        self.text.string()?.write(&mut said);
        Some(said)
    }

    pub(super) fn quoted(&mut self) -> Option<Word> {
        let quoted = self.text.string()?;
        Some(self.keep(quoted))
    }

    pub(super) fn keep(&mut self, quoted: Quoted<'_>) -> Word {
        let start = self.rules.words.len() as u32;
        quoted.write(&mut self.rules.words);
        Span { start, end: self.rules.words.len() as u32 }
    }

    pub(super) fn types(&mut self) -> Option<u8> {
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

    pub(super) fn one_type(&mut self) -> Option<u8> {
        let name = self.text.string()?.plain()?;
        TYPES.iter().position(|known| *known == name).map(|at| 1 << at)
    }

    /// Different names.
    pub(super) fn required(&mut self) -> Option<Span> {
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
    pub(super) fn choices(&mut self, depth: usize) -> Option<Span> {
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

    pub(super) fn same(&self, one: &Constant, other: &Constant) -> bool {
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

    pub(super) fn constant(&mut self, depth: usize) -> Option<Constant> {
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
    pub(super) fn count(&mut self) -> Option<u32> {
        let number = self.text.number()?;
        let is_count = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        is_count.then_some(number as u32)
    }
}
