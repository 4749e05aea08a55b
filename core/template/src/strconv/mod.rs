//! Go's strconv: numbers and quoted texts from and to bytes.

mod float;
mod int;
mod quote;

pub(crate) use float::{format_float, parse_float};
pub(crate) use int::{NumberError, parse_int, parse_uint};
pub(crate) use quote::{can_backquote, quote, quote_ascii, quote_rune, unicode, unquote, unquote_char};
