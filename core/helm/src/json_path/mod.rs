//! JSONPath as kubectl takes it, for `show values --jsonpath`: `{.image.tag}`, `{range .list[*]}{.name}{"\n"}{end}`.
//!
//! Where a path finds nothing, nothing at all is printed, as in Helm.

mod parse;

use weir_yaml::Value;

use crate::error::Error;

/// Deeper paths and loops are refused.
const DEEPEST: usize = 50;

/// A piece of a template.
#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Text(String),
    Path(Vec<Step>),
    Range(Vec<Step>, Vec<Piece>),
}

/// A step of a path.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Key(String),
    All,
    Deep,
    Slice { from: Option<i64>, to: Option<i64>, by: i64 },
    Index(i64),
    Several(Vec<Vec<Step>>),
    Filter { left: Side, test: Option<(String, Side)> },
}

#[derive(Debug, Clone, PartialEq)]
enum Side {
    Path(Vec<Step>),
    Word(Value),
}

/// What a template prints of these values.
pub fn json_path(template: &str, values: &Value) -> Result<String, Error> {
    let failed = |why: String| Error::new(format!("error parsing jsonpath {template}: {why}"));
    let pieces = parse::parse(template).map_err(failed)?;
    let mut out = String::new();
    let done = print(&pieces, values, &mut out);
    Ok(done.map_or_else(|Absent| String::new(), |()| out))
}

/// Nothing was found.
struct Absent;

fn print(pieces: &[Piece], here: &Value, out: &mut String) -> Result<(), Absent> {
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Path(path) => {
                let found: Vec<String> = find(path, here, 0)?.into_iter().map(shown).collect();
                out.push_str(&found.join(" "));
            }
            Piece::Range(path, inner) => {
                for item in find(path, here, 0)? {
                    print(inner, item, out)?;
                }
            }
        }
    }
    Ok(())
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| weir_yaml::to_json(value), str::to_string)
}

fn find<'v>(path: &[Step], value: &'v Value, depth: usize) -> Result<Vec<&'v Value>, Absent> {
    let mut here = vec![value];
    for (at, step) in path.iter().enumerate() {
        if matches!(step, Step::Deep) {
            let mut found = Vec::new();
            here.iter()
                .for_each(|value| deep(value, path.get(at + 1..).unwrap_or_default(), depth + 1, &mut found));
            return Ok(found);
        }
        let mut next = Vec::new();
        for value in here {
            next.extend(one(step, value, depth)?);
        }
        here = next;
    }
    Ok(here)
}

/// All values below that the rest of a path leads to.
fn deep<'v>(value: &'v Value, rest: &[Step], depth: usize, found: &mut Vec<&'v Value>) {
    if depth > DEEPEST {
        return;
    }
    found.extend(find(rest, value, depth).unwrap_or_default());
    match value {
        Value::Map(map) => map.values().for_each(|below| deep(below, rest, depth + 1, found)),
        Value::List(items) => items.iter().for_each(|below| deep(below, rest, depth + 1, found)),
        _ => {}
    }
}

fn one<'v>(step: &Step, value: &'v Value, depth: usize) -> Result<Vec<&'v Value>, Absent> {
    let items = value.as_list();
    let place = |at: i64, length: usize| {
        usize::try_from(if at < 0 { i64::try_from(length).unwrap_or(0) + at } else { at }).ok()
    };
    Ok(match step {
        Step::Deep => Vec::new(),
        Step::Key(key) => vec![value.get(key).ok_or(Absent)?],
        Step::All => match value {
            Value::Map(map) => map.values().collect(),
            value => value.as_list().unwrap_or_default().iter().collect(),
        },
        Step::Index(at) => {
            let items = items.ok_or(Absent)?;
            vec![place(*at, items.len()).and_then(|at| items.get(at)).ok_or(Absent)?]
        }
        Step::Slice { from, to, by } => {
            let items = items.ok_or(Absent)?;
            let bound =
                |at: Option<i64>, or: usize| at.map_or(Some(or), |at| place(at, items.len())).ok_or(Absent);
            let (from, to) = (bound(*from, 0)?, bound(*to, items.len())?.min(items.len()));
            items
                .get(from..to)
                .unwrap_or_default()
                .iter()
                .step_by(usize::try_from(*by).unwrap_or(1))
                .collect()
        }
        Step::Several(paths) => {
            let mut all = Vec::new();
            for path in paths {
                all.extend(find(path, value, depth)?);
            }
            all
        }
        Step::Filter { left, test } => {
            let fits = |item: &&Value| {
                let side = |side: &Side| match side {
                    Side::Word(word) => Some(word.clone()),
                    Side::Path(path) => find(path, item, depth).ok()?.first().map(|found| (*found).clone()),
                };
                match test {
                    None => side(left).is_some(),
                    Some((operator, right)) => side(left)
                        .zip(side(right))
                        .is_some_and(|(left, right)| compares(&left, operator, &right)),
                }
            };
            items.ok_or(Absent)?.iter().filter(fits).collect()
        }
    })
}

