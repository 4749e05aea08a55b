//! The API server inside this process.

use std::net::SocketAddr;
use std::path::PathBuf;

use weir_apiserver::{ApiServer, Listening, Options};
use weir_cluster::Cluster;

use crate::cli::Up;
use crate::exit::Failure;
use crate::output::say;

/// A running sandbox; it ends when this is dropped.
pub(super) struct Sandbox {
    _listening: Listening,
    kubeconfig: PathBuf,
    keep: bool,
}

pub(super) async fn start(args: &Up) -> Result<(Cluster, Sandbox), Failure> {
    let fail_images = args.fail_image.clone();
    let options = Options { fail_images, token: Some(token()?), ..Options::default() };
    let server = ApiServer::new(options);
    let listening = server.listen(SocketAddr::from(([127, 0, 0, 1], args.port))).await?;
    let keep = args.write_kubeconfig.is_some();
    let default = || std::env::temp_dir().join(format!("weir-sandbox-{}.kubeconfig", std::process::id()));
    let kubeconfig = args.write_kubeconfig.clone().unwrap_or_else(default);
    write_private(&kubeconfig, &listening.kubeconfig())?;
    say(&format!("► sandbox: export KUBECONFIG={}", kubeconfig.display()));
    let cluster = Cluster::in_process(server.service());
    Ok((cluster, Sandbox { _listening: listening, kubeconfig, keep }))
}

/// A secret that nobody can guess.
fn token() -> Result<String, Failure> {
    use std::io::Read as _;
    let mut bytes = [0; 24];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The file holds a token: nobody else may read it, and it appears whole or not at all.
fn write_private(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let temporary = path.with_extension("tmp");
    _ = std::fs::remove_file(&temporary);
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    file.write_all(text.as_bytes())?;
    Ok(std::fs::rename(&temporary, path)?)
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if !self.keep {
            _ = std::fs::remove_file(&self.kubeconfig);
        }
    }
}
