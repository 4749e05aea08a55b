//! Which of the units of a repository somebody has to apply by hand, so that all others follow.

use std::collections::{BTreeMap, BTreeSet};

use weir_files::{RootedPath, Tree};
use weir_yaml::Value;

use super::ITSELF;
use super::objects::{id, source_of};
use super::reach::Reach;
use super::search::{Found, Search};
use crate::recipe::{SourceId, UnitId};

/// The entry point.
pub(super) struct Choice<'a> {
    /// The units to apply.
    pub(super) roots: Vec<&'a Found>,
    /// The sources that stand for the repository itself.
    pub(super) sources: Vec<SourceId>,
    /// Directories of other entry points.
    pub(super) others: Vec<RootedPath>,
}

/// Units that stand in one directory and that nothing applies; they go together.
struct Group {
    dir: RootedPath,
    roots: Vec<usize>,
    /// All units that come with them.
    brings: BTreeSet<usize>,
}

/// Chooses the units of one cluster at or below `within`; none if there are no units.
pub(super) fn choose<'a>(tree: &Tree, search: &'a Search, within: &RootedPath) -> Option<Choice<'a>> {
    let own = own_sources(tree, search);
    let follows = follows(tree, search, &own);
    let mut groups = groups(search, &follows);
    groups.retain(|group| group.dir.is_within(within));
    // The one that brings the most, and the first of equals.
    groups.sort_by(|a, b| b.brings.len().cmp(&a.brings.len()).then_with(|| a.dir.cmp(&b.dir)));
    let mut rest = groups.into_iter();
    let mut chosen = rest.next()?;
    let is_most = chosen.brings.len() * 2 >= search.units.len();
    let mut others = Vec::new();
    for group in rest {
        let ids = |units: &BTreeSet<usize>| -> BTreeSet<_> {
            units.iter().map(|unit| id(&search.units[*unit].object)).collect()
        };
        let is_below = !chosen.dir.is_root() && group.dir.is_within(&chosen.dir);
        // Units of the same name belong to different clusters. What a repository holds beside one large cluster is not of it.
        if ids(&group.brings).is_disjoint(&ids(&chosen.brings)) && (is_below || !is_most) {
            chosen.roots.extend(group.roots);
            chosen.brings.extend(group.brings);
        } else {
            others.push(group.dir);
        }
    }
    let sources = chosen.brings.iter().map(|unit| source_of(&search.units[*unit].object));
    let sources: BTreeSet<_> = sources.filter(|source| own.contains(&name_of(source))).collect();
    chosen.roots.extend(awaited(search, &chosen));
    let mut seen = BTreeSet::new();
    chosen.roots.retain(|root| seen.insert(id(&search.units[*root].object)));
    let roots = chosen.roots.iter().map(|root| &search.units[*root]).collect();
    Some(Choice { roots, sources: sources.into_iter().collect(), others })
}

/// Units that the roots depend on. A root may apply them itself, but not before they are ready.
fn awaited(search: &Search, chosen: &Group) -> Vec<usize> {
    let (mut found, mut open) = (Vec::new(), chosen.roots.clone());
    while let Some(unit) = open.pop() {
        let object = &search.units[unit].object;
        let list = object.at(&["spec", "dependsOn"]).and_then(Value::as_list).unwrap_or_default();
        for dependency in list {
            let own = id(object);
            let wanted = UnitId {
                namespace: dependency.str_at(&["namespace"]).map_or(own.namespace, str::to_string),
                name: dependency.str_at(&["name"]).unwrap_or_default().to_string(),
            };
            let known = chosen.brings.iter().find(|unit| id(&search.units[**unit].object) == wanted);
            if let Some(unit) = known.filter(|unit| !found.contains(*unit) && !chosen.roots.contains(unit)) {
                found.push(*unit);
                open.push(*unit);
            }
        }
    }
    found
}

fn name_of(source: &SourceId) -> (String, String) {
    (source.kind.clone(), source.name.clone())
}

fn path_of(unit: &Found) -> Option<RootedPath> {
    RootedPath::new(unit.object.str_at(&["spec", "path"]).unwrap_or_default()).ok()
}

