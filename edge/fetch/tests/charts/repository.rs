//! Helm repositories.

use std::sync::atomic::{AtomicUsize, Ordering};

use weir_fetch::{Access, ChartError, ChartQuery, ChartSource};

use crate::server::{Asked, Reply, Server, reply};
use crate::{Bed, archive, digest, source, source_as};

fn index(digest: &str) -> String {
    format!(
        "apiVersion: v1\nentries:\n  web:\n  - name: web\n    version: 1.0.0\n    digest: {}\n    urls:\n    - files/web-1.0.0.tgz\n",
        digest.trim_start_matches("sha256:")
    )
}

fn web(source: &ChartSource) -> ChartQuery<'_> {
    ChartQuery { source, name: "web", version: "" }
}

/// A repository with one chart, whose archive is answered by this.
fn repository(
    answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
) -> impl Fn(&Asked) -> Reply + Send + Sync {
    move |asked| match asked.path.as_str() {
        "/charts/index.yaml" if asked.headers.contains_key("if-none-match") => reply(304, ""),
        "/charts/index.yaml" => reply(200, index(&digest(&archive("web")))).with("etag", "\"1\""),
        "/charts/files/web-1.0.0.tgz" => answer(asked),
        _ => reply(404, "no such thing"),
    }
}

#[test]
fn a_chart_is_loaded_once_however_often_it_is_asked_for() {
    let bed = Bed::new("once");
    let server = Server::start(repository(|_| reply(200, archive("web"))));
    let source = source(&format!("http://{}/charts", server.address));
    let charts = bed.charts();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let chart = charts.get(web(&source)).unwrap();
                assert_eq!(std::fs::read(chart.file).unwrap(), archive("web"));
            });
        }
    });
    assert_eq!(server.count("GET", "/charts/files/web-1.0.0.tgz"), 1);
    // Another process finds the archive, and asks only whether the index has changed.
    let chart = bed.charts().get(web(&source)).unwrap();
    assert_eq!(chart.digest, digest(&archive("web")));
    assert_eq!(server.count("GET", "/charts/files/web-1.0.0.tgz"), 1);
    assert_eq!(server.asked().last().unwrap().headers["if-none-match"], "\"1\"");
    // What was changed in the cache is loaded anew.
    std::fs::write(&chart.file, "rubbish").unwrap();
    assert_eq!(std::fs::read(bed.charts().get(web(&source)).unwrap().file).unwrap(), archive("web"));
}

#[test]
fn credentials_go_to_their_host_only() {
    let bed = Bed::new("auth");
    let other = Server::start(|_| reply(200, archive("web")));
    let elsewhere = format!("http://{}/web-1.0.0.tgz", other.address);
    let expected = index(&digest(&archive("web"))).replace("files/web-1.0.0.tgz", &elsewhere);
    let server = Server::start(move |asked| match asked.headers.get("authorization").map(String::as_str) {
        Some("Basic bWU6c2VjcmV0") => reply(200, expected.clone()),
        _ => reply(401, "who are you"),
    });
    let url = format!("http://{}", server.address);
    let charts = bed.charts();
    charts.get(web(&source_as(&url, "me", "secret"))).unwrap();
    assert_eq!(other.asked()[0].headers.get("authorization"), None);
    let error = charts.get(web(&source_as(&url, "me", "wrong-secret"))).unwrap_err().to_string();
    assert!(error.contains("401") && error.contains("credentials") && !error.contains("secret"), "{error}");
    // Who may not read the index does not get it from the cache either.
    assert!(charts.get(web(&source(&url))).is_err());
    let all = ChartSource { pass_credentials: true, ..source_as(&url, "me", "secret") };
    std::fs::remove_dir_all(bed.folder.join("sha256")).unwrap();
    charts.get(web(&all)).unwrap();
    assert!(other.asked().last().unwrap().headers.contains_key("authorization"));
}

#[test]
fn a_redirect_is_followed_without_the_credentials() {
    let bed = Bed::new("redirect");
    let other = Server::start(|_| reply(200, archive("web")));
    // Another port of the same host is no other host, as in Go.
    let there = format!("http://{}/x", other.address.replace("127.0.0.1", "localhost"));
    let server = Server::start(repository(move |_| reply(302, "").with("location", there.clone())));
    let url = format!("http://{}/charts", server.address);
    bed.charts().get(web(&source_as(&url, "me", "secret"))).unwrap();
    assert_eq!(other.asked()[0].headers.get("authorization"), None);
}

#[test]
fn a_busy_server_is_waited_for() {
    let bed = Bed::new("busy");
    let calls = AtomicUsize::new(0);
    let server = Server::start(repository(move |_| match calls.fetch_add(1, Ordering::SeqCst) {
        0 => reply(429, "slow down").with("retry-after", "1"),
        1 => reply(503, "not yet"),
        _ => reply(200, archive("web")),
    }));
    bed.charts().get(web(&source(&format!("http://{}/charts", server.address)))).unwrap();
    assert_eq!(server.count("GET", "/charts/files/web-1.0.0.tgz"), 3);
}

