//! `weir secrets exec-env` and `exec-file`: a command that needs what is encrypted.

use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Command, Stdio};

use weir_secrets::{Branch, Item, Node, SecretError};
use zeroize::Zeroizing;

use super::private::Private;
use super::rules;
use super::sealed::{self, at};
use super::user::User;
use crate::cli::secrets::{ExecEnv, ExecFile, Global};
use crate::exit::{Exit, Failure};

pub(super) fn env(args: &ExecEnv) -> Result<Exit, Failure> {
    if args.same_process && args.background {
        return Err(Failure::with_code(8, "The --same-process flag cannot be used with --background"));
    }
    let user = args.user.as_deref().map(User::named).transpose()?;
    let read = sealed::read(&args.file, &args.input)?;
    let opened = sealed::open(&read, &sealed::keys_for([&read.sealed]), false)?;
    let first = opened.document.branches().first().ok_or_else(|| at(&args.file)(SecretError::Empty))?;
    let values = values(first, &args.file)?;
    let mut command = shell(&args.command);
    if args.pristine {
        command.env_clear();
    }
    command.envs(user.iter().flat_map(User::environment));
    command.envs(values.iter().map(|(key, value)| (key, value.as_str())));
    if args.same_process {
        return Err(not_run(match &user {
            Some(user) => user.exec(command),
            None => command.exec(),
        }));
    }
    run(command, user.as_ref(), args.background)
}

fn values(branch: &Branch, path: &Path) -> Result<Vec<(String, Zeroizing<String>)>, Failure> {
    let wrong = |what: String| Failure::new(format!("{}: {what}", path.display()));
    let mut values = Vec::new();
    for (key, value) in branch.iter().filter_map(Item::entry) {
        if key.contains('=') {
            return Err(wrong(format!("cannot use keys with '=' in environment: {key}")));
        }
        let text = match value {
            Node::Map(_) | Node::List(_) => {
                return Err(wrong(format!("cannot use complex value in environment; offending key {key}")));
            }
            value => value.to_text(),
        };
        let text = text.filter(|text| !text.contains('\0'));
        values.push((key.to_string(), text.ok_or_else(|| wrong(format!("the value of {key} is no text")))?));
    }
    Ok(values)
}

fn shell(line: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", line]);
    command
}

/// Runs a command and ends as it ends, unless nobody is to wait for it.
fn run(mut command: Command, user: Option<&User>, in_background: bool) -> Result<Exit, Failure> {
    if in_background {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    }
    let started = match user {
        Some(user) => user.spawn(command),
        None => command.spawn(),
    };
    let mut started = started.map_err(not_run)?;
    if in_background {
        return Ok(Exit::Success);
    }
    let status = started.wait().map_err(not_run)?;
    let code = status.code().or(status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    Ok(match u8::try_from(code) {
        Ok(0) => Exit::Success,
        Ok(code) => Exit::Sops(code),
        Err(_) => Exit::Failure,
    })
}

fn not_run(error: std::io::Error) -> Failure {
    Failure::new(format!("/bin/sh cannot be run: {error}"))
}

pub(super) fn file(args: &ExecFile, global: &Global) -> Result<Exit, Failure> {
    let user = args.user.as_deref().map(User::named).transpose()?;
    let name = args.filename.as_deref().unwrap_or("tmp-file");
    let is_plain = Path::new(name).components().count() == 1 && !matches!(name, "." | ".." | "" | "/");
    if !is_plain {
        return Err(Failure::new("The provided filename is not a local path."));
    }
    let layout = rules::layout(global)?;
    let read = sealed::read(&args.file, &args.types.input)?;
    let opened = sealed::open(&read, &sealed::keys_for([&read.sealed]), false)?;
    let plain = opened.document.emit(args.types.out(&args.file)?, &layout).map_err(at(&args.file))?;
    let mut private = match &user {
        Some(user) => Private::for_another(user)?,
        None => Private::new()?,
    };
    // Nobody stays to fill a pipe.
    let is_file = args.no_fifo || args.background;
    let place = if is_file { private.file(name, &plain)? } else { pipe(&private, name, plain)? };
    if let Some(user) = &user {
        user.own(&place)?;
    }
    if args.background {
        private.leave()?;
    }
    // One directory, one name: nothing in it needs to be quoted.
    let mut command = shell(&args.command.replace("{}", &place.to_string_lossy()));
    command.envs(user.iter().flat_map(User::environment));
    run(command, user.as_ref(), args.background)
}

/// A name that can be read from once: what comes is in no file.
fn pipe(private: &Private, name: &str, plain: Zeroizing<Vec<u8>>) -> Result<std::path::PathBuf, Failure> {
    let path = private.path().join(name);
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0)
        .map_err(|error| Failure::with_code(3, format!("{}: cannot be made: {error}", path.display())))?;
    let to = path.clone();
    // Nobody waits for it: if the command never reads, the process ends without it.
    std::thread::spawn(move || std::fs::write(to, &*plain));
    Ok(path)
}
