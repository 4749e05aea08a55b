//! Signatures of charts: `weir helm verify`, `--verify` and `--sign`.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};

use weir_fetch::{Chart, ChartSource, Keyring, Provenance};

use super::fetch::TIMEOUT;
use super::paths::Paths;
use super::pull::file_name;
use super::values::go_words;
use crate::cli::helm::HelmVerify;
use crate::exit::Failure;
use crate::output::print;

/// `weir helm verify`.
pub(super) fn run(args: &HelmVerify) -> Result<(), Failure> {
    print(&told(&of_file(Path::new(&args.chart), args.keyring.as_deref())?))
}

/// In the words of Helm.
pub(super) fn told(provenance: &Provenance) -> String {
    let Provenance { signed_by, fingerprint, digest } = provenance;
    let signers: String = signed_by.iter().map(|name| format!("Signed by: {name}\n")).collect();
    format!("{signers}Using Key With Fingerprint: {fingerprint}\nChart Hash Verified: {digest}\n")
}

/// Verifies an archive by the file beside it.
pub(super) fn of_file(path: &Path, keys: Option<&Path>) -> Result<Provenance, Failure> {
    let shown = path.display();
    let absent = |error: std::io::Error| said(format!("stat {shown}: {}", go_words(&error)));
    if std::fs::metadata(path).map_err(absent)?.is_dir() {
        return Err(said("unpacked charts cannot be verified"));
    }
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tgz")) {
        return Err(said("chart must be a tgz file"));
    }
    let beside = beside(path);
    let provenance = std::fs::read(&beside).map_err(|error| {
        let (beside, why) = (beside.display(), go_words(&error));
        said(format!("could not load provenance file {beside}: stat {beside}: {why}"))
    })?;
    let archive = std::fs::read(path)
        .map_err(|error| said(format!("failed to read chart archive: {}", go_words(&error))))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    keyring(keys)?.verify(&archive, &provenance, &name).map_err(said)
}

/// Verifies a chart that was fetched by what its repository keeps beside it.
pub(super) fn of_fetched(
    paths: &Paths,
    (chart, source): (&Chart, &ChartSource),
    keys: Option<&Path>,
) -> Result<Provenance, Failure> {
    let provenance = fetched(paths, (chart, source))
        .map_err(|_| said(format!("failed to fetch provenance {:?}", format!("{}.prov", chart.url))))?;
    check(chart, &provenance, keys)
}

/// Verifies it by this provenance file.
pub(super) fn check(chart: &Chart, provenance: &[u8], keys: Option<&Path>) -> Result<Provenance, Failure> {
    let archive = std::fs::read(&chart.file)?;
    keyring(keys)?.verify(&archive, provenance, &file_name(&chart.url)).map_err(said)
}

/// The provenance file of a chart that was fetched.
pub(super) fn fetched(paths: &Paths, (chart, source): (&Chart, &ChartSource)) -> Result<Vec<u8>, String> {
    let charts = paths.charts(TIMEOUT).map_err(|failure| failure.message().to_string())?;
    charts.provenance(source, chart).map_err(|error| error.to_string())
}

/// Where the provenance of an archive is.
pub(super) fn beside(archive: &Path) -> PathBuf {
    let mut name = archive.as_os_str().to_os_string();
    name.push(".prov");
    name.into()
}

fn keyring(path: Option<&Path>) -> Result<Keyring, Failure> {
    read_keyring(path).map_err(|why| said(format!("failed to load keyring: {why}")))
}

fn read_keyring(path: Option<&Path>) -> Result<Keyring, String> {
    let path = path.map_or_else(default_keyring, Path::to_path_buf);
    let bytes =
        std::fs::read(&path).map_err(|error| format!("open {}: {}", path.display(), go_words(&error)))?;
    Keyring::read(&bytes)
}

fn default_keyring() -> PathBuf {
    match std::env::var_os("GNUPGHOME") {
        Some(home) => PathBuf::from(home),
        None => std::env::home_dir().unwrap_or_default().join(".gnupg"),
    }
    .join("pubring.gpg")
}

/// Whose key signs, and how it is opened.
pub(super) struct Signer<'a> {
    key: &'a str,
    keyring: Keyring,
    /// What opens the key; asked for where no file says it.
    passphrase: Option<Vec<u8>>,
}

impl<'a> Signer<'a> {
    pub(super) fn new(
        key: &'a str,
        keys: Option<&Path>,
        passphrase_file: Option<&Path>,
    ) -> Result<Self, Failure> {
        let keyring = read_keyring(keys).map_err(said)?;
        let passphrase = passphrase_file.map(passphrase).transpose()?;
        Ok(Self { key, keyring, passphrase })
    }

    /// Writes the provenance of an archive beside it. The metadata is what its Chart.yaml says.
    pub(super) fn sign(&self, archive: &Path, metadata: &str) -> Result<(), Failure> {
        let bytes = std::fs::read(archive)?;
        let name = archive.file_name().unwrap_or_default().to_string_lossy();
        let open = |owner: &str| match &self.passphrase {
            Some(passphrase) => Ok(passphrase.clone()),
            None => {
                let prompt = format!("Password for key {owner:?} >  ");
                super::registry::secret(false, &prompt)
                    .map(String::into_bytes)
                    .map_err(|failure| failure.message().to_string())
            }
        };
        let text = self.keyring.sign(self.key, (&bytes, &name, metadata), open).map_err(said)?;
        super::paths::write(&beside(archive), text.as_bytes(), 0o644)
    }
}

/// The first line of a file, or of standard input.
fn passphrase(file: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| said(format!("open {}: {}", file.display(), go_words(&error)));
    let mut line = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().read_until(b'\n', &mut line).map_err(failed)?;
    } else {
        let file = std::fs::File::open(file).map_err(failed)?;
        std::io::BufReader::new(file).read_until(b'\n', &mut line).map_err(failed)?;
    }
    let end = line.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |at| at + 1);
    line.truncate(end);
    Ok(line)
}

fn said(cause: impl std::fmt::Display) -> Failure {
    Failure::said(format!("Error: {cause}"))
}
