//! Starts the server by itself: `serve [ADDRESS [KUBECONFIG [FAIL-IMAGE...]]]`. Writes a kubeconfig for it.

use weir_apiserver::{ApiServer, Options};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let address = args.next().unwrap_or_else(|| "127.0.0.1:6443".to_owned()).parse()?;
    let path = args.next().unwrap_or_else(|| "kubeconfig".to_owned());
    let server = ApiServer::new(Options {
        token: Some("sandbox".to_owned()),
        fail_images: args.collect(),
        ..Options::default()
    });
    let listening = server.listen(address).await?;
    std::fs::write(&path, listening.kubeconfig())?;
    tokio::signal::ctrl_c().await?;
    Ok(())
}