/// Kind and name of the sources that stand for this repository: most of the directories that their units name are here,
/// or more than of any other. Where no unit names a directory, whatever can stand for a repository does.
fn own_sources(tree: &Tree, search: &Search) -> BTreeSet<(String, String)> {
    let mut counts: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    for unit in &search.units {
        let source = source_of(&unit.object);
        if !ITSELF.contains(&source.kind.as_str()) {
            continue;
        }
        let (here, named) = counts.entry(name_of(&source)).or_default();
        if let Some(path) = path_of(unit).filter(|path| !path.is_root()) {
            *named += 1;
            *here += usize::from(tree.is_dir(&path).unwrap_or(false));
        }
    }
    let most = counts.values().map(|(here, _)| *here).max().unwrap_or(0);
    let is_own = |(here, named): &(usize, usize)| *here > 0 && (here * 2 >= *named || *here == most);
    if counts.values().any(is_own) {
        counts.retain(|_, count| is_own(count));
    } else {
        // A source whose directories are elsewhere is somebody else's.
        counts.retain(|(kind, _), (_, named)| *named == 0 && kind == "GitRepository");
    }
    counts.into_keys().collect()
}

/// For each unit the units that it applies.
fn follows(tree: &Tree, search: &Search, own: &BTreeSet<(String, String)>) -> Vec<Vec<usize>> {
    let mut reach = Reach::new(tree);
    let mut by_file: BTreeMap<&RootedPath, Vec<usize>> = BTreeMap::new();
    for (at, unit) in search.units.iter().enumerate() {
        by_file.entry(&unit.file).or_default().push(at);
    }
    // Many units may name the same directory.
    let mut known: BTreeMap<RootedPath, Vec<usize>> = BTreeMap::new();
    let mut units_in = |dir: &RootedPath| {
        if let Some(units) = known.get(dir) {
            return units.clone();
        }
        let files = reach.files(dir);
        let units: Vec<_> = files.iter().filter_map(|file| by_file.get(file)).flatten().copied().collect();
        known.insert(dir.clone(), units.clone());
        units
    };
    let of = |unit: &Found, units_in: &mut dyn FnMut(&RootedPath) -> Vec<usize>| {
        let Some(dir) = path_of(unit) else { return Vec::new() };
        if !own.contains(&name_of(&source_of(&unit.object))) {
            return Vec::new();
        }
        let mut units = units_in(&dir);
        let components = unit.object.at(&["spec", "components"]).and_then(Value::as_list);
        for component in components.unwrap_or_default().iter().filter_map(Value::as_str) {
            units.extend(dir.join(component).map(|dir| units_in(&dir)).unwrap_or_default());
        }
        units
    };
    search.units.iter().map(|unit| of(unit, &mut units_in)).collect()
}

/// Units that nothing applies, by directory. Of units that apply each other in a circle, one that brings the most.
fn groups(search: &Search, follows: &[Vec<usize>]) -> Vec<Group> {
    let count = search.units.len();
    let mut is_applied = vec![false; count];
    for (unit, units) in follows.iter().enumerate() {
        for other in units.iter().filter(|other| **other != unit) {
            is_applied[*other] = true;
        }
    }
    let mut roots: Vec<_> = (0..count).filter(|unit| !is_applied[*unit]).collect();
    let mut brought = closure(&roots, follows);
    while brought.len() < count {
        let left = (0..count).filter(|unit| !brought.contains(unit));
        let best = left.max_by_key(|unit| (follows[*unit].len(), std::cmp::Reverse(*unit)));
        let Some(best) = best else { break };
        roots.push(best);
        brought.extend(closure(&[best], follows));
    }
    let mut by_dir: BTreeMap<RootedPath, Vec<usize>> = BTreeMap::new();
    for root in roots {
        let dir = search.units[root].file.parent().unwrap_or_else(RootedPath::root);
        by_dir.entry(dir).or_default().push(root);
    }
    by_dir.into_iter().map(|(dir, roots)| Group { brings: closure(&roots, follows), dir, roots }).collect()
}

/// Units, and all that come with them.
fn closure(units: &[usize], follows: &[Vec<usize>]) -> BTreeSet<usize> {
    let mut all = BTreeSet::new();
    let mut open = units.to_vec();
    while let Some(unit) = open.pop() {
        if all.insert(unit) {
            open.extend(&follows[unit]);
        }
    }
    all
}
