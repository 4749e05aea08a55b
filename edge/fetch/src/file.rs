//! A file over http or https.

use std::time::Duration;

use crate::web::{Access, Client, Patience, Request};

/// The content of the file behind a URL, of no more than this many bytes. Proxies are those of the environment.
pub fn fetch_file(url: &str, timeout: Duration, limit: u64) -> Result<Vec<u8>, String> {
    let patience = Patience { timeout, ..Patience::default() };
    let client = Client::new(&Access::default(), patience)?;
    let read = client.exchange(&Request::get(url), |mut answer| answer.bytes(limit));
    read.map_err(|error| format!("'{}' cannot be fetched: {}", error.url, error.cause))
}
