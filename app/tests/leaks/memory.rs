//! The memory of another process, as a core dump would have it.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// All that it has written to, with the name of each region; nothing where the system does not show it.
pub(crate) fn of(process: &Path) -> Option<Vec<(String, Vec<u8>)>> {
    let maps = std::fs::read_to_string(process.join("maps")).ok()?;
    let mut memory = File::open(process.join("mem")).ok()?;
    let mut regions = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (Some(range), Some(rights)) = (words.next(), words.next()) else { continue };
        let Some((from, to)) = range.split_once('-') else { continue };
        let (Ok(from), Ok(to)) = (u64::from_str_radix(from, 16), u64::from_str_radix(to, 16)) else {
            continue;
        };
        if rights.starts_with("rw") {
            regions.push((format!("its memory, {line}"), read(&mut memory, from, to)));
        }
    }
    regions.iter().any(|(_, bytes)| !bytes.is_empty()).then_some(regions)
}

/// What can be read of a region: what was never touched is not there.
fn read(memory: &mut File, from: u64, to: u64) -> Vec<u8> {
    const STEP: u64 = 1 << 20;
    let mut bytes = Vec::new();
    let mut at = from;
    while at < to {
        let mut part = vec![0; usize::try_from(STEP.min(to - at)).unwrap()];
        if memory.seek(SeekFrom::Start(at)).and_then(|_| memory.read_exact(&mut part)).is_ok() {
            bytes.extend(part);
        }
        at += STEP;
    }
    bytes
}

/// Whether bytes are somewhere in others.
pub(crate) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}
