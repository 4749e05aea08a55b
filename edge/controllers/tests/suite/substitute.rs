//! Variables after the build: where their values come from, and what happens when those come or change.

use std::sync::Arc;

use crate::apply::config_map;
use crate::bed::Bed;

crate::scenarios!(
    values_come_from_all_sources_in_their_order,
    a_variable_without_a_value_is_told_with_its_line,
    a_variable_without_a_value_is_empty_where_that_is_asked_for,
    what_stands_in_a_secret_is_not_told,
    a_source_that_is_missing_is_waited_for,
    a_unit_that_makes_its_own_source_converges,
    a_change_of_a_labelled_source_is_carried_out_at_once,
);

/// No turn by the clock.
const SELDOM: &str = "retryInterval: 1h, prune: true";

async fn values_come_from_all_sources_in_their_order(bed: Arc<Bed>) {
    bed.apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: NS}\ndata: {a: one, b: one, c: one, count: '3'}\n").await;
    bed.apply("apiVersion: v1\nkind: Secret\nmetadata: {name: two, namespace: NS}\nstringData: {b: two, c: \"two\\nlines\"}\n").await;
    bed.write(
        "app.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: NS}\nspec:\n  replicas: ${count}\n  \
         selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    \
         spec: {containers: [{name: main, image: 'web:${a}-${b}-${c}-${d:=1}'}]}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kept, namespace: NS, labels: {kustomize.toolkit.fluxcd.io/substitute: disabled}}\n\
         data: {key: '${a} ${unknown}'}\n---\n\
         apiVersion: v1\nkind: ConfigMap\nmetadata: {name: text, namespace: NS}\ndata: {key: '$${a} $a'}\n",
    );
    bed.push().await;
    let build = "postBuild: {substitute: {b: inline}, substituteFrom: [{kind: ConfigMap, name: one}, {kind: Secret, name: two}, \
                 {kind: Secret, name: none, optional: true}]}";
    bed.unit("apps", "./", &format!("prune: true, {build}")).await;
    bed.ready("apps").await;
    let web = bed.get(("apps/v1", "Deployment"), "web").await;
    let containers = web.at(&["spec", "template", "spec", "containers"]).unwrap().as_list().unwrap();
    assert_eq!(containers[0].str_at(&["image"]), Some("web:one-inline-twolines-1"));
    assert_eq!(web.at(&["spec", "replicas"]).unwrap().as_i64(), Some(3));
    let text = |object: weir_yaml::Value| object.str_at(&["data", "key"]).unwrap().to_string();
    assert_eq!(text(bed.get(("v1", "ConfigMap"), "kept").await), "${a} ${unknown}");
    assert_eq!(text(bed.get(("v1", "ConfigMap"), "text").await), "${a} $a");
}

async fn a_variable_without_a_value_is_told_with_its_line(bed: Arc<Bed>) {
    bed.write("a.yaml", &config_map("a", "${first} and ${known}"));
    bed.write("b.yaml", &format!("{}---\n{}", config_map("b", "fine"), config_map("c", "${second}")));
    bed.push().await;
    bed.unit("apps", "./", "prune: true, postBuild: {substitute: {known: x}}").await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "BuildFailed");
    for part in [
        "a.yaml:4:",
        "b.yaml:9:",
        "variable not set (strict mode): \"first\"",
        "variable not set (strict mode): \"second\"",
    ] {
        assert!(message.contains(part), "{part} in {message}");
    }
    assert!(!message.contains("known"), "{message}");
    assert!(bed.find(("v1", "ConfigMap"), "b").await.is_none(), "nothing is applied by halves");
}

async fn a_variable_without_a_value_is_empty_where_that_is_asked_for(bed: Arc<Bed>) {
    bed.restart_with(|settings| settings.lenient_variables = true).await;
    bed.write("a.yaml", &config_map("a", "<${unknown}>"));
    bed.push().await;
    bed.unit("apps", "./", "prune: true, postBuild: {substitute: {known: x}}").await;
    bed.ready("apps").await;
    assert_eq!(bed.get(("v1", "ConfigMap"), "a").await.str_at(&["data", "key"]), Some("<>"));
}

async fn what_stands_in_a_secret_is_not_told(bed: Arc<Bed>) {
    bed.write("a.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: NS}\nstringData: {key: 'hunter${two three'}\n");
    bed.push().await;
    bed.unit("apps", "./", "prune: true, postBuild: {substitute: {known: x}}").await;
    let (_, message) = bed.failed("apps").await;
    assert!(message.contains("missing closing brace") && message.contains("a.yaml:4:"), "{message}");
    assert!(!message.contains("hunter") && !message.contains("three"), "{message}");
}

async fn a_source_that_is_missing_is_waited_for(bed: Arc<Bed>) {
    bed.write("a.yaml", &config_map("a", "${color}"));
    bed.push().await;
    let from = "postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}";
    bed.unit("apps", "./", &format!("{SELDOM}, {from}")).await;
    let (reason, message) = bed.failed("apps").await;
    assert_eq!(reason, "BuildFailed");
    assert!(
        message.contains("substitute from 'ConfigMap/settings' error: configmaps \"settings\" not found"),
        "{message}"
    );
    bed.apply(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: NS}\ndata: {color: blue}\n",
    )
    .await;
    bed.ready("apps").await;
    assert_eq!(bed.get(("v1", "ConfigMap"), "a").await.str_at(&["data", "key"]), Some("blue"));
}

async fn a_unit_that_makes_its_own_source_converges(bed: Arc<Bed>) {
    bed.write("settings.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: settings, namespace: NS}\nstringData: {color: blue}\n");
    bed.write("a.yaml", &config_map("a", "${color}"));
    bed.push().await;
    let from = "postBuild: {substituteFrom: [{kind: Secret, name: settings, optional: true}]}";
    bed.unit("apps", "./", &format!("{SELDOM}, {from}")).await;
    let is_blue = |object: Option<&weir_yaml::Value>| {
        object.is_some_and(|a| a.str_at(&["data", "key"]) == Some("blue"))
    };
    bed.until(("v1", "ConfigMap"), "a", is_blue).await;
    bed.ready("apps").await;
}

async fn a_change_of_a_labelled_source_is_carried_out_at_once(bed: Arc<Bed>) {
    let settings = |color: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: settings, namespace: NS, \
             labels: {{reconcile.fluxcd.io/watch: Enabled}}}}\ndata: {{color: {color}}}\n"
        )
    };
    bed.apply(&settings("blue")).await;
    bed.write("a.yaml", &config_map("a", "${color}"));
    bed.push().await;
    let from = "postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}";
    bed.unit("apps", "./", &format!("{SELDOM}, {from}")).await;
    bed.ready("apps").await;
    for color in ["red", "green"] {
        bed.apply(&settings(color)).await;
        let is_it = |object: Option<&weir_yaml::Value>| {
            object.is_some_and(|a| a.str_at(&["data", "key"]) == Some(color))
        };
        bed.until(("v1", "ConfigMap"), "a", is_it).await;
    }
}
