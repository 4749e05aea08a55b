//! `weir secrets edit`.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use weir_secrets::{Document, Format, Layout, Opened, SecretError};
use zeroize::Zeroizing;

use super::entropy::{System, now};
use super::private::Private;
use super::rules::{self, Rules};
use super::sealed::{self, at};
use super::{disk, keyring};
use crate::cli::secrets::{Edit, Global};
use crate::exit::Failure;
use crate::output::say;

pub(super) fn run(args: &Edit, global: &Global) -> Result<(), Failure> {
    if args.show_master_keys {
        return Err(Failure::usage(
            "not supported yet: --show-master-keys; `weir secrets keys FILE` names them",
        ));
    }
    let rules = Rules::here(global)?;
    let format = args.types.out(&args.file)?;
    let mut opened = if args.file.exists() { open(args)? } else { begin(args, &rules)? };
    opened.document = edited(args, &opened, format, &rules.layout())?;
    opened.raise_version();
    let sealed = opened.seal(format, &mut System::open()?, now()).map_err(at(&args.file))?;
    disk::replace(&args.file, &sealed.emit(format, &rules.layout()).map_err(at(&args.file))?)
}

fn open(args: &Edit) -> Result<Opened, Failure> {
    let read = sealed::read(&args.file, &args.types.input)?;
    let keys = sealed::keys_for([&read.sealed]);
    sealed::open(&read, &keys, args.ignore_mac)
}

/// A new file, for whom the rules say.
fn begin(args: &Edit, rules: &Rules) -> Result<Opened, Failure> {
    let format = args.types.input.of(&args.file)?;
    let recipe = rules::recipe(rules, &args.file, format, (&args.keys, &args.rule))?;
    let keys = keyring::at_hand(&Default::default());
    let example = Document::parse(example(format), format).map_err(at(&args.file))?;
    Opened::begin(example, &recipe, &keys, &mut System::open()?, now()).map_err(at(&args.file))
}

/// What an editor begins with.
fn example(format: Format) -> &'static [u8] {
    match format {
        Format::Yaml => {
            b"# Everything here is encrypted when you leave the editor.\nexample_key: example_value\n"
        }
        Format::Json => b"{\n\t\"example_key\": \"example_value\"\n}\n",
        Format::Dotenv => {
            b"# Everything here is encrypted when you leave the editor.\nexample_key=example_value\n"
        }
        Format::Ini => b"[example]\nexample_key = example_value\n",
        Format::Binary => b"Everything here is encrypted when you leave the editor.\n",
    }
}

/// What the user makes of it. A text that cannot be read is shown to them again.
fn edited(args: &Edit, opened: &Opened, format: Format, layout: &Layout) -> Result<Document, Failure> {
    let before = opened.document.emit(format, layout).map_err(at(&args.file))?;
    let private = Private::new()?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let file = private.file(&name, &before)?;
    let input = args.types.input.of(&args.file)?;
    loop {
        run_editor(&file)?;
        let after = Zeroizing::new(disk::read(&file)?);
        if *after == *before {
            return Err(Failure::with_code(200, "File has not changed, exiting."));
        }
        let problem = match Document::parse(&after, input) {
            Ok(document) if document.branches().is_empty() => SecretError::Empty,
            Ok(document) if document.has_metadata(format) => SecretError::AlreadyEncrypted,
            Ok(document) => return Ok(document),
            Err(problem) => problem,
        };
        say(&format!(
            "✗ {}: {problem}\nPress enter to return to the editor, or Ctrl+C to leave.",
            args.file.display()
        ));
        if std::io::stdin().read(&mut [0])? == 0 {
            return Err(at(&args.file)(problem));
        }
    }
}

fn run_editor(file: &Path) -> Result<(), Failure> {
    let words = editor()?;
    let failed = |cause: String| Failure::with_code(201, format!("Could not run editor: {cause}"));
    let (program, arguments) = words.split_first().ok_or_else(|| failed("it has no name".to_string()))?;
    let status = Command::new(program).args(arguments).arg(file).status();
    let status = status.map_err(|error| failed(format!("{}: {error}", program.display())))?;
    if status.success() { Ok(()) } else { Err(failed(format!("{}: {status}", program.display()))) }
}

fn editor() -> Result<Vec<OsString>, Failure> {
    for variable in ["SOPS_EDITOR", "EDITOR"] {
        if let Some(line) = std::env::var(variable).ok().filter(|line| !line.is_empty()) {
            let words = shlex::split(&line).filter(|words| !words.is_empty());
            let words =
                words.ok_or_else(|| Failure::with_code(201, format!("invalid ${variable}: {line}")))?;
            return Ok(words.into_iter().map(OsString::from).collect());
        }
    }
    let paths: Vec<_> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let is_there = |name: &&str| paths.iter().any(|path: &std::path::PathBuf| path.join(name).is_file());
    let found = ["vim", "nano", "vi"].into_iter().find(is_there).map(|name| vec![OsString::from(name)]);
    found.ok_or_else(|| Failure::with_code(201, "no editor: set SOPS_EDITOR or EDITOR"))
}
