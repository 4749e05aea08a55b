//! Kustomizations in repositories behind URLs: over ssh by the program of the user, with submodules, and copied here.
//!
//! Beside the real kustomize where `KUSTOMIZE` names it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::weir::{Directory, Ended, weir_with};

/// A program for ssh that runs what it is told on this machine, and notes how it was called.
const SSH: &str = "#!/bin/sh
echo \"$@\" >> \"$SSH_LOG\"
for last; do :; done
if [ -n \"$SSH_SAYS\" ]; then echo \"$SSH_SAYS\" >&2; exit 255; fi
if [ -n \"$SSH_HANGS\" ]; then sleep 20; fi
exec sh -c \"$last\"
";
const OBJECT: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NAME}\n";

/// Repositories `app` and `lib` in a directory; nothing without git.
struct World(Directory);

impl World {
    fn new(suite: &str) -> Option<Self> {
        let git = Command::new("git").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if git.is_err() {
            _ = writeln!(std::io::stderr(), "skipped: {suite}: git is absent");
            return None;
        }
        let world = Self(Directory::new());
        for name in ["lib", "app"] {
            world.0.write(&format!("{name}/kustomization.yaml"), "resources: [o.yaml]\n");
            world.0.write(&format!("{name}/o.yaml"), OBJECT.replace("NAME", name));
            world.git(&["init", "-q", name]);
            world.commit(name);
        }
        world.0.write("ssh", SSH);
        let mode = Command::new("chmod").args(["+x", "ssh"]).current_dir(world.0.path()).status();
        assert!(mode.unwrap().success());
        Some(world)
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "init.defaultBranch=main"]);
        git.args(["-c", "protocol.file.allow=always"]).args(arguments).current_dir(self.0.path());
        let answer = git.output().unwrap();
        assert!(answer.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&answer.stderr));
    }

    fn commit(&self, name: &str) {
        self.git(&["-C", name, "add", "-A"]);
        self.git(&["-C", name, "commit", "-qm", "x"]);
    }

    /// A submodule of `app` at `deps/NAME`, from this URL.
    fn submodule(&self, name: &str, url: &str) {
        let (real, path) = (self.path("lib"), format!("deps/{name}"));
        self.git(&["-C", "app", "submodule", "--quiet", "add", "-f", &real, &path]);
        self.git(&["-C", "app", "config", "-f", ".gitmodules", &format!("submodule.{path}.url"), url]);
        self.commit("app");
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_string()
    }

    fn run(&self, words: &[&str], more: &[(&str, &str)]) -> Ended {
        let [cache, ssh, log] = ["cache", "ssh", "log"].map(|name| self.path(name));
        let mut environment = vec![
            ("XDG_CACHE_HOME", cache.as_str()),
            ("GIT_SSH", ssh.as_str()),
            ("GIT_SSH_VARIANT", "ssh"),
            ("SSH_LOG", log.as_str()),
        ];
        environment.extend(more);
        weir_with(&self.0, &[&["kustomize"], words].concat(), &environment)
    }

    /// What the real kustomize prints, if it is here. It runs the same git.
    fn theirs(&self, words: &[&str]) -> Option<String> {
        let mut real = Command::new(PathBuf::from(std::env::var_os("KUSTOMIZE")?));
        let git = ["GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0"];
        real.args(words).current_dir(self.0.path()).env("GIT_SSH", self.path("ssh"));
        real.env("SSH_LOG", self.path("log")).env("GIT_SSH_VARIANT", "ssh");
        real.envs(git.into_iter().zip(["1", "protocol.file.allow", "always"]));
        let output = real.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(String::from_utf8(output.stdout).unwrap())
    }

    fn builds(&self, url: &str, names: &[&str]) {
        let ours = self.run(&["build", url], &[]).with(0).stdout;
        for name in names {
            assert!(ours.contains(&format!("name: {name}\n")), "{url}:\n{ours}");
        }
        assert_eq!(ours.matches("kind:").count(), names.len(), "{url}:\n{ours}");
        if let Some(theirs) = self.theirs(&["build", url]) {
            assert_eq!(ours, theirs, "{url}");
        }
    }
}

