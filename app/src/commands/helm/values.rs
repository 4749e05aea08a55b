//! The values that flags and files give.

use std::io::Read as _;
use std::sync::Arc;

use weir_files::Bytes;
use weir_helm::values::{Given, ValueOptions};
use weir_yaml::Map;

use crate::cli::helm::ValueArgs;
use crate::commands::remotes::file_behind;
use crate::exit::Failure;

fn options(args: &ValueArgs) -> ValueOptions {
    ValueOptions {
        files: args.files.clone(),
        json: args.set_json.clone(),
        set: args.set.clone(),
        strings: args.set_string.clone(),
        set_files: args.set_file.clone(),
        literals: args.set_literal.clone(),
    }
}

/// All of them together.
pub(super) fn merged(args: &ValueArgs) -> Result<Map, Failure> {
    options(args).merged(&mut read).map_err(|error| Failure::said(format!("Error: {error}")))
}

/// Each source by itself, the one that counts most first. Standard input was read before and says nothing now.
pub(super) fn given(args: &ValueArgs) -> Vec<Given> {
    let mut options = options(args);
    options.files.retain(|file| file.trim() != "-");
    options.given(&mut read)
}

/// What is in a file.
fn read(name: &str) -> Result<Bytes, String> {
    if name.trim() == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        return Ok(Arc::from(bytes));
    }
    if name.starts_with("http://") || name.starts_with("https://") {
        return file_behind(name);
    }
    std::fs::read(name).map(Arc::from).map_err(|error| format!("open {name}: {}", go_words(&error)))
}

/// What Go says of a file that cannot be read.
pub(super) fn go_words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_string(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_string(),
        std::io::ErrorKind::IsADirectory => "is a directory".to_string(),
        std::io::ErrorKind::NotADirectory => "not a directory".to_string(),
        _ => error.to_string(),
    }
}