fn compares(left: &Value, operator: &str, right: &Value) -> bool {
    let numbers = left.as_f64().zip(right.as_f64());
    let order = match (left.as_str(), right.as_str()) {
        (Some(left), Some(right)) => Some(left.cmp(right)),
        _ => numbers.and_then(|(left, right)| left.partial_cmp(&right)),
    };
    match operator {
        "==" => left.means(right) || order.is_some_and(std::cmp::Ordering::is_eq),
        "!=" => !left.means(right) && order.is_none_or(std::cmp::Ordering::is_ne),
        "<" => order.is_some_and(std::cmp::Ordering::is_lt),
        ">" => order.is_some_and(std::cmp::Ordering::is_gt),
        "<=" => order.is_some_and(std::cmp::Ordering::is_le),
        _ => order.is_some_and(std::cmp::Ordering::is_ge),
    }
}

#[cfg(test)]
mod tests {
    use weir_yaml::{Dialect, first_from_yaml};

    use super::*;

    #[test]
    fn templates_print_what_they_find() {
        let values = "image: {tag: '1.5', port: 80}\nlist: [{name: a, v: 1, ok: true}, {name: b, v: 2}, {name: c, v: 3}]\n\
                      words: [x, w, z]\ndeep: {b: [{name: r}]}\nd.k: {x/y: 5}\nempty: {}\n";
        let values = first_from_yaml(values, Dialect::Sigs).unwrap();
        for (template, text) in [
            ("{.image.tag}", "1.5"),
            ("{.image}", "{\"port\":80,\"tag\":\"1.5\"}"),
            ("x {.image.port} y", "x 80 y"),
            ("a{.nope}b", ""),
            ("{.list[9]}", ""),
            ("{.list[-1].name}", "c"),
            ("{.list[*].name}", "a b c"),
            ("{.list[::2].name}", "a c"),
            ("{.words[1:3]}", "w z"),
            ("{.list[0,2].name}", "a c"),
            ("{range .list[*]}{.name}={.v}{\"\\n\"}{end}", "a=1\nb=2\nc=3\n"),
            ("{.deep..name}", "r"),
            ("{.list[?(@.name==\"b\")].v}", "2"),
            ("{.list[?(@.name!='b')].name}", "a c"),
            ("{.list[?(@.ok)].name}", "a"),
            ("{.list[?(@.v>1)].name}", "b c"),
            (r"{.d\.k.x/y}", "5"),
            ("{$.image['tag']}", "1.5"),
            ("{.empty}", "{}"),
            ("plain", "plain"),
        ] {
            assert_eq!(json_path(template, &values).unwrap(), text, "{template}");
        }
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for template in ["{", "{.a", "{end}", "{range .a}x", "{.list[a]}", "{.a b}", "{.list[?(]}", "{'x}"] {
            let error = json_path(template, &Value::Null).unwrap_err().message;
            assert!(error.starts_with(&format!("error parsing jsonpath {template}: ")), "{error}");
        }
        let deep = "{range .a}".repeat(10_000);
        assert!(json_path(&deep, &Value::Null).is_err());
        let long = format!("{{{}}}", ".a".repeat(10_000));
        assert!(json_path(&long, &Value::Null).is_err());
    }
}
