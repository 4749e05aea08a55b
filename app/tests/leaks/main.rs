//! `weir controller` with planted values: after it has opened and applied them, they are in the cluster and nowhere else.
//!
//! Not on disk, not in its log, its arguments or its environment, not in status or events, and not in its memory, which is
//! what a core dump would show.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed, and says what it skips"
)]

#[path = "../../../testbed/git_server.rs"]
mod git_server;
mod memory;

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use base64::Engine as _;
use weir_apiserver::{ApiServer, Options};
use weir_cluster::{Apply, Cluster};
use weir_secrets::{Document, Entropy, Format, Keys, Layout, NewKey, Recipe, Rule, RuleKind};
use weir_yaml::{Dialect, Value, from_yaml};

use git_server::GitServer;

const NAMESPACE: &str = "leaks";
/// Longer than what a client keeps of its connections' buffers would be patient for.
const IDLE: Duration = Duration::from_secs(3);

#[test]
fn plain_values_are_in_the_cluster_only() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let server = ApiServer::new(Options::default());
        let listening = server.listen(([127, 0, 0, 1], 0).into()).await.unwrap();
        let bed = Bed::new(Cluster::in_process(server.service()), &listening.kubeconfig());
        let Some(git) = GitServer::start(&bed.directory.join("repositories")) else {
            _ = writeln!(std::io::stderr(), "skipped: leaks: git is absent");
            return;
        };
        git.fault("none");
        bed.commit();
        bed.prepare(&git.url("app.git")).await;
        let controller = bed.start();
        bed.is_applied().await;
        tokio::time::sleep(IDLE).await;
        bed.search(&controller.0).await;
        drop(controller);
        _ = std::fs::remove_dir_all(&bed.directory);
    });
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

struct Bed {
    cluster: Cluster,
    directory: PathBuf,
    key: NewKey,
    /// Planted: as an object's value, in a generated Secret, in a file, and as a variable.
    values: [String; 3],
}

struct System(File);

impl Entropy for System {
    fn fill(&mut self, buffer: &mut [u8]) {
        std::io::Read::read_exact(&mut self.0, buffer).unwrap();
    }
}

fn entropy() -> System {
    System(File::open("/dev/urandom").unwrap())
}

