//! base64 and base32, checksums, and paths.

use sha2::{Digest as _, Sha256, Sha512};

use super::args::text;
use super::path;
use crate::encode::{self, hex};
use crate::function::Functions;
use crate::value::Value;

pub(super) fn register(functions: &mut Functions) {
    functions
        .with("b64enc", "string -> string", |_, args| Ok(encode::base64(text(args, 0)).into()))
        .with("b64dec", "string -> string", |_, args| {
            Ok(decoded(encode::from_base64(text(args, 0)), "base64"))
        })
        .with("b32enc", "string -> string", |_, args| Ok(encode::base32(text(args, 0)).into()))
        .with("b32dec", "string -> string", |_, args| {
            Ok(decoded(encode::from_base32(text(args, 0)), "base32"))
        })
        .with("sha1sum", "string -> string", |_, args| Ok(hex(&sha1::Sha1::digest(text(args, 0))).into()))
        .with("sha256sum", "string -> string", |_, args| Ok(hex(&Sha256::digest(text(args, 0))).into()))
        .with("sha512sum", "string -> string", |_, args| Ok(hex(&Sha512::digest(text(args, 0))).into()))
        .with("adler32sum", "string -> string", |_, args| Ok(adler32(text(args, 0)).to_string().into()));
    // The paths of the operating system are those of Unix, wherever this runs.
    for (name, os_name) in [("base", "osBase"), ("dir", "osDir"), ("clean", "osClean"), ("ext", "osExt")] {
        let body = match name {
            "base" => |_: &mut crate::Call<'_>, args: &[Value]| Ok(Value::str(path::base(text(args, 0)))),
            "dir" => |_: &mut crate::Call<'_>, args: &[Value]| Ok(Value::from(path::dir(text(args, 0)))),
            "clean" => |_: &mut crate::Call<'_>, args: &[Value]| Ok(Value::from(path::clean(text(args, 0)))),
            _ => |_: &mut crate::Call<'_>, args: &[Value]| Ok(Value::str(path::extension(text(args, 0)))),
        };
        functions.with(name, "string -> string", body).with(os_name, "string -> string", body);
    }
    functions.with("isAbs", "string -> bool", |_, args| Ok(text(args, 0).starts_with(b"/").into())).with(
        "osIsAbs",
        "string -> bool",
        |_, args| Ok(text(args, 0).starts_with(b"/").into()),
    );
}

/// What was decoded, or the text of the error in its place.
fn decoded(bytes: Result<Vec<u8>, usize>, name: &str) -> Value {
    match bytes {
        Ok(bytes) => bytes.into(),
        Err(at) => format!("illegal {name} data at input byte {at}").into(),
    }
}

fn adler32(text: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in text {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    b << 16 | a
}
