//! A Git server for tests: smart HTTP on loopback, answered by the `git` of this machine, with faults on request.
//!
//! Included by the tests that need one (`#[path = ".."] mod git_server;`). It fetches only; tests push by path.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Serves the bare repositories below a directory until it is dropped.
pub(crate) struct GitServer {
    shared: Arc<Shared>,
    address: SocketAddr,
}

struct Shared {
    root: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    fault: String,
    listening: bool,
    stopped: bool,
}

impl GitServer {
    /// Nothing if there is no git on this machine.
    pub(crate) fn start(root: &Path) -> Option<Self> {
        Command::new("git").arg("--version").stdout(Stdio::null()).status().ok()?;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = State { fault: "none".to_string(), listening: true, stopped: false };
        let shared = Shared { root: root.to_path_buf(), state: Mutex::new(state), changed: Condvar::new() };
        let server = Self { shared: Arc::new(shared), address };
        let shared = Arc::clone(&server.shared);
        std::thread::spawn(move || shared.run(listener, address));
        Some(server)
    }

    /// Where a repository is.
    pub(crate) fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// From now on it answers like this: `none` as it should, `gone` not at all (nobody listens), `hang` never,
    /// `slow` a byte at a time, `garbage` noise, `empty` nothing, a number with that status, `auth VALUE` only to
    /// who sends that as authorization.
    pub(crate) fn fault(&self, fault: &str) {
        let mut state = self.shared.state.lock().unwrap();
        state.fault = fault.to_string();
        self.shared.changed.notify_all();
        // Who waits in `accept` looks up when somebody comes.
        _ = TcpStream::connect(self.address);
        while state.listening == (fault == "gone") {
            state = self.shared.changed.wait(state).unwrap();
        }
    }
}

impl Drop for GitServer {
    fn drop(&mut self) {
        self.shared.state.lock().unwrap().stopped = true;
        self.shared.changed.notify_all();
        _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn run(self: Arc<Self>, mut listener: TcpListener, address: SocketAddr) {
        loop {
            let stream = listener.accept();
            let mut state = self.state.lock().unwrap();
            if state.stopped {
                return;
            }
            if state.fault == "gone" {
                drop(listener);
                state.listening = false;
                self.changed.notify_all();
                state =
                    self.changed.wait_while(state, |state| state.fault == "gone" && !state.stopped).unwrap();
                // The port may be taken for a moment by a connection that had it as its own end.
                listener = loop {
                    match TcpListener::bind(address) {
                        Ok(listener) => break listener,
                        Err(_) => std::thread::sleep(Duration::from_millis(20)),
                    }
                };
                state.listening = true;
                self.changed.notify_all();
                continue;
            }
            drop(state);
            let Ok((stream, _)) = stream else { continue };
            let shared = Arc::clone(&self);
            // Who hangs up is told nothing more.
            std::thread::spawn(move || _ = shared.answer(stream));
        }
    }

    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let Some(request) = Request::read(&stream)? else { return Ok(()) };
        let fault = self.state.lock().unwrap().fault.clone();
        match fault.as_str() {
            "none" | "slow" => {}
            "hang" => {
                let state = self.state.lock().unwrap();
                drop(self.changed.wait_while(state, |state| state.fault == "hang" && !state.stopped));
                return Ok(());
            }
            "garbage" => {
                let noise: Vec<u8> =
                    (0..512_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
                return respond(&mut stream, 200, "application/x-git-upload-pack-advertisement", &noise);
            }
            "empty" => return respond(&mut stream, 200, "text/plain", b""),
            other => match other.strip_prefix("auth ") {
                Some(who) if request.header("authorization") == Some(who) => {}
                Some(_) => return respond(&mut stream, 401, "text/plain", b""),
                None => return respond(&mut stream, other.parse().unwrap(), "text/plain", b"fault"),
            },
        }
        let Some((kind, body)) = self.git(&request) else {
            return respond(&mut stream, 404, "text/plain", b"");
        };
        if fault != "slow" {
            return respond(&mut stream, 200, &kind, &body);
        }
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n", body.len())?;
        for byte in body {
            stream.write_all(&[byte])?;
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// What git says to the request, with its type.
    fn git(&self, request: &Request) -> Option<(String, Vec<u8>)> {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let advertise = query == "service=git-upload-pack";
        let name = path.strip_suffix(if advertise { "/info/refs" } else { "/git-upload-pack" })?;
        let directory = self.root.join(name.trim_start_matches('/'));
        if !directory.is_dir() {
            return None;
        }
        let mut git = Command::new("git");
        git.args(["-c", "uploadpack.allowAnySHA1InWant=true", "upload-pack", "--stateless-rpc"]);
        git.args(advertise.then_some("--advertise-refs")).arg(directory);
        git.env("GIT_PROTOCOL", request.header("git-protocol").unwrap_or_default());
        git.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = git.spawn().ok()?;
        let mut stdin = child.stdin.take()?;
        let body = request.body.clone();
        let writer = std::thread::spawn(move || _ = stdin.write_all(&body));
        let said = child.wait_with_output().ok()?.stdout;
        writer.join().ok()?;
        if !advertise {
            return Some(("application/x-git-upload-pack-result".to_string(), said));
        }
        let mut answer = Vec::new();
        if !request.header("git-protocol").is_some_and(|version| version.contains("version=2")) {
            answer.extend_from_slice(b"001e# service=git-upload-pack\n0000");
        }
        answer.extend_from_slice(&said);
        Some(("application/x-git-upload-pack-advertisement".to_string(), answer))
    }
}

struct Request {
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn read(stream: &TcpStream) -> std::io::Result<Option<Self>> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some(target) = line.split(' ').nth(1).map(str::to_string) else { return Ok(None) };
        let mut headers = Vec::new();
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_string()));
        }
        let mut request = Self { target, headers, body: Vec::new() };
        let length = request.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        reader.take(length).read_to_end(&mut request.body)?;
        Ok(Some(request))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn respond(stream: &mut TcpStream, status: u16, kind: &str, body: &[u8]) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status} Status\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}
