//! Versions.

use std::any::Any;
use std::borrow::Cow;

use weir_semver::{Range, Version};

use super::args::text;
use crate::error::Error;
use crate::function::{Call, Functions};
use crate::value::{IntKind, Kind, Object, Value};

pub(super) fn register(functions: &mut Functions) {
    functions
        .with("semver", "string -> *semver.Version", |_, args| parse(text(args, 0)).map(Value::object))
        .with("semverCompare", "string, string -> bool", |_, args| {
            let range = String::from_utf8_lossy(text(args, 0));
            let range = Range::parse(&range).map_err(|error| Error::new(error.to_string()))?;
            Ok(range.contains(&parse(text(args, 1))?.0).into())
        });
}

fn parse(version: &[u8]) -> Result<Semver, Error> {
    Version::parse(&String::from_utf8_lossy(version))
        .map(Semver)
        .map_err(|error| Error::new(error.to_string()))
}

/// A version, as templates see it.
struct Semver(Version);

fn other(args: &[Value]) -> Result<&Version, Error> {
    let object =
        args.first().and_then(|value| if let Value::Object(object) = value { Some(object) } else { None });
    let version = object.and_then(|object| object.as_any().downcast_ref::<Semver>());
    version.map(|version| &version.0).ok_or_else(|| Error::new("no version"))
}

fn number(number: u64) -> Value {
    Value::Int(IntKind::Uint64, number as i64)
}

impl Object for Semver {
    fn type_name(&self) -> Cow<'static, str> {
        "*semver.Version".into()
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let version = &self.0;
        vec![
            ("major", number(version.major())),
            ("minor", number(version.minor())),
            ("patch", number(version.patch())),
            ("pre", version.pre().into()),
            ("metadata", version.metadata().into()),
            ("original", version.original().into()),
        ]
    }

    fn method(&self, name: &str) -> Option<&'static str> {
        Some(match name {
            "Major" | "Minor" | "Patch" => "-> uint64",
            "Prerelease" | "Metadata" | "Original" | "String" => "-> string",
            "Compare" => "*semver.Version -> int",
            "LessThan" | "LessThanEqual" | "GreaterThan" | "GreaterThanEqual" | "Equal" => {
                "*semver.Version -> bool"
            }
            "IncMajor" | "IncMinor" | "IncPatch" => "-> *semver.Version",
            "SetPrerelease" | "SetMetadata" => "string -> *semver.Version",
            _ => return None,
        })
    }

    fn call(&self, name: &str, _: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
        let version = &self.0;
        Ok(match name {
            "Major" => number(version.major()),
            "Minor" => number(version.minor()),
            "Patch" => number(version.patch()),
            "Prerelease" => version.pre().into(),
            "Metadata" => version.metadata().into(),
            "Original" => version.original().into(),
            "String" => version.to_string().into(),
            "Compare" => Value::int(version.cmp(other(args)?) as i64),
            "LessThan" => (version < other(args)?).into(),
            "LessThanEqual" => (version <= other(args)?).into(),
            "GreaterThan" => (version > other(args)?).into(),
            "GreaterThanEqual" => (version >= other(args)?).into(),
            "Equal" => (version.cmp(other(args)?) == std::cmp::Ordering::Equal).into(),
            _ => changed(version, name, text(args, 0))?,
        })
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        Some(self.0.to_string().into())
    }

    fn json(&self) -> Option<Value> {
        Some(self.0.to_string().into())
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Semver>().is_some_and(|other| self.0 == other.0)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The version with one part raised or set. Raising the patch of a prerelease only drops the prerelease.
fn changed(version: &Version, name: &str, with: &[u8]) -> Result<Value, Error> {
    let (major, minor, patch) = (version.major(), version.minor(), version.patch());
    let prefix = if version.original().starts_with('v') { "v" } else { "" };
    let with = String::from_utf8_lossy(with);
    let tail = |mark: &str, text: &str| if text.is_empty() { String::new() } else { format!("{mark}{text}") };
    let text = match name {
        "IncMajor" => format!("{prefix}{}.0.0", major.saturating_add(1)),
        "IncMinor" => format!("{prefix}{major}.{}.0", minor.saturating_add(1)),
        "IncPatch" if version.is_prerelease() => format!("{prefix}{major}.{minor}.{patch}"),
        "IncPatch" => format!("{prefix}{major}.{minor}.{}", patch.saturating_add(1)),
        "SetPrerelease" => {
            format!("{prefix}{major}.{minor}.{patch}{}{}", tail("-", &with), tail("+", version.metadata()))
        }
        _ => format!("{prefix}{major}.{minor}.{patch}{}{}", tail("-", version.pre()), tail("+", &with)),
    };
    parse(text.as_bytes()).map(Value::object)
}
