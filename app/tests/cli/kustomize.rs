//! `weir kustomize` beside the real kustomize: what it answered is recorded in `kustomize/*.txt` behind the file before and
//! after our edits. `WEIR_UPDATE=1` records anew: ours, and theirs where `KUSTOMIZE` names the real binary.

use std::path::{Path, PathBuf};
use std::process::Command;

use weir_yaml::{Dialect, Value, first_from_yaml};

use crate::weir::{Directory, weir};

const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\n";

/// A directory with the files that edits and kustomizations of these tests name.
fn directory() -> Directory {
    let directory = Directory::new();
    for name in ["a", "b", "c", "p"] {
        directory.write(&format!("{name}.yaml"), OBJECT.replace("NAME", name));
    }
    directory.write("base/kustomization.yaml", "resources: [d.yaml]\n");
    directory
        .write("base/d.yaml", OBJECT.replace("NAME", "d"))
        .write("f.txt", "text\n")
        .write("one.env", "E=1\n");
    directory
}

fn text(directory: &Directory, path: &str) -> String {
    std::fs::read_to_string(directory.path().join(path)).unwrap()
}

fn words(command: &str) -> Vec<String> {
    command.split(' ').map(|word| word.replace('"', "")).collect()
}

/// The file after these commands of the real kustomize, if there is one.
fn theirs(commands: &str, before: &str) -> Option<String> {
    let binary = PathBuf::from(std::env::var_os("KUSTOMIZE")?);
    let directory = directory();
    directory.write("kustomization.yaml", before);
    for command in commands.lines() {
        let mut real = Command::new(&binary);
        assert!(real.args(words(command)).current_dir(directory.path()).output().unwrap().status.success());
    }
    Some(text(&directory, "kustomization.yaml"))
}

fn ours(commands: &str, before: &str) -> String {
    let directory = directory();
    directory.write("kustomization.yaml", before);
    for command in commands.lines() {
        let arguments: Vec<String> = std::iter::once("kustomize".to_string()).chain(words(command)).collect();
        weir(&directory, &arguments.iter().map(String::as_str).collect::<Vec<_>>()).with(0);
    }
    text(&directory, "kustomization.yaml")
}

#[test]
fn edits_keep_comments_and_mean_what_kustomize_means() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/kustomize");
    let mut count = 0;
    for case in std::fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()) {
        let recorded = std::fs::read_to_string(&case).unwrap();
        let mut parts = recorded.split("--- before\n");
        let (commands, rest) = (parts.next().unwrap(), parts.next().unwrap());
        let (before, rest) = rest.split_once("--- after\n").unwrap_or((rest, ""));
        let (after, kustomize) = rest.split_once("--- kustomize\n").unwrap_or((rest, ""));
        let ours = ours(commands, before);
        let theirs = theirs(commands, before).unwrap_or_else(|| kustomize.to_string());
        if std::env::var_os("WEIR_UPDATE").is_some() {
            let text = format!("{commands}--- before\n{before}--- after\n{ours}--- kustomize\n{theirs}");
            std::fs::write(&case, text).unwrap();
        } else {
            assert_eq!(ours, after, "{}", case.display());
            assert_eq!(theirs, kustomize, "{}", case.display());
        }
        let value = |text: &str| first_from_yaml(text, Dialect::Sigs).unwrap();
        assert!(value(&ours).means(&value(&theirs)), "{}:\n{ours}", case.display());
        assert_ne!(value(&ours), Value::Null);
        count += 1;
    }
    assert!(count > 5);
}

