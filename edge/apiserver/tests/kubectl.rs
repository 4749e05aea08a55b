//! The real kubectl works against this server. The one that `WEIR_KUBECTL` names runs the scripts in `tests/kubectl`:
//! a line that begins with `$` is a command, what follows is a part of each line that it prints; `!` at the start of the
//! command says that it fails.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use weir_apiserver::{ApiServer, Options};

#[tokio::test(flavor = "multi_thread")]
async fn kubectl_works() {
    let Ok(kubectl) = std::env::var("WEIR_KUBECTL") else {
        _ = writeln!(std::io::stderr(), "skipped: kubectl: WEIR_KUBECTL is not set");
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kubectl");
    let mut scripts: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of scripts is there")
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "script"))
        .collect();
    scripts.sort();
    let mut faults = Vec::new();
    for script in scripts {
        let options = Options {
            token: Some("secret".to_owned()),
            fail_images: vec!["never".to_owned()],
            ..Options::default()
        };
        let listening =
            ApiServer::new(options).listen(([127, 0, 0, 1], 0).into()).await.expect("a free port");
        let name = script.file_stem().and_then(|name| name.to_str()).unwrap_or("").to_owned();
        let config = std::env::temp_dir().join(format!("weir-kubectl-{}-{name}", std::process::id()));
        std::fs::write(&config, listening.kubeconfig()).expect("a temporary file can be written");
        let text = std::fs::read_to_string(&script).expect("the script can be read");
        let run = Run { kubectl: kubectl.clone(), config: config.clone(), folder: folder.clone() };
        let found =
            tokio::task::spawn_blocking(move || run.script(&text)).await.expect("the script does not panic");
        faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
        // The file is only in the way of nothing if it stays.
        _ = std::fs::remove_file(config);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

struct Run {
    kubectl: String,
    config: std::path::PathBuf,
    folder: std::path::PathBuf,
}

impl Run {
    fn script(&self, text: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let mut output = String::new();
        let mut command = "";
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(line) = line.strip_prefix('$') {
                command = line.trim();
                let (fails, words) =
                    command.strip_prefix('!').map_or((false, command), |rest| (true, rest.trim()));
                let (ok, printed) = self.command(words);
                if ok == fails {
                    faults.push(format!("{command}: {}\n{printed}", if ok { "succeeds" } else { "fails" }));
                }
                output = printed;
            } else if !output.lines().any(|own| squeeze(own).contains(&squeeze(line))) {
                faults.push(format!("{command}: prints no {line:?} but\n{output}"));
            }
        }
        faults
    }

    fn command(&self, words: &str) -> (bool, String) {
        let script = format!("'{}' {words}", self.kubectl);
        let output = Command::new("sh")
            .args(["-c", &script])
            .current_dir(&self.folder)
            .env("KUBECONFIG", &self.config)
            .env("HOME", std::env::temp_dir())
            .stdin(Stdio::null())
            .output()
            .expect("a shell can be started");
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
