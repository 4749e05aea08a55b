//! A chart as an archive, and the lock of what it needs.

use std::sync::Arc;

use flate2::{Compression, GzBuilder};
use sha2::{Digest as _, Sha256};
use weir_yaml::{Value, to_json, to_yaml};

use super::dependency::{Dependency, Lock};
use super::metadata::Metadata;
use super::{Chart, Content, File};
use crate::error::Error;
use crate::quote::quoted;

/// What Helm writes into the head of its archives.
const COMMENT: &str = "Helm";

impl Chart {
    /// The files of the archive in their order, with the name of the chart before each.
    pub fn package_files(&self) -> Result<Vec<File>, Error> {
        let mut files = Vec::new();
        self.collect_package("", &mut files)?;
        Ok(files)
    }

    /// The archive. `time` is in seconds since 1970.
    pub fn package(&self, time: u64) -> Result<Vec<u8>, Error> {
        let failed = |error: std::io::Error| Error::new(error.to_string());
        let zipped = GzBuilder::new().comment(COMMENT).write(Vec::new(), Compression::default());
        let mut archive = tar::Builder::new(zipped);
        for file in self.package_files()? {
            let mut header = tar::Header::new_ustar();
            header.set_mode(0o644);
            header.set_mtime(time);
            header.set_size(file.data.len() as u64);
            archive.append_data(&mut header, &file.name, &*file.data).map_err(failed)?;
        }
        archive.into_inner().and_then(flate2::write::GzEncoder::finish).map_err(failed)
    }

    fn collect_package(&self, prefix: &str, files: &mut Vec<File>) -> Result<(), Error> {
        let name = self.name();
        if name.is_empty() || name.contains('/') || name == ".." || name == "." {
            return Err(Error::new(format!("invalid chart name {}", quoted(name))));
        }
        let base = format!("{prefix}{name}");
        let mut add = |name: &str, data: &Content| {
            files.push(File { name: format!("{base}/{name}"), data: data.clone() });
        };
        let is_old = self.metadata.api_version == "v1";
        let mut description = self.metadata.to_value();
        if is_old {
            description.remove_at(&["dependencies"]);
        }
        add("Chart.yaml", &yaml(&description)?.into_bytes().into());
        if let Some(lock) = self.lock.as_ref().filter(|_| self.metadata.api_version == "v2") {
            add("Chart.lock", &lock.to_yaml()?.into_bytes().into());
        }
        for file in self.raw.iter().filter(|file| file.name == "values.yaml") {
            add(&file.name, &file.data);
        }
        if let Some(schema) = &self.schema {
            weir_yaml::from_json(schema).map_err(|_| Error::new("invalid JSON in values.schema.json"))?;
            add("values.schema.json", &Arc::clone(schema).into());
        }
        for file in self.templates.iter().chain(self.files.iter()) {
            add(&file.name, &file.data);
        }
        for dependency in &self.dependencies {
            dependency.collect_package(&format!("{base}/charts/"), files)?;
        }
        Ok(())
    }
}

impl Lock {
    /// What stands in the file.
    pub fn to_yaml(&self) -> Result<String, Error> {
        yaml(&self.to_value())
    }

    /// The seal over what is asked for and what was chosen.
    pub fn digest_of(asked: &[Dependency], chosen: &[Dependency]) -> String {
        sealed(&format!("[{},{}]", list(asked), list(chosen)))
    }

    /// The seal that Helm 2 wrote.
    pub fn old_digest_of(asked: &[Dependency]) -> String {
        sealed(&format!("{{\"dependencies\":{}}}", list(asked)))
    }
}

fn yaml(value: &Value) -> Result<String, Error> {
    to_yaml(value).map_err(|error| Error::new(error.to_string()))
}

fn sealed(text: &str) -> String {
    use std::fmt::Write as _;
    let mut digest = "sha256:".to_string();
    for byte in Sha256::digest(text) {
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

fn list(dependencies: &[Dependency]) -> String {
    let all: Vec<_> = dependencies.iter().map(Dependency::to_json).collect();
    format!("[{}]", all.join(","))
}

impl Dependency {
    /// The seal is over this text.
    fn to_json(&self) -> String {
        json(&self.to_value())
    }
}

impl Metadata {
    /// As registries keep it.
    pub fn to_json(&self) -> String {
        json(&self.to_value())
    }
}

/// As Go writes its structs: fields in their order, and nothing that a web page could take for a tag.
fn json(value: &Value) -> String {
    let text = in_order(value);
    text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn in_order(value: &Value) -> String {
    match value {
        Value::Map(map) => {
            let fields = map
                .iter()
                .map(|(name, value)| format!("{}:{}", to_json(&Value::from(name.as_str())), in_order(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        Value::List(items) => format!("[{}]", items.iter().map(in_order).collect::<Vec<_>>().join(",")),
        leaf => to_json(leaf),
    }
}
