//! What templates see besides plain maps: named maps, the files of the chart, what the cluster can do.

mod values;

use std::any::Any;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use weir_template::{Call, Error, Kind, List, Map, Object, Type, Value};

pub(super) use self::values::{About, Named};
use super::glob::Glob;
use crate::capabilities::{Capabilities, HelmVersion, KubeVersion};
use crate::chart::{Content, File};
use crate::path;

/// `.Files`: the files of a chart, or those of them that a pattern takes.
pub(super) struct Files {
    /// Sorted by name, each name once.
    files: Vec<(Arc<str>, Content)>,
    map: OnceCell<Map>,
}

/// What the map of files is in Go.
const FILES: Type = Type::Named("engine.files");

impl Files {
    pub(super) fn new(files: &[File]) -> Self {
        let mut sorted: Vec<(Arc<str>, Content)> = Vec::with_capacity(files.len());
        sorted.extend(files.iter().map(|file| (Arc::from(file.name.as_str()), file.data.clone())));
        // Where two have the same name, the later one is meant.
        sorted.reverse();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        sorted.dedup_by(|next, kept| next.0 == kept.0);
        Self { files: sorted, map: OnceCell::new() }
    }

    fn get(&self, name: &str) -> Option<&Content> {
        let at = self.files.binary_search_by(|(other, _)| (**other).cmp(name)).ok()?;
        self.files.get(at).map(|(_, data)| data)
    }

    fn glob(&self, pattern: &str) -> Self {
        let glob = Glob::new(pattern);
        let files = self.files.iter().filter(|(name, _)| glob.matches(name)).cloned().collect();
        Self { files, map: OnceCell::new() }
    }

    /// Names without directories, and what this makes of the contents, as YAML.
    fn as_yaml(&self, value: impl Fn(&[u8]) -> String) -> String {
        let mut map = weir_yaml::Map::new();
        for (name, data) in &self.files {
            map.insert(path::base(name), value(data));
        }
        let text = weir_yaml::to_yaml(&weir_yaml::Value::from(map)).unwrap_or_default();
        text.strip_suffix('\n').unwrap_or(&text).to_string()
    }

    fn lines(&self, name: &str) -> Result<Value, Error> {
        let Some(data) = self.get(name) else {
            return Ok(Value::List(List::of(Type::StringList, Vec::new())));
        };
        let Some(last) = data.last() else {
            return Err(Error::new("runtime error: index out of range [-1]"));
        };
        let text = if *last == b'\n' { &data[..data.len() - 1] } else { data };
        Ok(Value::strings(text.split(|byte| *byte == b'\n')))
    }
}

