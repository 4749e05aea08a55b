//! `weir tree`: what a unit owns, through the units it owns.

use weir_cluster::Cluster;
use weir_plan::{Inventory, Owned};
use weir_yaml::Value;

use super::resource::{KUSTOMIZATION, read_one, served};
use crate::connect::{ClusterArgs, block_on};
use crate::exit::Failure;
use crate::output::print;

/// Units inside units are followed this deep; a unit that owns itself would have no end.
const MAX_DEPTH: usize = 16;

pub(super) fn run(name: &str, compact: bool, args: &ClusterArgs) -> Result<(), Failure> {
    let text = block_on(async {
        let cluster = args.connect().await?;
        let unit = read_one(&cluster, &KUSTOMIZATION, &args.namespace, name).await?;
        let mut text = format!("Kustomization/{}/{name}\n", args.namespace);
        draw(&cluster, &unit, compact, "", 0, &mut text).await?;
        text.push('\n');
        Ok(text)
    })?;
    print(&text)
}

async fn draw(
    cluster: &Cluster,
    unit: &Value,
    compact: bool,
    indent: &str,
    depth: usize,
    text: &mut String,
) -> Result<(), Failure> {
    let own = |owned: &Owned| {
        unit.str_at(&["metadata", "name"]) == Some(&owned.id.name)
            && unit.str_at(&["metadata", "namespace"]) == Some(&owned.id.namespace)
            && *owned.id.kind == *KUSTOMIZATION.kind
    };
    let is_flux = |owned: &Owned| owned.id.group.ends_with("toolkit.fluxcd.io");
    let mut children: Vec<_> = owned(unit).into_iter().filter(|owned| !own(owned)).collect();
    children.retain(|owned| !compact || is_flux(owned));
    for (at, child) in children.iter().enumerate() {
        let last = at + 1 == children.len();
        let (branch, below) = if last { ("└── ", "    ") } else { ("├── ", "│   ") };
        text.push_str(&format!("{indent}{branch}{}\n", child.id));
        let is_unit = &*child.id.kind == KUSTOMIZATION.kind && is_flux(child);
        if is_unit && depth < MAX_DEPTH {
            let resource = served(cluster, &KUSTOMIZATION).await?;
            if let Some(unit) = cluster.get(&resource, &child.id.namespace, &child.id.name).await? {
                let indent = format!("{indent}{below}");
                Box::pin(draw(cluster, &unit, compact, &indent, depth + 1, text)).await?;
            }
        }
    }
    Ok(())
}

fn owned(unit: &Value) -> Vec<Owned> {
    let entries = unit.at(&["status", "inventory", "entries"]).and_then(Value::as_list).unwrap_or_default();
    let pairs = entries.iter().filter_map(|entry| Some((entry.str_at(&["id"])?, entry.str_at(&["v"])?)));
    // In the order of the status, as the flux CLI draws them.
    pairs.flat_map(|pair| Inventory::parse([pair]).0.iter().collect::<Vec<_>>()).collect()
}
