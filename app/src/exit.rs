//! Exit codes, and failures that carry one.

use std::fmt;

use clap::error::ErrorKind;
use weir_cluster::ApiError;
use weir_files::Diagnostic;

/// How the process ends. The numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Success,
    /// Something failed, or is not ready.
    Failure,
    /// The command cannot be understood.
    Usage,
    /// What sops ends with in such a case.
    Sops(u8),
}

impl From<Exit> for u8 {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Success => 0,
            Exit::Failure => 1,
            Exit::Usage => 2,
            Exit::Sops(code) => code,
        }
    }
}

/// A command line that cannot be understood, or asks for help.
#[derive(Debug)]
pub(crate) struct Misuse {
    error: clap::Error,
    /// Where it is not understood.
    code: Exit,
}

impl Misuse {
    /// Of a command of our own.
    pub(crate) fn of_weir(error: clap::Error) -> Self {
        Self { error, code: Exit::Usage }
    }

    /// In the place of kustomize, which knows one exit code, and shows its help where nothing is asked for.
    pub(crate) fn of_kustomize(error: clap::Error) -> Self {
        let code = match error.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Exit::Success,
            _ => Exit::Failure,
        };
        Self { error, code }
    }

    /// In the place of helm, which is the same.
    pub(crate) fn of_helm(error: clap::Error) -> Self {
        Self::of_kustomize(error)
    }

    /// Says so.
    pub(crate) fn end(&self) -> Exit {
        // A closed output is no reason to fail.
        _ = self.error.print();
        match self.error.kind() {
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Success,
            _ => self.code,
        }
    }
}

/// Why a command could not do its work.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    code: Exit,
    message: String,
}

impl Failure {
    /// The work failed.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { code: Exit::Failure, message: message.into() }
    }

    /// The work failed, in the words of another tool.
    pub(crate) fn said(message: impl Into<String>) -> Self {
        Self::new(message)
    }

    /// The command makes no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { code: Exit::Usage, message: message.into() }
    }

    /// The work failed, and sops has a number for that.
    pub(crate) fn with_code(code: u8, message: impl Into<String>) -> Self {
        Self::with_exit(Exit::Sops(code), message)
    }

    /// The work failed in a certain way.
    pub(crate) fn with_exit(code: Exit, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// What failed, without a mark.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn code(&self) -> Exit {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.starts_with("error")
            || self.message.starts_with("Error: ")
            || self.message.starts_with('✗')
        {
            f.write_str(&self.message)
        } else {
            write!(f, "✗ {}", self.message)
        }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(error.to_string())
    }
}

impl From<Vec<Diagnostic>> for Failure {
    fn from(mut problems: Vec<Diagnostic>) -> Self {
        weir_files::sort_diagnostics(&mut problems);
        Self::new(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }
}

impl From<Diagnostic> for Failure {
    fn from(problem: Diagnostic) -> Self {
        Self::from(vec![problem])
    }
}