impl Bed {
    fn new(cluster: Cluster, kubeconfig: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("weir-leaks-{}", std::process::id()));
        std::fs::create_dir_all(directory.join("repositories")).unwrap();
        std::fs::write(directory.join("kubeconfig"), kubeconfig).unwrap();
        let mut entropy = entropy();
        let mut value = || {
            let mut bytes = [0; 24];
            entropy.fill(&mut bytes);
            base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes).replace(['/', '+'], "x")
        };
        let values = [value(), value(), value()];
        Self { cluster, directory, key: NewKey::generate(&mut entropy), values }
    }

    /// The three ways that values come into a cluster, encrypted.
    fn commit(&self) {
        let work = self.directory.join("work");
        let [object, file, generated] = &self.values;
        let secret = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: object}}\nstringData: {{value: {object}}}\n"
        );
        self.sealed("secret.yaml", secret.as_bytes(), Format::Yaml);
        self.sealed("file.bin", file.as_bytes(), Format::Binary);
        self.sealed("values.env", format!("VALUE={generated}\n").as_bytes(), Format::Dotenv);
        std::fs::write(
            work.join("app/kustomization.yaml"),
            "resources: [secret.yaml]\nsecretGenerator:\n  - name: generated\n    files: [file.bin]\n    envs: [values.env]\n",
        )
        .unwrap();
        for words in [
            "init -q --bare ../repositories/app.git",
            "init -q -b main",
            "add -A",
            "-c user.name=a -c user.email=a@example.org commit -qm one",
            "push -q ../repositories/app.git main",
        ] {
            let status = Command::new("git").args(words.split(' ')).current_dir(&work).status().unwrap();
            assert!(status.success(), "git {words}");
        }
    }

    fn sealed(&self, name: &str, plain: &[u8], format: Format) {
        let mut keys = Keys::default();
        keys.add_age(&self.key.secret).unwrap();
        let recipe = Recipe {
            groups: vec![keys.recipients().collect()],
            rule: match format {
                Format::Yaml => Rule::new(RuleKind::EncryptedRegex, "^stringData$").unwrap(),
                _ => Rule::default(),
            },
            ..Recipe::default()
        };
        let document = Document::parse(plain, format).unwrap();
        let sealed = document.encrypt(&recipe, &keys, format, &mut entropy(), 1_795_300_536).unwrap();
        let file = self.directory.join("work/app").join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, sealed.emit(format, &Layout::default()).unwrap()).unwrap();
    }

    async fn prepare(&self, url: &str) {
        let kinds = ["Kustomization", "GitRepository"];
        for definition in weir_api::CRDS.iter().filter(|one| kinds.contains(&one.kind)) {
            self.apply(&definition.manifest()).await;
        }
        self.apply(&format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {NAMESPACE}}}\n")).await;
        self.apply(&format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: keys, namespace: {NAMESPACE}}}\nstringData: {{age.agekey: {}}}\n",
            *self.key.secret
        ))
        .await;
        self.apply(&format!(
            "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {{name: app, namespace: {NAMESPACE}}}\n\
             spec: {{interval: 1h, url: '{url}', ref: {{branch: main}}}}\n"
        ))
        .await;
        self.apply(&format!(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: app, namespace: {NAMESPACE}}}\n\
             spec: {{interval: 1h, prune: true, wait: true, path: ./app, targetNamespace: {NAMESPACE}, \
             sourceRef: {{kind: GitRepository, name: app}}, decryption: {{provider: sops, secretRef: {{name: keys}}}}}}\n"
        ))
        .await;
    }

    async fn apply(&self, manifest: &str) {
        let object = from_yaml(manifest, Dialect::Sigs).unwrap().remove(0);
        let text = |key| object.str_at(&[key]).unwrap_or_default();
        let how = Apply { manager: "test", force: true, subresource: "" };
        // A definition is served a moment after it is there.
        for _ in 0..200 {
            if let Ok(resource) = self.cluster.resource(text("apiVersion"), text("kind")).await
                && self.cluster.apply(&resource, &object, how).await.is_ok()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("a {} cannot be applied", text("kind"));
    }

    fn start(&self) -> Running {
        let log = File::create(self.directory.join("log")).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_weir"))
            .args(["controller", "--no-leader-election", "--watch-own-namespace", "--log-level", "trace"])
            .args(["--storage-addr", "127.0.0.1:0", "--health-addr", "127.0.0.1:0"])
            .args(["--metrics-addr", "127.0.0.1:0", "--storage-path"])
            .arg(self.directory.join("storage"))
            .arg("--kubeconfig")
            .arg(self.directory.join("kubeconfig"))
            .env("RUNTIME_NAMESPACE", NAMESPACE)
            .env("TMPDIR", self.temporary())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        Running(child.unwrap())
    }

    fn temporary(&self) -> PathBuf {
        let path = self.directory.join("tmp");
        std::fs::create_dir_all(&path).unwrap();
        path
    }

    async fn list(&self, api_version: &str, kind: &str) -> Vec<Value> {
        let resource = self.cluster.resource(api_version, kind).await.unwrap();
        self.cluster.list(&resource, NAMESPACE, "").await.unwrap()
    }

    /// All three values are in the cluster.
    async fn is_applied(&self) {
        for _ in 0..600 {
            let secrets = weir_yaml::to_json(&Value::from(self.list("v1", "Secret").await));
            if self.values.iter().all(|value| secrets.contains(&coded(value))) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let log = std::fs::read_to_string(self.directory.join("log")).unwrap();
        panic!("the values do not come: {}", &log[log.len().saturating_sub(3000)..]);
    }

    /// What nobody may find: the values, the same as Secrets hold them, and the private key.
    fn secrets(&self) -> Vec<(String, Vec<u8>)> {
        let mut all = vec![("the private key".to_string(), self.key.secret.as_bytes().to_vec())];
        for (value, name) in self.values.iter().zip(["of an object", "of a file", "of a generated Secret"]) {
            all.push((format!("the value {name}"), value.as_bytes().to_vec()));
            all.push((format!("the value {name} in base64"), coded(value).into_bytes()));
        }
        all
    }

    async fn search(&self, child: &Child) {
        let secrets = self.secrets();
        let find = |place: &str, bytes: &[u8]| {
            for (name, secret) in &secrets {
                assert!(!memory::contains(bytes, secret), "{name} is in {place}");
            }
        };
        for (kind, version) in [
            ("Kustomization", "kustomize.toolkit.fluxcd.io/v1"),
            ("GitRepository", "source.toolkit.fluxcd.io/v1"),
            ("Event", "v1"),
        ] {
            find(kind, weir_yaml::to_json(&Value::from(self.list(version, kind).await)).as_bytes());
        }
        for place in ["log", "storage", "tmp"] {
            for file in files(&self.directory.join(place)) {
                find(&file.display().to_string(), &std::fs::read(&file).unwrap());
            }
        }
        let process = PathBuf::from(format!("/proc/{}", child.id()));
        for place in ["cmdline", "environ"] {
            find(place, &std::fs::read(process.join(place)).unwrap_or_default());
        }
        match memory::of(&process) {
            Some(regions) => regions.iter().for_each(|(name, bytes)| find(name, bytes)),
            None => println!("skipped: the memory of the controller: this system does not show it"),
        }
    }
}

fn coded(value: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(value)
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_path_buf()];
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.flat_map(|entry| files(&entry.path())).collect()
}
