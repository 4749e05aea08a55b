//! Times, durations, months and weekdays as templates see them: with their methods.

use std::any::Any;
use std::borrow::Cow;
use std::rc::Rc;

use super::args::{any, int, text};
use crate::error::Error;
use crate::function::Call;
use crate::time::{DAYS, MONTHS, Span, Time, Zone};
use crate::value::{IntKind, Kind, Object, Value};

/// A `time.Time`.
struct Moment(Time);

/// A number of a named type that has names for its values.
struct Named {
    type_name: &'static str,
    kind: IntKind,
    number: i64,
    text: String,
}

/// A time as a value.
pub(super) fn value(time: Time) -> Value {
    Value::object(Moment(time))
}

/// The time in a value, if it is one.
pub(super) fn moment_of(value: &Value) -> Option<&Time> {
    let Value::Object(object) = value else { return None };
    object.as_any().downcast_ref::<Moment>().map(|moment| &moment.0)
}

fn span(span: Span) -> Value {
    let text = span.to_text();
    Value::object(Named { type_name: "time.Duration", kind: IntKind::Int64, number: span.0, text })
}

fn named(type_name: &'static str, number: i64, names: &[&str], first: i64) -> Value {
    let text = usize::try_from(number - first).ok().and_then(|at| names.get(at)).copied().unwrap_or_default();
    Value::object(Named { type_name, kind: IntKind::Int, number, text: text.to_string() })
}

fn other(args: &[Value]) -> Result<&Time, Error> {
    moment_of(any(args, 0)).ok_or_else(|| Error::new("no time"))
}

fn span_of(value: &Value) -> Span {
    Span(value.plain().as_int().unwrap_or_default())
}

impl Moment {
    fn part(&self, name: &str) -> Value {
        let civil = self.0.civil();
        match name {
            "Month" => named("time.Month", civil.month, &MONTHS, 1),
            "Weekday" => named("time.Weekday", civil.weekday, &DAYS, 0),
            _ => Value::int(match name {
                "Year" => civil.year,
                "Day" => civil.day,
                "Hour" => civil.hour,
                "Minute" => civil.minute,
                "Second" => civil.second,
                "Nanosecond" => i64::from(self.0.nanos),
                _ => civil.year_day,
            }),
        }
    }

    fn since_1970(&self, unit: i64) -> Value {
        let (seconds, nanos) = (self.0.seconds, i64::from(self.0.nanos));
        Value::int64(seconds.wrapping_mul(unit).wrapping_add(nanos / (1_000_000_000 / unit)))
    }

    /// The time cut or rounded to a multiple since the zero of Go.
    fn to_multiple(&self, args: &[Value], round: bool) -> Value {
        let unit = i128::from(span_of(any(args, 0)).0);
        if unit <= 0 {
            return value(self.0.clone());
        }
        let zero = i128::from(Time::zero(Zone::utc()).seconds);
        let whole = (i128::from(self.0.seconds) - zero) * 1_000_000_000 + i128::from(self.0.nanos);
        let rest = whole.rem_euclid(unit);
        let by = if round && rest * 2 >= unit { unit - rest } else { -rest };
        value(self.0.plus(Span(by as i64)))
    }
}

