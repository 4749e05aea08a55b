//! `weir get`: what there is and how it is, in the columns of the flux CLI.

use weir_cluster::{ApiError, Change, Cluster, Scope, follow};
use weir_yaml::{Value, to_json_pretty, to_yaml};

use super::kind::{self, Column, Kind};
use super::resource::shorten;
use crate::cli::{Get, GetArtifacts, GetImages, GetName, GetSources, GetWhat};
use crate::connect::ClusterArgs;
use crate::exit::Failure;
use crate::output::{Format, Table, name, objects, print, say};

pub(super) fn run(args: &Get, cluster: &ClusterArgs) -> Result<(), Failure> {
    let view = View::new(args, cluster)?;
    let one = |kind, name: &GetName| view.one(kind, name.name.as_deref());
    match &args.what {
        GetWhat::All => view.several(&all_kinds()),
        GetWhat::Kustomizations { name, show_source } => {
            view.with_source(*show_source).one(kind::KUSTOMIZATION, name.name.as_deref())
        }
        GetWhat::HelmReleases { name, show_source } => {
            view.with_source(*show_source).one(kind::HELM_RELEASE, name.name.as_deref())
        }
        GetWhat::Sources { what } => match what {
            GetSources::All => view.several(&kind::SOURCES),
            GetSources::Git(name) => one(kind::GIT_REPOSITORY, name),
            GetSources::Oci(name) => one(kind::OCI_REPOSITORY, name),
            GetSources::Bucket(name) => one(kind::BUCKET, name),
            GetSources::Helm(name) => one(kind::HELM_REPOSITORY, name),
            GetSources::Chart(name) => one(kind::HELM_CHART, name),
            GetSources::External(name) => one(kind::EXTERNAL_ARTIFACT, name),
        },
        GetWhat::Images { what } => match what {
            GetImages::All => view.several(&kind::IMAGES),
            GetImages::Repository(name) => one(kind::IMAGE_REPOSITORY, name),
            GetImages::Policy(name) => one(kind::IMAGE_POLICY, name),
            GetImages::Update(name) => one(kind::IMAGE_UPDATE, name),
        },
        GetWhat::Receivers(name) => one(kind::RECEIVER, name),
        GetWhat::Alerts(name) => one(kind::ALERT, name),
        GetWhat::AlertProviders(name) => one(kind::PROVIDER, name),
        GetWhat::Artifacts { what: GetArtifacts::Generators(name) } => one(kind::ARTIFACT_GENERATOR, name),
    }
}

fn all_kinds() -> Vec<Kind> {
    kind::SOURCES.into_iter().chain(kind::IMAGES).chain(kind::OTHERS).collect()
}

/// What is asked for, and how it is shown.
#[derive(Clone, Copy)]
struct View<'a> {
    args: &'a Get,
    cluster: &'a ClusterArgs,
    status: Option<StatusSelector<'a>>,
    source: bool,
}

/// A condition that has, or has not, a status.
#[derive(Clone, Copy)]
struct StatusSelector<'a> {
    condition: &'a str,
    status: &'a str,
    is: bool,
}

impl<'a> StatusSelector<'a> {
    fn parse(text: &'a str) -> Result<Self, Failure> {
        let parts = text.split_once("!=").map(|parts| (parts, false));
        let parts = parts.or_else(|| text.split_once('=').map(|parts| (parts, true)));
        let Some(((condition, status), is)) = parts else {
            let message =
                format!("expected status selector in type=status or type!=status format, but found: {text}");
            return Err(Failure::usage(message));
        };
        Ok(Self { condition, status, is })
    }
}

impl<'a> View<'a> {
    fn new(args: &'a Get, cluster: &'a ClusterArgs) -> Result<Self, Failure> {
        let status = args.status_selector.as_deref().map(StatusSelector::parse).transpose()?;
        Ok(Self { args, cluster, status, source: false })
    }

    fn with_source(self, source: bool) -> Self {
        Self { source, ..self }
    }

    fn namespace(&self) -> &str {
        if self.args.all_namespaces { "" } else { &self.cluster.namespace }
    }

    /// As the flux CLI names the place.
    fn place(&self) -> String {
        if self.args.all_namespaces { "any".to_string() } else { format!("{:?}", self.cluster.namespace) }
    }

    fn one(&self, kind: Kind, name: Option<&str>) -> Result<(), Failure> {
        if self.args.watch {
            return self.cluster.watch(|cluster| async move { self.watch(&cluster, &kind, name).await });
        }
        let mut found =
            self.cluster.run(|cluster| async move { Ok(self.list(&cluster, &kind, name).await?) })?;
        if found.is_empty() && self.args.output == Format::Table {
            let (place, kind) = (self.place(), kind.kind);
            return Err(Failure::new(match name {
                Some(name) => format!("{kind} object '{name}' not found in {place} namespace"),
                None => format!("no {kind} objects found in {place} namespace"),
            }));
        }
        found.retain(|object| self.selects(&kind, object));
        print(&match self.args.output {
            Format::Table => self.table(&kind, &found, !self.args.no_header, false),
            format => objects(format, &found, name.is_some())?,
        })
    }

