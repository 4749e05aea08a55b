//! The fields of random kustomizations.

use crate::layers::Maker;
use crate::objects::{IMAGES, Made, NAMES, labels, line, text};
use crate::patches;
use crate::plugins;
use crate::random::Random;
use crate::yaml::{Node, bare, map, write};

/// What the custom kinds say of their fields.
const CRDS: &str = r##"{
  "example.com/v1.Widget": {"Schema": {"type": "object", "properties": {
    "apiVersion": {"type": "string"}, "kind": {"type": "string"},
    "metadata": {"$ref": "k8s.io/apimachinery/pkg/apis/meta/v1.ObjectMeta"},
    "spec": {"$ref": "example.com/v1.WidgetSpec"},
    "extra": {"type": "object", "x-kubernetes-annotation": ""}
  }}},
  "example.com/v1.WidgetSpec": {"Schema": {"type": "object", "properties": {
    "a": {"type": "string", "x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "ConfigMap"},
    "b": {"type": "object", "x-kubernetes-object-ref-api-version": "v1", "x-kubernetes-object-ref-kind": "Secret",
      "x-kubernetes-object-ref-name-key": "name"},
    "x-y": {"type": "object", "x-kubernetes-label-selector": ""},
    "Z": {"type": "string", "x-kubernetes-identity": ""}
  }}}
}
"##;

/// How lists of the custom kinds are merged.
const SCHEMAS: &str = r##"{"definitions": {
  "v1.Widget": {"type": "object",
    "x-kubernetes-group-version-kind": [{"group": "example.com", "kind": "Widget", "version": "v1"}],
    "properties": {
      "apiVersion": {"type": "string"}, "kind": {"type": "string"},
      "metadata": {"type": "object"},
      "list": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}},
        "x-kubernetes-patch-merge-key": "name", "x-kubernetes-patch-strategy": "merge"}
    }}
}}
"##;

/// `configMapGenerator`, `secretGenerator` and their options.
pub(crate) fn generators(maker: &mut Maker, dir: &str, kustomization: &mut Node, known: &mut Vec<Made>) {
    for (field, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        if !maker.random.chance(18) {
            continue;
        }
        let all: Vec<Node> =
            (0..maker.random.within(1, 2)).map(|_| generator(maker, dir, kind, known)).collect();
        kustomization.set(field, all);
    }
    if maker.random.chance(8) {
        kustomization.set("generatorOptions", generator_options(&mut maker.random));
    }
}

fn generator_options(random: &mut Random) -> Node {
    let mut options = map([]);
    if random.chance(40) {
        options.set("disableNameSuffixHash", random.chance(80));
    }
    if random.chance(40) {
        options.set("labels", labels(random));
    }
    if random.chance(30) {
        options.set("annotations", map([("note", text(random))]));
    }
    if random.chance(20) {
        options.set("immutable", true);
    }
    options
}

fn generator(maker: &mut Maker, dir: &str, kind: &'static str, known: &mut Vec<Made>) -> Node {
    let of_kind: Vec<Made> = known.iter().filter(|made| made.kind == kind).cloned().collect();
    let mut made = map([]);
    if !of_kind.is_empty() && maker.random.chance(30) {
        let target = maker.random.one(&of_kind).clone();
        made.set("name", target.name.as_str());
        if let Some(namespace) = &target.namespace {
            made.set("namespace", namespace.as_str());
        }
        made.set("behavior", *maker.random.one(&["merge", "merge", "replace", "create"]));
    } else {
        let name = format!("gen{}", maker.next());
        made.set("name", name.as_str());
        let mut namespace = None;
        if maker.random.chance(10) {
            made.set("namespace", "ns1");
            namespace = Some("ns1".to_string());
        }
        known.push(Made { api: "v1", kind, name, namespace });
    }
    if maker.random.chance(70) {
        let mut literals: Vec<Node> = Vec::new();
        for key in ["a", "b", "c.d", "LONG"] {
            if maker.random.chance(50) {
                let Node::Text(value) = text(&mut maker.random) else { continue };
                literals.push(format!("{key}={value}").into());
            }
        }
        made.set("literals", literals);
    }
    if maker.random.chance(30) {
        let path = format!("f{}.txt", maker.next());
        let Node::Text(content) = text(&mut maker.random) else { return made };
        maker.files.insert(format!("{dir}/{path}"), content);
        let source = if maker.random.chance(50) { path } else { format!("key={path}") };
        made.set("files", vec![Node::from(source)]);
    }
    if maker.random.chance(20) {
        let path = format!("e{}.env", maker.next());
        maker.files.insert(format!("{dir}/{path}"), "# c\nX=1\n\n Y = two words \nZ\nQ='q'\n".to_string());
        if maker.random.chance(20) {
            made.set("env", path);
        } else {
            made.set("envs", vec![Node::from(path)]);
        }
    }
    if kind == "Secret" && maker.random.chance(30) {
        made.set("type", "kubernetes.io/x");
    }
    if maker.random.chance(20) {
        made.set("options", generator_options(&mut maker.random));
    }
    made
}

