//! A web server for tests: answers what a function says, over TLS if asked to, and as a proxy to itself.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

/// What goes back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// How many bytes fewer are sent than promised.
    pub(crate) missing: usize,
}

pub(crate) fn reply(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    Reply { status, body: body.into(), ..Reply::default() }
}

impl Reply {
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

type Answers = dyn Fn(&Asked) -> Reply + Send + Sync;

/// A server that runs until the test ends.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(crate) fn start(answers: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::run(Arc::new(answers), None)
    }

    pub(crate) fn start_tls(answers: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        use rustls::pki_types::pem::PemObject as _;
        let chain =
            rustls::pki_types::CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).unwrap();
        let key = rustls::pki_types::PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![chain], key)
            .unwrap();
        Self::run(Arc::new(answers), Some(Arc::new(config)))
    }

    fn run(answers: Arc<Answers>, tls: Option<Arc<rustls::ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let server = Self { address, asked };
        let notes = Arc::clone(&server.asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (answers, tls, notes) = (Arc::clone(&answers), tls.clone(), Arc::clone(&notes));
                std::thread::spawn(move || serve(stream.unwrap(), tls, &*answers, &notes));
            }
        });
        server
    }

    /// How often something was asked for.
    pub(crate) fn count(&self, method: &str, path: &str) -> usize {
        self.asked().iter().filter(|asked| asked.method == method && asked.path == path).count()
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: TcpStream,
    tls: Option<Arc<rustls::ServerConfig>>,
    answers: &Answers,
    notes: &Mutex<Vec<Asked>>,
) {
    match tls {
        None => talk(&mut stream, answers, notes),
        Some(config) => {
            let session = rustls::ServerConnection::new(config).unwrap();
            talk(&mut rustls::StreamOwned::new(session, stream), answers, notes);
        }
    }
}

/// One request a connection.
fn talk(stream: &mut (impl Read + Write), answers: &Answers, notes: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(&mut *stream);
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or_default() == 0 {
        return;
    }
    let mut words = line.split_whitespace();
    let mut asked = Asked {
        method: words.next().unwrap_or_default().to_string(),
        path: words.next().unwrap_or_default().to_string(),
        ..Asked::default()
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap_or_default();
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        asked.headers.insert(name.to_ascii_lowercase(), value.trim().to_string());
    }
    let length = asked.headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    asked.body = vec![0; length];
    reader.read_exact(&mut asked.body).unwrap();
    drop(reader);
    if asked.method == "CONNECT" {
        notes.lock().unwrap().push(asked);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        // Whatever host was named, it is this one.
        return talk(stream, answers, notes);
    }
    let reply = answers(&asked);
    let is_head = asked.method == "HEAD";
    notes.lock().unwrap().push(asked);
    let mut head = format!(
        "HTTP/1.1 {} X\r\nconnection: close\r\ncontent-length: {}\r\n",
        reply.status,
        reply.body.len()
    );
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let body = &reply.body[..reply.body.len() - reply.missing];
    // Who asked may be gone already.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(if is_head { &[] } else { body });
    let _ = stream.flush();
}
