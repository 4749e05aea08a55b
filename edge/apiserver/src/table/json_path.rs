//! The part of JSONPath that printer columns use: fields, indices, `[*]`, and filters for equality.

use weir_yaml::{Value, from_json};

/// The values that a path finds; a path that makes no sense finds nothing.
pub(super) fn find<'a>(root: &'a Value, path: &str) -> Vec<&'a Value> {
    let path = path.trim().trim_start_matches('{').trim_end_matches('}').trim_start_matches('$');
    let mut found = vec![root];
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let Some(end) = closing(inner) else { return Vec::new() };
            let (what, after) = inner.split_at(end);
            found = bracket(&found, what.trim());
            rest = after.get(1..).unwrap_or("");
        } else {
            let text = rest.trim_start_matches('.');
            let (name, after) = field_name(text);
            found = found
                .into_iter()
                .filter_map(|value| if name == "*" { None } else { value.get(&name) })
                .collect();
            rest = after;
        }
    }
    found
}

/// Where the bracket ends that began before this text.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') if depth == 0 => return Some(at),
            (None, ']') => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The field at the start of this text, `\.` being a dot in it, and what follows.
fn field_name(text: &str) -> (String, &str) {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => name.extend(chars.next().map(|(_, c)| c)),
            '.' | '[' => return (name, text.get(at..).unwrap_or("")),
            _ => name.push(c),
        }
    }
    (name, "")
}

fn bracket<'a>(found: &[&'a Value], what: &str) -> Vec<&'a Value> {
    let items = found.iter().filter_map(|value| value.as_list());
    if what == "*" {
        return items.flatten().collect();
    }
    if let Some(condition) = what.strip_prefix("?(").and_then(|rest| rest.strip_suffix(')')) {
        let Some((path, wanted)) = condition.split_once("==") else {
            let path = condition.trim().trim_start_matches('@');
            return items.flatten().filter(|item| !find(item, path).is_empty()).collect();
        };
        let (path, wanted) = (path.trim().trim_start_matches('@'), wanted.trim());
        let wanted = match wanted.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(text) => Value::from(text),
            None => from_json(wanted.as_bytes()).unwrap_or_default(),
        };
        return items
            .flatten()
            .filter(|item| find(item, path).first().is_some_and(|value| value.means(&wanted)))
            .collect();
    }
    let quoted = what.trim_matches(['\'', '"']);
    if quoted != what {
        return found.iter().filter_map(|value| value.get(quoted)).collect();
    }
    let Ok(at) = what.parse::<isize>() else { return Vec::new() };
    let pick = |list: &'a [Value]| {
        let at = if at < 0 { list.len().checked_sub(at.unsigned_abs())? } else { at.unsigned_abs() };
        list.get(at)
    };
    items.filter_map(pick).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_columns_ask_for() {
        let object = from_json(
            br#"{"spec":{"a.b":1,"list":[{"n":"x"},{"n":"y"}]},
            "status":{"conditions":[{"type":"A","status":"False"},{"type":"Ready","status":"True"}]}}"#,
        )
        .unwrap();
        for (path, text) in [
            (".status.conditions[?(@.type==\"Ready\")].status", "\"True\""),
            (".status.conditions[?(@.type=='A')].status", "\"False\""),
            (".spec.a\\.b", "1"),
            (".spec['a.b']", "1"),
            (".spec.list[*].n", "\"x\" \"y\""),
            (".spec.list[-1].n", "\"y\""),
            (".spec.list[7].n", ""),
            (".nothing.at.all", ""),
            (".spec.list[", ""),
        ] {
            let found: Vec<String> = find(&object, path).into_iter().map(weir_yaml::to_json).collect();
            assert_eq!(found.join(" "), text, "{path}");
        }
    }
}
