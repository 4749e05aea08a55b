//! Builds that need files, repositories and charts behind URLs, and charts rendered.

use std::collections::BTreeMap;
use std::path::PathBuf;

use weir_controllers::Remotes;
use weir_delivery::{Answer, Need, Stop};
use weir_fetch::Runner;

use super::helm;
use crate::connect::install_crypto;
use crate::exit::Failure;

/// Builds, fetches what is asked for, and builds again, until nothing more is asked for.
pub(super) fn answered<T>(build: impl Fn(&BTreeMap<Need, Answer>) -> Result<T, Stop>) -> Result<T, Failure> {
    let mut answers = BTreeMap::new();
    loop {
        match build(&answers) {
            Ok(built) => return Ok(built),
            Err(Stop::Failed(problems)) => return Err(problems.into()),
            Err(Stop::Needs(needs)) => {
                for need in needs {
                    let found = answer(&need);
                    answers.insert(need, found);
                }
            }
        }
    }
}

/// What was found for one need.
pub(super) fn answer(need: &Need) -> Answer {
    install_crypto();
    let found = match need {
        Need::Chart { repository, name, version, devel } => {
            helm::fetched(repository, name, version, *devel).map(Answer::Tree)
        }
        Need::Template(template) => helm::rendered(template).map(Answer::Manifests),
        Need::File { .. } | Need::Repository { .. } => {
            let remotes =
                Remotes { directory: cache().join("remotes"), runner: Runner::Here, programs: true };
            remotes.find(need)
        }
    };
    found.unwrap_or_else(Answer::Failed)
}

/// What stands behind a URL.
pub(super) fn file_behind(url: &str) -> Result<weir_files::Bytes, String> {
    match answer(&Need::File { url: url.to_string() }) {
        Answer::File(bytes) => Ok(bytes),
        Answer::Failed(cause) => Err(cause),
        Answer::Tree(_) | Answer::Manifests(_) => Err("there is no file".to_string()),
    }
}

/// Where fetched repositories are kept between commands.
fn cache() -> PathBuf {
    let set = |name| std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    base.unwrap_or_else(std::env::temp_dir).join("weir")
}
