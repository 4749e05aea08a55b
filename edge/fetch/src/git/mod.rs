//! Git over http(s), over the ssh program of the user, and from local repositories.

mod error;
mod mirror;
mod operation;
mod select;
mod ssh;
mod submodules;
mod transport;
mod tree;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use error::FetchError;
pub use mirror::{Fetched, Mirror};
pub use submodules::Checkouts;

/// What to fetch from where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GitSpec {
    /// `http://`, `https://`, `file://`; `ssh://` and `user@host:path` with [`GitAuth::OfUser`].
    pub url: String,
    /// Which state.
    pub reference: GitReference,
    /// Who we are.
    pub auth: GitAuth,
    /// Certificate authority in PEM, instead of those of the system.
    pub ca: Option<Vec<u8>>,
    /// Proxy, instead of that of the environment; may hold `user:password@`.
    pub proxy: Option<String>,
    /// Limit of the whole operation.
    pub timeout: Duration,
}

/// Which state: the first that is set of commit, name, semver, tag, branch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitReference {
    /// Branch; `master` if nothing is set.
    pub branch: String,
    /// Tag.
    pub tag: String,
    /// Range over tags.
    pub semver: String,
    /// Full name of a reference.
    pub name: String,
    /// Commit.
    pub commit: String,
}

/// Credentials. They print as nothing.
#[derive(Clone, Default, Serialize, Deserialize)]
pub enum GitAuth {
    /// None.
    #[default]
    None,
    /// User and password, or user and token.
    Basic {
        /// User.
        user: String,
        /// Password.
        password: String,
    },
    /// A token.
    Bearer(String),
    /// What the ssh program of the user knows; none over http. For commands that a user runs, not for controllers.
    OfUser,
}

impl fmt::Debug for GitAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Basic { .. } => "Basic(***)",
            Self::Bearer(_) => "Bearer(***)",
            Self::OfUser => "OfUser",
        })
    }
}
