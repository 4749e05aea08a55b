//! Random trees of kustomizations, built here and by the real kustomize: the same bytes, or an error from both.
//!
//! `KUSTOMIZE` names the real binary (default `~/.cache/weir-peers/bin/kustomize`, made by `testbed/peers.sh kustomize`);
//! `WEIR_TREES` says how many trees (default 100), `WEIR_SEED` where to begin. Trees that differ are made as small as
//! possible and left in `WEIR_TREES_OUT`. `WEIR_TREES_ERRORS` shows what the real one says of trees that fail in both.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests run programs, read files and say what they compared"
)]

mod breakage;
mod fields;
mod laws;
mod layers;
mod objects;
mod patches;
mod plugins;
mod random;
mod real;
mod shrink;
mod yaml;

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use real::{Agreement, Kustomize};

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn builds_random_trees_as_kustomize_does() {
    let Some(kustomize) = Kustomize::find() else { return };
    let (first, count) = (setting("WEIR_SEED", 1), setting("WEIR_TREES", 100));
    let most = setting("WEIR_TREES_MOST", 10);
    let out = std::env::var_os("WEIR_TREES_OUT").map(PathBuf::from);
    let shows_errors = std::env::var_os("WEIR_TREES_ERRORS").is_some();
    let next = AtomicU64::new(first);
    let (same, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let different = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..setting("WEIR_THREADS", 2) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count || different.lock().unwrap().len() as u64 >= most {
                        return;
                    }
                    let files = layers::tree(seed);
                    match kustomize.compare(&files) {
                        Agreement::Same => same.fetch_add(1, Ordering::Relaxed),
                        Agreement::BothFail(why) => {
                            if shows_errors {
                                println!("seed {seed} fails in both: {}", why.trim_end());
                            }
                            failed.fetch_add(1, Ordering::Relaxed)
                        }
                        Agreement::Different(what) => {
                            let small = shrink::shrink(&kustomize, files, &what);
                            let what = match kustomize.compare(&small) {
                                Agreement::Different(what) => what,
                                _ => what,
                            };
                            if let Some(out) = &out {
                                real::write(&small, &out.join(seed.to_string()));
                            }
                            different.lock().unwrap().push(format!(
                                "seed {seed}: {}\n{}",
                                what.text,
                                shrink::show(&small)
                            ));
                            0
                        }
                    };
                }
            });
        }
    });
    let different = different.into_inner().unwrap();
    println!(
        "random trees: {} same, {} fail in both, {} different",
        same.into_inner(),
        failed.into_inner(),
        different.len()
    );
    assert!(different.is_empty(), "{}", different.join("\n"));
}
