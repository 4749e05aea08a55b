//! Git over ssh, by the program that the user has for it, as git does: `GIT_SSH_COMMAND`, `GIT_SSH`, or `ssh`.
//!
//! Keys, agents, known hosts and `~/.ssh/config` are that program's matter. Its words are kept for errors. What it does not
//! answer in time ends as an error even if it goes on: a program that it started may hold its output open.

use std::ffi::OsString;
use std::io::{self, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use gix::bstr::ByteSlice as _;
use gix_transport::Protocol;
use gix_transport::client::git::ConnectMode;
use gix_transport::client::git::blocking_io::Connection;

use super::transport::limit;

/// So long its last words are waited for.
const PATIENCE: Duration = Duration::from_secs(2);
/// So much of what the program says is kept.
const MOST_WORDS: u64 = 8 * 1024;

/// The program while it runs; dropping it ends it.
pub(super) struct Session {
    child: Child,
    said: Arc<Mutex<Vec<u8>>>,
    /// Answers when it has said everything.
    silent: Receiver<()>,
}

/// True for `ssh://..` and `user@host:path`.
pub(super) fn is_meant(url: &str) -> bool {
    match url.split_once("://") {
        Some((scheme, _)) => matches!(scheme, "ssh" | "git+ssh" | "ssh+git"),
        None => url.split_once(':').is_some_and(|(host, path)| {
            // With two colons git means a program.
            !host.is_empty() && !host.contains('/') && !path.starts_with(':')
        }),
    }
}

/// Starts the program.
pub(super) fn connect(
    url: &gix::Url,
    deadline: Instant,
) -> Result<(Session, Connection<Output, ChildStdin>), String> {
    let path = url.path.to_str_lossy().into_owned();
    let mut command = command(url, &path)?;
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_CONFIG_PARAMETERS"] {
        command.env_remove(name);
    }
    command.env("GIT_PROTOCOL", "version=2");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .map_err(|error| format!("cannot run {}: {error}", command.get_program().to_string_lossy()))?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(input), Some(output), Some(words)) = pipes else {
        return Err("the ssh program has no pipes".to_string());
    };
    let (said, silent) = listen(words);
    let output = Output::new(output, deadline);
    let connection =
        Connection::new(output, input, Protocol::V2, path, None::<(String, _)>, ConnectMode::Process, false)
            .custom_url(Some(url.to_bstring()));
    Ok((Session { child, said, silent }, connection))
}

/// The program with its arguments: options, `[user@]host`, and what to run there.
fn command(url: &gix::Url, path: &str) -> Result<Command, String> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let (mut command, name) = match (set("GIT_SSH_COMMAND"), set("GIT_SSH")) {
        (Some(line), _) => {
            let mut script = line.clone();
            script.push(" \"$@\"");
            let mut command = Command::new("sh");
            command.arg("-c").arg(script).arg(&line);
            (command, first_word(&line))
        }
        (None, Some(program)) => (Command::new(&program), program.to_string_lossy().into_owned()),
        (None, None) => (Command::new("ssh"), "ssh".to_string()),
    };
    let is_simple = set("GIT_SSH_VARIANT").is_some_and(|variant| variant == "simple");
    if name.rsplit('/').next() == Some("ssh") && !is_simple {
        command.args(["-o", "SendEnv=GIT_PROTOCOL"]);
    }
    match url.port {
        Some(_) if is_simple => return Err("ssh variant 'simple' does not support setting port".to_string()),
        Some(port) => _ = command.arg("-p").arg(port.to_string()),
        None => {}
    }
    let host = url.host().ok_or("the URL names no host")?;
    let target = url.user().map_or_else(|| host.to_string(), |user| format!("{user}@{host}"));
    if target.starts_with('-') || host.starts_with('-') || path.starts_with('-') {
        return Err(format!("strange host or path in '{}'", url.to_bstring()));
    }
    // `/~user/..` is below the home of that user.
    let path = path.strip_prefix('/').filter(|rest| rest.starts_with('~')).unwrap_or(path);
    command.arg(target).arg(format!("git-upload-pack {}", quoted(path)));
    Ok(command)
}

