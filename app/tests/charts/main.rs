//! Charts from a repository on loopback, as people fetch, list, pack and index them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod cache;
mod kustomizations;
mod provenance;
mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A home of its own for each test, with nothing in it that the machine brings.
struct Home {
    folder: PathBuf,
    /// `WEIR_MIRROR`
    mirror: Option<String>,
}

impl Home {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("weir-helm-{name}-{}", std::process::id()));
        _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder, mirror: None }
    }

    fn run(&self, words: &str) -> Output {
        self.weir("helm", words.split(' '))
    }

    fn kustomize(&self, words: &[String]) -> Output {
        self.weir("kustomize", words.iter().map(String::as_str))
    }

    fn weir<'w>(&self, tool: &str, words: impl Iterator<Item = &'w str>) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
        command.current_dir(&self.folder).arg(tool).args(words).env_clear();
        for (name, folder) in [
            ("HOME", ""),
            ("HELM_CONFIG_HOME", "config"),
            ("HELM_CACHE_HOME", "cache"),
            ("XDG_CACHE_HOME", "xdg"),
        ] {
            command.env(name, self.folder.join(folder));
        }
        command.envs(self.mirror.iter().map(|mirror| ("WEIR_MIRROR", mirror)));
        command.output().unwrap()
    }

    /// What it prints, once it has worked.
    fn said(&self, words: &str) -> String {
        let output = self.run(words);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words}: {error}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What it complains of.
    fn refused(&self, words: &str) -> String {
        let output = self.run(words);
        assert_eq!(output.status.code(), Some(1), "{words}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let file = self.folder.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.folder.join(path)).unwrap()
    }

    /// Two versions of a chart, packed and indexed, behind a URL.
    fn repository(&self) -> String {
        self.said("create web");
        self.said("package web --version 1.0.0 -d site");
        self.said("package web --version 1.1.0-rc.1 -d site");
        self.said("repo index site");
        server::serve(self.folder.join("site"))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_repository_with_a_name_is_searched_and_used() {
    let home = Home::new("repo");
    let url = home.repository();
    assert_eq!(home.said(&format!("repo add mine {url}")), "\"mine\" has been added to your repositories\n");
    let again = home.said(&format!("repo add mine {url}"));
    assert_eq!(again, "\"mine\" already exists with the same configuration, skipping\n");
    assert!(home.refused("repo add mine http://127.0.0.1:1").contains("already exists"));
    assert_eq!(home.said("repo list -o json"), format!("[{{\"name\":\"mine\",\"url\":\"{url}\"}}]\n"));
    let found = home.said("search repo web --devel -o json");
    assert!(
        found.starts_with("[{\"name\":\"mine/web\",\"version\":\"1.1.0-rc.1\",\"app_version\":\"1.0.0\""),
        "{found}"
    );
    assert!(home.said("search repo web").contains("mine/web\t1.0.0"), "releases go before candidates");
    assert!(home.said("repo update").ends_with("Update Complete. ⎈Happy Helming!⎈\n"));
    assert!(home.said("template x mine/web").contains("helm.sh/chart: web-1.0.0"));
    assert!(home.said("template x mine/web --devel").contains("helm.sh/chart: web-1.1.0-rc.1"));
    home.said("pull mine/web --untar -d out");
    assert!(Path::new(&home.folder.join("out/web/Chart.yaml")).exists());
    assert!(home.refused("pull mine/web --untar -d out").contains("already exists"));
    assert!(home.refused("template x mine/db").contains("helm repo update"));
    assert!(home.refused("template x other/web").contains("repo other not found"));
    home.said("repo remove mine");
    assert!(home.refused("search repo").contains("no repositories configured"));
}

#[test]
fn a_repository_is_used_without_a_name() {
    let home = Home::new("url");
    let url = home.repository();
    let named = home.said(&format!("template x web --repo {url} --version 1.0.0"));
    assert_eq!(home.said(&format!("template x {url}/web-1.0.0.tgz")), named);
    assert_eq!(
        home.said(&format!(
            "template x web --repo https://charts.example.com --mirror https://charts.example.com={url}"
        )),
        named
    );
    let error = home.refused(&format!("template x web --repo {url}/nowhere"));
    assert!(
        error.contains("is not a valid chart repository or cannot be reached") && error.contains("404"),
        "{error}"
    );
    let error = home.refused(&format!("template x web --repo {url} --version 7"));
    assert!(error.contains("version \"7\" not found"), "{error}");
}

#[test]
fn what_a_chart_needs_is_chosen_locked_and_got() {
    let home = Home::new("deps");
    let url = home.repository();
    home.write("local/Chart.yaml", "apiVersion: v2\nname: local\nversion: 0.3.0\n");
    let parent = |range: &str| {
        format!(
            "apiVersion: v2\nname: parent\nversion: 1.0.0\ndependencies:\n- {{name: web, version: '{range}', repository: '{url}'}}\n\
             - {{name: local, version: '*', repository: 'file://../local'}}\n"
        )
    };
    home.write("parent/Chart.yaml", &parent(">=1.0.0-0 <2"));
    assert!(home.said("dependency list parent").contains("\tmissing"));
    assert!(home.refused("package parent").contains("missing in charts/ directory: web, local"));
    let rendered = home.said("template x parent --dependency-update");
    assert!(rendered.contains("helm.sh/chart: web-1.1.0-rc.1"), "{rendered}");
    std::fs::remove_dir_all(home.folder.join("parent/charts")).unwrap();
    home.said("dependency update parent");
    let lock = home.read("parent/Chart.lock");
    assert!(lock.contains("version: 1.1.0-rc.1") && lock.contains("version: 0.3.0"), "{lock}");
    assert!(home.said("dependency list parent").contains("\tok"));
    home.said("package parent");
    std::fs::remove_dir_all(home.folder.join("parent/charts")).unwrap();
    assert!(home.refused("dependency build parent").contains("helm repo add"));
    home.said(&format!("repo add mine {url}"));
    home.said("dependency build parent");
    assert_eq!(home.read("parent/Chart.lock"), lock, "what is locked stays");
    home.write("parent/Chart.yaml", &parent("1.0.0"));
    assert!(home.refused("dependency build parent").contains("out of sync"));
    home.write("parent/Chart.yaml", &parent("^9"));
    let error = home.refused("dependency update parent");
    assert!(error.contains("can't get a valid version for 1 subchart(s): \"web\""), "{error}");
    assert!(home.folder.join("parent/charts/web-1.1.0-rc.1.tgz").exists(), "what is there stays");
}

#[test]
fn logins_are_kept_where_helm_keeps_them() {
    let home = Home::new("login");
    let registry = home.repository();
    let host = registry.trim_start_matches("http://");
    home.write("site/v2/index.html", "{}");
    let output = home.run(&format!("registry login {host} -u me -p secret --plain-http"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(home.read("config/registry/config.json").contains(host));
    assert_eq!(
        home.said(&format!("registry logout {host}")),
        format!("Removing login credentials for {host}\n")
    );
    assert!(!home.read("config/registry/config.json").contains(host));
    let error = home.refused("registry login 127.0.0.1:1 -u me -p secret --plain-http");
    assert!(error.contains("authenticating to \"127.0.0.1:1\"") && !error.contains("secret"), "{error}");
}
