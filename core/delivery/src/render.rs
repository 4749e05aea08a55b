//! Files to objects, ready to be applied.

use sha2::{Digest as _, Sha256};
use weir_files::{Diagnostic, Tree};
use weir_kustomize::{LoadRestriction, Options};
use weir_plan::Desired;
use weir_yaml::Value;

use crate::generate;
use crate::normalize::normalize;
use crate::recipe::Recipe;

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

/// Renders a unit. All problems are given, not the first.
pub fn render(recipe: &Recipe, tree: &Tree) -> Result<Rendered, Vec<Diagnostic>> {
    let dir = recipe.directory().map_err(|e| vec![Diagnostic::error(e.to_string())])?;
    let root = generate::kustomization(tree, &dir, &recipe.overlay)?;
    let options = Options {
        load_restriction: LoadRestriction::None,
        root: Some(root),
        reorder: weir_kustomize::Reorder::None,
        ..Options::default()
    };
    let built = weir_kustomize::build(tree, &dir, &options)?;
    let mut hash = Sha256::new();
    let (mut objects, mut problems) = (Vec::new(), Vec::new());
    for resource in built.resources {
        // Go hashes the YAML text; here the JSON of each object stands for it, as the digest is compared with our own only.
        hash.update(weir_yaml::to_json(&resource.object));
        hash.update(b"\n");
        let mut desired = Desired::new(resource.object, resource.origin);
        problems.extend(refusals(recipe, &desired));
        finish(recipe, &mut desired.object);
        objects.push(desired);
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let digest = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Ok(Rendered { objects, digest: format!("sha256:{digest}"), warnings: built.warnings })
}

/// Why an object cannot be applied as it was rendered.
fn refusals(recipe: &Recipe, desired: &Desired) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let object = &desired.object;
    if desired.id.name.is_empty() || desired.id.kind.is_empty() || desired.gvk.version.is_empty() {
        problems.push(desired.problem("has no apiVersion, kind and name"));
    }
    if object.at(&["sops", "mac"]).is_some() && !recipe.owner.asks(object, "decrypt", "disabled") {
        let cause = "is SOPS encrypted; not supported yet: decryption";
        problems.push(
            desired.problem(cause).hint("annotate it with kustomize.toolkit.fluxcd.io/decrypt: disabled"),
        );
    }
    if recipe.substitutes
        && !recipe.owner.asks(object, "substitute", "disabled")
        && let Some(text) = first_variable(object)
    {
        problems.push(
            desired.problem(format_args!("uses the variable {text}; not supported yet: spec.postBuild")),
        );
    }
    problems
}

/// The first `${...}` in a value.
fn first_variable(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => {
            let rest = &text[text.find("${")?..];
            let end = rest.find('}').map_or(rest.len(), |end| end + 1);
            Some(rest[..end].chars().take(60).collect())
        }
        Value::List(list) => list.iter().find_map(first_variable),
        Value::Map(map) => map.values().find_map(first_variable),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::UInt(_)
        | Value::Float(_)
        | Value::Spelled(_) => None,
    }
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
