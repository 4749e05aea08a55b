//! Mutated templates: nothing may panic, nothing may go beyond the limits, and what executes twice gives the same twice.
//!
//! `WEIR_FUZZ` sets how many texts are tried, `WEIR_FUZZ_SEED` which ones.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test may read its corpus and settings and say how many texts it tried"
)]

use std::cell::Cell;
use std::sync::Arc;

use weir_template::{Answer, Env, Function, Functions, Limits, MissingKey, Random, Set, Value};
use weir_yaml::from_json;

/// xorshift64*: small, and the same everywhere.
struct Xorshift(Cell<u64>);

impl Xorshift {
    fn next(&self) -> u64 {
        let mut state = self.0.get();
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        self.0.set(state);
        state.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&self, end: usize) -> usize {
        (self.next() >> 16) as usize % end.max(1)
    }
}

impl Random for Xorshift {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.iter_mut().for_each(|byte| *byte = self.next() as u8);
    }
}

const PIECES: [&str; 56] = [
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{ ",
    " }}",
    "{{/*",
    "*/}}",
    "|",
    "(",
    ")",
    ".",
    "$",
    "$x",
    ".m",
    ".l",
    ".s",
    ".nil",
    ":=",
    "=",
    ",",
    "'",
    "\"",
    "`",
    "\\",
    "\n",
    " ",
    "nil",
    "true",
    "1",
    "-1",
    "0x",
    "1e9",
    "1_0",
    "9999999999",
    "0.5",
    "if ",
    "else",
    "end",
    "range ",
    "with ",
    "define \"d\"",
    "template \"d\" .",
    "block \"e\" .",
    "break",
    "continue",
    "include \"a\" .",
    "tpl .s .",
    "printf \"%v\"",
    "%*d",
    "%[2]q",
    "set .m \"k\" .m",
    "list",
    "dict",
    "é",
    "\u{0}",
];

fn mutate(random: &Xorshift, text: &mut Vec<u8>, corpus: &[Vec<u8>]) {
    let at = random.below(text.len() + 1);
    match random.below(8) {
        0 => {
            let end = (at + 1 + random.below(8)).min(text.len());
            text.drain(at.min(end)..end);
        }
        1..=3 => {
            let piece = PIECES[random.below(PIECES.len())].bytes();
            text.splice(at..at, piece);
        }
        4 => text.truncate(at),
        5 => {
            let other = &corpus[random.below(corpus.len())];
            let start = random.below(other.len());
            let end = (start + random.below(60)).min(other.len());
            text.splice(at..at, other[start..end].iter().copied());
        }
        6 => {
            if let Some(byte) = text.get_mut(at) {
                *byte = random.next() as u8;
            }
        }
        _ => {
            let end = (at + random.below(40)).min(text.len());
            let copy = text[at.min(end)..end].to_vec();
            text.splice(end..end, copy);
        }
    }
}

fn functions() -> Functions {
    let mut functions = Functions::sprig();
    let text = |args: &[Value], at: usize| {
        args.get(at).and_then(Value::as_str).cloned().unwrap_or_else(|| "".into())
    };
    functions.add(
        "include",
        Function::executing("string, any -> string", move |call, args| {
            let data = args.get(1).cloned().unwrap_or_default();
            Ok(Answer::execute(Arc::clone(call.set()), text(args, 0), data, |written| {
                written.map(|written| Value::str(written.as_slice()))
            }))
        }),
    );
    functions.add(
        "tpl",
        Function::executing("string, any -> string", move |call, args| {
            let set = call.parse("tpl", &text(args, 0)).map_err(|error| error.wrap("cannot parse: "))?;
            let data = args.get(1).cloned().unwrap_or_default();
            Ok(Answer::execute(set, "tpl", data, |written| {
                written.map(|written| Value::str(written.as_slice()))
            }))
        }),
    );
    // These take their time whatever they are given.
    ["genPrivateKey", "genCA", "genSelfSignedCert", "genSignedCert", "bcrypt", "htpasswd", "derivePassword"]
        .into_iter()
        .for_each(|name| functions.remove(name));
    functions
}

/// What comes out, or the error.
fn execute(set: &Arc<Set>, limits: Limits) -> Result<Vec<u8>, String> {
    let data = br#"{"s":"some \"text\"","n":1,"t":true,"f":false,"nil":null,"l":[1,2,"a",null,[3]],"m":{"x":1,"y":{"z":[]}}}"#;
    let data = Value::from_yaml(&from_json(data).map_err(|error| error.to_string())?);
    let random = Xorshift(Cell::new(1));
    let env = Env { limits, random: Some(&random), now: (1_700_000_000, 5), ..Env::default() };
    let mut out = Vec::new();
    let done = set.execute("t", data, &mut out, &env);
    assert!(out.len() as u64 <= limits.output + (1 << 21), "the limit of the output holds");
    match done {
        Ok(()) => Ok(out),
        Err(error) => {
            assert!(error.chain().count() > 0, "an error has a text");
            Err(error.to_string())
        }
    }
}

fn corpus() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    files.sort();
    files.iter().flat_map(std::fs::read).collect()
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
fn nothing_panics() {
    let corpus = corpus();
    let random = Xorshift(Cell::new(setting("WEIR_FUZZ_SEED", 7) | 1));
    let count = setting("WEIR_FUZZ", 20_000);
    let functions = Arc::new(functions());
    let limits = Limits { depth: 1000, steps: 20_000, output: 1 << 18 };
    let mut executed = 0;
    for _ in 0..count {
        let mut text = corpus[random.below(corpus.len())].clone();
        // Single lines of the corpus get further than the whole.
        let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').collect();
        if random.below(3) > 0 {
            text = lines[random.below(lines.len())].to_vec();
        }
        for _ in 0..1 + random.below(4) {
            mutate(&random, &mut text, &corpus);
        }
        let mut set = Set::new(Arc::clone(&functions)).with_missing_key(MissingKey::Zero);
        if set.parse("t", text.clone()).is_err() {
            continue;
        }
        executed += 1;
        let set = Arc::new(set);
        let first = execute(&set, limits);
        assert_eq!(first, execute(&set, limits), "{}", String::from_utf8_lossy(&text));
    }
    println!("{count} mutated templates, {executed} of them executed");
}

#[test]
fn deep_nesting_is_an_error() {
    let functions = Arc::new(functions());
    for (open, close) in
        [("(", ")"), ("{{ if 1 }}", "{{ end }}"), ("{{ range .l }}", "{{ end }}"), ("{{ define \"a\" }}", "")]
    {
        for depth in [300, 100_000] {
            let text = format!("{{{{ 1 }}}}{}{}", open.repeat(depth), close.repeat(depth));
            let text = if open == "(" {
                format!("{{{{ {} 1 {} }}}}", open.repeat(depth), close.repeat(depth))
            } else {
                text
            };
            let mut set = Set::new(Arc::clone(&functions));
            let parsed = set.parse("t", text);
            assert!(parsed.is_ok() || depth > 300 || open.contains("define"), "{open} {depth}: {parsed:?}");
        }
    }
    let mut set = Set::new(functions);
    let chain = format!("{{{{ if 0 }}}}{}{{{{ end }}}}", "{{ else if 0 }}x".repeat(100_000));
    assert!(set.parse("t", chain).is_err());
}

#[test]
fn values_that_hold_themselves_and_doubling_end() {
    let functions = Arc::new(functions());
    let limits = Limits { depth: 1000, steps: 100_000, output: 1 << 20 };
    for text in [
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $d }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ toJson $d }}{{ mustToJson $d }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ deepCopy $d }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $e := dict }}{{ $_ := set $e \"d\" $e }}{{ deepEqual $d $e }}",
        "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $e := dict }}{{ $_ := set $e \"d\" $e }}{{ merge $d $e }}",
        "{{ $s := \"xx\" }}{{ range until 60 }}{{ $s = print $s $s }}{{ end }}",
        "{{ $l := list 1 2 }}{{ range until 60 }}{{ $l = concat $l $l }}{{ end }}",
        "{{ repeat 1000000000000 \"x\" }}",
        "{{ repeat 100000 \"x\" | replace \"\" (repeat 100000 \"y\") }}",
        "{{ until 1000000000000 }}",
        "{{ range $i, $_ := until 10000 }}{{ range until 10000 }}{{ end }}{{ end }}",
        "{{ uniq (until 20000) }}",
        "{{ include \"t\" . }}",
        "{{ tpl \"{{ tpl .s . }}\" (dict \"s\" \"{{ tpl .s . }}\") }}",
    ] {
        let mut set = Set::new(Arc::clone(&functions));
        assert!(set.parse("t", text).is_ok(), "{text}");
        let done = execute(&Arc::new(set), limits);
        assert!(done.is_err(), "{text}: {:?}", done.map(|out| out.len()));
    }
}
