//! Questions that only somebody at the terminal can answer.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use weir_secrets::Asks;
use zeroize::Zeroizing;

use crate::output::say;

/// The terminal of this process, whatever its input and output are.
pub(super) struct Terminal;

impl Asks for Terminal {
    fn passphrase(&self, name: &str, is_again: bool) -> Option<Zeroizing<String>> {
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
        let before = if is_again { "That was a wrong one. " } else { "" };
        let question = format!("{before}Enter passphrase for \"{name}\": ");
        let answer = terminal.and_then(|terminal| ask(&terminal, &question));
        answer
            .inspect_err(|error| say(&format!("⚠ {name}: its passphrase cannot be asked for: {error}")))
            .ok()
    }
}

/// A line that is not shown while it is typed.
fn ask(mut terminal: &File, question: &str) -> std::io::Result<Zeroizing<String>> {
    terminal.write_all(question.as_bytes())?;
    let shown = tcgetattr(terminal)?;
    let mut hidden = shown.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    tcsetattr(terminal, OptionalActions::Flush, &hidden)?;
    let restored = Restored { terminal, shown };
    let mut line = Zeroizing::new(String::with_capacity(256));
    BufReader::new(terminal).read_line(&mut line)?;
    drop(restored);
    terminal.write_all(b"\n")?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_string()))
}

/// Shows again what is typed, whatever happens.
struct Restored<'t> {
    terminal: &'t File,
    shown: Termios,
}

impl Drop for Restored<'_> {
    fn drop(&mut self) {
        _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.shown);
    }
}
