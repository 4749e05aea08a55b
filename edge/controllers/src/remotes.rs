//! What lies outside of a source and is named by a URL: remote bases and resources of kustomizations.

use std::path::PathBuf;
use std::time::Duration;

use weir_delivery::{Answer, Need};
use weir_fetch::{Checkouts, FetchError, GitAuth, GitReference, GitSpec, Runner, fetch_file};
use weir_files::Tree;

const FILE_TIMEOUT: Duration = Duration::from_secs(30);
const LARGEST_FILE: u64 = 50 * 1024 * 1024;

/// Fetches it. Repositories stay in a directory, so that the next time only what is new comes.
#[derive(Debug, Clone)]
pub struct Remotes {
    /// Where repositories are kept.
    pub directory: PathBuf,
    /// Who fetches.
    pub runner: Runner,
    /// The user's own program for ssh may be run.
    pub programs: bool,
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
                let spec = self.spec(clone, Duration::from_millis(*timeout_ms));
                let tree = self.repository(spec, reference, *submodules);
                tree.map(Answer::Tree).map_err(|error| error.to_string())
            }
            // No build here is told to render charts, so none asks.
            Need::Chart { name, .. } => Err(format!("charts of kustomizations are not fetched: {name}")),
            Need::Template(_) => Err("charts of kustomizations are not rendered".to_string()),
        }
    }

    fn spec(&self, clone: &str, timeout: Duration) -> GitSpec {
        let (url, reference) = (clone.to_string(), GitReference::default());
        let auth = if self.programs { GitAuth::OfUser } else { GitAuth::None };
        GitSpec { url, reference, auth, ca: None, proxy: None, timeout }
    }

    fn repository(&self, mut spec: GitSpec, reference: &str, submodules: bool) -> Result<Tree, FetchError> {
        let checkouts = Checkouts { directory: self.directory.clone(), runner: self.runner.clone() };
        let mut last = None;
        for reading in readings(reference) {
            spec.reference = reading;
            match checkouts.fetch(spec.clone()) {
                Ok(fetched) if submodules => return checkouts.tree_with_submodules(&spec, &fetched.commit),
                Ok(fetched) => return checkouts.tree(&spec.url, &fetched.commit),
                Err(missing @ FetchError::NoReference { .. }) => last = last.or(Some(missing)),
                Err(other) => return Err(other),
            }
        }
        Err(last.unwrap_or_else(|| FetchError::NoReference { url: spec.url, reference: reference.into() }))
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
