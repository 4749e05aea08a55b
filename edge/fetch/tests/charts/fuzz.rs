//! Indexes of any bytes: nothing that reads them may panic or hang. `WEIR_FUZZ` sets how often, `WEIR_FUZZ_SEED` where to
//! begin.

use weir_fetch::Index;

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }
}

const BLOCK: &str = "apiVersion: v1\nentries:\n  a:\n  - name: a\n    version: 1.0.0\n    urls: [a.tgz]\n    description: |\n      x\n  \
    - name: a\n    version: 1.1.0-rc.1\n    digest: ab\n  \"b c\": []\n  c:\n    - {name: c, version: 2}\ngenerated: x\n";
const JSON: &str =
    r#"{"apiVersion":"v1","entries":{"a":[{"name":"a","version":"1.0.0","urls":["a.tgz"]},null],"b":null}}"#;
const FLOW: &str = "apiVersion: v1\nentries: {a: [{name: a, version: 1.0.0, urls: [a.tgz]}]}\n";
const PIECES: [&str; 20] = [
    "\n",
    "  ",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "#",
    "&a ",
    "*a",
    "---\n",
    "entries:\n",
    "|\n",
    "null",
    "1e9",
    "\u{0}",
    "é",
];

fn changed(random: &mut Random, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random.below(5) {
        let at = random.below(bytes.len() + 1);
        match random.below(5) {
            0 if at < bytes.len() => bytes[at] = u8::try_from(random.below(256)).unwrap(),
            1 if at < bytes.len() => _ = bytes.remove(at),
            2 => bytes.truncate(at),
            3 => {
                let end = (at + random.below(40)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                _ = bytes.splice(at..at, piece.bytes());
            }
        }
    }
    bytes
}

#[test]
fn indexes_of_any_bytes_are_read() {
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let (count, seed) = (number("WEIR_FUZZ", 1_000), number("WEIR_FUZZ_SEED", 1));
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let file = std::env::temp_dir().join(format!("weir-fuzz-index-{}", std::process::id()));
    let index = Index::new(&file, "https://charts.example.com");
    for _ in 0..count {
        let text = [BLOCK, JSON, FLOW][random.below(3)];
        std::fs::write(&file, changed(&mut random, text)).unwrap();
        _ = index.pick("a", ["", "^1", "1.0.0"][random.below(3)]);
        _ = index.for_each_whole(|name, entries| assert!(entries.iter().all(|entry| entry.name == name)));
    }
    std::fs::remove_file(&file).unwrap();
}
