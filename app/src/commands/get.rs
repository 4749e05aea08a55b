//! `weir get`: what there is and how it is, in the columns of the flux CLI.

use weir_yaml::Value;

use super::resource::{
    GIT_REPOSITORY, KUSTOMIZATION, Kind, condition, is_suspended, revision, served, shorten,
};
use crate::cli::{GetArgs, GetSources, GetWhat};
use crate::connect::block_on;
use crate::exit::Failure;
use crate::output::{Format, Table, objects, print};

pub(super) fn run(what: GetWhat) -> Result<(), Failure> {
    match what {
        GetWhat::Kustomizations(args) => one(&args, &KUSTOMIZATION),
        GetWhat::Sources { what: GetSources::Git(args) } => one(&args, &GIT_REPOSITORY),
        GetWhat::Sources { what: GetSources::All(args) } => several(&args, &[GIT_REPOSITORY]),
        GetWhat::All(args) => several(&args, &[GIT_REPOSITORY, KUSTOMIZATION]),
    }
}

fn one(args: &GetArgs, kind: &Kind) -> Result<(), Failure> {
    let found = block_on(async {
        let cluster = args.cluster.connect().await?;
        list(&cluster, args, kind).await
    })?;
    if found.is_empty() && args.name.is_none() && args.output == Format::Table {
        let place = if args.all_namespaces { "any" } else { &args.cluster.namespace };
        return Err(Failure::new(format!("no {} objects found in \"{place}\" namespace", kind.kind)));
    }
    if found.is_empty()
        && let Some(name) = &args.name
    {
        return Err(Failure::new(format!(
            "{} object '{name}' not found in \"{}\" namespace",
            kind.kind, args.cluster.namespace
        )));
    }
    print(&match args.output {
        Format::Table => table(args, &found, ""),
        format => objects(format, &found)?,
    })
}

fn several(args: &GetArgs, kinds: &[Kind]) -> Result<(), Failure> {
    let found = block_on(async {
        let cluster = args.cluster.connect().await?;
        let mut found = Vec::new();
        for kind in kinds {
            found.push((*kind, list(&cluster, args, kind).await?));
        }
        Ok(found)
    })?;
    if args.output != Format::Table {
        let all: Vec<_> = found.into_iter().flat_map(|(_, objects)| objects).collect();
        return print(&objects(args.output, &all)?);
    }
    let blocks: Vec<_> = found
        .iter()
        .filter(|(_, objects)| !objects.is_empty())
        .map(|(kind, objects)| table(args, objects, &format!("{}/", kind.kind.to_lowercase())))
        .collect();
    if blocks.is_empty() {
        let place = if args.all_namespaces { "any" } else { &args.cluster.namespace };
        return Err(Failure::new(format!("no resources found in \"{place}\" namespace")));
    }
    print(&blocks.join("\n"))
}

async fn list(cluster: &weir_cluster::Cluster, args: &GetArgs, kind: &Kind) -> Result<Vec<Value>, Failure> {
    let resource = served(cluster, kind).await?;
    let namespace = if args.all_namespaces { "" } else { &args.cluster.namespace };
    let mut found = cluster.list(&resource, namespace, &args.selector).await?;
    if let Some(name) = &args.name {
        found.retain(|object| object.str_at(&["metadata", "name"]) == Some(name));
    }
    if let Some(selector) = &args.status_selector {
        let (wanted, negated, status) = match (selector.split_once("!="), selector.split_once('=')) {
            (Some((kind, status)), _) => (kind, true, status),
            (None, Some((kind, status))) => (kind, false, status),
            (None, None) => {
                return Err(Failure::usage(format!("--status-selector '{selector}': write TYPE=STATUS")));
            }
        };
        found.retain(|object| {
            let is = condition(object, wanted).is_some_and(|(is, _)| is.eq_ignore_ascii_case(status));
            is != negated
        });
    }
    for object in &mut found {
        object.set_at(&["apiVersion"], kind.api_version);
        object.set_at(&["kind"], kind.kind);
    }
    Ok(found)
}

fn table(args: &GetArgs, objects: &[Value], prefix: &str) -> String {
    let mut header = vec!["NAME", "REVISION", "SUSPENDED", "READY", "MESSAGE"];
    if args.all_namespaces {
        header.insert(0, "NAMESPACE");
    }
    let mut table = Table::new(&header);
    for object in objects {
        let (ready, message) = condition(object, "Ready").unwrap_or(("False", "waiting to be reconciled"));
        let text = |key| object.str_at(&["metadata", key]).unwrap_or_default().to_string();
        let suspended = if is_suspended(object) { "True" } else { "False" };
        let mut row = vec![
            format!("{prefix}{}", text("name")),
            shorten(revision(object)),
            suspended.to_string(),
            ready.to_string(),
            shorten(message),
        ];
        if args.all_namespaces {
            row.insert(0, text("namespace"));
        }
        table.row(row);
    }
    table.text(!args.no_header)
}
