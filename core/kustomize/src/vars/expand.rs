//! `$(NAME)` in texts. `$$` is a dollar; what is no reference stays as it is.

use weir_yaml::Value;

use super::Known;

/// The text with all references replaced; a text that is one reference and nothing else keeps the type of its value.
pub(super) fn expand(text: &str, known: &[Known]) -> Value {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, behind)) = rest.split_once('$') {
        out.push_str(before);
        rest = behind;
        let mut chars = behind.chars();
        match chars.next() {
            None => out.push('$'),
            Some('$') => {
                out.push('$');
                rest = chars.as_str();
            }
            Some('(') => match chars.as_str().split_once(')') {
                None => {
                    out.push_str("$(");
                    rest = chars.as_str();
                }
                Some((name, behind)) => {
                    let value = value_of(name, known);
                    if text.len() == name.len() + 3 {
                        return value.cloned().unwrap_or_else(|| Value::from(text));
                    }
                    match value {
                        Some(Value::Float(number)) => out.push_str(&shown(*number)),
                        Some(value) => out.push_str(&crate::fields::scalar_text(value)),
                        None => out.push_str(&format!("$({name})")),
                    }
                    rest = behind;
                }
            },
            Some(other) => {
                out.push('$');
                out.push(other);
                rest = chars.as_str();
            }
        }
    }
    out.push_str(rest);
    Value::from(out)
}

/// A number as Go shows it: with an exponent if it is very large or small.
fn shown(number: f64) -> String {
    if number == 0.0 || (1e-4..1e21).contains(&number.abs()) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
    format!("{digits}e{sign}{exponent:0>2}")
}

/// Only scalars can take the place of a reference.
fn value_of<'k>(name: &str, known: &'k [Known]) -> Option<&'k Value> {
    let at = known.binary_search_by(|own| (*own.name).cmp(name)).ok()?;
    known.get(at).map(|known| &known.value).filter(|value| !matches!(value, Value::Map(_) | Value::List(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_references() {
        let known =
            [Known { name: "A".into(), value: "a".into() }, Known { name: "N".into(), value: Value::Int(8) }];
        for (text, expected) in [
            ("$(A)", Value::from("a")),
            ("$(N)", Value::Int(8)),
            ("x$(N)y", "x8y".into()),
            ("$$(A)-$(A)", "$(A)-a".into()),
            ("$(B) $A $( $", "$(B) $A $( $".into()),
            ("$$", "$".into()),
            ("a$", "a$".into()),
        ] {
            assert_eq!(expand(text, &known), expected, "{text}");
        }
    }
}
