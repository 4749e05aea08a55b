//! Makes certificates with keys of their own and says how long one takes, one number at a time and four at a time:
//! `cargo run --release -p weir-lanes --example keys [COUNT]`.

use std::cell::Cell;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use weir_template::{Env, Functions, Random, Set, Value};

/// The same keys whenever it is run: how long one takes is a matter of luck.
struct Xorshift(Cell<u64>);

impl Random for Xorshift {
    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            let mut state = self.0.get();
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            self.0.set(state);
            *byte = (state >> 32) as u8;
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args().nth(1).map_or(Ok(200), |count| count.parse::<u32>())?;
    let mut set = Set::new(Arc::new(Functions::sprig()));
    set.parse("t", "{{ (genSelfSignedCert \"a\" nil nil 365).Key }}").map_err(|error| error.to_string())?;
    let set = Arc::new(set);
    for (how, powers) in [("one", None), ("four", weir_lanes::powers())] {
        let random = Xorshift(Cell::new(0x2545_f491_4f6c_dd1d));
        let env = Env { random: Some(&random), powers, ..Env::default() };
        let mut out = Vec::new();
        let mut run = || {
            let start = Instant::now();
            set.execute("t", Value::Nil, &mut out, &env).map_err(|error| error.to_string())?;
            Ok::<_, String>(start.elapsed())
        };
        let first = run()?;
        let mut others = Duration::ZERO;
        for _ in 0..count {
            others += run()?;
        }
        println!("{how} at a time: the first {first:?}, each of {count} others {:?}", others / count);
    }
    Ok(())
}