/// Fields of the custom kinds.
const CONFIGURATION: &str = "nameReference:
- kind: ConfigMap
  version: v1
  fieldSpecs:
  - path: spec/a
    kind: Widget
  - path: extra/name
namePrefix:
- path: image
  kind: Gadget
commonLabels:
- path: spec/extra/labels
  create: true
  kind: Widget
commonAnnotations:
- path: extra
  kind: Gadget
images:
- path: image
  kind: Widget
varReference:
- path: spec
  kind: Widget
replicas:
- path: spec/replicas
  create: true
  kind: Widget
namespace:
- path: spec/namespace
  create: true
  kind: Gadget
";

/// All fields that change objects.
pub(crate) fn transformers(maker: &mut Maker, dir: &str, kustomization: &mut Node, known: &[Made]) {
    let random = &mut maker.random;
    if random.chance(20) {
        kustomization.set("namespace", *random.one(&["ns1", "ns2", "default"]));
    }
    if random.chance(20) {
        kustomization.set("namePrefix", *random.one(&["p-", "dev-"]));
    }
    if random.chance(15) {
        kustomization.set("nameSuffix", *random.one(&["-s", "-v2"]));
    }
    if random.chance(10) {
        kustomization.set("commonLabels", labels(random));
    }
    if random.chance(20) {
        let all: Vec<Node> = (0..random.within(1, 2)).map(|_| label_entry(random)).collect();
        kustomization.set("labels", all);
    }
    if random.chance(15) {
        kustomization
            .set("commonAnnotations", map([("note", line(random)), ("example.com/b", text(random))]));
    }
    if random.chance(20) {
        let all: Vec<Node> = (0..random.within(1, 2)).map(|_| image(random)).collect();
        kustomization.set("images", all);
    }
    let scaled: Vec<&Made> =
        known.iter().filter(|made| matches!(made.kind, "Deployment" | "StatefulSet")).collect();
    if !scaled.is_empty() && random.chance(20) {
        let entry =
            map([("name", random.one(&scaled).name.as_str().into()), ("count", random.within(0, 9).into())]);
        kustomization.set("replicas", vec![entry]);
    }
    patches::all(maker, dir, kustomization, known);
    let random = &mut maker.random;
    if !known.is_empty() && random.chance(20) {
        let all: Vec<Node> = (0..random.within(1, 2)).map(|_| replacement(random, known)).collect();
        if random.chance(25) {
            let path = format!("repl{}.yaml", maker.next());
            let odd = maker.odd.min(1);
            let text = write(&mut maker.random, &all.into(), odd);
            maker.file(format!("{dir}/{path}"), text);
            kustomization.set("replacements", vec![map([("path", path.into())])]);
        } else {
            kustomization.set("replacements", all);
        }
    }
    let random = &mut maker.random;
    vars(random, kustomization, known);
    if random.chance(6) {
        let path = format!("conf{}.yaml", maker.next());
        maker.files.insert(format!("{dir}/{path}"), CONFIGURATION.to_string());
        kustomization.set("configurations", vec![Node::from(path)]);
    }
    definitions(maker, dir, kustomization);
    plugins::all(maker, dir, kustomization, known);
    let random = &mut maker.random;
    if random.chance(6) {
        let words = ["originAnnotations", "transformerAnnotations", "managedByLabel"];
        let mut chosen: Vec<Node> =
            words.iter().filter(|_| random.chance(60)).map(|word| (*word).into()).collect();
        if chosen.is_empty() {
            chosen.push("originAnnotations".into());
        }
        kustomization.set("buildMetadata", chosen);
    }
    if random.chance(6) {
        let mut sort = map([("order", (*random.one(&["legacy", "fifo"])).into())]);
        if random.chance(30) {
            sort = map([
                ("order", "legacy".into()),
                (
                    "legacySortOptions",
                    map([
                        ("orderFirst", vec!["Service".into()].into()),
                        ("orderLast", vec!["Deployment".into(), "ConfigMap".into()].into()),
                    ]),
                ),
            ]);
        }
        kustomization.set("sortOptions", sort);
    }
}

