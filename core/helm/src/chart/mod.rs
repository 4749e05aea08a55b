//! Charts: read from a directory or an archive, checked, with the charts they hold.
//!
//! What is done with their values and templates stands elsewhere; a chart in memory never changes.

pub(crate) mod archive;
mod content;
mod dependency;
mod directory;
mod ignore;
mod json;
mod load;
mod metadata;
mod package;
mod walk;

use std::sync::Arc;

use weir_files::Bytes;
use weir_yaml::Map;

pub use archive::{MAX_CHART, MAX_FILE, archive_files};
pub use content::Content;
pub use dependency::{Dependency, Lock};
pub(crate) use metadata::METADATA;
pub use metadata::{Maintainer, Metadata};

/// A file of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Its path in the chart.
    pub name: String,
    /// What is in it.
    pub data: Content,
}

/// A chart and the charts in it.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// What Chart.yaml says.
    pub metadata: Metadata,
    /// What Chart.lock says.
    pub lock: Option<Lock>,
    /// What is in templates/.
    pub templates: Arc<Vec<File>>,
    /// What values.yaml says, if there is one.
    pub values: Option<Map>,
    /// values.schema.json.
    pub schema: Option<Bytes>,
    /// All else but charts/.
    pub files: Arc<Vec<File>>,
    /// All files as they were read.
    pub raw: Arc<Vec<File>>,
    /// The charts in charts/.
    pub dependencies: Vec<Arc<Chart>>,
    /// What Helm warns of while it reads the chart.
    pub warnings: Vec<String>,
}

/// A file with definitions of resources.
#[derive(Debug, Clone, PartialEq)]
pub struct Crd {
    /// Its path in its chart.
    pub name: String,
    /// The same with the path of the chart before it.
    pub source: String,
    /// What is in it.
    pub data: Content,
}

impl Chart {
    /// The name, or the alias once dependencies have been worked out.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// The files in crds/ of this chart and then of those in it.
    pub fn crds(&self) -> Vec<Crd> {
        let mut crds = Vec::new();
        self.collect_crds(self.name(), &mut crds);
        crds
    }

    fn collect_crds(&self, full_path: &str, crds: &mut Vec<Crd>) {
        for file in self.files.iter() {
            let extension = crate::path::extension(&file.name).to_ascii_lowercase();
            if file.name.starts_with("crds/") && matches!(extension.as_str(), ".yaml" | ".yml" | ".json") {
                crds.push(Crd {
                    name: file.name.clone(),
                    source: crate::path::join(full_path, &file.name),
                    data: file.data.clone(),
                });
            }
        }
        for dependency in &self.dependencies {
            dependency.collect_crds(&format!("{full_path}/charts/{}", dependency.name()), crds);
        }
    }
}
