//! A tree as a tar archive that is the same whenever and wherever it is made.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};
use weir_files::{Entry, RootedPath, Tree};

/// Writes all files of the tree: sorted, without owners and times, with one of three modes.
pub(super) fn write(tree: &Tree, out: impl Write) -> io::Result<()> {
    let mut archive = Builder::new(GzEncoder::new(out, Compression::default()));
    directory(tree, &RootedPath::root(), &mut archive)?;
    archive.into_inner()?.finish()?.flush()
}

fn directory<W: Write>(tree: &Tree, path: &RootedPath, archive: &mut Builder<W>) -> io::Result<()> {
    if !path.is_root() {
        let mut header = header(EntryType::Directory, 0, 0o750);
        archive.append_data(&mut header, path.as_str(), io::empty())?;
    }
    for (name, entry) in tree.list_to_walk(path).map_err(io::Error::other)? {
        let child = path.child(&name);
        match entry {
            Entry::Directory => directory(tree, &child, archive)?,
            Entry::File { executable, .. } => {
                let bytes = tree.read(&child).map_err(io::Error::other)?;
                let mode = if executable { 0o700 } else { 0o600 };
                let mut header = header(EntryType::Regular, bytes.len() as u64, mode);
                archive.append_data(&mut header, child.as_str(), &bytes[..])?;
            }
            Entry::Link(_) => {}
        }
    }
    Ok(())
}

fn header(kind: EntryType, size: u64, mode: u32) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header
}
