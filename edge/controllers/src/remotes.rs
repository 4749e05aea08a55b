//! What lies outside of a source and is named by a URL: remote bases and resources of kustomizations.

use std::path::PathBuf;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use weir_delivery::{Answer, Need};
use weir_fetch::{FetchError, Fetched, GitAuth, GitReference, GitSpec, Mirror, Runner, fetch_file};
use weir_files::{RootedPath, Tree};

const FILE_TIMEOUT: Duration = Duration::from_secs(30);
const LARGEST_FILE: u64 = 50 * 1024 * 1024;

/// Fetches it. Repositories stay in a directory, so that the next time only what is new comes.
#[derive(Debug, Clone)]
pub struct Remotes {
    /// Where repositories are kept.
    pub directory: PathBuf,
    /// Who fetches.
    pub runner: Runner,
}

impl Remotes {
    /// One answer for each need, in their order. It blocks.
    pub fn answer(&self, needs: &[Need]) -> Vec<Answer> {
        needs.iter().map(|need| self.find(need).unwrap_or_else(Answer::Failed)).collect()
    }

    /// What is there for one need. It blocks.
    pub fn find(&self, need: &Need) -> Result<Answer, String> {
        match need {
            Need::File { url } => {
                fetch_file(url, FILE_TIMEOUT, LARGEST_FILE).map(|bytes| Answer::File(bytes.into()))
            }
            Need::Repository { clone, reference, submodules, timeout_ms } => {
                let timeout = Duration::from_millis(*timeout_ms);
                let tree = self.repository(clone, reference, timeout).map_err(|error| error.to_string())?;
                // They are wanted unless somebody says otherwise, and hardly ever there.
                let has_some =
                    RootedPath::new(".gitmodules").is_ok_and(|file| tree.is_file(&file) == Ok(true));
                if *submodules && has_some {
                    return Err(format!(
                        "not supported yet: submodules of '{clone}'; add submodules=false to the URL to do without"
                    ));
                }
                Ok(Answer::Tree(tree))
            }
            // No build here is told to render charts, so none asks.
            Need::Chart { name, .. } => Err(format!("charts of kustomizations are not fetched: {name}")),
            Need::Template(_) => Err("charts of kustomizations are not rendered".to_string()),
        }
    }

    fn repository(&self, clone: &str, reference: &str, timeout: Duration) -> Result<Tree, FetchError> {
        let digest: String = Sha256::digest(clone).iter().map(|byte| format!("{byte:02x}")).collect();
        let mirror = self.directory.join(&digest[..32]);
        let mut last = None;
        for reference in readings(reference) {
            match self.fetch(&mirror, clone, reference, timeout) {
                Ok(fetched) => return Mirror::open(&mirror)?.tree(&fetched.commit),
                Err(missing @ FetchError::NoReference { .. }) => last = last.or(Some(missing)),
                Err(other) => return Err(other),
            }
        }
        Err(last
            .unwrap_or_else(|| FetchError::NoReference { url: clone.into(), reference: reference.into() }))
    }

    fn fetch(
        &self,
        mirror: &std::path::Path,
        clone: &str,
        reference: GitReference,
        timeout: Duration,
    ) -> Result<Fetched, FetchError> {
        let (url, auth) = (clone.to_string(), GitAuth::None);
        let spec = GitSpec { url, reference, auth, ca: None, proxy: None, timeout };
        self.runner.fetch(mirror.to_path_buf(), spec)
    }
}

/// What a name may mean, as `git fetch` tries it.
fn readings(reference: &str) -> Vec<GitReference> {
    let name = |name: String| GitReference { name, ..GitReference::default() };
    let is_commit = reference.len() == 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit());
    match reference {
        "" => vec![name("HEAD".to_string())],
        commit if is_commit => vec![GitReference { commit: commit.to_string(), ..GitReference::default() }],
        full if full.starts_with("refs/") => vec![name(full.to_string())],
        short => vec![name(format!("refs/tags/{short}")), name(format!("refs/heads/{short}"))],
    }
}
