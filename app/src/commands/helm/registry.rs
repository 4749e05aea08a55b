//! `weir helm registry`.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use weir_fetch::{ChartSource, Credentials, Login as Kept, Mirrors, Patience, Registry};

use super::paths::Paths;
use super::repositories::access;
use crate::cli::helm::{Login, Logout};
use crate::exit::Failure;
use crate::output::{print, say};

pub(super) fn login(paths: &Paths, args: Login) -> Result<(), Failure> {
    let (user, password) = who(&args)?;
    let host = host(&args.host);
    let path = |file: &Option<std::path::PathBuf>| file.clone().unwrap_or_default();
    let (cert, key, ca) = (path(&args.cert_file), path(&args.key_file), path(&args.ca_file));
    let files: (&Path, &Path, &Path) = (&cert, &key, &ca);
    let access = access((&user, &password), files, args.insecure)?;
    let patience = Patience { timeout: Duration::from_secs(30), attempts: 3 };
    let source = ChartSource { access, plain_http: args.plain_http, ..ChartSource::default() };
    let registry = Registry::new(
        &source.access,
        Credentials::default(),
        Mirrors::default(),
        source.plain_http,
        patience,
    );
    let pinged = registry.and_then(|registry| registry.ping(host));
    pinged.map_err(|error| Failure::said(format!("Error: authenticating to \"{host}\": {error}")))?;
    let kept = Credentials { files: vec![paths.logins.clone()], ..Credentials::default() };
    kept.put(host, &Kept { user, password, identity_token: None })
        .map_err(|error| Failure::said(format!("Error: {error}")))?;
    print("Login Succeeded\n")
}

pub(super) fn logout(paths: &Paths, args: &Logout) -> Result<(), Failure> {
    let kept = Credentials { files: vec![paths.logins.clone()], ..Credentials::default() };
    let host = host(&args.host);
    if !kept.remove(host).map_err(|error| Failure::said(format!("Error: {error}")))? {
        return Err(Failure::said(format!("Error: not logged in to {host}")));
    }
    print(&format!("Removing login credentials for {host}\n"))
}

/// The host of what was named; a path of it is of no use here.
fn host(text: &str) -> &str {
    let text = text.strip_prefix("oci://").unwrap_or(text);
    match text.split_once('/') {
        Some((host, _)) => {
            say(&format!("⚠ a login is for a registry, not for a repository in it: {host} is taken"));
            host
        }
        None => text,
    }
}

fn who(args: &Login) -> Result<(String, String), Failure> {
    let mut user = args.username.clone().unwrap_or_default();
    if let Some(password) = args.password.clone().filter(|_| !args.password_stdin) {
        say("⚠ using --password via the CLI is insecure. Use --password-stdin");
        return Ok((user, password));
    }
    if args.password_stdin {
        return Ok((user, secret(true, "")?));
    }
    if user.is_empty() {
        user = line("Username: ")?;
    }
    let (prompt, missing) =
        if user.is_empty() { ("Token: ", "token required") } else { ("Password: ", "password required") };
    let password = secret(false, prompt)?;
    if password.is_empty() { Err(Failure::said(format!("Error: {missing}"))) } else { Ok((user, password)) }
}

/// A secret from standard input: all of it, or a line that is not shown.
pub(super) fn secret(from_input: bool, prompt: &str) -> Result<String, Failure> {
    let mut text = String::new();
    if from_input {
        std::io::stdin().read_to_string(&mut text)?;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        return Ok(text.strip_suffix('\r').unwrap_or(text).to_string());
    }
    let quiet = Quiet::new();
    let text = line(prompt)?;
    if quiet.is_some() {
        eprintln_newline();
    }
    Ok(text)
}

fn eprintln_newline() {
    // The line break that was typed was not shown.
    let _ = writeln!(std::io::stderr());
}

fn line(prompt: &str) -> Result<String, Failure> {
    let mut out = std::io::stderr();
    out.write_all(prompt.as_bytes()).and_then(|()| out.flush())?;
    let mut text = String::new();
    std::io::stdin().lock().read_line(&mut text)?;
    Ok(text.trim_end_matches(['\n', '\r']).to_string())
}

/// What is typed is not shown as long as this lives.
struct Quiet(rustix::termios::Termios);

impl Quiet {
    fn new() -> Option<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let stdin = std::io::stdin();
        if !stdin.is_terminal() {
            return None;
        }
        let before = tcgetattr(&stdin).ok()?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&stdin, OptionalActions::Now, &quiet).ok()?;
        Some(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // A terminal that is gone needs no echo.
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &self.0);
    }
}
