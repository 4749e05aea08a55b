//! Commands for every day, on a cluster: whole outputs, kept in `day2.txt`, and the real flux beside them.
//!
//! `WEIR_UPDATE=1` writes the file anew. `WEIR_TEST_KUBECONFIG` names a real cluster to do it all on too, `WEIR_FLUX` a flux.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::weir::{Directory, Going, start, until, weir};

/// Everything is in a namespace of its own, and on a real cluster, which may hold other things, one of a new name.
const NAMESPACE: &str = "weir-cli";
const TRANSCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/day2.txt");

fn unit(name: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: \
         {NAMESPACE}, labels: {{team: {name}}}}}\nspec: {{interval: 10m, prune: true, path: {path}, sourceRef: \
         {{kind: GitRepository, name: weir-cli}}{more}}}\n---\n"
    )
}

fn repository(namespace: &str) -> Directory {
    let directory = Directory::new();
    let write = |path: &str, text: String| {
        directory.write(&format!("repository/{path}"), text.replace(NAMESPACE, namespace));
    };
    write("clusters/home/root.yaml", unit("root", "./clusters/home", ""));
    write("clusters/home/base.yaml", unit("base", "./base", ", wait: true"));
    let more = unit("broken", "./broken", "") + &unit("resting", "./base", ", suspend: true");
    write("clusters/home/apps.yaml", unit("apps", "./apps", ", dependsOn: [{name: base}]") + &more);
    write("base/one.yaml", config_map("one"));
    write("broken/one.yaml", "a: [\n".to_string());
    write("apps/web.yaml", config_map("web") + OTHERS);
    directory
}

fn config_map(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {NAMESPACE}}}\ndata: {{a: b}}\n"
    )
}

/// Kinds that nobody acts on yet.
const OTHERS: &str = "---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web, namespace: weir-cli}
spec: {interval: 1h, chartRef: {kind: OCIRepository, name: web}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: web, namespace: weir-cli}
spec: {interval: 1h, url: 'oci://registry.example/web'}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata: {name: charts, namespace: weir-cli}
spec: {type: oci, interval: 1h, url: 'oci://registry.example/charts'}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: Bucket
metadata: {name: bucket, namespace: weir-cli}
spec: {interval: 1h, endpoint: s3.example, bucketName: web}
---
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Provider
metadata: {name: chat, namespace: weir-cli}
spec: {type: slack, channel: general}
---
apiVersion: notification.toolkit.fluxcd.io/v1beta3
kind: Alert
metadata: {name: all, namespace: weir-cli}
spec: {providerRef: {name: chat}, eventSources: [{kind: Kustomization, name: '*'}]}
---
apiVersion: image.toolkit.fluxcd.io/v1
kind: ImagePolicy
metadata: {name: web, namespace: weir-cli}
spec: {imageRepositoryRef: {name: web}, policy: {semver: {range: '*'}}}
";

/// A cluster that follows the repository.
struct Cluster {
    directory: Directory,
    kubeconfig: PathBuf,
    namespace: String,
    _going: Going,
}

impl Cluster {
    fn sandbox() -> Self {
        let namespace = NAMESPACE.to_string();
        let directory = repository(&namespace);
        let kubeconfig = directory.path().join("kubeconfig");
        let arguments = ["up", "--sandbox", "--write-kubeconfig", "kubeconfig", "repository"];
        let going = start(&directory, &arguments);
        until("the kubeconfig", || kubeconfig.exists().then_some(()));
        Self { directory, kubeconfig, namespace, _going: going }.settled()
    }

    fn real(kubeconfig: &Path) -> Self {
        let namespace = format!("{NAMESPACE}-{}", std::process::id());
        let directory = repository(&namespace);
        let going = start(&directory, &["up", "--kubeconfig", kubeconfig.to_str().unwrap(), "repository"]);
        Self { directory, kubeconfig: kubeconfig.to_path_buf(), namespace, _going: going }.settled()
    }