#[test]
fn what_does_not_come_whole_is_asked_for_again_and_never_kept() {
    let bed = Bed::new("truncated");
    let calls = AtomicUsize::new(0);
    let server = Server::start(repository(move |_| {
        let missing = usize::from(calls.fetch_add(1, Ordering::SeqCst) < 4);
        Reply { missing, ..reply(200, archive("web")) }
    }));
    let source = source(&format!("http://{}/charts", server.address));
    let error = bed.charts().get(web(&source)).unwrap_err();
    assert!(matches!(error, ChartError::Web(_)), "{error}");
    assert_eq!(bed.kept(), 1, "only the index");
    bed.charts().get(web(&source)).unwrap();
    assert_eq!(bed.kept(), 2);
}

#[test]
fn another_content_than_promised_is_refused() {
    let bed = Bed::new("digest");
    let server = Server::start(repository(|_| reply(200, archive("evil"))));
    let source = source(&format!("http://{}/charts", server.address));
    let error = bed.charts().get(web(&source)).unwrap_err().to_string();
    assert!(error.contains(&digest(&archive("evil"))) && error.contains(&digest(&archive("web"))), "{error}");
    assert_eq!(bed.kept(), 1, "only the index");
}

#[test]
fn a_page_is_no_chart_and_no_index() {
    let bed = Bed::new("page");
    let server = Server::start(|asked| match asked.path.as_str() {
        "/index.yaml" => reply(200, index("")),
        _ => reply(200, "<html>please log in</html>"),
    });
    let error =
        bed.charts().get(web(&source(&format!("http://{}", server.address)))).unwrap_err().to_string();
    assert!(error.contains("no archive of a chart"), "{error}");
    let source = source(&format!("http://{}/page", server.address));
    let error = bed.charts().get(web(&source)).unwrap_err().to_string();
    assert!(error.contains("is not a valid chart repository") && error.contains("web page"), "{error}");
}

#[test]
fn a_server_shows_a_certificate_that_is_trusted() {
    let bed = Bed::new("tls");
    let server = Server::start_tls(repository(|_| reply(200, archive("web"))));
    let url = format!("https://{}/charts", server.address);
    let charts = bed.charts();
    let error = charts.get(web(&source(&url))).unwrap_err().to_string();
    assert!(error.contains("certificate") || error.contains("UnknownIssuer"), "{error}");
    let ca = Some(include_bytes!("tls/ca.pem").to_vec());
    let with = |access: Access| ChartSource { access, ..source(&url) };
    charts.get(web(&with(Access { ca, ..Access::default() }))).unwrap();
    charts.get(web(&with(Access { insecure_skip_tls_verify: true, ..Access::default() }))).unwrap();
    let ca = Some(b"no certificate".to_vec());
    let error = charts.get(web(&with(Access { ca, ..Access::default() }))).unwrap_err().to_string();
    assert!(error.contains("certificate authority"), "{error}");
}

#[test]
fn a_proxy_and_a_mirror_stand_for_other_hosts() {
    let bed = Bed::new("proxy");
    let server = Server::start_tls(repository(|_| reply(200, archive("web"))));
    let plain = Server::start(repository(|_| reply(200, archive("web"))));
    let ca = Some(include_bytes!("tls/ca.pem").to_vec());
    // The proxy speaks plainly, the server behind it does not: what it tunnels goes to itself.
    let proxy = proxy_to(&server);
    let access = Access { ca, proxy: Some(format!("http://{}", proxy.address)), ..Access::default() };
    let source = ChartSource { access, ..source("https://charts.example.com/charts") };
    bed.charts().get(web(&source)).unwrap();
    assert_eq!(proxy.asked()[0].path, "charts.example.com:443");
    let mirror = format!("https://charts.example.org=http://{}/", plain.address);
    let charts = bed.charts_with(weir_fetch::Credentials::default(), &[mirror]);
    charts.get(web(&crate::source("https://charts.example.org/charts"))).unwrap();
    assert!(plain.count("GET", "/charts/index.yaml") > 0);
}

/// A proxy that leads to one server, whoever is asked for.
fn proxy_to(server: &Server) -> Proxy {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let asked = std::sync::Arc::<std::sync::Mutex<Vec<Asked>>>::default();
    let (notes, target) = (asked.clone(), server.address.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = std::io::BufReader::new(stream.try_clone().unwrap());
            let mut lines = Vec::new();
            loop {
                let mut line = String::new();
                std::io::BufRead::read_line(&mut reader, &mut line).unwrap();
                if line.trim().is_empty() {
                    break;
                }
                lines.push(line);
            }
            let mut words = lines[0].split_whitespace().map(str::to_string);
            let (method, path) = (words.next().unwrap(), words.next().unwrap());
            notes.lock().unwrap().push(Asked { method, path, ..Asked::default() });
            let there = std::net::TcpStream::connect(&target).unwrap();
            std::io::Write::write_all(&mut stream, b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
            let (mut up, mut down) = (there.try_clone().unwrap(), there);
            let mut back = stream.try_clone().unwrap();
            std::thread::spawn(move || std::io::copy(&mut reader, &mut up));
            std::thread::spawn(move || std::io::copy(&mut down, &mut back));
        }
    });
    Proxy { address, asked }
}

struct Proxy {
    address: String,
    asked: std::sync::Arc<std::sync::Mutex<Vec<Asked>>>,
}

impl Proxy {
    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}
