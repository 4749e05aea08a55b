//! Random objects of the usual kinds, with references between them and values that are hard to write.

use crate::random::Random;
use crate::yaml::{Node, bare, map, write_kustomization};

/// What later layers may know of an object.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    pub(crate) api: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
}

pub(crate) const KINDS: &[(&str, &str)] = &[
    ("apps/v1", "Deployment"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "PersistentVolume"),
    ("v1", "Namespace"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("networking.k8s.io/v1", "Ingress"),
    ("networking.k8s.io/v1", "NetworkPolicy"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("policy/v1", "PodDisruptionBudget"),
    ("storage.k8s.io/v1", "StorageClass"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("apiregistration.k8s.io/v1", "APIService"),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
    ("example.com/v1", "Widget"),
    ("example.com/v1", "Widget"),
    ("example.com/v1beta1", "Gadget"),
];

pub(crate) const NAMES: &[&str] = &["web", "api", "db", "cache", "app", "front-end", "a.b", "8080"];
const LABELS: &[&str] = &["app", "tier", "app.kubernetes.io/name", "example.com/x", "version"];
pub(crate) const IMAGES: &[&str] = &[
    "nginx",
    "nginx:1.25",
    "busybox:latest",
    "ghcr.io/org/app:v1.2.3",
    "localhost:5000/app",
    "localhost:5000/app:2",
    "nginx@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    "app:1@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
];
const TEXTS: &[&str] = &[
    "true",
    "yes",
    "1",
    "1.0",
    "0x10",
    "010",
    "on",
    "null",
    "~",
    "",
    " lead",
    "trail ",
    "a: b",
    "a #b",
    "one\ntwo\n",
    "one\ntwo",
    "one\n\ntwo\n\n",
    "one\n  two\nthree\n",
    "ünï",
    "😀",
    "tab\tbed",
    "$(VAR)",
    "$(NAME)-x",
    "2020-01-01",
    "2001-12-14t21:59:43.10-05:00",
    "1e3",
    "1_000",
    "12:30:45",
    "0o7",
    "'q'",
    "\"dq\"",
    "- x",
    "*a",
    "&a",
    "!t",
    "%p",
    "@x",
    "`b`",
    "{a}",
    "[b]",
    "a,b,c",
    "?",
    "-",
    "--- x",
    "|",
    ">",
    "=",
    "<<",
    ".5",
    ".inf",
    ".NaN",
    "+1",
    "key=value",
    "http://example.com:80/a?b=c",
    "it's",
    "a\\b",
    "#c",
    "NO",
    "Off",
    "plain",
    "two words",
    "a very long text that goes on and on until it is longer than eighty columns and has to be folded by whoever writes it",
    "a-very-long-text-without-any-blank-that-cannot-be-folded-although-it-is-longer-than-eighty-columns-by-far",
    "# no comment\nkey: value\nlist:\n- a\n- b\n",
    "{\"a\": {\"b\": 1}}",
    "line with trailing  \nblank\n",
    "\u{85}x",
    "\u{a0}nbsp",
    "<tag> & more",
    "long lines that go on and on and on, folded at eighty columns,\nand then another one\n\n  indented\n",
];
const BARES: &[&str] = &[
    "1",
    "0",
    "80",
    "-1",
    "1.0",
    "1.5",
    "0x1F",
    "1e3",
    ".5",
    "010",
    "0o10",
    "true",
    "false",
    "yes",
    "on",
    "True",
    "null",
    "12e03",
    "1.10",
    "100000000000000000000",
    "123456789012",
    "2001-01-01",
    "-0",
    "0.0",
    "1_000",
    "685_230.15",
    "0b11",
];

/// A text that may be hard to write.
pub(crate) fn text(random: &mut Random) -> Node {
    if random.chance(50) {
        Node::from(random.pick(&["v1", "v2", "some", "other"]))
    } else {
        Node::from(random.pick(TEXTS))
    }
}

/// The same on one line. What becomes of others that are written over a folded text is said in COMPATIBILITY.md.
pub(crate) fn line(random: &mut Random) -> Node {
    match text(random) {
        Node::Text(text) if text.contains('\n') => Node::from("line"),
        other => other,
    }
}

/// Any value.
pub(crate) fn any(random: &mut Random, depth: usize) -> Node {
    match random.below(if depth == 0 { 4 } else { 7 }) {
        0 | 1 => text(random),
        2 => bare(random.pick(BARES)),
        3 if random.chance(30) => Node::Null,
        3 => bare(random.pick(BARES)),
        4 => Node::List((0..random.below(4)).map(|_| any(random, 0)).collect()),
        5 => Node::List(
            (0..random.within(1, 3))
                .map(|at| map([("name", format!("i{at}").into()), ("value", any(random, depth - 1))]))
                .collect(),
        ),
        _ => {
            let keys = ["a", "b", "name", "x-y", "some.key", "on", "1", "Z"];
            let mut made = map([]);
            for _ in 0..random.below(4) {
                let value = any(random, depth - 1);
                made.set(random.pick(&keys), value);
            }
            made
        }
    }
}

/// A text that is YAML itself, with comments, anchors and whatever else.
fn document(random: &mut Random) -> Node {
    let mut made = map([]);
    // What is replaced is a text and no alias: numbers that become one are refused here.
    let target = |random: &mut Random| Node::from(format!("target{}", random.below(1000)));
    made.set("key", target(random));
    for key in ["other", "some.key"] {
        if random.chance(60) {
            made.set(key, any(random, 2));
        }
    }
    if random.chance(60) {
        made.set("a", map([("b", target(random)), ("c", any(random, 1))]));
    }
    if random.chance(60) {
        made.set("list", vec![target(random), any(random, 1)]);
    }
    let mut text = write_kustomization(random, &made, 3);
    if random.chance(10) {
        text.push_str("base: &own {x: 1}\nuse: # merged\n  <<: *own\n  x: 2\n");
    }
    Node::from(text)
}

/// A name that some other object of this kind may have.
fn referral(random: &mut Random, known: &[Made], kind: &str) -> String {
    let all: Vec<&Made> = known.iter().filter(|made| made.kind == kind).collect();
    if all.is_empty() || random.chance(15) {
        random.pick(NAMES).to_string()
    } else {
        random.one(&all).name.clone()
    }
}

pub(crate) fn labels(random: &mut Random) -> Node {
    let mut made = map([]);
    for _ in 0..random.within(1, 2) {
        let value = if random.chance(80) { random.pick(NAMES).into() } else { line(random) };
        made.set(random.pick(LABELS), value);
    }
    made
}

fn metadata(random: &mut Random, made: &Made) -> Node {
    let mut metadata = map([("name", made.name.as_str().into())]);
    if made.name == "8080" && random.chance(50) {
        metadata.set("name", bare(&made.name));
    }
    if let Some(namespace) = &made.namespace {
        metadata.set("namespace", namespace.as_str());
    }
    if random.chance(50) {
        metadata.set("labels", labels(random));
    }
    if random.chance(25) {
        let mut annotations = map([]);
        for key in ["note", "example.com/a", "config.kubernetes.io/x"] {
            if random.chance(40) {
                let value =
                    if random.chance(15) { bare(random.pick(&["true", "1", "1.0"])) } else { text(random) };
                annotations.set(key, value);
            }
        }
        for key in ["config.kubernetes.io/local-config", "kustomize.config.k8s.io/needs-hash"] {
            if random.chance(4) {
                annotations.set(key, *random.one(&["true", "true", "false"]));
            }
        }
        metadata.set("annotations", annotations);
    }
    if random.chance(3) {
        metadata.set("creationTimestamp", Node::Null);
    }
    metadata
}

fn container(random: &mut Random, known: &[Made], name: &str) -> Node {
    let mut made = map([("name", name.into()), ("image", random.pick(IMAGES).into())]);
    if random.chance(50) {
        let entry = |random: &mut Random, at: usize| {
            let name = random.pick(&["A", "B", "LOG", "HOST"]);
            let mut entry = map([("name", format!("{name}{at}").into())]);
            match random.below(4) {
                0 => entry.set_at(
                    &["valueFrom", "configMapKeyRef"],
                    map([("name", referral(random, known, "ConfigMap").into()), ("key", "a".into())]),
                ),
                1 => entry.set_at(
                    &["valueFrom", "secretKeyRef"],
                    map([("name", referral(random, known, "Secret").into()), ("key", "a".into())]),
                ),
                _ => entry.set("value", text(random)),
            }
            entry
        };
        made.set("env", Node::List((0..random.within(1, 3)).map(|at| entry(random, at)).collect()));
    }
    if random.chance(25) {
        made.set(
            "envFrom",
            vec![map([("configMapRef", map([("name", referral(random, known, "ConfigMap").into())]))])],
        );
    }
    if random.chance(40) {
        let mut port = map([("containerPort", random.one(&[80, 8080, 443]).to_owned().into())]);
        if random.chance(50) {
            port.set("name", "http");
        }
        if random.chance(40) {
            port.set("protocol", *random.one(&["TCP", "UDP"]));
        }
        let mut ports = vec![port];
        if random.chance(30) {
            ports.push(map([("containerPort", 9090.into()), ("name", "metrics".into())]));
        }
        made.set("ports", ports);
    }
    if random.chance(30) {
        made.set("args", Node::List((0..random.within(1, 3)).map(|_| text(random)).collect()));
    }
    if random.chance(30) {
        let cpu = bare(random.pick(&["1", "100m", "0.5", "1.0", "\"2\""]));
        made.set_at(&["resources", "limits"], map([("cpu", cpu), ("memory", "64Mi".into())]));
    }
    if random.chance(25) {
        made.set("volumeMounts", vec![map([("name", "config".into()), ("mountPath", "/etc/config".into())])]);
    }
    if random.chance(10) {
        made.set("securityContext", map([]));
    }
    made
}

fn pod(random: &mut Random, known: &[Made]) -> Node {
    let mut containers = vec![container(random, known, "app")];
    if random.chance(40) {
        containers.push(container(random, known, "side"));
    }
    let mut made = map([("containers", containers.into())]);
    if random.chance(20) {
        made.set("initContainers", vec![container(random, known, "init")]);
    }
    if random.chance(40) {
        let mut volumes = vec![map([
            ("name", "config".into()),
            ("configMap", map([("name", referral(random, known, "ConfigMap").into())])),
        ])];
        if random.chance(40) {
            volumes.push(map([
                ("name", "keys".into()),
                ("secret", map([("secretName", referral(random, known, "Secret").into())])),
            ]));
        }
        if random.chance(30) {
            volumes.push(map([
                ("name", "data".into()),
                (
                    "persistentVolumeClaim",
                    map([("claimName", referral(random, known, "PersistentVolumeClaim").into())]),
                ),
            ]));
        }
        if random.chance(20) {
            volumes.push(map([("name", "tmp".into()), ("emptyDir", map([]))]));
        }
        made.set("volumes", volumes);
    }
    if random.chance(30) {
        made.set("serviceAccountName", referral(random, known, "ServiceAccount"));
    }
    if random.chance(10) {
        made.set("tolerations", vec![map([("key", "a".into()), ("operator", "Exists".into())])]);
    }
    if random.chance(10) {
        made.set("imagePullSecrets", vec![map([("name", referral(random, known, "Secret").into())])]);
    }
    if random.chance(10) {
        let term =
            map([("labelSelector", map([("matchLabels", labels(random))])), ("topologyKey", "zone".into())]);
        made.set_at(
            &["affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"],
            vec![term],
        );
    }
    made
}

fn template(random: &mut Random, known: &[Made], labels: &Node) -> Node {
    let mut template = map([("metadata", map([("labels", labels.clone())])), ("spec", pod(random, known))]);
    if random.chance(15) {
        template.set_at(&["metadata", "annotations"], map([("a", text(random))]));
    }
    template
}

/// An object of this kind and name.
pub(crate) fn object(random: &mut Random, made: &Made, known: &[Made]) -> Node {
    let mut object = map([
        ("apiVersion", made.api.into()),
        ("kind", made.kind.into()),
        ("metadata", metadata(random, made)),
    ]);
    let own = labels(random);
    match made.kind {
        "Deployment" | "StatefulSet" | "DaemonSet" => {
            if made.kind != "DaemonSet" && random.chance(60) {
                object.set_at(&["spec", "replicas"], random.within(1, 5));
            }
            object.set_at(&["spec", "selector", "matchLabels"], own.clone());
            object.set_at(&["spec", "template"], template(random, known, &own));
            if made.kind == "StatefulSet" {
                object.set_at(&["spec", "serviceName"], referral(random, known, "Service"));
                if random.chance(50) {
                    let claim = map([
                        ("metadata", map([("name", "data".into())])),
                        ("spec", map([("storageClassName", referral(random, known, "StorageClass").into())])),
                    ]);
                    object.set_at(&["spec", "volumeClaimTemplates"], vec![claim]);
                }
            }
        }
        "Job" => object.set_at(&["spec", "template"], template(random, known, &own)),
        "CronJob" => {
            object.set_at(&["spec", "schedule"], "*/5 * * * *");
            object.set_at(&["spec", "jobTemplate", "spec", "template"], template(random, known, &own));
        }
        "Pod" => object.set("spec", pod(random, known)),
        "Service" => {
            object.set_at(&["spec", "selector"], own);
            let mut ports = vec![map([("port", 80.into()), ("targetPort", "http".into())])];
            if random.chance(40) {
                ports.push(map([("port", 443.into()), ("name", "https".into()), ("protocol", "TCP".into())]));
            }
            object.set_at(&["spec", "ports"], ports);
        }
        "ConfigMap" | "Secret" => {
            let mut data = map([]);
            for key in ["a", "b.txt", "conf.yaml", "on", "1"] {
                if random.chance(40) {
                    data.set(key, if random.chance(4) { Node::Null } else { text(random) });
                }
                if key == "conf.yaml" && random.chance(25) {
                    data.set(key, document(random));
                }
            }
            if !data.is_empty() || random.chance(50) {
                object.set(if made.kind == "Secret" { "stringData" } else { "data" }, data);
            }
        }
        "PersistentVolumeClaim" => object.set(
            "spec",
            map([
                ("accessModes", vec!["ReadWriteOnce".into()].into()),
                ("storageClassName", referral(random, known, "StorageClass").into()),
                ("volumeName", referral(random, known, "PersistentVolume").into()),
            ]),
        ),
        "PersistentVolume" => {
            object.set("spec", map([("storageClassName", referral(random, known, "StorageClass").into())]))
        }
        "Role" | "ClusterRole" => {
            let mut rule = map([
                ("apiGroups", vec!["".into()].into()),
                ("resources", vec!["configmaps".into()].into()),
                ("verbs", vec!["get".into(), "*".into()].into()),
            ]);
            if random.chance(50) {
                rule.set("resourceNames", vec![Node::from(referral(random, known, "ConfigMap"))]);
            }
            object.set("rules", vec![rule]);
        }
        "RoleBinding" | "ClusterRoleBinding" => {
            let kind = if made.kind == "RoleBinding" && random.chance(60) { "Role" } else { "ClusterRole" };
            object.set(
                "roleRef",
                map([
                    ("apiGroup", "rbac.authorization.k8s.io".into()),
                    ("kind", kind.into()),
                    ("name", referral(random, known, kind).into()),
                ]),
            );
            let mut subject = map([
                ("kind", "ServiceAccount".into()),
                ("name", referral(random, known, "ServiceAccount").into()),
            ]);
            if random.chance(20) {
                subject.set("name", "default");
            }
            if random.chance(60) {
                subject.set("namespace", *random.one(&["default", "ns1", "ns2"]));
            }
            object.set("subjects", vec![subject]);
        }
        "Ingress" => {
            let backend = map([(
                "service",
                map([
                    ("name", referral(random, known, "Service").into()),
                    ("port", map([("number", 80.into())])),
                ]),
            )]);
            let path = map([("path", "/".into()), ("pathType", "Prefix".into()), ("backend", backend)]);
            object.set_at(
                &["spec", "rules"],
                vec![map([("host", "a.example.com".into()), ("http", map([("paths", vec![path].into())]))])],
            );
            if random.chance(40) {
                object.set_at(
                    &["spec", "tls"],
                    vec![map([
                        ("secretName", referral(random, known, "Secret").into()),
                        ("hosts", vec!["a.example.com".into()].into()),
                    ])],
                );
            }
        }
        "NetworkPolicy" => {
            object.set_at(&["spec", "podSelector", "matchLabels"], own.clone());
            object.set_at(
                &["spec", "ingress"],
                vec![map([("from", vec![map([("podSelector", map([("matchLabels", own)]))])].into())])],
            );
        }
        "HorizontalPodAutoscaler" => {
            let kind = *random.one(&["Deployment", "StatefulSet"]);
            object.set_at(
                &["spec", "scaleTargetRef"],
                map([
                    ("apiVersion", "apps/v1".into()),
                    ("kind", kind.into()),
                    ("name", referral(random, known, kind).into()),
                ]),
            );
        }
        "PodDisruptionBudget" => {
            object.set("spec", map([("minAvailable", 1.into()), ("selector", map([("matchLabels", own)]))]));
        }
        "StorageClass" => object.set("provisioner", "x.example.com"),
        "CustomResourceDefinition" => {
            object.set(
                "spec",
                map([
                    ("group", "example.com".into()),
                    ("names", map([("kind", "Widget".into()), ("plural", "widgets".into())])),
                    ("scope", "Namespaced".into()),
                ]),
            );
            if random.chance(30) {
                object.set_at(
                    &["spec", "conversion", "webhook", "clientConfig", "service"],
                    map([("name", "x".into()), ("namespace", "y".into())]),
                );
            }
        }
        "APIService" => object.set(
            "spec",
            map([
                ("group", "x.example.com".into()),
                (
                    "service",
                    map([
                        ("name", referral(random, known, "Service").into()),
                        ("namespace", "default".into()),
                    ]),
                ),
            ]),
        ),
        "ValidatingWebhookConfiguration" => {
            let service = map([
                ("name", referral(random, known, "Service").into()),
                ("namespace", (*random.one(&["default", "ns1"])).into()),
            ]);
            object.set(
                "webhooks",
                vec![map([("name", "a.example.com".into()), ("clientConfig", map([("service", service)]))])],
            );
        }
        "Widget" | "Gadget" => {
            if random.chance(10) {
                object.set(
                    "ports",
                    vec![map([("port", "80".into()), ("name", "a".into())]), map([("port", 80.into())])],
                );
                object.set(
                    "nested",
                    vec![Node::List(vec![any(random, 1), text(random)]), Node::List(Vec::new())],
                );
            }
            for key in ["spec", "list", "image", "extra"] {
                if random.chance(60) {
                    object.set(key, any(random, 3));
                }
            }
        }
        _ => {}
    }
    if random.chance(2) {
        object.set("status", map([]));
    }
    object
}