/// `crds` and `openapi`.
fn definitions(maker: &mut Maker, dir: &str, kustomization: &mut Node) {
    if maker.random.chance(4) {
        let path = format!("crd{}.json", maker.next());
        maker.files.insert(format!("{dir}/{path}"), CRDS.to_string());
        kustomization.set("crds", vec![Node::from(path)]);
    }
    if maker.random.chance(2) {
        let path = format!("schema{}.json", maker.next());
        maker.files.insert(format!("{dir}/{path}"), SCHEMAS.to_string());
        kustomization.set("openapi", map([("path", path.into())]));
    }
}

/// `vars` whose names some texts of objects have.
fn vars(random: &mut Random, kustomization: &mut Node, known: &[Made]) {
    if known.is_empty() || !random.chance(8) {
        return;
    }
    let made = random.one(known);
    let mut object = map([
        ("apiVersion", made.api.into()),
        ("kind", made.kind.into()),
        ("name", made.name.as_str().into()),
    ]);
    if let Some(namespace) = made.namespace.as_ref().filter(|_| random.chance(50)) {
        object.set("namespace", namespace.as_str());
    }
    let mut var = map([("name", (*random.one(&["VAR", "NAME"])).into()), ("objref", object)]);
    if random.chance(50) {
        var.set("fieldref", map([("fieldPath", path(random, made.kind).into())]));
    }
    kustomization.set("vars", vec![var]);
}

fn label_entry(random: &mut Random) -> Node {
    let mut entry = map([("pairs", labels(random))]);
    if random.chance(30) {
        entry.set("includeSelectors", random.chance(70));
    }
    if random.chance(30) {
        entry.set("includeTemplates", random.chance(70));
    }
    if random.chance(15) {
        let spec =
            map([("path", "spec/extra/labels".into()), ("kind", "Widget".into()), ("create", true.into())]);
        entry.set("fields", vec![spec]);
    }
    entry
}

pub(crate) fn image(random: &mut Random) -> Node {
    let name = random.pick(IMAGES).split('@').next().unwrap_or("").to_string();
    let name = name.strip_suffix(":1.25").or(name.strip_suffix(":v1.2.3")).unwrap_or(&name).to_string();
    let mut entry = map([("name", name.into())]);
    if random.chance(40) {
        entry.set("newName", *random.one(&["docker.io/nginx", "localhost:5000/x", "y"]));
    }
    if random.chance(60) {
        entry.set("newTag", *random.one(&["1.0", "latest", "v9", "010", "1e3"]));
    }
    if random.chance(15) {
        entry.set("digest", "sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d4");
    }
    if random.chance(10) {
        entry.set("tagSuffix", "-alpine");
    }
    entry
}

