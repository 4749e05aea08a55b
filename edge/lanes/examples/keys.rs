//! Makes certificates with keys of their own and says how long one takes, one number at a time and several:
//! `cargo run --release -p weir-lanes --example keys [COUNT] [LANES]`.

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
    let argument = |at| std::env::args().nth(at).map(|number| number.parse::<u32>()).transpose();
    let (count, only) = (argument(1)?.unwrap_or(200), argument(2)?);
    let mut set = Set::new(Arc::new(Functions::sprig()));
    set.parse("t", "{{ (genSelfSignedCert \"a\" nil nil 365).Key }}").map_err(|error| error.to_string())?;
    let set = Arc::new(set);
    for powers in std::iter::once(None).chain(weir_lanes::all().into_iter().map(Some)) {
        let lanes = powers.map_or(1, |powers| powers.lanes());
        if only.is_some_and(|only| only as usize != lanes) {
            continue;
        }
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
        println!("{lanes} at a time: the first {first:?}, each of {count} others {:?}", others / count);
    }
    Ok(())
}
