//! `weir secrets edit`.

use std::ffi::OsString;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use weir_secrets::{Document, Format, Keys, Layout, Opened, SecretError};
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
    let rules = Rules::here(global)?;
    let format = args.types.out(&args.file)?;
    let (mut opened, keys) = if args.file.exists() { open(args)? } else { begin(args, &rules)? };
    edit(args, &mut opened, &keys, (format, &rules.layout()))?;
    opened.raise_version();
    let sealed = opened.seal(format, &mut System::open()?, now()).map_err(at(&args.file))?;
    disk::replace(&args.file, &sealed.emit(format, &rules.layout()).map_err(at(&args.file))?)
}

fn open(args: &Edit) -> Result<(Opened, Keys), Failure> {
    let read = sealed::read(&args.file, &args.types.input)?;
    let keys = sealed::keys_for([&read.sealed]);
    Ok((sealed::open(&read, &keys, args.ignore_mac)?, keys))
}

/// A new file, for whom the rules say.
fn begin(args: &Edit, rules: &Rules) -> Result<(Opened, Keys), Failure> {
    let format = args.types.input.of(&args.file)?;
    let recipe = rules::recipe(rules, &args.file, format, (&args.keys, &args.rule))?;
    let keys = keyring::at_hand(&Default::default());
    let example = Document::parse(example(format), format).map_err(at(&args.file))?;
    let begun = Opened::begin(example, &recipe, &keys, &mut System::open()?, now());
    Ok((begun.map_err(at(&args.file))?, keys))
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

/// The document becomes what the user makes of it. A text that cannot be read is shown to them again.
fn edit(
    args: &Edit,
    opened: &mut Opened,
    keys: &Keys,
    (format, layout): (Format, &Layout),
) -> Result<(), Failure> {
    let before = match args.show_master_keys {
        true => opened.emit_with_keys(format, layout, now()),
        false => opened.document.emit(format, layout),
    };
    let before = before.map_err(at(&args.file))?;
    let private = Private::new()?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let file = private.file(&name, &before)?;
    loop {
        run_editor(&file)?;
        let after = Zeroizing::new(disk::read(&file)?);
        if *after == *before {
            return Err(Failure::with_code(200, "File has not changed, exiting."));
        }
        let taken = match args.show_master_keys {
            true => opened.take_with_keys(&after, format, keys, &mut System::open()?, now()),
            false => document(&after, args.types.input.of(&args.file)?, format)
                .map(|document| opened.document = document),
        };
        let Err(problem) = taken else { return Ok(()) };
        say(&format!(
            "✗ {}: {problem}\nPress enter to return to the editor, or Ctrl+C to leave.",
            args.file.display()
        ));
        if std::io::stdin().read(&mut [0])? == 0 {
            return Err(at(&args.file)(problem));
        }
    }
}

/// A document that can be encrypted.
fn document(text: &[u8], input: Format, output: Format) -> Result<Document, SecretError> {
    let document = Document::parse(text, input)?;
    if document.branches().is_empty() {
        return Err(SecretError::Empty);
    }
    if document.has_metadata(output) {
        return Err(SecretError::AlreadyEncrypted);
    }
    Ok(document)
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
