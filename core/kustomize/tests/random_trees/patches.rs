//! Random patches: strategic merges and JSON patches, inline and in files, with targets and without.

use crate::layers::Maker;
use crate::objects::{self, IMAGES, Made, any, labels, text};
use crate::random::Random;
use crate::yaml::{Node, map, write};

/// All fields that hold patches.
pub(crate) fn all(maker: &mut Maker, dir: &str, kustomization: &mut Node, known: &[Made]) {
    if known.is_empty() {
        return;
    }
    if maker.random.chance(45) {
        let entries: Vec<Node> = (0..maker.random.within(1, 3)).map(|_| patch(maker, dir, known)).collect();
        kustomization.set("patches", entries);
    }
    if maker.random.chance(8) {
        let made = maker.random.one(known).clone();
        let text = strategic_text(maker, &made);
        let entry = if maker.random.chance(50) { Node::from(text) } else { file(maker, dir, text).into() };
        kustomization.set("patchesStrategicMerge", vec![entry]);
    }
    if maker.random.chance(8) {
        let made = maker.random.one(known).clone();
        let (text, _) = json_text(maker, &made);
        let version = made.api.rsplit('/').next().unwrap_or("");
        let group = made.api.split_once('/').map_or("", |(group, _)| group);
        let mut target = map([
            ("version", version.into()),
            ("kind", made.kind.into()),
            ("name", made.name.as_str().into()),
        ]);
        if !group.is_empty() {
            target.set("group", group);
        }
        let mut entry = map([("target", target)]);
        if maker.random.chance(50) {
            entry.set("patch", text);
        } else {
            entry.set("path", file(maker, dir, text));
        }
        kustomization.set("patchesJson6902", vec![entry]);
    }
}

fn file(maker: &mut Maker, dir: &str, text: String) -> String {
    let path = format!("p{}.yaml", maker.next());
    maker.file(format!("{dir}/{path}"), text);
    path
}

fn patch(maker: &mut Maker, dir: &str, known: &[Made]) -> Node {
    let made = maker.random.one(known).clone();
    let is_json = maker.random.chance(35);
    // Generated objects of other kinds are named by where their text stands, see COMPATIBILITY.md.
    let is_generated = matches!(made.kind, "ConfigMap" | "Secret");
    let changes = !is_json && !is_generated && maker.random.chance(6);
    let object = if changes { other(&mut maker.random, &made) } else { made.clone() };
    let text = if is_json { json_text(maker, &made).0 } else { strategic_text(maker, &object) };
    let mut entry = map([]);
    if maker.random.chance(60) {
        entry.set("patch", text);
    } else {
        entry.set("path", file(maker, dir, text));
    }
    let has_options = changes || !is_generated && maker.random.chance(8);
    if is_json || changes || maker.random.chance(40) {
        let mut target = target(&mut maker.random, &made);
        if has_options {
            target.set("kind", made.kind);
        }
        entry.set("target", target);
    }
    if has_options {
        entry.set(
            "options",
            map([
                ("allowNameChange", maker.random.chance(60).into()),
                ("allowKindChange", maker.random.chance(40).into()),
            ]),
        );
    }
    entry
}

/// An object of another kind or name, for patches that may change them.
fn other(random: &mut Random, made: &Made) -> Made {
    let mut other = made.clone();
    if random.chance(60) {
        other.kind = random.one(objects::KINDS).1;
    }
    if random.chance(50) {
        other.name = random.pick(objects::NAMES).to_string();
    }
    other
}

fn target(random: &mut Random, made: &Made) -> Node {
    let mut target = map([]);
    if random.chance(85) {
        target.set("kind", made.kind);
    }
    if random.chance(60) {
        let name = match random.below(6) {
            0 => ".*".to_string(),
            1 => format!("{}|db", made.name),
            _ => made.name.clone(),
        };
        target.set("name", name);
    }
    if random.chance(10) {
        target.set("labelSelector", *random.one(&["app", "app=web", "tier!=db", "app in (web, api)"]));
    }
    if random.chance(5) {
        target.set("annotationSelector", "note");
    }
    if target.is_empty() {
        target.set("kind", made.kind);
    }
    target
}

