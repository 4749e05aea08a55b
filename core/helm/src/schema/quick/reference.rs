//! Where references inside of a schema lead.

use super::json::Text;
use super::rules::{Id, Rule, Rules, Span};

/// The names on the way of a reference that stays inside of the schema.
pub(super) fn steps(reference: &str) -> Option<impl Iterator<Item = &str>> {
    let path = reference.strip_prefix('#').filter(|path| !path.contains('%'))?;
    let path = if path.is_empty() { None } else { Some(path.strip_prefix('/')?) };
    Some(path.into_iter().flat_map(|path| path.split('/')))
}

/// The schema that a way leads to through schemas.
pub(super) fn target<'p>(rules: &Rules, mut steps: impl Iterator<Item = &'p str>) -> Option<Id> {
    let mut schema = rules.root;
    while let Some(keyword) = steps.next() {
        schema = step(rules, schema, keyword, &mut steps)?;
    }
    Some(schema)
}

/// Goes in a text to where a way leads to through any objects: schemas may stand behind words that mean nothing.
pub(super) fn go<'p>(text: &mut Text<'_>, steps: impl Iterator<Item = &'p str>) -> Option<()> {
    for step in steps {
        let name = named(step);
        if !text.eat(b'{') {
            return None;
        }
        let (mut found, mut is_first) = (None, true);
        while let Some(key) = text.key(&mut is_first)? {
            // The last of equal keys counts; those that are not written plainly may be equal.
            if key.plain()? == name {
                found = Some(text.place());
            }
            text.skip(0)?;
        }
        text.back(found?);
    }
    Some(())
}

fn named(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// The schema that stands in another behind a keyword, and behind the name that has to follow.
fn step<'p>(
    rules: &Rules,
    schema: Id,
    keyword: &str,
    names: &mut impl Iterator<Item = &'p str>,
) -> Option<Id> {
    let all = rules.of(schema);
    let fields = || rules.fields(all);
    let find = |of: &dyn Fn(&Rule) -> Option<Id>| all.iter().find_map(of);
    let span = |of: &dyn Fn(&Rule) -> Option<Span>| all.iter().find_map(of);
    let mut name = || names.next().map(named);
    let defined = |new: bool| {
        span(&|rule| match rule {
            Rule::Defined { is_new, schemas } if *is_new == new => Some(*schemas),
            _ => None,
        })
    };
    match keyword {
        "$defs" => rules.entry(defined(true)?, &name()?),
        "definitions" => rules.entry(defined(false)?, &name()?),
        "properties" => rules.entry(fields()?.properties, &name()?),
        "patternProperties" => rules.entry(fields()?.patterns, &name()?),
        "items" => find(&|rule| match rule {
            Rule::Items { after: 0, schema } => Some(*schema),
            _ => None,
        }),
        "not" => find(&|rule| if let Rule::Not(schema) = rule { Some(*schema) } else { None }),
        "anyOf" | "allOf" | "oneOf" => {
            let list = span(&|rule| match (keyword, rule) {
                ("anyOf", Rule::AnyOf(list))
                | ("allOf", Rule::AllOf(list))
                | ("oneOf", Rule::OneOf(list)) => Some(*list),
                _ => None,
            })?;
            let at = name()?;
            let is_number = !at.starts_with(['+', '0']) || at == "0";
            list.of(&rules.ids).get(at.parse::<usize>().ok().filter(|_| is_number)?).copied()
        }
        _ => None,
    }
}
