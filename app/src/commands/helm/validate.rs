//! `weir helm template --validate`: what the built-in schemas of Kubernetes say of the objects. No cluster is asked.

use std::collections::BTreeSet;

use weir_helm::Rendered;
use weir_manifest::kinds::{custom_resources, is_custom_resource_definition};
use weir_manifest::object;
use weir_manifest::schema::{Checked, check};
use weir_yaml::{Dialect, Value, from_yaml};

use crate::exit::Failure;
use crate::output::say;

/// Fails with all problems of all objects. What nobody can tell is said beside.
pub(super) fn run(rendered: &Rendered) -> Result<(), Failure> {
    let manifests = rendered.manifests.iter().map(|one| (&*one.path, &*one.content));
    let hooks = rendered.hooks.iter().map(|one| (&*one.path, &*one.manifest));
    let mut objects: Vec<(&str, Value)> = Vec::new();
    for (path, text) in manifests.chain(hooks) {
        let parsed = from_yaml(text, Dialect::Sigs);
        let parsed = parsed.map_err(|error| Failure::said(format!("Error: {path}: {error}")))?;
        objects.extend(parsed.into_iter().filter(|one| !one.is_null()).map(|one| (path, one)));
    }
    let defined = defined(rendered, &objects);
    let (mut problems, mut unknown) = (Vec::new(), BTreeSet::new());
    for (path, object) in &objects {
        let (kind, name) = (object::kind(object).unwrap_or(""), object::name(object).unwrap_or(""));
        match check(object) {
            Checked::Problems(found) => {
                problems.extend(found.iter().map(|one| format!("{path}: {kind} '{name}': {one}")));
            }
            Checked::OtherKind => {
                let api_version = object::api_version(object).unwrap_or("");
                let key = (api_version.to_string(), kind.to_string());
                if !defined.contains(&key) {
                    unknown.insert(key);
                }
            }
        }
    }
    for (api_version, kind) in unknown {
        say(&format!(
            "⚠ not validated: {kind} of {api_version}: it is no kind of Kubernetes, nor of this chart"
        ));
    }
    match problems.as_slice() {
        [] => Ok(()),
        problems => Err(Failure::said(format!(
            "Error: unable to build kubernetes objects from release manifest:\n  {}",
            problems.join("\n  ")
        ))),
    }
}

/// The kinds that the chart brings along.
fn defined(rendered: &Rendered, objects: &[(&str, Value)]) -> BTreeSet<(String, String)> {
    let crds = rendered.chart.crds();
    let own = crds.iter().flat_map(|crd| {
        let text = String::from_utf8_lossy(&crd.data);
        from_yaml(&text, Dialect::Sigs).unwrap_or_default()
    });
    let all: Vec<Value> = own.chain(objects.iter().map(|(_, object)| object.clone())).collect();
    let kinds = all.iter().filter(|one| is_custom_resource_definition(one)).flat_map(custom_resources);
    kinds.map(|one| (one.gvk.api_version(), one.gvk.kind.to_string())).collect()
}
