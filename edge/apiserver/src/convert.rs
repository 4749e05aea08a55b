//! One object in the words of another version.
//!
//! Versions differ in nothing but their name, save for Events: `v1` and `events.k8s.io/v1` are two forms of one object.

use std::borrow::Cow;
use std::sync::Arc;

use weir_yaml::{Map, Value};

/// The version of Events that came first; its table holds both.
const CORE: &str = "v1";
/// The version that came later.
const EVENTS: &str = "events.k8s.io/v1";

/// Fields of an Event as the one and the other names them.
const NAMES: &[(&str, &str)] = &[
    ("involvedObject", "regarding"),
    ("message", "note"),
    ("source", "deprecatedSource"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("count", "deprecatedCount"),
    ("reportingComponent", "reportingController"),
];
/// What the first version says even if it is empty, and the later one does not.
const ALWAYS_SAID: &[&str] = &["reportingComponent", "reportingInstance"];

/// The object in the words of this version.
pub(crate) fn in_version<'a>(value: &'a Value, api_version: &str) -> Cow<'a, Value> {
    let own = value.str_at(&["apiVersion"]).unwrap_or("");
    if own == api_version {
        return Cow::Borrowed(value);
    }
    let mut out = match (own, api_version) {
        (CORE, EVENTS) => renamed(value, |name| other(name, |(core, events)| (core, events))),
        (EVENTS, CORE) => renamed(value, |name| other(name, |(core, events)| (events, core))),
        _ => value.clone(),
    };
    for name in ALWAYS_SAID {
        let is_empty = out.str_at(&[name]).unwrap_or("").is_empty();
        match (own, api_version) {
            (CORE, EVENTS) if is_empty => {
                out.remove_at(&[other(name, |pair| *pair)]);
            }
            (EVENTS, CORE) if is_empty => out.set_at(&[name], ""),
            _ => {}
        }
    }
    out.set_at(&["apiVersion"], api_version);
    Cow::Owned(out)
}

/// The group under whose name objects of this group and plural are kept.
pub(crate) fn table_group(group: &Arc<str>, plural: &str) -> Arc<str> {
    if &**group == "events.k8s.io" && plural == "events" { "".into() } else { Arc::clone(group) }
}

fn other<'a>(name: &'a str, order: impl Fn(&(&'a str, &'a str)) -> (&'a str, &'a str)) -> &'a str {
    NAMES.iter().map(order).find(|(from, _)| *from == name).map_or(name, |(_, to)| to)
}

fn renamed<'a>(value: &'a Value, name: impl Fn(&'a str) -> &'a str) -> Value {
    let mut out = Map::default();
    for (key, value) in value.as_map().into_iter().flatten() {
        out.insert(name(key), value.clone());
    }
    Value::from(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_has_two_forms() {
        let core = r#"{"apiVersion":"v1","kind":"Event","metadata":{"name":"a"},"involvedObject":{"name":"p"},"reason":"r",
            "message":"m","source":{"component":"c"},"firstTimestamp":null,"lastTimestamp":null,"count":2,
            "eventTime":null,"reportingComponent":"","reportingInstance":"i"}"#;
        let events = r#"{"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"a"},"regarding":{"name":"p"},
            "reason":"r","note":"m","deprecatedSource":{"component":"c"},"deprecatedFirstTimestamp":null,
            "deprecatedLastTimestamp":null,"deprecatedCount":2,"eventTime":null,"reportingInstance":"i"}"#;
        let read = |text: &str| weir_yaml::from_json(text.as_bytes()).unwrap();
        let (core, events) = (read(core), read(events));
        assert!(
            in_version(&core, EVENTS).means(&events),
            "{}",
            weir_yaml::to_json(&in_version(&core, EVENTS))
        );
        assert!(in_version(&events, CORE).means(&core), "{}", weir_yaml::to_json(&in_version(&events, CORE)));
        assert!(matches!(in_version(&core, CORE), Cow::Borrowed(_)));
        let scaler = read(r#"{"apiVersion":"autoscaling/v2","message":"m"}"#);
        assert_eq!(in_version(&scaler, "autoscaling/v1").str_at(&["message"]), Some("m"));
    }
}
