//! A file over http or https.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// The content of the file behind a URL, of no more than this many bytes. Proxies are those of the environment.
pub fn fetch_file(url: &str, timeout: Duration, limit: u64) -> Result<Vec<u8>, String> {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let agent: Agent = Agent::config_builder().tls_config(tls).timeout_global(Some(timeout)).build().into();
    let failed = |error: ureq::Error| match error {
        ureq::Error::StatusCode(code) => format!("'{url}' cannot be fetched: the server answered {code}"),
        ureq::Error::Timeout(_) => format!("'{url}' cannot be fetched: no answer within {timeout:?}"),
        ureq::Error::BodyExceedsLimit(limit) => format!("'{url}' has more than {limit} bytes"),
        other => format!("'{url}' cannot be fetched: {other}"),
    };
    let mut answer = agent.get(url).call().map_err(failed)?;
    answer.body_mut().with_config().limit(limit).read_to_vec().map_err(failed)
}
