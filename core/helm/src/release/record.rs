//! The record of a release, as Helm 3 and 4 keep it in a Secret: JSON, compressed, in base64.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use weir_yaml::{Map, Value, from_json, to_json};

use super::hook::{Hook, HookEvent, HookRun};
use crate::chart::Chart;
use crate::error::Error;

/// The most that a record may come to when it is unpacked; a Secret holds a mebibyte of it packed.
const LARGEST: u64 = 256 * 1024 * 1024;
/// The type of the Secret.
pub const SECRET_TYPE: &str = "helm.sh/release.v1";
/// Labels of the Secret that are not the user's.
pub const SYSTEM_LABELS: [&str; 6] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/// How a release is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Status {
    /// Nobody knows.
    #[default]
    Unknown,
    /// It is in the cluster.
    Deployed,
    /// It was taken away, its record was kept.
    Uninstalled,
    /// A newer one took its place.
    Superseded,
    /// It could not be brought into the cluster.
    Failed,
    /// It is being taken away.
    Uninstalling,
    /// It is being installed.
    PendingInstall,
    /// It is being upgraded.
    PendingUpgrade,
    /// It is being rolled back.
    PendingRollback,
}

impl Status {
    const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Deployed,
        Self::Uninstalled,
        Self::Superseded,
        Self::Failed,
        Self::Uninstalling,
        Self::PendingInstall,
        Self::PendingUpgrade,
        Self::PendingRollback,
    ];

    /// As records say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Deployed => "deployed",
            Self::Uninstalled => "uninstalled",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
            Self::Uninstalling => "uninstalling",
            Self::PendingInstall => "pending-install",
            Self::PendingUpgrade => "pending-upgrade",
            Self::PendingRollback => "pending-rollback",
        }
    }

    /// The status of this name; what is not known is unknown.
    pub fn parse(name: &str) -> Self {
        Self::ALL.into_iter().find(|status| status.as_str() == name).unwrap_or_default()
    }

    /// True while something is under way.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::PendingInstall | Self::PendingUpgrade | Self::PendingRollback)
    }
}

/// One revision of a release.
#[derive(Debug, Clone, Default)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// The namespace that its record and, if not said otherwise, its objects are in.
    pub namespace: String,
    /// Which revision it is, from one.
    pub version: i64,
    /// How it is.
    pub status: Status,
    /// In words.
    pub description: String,
    /// When the first revision came, in RFC 3339.
    pub first_deployed: Option<String>,
    /// When this revision came.
    pub last_deployed: Option<String>,
    /// When it was taken away.
    pub deleted: Option<String>,
    /// What NOTES.txt says.
    pub notes: String,
    /// The chart, without the charts in it.
    pub chart: Chart,
    /// The values that the user gave.
    pub config: Map,
    /// All objects but hooks.
    pub manifest: String,
    /// The hooks.
    pub hooks: Vec<Hook>,
    /// `ssa`, `csa`, or nothing, which means the latter.
    pub apply_method: String,
    /// Labels of the user; they stand at the Secret, not in the record.
    pub labels: Vec<(String, String)>,
}

impl Release {
    /// The name of the Secret that keeps it.
    pub fn secret_name(&self) -> String {
        format!("sh.helm.release.v1.{}.v{}", self.name, self.version)
    }

    /// What stands under `release` in the Secret, before Kubernetes puts that into base64 once more.
    pub fn encode(&self) -> String {
        let json = to_json(&self.to_value());
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        let written = packed.write_all(json.as_bytes()).and_then(|()| packed.finish());
        STANDARD.encode(written.expect("writing to memory does not fail"))
    }

    /// Reads what [`Release::encode`] and Helm write.
    pub fn decode(data: &[u8]) -> Result<Self, Error> {
        let packed = STANDARD.decode(data).map_err(|error| Error::new(error.to_string()))?;
        let json = if packed.starts_with(b"\x1f\x8b\x08") && packed.len() > 3 {
            let mut json = Vec::new();
            let mut limited = GzDecoder::new(packed.as_slice()).take(LARGEST + 1);
            limited.read_to_end(&mut json).map_err(|error| Error::new(error.to_string()))?;
            if json.len() as u64 > LARGEST {
                return Err(Error::new(format!("the record has more than {LARGEST} bytes")));
            }
            json
        } else {
            packed
        };
        let value = from_json(&json).map_err(|error| Error::new(error.to_string()))?;
        match value {
            Value::Map(_) => Ok(Self::from_value(&value)),
            _ => Err(Error::new("the record is no object")),
        }
    }

    fn to_value(&self) -> Value {
        let mut fields = Map::new();
        put(&mut fields, "name", &self.name);
        fields.insert("info", self.info());
        fields.insert("chart", self.chart.to_record());
        if !self.config.is_empty() {
            fields.insert("config", self.config.clone());
        }
        put(&mut fields, "manifest", &self.manifest);
        if !self.hooks.is_empty() {
            fields.insert("hooks", Value::from(self.hooks.iter().map(hook_value).collect::<Vec<_>>()));
        }
        if self.version != 0 {
            fields.insert("version", self.version);
        }
        put(&mut fields, "namespace", &self.namespace);
        put(&mut fields, "apply_method", &self.apply_method);
        Value::from(fields)
    }