#[test]
fn files_are_replaced_as_a_whole_with_mode_and_links() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let directory = directory();
    directory.write("real/k.yaml", "namePrefix: a-\n");
    let real = directory.path().join("real/k.yaml");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/k.yaml", directory.path().join("kustomization.yaml")).unwrap();
    weir(&directory, &["kustomize", "edit", "set", "nameprefix", "b-"]).with(0);
    assert!(text(&directory, "real/k.yaml").starts_with("namePrefix: b-\n"));
    assert!(directory.path().join("kustomization.yaml").is_symlink());
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    let names: Vec<_> = std::fs::read_dir(directory.path().join("real")).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn what_cannot_be_edited_stays_as_it_is() {
    let directory = directory();
    weir(&directory, &["kustomize", "edit", "set", "namespace", "x"]).with(1).says(&[
        "Missing kustomization file 'kustomization.yaml'.",
        "hint: 'weir kustomize create' makes one",
    ]);
    directory.write("kustomization.yaml", "namePrefix: 5\nnonsense: 1\n");
    weir(&directory, &["kustomize", "edit", "set", "namespace", "x"]).with(1).says(&[
        "'namePrefix' should be a text",
        "unknown field \"nonsense\"",
        "kustomization.yaml:2:",
    ]);
    let before = "commonLabels: {a: b}\n";
    directory.write("kustomization.yaml", before);
    for (arguments, why) in [
        (&["add", "label", "a:c"][..], "label a already in kustomization file. Use --force to override."),
        (&["add", "resource", "none.yaml"], "none.yaml has no match"),
        (&["add", "resource"], "must specify a resource file"),
        (&["add", "configmap", "x"], "at least from-env-file, or from-file or from-literal must be set"),
        (&["add", "configmap", "x", "--from-literal=y"], "failed to create configmap"),
        (&["set", "image", "nginx"], "invalid format of image"),
        (&["remove", "label", "z"], "label z is not defined in kustomization file"),
        (&["add", "nonsense"], "nonsense"),
    ] {
        let arguments: Vec<_> = ["kustomize", "edit"].iter().chain(arguments).copied().collect();
        weir(&directory, &arguments).with(1).says(&[why]);
        assert_eq!(text(&directory, "kustomization.yaml"), before);
    }
    directory.write("Kustomization", "");
    weir(&directory, &["kustomize", "edit", "fix"]).with(1).says(&["Found multiple kustomization file"]);
}

#[test]
fn vars_become_replacements_in_all_files() {
    let directory = Directory::new();
    directory.write(
        "s.yaml",
        "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {externalName: \"$(SVC).local\"} # c\n",
    );
    directory.write(
        "kustomization.yaml",
        "resources:\n- s.yaml # the service\nvars:\n- name: SVC\n  objref: {kind: Service, name: s, apiVersion: v1}\n",
    );
    let ended = weir(&directory, &["kustomize", "edit", "fix", "--vars"]).with(0);
    assert!(ended.stdout.ends_with("  commonLabels -> labels\n  vars -> replacements\n"), "{}", ended.stdout);
    assert!(text(&directory, "s.yaml").ends_with("spec: {externalName: \"SVC_PLACEHOLDER.local\"} # c\n"));
    assert_eq!(
        text(&directory, "kustomization.yaml"),
        "resources:\n- s.yaml # the service\napiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n\
         replacements:\n- source:\n    kind: Service\n    name: s\n    version: v1\n  targets:\n  - fieldPaths:\n    \
         - spec.externalName\n    options:\n      delimiter: .\n    select:\n      kind: Service\n      name: s\n      \
         version: v1\n"
    );
}

#[test]
fn kustomizations_are_created() {
    let directory = directory();
    directory
        .write("deep/e.yaml", OBJECT)
        .write("deep/values.yaml", "a: b\n")
        .write("README.md", "Read me: a: b\n");
    let arguments = [
        &["kustomize", "create", "--autodetect", "--recursive", "--namespace", "web", "--nameprefix", "a-"][..],
        &[
            "--namesuffix",
            "-z",
            "--labels",
            "app:web,n:\"1\"",
            "--annotations",
            "on:yes",
            "--resources",
            "p*.yaml",
        ],
    ];
    weir(&directory, &arguments.concat()).with(0);
    // Recorded from kustomize v5.8.1.
    let expected = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- p.yaml\n- a.yaml\n\
                    - b.yaml\n- base\n- c.yaml\n- deep/e.yaml\nnamePrefix: a-\nnameSuffix: -z\nnamespace: web\n\
                    commonLabels:\n  app: web\n  \"n\": \"1\"\ncommonAnnotations:\n  \"on\": \"yes\"\n";
    assert_eq!(text(&directory, "kustomization.yaml"), expected);
    weir(&directory, &["kustomize", "init"]).with(1).says(&["kustomization file already exists"]);
}