fn first_word(line: &OsString) -> String {
    line.to_string_lossy().split_whitespace().next().unwrap_or_default().to_string()
}

/// For the shell on the other side.
fn quoted(path: &str) -> String {
    format!("'{}'", path.replace('\'', r"'\''").replace('!', r"'\!'"))
}

/// Keeps the last words of the program.
fn listen(mut words: impl Read + Send + 'static) -> (Arc<Mutex<Vec<u8>>>, Receiver<()>) {
    let (done, silent) = sync_channel(1);
    let said = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&said);
    std::thread::spawn(move || {
        let mut piece = [0; 1024];
        while let Ok(count @ 1..) = words.read(&mut piece) {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let free = usize::try_from(MOST_WORDS).unwrap_or(usize::MAX).saturating_sub(kept.len());
            kept.extend_from_slice(&piece[..count.min(free)]);
        }
        _ = done.send(());
    });
    (said, silent)
}

impl Session {
    /// What the program said, in one line. It is waited for first: its words come before its end.
    pub(super) fn said(mut self) -> String {
        self.end();
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&said);
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
    }

    fn end(&mut self) {
        // It ends by itself if it has something to complain about.
        if self.silent.recv_timeout(PATIENCE).is_ok() && !matches!(self.child.try_wait(), Ok(None)) {
            return;
        }
        _ = self.child.kill();
        _ = self.child.wait();
        // What it started may hold its output open.
        _ = self.silent.recv_timeout(PATIENCE / 20);
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            _ = self.child.kill();
            _ = self.child.wait();
        }
    }
}

/// What the program answers, as long as there is time.
pub(super) struct Output {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: Vec<u8>,
    at: usize,
    deadline: Instant,
}

impl Output {
    fn new(mut output: impl Read + Send + 'static, deadline: Instant) -> Self {
        let (sender, pieces) = sync_channel(16);
        std::thread::spawn(move || {
            loop {
                let mut piece = vec![0; 32 * 1024];
                let read = output.read(&mut piece).map(|count| {
                    piece.truncate(count);
                    piece
                });
                let is_last = !matches!(&read, Ok(piece) if !piece.is_empty());
                if sender.send(read).is_err() || is_last {
                    return;
                }
            }
        });
        Self { pieces, piece: Vec::new(), at: 0, deadline }
    }
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.piece.len() {
            self.piece = match self.pieces.recv_timeout(limit(self.deadline)) {
                Ok(piece) => piece?,
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::TimedOut.into()),
                Err(RecvTimeoutError::Disconnected) => Vec::new(),
            };
            self.at = 0;
        }
        let rest = &self.piece[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_urls() {
        for url in ["ssh://git@host/o/r", "git@host:o/r", "host:o/r", "git+ssh://host/o/r"] {
            assert!(is_meant(url), "{url}");
        }
        for url in ["https://host/o/r", "file:///o/r", "/o/r:x", "o/r", "ext::sh -c x"] {
            assert!(!is_meant(url), "{url}");
        }
    }

    #[test]
    fn paths_are_quoted_for_the_shell_there() {
        let command = |url: &str| {
            let url = gix::url::parse(url).unwrap();
            command(&url, &url.path.to_string()).map(|command| {
                command.get_args().map(|arg| arg.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
            })
        };
        let last = |url: &str| command(url).unwrap().rsplit_once("git-upload-pack ").unwrap().1.to_string();
        assert_eq!(last("ssh://git@host:7999/o/r.git"), "'/o/r.git'");
        assert_eq!(last("git@host:o/it's"), r"'o/it'\''s'");
        assert_eq!(last("ssh://host/~me/r"), "'~me/r'");
        assert!(command("ssh://git@host:7999/o/r.git").unwrap().contains("-p 7999 git@host"));
        assert!(command("ssh://-oProxyCommand=x/r").is_err());
    }
}