    fn settled(self) -> Self {
        until("readiness", || {
            let count = |status| self.run(&["get", "ks", "--no-header", "--status-selector", status]).stdout;
            (count("ready=true").lines().count() == 3 && count("ready=false").contains("broken/one.yaml"))
                .then_some(())
        });
        // Events are written behind the work, in bursts.
        until("its events", || {
            let told = self.run(&["events", "--for", "Kustomization/broken"]).stdout;
            told.contains("BuildFailed").then_some(())
        });
        self
    }

    fn run(&self, arguments: &[&str]) -> crate::weir::Ended {
        let kubeconfig = self.kubeconfig.to_str().unwrap();
        let cluster = ["--kubeconfig", kubeconfig, "-n", &self.namespace];
        weir(&self.directory, &cluster.iter().chain(arguments).copied().collect::<Vec<_>>())
    }

    /// What each command of the transcript gives here, as it stands there.
    fn transcript(&self, commands: &[&str]) -> String {
        let mut text = String::new();
        for command in commands {
            let here = command.replace(NAMESPACE, &self.namespace);
            let ended = self.run(&here.split_whitespace().collect::<Vec<_>>());
            let steady = |text: &str| steady(&text.replace(&self.namespace, NAMESPACE));
            text.push_str(&format!("$ weir {command}\n"));
            text.push_str(&steady(&ended.stdout));
            for line in steady(&ended.stderr).lines() {
                text.push_str(&format!("! {line}\n"));
            }
            if ended.code != 0 {
                text.push_str(&format!("[{}]\n", ended.code));
            }
            text.push('\n');
        }
        text
    }
}

/// The text without what differs from run to run: digests, ages, durations, and the padding that they bring.
fn steady(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let cells: Vec<_> = line.split('\t').map(|cell| steady_cell(cell.trim_end())).collect();
        out.push_str(cells.join(" | ").trim_end_matches([' ', '|']));
        out.push('\n');
    }
    out
}

