//! How long parsing and executing takes; run by hand, beside the same in Go.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measurement reads files and the clock and prints"
)]

use std::sync::Arc;
use std::time::Instant;

use weir_template::{Answer, Env, Function, Functions, MissingKey, Set, Value};

/// `WEIR_SPEED` names a folder with a template `t.tpl` and data `v.json`.
#[test]
fn speed() {
    let Some(folder) = std::env::var_os("WEIR_SPEED") else { return };
    let folder = std::path::Path::new(&folder);
    let text = std::fs::read_to_string(folder.join("t.tpl")).unwrap();
    let data = Value::from_json(&std::fs::read(folder.join("v.json")).unwrap()).unwrap();
    let mut functions = Functions::sprig();
    functions.add(
        "include",
        Function::executing("string, any -> string", |call, args| {
            let name = args[0].as_str().cloned().unwrap();
            Ok(Answer::execute(Arc::clone(call.set()), name, args[1].clone(), |written| {
                written.map(|written| Value::str(written.as_slice()))
            }))
        }),
    );
    let functions = Arc::new(functions);
    let parse = || {
        let mut set = Set::new(Arc::clone(&functions)).with_missing_key(MissingKey::Zero);
        set.parse("t", text.as_str()).unwrap();
        set
    };
    let rounds = 1000;
    let start = Instant::now();
    for _ in 0..rounds {
        std::hint::black_box(parse());
    }
    let parsing = start.elapsed() / rounds;
    let set = Arc::new(parse());
    let mut out = Vec::new();
    let start = Instant::now();
    for _ in 0..rounds {
        out.clear();
        set.execute("t", data.clone(), &mut out, &Env::default()).unwrap();
    }
    println!("parse {parsing:?} exec {:?}, {} bytes", start.elapsed() / rounds, out.len());
    std::fs::write(folder.join("weir.out"), &out).unwrap();
    let start = Instant::now();
    for _ in 0..rounds {
        out.clear();
        set.execute_traced("t", data.clone(), &mut out, &Env::default()).0.unwrap();
    }
    println!("traced {:?}", start.elapsed() / rounds);
    let start = Instant::now();
    std::hint::black_box(Functions::sprig());
    println!("functions {:?}", start.elapsed());
}
