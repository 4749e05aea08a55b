//! How the program is linked.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // At a place that is known, as Go's programs are: otherwise some fifty thousand addresses are written into the
    // program whenever it starts, which takes longer than to render a small chart.
    let is_gnu_linux = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux")
        && std::env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu");
    if is_gnu_linux {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
}