#[test]
fn ssh_is_the_program_of_the_user() {
    let Some(world) = World::new("ssh_is_the_program_of_the_user") else { return };
    let path = world.path("app");
    world.builds(&format!("ssh://git@example.com:7999{path}//.?ref=main"), &["app"]);
    world.builds(&format!("git@example.com:{path}//.?ref=main"), &["app"]);
    world.0.write("over/kustomization.yaml", format!("resources: ['git@example.com:{path}//.?ref=main']\n"));
    world.builds("over", &["app"]);
    let log = std::fs::read_to_string(world.0.path().join("log")).unwrap();
    assert!(log.contains(&format!("-p 7999 git@example.com git-upload-pack '{path}'")), "{log}");

    let url = format!("git@other.example.com:{path}//.?ref=main");
    let denied = world.run(&["build", &url], &[("SSH_SAYS", "Permission denied (publickey).")]);
    denied.with(1).says(&["Permission denied (publickey)"]);
    let line = format!("{} -o Option=yes", world.path("ssh"));
    world.run(&["build", &url], &[("GIT_SSH_COMMAND", &line)]).with(0);
    let log = std::fs::read_to_string(world.0.path().join("log")).unwrap();
    assert!(log.contains("-o Option=yes"), "{log}");

    let start = std::time::Instant::now();
    let slow = world.run(&["build", &format!("ssh://slow{path}?ref=main&timeout=1")], &[("SSH_HANGS", "1")]);
    slow.with(1).says(&["no complete answer within 1s"]);
    assert!(start.elapsed().as_secs() < 15);
}

#[test]
fn submodules_are_part_of_a_repository() {
    let Some(world) = World::new("submodules_are_part_of_a_repository") else { return };
    world.submodule("near", "../lib");
    world.submodule("far", &format!("file://{}", world.path("lib")));
    world.0.write("app/kustomization.yaml", "resources: [o.yaml, deps/near]\n");
    world.commit("app");
    let url = format!("file://{}", world.path("app"));
    world.builds(&format!("{url}?ref=main"), &["app", "lib"]);
    world.builds(&format!("{url}//deps/far?ref=main"), &["lib"]);
    let without = world.run(&["build", &format!("{url}?ref=main&submodules=false")], &[]);
    without.with(1).says(&["deps/near"]);

    world.git(&["clone", "-q", &url, "outer"]);
    world.git(&["-C", "outer", "submodule", "--quiet", "add", &url, "inner"]);
    world.0.write("outer/kustomization.yaml", "resources: [inner, inner/deps/far/o.yaml]\nnameSuffix: -x\n");
    world.commit("outer");
    let deep = world.run(&["build", &format!("file://{}?ref=main", world.path("outer"))], &[]);
    deep.with(1).says(&["may not add resource with an already registered id"]);

    world.submodule("gone", "../nowhere");
    let gone = world.run(&["build", &format!("{url}?ref=main")], &[]);
    gone.with(1).says(&["submodule 'deps/gone'", "nowhere", "submodules=false"]);
}

#[test]
fn what_is_behind_urls_is_localized() {
    let Some(world) = World::new("what_is_behind_urls_is_localized") else { return };
    world.0.write("app/sub/kustomization.yaml", "resources: [../o.yaml]\nnamePrefix: p-\n");
    world.0.write("app/base/kustomization.yaml", "resources: [b.yaml]\n");
    world.0.write("app/base/b.yaml", OBJECT.replace("NAME", "b"));
    world.0.write("app/over/kustomization.yaml", "resources: [../base]\nnamePrefix: p-\n");
    world.commit("app");
    let repository = format!("file://{}", world.path("app"));
    world.0.write(
        "own/kustomization.yaml",
        format!("resources: ['{repository}//over?ref=main']\ncomponents: []\n"),
    );
    for (words, name) in [
        (vec!["own".to_string(), "NEW".to_string()], "own"),
        (vec![format!("{repository}//over?ref=main"), "NEW".to_string()], "url"),
    ] {
        let words = |new: &str| -> Vec<String> {
            let new = format!("{new}-{name}");
            std::iter::once("localize".to_string())
                .chain(words.iter().map(|word| word.replace("NEW", &new)))
                .collect()
        };
        let (ours, theirs) = (words("ours"), words("theirs"));
        let ours: Vec<&str> = ours.iter().map(String::as_str).collect();
        world.run(&ours, &[]).with(0);
        let found = files(&world.path(&format!("ours-{name}")));
        assert!(found.iter().any(|(path, _)| path.ends_with("base/b.yaml")), "{found:?}");
        // It looks for the copy of a target at its top only.
        let theirs: Vec<&str> = theirs.iter().map(String::as_str).chain(["--no-verify"]).collect();
        if world.theirs(&theirs).is_some() {
            assert_eq!(found, files(&world.path(&format!("theirs-{name}"))));
        }
    }
    let no_reference = world.run(&["localize", &repository, "new"], &[]);
    no_reference.with(1).says(&["missing ref query string parameter"]);
}

/// All files below a directory with their texts.
fn files(directory: &str) -> Vec<(String, String)> {
    let (mut found, mut todo) = (Vec::new(), vec![PathBuf::from(directory)]);
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let name = path.strip_prefix(directory).unwrap().to_str().unwrap().to_string();
            found.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}
