//! Requests to a server in this process, or to one that a kubeconfig names.

use std::io::Write as _;
use std::sync::Arc;

use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use weir_apiserver::Service;
use weir_yaml::{Dialect, Value, first_from_yaml, from_json};

type Failure = Box<dyn std::error::Error>;

/// Where requests go.
pub(crate) enum Server {
    Embedded(Service),
    Real(Box<Real>),
}

/// A server on the network.
pub(crate) struct Real {
    host: String,
    token: Option<String>,
    connector: TlsConnector,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) code: u16,
    pub(crate) body: Value,
}

/// Says that a suite did not run.
pub(crate) fn skipped(what: &str) {
    _ = writeln!(std::io::stderr(), "skipped: {what}");
}

impl Server {
    /// The server of the first cluster and the first user of a kubeconfig.
    pub(crate) fn of_kubeconfig(path: &str) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(path)?;
        let config = first_from_yaml(&text, Dialect::Sigs)?;
        let first = |list: &str, inner: &str| {
            let one = config.get(list).and_then(Value::as_list).and_then(|list| list.first());
            one.and_then(|one| one.get(inner)).cloned().ok_or_else(|| format!("no {list} in {path}"))
        };
        let (cluster, user) = (first("clusters", "cluster")?, first("users", "user")?);
        let bytes = |value: &Value, key: &str| -> Result<Option<Vec<u8>>, Failure> {
            if let Some(file) = value.str_at(&[key]) {
                return Ok(Some(std::fs::read(file)?));
            }
            let data = value.str_at(&[&format!("{key}-data")]);
            data.map(decode).transpose()
        };
        let mut roots = rustls::RootCertStore::empty();
        for certificate in
            CertificateDer::pem_slice_iter(&bytes(&cluster, "certificate-authority")?.unwrap_or_default())
        {
            roots.add(certificate?)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots);
        let client = match (bytes(&user, "client-certificate")?, bytes(&user, "client-key")?) {
            (Some(chain), Some(key)) => {
                let chain = CertificateDer::pem_slice_iter(&chain).collect::<Result<Vec<_>, _>>()?;
                builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(&key)?)?
            }
            _ => builder.with_no_client_auth(),
        };
        let url = cluster.str_at(&["server"]).unwrap_or("");
        Ok(Self::Real(Box::new(Real {
            host: url.trim_start_matches("https://").trim_end_matches('/').to_owned(),
            token: user.str_at(&["token"]).map(str::to_owned),
            connector: TlsConnector::from(Arc::new(client)),
        })))
    }

    /// Sends a request.
    pub(crate) async fn send(&self, method: &str, path: &str, media: &str, body: &str) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", media)
            .header("accept", "application/json")
            .header("user-agent", "random/1");
        let bytes = match self {
            Self::Embedded(service) => {
                let request = request
                    .body(Full::<bytes::Bytes>::from(body.to_owned()))
                    .expect("the test server answers");
                let response = service.clone().answer(request).await;
                let code = response.status().as_u16();
                (code, response.into_body().collect().await.expect("the test server answers").to_bytes())
            }
            Self::Real(real) => {
                request = request.header("host", &real.host);
                if let Some(token) = &real.token {
                    request = request.header("authorization", format!("Bearer {token}"));
                }
                let request = request
                    .body(Full::<bytes::Bytes>::from(body.to_owned()))
                    .expect("the test server answers");
                let stream = TcpStream::connect(&real.host).await.expect("the test server answers");
                let name = real.host.rsplit_once(':').map_or(real.host.as_str(), |(name, _)| name).to_owned();
                let stream = real
                    .connector
                    .connect(ServerName::try_from(name).expect("the test server answers"), stream)
                    .await
                    .expect("the test server answers");
                let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
                    .await
                    .expect("the test server answers");
                tokio::spawn(connection);
                let response = sender.send_request(request).await.expect("the test server answers");
                let code = response.status().as_u16();
                (code, response.into_body().collect().await.expect("the test server answers").to_bytes())
            }
        };
        Answer { code: bytes.0, body: from_json(&bytes.1).unwrap_or_default() }
    }
}

/// Base64, as kubeconfigs have it.
fn decode(text: &str) -> Result<Vec<u8>, Failure> {
    let mut out = Vec::new();
    let (mut word, mut bits) = (0_u32, 0);
    for byte in text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err("no base64".into()),
        };
        word = word << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(word >> bits & 0xff)?);
        }
    }
    Ok(out)
}