    fn several(&self, kinds: &[Kind]) -> Result<(), Failure> {
        if self.args.watch {
            return Err(Failure::usage("expected a single resource type, but found all"));
        }
        let found = self.cluster.run(|cluster| async move {
            let mut found = Vec::new();
            for kind in kinds {
                match self.list(&cluster, kind, None).await {
                    Ok(objects) => found.push((*kind, objects)),
                    // A cluster without this kind has none of its objects.
                    Err(ApiError::NoKind { .. }) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Ok(found)
        })?;
        let mut text = String::new();
        let mut all = Vec::new();
        for (kind, mut objects) in found {
            objects.retain(|object| self.selects(&kind, object));
            if self.args.output == Format::Table && !objects.is_empty() {
                text.push_str(&self.table(&kind, &objects, !self.args.no_header, true));
                text.push('\n');
            }
            all.append(&mut objects);
        }
        if self.args.output != Format::Table {
            return print(&objects(self.args.output, &all, false)?);
        }
        if all.is_empty() {
            say(&format!("✗ no objects found in {} namespace", self.place()));
        }
        print(&text)
    }

    async fn list(&self, cluster: &Cluster, kind: &Kind, name: Option<&str>) -> Result<Vec<Value>, ApiError> {
        let resource = kind.served(cluster).await?;
        let mut found = cluster.list(&resource, self.namespace(), &self.args.selector).await?;
        found.retain(|object| is_named(object, name));
        for object in &mut found {
            *object = with_type(object, &resource.api_version(), kind.kind);
        }
        Ok(found)
    }

    fn selects(&self, kind: &Kind, object: &Value) -> bool {
        self.status
            .is_none_or(|wanted| kind.has_condition(object, wanted.condition, wanted.status) == wanted.is)
    }

    /// Everything that is there, then every change, a table of its own for each.
    async fn watch(&self, cluster: &Cluster, kind: &Kind, name: Option<&str>) -> Result<(), Failure> {
        let resource = kind.served(cluster).await?;
        let scope = Scope {
            namespace: self.namespace().to_string(),
            labels: self.args.selector.clone(),
            ..Scope::default()
        };
        let mut changes = follow(cluster.clone(), resource.clone(), scope);
        let mut header = !self.args.no_header;
        while let Some(change) = changes.recv().await {
            let object = match change {
                Change::Applied(object) | Change::Deleted(object) => object,
                Change::Failing(error) => {
                    say(&format!("✗ {error}"));
                    continue;
                }
                Change::Listing | Change::Listed => continue,
            };
            if !is_named(&object, name) || !self.selects(kind, &object) {
                continue;
            }
            let object = with_type(&object, &resource.api_version(), kind.kind);
            print(&match self.args.output {
                Format::Table => self.table(kind, &[object], header, false),
                Format::Name => format!("{}\n", self::name(&object)),
                Format::Json => format!("{}\n", to_json_pretty(&object)),
                Format::Yaml => {
                    format!("---\n{}", to_yaml(&object).map_err(|e| Failure::new(e.to_string()))?)
                }
            })?;
            header = false;
        }
        Ok(())
    }

    fn table(&self, kind: &Kind, objects: &[Value], header: bool, with_kind: bool) -> String {
        let mut columns: Vec<Column> = kind.columns.to_vec();
        if self.source {
            columns.insert(0, Column::Source);
        }
        let mut names = vec!["NAME"];
        names.extend(columns.iter().map(|column| column.header()));
        names.push("MESSAGE");
        if self.args.all_namespaces {
            names.insert(0, "NAMESPACE");
        }
        let mut table = Table::new(&names);
        for object in objects {
            let text = |key| object.str_at(&["metadata", key]).unwrap_or_default().to_string();
            let mut row = Vec::with_capacity(names.len());
            if self.args.all_namespaces {
                row.push(text("namespace"));
            }
            let prefix = if with_kind { format!("{}/", kind.kind.to_lowercase()) } else { String::new() };
            row.push(format!("{prefix}{}", text("name")));
            row.extend(columns.iter().map(|column| kind.cell(*column, object)));
            row.push(shorten(kind.status(object).1));
            table.row(row);
        }
        table.text(header)
    }
}

fn is_named(object: &Value, name: Option<&str>) -> bool {
    name.is_none_or(|name| object.str_at(&["metadata", "name"]) == Some(name))
}

/// Objects of a list do not say what they are; it goes first, as people write it.
fn with_type(object: &Value, api_version: &str, kind: &str) -> Value {
    let mut whole = Value::from([("apiVersion", api_version), ("kind", kind)]);
    if let Value::Map(map) = object {
        for (key, value) in map.iter() {
            whole.set_at(&[key.as_ref()], value.clone());
        }
    }
    whole
}
