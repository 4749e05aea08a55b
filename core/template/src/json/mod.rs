//! JSON as encoding/json reads and writes it, straight from and to values, with its errors.

mod print;
mod read;

pub(crate) use print::{pretty, raw, to_json};
pub(crate) use read::read;

use crate::error::Error;
use crate::value::Value;

impl Value {
    /// JSON as encoding/json writes it, with `<`, `>` and `&` escaped.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        to_json(self)
    }

    /// Reads JSON; numbers are floats. The errors are those of encoding/json.
    pub fn from_json(text: &[u8]) -> Result<Self, Error> {
        let (value, error) = read(text);
        error.map_or(Ok(value), Err)
    }

    /// The same, but with what could be read in spite of an error: a number that is too large is nil.
    pub fn from_json_partly(text: &[u8]) -> (Self, Option<Error>) {
        read(text)
    }
}
