//! `weir events`: what Flux resources told, oldest first.

use jiff::{Timestamp, Unit};
use weir_yaml::Value;

use crate::cli::Events;
use crate::connect::block_on;
use crate::exit::Failure;
use crate::output::{Table, print};

pub(super) fn run(args: &Events) -> Result<(), Failure> {
    let mut events = block_on(async {
        let cluster = args.cluster.connect().await?;
        let resource = cluster.resource("v1", "Event").await?;
        let namespace = if args.all_namespaces { "" } else { &args.cluster.namespace };
        Ok(cluster.list(&resource, namespace, "").await?)
    })?;
    events.retain(|event| is_asked_for(args, event));
    events.sort_by_key(last_seen);
    if events.is_empty() {
        let place = if args.all_namespaces { "any" } else { &args.cluster.namespace };
        return Err(Failure::new(format!("no events found in \"{place}\" namespace")));
    }
    let mut header = vec!["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
    if args.all_namespaces {
        header.insert(0, "NAMESPACE");
    }
    let mut table = Table::new(&header);
    let now = Timestamp::now();
    for event in &events {
        let text = |path: &[&str]| event.str_at(path).unwrap_or_default().to_string();
        let (kind, name) = (text(&["involvedObject", "kind"]), text(&["involvedObject", "name"]));
        let mut row = vec![
            age(now, &last_seen(event)),
            text(&["type"]),
            text(&["reason"]),
            format!("{kind}/{name}"),
            text(&["message"]).trim().to_string(),
        ];
        if args.all_namespaces {
            row.insert(0, text(&["metadata", "namespace"]));
        }
        table.row(row);
    }
    print(&table.text(!args.no_header))
}

fn is_asked_for(args: &Events, event: &Value) -> bool {
    let is =
        |path: &[&str], wanted: &str| event.str_at(path).is_some_and(|is| is.eq_ignore_ascii_case(wanted));
    let group = event.str_at(&["involvedObject", "apiVersion"]).unwrap_or_default();
    let about = match &args.object {
        None => group.contains("fluxcd.io/"),
        Some(object) => match object.split_once('/') {
            Some((kind, name)) => {
                is(&["involvedObject", "kind"], kind) && is(&["involvedObject", "name"], name)
            }
            None => is(&["involvedObject", "kind"], object),
        },
    };
    about && (args.types.is_empty() || args.types.iter().any(|kind| is(&["type"], kind)))
}

fn last_seen(event: &Value) -> String {
    ["lastTimestamp", "eventTime"].iter().find_map(|key| event.str_at(&[key])).unwrap_or_default().to_string()
}

/// How long ago, in the one or two largest units, as kubectl prints it.
fn age(now: Timestamp, time: &str) -> String {
    let Ok(time) = time.parse::<Timestamp>() else { return "<unknown>".to_string() };
    let seconds = now.since((Unit::Second, time)).map_or(0, |span| span.get_seconds()).max(0);
    match seconds {
        0..120 => format!("{seconds}s"),
        120..600 => match (seconds / 60, seconds % 60) {
            (minutes, 0) => format!("{minutes}m"),
            (minutes, seconds) => format!("{minutes}m{seconds}s"),
        },
        600..10_800 => format!("{}m", seconds / 60),
        10_800..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short() {
        let now: Timestamp = "2026-01-02T00:00:00Z".parse().unwrap();
        for (time, text) in [
            ("2026-01-01T23:59:01Z", "59s"),
            ("2026-01-01T23:57:30Z", "2m30s"),
            ("2026-01-01T23:00:00Z", "60m"),
            ("2026-01-01T12:00:00Z", "12h"),
            ("2025-12-01T12:00:00Z", "31d"),
            ("", "<unknown>"),
        ] {
            assert_eq!(age(now, time), text);
        }
    }
}
