//! `weir up --sandbox`: kinds that nobody defines hold nothing up, and are causes all the same.

use crate::up::{ONCE, config_map, repository, unit};
use crate::weir::weir;

const WIDGET: &str = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w, namespace: default}\n";

fn definition(scope: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: widgets.example.com}}\n\
         spec:\n  group: example.com\n  scope: {scope}\n  names: {{kind: Widget, plural: widgets}}\n  versions:\n  \
         - {{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object}}}}}}\n"
    )
}

#[test]
fn an_object_without_a_definition_holds_nothing_up() {
    let repository = repository();
    repository
        .write("base/widget.yaml", WIDGET)
        .write("apps/widget.yaml", WIDGET.replace("name: w", "name: x"));
    let ended = weir(&repository, &ONCE).with(1).says(&[
        "✔ Kustomization/flux-system/base",
        "✔ Kustomization/flux-system/apps",
        "? Widget  object of example.com/v1, which nobody defines",
        "✗ base/widget.yaml:1:1: Widget/default/w no matches for kind \"Widget\" in version \"example.com/v1\": the \
         repository has no CustomResourceDefinition of it",
        "✗ apps/widget.yaml:1:1: Widget/default/x",
        "4 ready, 2 without a definition",
    ]);
    assert!(!ended.stderr.contains("✗ Kustomization"), "{}", ended.stderr);
}

#[test]
fn a_definition_that_another_unit_brings_is_waited_for() {
    let repository = repository();
    repository.write("apps/widget.yaml", definition("Namespaced")).write("base/widget.yaml", WIDGET);
    // Both at once, and the one that needs it does not wait for the other.
    repository.write("clusters/home/apps.yaml", unit("apps", "./apps", ""));
    weir(&repository, &ONCE).with(0).says(&["✔ 4 ready"]);
}

#[test]
fn a_definition_that_no_unit_applies_is_taken_from_its_file() {
    let repository = repository();
    repository.write("docs/widget.yaml", definition("Namespaced")).write("base/widget.yaml", WIDGET);
    weir(&repository, &ONCE).with(1).says(&[
        "docs/widget.yaml:1:1 defines it, but no unit applies that",
        "✔ Kustomization/flux-system/apps",
    ]);
}

#[test]
fn kinds_of_kubernetes_and_flux_are_not_made_up() {
    let repository = repository();
    repository
        .write("base/a.yaml", "apiVersion: apps/v2\nkind: Deployment\nmetadata: {name: a, namespace: default}\n")
        .write("base/b.yaml", "apiVersion: apps/v1\nkind: Deploiment\nmetadata: {name: b, namespace: default}\n")
        .write("base/c.yaml", "apiVersion: v1\nkind: Pot\nmetadata: {name: c, namespace: default}\n")
        .write(
            "base/d.yaml",
            "apiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: OCIRepository\nmetadata: {name: d, namespace: default}\n",
        );
    let ended = weir(&repository, &ONCE).with(1).says(&[
        "✗ Kustomization/flux-system/base",
        "base/a.yaml:1:1: Deployment/default/a",
        "base/b.yaml:1:1: Deploiment/default/b",
        "base/c.yaml:1:1: Pot/default/c",
        "base/d.yaml:1:1: OCIRepository/default/d",
    ]);
    assert!(!ended.stderr.contains("nobody defines"), "{}", ended.stderr);
}

#[test]
fn what_the_server_refuses_of_the_entry_point_is_told_and_the_rest_goes_on() {
    let repository = repository();
    let old = "apiVersion: source.toolkit.fluxcd.io/v1beta2\nkind: OCIRepository\nmetadata: {name: old, namespace: \
               flux-system}\nspec: {url: 'oci://registry.example/x'}\n---\n";
    let more =
        unit("other", "./", "").replace("GitRepository, name: flux-system", "OCIRepository, name: old");
    repository.write("clusters/other.yaml", &(old.to_string() + &more));
    repository.write("clusters/home/flux-system/gotk-sync.yaml", unit("flux-system", "./clusters", ""));
    repository.write("clusters/home/flux-system/more.yaml", config_map("more"));
    weir(&repository, &ONCE)
        .with(1)
        .says(&["no matches for kind \"OCIRepository\"", "clusters/other.yaml:1:1"]);
}
