//! Units as the cluster has them: with what their parents patch into them, and with the files that they read.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use weir_delivery::{Decryption, Known};
use weir_files::{ReadLog, RootedPath};
use weir_yaml::Value;

use super::each;
use super::units::{self, Unit};

/// Parents of parents of parents: more is a circle.
const DEEPEST: usize = 8;

/// What a unit gives.
struct Built {
    reads: BTreeSet<PathBuf>,
    /// The units among its objects.
    units: Vec<Value>,
}

/// What the cluster has of these. `root` is the directory that their paths are written from.
pub(super) fn units(root: &Path, written: &[Unit]) -> Vec<Unit> {
    let mut built: HashMap<String, Option<Built>> = HashMap::new();
    let mut now = written.to_vec();
    for _ in 0..DEEPEST {
        let mut new: Vec<(String, &Unit)> = now.iter().map(|unit| (key(unit), unit)).collect();
        new.retain(|(key, _)| !built.contains_key(key));
        new.sort_by(|one, other| one.0.cmp(&other.0));
        new.dedup_by(|one, other| one.0 == other.0);
        let answers = each::every(&new, |(_, unit)| build(root, unit));
        let new: Vec<_> = new.into_iter().map(|(key, _)| key).zip(answers).collect();
        built.extend(new);
        let next = patched(written, &now, &built);
        if next == now {
            break;
        }
        now = next;
    }
    for unit in &mut now {
        unit.reads = built.get(&key(unit)).and_then(Option::as_ref).map(|built| built.reads.clone());
    }
    now
}

/// Units that are alike in this are built alike.
fn key(unit: &Unit) -> String {
    const BUILT_FROM: [&str; 7] =
        ["path", "components", "patches", "images", "targetNamespace", "namePrefix", "nameSuffix"];
    let spec =
        BUILT_FROM.map(|field| unit.object.at(&["spec", field]).map_or(String::new(), weir_yaml::to_json));
    spec.join("\n")
}

/// Each unit as one of the others has it among its objects, if one has.
fn patched(written: &[Unit], now: &[Unit], built: &HashMap<String, Option<Built>>) -> Vec<Unit> {
    let mut applied: HashMap<(&str, PathBuf), Vec<&Value>> = HashMap::new();
    for object in now.iter().filter_map(|unit| built.get(&key(unit))?.as_ref()).flat_map(|built| &built.units)
    {
        let name = object.str_at(&["metadata", "name"]).unwrap_or_default();
        applied.entry((name, units::path(object))).or_default().push(object);
    }
    let is_of = |object: &Value, unit: &Unit| {
        unit.namespace.is_empty()
            || object.str_at(&["metadata", "namespace"]) == Some(unit.namespace.as_str())
    };
    let one = |unit: &Unit| {
        let found = applied.get(&(unit.name.as_str(), unit.path.clone()));
        let found = found.into_iter().flatten().find(|object| is_of(object, unit));
        found.map_or_else(|| unit.clone(), |object| units::unit(&unit.file, object))
    };
    written.iter().map(one).collect()
}

fn build(root: &Path, unit: &Unit) -> Option<Built> {
    let typed = weir_controllers::typed(&whole(&unit.object)).ok()?;
    let mut recipe = weir_controllers::recipe(&typed).ok()?;
    // Nothing is opened and nothing is filled in: which files and units there are does not depend on it.
    recipe.decryption = Some(Decryption { masks: true, ..Decryption::default() });
    recipe.substitution = None;
    let log = Arc::new(ReadLog::default());
    let tree = weir_fetch::local_directory(root).logged(&log);
    let rendered = weir_delivery::render(&recipe, &tree, &Known::default()).ok()?;
    let reads = log.paths().iter().map(|path: &RootedPath| root.join(path.as_str())).collect();
    let objects = rendered.objects.into_iter().map(|desired| desired.object);
    Some(Built { reads, units: objects.filter(units::is_unit).collect() })
}

/// With what a unit must have, and this one may get from its parent.
fn whole(unit: &Value) -> Value {
    let mut unit = unit.clone();
    let defaults: [(&[&str], Value); 4] = [
        (&["spec", "interval"], Value::from("1h")),
        (&["spec", "prune"], Value::Bool(true)),
        (&["spec", "sourceRef", "kind"], Value::from("GitRepository")),
        (&["spec", "sourceRef", "name"], Value::from("flux-system")),
    ];
    for (at, value) in defaults {
        if unit.at(at).is_none() {
            unit.set_at(at, value);
        }
    }
    unit
}

/// The directory that paths of units are written from: of those from `top` down to `within` the one below which most of
/// them are there.
pub(super) fn root(top: &Path, within: &Path, units: &[Unit]) -> PathBuf {
    let above = within.ancestors().take_while(|directory| directory.starts_with(top));
    let count = |directory: &Path| units.iter().filter(|unit| directory.join(&unit.path).is_dir()).count();
    let best =
        above.max_by_key(|directory| (count(directory), std::cmp::Reverse(directory.components().count())));
    best.unwrap_or(top).to_path_buf()
}
