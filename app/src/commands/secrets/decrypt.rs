//! `weir secrets decrypt`.

use std::io::Read as _;
use std::path::Path;

use weir_secrets::{Format, Integrity, Keys, Layout, Sealed, Step, steps};
use zeroize::Zeroizing;

use super::sealed::{self, Read, at};
use super::{disk, each, output, rules};
use crate::cli::secrets::{Decrypt, Global};
use crate::exit::Failure;

pub(super) fn run(args: &Decrypt, global: &Global) -> Result<(), Failure> {
    let layout = rules::layout(global)?;
    let way = args
        .extract
        .as_deref()
        .map(steps)
        .transpose()
        .map_err(|error| Failure::with_code(91, format!("error parsing --extract path: {error}")))?;
    if args.files.is_empty() {
        return from_standard_input(args, &layout, way.as_deref());
    }
    let named = disk::named(&args.files, sealed::is_sealed)?;
    let files = &named.files;
    output::check_several(files, args.output.as_deref())?;
    let name = |path: &Path| args.filename_override.clone().unwrap_or_else(|| path.to_path_buf());
    let read = each::each(files, |path| {
        let sealed = Sealed::parse(&disk::read(path)?, args.types.input.of(&name(path))?);
        Ok(Read { path: path.to_path_buf(), sealed: sealed.map_err(at(path))? })
    })?;
    let keys = sealed::keys_for(read.iter().map(|read| &read.sealed));
    let plain = each::each(&read, |read| {
        open(read, &keys, args, args.types.out(&name(&read.path))?, (&layout, way.as_deref()))
    })?;
    output::all(files, &plain, args.in_place, args.output.as_deref())?;
    named.end()
}

fn from_standard_input(args: &Decrypt, layout: &Layout, way: Option<&[Step]>) -> Result<(), Failure> {
    if args.in_place {
        return Err(Failure::with_code(8, "cannot use --in-place when reading from stdin"));
    }
    let mut bytes = Vec::new();
    std::io::stdin().take(disk::LARGEST).read_to_end(&mut bytes)?;
    let name = args.filename_override.clone().unwrap_or_default();
    let path = Path::new("standard input");
    let sealed = Sealed::parse(&bytes, args.types.input.of(&name)?).map_err(at(path))?;
    let read = Read { path: path.to_path_buf(), sealed };
    let keys = sealed::keys_for([&read.sealed]);
    let plain = open(&read, &keys, args, args.types.out(&name)?, (layout, way))?;
    output::one(args.output.as_deref(), &plain)
}

fn open(
    read: &Read,
    keys: &Keys,
    args: &Decrypt,
    format: Format,
    (layout, way): (&Layout, Option<&[Step]>),
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let integrity = if args.ignore_mac { Integrity::Unchecked } else { Integrity::Checked };
    let opened = read.sealed.clone().open(keys, integrity).map_err(at(&read.path))?;
    match way {
        Some(way) => opened.document.extract(way, format, layout),
        None => opened.document.emit(format, layout),
    }
    .map_err(at(&read.path))
}