/// A strategic merge patch of this object.
fn strategic_text(maker: &mut Maker, made: &Made) -> String {
    let random = &mut maker.random;
    let mut metadata = map([("name", made.name.as_str().into())]);
    if let Some(namespace) = &made.namespace {
        metadata.set("namespace", namespace.as_str());
    }
    if random.chance(30) {
        let mut labels = labels(random);
        if random.chance(20) {
            labels.set("tier", Node::Null);
        }
        metadata.set("labels", labels);
    }
    if random.chance(20) {
        let value = if random.chance(30) { Node::Null } else { text(random) };
        metadata.set("annotations", map([("note", value)]));
    }
    let mut patch =
        map([("apiVersion", made.api.into()), ("kind", made.kind.into()), ("metadata", metadata)]);
    if random.chance(4) {
        patch.set("$patch", "delete");
    } else {
        body(random, made, &mut patch);
    }
    let odd = maker.odd;
    write(&mut maker.random, &patch, odd)
}

fn body(random: &mut Random, made: &Made, patch: &mut Node) {
    match made.kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => {
            if random.chance(30) {
                patch.set_at(&["spec", "replicas"], random.below(4));
            }
            if random.chance(5) {
                patch.set_at(
                    &["spec", "strategy"],
                    map([("$patch", "replace".into()), ("type", "Recreate".into())]),
                );
            }
            if random.chance(70) {
                patch.set_at(&["spec", "template", "spec"], pod(random));
            }
        }
        "Pod" => patch.set("spec", pod(random)),
        "CronJob" => patch.set_at(&["spec", "jobTemplate", "spec", "template", "spec"], pod(random)),
        "Service" => {
            let mut port = map([("port", (*random.one(&[80, 443, 8080])).into())]);
            match random.below(5) {
                0 => port.set("$patch", "delete"),
                1 => port.set("protocol", "TCP"),
                _ => port.set("targetPort", text(random)),
            }
            patch.set_at(&["spec", "ports"], vec![port]);
        }
        "ConfigMap" | "Secret" => {
            for key in ["a", "b.txt", "new"] {
                if random.chance(50) {
                    let value = if random.chance(20) { Node::Null } else { text(random) };
                    patch.set_at(&["data", key], value);
                }
            }
            if random.chance(10) {
                patch.set_at(&["data", "$patch"], *random.one(&["replace", "merge", "delete"]));
            }
        }
        "Widget" | "Gadget" => {
            for key in ["spec", "list", "extra"] {
                if random.chance(50) {
                    patch.set(key, any(random, 2));
                }
            }
        }
        "Ingress" => patch.set_at(&["spec", "tls"], Node::Null),
        "RoleBinding" | "ClusterRoleBinding" => {
            patch.set("subjects", vec![map([("kind", "User".into()), ("name", "u".into())])]);
        }
        "Role" | "ClusterRole" => patch.set("rules", vec![map([("verbs", vec!["list".into()].into())])]),
        _ => {}
    }
}

