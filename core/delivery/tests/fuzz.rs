//! Texts of any kind with variables in them: nothing panics or hangs, what comes out is no larger than is allowed, and
//! filling in what has no variables changes nothing. `WEIR_FUZZ` sets how often, `WEIR_FUZZ_SEED` where to begin.

#![expect(clippy::disallowed_methods, reason = "tests read settings")]

use weir_delivery::envsubst::{Variables, envsubst};

const PIECES: [&str; 34] = [
    "$", "{", "}", "${", "$$", "$${", ":", "-", "=", "+", "?", ":-", ":=", "/", "//", "/#", "/%", "#", "##",
    "%", "%%", ",", "^", "@", "*", "\\", "a", "b_1", "0", "9", " ", "\n", "'\"", "ü",
];

/// A small generator: the same seed gives the same inputs.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }

    fn text(&mut self, pieces: usize) -> String {
        (0..self.below(pieces)).map(|_| PIECES[self.below(PIECES.len())]).collect()
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn nothing_panics() {
    let mut random = Random(number("WEIR_FUZZ_SEED", 1) | 1);
    for _ in 0..number("WEIR_FUZZ", 20_000) {
        let text = random.text(24);
        let mut variables = Variables::new();
        for name in ["a", "b_1"] {
            if random.below(3) > 0 {
                variables.insert(name.to_string(), random.text(6).into_bytes());
            }
        }
        for strict in [true, false] {
            let filled = envsubst(&text, &variables, strict);
            if let (Ok(filled), false) = (filled, text.contains('$')) {
                assert_eq!(filled, text.as_bytes());
            }
        }
    }
}
