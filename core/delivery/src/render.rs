//! Files to objects, ready to be applied.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use weir_files::{Diagnostic, Place, RootedPath, Tree};
use weir_kustomize::{Answer, LoadRestriction, Need, Options, Stop};
use weir_plan::Desired;
use weir_yaml::Value;

use weir_secrets::Keys;

use crate::decrypt;
use crate::envsubst::Variables;
use crate::generate;
use crate::normalize::normalize;
use crate::recipe::Recipe;
use crate::substitute::substitute;

/// The objects of a unit at one revision.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The objects, with owner labels, ready to be applied.
    pub objects: Vec<Desired>,
    /// `sha256:` of what was built, before labels were added.
    pub digest: String,
    /// What deserves a look.
    pub warnings: Vec<Diagnostic>,
}

/// What a unit needs to know besides its files.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Files and repositories behind URLs.
    pub remotes: BTreeMap<Need, Answer>,
    /// Values of variables.
    pub variables: Variables,
    /// Keys of what is encrypted.
    pub keys: Keys,
}

/// Renders a unit, or asks for what lies outside of the tree and is not among the answers yet. All problems are given, not
/// the first.
pub fn render(recipe: &Recipe, tree: &Tree, known: &Known) -> Result<Rendered, Stop> {
    let dir = recipe.directory().map_err(|e| Stop::Failed(vec![Diagnostic::error(e.to_string())]))?;
    let opened = match &recipe.decryption {
        Some(decryption) if !decryption.masks => {
            decrypt::sources(tree, &dir, &known.keys).map_err(Stop::Failed)?
        }
        _ => tree.clone(),
    };
    let tree = &opened;
    let root = generate::kustomization(tree, &dir, &recipe.overlay).map_err(Stop::Failed)?;
    let options = Options {
        load_restriction: LoadRestriction::None,
        root: Some(root),
        reorder: weir_kustomize::Reorder::None,
        answers: known.remotes.clone(),
        ..Options::default()
    };
    let built = weir_kustomize::build_or_ask(tree, &dir, &options).map_err(|stop| match stop {
        Stop::Failed(problems) => Stop::Failed(placed(tree, &dir, problems)),
        needs @ Stop::Needs(_) => needs,
    })?;
    let mut hash = Sha256::new();
    let (mut objects, mut problems, mut warnings) = (Vec::new(), Vec::new(), built.warnings);
    for resource in built.resources {
        let mut desired = Desired::new(resource.object, resource.origin);
        if let Err(problem) = decrypt::object(recipe, &known.keys, &mut desired) {
            problems.push(problem);
            continue;
        }
        match substitute(recipe, tree, &known.variables, &mut desired) {
            Ok(notes) => warnings.extend(notes),
            Err(found) => {
                problems.extend(found);
                continue;
            }
        }
        // Go hashes the YAML text; here the JSON of each object stands for it, as the digest is compared with our own only.
        hash.update(weir_yaml::to_json(&desired.object));
        hash.update(b"\n");
        problems.extend(refusals(recipe, &desired));
        finish(recipe, &mut desired.object);
        objects.push(desired);
    }
    if !problems.is_empty() {
        return Err(Stop::Failed(problems));
    }
    let digest = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Ok(Rendered { objects, digest: format!("sha256:{digest}"), warnings })
}

/// The kustomization that was built is not quite that of the file, or there is no file: a problem that knows its file
/// only is looked up in it by the path that it quotes, and where nobody wrote that path down it is the file there.
fn placed(tree: &Tree, dir: &RootedPath, mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let root = weir_kustomize::kustomization_file(tree, dir).ok().flatten();
    let bytes = root.as_ref().and_then(|file| tree.read(file).ok());
    let text = bytes.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    for problem in &mut problems {
        let Some(place) = problem.place.as_ref().filter(|place| place.line == 0) else { continue };
        let is_root = dir.join(&place.file).is_ok_and(|file| file.parent().as_ref() == Some(dir))
            || RootedPath::new(&place.file).is_ok_and(|file| file.parent().as_ref() == Some(dir));
        if !is_root {
            continue;
        }
        let quoted: Vec<_> = problem.message.split('\'').skip(1).step_by(2).collect();
        let paths = quoted.iter().filter_map(|path| RootedPath::new(path).ok());
        let found = match (&root, text) {
            (Some(file), Some(text)) => {
                // Messages name a path from the root of the source, kustomizations from their directory.
                let named = paths.map(|path| path.relative_to(dir));
                let at =
                    quoted.iter().map(ToString::to_string).chain(named).find_map(|path| find(text, &path));
                Some(at.map_or(Place::at(file.as_str(), 1, 1), |(line, column)| {
                    Place::at(file.as_str(), line, column)
                }))
            }
            _ => paths.into_iter().next().map(|path| Place::at(path.as_str(), 1, 1)),
        };
        problem.place = found.or_else(|| problem.place.take());
    }
    problems
}

/// Line and column of a path in a text, as a word of its own.
fn find(text: &str, path: &str) -> Option<(u32, u32)> {
    let is_edge = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "\"'[],#".contains(c));
    for (line, content) in (1..).zip(text.lines()) {
        for (at, _) in content.match_indices(path).filter(|_| !path.is_empty()) {
            // A path may be written with ./ before it and / behind.
            let (before, behind) = (content[..at].trim_end_matches("./"), &content[at + path.len()..]);
            if is_edge(before.chars().next_back()) && is_edge(behind.trim_start_matches('/').chars().next()) {
                let column = u32::try_from(before.chars().count()).unwrap_or(u32::MAX - 1) + 1;
                return Some((line, column));
            }
        }
    }
    None
}

/// Why an object cannot be applied as it was rendered.
fn refusals(recipe: &Recipe, desired: &Desired) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let object = &desired.object;
    if desired.id.name.is_empty() || desired.id.kind.is_empty() || desired.gvk.version.is_empty() {
        problems.push(desired.problem("has no apiVersion, kind and name"));
    }
    if object.at(&["sops", "mac"]).is_some() && !recipe.owner.asks(object, "decrypt", "disabled") {
        let cause = "is SOPS encrypted, configuring decryption is required for this secret to be reconciled";
        problems.push(desired.problem(cause).hint(
            "set spec.decryption of the Kustomization to {provider: sops, secretRef: {name: ...}}, or annotate the object \
             with kustomize.toolkit.fluxcd.io/decrypt: disabled",
        ));
    }
    problems
}

fn finish(recipe: &Recipe, object: &mut Value) {
    normalize(object);
    recipe.owner.mark(object);
    for (place, entries) in [("labels", &recipe.labels), ("annotations", &recipe.annotations)] {
        for (key, value) in entries {
            object.set_at(&["metadata", place, key], value.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_as_words() {
        let text = "# a.yaml.bak\nresources:\n- ./a.yaml # x\n- 'dir/b.yaml'\n- [sub/, cc.yaml]\n";
        assert_eq!(find(text, "a.yaml"), Some((3, 3)));
        assert_eq!(find(text, "dir/b.yaml"), Some((4, 4)));
        assert_eq!(find(text, "sub"), Some((5, 4)));
        assert_eq!(find(text, "c.yaml"), None);
        assert_eq!(find(text, ""), None);
    }
}