fn pod(random: &mut Random) -> Node {
    let name = *random.one(&["app", "app", "side", "new"]);
    let mut container = map([("name", name.into())]);
    if random.chance(8) {
        container.set("$patch", *random.one(&["delete", "replace"]));
    }
    if random.chance(50) {
        container.set("image", random.pick(IMAGES));
    }
    if random.chance(40) {
        let value = if random.chance(15) { Node::Null } else { text(random) };
        let mut all = vec![map([("name", "A0".into()), ("value", value)])];
        if random.chance(30) {
            all.push(map([("name", "NEW".into()), ("value", text(random))]));
        }
        container.set("env", all);
    }
    if random.chance(30) {
        container.set("args", vec![text(random)]);
    }
    if random.chance(20) {
        container.set(
            "resources",
            if random.chance(30) { Node::Null } else { map([("limits", map([("cpu", Node::Null)]))]) },
        );
    }
    if random.chance(20) {
        let mut port = map([("containerPort", (*random.one(&[80, 8080, 9090])).into())]);
        if random.chance(50) {
            port.set("protocol", "TCP");
        }
        if random.chance(50) {
            port.set("name", "p");
        }
        container.set("ports", vec![port]);
    }
    let mut pod = map([("containers", vec![container].into())]);
    if random.chance(20) {
        let mut volume = map([("name", (*random.one(&["config", "keys", "extra"])).into())]);
        match random.below(3) {
            0 => volume.set("$patch", "delete"),
            1 => volume.set("emptyDir", map([])),
            _ => {
                volume.set("configMap", Node::Null);
                volume.set("emptyDir", map([]));
            }
        }
        pod.set("volumes", vec![volume]);
    }
    if random.chance(10) {
        pod.set("nodeSelector", labels(random));
    }
    if random.chance(5) {
        pod.set(
            "volumes",
            vec![map([("$patch", "replace".into())]), map([("name", "only".into()), ("emptyDir", map([]))])],
        );
    }
    if random.chance(4) {
        pod.set(
            "$setElementOrder/containers",
            vec![map([("name", "side".into())]), map([("name", "app".into())])],
        );
    }
    if random.chance(8) {
        pod.set("tolerations", vec![map([("key", "b".into())])]);
    }
    pod
}

/// A JSON patch of this object, and whether it is JSON.
fn json_text(maker: &mut Maker, made: &Made) -> (String, bool) {
    let random = &mut maker.random;
    let operations: Vec<Node> = (0..random.within(1, 3)).map(|_| operation(random, made)).collect();
    if random.chance(25) {
        return (write(random, &Node::List(operations), 0), false);
    }
    let odd = maker.odd.min(1);
    (write(&mut maker.random, &operations.into(), odd), false)
}

fn operation(random: &mut Random, made: &Made) -> Node {
    let own: &[&str] = match made.kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => &[
            "/spec/replicas",
            "/spec/template/spec/containers/0/image",
            "/spec/template/spec/containers/0/args",
            "/spec/template/spec/containers/0/env/-",
            "/spec/template/spec/containers/1",
            "/spec/template/metadata/labels/x",
        ],
        "ConfigMap" | "Secret" => &["/data/a", "/data/b.txt", "/data", "/data/x~1y"],
        "Service" => &["/spec/ports/0/port", "/spec/ports/-", "/spec/type", "/spec/ports/0/targetPort"],
        "Widget" | "Gadget" => &["/spec", "/list/0", "/list/-", "/extra", "/extra/a", "/image"],
        _ => &["/metadata/labels", "/metadata/finalizers"],
    };
    let general = [
        "/metadata/labels/app",
        "/metadata/annotations/note",
        "/metadata/annotations",
        "/metadata/labels",
        "/metadata/name",
    ];
    let path = if random.chance(30) { random.pick(&general) } else { random.pick(own) };
    let rare = ["replace", "remove", "test", "copy", "move"];
    let op = if random.chance(85) { "add" } else { random.pick(&rare) };
    let mut operation = map([("op", op.into()), ("path", path.into())]);
    match op {
        "remove" => {}
        "copy" => operation.set("from", "/metadata/name"),
        // Not the name, nor all annotations: both are known differences (COMPATIBILITY.md).
        "move" => operation.set("from", random.pick(&["/metadata/labels/app", "/metadata/annotations/note"])),
        _ => operation.set("value", value_for(random, path)),
    }
    operation
}

fn value_for(random: &mut Random, path: &str) -> Node {
    match path {
        "/spec/replicas" | "/spec/ports/0/port" => random.within(1, 9).into(),
        "/spec/template/spec/containers/0/args" => vec![text(random)].into(),
        "/spec/template/spec/containers/0/env/-" => map([("name", "J".into()), ("value", text(random))]),
        "/spec/template/spec/containers/1" => map([("name", "j".into()), ("image", "j".into())]),
        "/data" | "/metadata/labels" | "/metadata/annotations" => map([("j", text(random))]),
        "/metadata/finalizers" => vec!["a/b".into()].into(),
        "/metadata/name" => random.pick(objects::NAMES).into(),
        "/spec" | "/extra" | "/list/0" | "/list/-" | "/extra/a" | "/image" => any(random, 2),
        _ => text(random),
    }
}
