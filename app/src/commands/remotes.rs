//! Builds that need files and repositories behind URLs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use weir_controllers::Remotes;
use weir_delivery::{Answer, Need, Stop};
use weir_fetch::Runner;

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
                install_crypto();
                answers.extend(needs.iter().cloned().zip(remotes().answer(&needs)));
            }
        }
    }
}

/// What was found for one need.
pub(super) fn answer(need: &Need) -> Option<Answer> {
    install_crypto();
    remotes().answer(std::slice::from_ref(need)).pop()
}

/// What stands behind a URL.
pub(super) fn file_behind(url: &str) -> Result<weir_files::Bytes, String> {
    match answer(&Need::File { url: url.to_string() }) {
        Some(Answer::File(bytes)) => Ok(bytes),
        Some(Answer::Failed(cause)) => Err(cause),
        Some(Answer::Tree(_)) | None => Err("there is no file".to_string()),
    }
}

fn remotes() -> Remotes {
    Remotes { directory: cache().join("remotes"), runner: Runner::Here }
}

/// Where fetched repositories are kept between commands.
fn cache() -> PathBuf {
    let set = |name| std::env::var_os(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    let base = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    base.unwrap_or_else(std::env::temp_dir).join("weir")
}
