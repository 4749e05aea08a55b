//! `weir tree`: what a unit owns, through the units it owns.

use weir_cluster::Cluster;
use weir_plan::{Id, Inventory, Owned};
use weir_yaml::{Value, to_json, to_yaml};

use super::kind::KUSTOMIZATION;
use super::resource::read_one;
use crate::cli::{TreeFormat, TreeKustomization};
use crate::connect::ClusterArgs;
use crate::exit::Failure;
use crate::output::print;

/// Units inside units are followed this deep; a unit that owns itself would have no end.
const MAX_DEPTH: usize = 16;

pub(super) fn run(args: &TreeKustomization, cluster: &ClusterArgs) -> Result<(), Failure> {
    let tree = cluster.run(|connected| async move {
        let unit = read_one(&connected, &KUSTOMIZATION, &cluster.namespace, &args.name).await?;
        let id = Id {
            group: KUSTOMIZATION.group.into(),
            kind: KUSTOMIZATION.kind.into(),
            namespace: cluster.namespace.as_str().into(),
            name: args.name.as_str().into(),
        };
        node(&connected, id, &unit, args.compact, 0).await
    })?;
    let failed = |e: &dyn std::fmt::Display| Failure::new(e.to_string());
    print(&match args.output {
        None => format!("{}\n{}\n", tree.id, tree.drawing("")),
        Some(TreeFormat::Json) => format!("{}\n", tree.json("")),
        Some(TreeFormat::Yaml) => format!("{}\n", to_yaml(&tree.value()).map_err(|e| failed(&e))?),
    })
}

/// An object, and what it owns.
struct Node {
    id: Id,
    owns: Vec<Node>,
}

impl Node {
    fn drawing(&self, indent: &str) -> String {
        let mut text = String::new();
        for (at, child) in self.owns.iter().enumerate() {
            let is_last = at + 1 == self.owns.len();
            let (branch, below) = if is_last { ("└── ", "    ") } else { ("├── ", "│   ") };
            text.push_str(&format!("{indent}{branch}{}\n", child.id));
            text.push_str(&child.drawing(&format!("{indent}{below}")));
        }
        text
    }

    /// In the order and with the indentation of the flux CLI.
    fn json(&self, indent: &str) -> String {
        let text = |text: &str| to_json(&Value::from(text));
        let Id { group, kind, namespace, name } = &self.id;
        let mut out = format!(
            "{{\n{indent}  \"resource\": {{\n{indent}    \"Namespace\": {},\n{indent}    \"Name\": {},\n{indent}    \
             \"GroupKind\": {{\n{indent}      \"Group\": {},\n{indent}      \"Kind\": {}\n{indent}    }}\n{indent}  }}",
            text(namespace),
            text(name),
            text(group),
            text(kind)
        );
        if !self.owns.is_empty() {
            let below = format!("{indent}    ");
            let owns: Vec<_> = self.owns.iter().map(|own| format!("{below}{}", own.json(&below))).collect();
            out.push_str(&format!(",\n{indent}  \"resources\": [\n{}\n{indent}  ]", owns.join(",\n")));
        }
        out + &format!("\n{indent}}}")
    }

    /// In the form that the flux CLI gives it.
    fn value(&self) -> Value {
        let Id { group, kind, namespace, name } = &self.id;
        let mut value = Value::default();
        for (path, text) in [
            (["resource", "Namespace"].as_slice(), namespace),
            (&["resource", "Name"], name),
            (&["resource", "GroupKind", "Group"], group),
            (&["resource", "GroupKind", "Kind"], kind),
        ] {
            value.set_at(path, text.clone());
        }
        if !self.owns.is_empty() {
            value.set_at(&["resources"], Value::from(self.owns.iter().map(Self::value).collect::<Vec<_>>()));
        }
        value
    }
}

async fn node(cluster: &Cluster, id: Id, unit: &Value, compact: bool, depth: usize) -> Result<Node, Failure> {
    let mut children = owned(unit);
    children.retain(|owned| owned.id != id && (!compact || owned.id.group.contains("toolkit.fluxcd.io")));
    let is_remote = unit.at(&["spec", "kubeConfig"]).is_some();
    let mut owns = Vec::with_capacity(children.len());
    for child in children {
        let is_unit = *child.id.kind == *KUSTOMIZATION.kind && *child.id.group == *KUSTOMIZATION.group;
        let mut unit = None;
        if is_unit && !is_remote && depth < MAX_DEPTH {
            let resource = KUSTOMIZATION.served(cluster).await?;
            unit = cluster.get(&resource, &child.id.namespace, &child.id.name).await?;
        }
        owns.push(match unit {
            Some(unit) => Box::pin(node(cluster, child.id, &unit, compact, depth + 1)).await?,
            None => Node { id: child.id, owns: Vec::new() },
        });
    }
    Ok(Node { id, owns })
}

fn owned(unit: &Value) -> Vec<Owned> {
    let entries = unit.at(&["status", "inventory", "entries"]).and_then(Value::as_list).unwrap_or_default();
    let pairs = entries.iter().filter_map(|entry| Some((entry.str_at(&["id"])?, entry.str_at(&["v"])?)));
    // In the order of the status, as the flux CLI draws them.
    pairs.flat_map(|pair| Inventory::parse([pair]).0.iter().collect::<Vec<_>>()).collect()
}
