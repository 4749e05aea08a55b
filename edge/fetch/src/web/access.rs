//! What a server wants to see of a client, and a client of a server.

use std::fmt;

use ureq::tls::{ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

/// Credentials.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub enum Auth {
    /// None.
    #[default]
    None,
    /// User and password.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// A token.
    Bearer(String),
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Basic { .. } => "Basic(..)",
            Self::Bearer(_) => "Bearer(..)",
        })
    }
}

impl Auth {
    /// The value of the header, if there is one to send.
    pub(crate) fn header(&self) -> Option<String> {
        use base64::Engine as _;
        match self {
            Self::None => None,
            Self::Basic { user, password } => {
                let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
                Some(format!("Basic {pair}"))
            }
            Self::Bearer(token) => Some(format!("Bearer {token}")),
        }
    }
}

/// A certificate of the client and its key, both in PEM.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ClientCertificate {
    /// The certificate and those that it was signed with.
    pub certificate: Vec<u8>,
    /// Its key.
    pub key: Vec<u8>,
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate(..)")
    }
}

/// How a server is reached. Proxies are those of the environment unless one is named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Access {
    /// Credentials.
    pub auth: Auth,
    /// Certificate authorities in PEM instead of those of the machine.
    pub ca: Option<Vec<u8>>,
    /// The certificate to show.
    pub client: Option<ClientCertificate>,
    /// Whether any certificate of the server will do.
    pub insecure_skip_tls_verify: bool,
    /// The proxy instead of that of the environment.
    pub proxy: Option<String>,
}

impl Access {
    pub(super) fn tls(&self) -> Result<TlsConfig, String> {
        let mut tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .disable_verification(self.insecure_skip_tls_verify);
        if let Some(pem) = &self.ca {
            let certificates = certificates(pem).map_err(|e| format!("the certificate authority: {e}"))?;
            tls = tls.root_certs(RootCerts::from(certificates));
        }
        if let Some(ClientCertificate { certificate, key }) = &self.client {
            let chain = certificates(certificate).map_err(|e| format!("the client's certificate: {e}"))?;
            let key = PrivateKey::from_pem(key).map_err(|e| format!("the client's key: {e}"))?;
            tls = tls.client_cert(Some(ClientCert::new_with_certs(&chain, key)));
        }
        Ok(tls.build())
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<ureq::tls::Certificate<'static>>, String> {
    let found = parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(Ok(certificate)),
        Ok(_) => None,
        Err(error) => Some(Err(error.to_string())),
    });
    let found: Vec<_> = found.collect::<Result<_, _>>()?;
    if found.is_empty() {
        return Err("no certificate in PEM".into());
    }
    Ok(found)
}
