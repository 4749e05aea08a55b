//! Built-in generators and transformers that are objects of their own.

use crate::fields::{image, replacement};
use crate::layers::Maker;
use crate::objects::{Made, labels, text};
use crate::random::Random;
use crate::yaml::{Node, map, write};

/// `transformers`, `generators` and `validators`: inline, in files and in directories.
pub(crate) fn all(maker: &mut Maker, dir: &str, kustomization: &mut Node, known: &[Made]) {
    if maker.random.chance(12) {
        let config = transformer(&mut maker.random, known);
        let entry = plugin(maker, dir, &config);
        kustomization.set("transformers", vec![Node::from(entry)]);
    }
    if maker.random.chance(4) {
        let name = format!("gen{}", maker.next());
        let mut config = map([
            ("apiVersion", "builtin".into()),
            ("kind", (*maker.random.one(&["ConfigMapGenerator", "SecretGenerator"])).into()),
            ("metadata", map([("name", name.into())])),
            ("literals", vec!["a=b".into(), "c=1".into()].into()),
        ]);
        if maker.random.chance(30) {
            config.set_at(&["metadata", "namespace"], "ns1");
        }
        let entry = plugin(maker, dir, &config);
        kustomization.set("generators", vec![Node::from(entry)]);
    }
    if maker.random.chance(3) {
        let mut config = transformer(&mut maker.random, known);
        // One that changes nothing still fails where it writes what is there already.
        config.set("kind", "HashTransformer");
        let entry = plugin(maker, dir, &config);
        kustomization.set("validators", vec![Node::from(entry)]);
    }
}

/// A configuration where it may stand: in the kustomization itself, in a file, or in a directory of its own.
fn plugin(maker: &mut Maker, dir: &str, config: &Node) -> String {
    let odd = maker.odd.min(1);
    let text = write(&mut maker.random, config, odd);
    let number = maker.next();
    match maker.random.below(3) {
        0 => text,
        1 => {
            maker.file(format!("{dir}/t{number}.yaml"), text);
            format!("t{number}.yaml")
        }
        _ => {
            maker.file(format!("plug{number}/t.yaml"), text);
            maker.file(format!("plug{number}/kustomization.yaml"), "resources:\n- t.yaml\n".to_string());
            format!("../plug{number}")
        }
    }
}

fn transformer(random: &mut Random, known: &[Made]) -> Node {
    let kind = *random.one(&[
        "AnnotationsTransformer",
        "LabelTransformer",
        "NamespaceTransformer",
        "PrefixTransformer",
        "SuffixTransformer",
        "ImageTagTransformer",
        "PatchTransformer",
        "ValueAddTransformer",
        "ReplicaCountTransformer",
        "HashTransformer",
        "PatchStrategicMergeTransformer",
        "PatchJson6902Transformer",
        "ReplacementTransformer",
        "LabelTransformer",
    ]);
    let mut config = map([
        ("apiVersion", "builtin".into()),
        ("kind", kind.into()),
        ("metadata", map([("name", "t".into())])),
    ]);
    let specs = |paths: &[&str]| {
        let spec = |path: &&str| map([("path", (*path).into()), ("create", true.into())]);
        Node::List(paths.iter().map(spec).collect())
    };
    match kind {
        "AnnotationsTransformer" => {
            config.set("annotations", map([("t", text(random))]));
            config.set("fieldSpecs", specs(&["metadata/annotations", "spec/template/metadata/annotations"]));
        }
        "LabelTransformer" => {
            config.set("labels", labels(random));
            config.set("fieldSpecs", specs(&["metadata/labels", "spec/extra"]));
        }
        "NamespaceTransformer" => {
            config.set_at(&["metadata", "namespace"], "ns2");
            if random.chance(40) {
                config.set("unsetOnly", true);
            }
            if random.chance(40) {
                config.set(
                    "setRoleBindingSubjects",
                    *random.one(&["none", "allServiceAccounts", "defaultOnly"]),
                );
            }
            config.set(
                "fieldSpecs",
                vec![map([("path", "metadata/name".into()), ("kind", "Namespace".into())])],
            );
        }
        "PrefixTransformer" | "SuffixTransformer" => {
            config.set(if kind == "PrefixTransformer" { "prefix" } else { "suffix" }, "-q-");
            config.set("fieldSpecs", specs(&["metadata/name"]));
        }
        "ImageTagTransformer" => {
            config.set("imageTag", image(random));
            config.set("fieldSpecs", vec![map([("path", "image".into())])]);
        }
        "PatchTransformer" => {
            config.set("patch", "- op: add\n  path: /metadata/labels\n  value: {patched: yes please}\n");
            config.set("target", map([("kind", "ConfigMap|Service".into())]));
        }
        "ValueAddTransformer" => {
            let target = map([
                ("selector", map([("kind", (*random.one(&["ConfigMap", "Widget", "Service"])).into())])),
                ("fieldPath", (*random.one(&["data/a", "spec/a", "metadata/annotations/note"])).into()),
                ("filePathPosition", random.below(3).into()),
            ]);
            config.set("value", "added");
            config.set("targets", vec![target]);
        }
        "ReplicaCountTransformer" => {
            config.set("replica", map([("name", "web".into()), ("count", 3.into())]));
            config.set(
                "fieldSpecs",
                vec![map([
                    ("path", "spec/replicas".into()),
                    ("kind", "Deployment".into()),
                    ("create", true.into()),
                ])],
            );
        }
        _ => of_patches(random, kind, known, &mut config),
    }
    config
}

fn of_patches(random: &mut Random, kind: &str, known: &[Made], config: &mut Node) {
    if known.is_empty() {
        return;
    }
    let made = random.one(known);
    match kind {
        "PatchStrategicMergeTransformer" => {
            let name = made.name.as_str();
            let patch = map([
                ("apiVersion", made.api.into()),
                ("kind", made.kind.into()),
                ("metadata", map([("name", name.into()), ("labels", labels(random))])),
            ]);
            config.set("patches", write(random, &patch, 0));
        }
        "PatchJson6902Transformer" => {
            let target = map([("kind", made.kind.into()), ("name", made.name.as_str().into())]);
            config.set("target", target);
            let operation = map([
                ("op", "add".into()),
                ("path", (*random.one(&["/metadata/labels", "/extra", "/spec"])).into()),
                ("value", map([("a", text(random))])),
            ]);
            config.set("jsonOp", write(random, &vec![operation].into(), 0));
        }
        "ReplacementTransformer" => config.set("replacements", vec![replacement(random, known)]),
        _ => {}
    }
}