fn steady_cell(cell: &str) -> String {
    let is_time = |word: &str| {
        let word = word.trim_end_matches(',');
        word.ends_with(['s', 'm', 'h'])
            && word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || ".msµh".contains(c))
    };
    let words = cell.split(' ').map(|word| match word.split_once("sha256:") {
        Some((before, rest)) => {
            let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
            let length = if digits > 8 { "LONG" } else { "SHORT" };
            format!("{before}sha256:{length}{}", &rest[digits..])
        }
        None if is_time(word) => "TIME".to_string(),
        None => word.to_string(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn commands(transcript: &str) -> Vec<&str> {
    transcript.lines().filter_map(|line| line.strip_prefix("$ weir ")).collect()
}

fn agrees(cluster: &Cluster, update: bool) {
    let expected = std::fs::read_to_string(TRANSCRIPT).unwrap();
    let is = cluster.transcript(&commands(&expected));
    if update {
        std::fs::write(TRANSCRIPT, &is).unwrap();
    }
    let differs = differences(&expected, &is);
    assert!(differs.is_empty() || update, "what was said differs from day2.txt:\n{}", differs.join("\n"));
}

/// The commands whose parts of the transcripts differ, whole: a long transcript may be cut where it is shown.
fn differences(expected: &str, is: &str) -> Vec<String> {
    let parts = |text: &str| text.split("$ weir ").map(str::to_string).collect::<Vec<_>>();
    let (expected, is) = (parts(expected), parts(is));
    let pairs = expected.iter().zip(&is).filter(|(expected, is)| expected != is);
    pairs.map(|(expected, is)| format!("--- it was\n{expected}--- it is\n{is}")).collect()
}

#[test]
fn commands_say_what_they_said() {
    agrees(&Cluster::sandbox(), std::env::var_os("WEIR_UPDATE").is_some());
}

#[test]
fn commands_say_the_same_on_a_real_cluster() {
    let variables = (std::env::var("WEIR_TEST_KUBECONFIG"), std::env::var("WEIR_KUBECTL"));
    let (Ok(kubeconfig), Ok(kubectl)) = variables else {
        _ = writeln!(
            std::io::stderr(),
            "skipped: commands on a real cluster: WEIR_TEST_KUBECONFIG or WEIR_KUBECTL is not set"
        );
        return;
    };
    let cluster = Cluster::real(Path::new(&kubeconfig));
    agrees(&cluster, false);
    // While controllers are there to let go of it.
    for what in ["kustomizations", "gitrepositories"] {
        let mut command = Command::new(&kubectl);
        command.args(["--kubeconfig", &kubeconfig, "-n", &cluster.namespace, "delete", what, "--all"]);
        assert!(command.output().unwrap().status.success());
    }
}

#[test]
fn install_applies_what_it_exports() {
    let cluster = Cluster::sandbox();
    let objects = cluster.run(&["install", "--export"]).with(0).stdout.matches("\nkind: ").count();
    let count = |arguments: &[&str], word: &str| {
        let ended = cluster.run(arguments).with(0);
        (ended.stdout.lines().filter(|line| line.ends_with(word)).count(), ended)
    };
    // The sandbox brings the definitions and the namespace is there.
    let (planned, _) = count(&["install", "--dry-run"], " created (server dry run)");
    assert_eq!(planned, 4);
    let (made, ended) = count(&["install"], " created");
    assert_eq!(made, 4);
    ended.says(&[
        "► installing components in weir-cli namespace",
        "✔ weir: deployment ready",
        "✔ install finished",
    ]);
    let (same, _) = count(&["install"], " unchanged");
    assert_eq!(same, objects);
}

#[test]
fn install_does_not_go_beside_flux() {
    let cluster = Cluster::sandbox();
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: source-controller, namespace: weir-cli}\n\
        spec:\n  selector: {matchLabels: {app: s}}\n  template:\n    metadata: {labels: {app: s}}\n    \
        spec: {containers: [{name: manager, image: 'source-controller:1'}]}\n";
    cluster.directory.write("repository/base/flux.yaml", deployment);
    until("the deployment", || {
        let refused = cluster.run(&["install"]);
        refused.stderr.contains("hint: kubectl -n weir-cli scale deployment source-controller").then_some(())
    });
    cluster.run(&["install"]).with(1).says(&["two controllers must not work on the same objects"]);
    cluster.run(&["install", "--force"]).with(0);
}

/// Tables that must be the same to the byte.
const LIKE_FLUX: [&str; 20] = [
    "get ks",
    "get ks --show-source -A",
    "get ks apps --no-header",
    "get ks -l team=base",
    "get ks --status-selector ready=false",
    "get ks --status-selector ready!=true -A",
    "get sources all",
    "get sources git -A",
    "get sources oci",
    "get sources helm",
    "get sources bucket",
    "get sources chart",
    "get hr --show-source",
    "get images policy",
    "get alerts",
    "get alert-providers",
    "get all",
    "tree ks root",
    "tree ks root --compact -o json",
    "tree ks root -o yaml",
];

#[test]
fn flux_prints_the_same_tables() {
    let Ok(flux) = std::env::var("WEIR_FLUX") else {
        _ = writeln!(std::io::stderr(), "skipped: tables of the real flux: WEIR_FLUX is not set");
        return;
    };
    let cluster = Cluster::sandbox();
    for command in LIKE_FLUX {
        let ours = cluster.run(&command.split_whitespace().collect::<Vec<_>>());
        let mut theirs = Command::new(&flux);
        theirs.args(command.split_whitespace()).args(["-n", NAMESPACE, "--kubeconfig"]);
        let theirs = theirs.arg(&cluster.kubeconfig).env("HOME", cluster.directory.path()).output().unwrap();
        assert_eq!(ours.stdout, String::from_utf8(theirs.stdout).unwrap(), "{command}");
        assert_eq!(Some(ours.code), theirs.status.code(), "{command}");
    }
}
