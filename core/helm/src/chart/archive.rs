//! Charts as archives: unpacked into memory, within limits, and nothing with a name that leads out of the chart.

use std::io::Read as _;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use weir_files::Bytes;

use super::File;
use crate::error::Error;
use crate::path;
use crate::quote::quoted;

/// The most that all files of an archive may come to.
pub const MAX_CHART: u64 = 100 * 1024 * 1024;
/// The most that one file of a chart may have.
pub const MAX_FILE: u64 = 5 * 1024 * 1024;

/// Why an archive could not be unpacked.
pub(crate) enum Unpack {
    /// It is not compressed as it should be.
    NoGzip,
    /// Anything else.
    Other(Error),
}

impl From<Error> for Unpack {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// The files of a `.tgz`, without the directory that holds them all.
pub(crate) fn unpack(archive: &[u8]) -> Result<Vec<File>, Unpack> {
    if archive.is_empty() {
        return Err(Error::new("EOF").into());
    }
    if archive.len() < 10 {
        return Err(Error::new("unexpected EOF").into());
    }
    if !archive.starts_with(b"\x1f\x8b\x08") {
        return Err(Unpack::NoGzip);
    }
    // A bomb is not unpacked any further than what may be in a chart.
    let limited = MultiGzDecoder::new(archive).take(MAX_CHART + MAX_CHART / 4);
    let mut tar = tar::Archive::new(limited);
    let (mut files, mut left) = (Vec::new(), MAX_CHART);
    let entries = tar.entries().map_err(|error| Error::new(error.to_string()))?;
    for entry in entries {
        let mut entry = entry.map_err(|error| broken(&error))?;
        let kind = entry.header().entry_type();
        let raw = entry.path_bytes().into_owned();
        let listed = String::from_utf8_lossy(&raw).into_owned();
        if kind.is_dir() || listed.ends_with('/') || kind.is_pax_global_extensions() {
            continue;
        }
        let name = inner_name(&listed)?;
        let size = entry.size();
        if size > left {
            return Err(too_large().into());
        }
        if size > MAX_FILE {
            let name = quoted(&listed);
            let message =
                format!("decompressed chart file {name} is larger than the maximum file size {MAX_FILE}");
            return Err(Error::new(message).into());
        }
        let mut data = Vec::new();
        let holds_data = !(kind.is_symlink() || kind.is_hard_link());
        if holds_data {
            entry.by_ref().take(left).read_to_end(&mut data).map_err(|error| broken(&error))?;
        }
        left = left.saturating_sub(data.len() as u64);
        if left == 0 || holds_data && (data.len() as u64) < size {
            return Err(too_large().into());
        }
        files.push(File { name, data: without_mark(Arc::from(data)).into() });
    }
    if files.is_empty() {
        return Err(Error::new("no files in chart archive").into());
    }
    Ok(files)
}

fn broken(error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => Error::new("unexpected EOF"),
        _ => Error::new(error.to_string()),
    }
}

fn too_large() -> Error {
    Error::new(format!("decompressed chart is larger than the maximum size {MAX_CHART}"))
}

/// The path below the first directory of the archive.
fn inner_name(listed: &str) -> Result<String, Error> {
    let delimiter = if listed.contains('\\') { '\\' } else { '/' };
    let (first, rest) = listed.split_once(delimiter).unwrap_or((listed, ""));
    let name = rest.replace(delimiter, "/");
    if name.starts_with('/') {
        return Err(Error::new("chart illegally contains absolute paths"));
    }
    let name = path::clean(&name);
    if name == "." {
        let listed = quoted(listed);
        return Err(Error::new(format!(
            "chart illegally contains content outside the base directory: {listed}"
        )));
    }
    if name.starts_with("..") {
        return Err(Error::new("chart illegally references parent directory"));
    }
    if let [drive, b':', b'/', ..] = name.as_bytes()
        && drive.is_ascii_alphabetic()
    {
        return Err(Error::new("chart contains illegally named files"));
    }
    if first == "Chart.yaml" {
        return Err(Error::new("chart yaml not in base directory"));
    }
    Ok(name)
}

/// The content without the mark that some editors put before UTF-8.
pub(super) fn without_mark(data: Bytes) -> Bytes {
    match data.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => Arc::from(rest),
        None => data,
    }
}

/// The files of an archive, without the directory that holds them all.
pub fn archive_files(archive: &[u8]) -> Result<Vec<File>, Error> {
    unpack(archive).map_err(|why| match why {
        Unpack::NoGzip => Error::new("gzip: invalid header"),
        Unpack::Other(error) => error,
    })
}

/// Says so where a file is something else than an archive.
pub(super) fn ensure_archive(bytes: &[u8], shown: &str) -> Result<(), Error> {
    if bytes.starts_with(b"\x1f\x8b\x08") {
        return Ok(());
    }
    if shown.ends_with(".yml") || shown.ends_with(".yaml") {
        return Err(Error::new(format!(
            "file '{shown}' seems to be a YAML file, but expected a gzipped archive"
        )));
    }
    let is_text = bytes.iter().take(512).all(|byte| *byte >= 0x20 || b"\t\n\r\x0c\x1b".contains(byte));
    // Go reads into a buffer of 512 bytes, and what is not filled makes a short text binary.
    let kind =
        if is_text && bytes.len() >= 512 { "text/plain; charset=utf-8" } else { "application/octet-stream" };
    Err(Error::new(format!("file '{shown}' does not appear to be a gzipped archive; got '{kind}'")))
}