impl Object for Moment {
    fn type_name(&self) -> Cow<'static, str> {
        "time.Time".into()
    }

    fn method(&self, name: &str) -> Option<&'static str> {
        Some(match name {
            "Year" | "Day" | "Hour" | "Minute" | "Second" | "Nanosecond" | "YearDay" => "-> int",
            "Month" => "-> time.Month",
            "Weekday" => "-> time.Weekday",
            "Unix" | "UnixMilli" | "UnixMicro" | "UnixNano" => "-> int64",
            "String" => "-> string",
            "Format" => "string -> string",
            "Add" | "Truncate" | "Round" => "time.Duration -> time.Time",
            "AddDate" => "int, int, int -> time.Time",
            "Sub" => "time.Time -> time.Duration",
            "Before" | "After" | "Equal" => "time.Time -> bool",
            "Compare" => "time.Time -> int",
            "IsZero" => "-> bool",
            "UTC" | "Local" => "-> time.Time",
            _ => return None,
        })
    }

    fn call(&self, name: &str, _: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
        let time = &self.0;
        let order =
            |args| other(args).map(|other| (time.seconds, time.nanos).cmp(&(other.seconds, other.nanos)));
        Ok(match name {
            "Unix" => Value::int64(time.seconds),
            "UnixMilli" => self.since_1970(1000),
            "UnixMicro" => self.since_1970(1_000_000),
            "UnixNano" => self.since_1970(1_000_000_000),
            "String" => self.text().unwrap_or_default().into_owned().into(),
            "Format" => time.format(text(args, 0)).into(),
            "Add" => value(time.plus(span_of(any(args, 0)))),
            "Truncate" => self.to_multiple(args, false),
            "Round" => self.to_multiple(args, true),
            "AddDate" => {
                let civil = time.civil();
                let date = [
                    civil.year.saturating_add(int(args, 0)),
                    civil.month.saturating_add(int(args, 1)),
                    civil.day.saturating_add(int(args, 2)),
                    civil.hour,
                    civil.minute,
                    civil.second,
                ];
                value(Time::date(date, time.nanos, Rc::clone(&time.zone)))
            }
            "Sub" => span(time.since(other(args)?)),
            "Before" => order(args)?.is_lt().into(),
            "After" => order(args)?.is_gt().into(),
            "Equal" => order(args)?.is_eq().into(),
            "Compare" => Value::int(order(args)? as i64),
            "IsZero" => time.is_zero().into(),
            "UTC" => value(time.within(Zone::utc())),
            "Local" => value(time.clone()),
            part => self.part(part),
        })
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        let text = self.0.format(b"2006-01-02 15:04:05.999999999 -0700 MST");
        Some(String::from_utf8_lossy(&text).into_owned().into())
    }

    fn json(&self) -> Option<Value> {
        Some(self.0.format(b"2006-01-02T15:04:05.999999999Z07:00").into())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Moment>().is_some_and(|other| {
            self.0.seconds == other.0.seconds
                && self.0.nanos == other.0.nanos
                && self.0.zone.name == other.0.zone.name
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Named {
    fn type_name(&self) -> Cow<'static, str> {
        self.type_name.into()
    }

    fn kind(&self) -> Kind {
        Kind::Int(self.kind)
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::Int(self.kind, self.number))
    }

    fn method(&self, name: &str) -> Option<&'static str> {
        let duration = self.type_name == "time.Duration";
        Some(match name {
            "String" => "-> string",
            "Hours" | "Minutes" | "Seconds" if duration => "-> float64",
            "Milliseconds" | "Microseconds" | "Nanoseconds" if duration => "-> int64",
            "Round" | "Truncate" if duration => "time.Duration -> time.Duration",
            "Abs" if duration => "-> time.Duration",
            _ => return None,
        })
    }

    fn call(&self, name: &str, _: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
        let by = span_of(any(args, 0)).0;
        let in_units =
            |unit: i64| Value::Float((self.number / unit) as f64 + (self.number % unit) as f64 / unit as f64);
        Ok(match name {
            "Hours" => in_units(3_600_000_000_000),
            "Minutes" => in_units(60_000_000_000),
            "Seconds" => in_units(1_000_000_000),
            "Milliseconds" => Value::int64(self.number / 1_000_000),
            "Microseconds" => Value::int64(self.number / 1000),
            "Nanoseconds" => Value::int64(self.number),
            "Round" => span(Span(self.number).round(by)),
            "Truncate" => span(Span(self.number).truncate(by)),
            "Abs" => span(Span(self.number.saturating_abs())),
            _ => self.text.as_str().into(),
        })
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        Some(self.text.as_str().into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
