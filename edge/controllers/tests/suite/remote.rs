//! A repository on a real Git server, a source for it and a unit that reads it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use weir_yaml::Value;

use crate::apply::config_map;
use crate::bed::{Bed, REPOSITORY, condition, inventory, version};
use crate::git_server::GitServer;

const CONFIG_MAP: (&str, &str) = ("v1", "ConfigMap");

/// See the module.
pub(crate) struct Remote {
    pub(crate) server: GitServer,
    pub(crate) directory: PathBuf,
    namespace: String,
}

impl Remote {
    /// Nothing if there is no git on this machine.
    pub(crate) fn start(bed: &Bed) -> Option<Self> {
        let directory = std::env::temp_dir().join(format!("weir-{}-git", bed.namespace));
        std::fs::create_dir_all(directory.join("repositories")).unwrap();
        let Some(server) = GitServer::start(&directory.join("repositories")) else {
            say_skipped();
            return None;
        };
        let remote = Self { server, directory, namespace: bed.namespace.clone() };
        remote.git("", &["init", "-q", "--bare", "repositories/app.git"]);
        remote.git("", &["init", "-q", "work"]);
        Some(remote)
    }

    /// Runs git below the directory.
    pub(crate) fn git(&self, directory: &str, arguments: &[&str]) {
        let answer = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "init.defaultBranch=main"])
            .args(arguments)
            .current_dir(self.directory.join(directory))
            .output()
            .unwrap();
        assert!(answer.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&answer.stderr));
    }

    /// Files with their content, or none where they are to go.
    pub(crate) fn commit(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = self.directory.join("work").join(Path::new(path));
            match text {
                &"" => std::fs::remove_file(path).unwrap(),
                text => std::fs::write(path, text.replace("NS", &self.namespace)).unwrap(),
            }
        }
        self.git("work", &["add", "-A"]);
        self.git("work", &["commit", "-qm", "change"]);
        self.git("work", &["push", "-q", "../repositories/app.git", "HEAD:refs/heads/main"]);
    }

    /// The source and the unit, ready.
    pub(crate) async fn ready(&self, bed: &Bed, value: &str) -> Before {
        self.commit(&[("one.yaml", &config_map("one", value)), ("two.yaml", &config_map("two", value))]);
        bed.apply(&format!(
            "apiVersion: {}\nkind: {}\nmetadata: {{name: app, namespace: NS}}\n\
             spec: {{interval: 1h, timeout: 1s, url: '{}', ref: {{branch: main}}}}\n",
            REPOSITORY.0,
            REPOSITORY.1,
            self.server.url("app.git")
        ))
        .await;
        bed.unit_of("app", "app", "./", "").await;
        bed.shows("app", "True", "ReconciliationSucceeded").await;
        let source = bed.get(REPOSITORY, "app").await;
        Before { artifact: source.at(&["status", "artifact"]).unwrap().clone(), unit: bed.read("app").await }
    }

    /// The source fails for this reason, and nothing else changes.
    pub(crate) async fn stays(&self, bed: &Bed, before: &Before, reason: &str, says: &str) {
        let maps = (bed.get(CONFIG_MAP, "one").await, bed.get(CONFIG_MAP, "two").await);
        let source = bed.request_of(REPOSITORY, "app").await;
        let (status, (why, message)) = condition(&source, "Ready");
        assert_eq!((&*status, &*why), ("False", reason), "{message}");
        assert!(message.starts_with("failed to checkout and determine revision: "), "{message}");
        assert!(message.contains(says), "{message}");
        assert_eq!(condition(&source, "FetchFailed"), ("True".into(), (why, message.clone())));
        assert_eq!(condition(&source, "Reconciling").1.0, "ProgressingWithRetry");
        assert_eq!(condition(&source, "ArtifactInStorage").0, "True");
        assert_eq!(source.at(&["status", "artifact"]), Some(&before.artifact));
        bed.event("app", &message).await;

        let unit = bed.request("app").await;
        assert_eq!(condition(&unit, "Ready").0, "True");
        assert_eq!(inventory(&unit), inventory(&before.unit));
        assert_eq!(unit.str_at(&["status", "lastAppliedRevision"]), before.artifact.str_at(&["revision"]));
        let after = (bed.get(CONFIG_MAP, "one").await, bed.get(CONFIG_MAP, "two").await);
        assert_eq!((version(&maps.0), version(&maps.1)), (version(&after.0), version(&after.1)));
    }

    /// Without anybody asking.
    pub(crate) async fn recovers(&self, bed: &Bed, value: &str) {
        bed.until(CONFIG_MAP, "one", |object| {
            object.and_then(|object| object.str_at(&["data", "key"])) == Some(value)
        })
        .await;
        let ready =
            |source: Option<&Value>| source.is_some_and(|source| condition(source, "Ready").0 == "True");
        let source = bed.until(REPOSITORY, "app", ready).await.unwrap();
        assert_eq!(condition(&source, "FetchFailed").0, "");
        assert_eq!(condition(&source, "Reconciling").0, "");
        bed.shows("app", "True", "ReconciliationSucceeded").await;
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// How it was before the server failed.
pub(crate) struct Before {
    pub(crate) artifact: Value,
    unit: Value,
}

fn say_skipped() {
    _ = writeln!(std::io::stderr(), "skipped: remote: git is absent");
}
