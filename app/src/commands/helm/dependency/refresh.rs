//! Indexes are got anew before versions are chosen, and that is told as Helm does: what cannot be had may not be needed.

use weir_helm::chart::Dependency;

use super::Manager;
use crate::commands::helm::repo::{failure, fetch};
use crate::exit::Failure;

impl Manager<'_> {
    /// Repositories that nobody gave a name.
    pub(super) fn refresh_unknown(&mut self, asked: &[Dependency]) -> Result<(), Failure> {
        let is_unknown = |url: &&str| url.starts_with("http") && self.known(url).is_none();
        let mut unknown: Vec<String> =
            asked.iter().map(|one| one.repository.as_str()).filter(is_unknown).map(str::to_string).collect();
        unknown.sort();
        unknown.dedup();
        if self.refreshed.is_none() || unknown.is_empty() {
            return Ok(());
        }
        (self.out)("Getting updates for unmanaged Helm repositories...\n")?;
        for url in unknown {
            let got = self.source(&url).and_then(|source| self.charts.index(&source).map_err(failure));
            let told = match got {
                Ok(_) => format!("...Successfully got an update from the {url:?} chart repository\n"),
                Err(error) => {
                    let cause = error.message().trim_start_matches("Error: ").to_string();
                    format!("...Unable to get an update from the {url:?} chart repository:\n\t{cause}\n")
                }
            };
            (self.out)(&told)?;
        }
        Ok(())
    }

    /// All that have a name.
    pub(super) fn refresh_known(&mut self) -> Result<(), Failure> {
        let Some(paths) = self.refreshed.filter(|_| !self.repositories.all.is_empty()) else { return Ok(()) };
        (self.out)("Hang tight while we grab the latest from your chart repositories...\n")?;
        for one in &self.repositories.all {
            let (name, url) = (&one.name, &one.url);
            let told = match fetch(paths, &self.charts, one) {
                Ok(()) => format!("...Successfully got an update from the {name:?} chart repository\n"),
                Err(error) => {
                    let cause = error.message().trim_start_matches("Error: ").to_string();
                    format!(
                        "...Unable to get an update from the {name:?} chart repository ({url}):\n\t{cause}\n"
                    )
                }
            };
            (self.out)(&told)?;
        }
        (self.out)("Update Complete. ⎈Happy Helming!⎈\n")
    }
}
