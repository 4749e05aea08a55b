//! Fetching and packing in a process of their own.
//!
//! Reading a pack maps its file into memory, so a repository of a gigabyte costs a gigabyte for as long as it is fetched,
//! and for good what the allocator does not give back. A short-lived process hands all of it back. What goes in and out
//! is JSON on its standard input and output, so that no credential stands in arguments or environment.

use std::io::{self, Read, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use weir_files::Tree;

use crate::artifact::{ArtifactStore, StoredArtifact};
use crate::filter::source_files;
use crate::git::{FetchError, Fetched, GitSpec, Mirror};

/// Who runs errands.
#[derive(Debug, Clone, Default)]
pub enum Runner {
    /// This process.
    #[default]
    Here,
    /// A new process of this program each time, with this argument; it has to call [`run_errand`].
    Apart(PathBuf, &'static str),
}

/// Something to be done.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Errand {
    Fetch { mirror: PathBuf, spec: GitSpec },
    Pack { files: SourceFiles, shelf: Shelf },
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
enum Outcome {
    Fetched(Fetched),
    Packed(StoredArtifact),
}

/// The files of a source at a commit.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SourceFiles {
    /// Directory of the mirror.
    pub mirror: PathBuf,
    /// The commit.
    pub commit: String,
    /// `spec.ignore`.
    pub ignore: Option<String>,
    /// Directories, if not all.
    pub sparse: Vec<String>,
}

/// Where an artifact is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Shelf {
    /// Root of the store.
    pub root: PathBuf,
    /// The host under which artifacts are served.
    pub host: String,
    /// Kind, namespace and name of the source.
    pub owner: (String, String, String),
    /// Name of the file without its ending.
    pub file: String,
}

impl SourceFiles {
    /// Opens them. What is not read costs nothing.
    pub fn open(&self) -> Result<Tree, FetchError> {
        let tree = Mirror::open(&self.mirror)?.tree(&self.commit)?;
        source_files(&tree, self.ignore.as_deref(), &self.sparse)
            .map_err(|e| FetchError::Storage(e.to_string()))
    }
}

impl Runner {
    /// Fetches into the mirror in this directory.
    pub fn fetch(&self, mirror: PathBuf, spec: GitSpec) -> Result<Fetched, FetchError> {
        match self.run(&Errand::Fetch { mirror, spec })? {
            Outcome::Fetched(fetched) => Ok(fetched),
            Outcome::Packed(_) => Err(FetchError::Storage("the answer is to another question".to_string())),
        }
    }

    /// Stores files as an artifact.
    pub fn pack(&self, files: SourceFiles, shelf: Shelf) -> Result<StoredArtifact, FetchError> {
        match self.run(&Errand::Pack { files, shelf })? {
            Outcome::Packed(stored) => Ok(stored),
            Outcome::Fetched(_) => Err(FetchError::Storage("the answer is to another question".to_string())),
        }
    }

    fn run(&self, errand: &Errand) -> Result<Outcome, FetchError> {
        match self {
            Self::Here => errand.run(),
            Self::Apart(program, argument) => apart(program, argument, errand).unwrap_or_else(|cause| {
                Err(FetchError::Storage(format!("a process for it ended early: {cause}")))
            }),
        }
    }
}

impl Errand {
    fn run(&self) -> Result<Outcome, FetchError> {
        let storage = |e: io::Error| FetchError::Storage(e.to_string());
        match self {
            Self::Fetch { mirror, spec } => Mirror::open(mirror)?.fetch(spec).map(Outcome::Fetched),
            Self::Pack { files, shelf } => {
                let tree = files.open()?;
                let store = ArtifactStore::open(&shelf.root, &shelf.host).map_err(storage)?;
                let (kind, namespace, name) = &shelf.owner;
                store.put(kind, namespace, name, &shelf.file, &tree).map(Outcome::Packed).map_err(storage)
            }
        }
    }
}

fn apart(program: &PathBuf, argument: &str, errand: &Errand) -> io::Result<Result<Outcome, FetchError>> {
    let mut child =
        Command::new(program).arg(argument).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let told = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(&serde_json::to_vec(errand)?));
    let output = child.wait_with_output()?;
    told?;
    if !output.status.success() {
        return Err(io::Error::other(output.status.to_string()));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Does what standard input says, and tells on standard output what came of it.
pub fn run_errand() -> io::Result<()> {
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    let errand: Errand = serde_json::from_slice(&input)?;
    io::stdout().lock().write_all(&serde_json::to_vec(&errand.run())?)
}