/// A path to a scalar that objects of this kind often have.
fn path(random: &mut Random, kind: &str) -> &'static str {
    let own: &[&str] = match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => &[
            "spec.template.spec.containers.[name=app].image",
            "spec.template.spec.containers.0.image",
            "spec.template.spec.containers.[name=app].name",
            "spec.template.spec.containers.*.image",
            "spec.template.metadata.labels.app",
            "spec.replicas",
            "spec.template.spec.serviceAccountName",
            "spec.template.spec.containers.[name=app].env.[name=A0].value",
            "spec.template.spec.containers.[name=app].resources.limits.cpu",
        ],
        "ConfigMap" => &[
            "data.a",
            "data.[b.txt]",
            "data.[conf.yaml]",
            "data.[conf.yaml].key",
            "data.[conf.yaml].a.b",
            "data.[conf.yaml].list.0",
            "data.[conf.yaml].use.x",
            "data.on",
        ],
        "Service" => {
            &["spec.ports.0.port", "spec.ports.[port=80].targetPort", "spec.selector.app", "spec.selector"]
        }
        "Widget" | "Gadget" => {
            &["spec", "extra", "list.0", "list.[name=i0].value", "spec.a", "image", "extra.a.b"]
        }
        _ => &["metadata.name", "metadata.namespace"],
    };
    let general = [
        "metadata.name",
        "metadata.name",
        "metadata.labels.app",
        "metadata.annotations.note",
        "metadata.annotations.[example.com/a]",
        "metadata.namespace",
    ];
    if random.chance(35) { random.pick(&general) } else { random.pick(own) }
}

fn options(random: &mut Random, create: bool) -> Node {
    let mut options = map([]);
    if random.chance(25) {
        options.set("delimiter", *random.one(&["-", ":", "/", "."]));
        if random.chance(70) {
            options.set("index", bare(random.pick(&["0", "1", "0", "-1", "2"])));
        }
    }
    if create {
        options.set("create", true);
    }
    options
}

fn selector(random: &mut Random, made: &Made) -> Node {
    let mut selector = map([]);
    if random.chance(85) {
        selector.set("kind", made.kind);
    }
    if random.chance(70) || selector.is_empty() {
        selector.set("name", made.name.as_str());
    }
    if random.chance(6) {
        selector.set("labelSelector", *random.one(&["app", "app=web", "tier!=db", "app notin (web)"]));
    }
    if random.chance(4) {
        selector.set("annotationSelector", *random.one(&["note", "!note"]));
    }
    if random.chance(8) {
        selector.set("namespace", *random.one(&["ns1", "default", "ns2"]));
    }
    if random.chance(8) {
        selector.set("version", *random.one(&["v1", "v1.*", "v2"]));
    }
    selector
}

pub(crate) fn replacement(random: &mut Random, known: &[Made]) -> Node {
    let source = random.one(known);
    let mut entry = map([]);
    if random.chance(10) {
        entry.set("sourceValue", text(random));
    } else {
        let mut from = map([("kind", source.kind.into()), ("name", source.name.as_str().into())]);
        if random.chance(35) {
            from.set("fieldPath", path(random, source.kind));
        }
        let options = options(random, false);
        if !options.is_empty() {
            from.set("options", options);
        }
        entry.set("source", from);
    }
    let mut targets = Vec::new();
    for _ in 0..random.within(1, 2) {
        let made = random.one(known);
        let mut target = map([("select", selector(random, made))]);
        if random.chance(12) {
            let reject = match random.below(4) {
                0 => map([("kind", made.kind.into())]),
                1 => map([("labelSelector", "app".into())]),
                2 => map([("kind", made.kind.into()), ("name", random.pick(NAMES).into())]),
                _ => map([("name", random.pick(NAMES).into())]),
            };
            target.set("reject", vec![reject]);
        }
        let create = random.chance(80);
        target.set(
            "fieldPaths",
            Node::List((0..random.within(1, 2)).map(|_| path(random, made.kind).into()).collect()),
        );
        let options = options(random, create);
        if !options.is_empty() {
            target.set("options", options);
        }
        targets.push(target);
    }
    entry.set("targets", targets);
    entry
}
