//! A directory with a key of its own, rules for it and nothing of the user's.

use std::collections::BTreeMap;
use std::process::Command;

use crate::weir::{Directory, Ended, weir_with};

pub(super) const SECRET: &str = "\
apiVersion: v1
kind: Secret
metadata:
    name: db
stringData:
    # who we are
    user: me
    password: hunter2
";

/// See the module.
pub(super) struct Bed {
    pub(super) directory: Directory,
    home: Directory,
    variables: BTreeMap<String, String>,
}

impl Bed {
    pub(super) fn new() -> Self {
        let (directory, home) = (Directory::new(), Directory::new());
        let mut variables = BTreeMap::new();
        for (name, value) in [("HOME", home.path()), ("XDG_CONFIG_HOME", home.path())] {
            variables.insert(name.to_string(), value.to_string_lossy().into_owned());
        }
        let bed = Self { directory, home, variables };
        bed.weir(&["secrets", "init"]).with(0);
        bed
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_string(), value.to_string());
    }

    pub(super) fn variables(&self) -> Vec<(&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    pub(super) fn weir(&self, arguments: &[&str]) -> Ended {
        weir_with(&self.directory, arguments, &self.variables())
    }

    pub(super) fn key_file(&self) -> std::path::PathBuf {
        self.home.path().join("sops/age/keys.txt")
    }

    /// The public key.
    pub(super) fn public(&self) -> String {
        let text = std::fs::read_to_string(self.key_file()).unwrap();
        text.lines().find_map(|line| line.strip_prefix("# public key: ")).unwrap().to_string()
    }

    pub(super) fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.directory.path().join(path)).unwrap()
    }

    /// Writes a file and encrypts it.
    pub(super) fn sealed(&self, path: &str, text: &str) -> &Self {
        self.directory.write(path, text);
        self.weir(&["secrets", "encrypt", "-i", path]).with(0);
        self
    }

    pub(super) fn plain(&self, path: &str) -> String {
        self.weir(&["secrets", "decrypt", path]).with(0).stdout
    }

    /// Runs git; what it says is of no interest unless it fails in another way than it should.
    pub(super) fn git(&self, words: &str, code: i32) {
        let binary = std::path::Path::new(env!("CARGO_BIN_EXE_weir")).parent().unwrap();
        let path = std::env::join_paths(
            std::iter::once(binary.to_path_buf())
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
        );
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(words.split(' '))
            .current_dir(self.directory.path())
            .envs(self.variables())
            .env("PATH", path.unwrap())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "git {words}: {said}");
    }
}
