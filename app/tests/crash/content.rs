//! What Git has: 50 units of three objects and more, and how they change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Chance;
use crate::witness::Witness;

const UNITS: usize = 50;

/// See the module.
pub(crate) struct Content {
    directory: PathBuf,
    namespace: String,
    /// The unit of each object.
    objects: BTreeMap<String, usize>,
    removed: BTreeSet<String>,
    commits: u32,
    head: String,
}

/// A unit of a path.
pub(crate) fn unit(name: &str, namespace: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
         spec: {{interval: 1h, prune: true, path: {path}, sourceRef: {{kind: GitRepository, name: app}}{more}}}\n"
    )
}

impl Content {
    /// A repository without commits.
    pub(crate) fn new(directory: &Path, namespace: &str) -> Self {
        let objects =
            (0..UNITS).flat_map(|unit| ["a", "b", "c"].map(|name| (format!("u{unit:02}-{name}"), unit)));
        let content = Self {
            directory: directory.to_path_buf(),
            namespace: namespace.to_string(),
            objects: objects.collect(),
            removed: BTreeSet::new(),
            commits: 0,
            head: String::new(),
        };
        content.git(directory, &["init", "-q", "--bare", "repositories/app.git"]);
        content.git(directory, &["init", "-q", "work"]);
        for unit in 0..UNITS {
            content.write_unit(unit);
        }
        content
    }

    /// A unit in five waits for its objects, one in ten has a workload, one in ten waits for another unit.
    fn write_unit(&self, number: usize) {
        let mut more = String::new();
        if number.is_multiple_of(5) {
            more.push_str(", wait: true, timeout: 1m");
        }
        if number % 10 == 9 {
            more.push_str(&format!(", dependsOn: [{{name: u{:02}}}]", number - 9));
        }
        if number.is_multiple_of(10) {
            let (ns, name) = (&self.namespace, format!("u{number:02}"));
            let workload = format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {ns}}}\nspec:\n  \
                 selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    \
                 spec: {{containers: [{{name: main, image: 'registry.example/web:1'}}]}}\n"
            );
            self.write(&format!("apps/{name}/workload.yaml"), &workload);
        }
        let manifest =
            unit(&format!("u{number:02}"), &self.namespace, &format!("./apps/u{number:02}"), &more);
        self.write(&format!("units/u{number:02}.yaml"), &manifest);
    }

    /// A commit that changes every unit, brings an object now and then, and removes one that an inventory holds.
    pub(crate) fn change(&mut self, chance: &mut Chance, witness: &Witness) {
        if chance.one_in(2) {
            let unit = chance.below(UNITS);
            self.objects.insert(format!("u{unit:02}-n{}", self.commits), unit);
        }
        let owned = witness.owned();
        // Something stays in every unit: Git has no empty directories.
        let may_go = |name: &&String| owned.contains(*name) && !name.ends_with("-a");
        let candidates: Vec<_> = self.objects.keys().filter(may_go).cloned().collect();
        if !candidates.is_empty() && chance.one_in(2) {
            let name = candidates[chance.below(candidates.len())].clone();
            let unit = self.objects.remove(&name).unwrap();
            std::fs::remove_file(self.directory.join(format!("work/apps/u{unit:02}/{name}.yaml"))).unwrap();
            self.removed.insert(name);
        }
        self.commits += 1;
        for (name, unit) in &self.objects {
            let (ns, value) = (&self.namespace, self.commits);
            let manifest = format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {ns}}}\ndata: {{commit: '{value}'}}\n"
            );
            self.write(&format!("apps/u{unit:02}/{name}.yaml"), &manifest);
        }
        let work = self.directory.join("work");
        self.git(&work, &["add", "-A"]);
        self.git(&work, &["commit", "-qm", &format!("commit {}", self.commits)]);
        self.git(&work, &["push", "-q", "../repositories/app.git", "HEAD:refs/heads/main"]);
        self.head = self.git(&work, &["rev-parse", "HEAD"]);
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.directory.join("work").join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    fn git(&self, directory: &Path, arguments: &[&str]) -> String {
        let answer = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "init.defaultBranch=main"])
            .args(arguments)
            .current_dir(directory)
            .output()
            .unwrap();
        assert!(answer.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&answer.stderr));
        String::from_utf8_lossy(&answer.stdout).trim().to_string()
    }

    /// Objects that Git has.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &String> {
        self.objects.keys()
    }

    /// Objects that Git has no more.
    pub(crate) fn removed(&self) -> &BTreeSet<String> {
        &self.removed
    }

    /// How many commits there were; every object has that as its value.
    pub(crate) fn commits(&self) -> u32 {
        self.commits
    }

    /// Names of units.
    pub(crate) fn units() -> impl Iterator<Item = String> {
        (0..UNITS).map(|unit| format!("u{unit:02}")).chain(["root".to_string()])
    }

    /// What the source calls the last commit.
    pub(crate) fn revision(&self) -> String {
        format!("main@sha1:{}", self.head)
    }
}
