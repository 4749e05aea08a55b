//! JSON merge patch, RFC 7386.

use weir_yaml::{Map, Value};

use super::{DEEPEST, MergeError};

/// Merges a patch: maps are merged, null takes a key away, everything else is replaced.
pub fn json_merge(target: &mut Value, patch: &Value) -> Result<(), MergeError> {
    merge(target, patch, 0)
}

fn merge(target: &mut Value, patch: &Value, depth: usize) -> Result<(), MergeError> {
    if depth > DEEPEST {
        return Err(MergeError::new("the patch is nested too deeply"));
    }
    let Value::Map(patch) = patch else {
        *target = patch.clone();
        return Ok(());
    };
    let target = target.make_map();
    for (key, value) in patch {
        if value.is_null() {
            target.remove(key);
        } else if value.as_map().is_none() {
            target.insert(key.clone(), value.clone());
        } else {
            merge(target.entry(key), value, depth + 1).map_err(|error| error.below(key))?;
        }
    }
    Ok(())
}

/// The patch that makes `to` of `from`. A null inside of `to` cannot be said in such a patch: the key goes.
pub fn json_merge_diff(from: &Value, to: &Value) -> Value {
    let (Value::Map(from), Value::Map(to)) = (from, to) else { return to.clone() };
    let mut patch = Map::new();
    for (key, value) in to {
        match from.get(key) {
            Some(old) if old == value => {}
            Some(old @ Value::Map(_)) if value.as_map().is_some() => {
                let inner = json_merge_diff(old, value);
                if inner.as_map().is_some_and(|inner| !inner.is_empty()) {
                    patch.insert(key.clone(), inner);
                }
            }
            _ => {
                patch.insert(key.clone(), value.clone());
            }
        }
    }
    for key in from.keys().filter(|key| !to.contains_key(key)) {
        patch.insert(key.clone(), Value::Null);
    }
    Value::Map(patch)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Value {
        weir_yaml::from_json(text.as_bytes()).unwrap()
    }

    #[test]
    fn merges_the_examples_of_the_rfc() {
        for (target, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, r#"{}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"["a","b"]"#, r#"["c","d"]"#, r#"["c","d"]"#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            (r#"[1,2]"#, r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            (r#"{}"#, r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let mut value = json(target);
            json_merge(&mut value, &json(patch)).unwrap();
            assert_eq!(value, json(result), "{target} + {patch}");
        }
    }

    #[test]
    fn a_difference_leads_back() {
        let (from, to) = (json(r#"{"a":1,"b":{"c":2,"d":3}}"#), json(r#"{"b":{"d":3,"e":{}},"f":[]}"#));
        let patch = json_merge_diff(&from, &to);
        let mut value = from;
        json_merge(&mut value, &patch).unwrap();
        assert!(value.means(&to));
    }
}