impl Object for Files {
    fn type_name(&self) -> Cow<'static, str> {
        "engine.files".into()
    }

    fn kind(&self) -> Kind {
        Kind::Map
    }

    fn underlying(&self) -> Option<Value> {
        let map = self.map.get_or_init(|| {
            let map = Map::of(FILES);
            for (name, data) in &self.files {
                map.set(&**name, Value::Bytes((&**data).into()));
            }
            map
        });
        Some(Value::Map(map.clone()))
    }

    /// No template can change the files: a copy of them is these.
    fn around(&self, _plain: Value) -> Option<Value> {
        Some(Value::object(Self { files: self.files.clone(), map: OnceCell::new() }))
    }

    fn element(&self) -> Type {
        Type::Bytes
    }

    fn method(&self, name: &str) -> Option<&'static str> {
        Some(match name {
            "Get" => "string -> string",
            "GetBytes" => "string -> []byte",
            "Glob" => "string -> engine.files",
            "AsConfig" | "AsSecrets" => "-> string",
            "Lines" => "string -> []string",
            _ => return None,
        })
    }

    fn call(&self, name: &str, _call: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
        let text = args.first().and_then(Value::as_str).map(|text| text.to_text().into_owned());
        let text = text.unwrap_or_default();
        let data = || self.get(&text).map(|data| &**data).unwrap_or_default();
        Ok(match name {
            "Get" => Value::str(data()),
            "GetBytes" => Value::Bytes(data().into()),
            "Glob" => Value::object(self.glob(&text)),
            "AsConfig" => Value::from(self.as_yaml(|data| String::from_utf8_lossy(data).into_owned())),
            "AsSecrets" => Value::from(self.as_yaml(|data| STANDARD.encode(data))),
            _ => self.lines(&text)?,
        })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `.Capabilities`.
pub(super) struct Cluster(pub(super) Arc<Capabilities>);

impl Object for Cluster {
    fn type_name(&self) -> Cow<'static, str> {
        "*common.Capabilities".into()
    }

    fn kind(&self) -> Kind {
        Kind::Ptr
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(match name {
            "KubeVersion" => Value::object(Kubernetes(self.0.kube_version.clone())),
            "APIVersions" => Value::object(Versions(Arc::clone(&self.0))),
            "HelmVersion" => Value::object(Helm(self.0.helm_version.clone())),
            _ => return None,
        })
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let names = ["KubeVersion", "APIVersions", "HelmVersion"];
        names.into_iter().filter_map(|name| Some((name, self.field(name)?))).collect()
    }

    fn method(&self, name: &str) -> Option<&'static str> {
        (name == "Copy").then_some("-> *common.Capabilities")
    }

    fn call(&self, _name: &str, _call: &mut Call<'_>, _args: &[Value]) -> Result<Value, Error> {
        Ok(Value::object(Self(Arc::clone(&self.0))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `.Capabilities.KubeVersion`.
struct Kubernetes(KubeVersion);

impl Object for Kubernetes {
    fn type_name(&self) -> Cow<'static, str> {
        "common.KubeVersion".into()
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(Value::from(match name {
            "Version" => self.0.version.as_str(),
            "Major" => &self.0.major,
            "Minor" => &self.0.minor,
            _ => return None,
        }))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        ["Version", "Major", "Minor"].into_iter().filter_map(|name| Some((name, self.field(name)?))).collect()
    }

    fn method(&self, name: &str) -> Option<&'static str> {
        matches!(name, "GitVersion" | "String").then_some("-> string")
    }

    fn call(&self, name: &str, _call: &mut Call<'_>, _args: &[Value]) -> Result<Value, Error> {
        let text = if name == "GitVersion" { &self.0.version } else { &self.0.normalized };
        Ok(Value::from(text.as_str()))
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(&self.0.normalized))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `.Capabilities.APIVersions`.
struct Versions(Arc<Capabilities>);

impl Object for Versions {
    fn type_name(&self) -> Cow<'static, str> {
        "common.VersionSet".into()
    }

    fn kind(&self) -> Kind {
        Kind::Slice
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::strings(self.0.api_versions.iter().map(|version| version.as_str())))
    }

    fn around(&self, _plain: Value) -> Option<Value> {
        Some(Value::object(Self(Arc::clone(&self.0))))
    }

    fn element(&self) -> Type {
        Type::String
    }

    fn method(&self, name: &str) -> Option<&'static str> {
        (name == "Has").then_some("string -> bool")
    }

    fn call(&self, _name: &str, _call: &mut Call<'_>, args: &[Value]) -> Result<Value, Error> {
        let wanted = args.first().and_then(Value::as_str);
        let has = wanted.is_some_and(|wanted| {
            self.0.api_versions.iter().any(|version| version.as_str().as_bytes() == wanted.as_bytes())
        });
        Ok(Value::Bool(has))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `.Capabilities.HelmVersion`.
pub(crate) struct Helm(pub(crate) HelmVersion);

impl Object for Helm {
    fn type_name(&self) -> Cow<'static, str> {
        "version.BuildInfo".into()
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(Value::from(match name {
            "Version" => self.0.version.as_str(),
            "GitCommit" => &self.0.git_commit,
            "GitTreeState" => &self.0.git_tree_state,
            "GoVersion" => &self.0.go_version,
            "KubeClientVersion" => &self.0.kube_client_version,
            _ => return None,
        }))
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        let names = ["Version", "GitCommit", "GitTreeState", "GoVersion", "KubeClientVersion"];
        names.into_iter().filter_map(|name| Some((name, self.field(name)?))).collect()
    }

    fn json(&self) -> Option<Value> {
        let map = Map::new();
        map.set("version", self.0.version.as_str());
        for (name, text) in [
            ("git_commit", &self.0.git_commit),
            ("git_tree_state", &self.0.git_tree_state),
            ("go_version", &self.0.go_version),
        ] {
            if !text.is_empty() {
                map.set(name, text.as_str());
            }
        }
        map.set("kube_client_version", self.0.kube_client_version.as_str());
        Some(Value::Map(map))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
