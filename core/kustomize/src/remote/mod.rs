//! What lies outside of the tree: repositories, files and charts behind URLs, and what charts give. Nothing is fetched or
//! rendered here: a build says what it needs, and is done again with the answers.

mod template;
pub(crate) mod url;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use weir_files::{Bytes, RootedPath, Tree};

pub use template::Template;
use url::RepositoryUrl;

/// Something that a build cannot go on without.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// The content of a file over http or https.
    File {
        /// Its URL.
        url: String,
    },
    /// The files of a repository.
    Repository {
        /// What to clone.
        clone: String,
        /// Branch, tag or commit; empty for the default branch.
        reference: String,
        /// Its submodules are wanted too.
        submodules: bool,
        /// How long to wait, in milliseconds.
        timeout_ms: u64,
    },
    /// A chart that is not in the tree. Asked for only where [`crate::Options::charts`] says so.
    Chart {
        /// The Helm repository, `https://..`, or the registry, `oci://..`, which holds it.
        repository: String,
        /// Its name there.
        name: String,
        /// A version or a range of versions; empty for the newest.
        version: String,
        /// Pre-releases count where no version is given.
        devel: bool,
    },
    /// What the templates of a chart give. Asked for only where [`crate::Options::charts`] says so.
    Template(Arc<Template>),
}

/// What was found for a [`Need`].
#[derive(Debug, Clone)]
pub enum Answer {
    /// The content of the file.
    File(Bytes),
    /// The files of the repository or chart.
    Tree(Tree),
    /// The objects of the chart, as `helm template` prints them.
    Manifests(String),
    /// It cannot be had, for this reason.
    Failed(String),
}

/// What is known of the world outside of the tree.
#[derive(Debug, Default)]
pub(crate) struct Remotes {
    answers: BTreeMap<Need, Answer>,
    needs: Mutex<BTreeSet<Need>>,
}

impl Remotes {
    pub(crate) fn new(answers: BTreeMap<Need, Answer>) -> Self {
        Self { answers, needs: Mutex::default() }
    }

    /// What was asked for without an answer.
    pub(crate) fn needs(&self) -> Vec<Need> {
        self.needs.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn ask(&self, need: Need, what: &str) -> Result<&Answer, String> {
        match self.answers.get(&need) {
            Some(Answer::Failed(why)) => Err(why.clone()),
            Some(answer) => Ok(answer),
            None => {
                self.needs.lock().unwrap_or_else(PoisonError::into_inner).insert(need);
                Err(format!("not supported yet: {what}"))
            }
        }
    }

    /// The content of a file.
    pub(crate) fn file(&self, url: &str) -> Result<Bytes, String> {
        match self.ask(Need::File { url: url.to_string() }, &format!("remote resource {url}"))? {
            Answer::File(bytes) => Ok(bytes.clone()),
            _ => Err(format!("'{url}' is not a file")),
        }
    }

    /// True if the answer is still to come.
    pub(crate) fn waits_for_file(&self, url: &str) -> bool {
        !self.answers.contains_key(&Need::File { url: url.to_string() })
    }

    /// The files of a repository.
    pub(crate) fn repository(&self, url: &RepositoryUrl) -> Result<Tree, String> {
        match self.ask(need(url), &format!("remote resource {}", url.raw))? {
            Answer::Tree(tree) => Ok(tree.clone()),
            _ => Err(format!("'{}' is not a repository", url.raw)),
        }
    }

    /// The files of a chart.
    pub(crate) fn chart(
        &self,
        repository: &str,
        name: &str,
        version: &str,
        devel: bool,
    ) -> Result<Tree, String> {
        let [repository, name, version] = [repository, name, version].map(str::to_string);
        let what = format!("chart {name} of {repository}");
        match self.ask(Need::Chart { repository, name, version, devel }, &what)? {
            Answer::Tree(tree) => Ok(tree.clone()),
            _ => Err(format!("{what} is not a chart")),
        }
    }

    /// What the templates of a chart give.
    pub(crate) fn manifests(&self, template: Template, name: &str) -> Result<String, String> {
        match self.ask(Need::Template(Arc::new(template)), &format!("rendering of chart {name}"))? {
            Answer::Manifests(text) => Ok(text.clone()),
            _ => Err(format!("chart {name} gives no objects")),
        }
    }
}

pub(crate) fn need(url: &RepositoryUrl) -> Need {
    Need::Repository {
        clone: url.clone.clone(),
        reference: url.reference.clone(),
        submodules: url.submodules,
        timeout_ms: url.timeout_ms,
    }
}

/// What to fetch for a URL of a repository, and the directory in it that is meant; an error if it is no such URL.
pub fn repository(url: &str) -> Result<(Need, RootedPath), String> {
    let url = RepositoryUrl::parse(url)?;
    let dir = RootedPath::new(&url.dir).map_err(|error| error.to_string())?;
    Ok((need(&url), dir))
}

/// True for URLs of files: what is read over http.
pub(crate) fn is_file_url(path: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| path.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}