    fn info(&self) -> Value {
        let mut info = Map::new();
        put(&mut info, "first_deployed", self.first_deployed.as_deref().unwrap_or_default());
        put(&mut info, "last_deployed", self.last_deployed.as_deref().unwrap_or_default());
        put(&mut info, "deleted", self.deleted.as_deref().unwrap_or_default());
        put(&mut info, "description", &self.description);
        put(&mut info, "status", self.status.as_str());
        put(&mut info, "notes", &self.notes);
        Value::from(info)
    }

    fn from_value(value: &Value) -> Self {
        let text = |path: &[&str]| value.str_at(path).unwrap_or_default().to_string();
        // Helm 3 wrote an empty text where there was no time.
        let time = |name: &str| Some(text(&["info", name])).filter(|time| !time.is_empty());
        let hooks = value.get("hooks").and_then(Value::as_list).unwrap_or_default();
        Self {
            name: text(&["name"]),
            namespace: text(&["namespace"]),
            version: value.get("version").and_then(Value::as_i64).unwrap_or_default(),
            status: Status::parse(&text(&["info", "status"])),
            description: text(&["info", "description"]),
            first_deployed: time("first_deployed"),
            last_deployed: time("last_deployed"),
            deleted: time("deleted"),
            notes: text(&["info", "notes"]),
            chart: value.get("chart").map(Chart::from_record).unwrap_or_default(),
            config: value.get("config").and_then(Value::as_map).cloned().unwrap_or_default(),
            manifest: text(&["manifest"]),
            hooks: hooks.iter().map(hook).collect(),
            apply_method: text(&["apply_method"]),
            labels: Vec::new(),
        }
    }
}

fn put(fields: &mut Map, name: &str, text: &str) {
    if !text.is_empty() {
        fields.insert(name, text);
    }
}

fn hook_value(hook: &Hook) -> Value {
    let mut fields = Map::new();
    put(&mut fields, "name", &hook.name);
    put(&mut fields, "kind", &hook.kind);
    put(&mut fields, "path", &hook.path);
    put(&mut fields, "manifest", &hook.manifest);
    let texts = |texts: Vec<&str>| Value::from(texts.into_iter().map(Value::from).collect::<Vec<_>>());
    if !hook.events.is_empty() {
        fields.insert("events", texts(hook.events.iter().map(|event| event.as_str()).collect()));
    }
    let mut last_run = Map::new();
    put(&mut last_run, "started_at", hook.last_run.started_at.as_deref().unwrap_or_default());
    put(&mut last_run, "completed_at", hook.last_run.completed_at.as_deref().unwrap_or_default());
    last_run.insert("phase", hook.last_run.phase.as_str());
    fields.insert("last_run", last_run);
    if hook.weight != 0 {
        fields.insert("weight", hook.weight);
    }
    for (name, policies) in
        [("delete_policies", &hook.delete_policies), ("output_log_policies", &hook.output_log_policies)]
    {
        if !policies.is_empty() {
            fields.insert(name, texts(policies.iter().map(String::as_str).collect()));
        }
    }
    Value::from(fields)
}

fn hook(value: &Value) -> Hook {
    let text = |path: &[&str]| value.str_at(path).unwrap_or_default().to_string();
    let texts = |name: &str| {
        let items = value.get(name).and_then(Value::as_list).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_string).collect::<Vec<_>>()
    };
    let time = |name: &str| Some(text(&["last_run", name])).filter(|time| !time.is_empty());
    Hook {
        name: text(&["name"]),
        kind: text(&["kind"]),
        path: text(&["path"]),
        manifest: text(&["manifest"]),
        events: texts("events").iter().filter_map(|event| HookEvent::parse(event)).collect(),
        weight: value.get("weight").and_then(Value::as_i64).unwrap_or_default(),
        delete_policies: texts("delete_policies"),
        output_log_policies: texts("output_log_policies"),
        last_run: HookRun {
            started_at: time("started_at"),
            completed_at: time("completed_at"),
            phase: text(&["last_run", "phase"]),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_as_they_were_written() {
        let release = Release {
            name: "podinfo".to_string(),
            namespace: "apps".to_string(),
            version: 3,
            status: Status::PendingUpgrade,
            first_deployed: Some("2026-01-02T03:04:05.678Z".to_string()),
            config: Map::from_iter([("replicas", 2.0)]),
            manifest: "---\nkind: Service\n".to_string(),
            hooks: vec![Hook {
                events: vec![HookEvent::Test],
                weight: -1,
                delete_policies: vec!["hook-failed".to_string()],
                ..Hook::default()
            }],
            apply_method: "ssa".to_string(),
            ..Release::default()
        };
        let read = Release::decode(release.encode().as_bytes()).unwrap();
        assert_eq!(read.secret_name(), "sh.helm.release.v1.podinfo.v3");
        assert_eq!(to_json(&read.to_value()), to_json(&release.to_value()));
        assert_eq!(read.hooks, release.hooks);
    }

    #[test]
    fn what_is_no_record_is_an_error() {
        for data in ["", "%", "e30x", "W10=", "H4sI"] {
            assert!(Release::decode(data.as_bytes()).is_err(), "{data}");
        }
        assert!(Release::decode(b"e30=").is_ok(), "records of old were not compressed");
    }
}
