//! Dates and durations.

use std::rc::Rc;

use super::args::{any, text};
use super::moment::{self, moment_of};
use crate::error::Error;
use crate::function::{Call, Functions};
use crate::strconv;
use crate::time::{Span, Time, Zone};
use crate::value::{IntKind, Value};

type Answer = Result<Value, Error>;

pub(super) fn register(functions: &mut Functions) {
    functions
        .with("now", "-> time.Time", |call, _| Ok(moment::value(now(call))))
        .with("date", "string, any -> string", |call, args| {
            shown(call, text(args, 0), any(args, 1), b"Local")
        })
        .with("htmlDate", "any -> string", |call, args| shown(call, b"2006-01-02", any(args, 0), b"Local"))
        .with("htmlDateInZone", "any, string -> string", |call, args| {
            shown(call, b"2006-01-02", any(args, 0), text(args, 1))
        })
        .with("ago", "any -> string", ago)
        .with("duration", "any -> string", duration)
        .with("durationRound", "any -> string", duration_round)
        .with("toDate", "string, string -> time.Time", |call, args| {
            let local = local(call);
            let parsed = Time::parse(text(args, 0), text(args, 1), &local);
            Ok(moment::value(parsed.unwrap_or_else(|_| Time::zero(Zone::utc()))))
        })
        .with("mustToDate", "string, string -> time.Time", |call, args| {
            Time::parse(text(args, 0), text(args, 1), &local(call)).map(moment::value).map_err(Error::new)
        })
        .with("unixEpoch", "time.Time -> string", |_, args| {
            Ok(moment_of(any(args, 0)).map_or(0, |time| time.seconds).to_string().into())
        });
    for name in ["dateInZone", "date_in_zone"] {
        functions.with(name, "string, any, string -> string", |call, args| {
            shown(call, text(args, 0), any(args, 1), text(args, 2))
        });
    }
    for name in ["dateModify", "date_modify"] {
        functions.with(name, "string, time.Time -> time.Time", |_, args| {
            Ok(modified(args).unwrap_or_else(|_| any(args, 1).clone()))
        });
    }
    for name in ["mustDateModify", "must_date_modify"] {
        functions.with(name, "string, time.Time -> time.Time", |_, args| modified(args));
    }
}

/// The local zone, as the caller of the execution has it.
fn local(call: &Call<'_>) -> Rc<Zone> {
    let name = call.env().zones.map_or("UTC", |zones| zones.local());
    named(call, name.as_bytes()).unwrap_or_else(Zone::utc)
}

/// The zone of this name, if there is one.
fn named(call: &Call<'_>, name: &[u8]) -> Option<Rc<Zone>> {
    match name {
        b"" | b"UTC" => return Some(Zone::utc()),
        b"Local" => return Some(local(call)),
        _ => {}
    }
    let name = std::str::from_utf8(name).ok()?;
    if name.split(['/', '\\']).any(|part| part == "..") || name.starts_with(['/', '\\']) {
        return None;
    }
    Zone::read(name, &call.env().zones?.load(name)?).map(Rc::new)
}

fn now(call: &Call<'_>) -> Time {
    let (seconds, nanos) = call.env().now;
    Time::new(seconds, nanos, local(call))
}

/// What sprig takes for a moment: times and seconds since 1970; all else is now.
fn moment(call: &Call<'_>, value: &Value) -> Time {
    match value {
        Value::Int(IntKind::Int | IntKind::Int64 | IntKind::Int32, seconds) => {
            Time::new(*seconds, 0, local(call))
        }
        value => moment_of(value).cloned().unwrap_or_else(|| now(call)),
    }
}

fn shown(call: &Call<'_>, layout: &[u8], value: &Value, zone: &[u8]) -> Answer {
    let zone = named(call, zone).unwrap_or_else(Zone::utc);
    Ok(moment(call, value).within(zone).format(layout).into())
}

fn modified(args: &[Value]) -> Answer {
    let span = Span::parse(text(args, 0)).map_err(Error::new)?;
    let time = moment_of(any(args, 1)).ok_or_else(|| Error::new("no time"))?;
    Ok(moment::value(time.plus(span)))
}

fn ago(call: &mut Call<'_>, args: &[Value]) -> Answer {
    let since = now(call).since(&moment(call, any(args, 0)));
    Ok(since.round(1_000_000_000).to_text().into())
}

fn duration(_: &mut Call<'_>, args: &[Value]) -> Answer {
    let seconds = match any(args, 0) {
        Value::Str(text) => strconv::parse_int(text, 10, "ParseInt").unwrap_or_else(|(nearest, _)| nearest),
        Value::Int(IntKind::Int64, seconds) => *seconds,
        _ => 0,
    };
    Ok(Span(seconds.wrapping_mul(1_000_000_000)).to_text().into())
}

fn duration_round(call: &mut Call<'_>, args: &[Value]) -> Answer {
    const HOUR: u64 = 3600 * 1_000_000_000;
    const UNITS: [(u64, &str); 6] = [
        (HOUR * 24 * 365, "y"),
        (HOUR * 24 * 30, "mo"),
        (HOUR * 24, "d"),
        (HOUR, "h"),
        (HOUR / 60, "m"),
        (HOUR / 3600, "s"),
    ];
    let span = match any(args, 0) {
        Value::Str(text) => Span::parse(text).unwrap_or(Span(0)),
        Value::Int(IntKind::Int64, nanos) => Span(*nanos),
        value => moment_of(value).map_or(Span(0), |time| now(call).since(time)),
    };
    let size = span.0.unsigned_abs();
    let unit = UNITS.iter().find(|(unit, _)| size > *unit);
    Ok(unit.map_or_else(|| "0s".to_string(), |(unit, name)| format!("{}{name}", size / unit)).into())
}
