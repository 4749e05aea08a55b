//! Go's text/template as of Go 1.26, with fmt, strconv and time as far as templates show them, and sprig 3.3.
//!
//! [`Set`] holds parsed templates, [`Functions`] what they may call, [`Value`] what they work on. Texts, errors and
//! types are those of Go. Charts, clusters, files and the network are not known here; time and randomness are given
//! by the caller in [`Env`].
//!
//! ```
//! use std::sync::Arc;
//! use weir_template::{Env, Functions, Set, Value};
//!
//! let mut set = Set::new(Arc::new(Functions::sprig()));
//! set.parse("greeting", "Hello {{ .name | upper }}!")?;
//! let data = Value::from_json(br#"{"name": "weir"}"#)?;
//! let mut out = Vec::new();
//! Arc::new(set).execute("greeting", data, &mut out, &Env::default())?;
//! assert_eq!(out, b"Hello WEIR!");
//! # Ok::<(), weir_template::Error>(())
//! ```

mod bigint;
mod builtin;
mod encode;
mod env;
mod error;
mod function;
mod hash;
mod json;
mod parse;
mod print;
pub mod regexp;
mod run;
mod rune;
mod set;
mod share;
mod sprig;
mod strconv;
mod time;
mod value;

pub use env::{Env, Helpers, Limits, Parsed, Power, Powers, Random, Wide, Zones};
pub use error::{At, Error, ErrorKind};
pub use function::{Answer, Call, Execute, Function, Functions, Signature};
pub use hash::{Quick, QuickHasher};
pub use run::Origin;
pub use set::{MissingKey, Set};
pub use share::each;
pub use value::{IntKind, Kind, List, Map, Object, Str, Type, Value, Watch};
