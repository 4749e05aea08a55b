//! How the program is linked.

use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // At a place that is known, as Go's programs are: otherwise some fifty thousand addresses are written into the
    // program whenever it starts, which takes longer than to render a small chart.
    let is_gnu_linux = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux")
        && std::env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu");
    if is_gnu_linux {
        println!("cargo:rustc-link-arg-bins=-no-pie");
        link_unwinder();
    }
}

/// Takes what prints backtraces into the program, where the linker has it: to load the library that it comes in takes a
/// tenth of the time of a short command. Linkers that look for it only later take the library, as ever.
fn link_unwinder() {
    println!("cargo:rerun-if-env-changed=RUSTC_LINKER");
    let linker = std::env::var_os("RUSTC_LINKER").unwrap_or_else(|| "cc".into());
    let said = Command::new(linker).arg("-print-file-name=libgcc_eh.a").output();
    let path = said.ok().and_then(|said| String::from_utf8(said.stdout).ok()).unwrap_or_default();
    let path = PathBuf::from(path.trim());
    // Only its name, if it is not known.
    if let Some(directory) = path.parent().filter(|_| path.is_absolute() && path.is_file()) {
        println!("cargo:rustc-link-search=native={}", directory.display());
        println!("cargo:rustc-link-lib=static:-bundle=gcc_eh");
    }
}
