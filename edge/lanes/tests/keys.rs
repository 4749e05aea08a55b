//! The same random bytes give the same keys, whether powers are raised one at a time or several, by one thread or by several.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use weir_template::{Env, Functions, Helpers, Powers, Random, Set, Value};

struct Xorshift(AtomicU64);

impl Random for Xorshift {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            let mut state = self.0.load(Ordering::Relaxed);
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            self.0.store(state, Ordering::Relaxed);
            *byte = (state >> 32) as u8;
        }
    }
}

struct Threads;

impl Helpers for Threads {
    fn count(&self) -> usize {
        4
    }

    fn share(&self, _: usize, task: &(dyn Fn(usize) + Sync)) {
        std::thread::scope(|scope| (0..4).for_each(|worker| _ = scope.spawn(move || task(worker))));
    }
}

const TEMPLATE: &str = r#"{{ $ca := genCA "ca" 365 }}{{ $own := genSignedCert "a" nil nil 365 $ca }}
{{- $ca.Key }}{{ $ca.Cert }}{{ $own.Key }}{{ $own.Cert }}"#;

fn keys(seed: u64, helpers: Option<&dyn Helpers>, powers: Option<&dyn Powers>) -> String {
    let mut set = Set::new(Arc::new(Functions::sprig()));
    set.parse("t", TEMPLATE).expect("it parses");
    let random = Xorshift(AtomicU64::new(seed));
    let env = Env { random: Some(&random), helpers, powers, ..Env::default() };
    let mut out = Vec::new();
    Arc::new(set).execute("t", Value::Nil, &mut out, &env).expect("there are keys");
    String::from_utf8(out).expect("PEM is text")
}

#[test]
fn keys_are_the_same_however_they_are_found() {
    for seed in 1..=if cfg!(debug_assertions) { 5 } else { 50 } {
        let expected = keys(seed, None, None);
        assert!(expected.contains("RSA PRIVATE KEY"), "{expected}");
        assert_eq!(keys(seed, Some(&Threads), None), expected);
        for powers in weir_lanes::all() {
            assert_eq!(keys(seed, None, Some(powers)), expected);
            assert_eq!(keys(seed, Some(&Threads), Some(powers)), expected);
        }
    }
}
