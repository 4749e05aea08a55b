//! TOML as the Go library of Helm writes and reads it.

mod read;
mod write;

pub(super) use read::read;
pub(super) use write::write;
