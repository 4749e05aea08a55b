//! Values held against rules.

use std::cell::Cell;

use weir_yaml::Value;

use super::number::{are_same, is_exact, number, types, within};
use super::rules::{ANYTHING, Count, Fields, Id, NOTHING, Rule, Rules};
use super::{format, pattern};

/// References that lead deeper go the long way.
const DEEPEST: usize = 64;
/// References can make a small schema a long way; longer ones are not gone here.
const MOST_STEPS: u32 = 1_000_000;

/// Whether the values fit; nothing if that is too much to tell here.
pub(super) fn fits(rules: &Rules, values: &Value) -> Option<bool> {
    Holder { rules, left: Cell::new(MOST_STEPS) }.holds(rules.root, values, 0)
}

struct Holder<'r> {
    rules: &'r Rules,
    left: Cell<u32>,
}

impl Holder<'_> {
    fn spend(&self, steps: usize) -> Option<()> {
        self.left.set(self.left.get().checked_sub(u32::try_from(steps).ok()?)?);
        Some(())
    }

    fn holds(&self, schema: Id, value: &Value, depth: usize) -> Option<bool> {
        match schema {
            ANYTHING => return Some(true),
            NOTHING => return Some(false),
            _ => {}
        }
        self.spend(1)?;
        if depth >= DEEPEST {
            return None;
        }
        let rules = self.rules.of(schema);
        // Up to the seventh draft nothing beside a reference counts, but Helm's library does look at constants.
        let is_alone = self.rules.draft < 2019 && matches!(rules.first(), Some(Rule::Reference(_)));
        let counts = |rule: &Rule| !is_alone || matches!(rule, Rule::Reference(_) | Rule::Const(_));
        self.all(rules, |rule| if counts(rule) { self.keeps(rule, value, depth + 1) } else { Some(true) })
    }

    fn refers(&self, reference: u32, value: &Value, depth: usize) -> Option<bool> {
        self.holds(self.rules.references.get(reference as usize)?.to, value, depth + 1)
    }

    fn all<T>(&self, all: &[T], mut holds: impl FnMut(&T) -> Option<bool>) -> Option<bool> {
        for one in all {
            if !holds(one)? {
                return Some(false);
            }
        }
        Some(true)
    }

    fn any<T>(&self, all: &[T], mut holds: impl FnMut(&T) -> Option<bool>) -> Option<bool> {
        self.all(all, |one| holds(one).map(|holds| !holds)).map(|none| !none)
    }

    fn keeps(&self, rule: &Rule, value: &Value, depth: usize) -> Option<bool> {
        let rules = self.rules;
        let holds = |schema: &Id| self.holds(*schema, value, depth);
        match rule {
            Rule::Type(wanted) => Some(types(value)? & wanted != 0),
            Rule::Reference(at) => self.refers(*at, value, depth),
            Rule::Fields(at) => self.hold_fields(rules.fields.get(*at as usize)?, value, depth),
            Rule::Items { after, schema } => {
                let items = value.as_list().and_then(|items| items.get(*after as usize..));
                self.all(items.unwrap_or_default(), |item| self.holds(*schema, item, depth))
            }
            Rule::First(first) => {
                let pairs: Vec<_> =
                    value.as_list().unwrap_or_default().iter().zip(first.of(&rules.ids)).collect();
                self.all(&pairs, |(item, schema)| self.holds(**schema, item, depth))
            }
            Rule::Required(names) => match value.as_map() {
                Some(map) => {
                    Some(names.of(&rules.names).iter().all(|name| map.contains_key(rules.word(*name))))
                }
                None => Some(true),
            },
            Rule::Enum(choices) => self.any(choices.of(&rules.constants), |one| rules.equals(value, one)),
            Rule::Const(at) => rules.equals(value, rules.constants.get(*at as usize)?),
            Rule::AnyOf(schemas) => self.any(schemas.of(&rules.ids), holds),
            Rule::AllOf(schemas) => self.all(schemas.of(&rules.ids), holds),
            Rule::OneOf(schemas) => {
                let all: Option<Vec<_>> = schemas.of(&rules.ids).iter().map(holds).collect();
                Some(all?.into_iter().filter(|holds| *holds).count() == 1)
            }
            Rule::Not(schema) => Some(!holds(schema)?),
            Rule::If { condition, then, otherwise } => {
                holds(if holds(condition)? { then } else { otherwise })
            }
            Rule::Names(schema) => match value.as_map() {
                Some(map) => {
                    let names: Vec<_> = map.keys().map(|key| Value::from(key.as_str())).collect();
                    self.all(&names, |name| self.holds(*schema, name, depth))
                }
                None => Some(true),
            },
            Rule::Unique => self.all_differ(value.as_list().unwrap_or_default()),
            Rule::AtLeast(what, least) => {
                Some(count(*what, value).is_none_or(|count| count >= *least as usize))
            }
            Rule::AtMost(what, most) => Some(count(*what, value).is_none_or(|count| count <= *most as usize)),
            Rule::Number(bound, limit) => within(*bound, *limit, value),
            Rule::MultipleOf(of) => match number(value)? {
                // Go reckons with fractions as they are written, which is the same for whole numbers only.
                Some(number) => {
                    let is_whole = number.fract() == 0.0 && of.fract() == 0.0 && is_exact(*of);
                    is_whole.then_some(number as i64 % *of as i64 == 0)
                }
                None => Some(true),
            },
            Rule::Pattern(word) => {
                value.as_str().map_or(Some(true), |text| pattern::fits(rules.word(*word), text))
            }
            Rule::Format(word) => {
                value.as_str().map_or(Some(true), |text| format::fits(rules.word(*word), text))
            }
            Rule::Defined { .. } => Some(true),
        }
    }

    fn hold_fields(&self, fields: &Fields, value: &Value, depth: usize) -> Option<bool> {
        let Some(map) = value.as_map().filter(|map| !map.is_empty()) else { return Some(true) };
        let (properties, patterns) =
            (fields.properties.of(&self.rules.entries), fields.patterns.of(&self.rules.entries));
        let mut named = 0;
        for entry in properties {
            let Some(value) = map.get(self.rules.word(entry.name)) else { continue };
            named += 1;
            if !self.holds(entry.schema, value, depth)? {
                return Some(false);
            }
        }
        if patterns.is_empty() && (named == map.len() || fields.others == ANYTHING) {
            return Some(true);
        }
        self.spend(map.len().saturating_mul(1 + properties.len() / 16))?;
        self.all(map.iter().as_slice(), |(key, value)| {
            let mut is_named = self.rules.entry(fields.properties, key.as_str()).is_some();
            for entry in patterns {
                if pattern::fits(self.rules.word(entry.name), key.as_str())? {
                    is_named = true;
                    if !self.holds(entry.schema, value, depth)? {
                        return Some(false);
                    }
                }
            }
            if is_named { Some(true) } else { self.holds(fields.others, value, depth) }
        })
    }

    fn all_differ(&self, items: &[Value]) -> Option<bool> {
        for (at, item) in items.iter().enumerate() {
            self.spend(at)?;
            if self.any(items.get(..at)?, |other| are_same(item, other))? {
                return Some(false);
            }
        }
        Some(true)
    }
}

fn count(what: Count, value: &Value) -> Option<usize> {
    match what {
        Count::Letters => value.as_str().map(|text| text.chars().count()),
        Count::Items => value.as_list().map(<[_]>::len),
        Count::Fields => value.as_map().map(|map| map.len()),
    }
}
