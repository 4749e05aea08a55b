//! Which step of a build set which field.

#![expect(clippy::unwrap_used, reason = "tests")]

use weir_files::{MemoryFiles, RootedPath, Tree};
use weir_kustomize::{Options, build};

const DEPLOYMENT: &str = "# the application
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: app
        image: nginx:1
        env:
        - name: LEVEL
          value: info
      volumes:
      - name: v
        configMap:
          name: settings
---
apiVersion: v1
kind: ConfigMap
metadata: {name: other}
data: {a: '1'}
";

fn tree() -> Tree {
    let files = [
        ("base/kustomization.yaml", "resources:\n- web.yaml\nlabels:\n- pairs: {team: x}\n"),
        ("base/web.yaml", DEPLOYMENT),
        (
            "over/kustomization.yaml",
            "resources:\n- ../base\nnamePrefix: p-\nimages:\n- name: nginx\n  newTag: '2'\nreplicas:\n- name: web\n  count: 3\n\
             configMapGenerator:\n- name: settings\n  literals: [a=b]\npatches:\n- path: patch.yaml\n\
             - target: {kind: ConfigMap, name: other}\n  patch: '- {op: replace, path: /data/a, value: c}'\n",
        ),
        (
            "over/patch.yaml",
            "# louder\nkind: Deployment\napiVersion: apps/v1\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n\
             \x20     - name: side\n        image: side:1\n      - name: app\n        env:\n        - name: LEVEL\n          value: debug\n",
        ),
    ];
    files.into_iter().collect::<MemoryFiles>().tree()
}

/// One line for each field of the object with this name.
fn explained(name: &str) -> String {
    let options = Options { explain: true, ..Options::default() };
    let tree = tree();
    let built = build(&tree, &RootedPath::new("over").unwrap(), &options).unwrap();
    let resource = built
        .resources
        .iter()
        .find(|one| one.object.str_at(&["metadata", "name"]).is_some_and(|own| own.starts_with(name)))
        .unwrap();
    let line = |field: weir_kustomize::FieldOrigin| {
        let by = field.by.map(|by| format!(" by {by}")).unwrap_or_default();
        let value = weir_yaml::to_json(&field.value);
        format!("{} = {value}: {} {}{by}\n", field.path, field.transformer, field.place)
    };
    resource.explain(&tree).into_iter().map(line).collect()
}

#[test]
fn tells_file_line_and_transformer_of_each_field() {
    let expected = "\
apiVersion = \"apps/v1\": Resource base/web.yaml:2:13 by base/kustomization.yaml:2:3
kind = \"Deployment\": Resource base/web.yaml:3:7 by base/kustomization.yaml:2:3
metadata.labels.team = \"x\": LabelTransformer base/kustomization.yaml:4:3
metadata.name = \"p-web\": PrefixTransformer over/kustomization.yaml:3:13
spec.replicas = 3: ReplicaCountTransformer over/kustomization.yaml:8:3
spec.template.spec.containers.[name=side].image = \"side:1\": PatchTransformer over/patch.yaml:11:16 by over/kustomization.yaml:14:3
spec.template.spec.containers.[name=side].name = \"side\": PatchTransformer over/patch.yaml:10:15 by over/kustomization.yaml:14:3
spec.template.spec.containers.[name=app].env.[name=LEVEL].name = \"LEVEL\": Resource base/web.yaml:14:17 by base/kustomization.yaml:2:3
spec.template.spec.containers.[name=app].env.[name=LEVEL].value = \"debug\": PatchTransformer over/patch.yaml:15:18 by over/kustomization.yaml:14:3
spec.template.spec.containers.[name=app].image = \"nginx:2\": ImageTagTransformer over/kustomization.yaml:5:3
spec.template.spec.containers.[name=app].name = \"app\": Resource base/web.yaml:11:15 by base/kustomization.yaml:2:3
spec.template.spec.volumes.[name=v].configMap.name = \"p-settings-4h2mbtbbt6\": NameReferenceTransformer base/web.yaml:19:17 by base/kustomization.yaml:2:3
spec.template.spec.volumes.[name=v].name = \"v\": Resource base/web.yaml:17:15 by base/kustomization.yaml:2:3
";
    assert_eq!(explained("p-web"), expected);
}