#[test]
fn objects_are_written_to_files_of_their_own() {
    let directory = directory();
    let role =
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: \"System:X\"}\n";
    directory
        .write("b.yaml", "apiVersion: v1\nkind: Secret\nmetadata: {name: b, namespace: Web}\n")
        .write("c.yaml", role);
    directory.write("kustomization.yaml", "resources: [a.yaml, b.yaml, c.yaml]\n");
    std::fs::create_dir(directory.path().join("out")).unwrap();
    weir(&directory, &["kustomize", "build", "-o", "out", "--enable-helm", "-e", "A=b"]).with(0);
    let mut names: Vec<_> = std::fs::read_dir(directory.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = [
        "default_v1_configmap_a.yaml",
        "rbac.authorization.k8s.io_v1_clusterrole_system:x.yaml",
        "web_v1_secret_b.yaml",
    ];
    assert_eq!(names, expected);
    assert_eq!(
        text(&directory, "out/default_v1_configmap_a.yaml"),
        OBJECT.replace("{name: NAME}", "\n  name: a").replace(": \n", ":\n")
    );
    weir(&directory, &["kustomize", "build", "-o", "one.yaml", "--reorder", "none"]).with(0);
    assert!(text(&directory, "one.yaml").starts_with("apiVersion: v1\nkind: ConfigMap\n"));
    for (arguments, why) in [
        (&["--mount", "type=bind"][..], "--mount is for functions in containers, which are never run"),
        (&["--load-restrictor", "Nonsense"], "illegal flag value --load-restrictor Nonsense"),
        (&["--reorder", "Nonsense"], "illegal flag value --reorder Nonsense"),
        (&["a", "b"], "specify one path to kustomization.yaml"),
        (&["a.yaml"], "must build at directory"),
        (&["--nonsense"], "--nonsense"),
    ] {
        let arguments: Vec<_> = ["kustomize", "build"].iter().chain(arguments).copied().collect();
        weir(&directory, &arguments).with(1).says(&[why]);
    }
}

#[test]
fn kustomizations_are_copied_with_all_that_they_read() {
    let directory = directory();
    directory.write("over/kustomization.yaml", "resources: [../base]\nnamePrefix: x-\n");
    let arguments = ["kustomize", "localize", "over", "copy", "--scope", "."];
    weir(&directory, &arguments).with(0).says(&["build to the same objects", "localized 'over' to 'copy'"]);
    assert_eq!(text(&directory, "copy/over/kustomization.yaml"), "namePrefix: x-\nresources:\n- ../base\n");
    assert_eq!(text(&directory, "copy/base/d.yaml"), OBJECT.replace("NAME", "d"));
    weir(&directory, &arguments).with(1).says(&["already exists"]);
    weir(&directory, &["kustomize", "localize", "over"]).with(1).says(&["outside localize scope"]);
    assert!(!directory.path().join("localized-over").exists());
}

/// Scripts that call kustomize find it.
#[test]
fn a_link_named_kustomize_is_kustomize() {
    let directory = directory();
    let link = directory.path().join("kustomize");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_weir"), &link).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(&link).args(arguments).current_dir(directory.path()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(run(&["version"]), (Some(0), "v5.8.1\n".to_string()));
    assert_eq!(run(&["create", "--resources", "a.yaml"]).0, Some(0));
    assert_eq!(run(&["edit", "set", "namespace", "web"]).0, Some(0));
    let (code, built) = run(&["build"]);
    assert_eq!(code, Some(0));
    assert!(built.contains("  namespace: web\n"), "{built}");
    assert!(run(&["edit"]).1.is_empty() || run(&["edit"]).0 == Some(0));
    assert_eq!(run(&["nonsense"]).0, Some(1));
    assert!(run(&["completion", "bash"]).1.contains("_kustomize()"));
    weir(&directory, &["--kubeconfig", "none", "kustomize", "edit", "set", "namespace", "other"]).with(0);
    assert!(text(&directory, "kustomization.yaml").contains("namespace: other\n"));
}
