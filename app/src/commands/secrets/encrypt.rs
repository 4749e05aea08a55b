//! `weir secrets encrypt`.

use std::io::Read as _;
use std::path::Path;

use weir_secrets::{Document, Format, Keys, Layout};

use super::entropy::{System, now};
use super::rules::{self, Rules};
use super::sealed::at;
use super::{disk, each, keyring, output};
use crate::cli::secrets::{Encrypt, Global};
use crate::exit::Failure;

pub(super) fn run(args: &Encrypt, global: &Global) -> Result<(), Failure> {
    let rules = Rules::here(global)?;
    let keys = keyring::at_hand(&Default::default());
    let layout = rules.layout();
    if args.files.is_empty() {
        let sealed = from_standard_input(args, &rules, &keys, &layout)?;
        return output::one(args.output.as_deref(), &sealed);
    }
    let files = disk::named(&args.files, |path| is_meant(path, &rules))?.all()?;
    output::check_several(&files, args.output.as_deref())?;
    let sealed = each::each(&files, |path| {
        let name = args.filename_override.as_deref().unwrap_or(path);
        encrypt(&disk::read(path)?, (path, name), args, &rules, (&keys, &layout))
    })?;
    output::all(&files, &sealed, args.in_place, args.output.as_deref())
}

fn from_standard_input(
    args: &Encrypt,
    rules: &Rules,
    keys: &Keys,
    layout: &Layout,
) -> Result<Vec<u8>, Failure> {
    if args.in_place {
        return Err(Failure::with_code(8, "cannot use --in-place when reading from stdin"));
    }
    let Some(name) = &args.filename_override else {
        return Err(Failure::with_code(8, "must specify --filename-override when reading from stdin"));
    };
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    std::io::stdin().take(disk::LARGEST).read_to_end(&mut bytes)?;
    encrypt(&bytes, (Path::new("standard input"), name), args, rules, (keys, layout))
}

/// A file below a directory that a rule is for, that is not one of the rules' own and not encrypted yet.
fn is_meant(path: &Path, rules: &Rules) -> Result<bool, Failure> {
    let is_rules = path.file_name().is_some_and(|name| name == rules::NAME);
    let is_ruled = || matches!(rules.recipe(path), Ok(Some(_)));
    Ok(!is_rules && is_ruled() && Format::detect(&disk::read(path)?).is_none())
}

fn encrypt(
    bytes: &[u8],
    (path, name): (&Path, &Path),
    args: &Encrypt,
    rules: &Rules,
    (keys, layout): (&Keys, &Layout),
) -> Result<Vec<u8>, Failure> {
    let (input, output) = (args.types.input.of(name)?, args.types.out(name)?);
    let document = Document::parse(bytes, input).map_err(at(path))?;
    // Before anybody is asked for keys.
    if document.has_metadata(output) {
        return Err(at(path)(weir_secrets::SecretError::AlreadyEncrypted));
    }
    let recipe = rules::recipe(rules, name, input, (&args.keys, &args.rule))?;
    let sealed = document.encrypt(&recipe, keys, output, &mut System::open()?, now()).map_err(at(path))?;
    sealed.emit(output, layout).map_err(at(path))
}