#[test]
fn tells_of_generated_objects_and_later_documents() {
    let expected = "\
apiVersion = \"v1\": ConfigMapGenerator over/kustomization.yaml:11:3
data.a = \"b\": ConfigMapGenerator over/kustomization.yaml:11:3
kind = \"ConfigMap\": ConfigMapGenerator over/kustomization.yaml:11:3
metadata.name = \"p-settings-4h2mbtbbt6\": HashTransformer over/kustomization.yaml:11:3
";
    assert_eq!(explained("p-settings"), expected);
    let other = explained("p-other");
    assert!(other.contains("apiVersion = \"v1\": Resource base/web.yaml:21:13"), "{other}");
    assert!(other.contains("data.a = \"c\": PatchTransformer over/kustomization.yaml:16:49"), "{other}");
}

#[test]
fn finds_lines_of_inline_patches_and_variables() {
    let tree = [
        (
            "top/kustomization.yaml",
            "resources:\n- a.yaml\nvars:\n- name: NAME\n  objref: {apiVersion: v1, kind: Pod, name: web}\n\
             patches:\n- patch: |\n\n    # loud\n    apiVersion: v1\n    kind: Pod\n    metadata:\n      name: web\n      labels:\n        level: high\n\
             patchesStrategicMerge:\n- |-\n  apiVersion: v1\n  kind: Pod\n  metadata: {name: web, labels: {more: yes-please}}\n",
        ),
        (
            "top/a.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: app\n    args:\n    - --name\n    - $(NAME)\n",
        ),
    ];
    let tree = tree.into_iter().collect::<MemoryFiles>().tree();
    let options = Options { explain: true, ..Options::default() };
    let built = build(&tree, &RootedPath::new("top").unwrap(), &options).unwrap();
    let fields = built.resources[0].explain(&tree);
    let place = |path: &str| fields.iter().find(|field| field.path == path).unwrap().place.to_string();
    assert_eq!(place("metadata.labels.level"), "top/kustomization.yaml:15:16");
    assert_eq!(place("metadata.labels.more"), "top/kustomization.yaml:20:40");
    assert_eq!(place("spec.containers.[name=app].args.1"), "top/a.yaml:10:7");
}

#[test]
fn remembers_nothing_unless_asked() {
    let tree = tree();
    let built = build(&tree, &RootedPath::new("over").unwrap(), &Options::default()).unwrap();
    assert!(built.resources.iter().all(|resource| resource.explain(&tree).is_empty()));
}

#[test]
fn finds_the_operation_of_a_json_patch() {
    let tree = [
        (
            "kustomization.yaml",
            "resources:\n- a.yaml\npatches:\n- target: {kind: Pod}\n  patch: |-\n    - op: add\n      path: /metadata/labels\n      value:\n\
             \x20       level: high\n        a/b: c\n    - op: replace\n      path: /spec/containers/0/image\n      value: app:2\n\
             - target: {kind: Pod}\n  path: p.json\n- target: {kind: Pod}\n  patch: '[{\"op\": \"copy\", \"from\": \"/metadata/name\", \"path\": \"/metadata/labels/name\"}]'\n",
        ),
        ("p.json", "[\n  {\"op\": \"add\", \"path\": \"/metadata/labels/a~1b\", \"value\": \"d\"}\n]\n"),
        (
            "a.yaml",
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n  - name: app\n    image: app:1\n",
        ),
    ];
    let tree = tree.into_iter().collect::<MemoryFiles>().tree();
    let options = Options { explain: true, ..Options::default() };
    let built = build(&tree, &RootedPath::root(), &options).unwrap();
    let fields = built.resources[0].explain(&tree);
    let place = |path: &str| fields.iter().find(|field| field.path == path).unwrap().place.to_string();
    assert_eq!(place("metadata.labels.level"), "kustomization.yaml:9:16");
    assert_eq!(place("spec.containers.[name=app].image"), "kustomization.yaml:13:14");
    assert_eq!(place("metadata.labels.a/b"), "p.json:2:59");
    assert_eq!(place("metadata.labels.name"), "kustomization.yaml:17:12");
}
