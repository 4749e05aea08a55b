//! Mutated documents, metadata, configurations and ways end without a panic, and what can be read can be written and
//! read again. `WEIR_FUZZ` says how many inputs to try, `WEIR_FUZZ_SEED` which ones.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read files and settings")]

use std::path::PathBuf;

use weir_secrets::{
    Branch, Config, Document, Entropy, Format, Integrity, Item, Keys, Layout, Node, Opened, Sealed,
    SecretError, steps,
};

/// A small generator: the same seed gives the same inputs.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

impl Entropy for Random {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.iter_mut().for_each(|byte| *byte = (self.next() >> 32) as u8);
    }
}

const FORMATS: [(Format, &str); 5] = [
    (Format::Yaml, "yaml"),
    (Format::Json, "json"),
    (Format::Dotenv, "env"),
    (Format::Ini, "ini"),
    (Format::Binary, "bin"),
];

fn read(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name)).unwrap()
}

/// Words that matter to what reads them.
const WORDS: &[&str] = &[
    "#",
    "# c",
    "sops:",
    "sops_",
    "ENC[AES256_GCM,data:",
    ",iv:",
    "]",
    "[",
    "{",
    "}",
    "\"",
    "'",
    "`",
    "\"\"\"",
    "\\",
    "\\u",
    "\\ud83d",
    "=",
    ":",
    ": ",
    "- ",
    "---\n",
    "\n",
    "\r\n",
    "\t",
    "    ",
    "null",
    "true",
    "1e400",
    "-",
    "0x",
    "!!binary ",
    "!!int ",
    "&a ",
    "*a",
    "<<: ",
    "? ",
    "|\n",
    ">-\n",
    "__map_",
    "__list_0",
    "__list_9999999999",
    "[sops]",
    ";",
    "\u{feff}",
    "\u{2028}",
    "age: []",
    "kms:",
    "key_groups:",
    "shamir_threshold: 300",
    "mac:",
    "lastmodified:",
    "2026-13-01T",
    "merge:",
    "creation_rules:",
    "path_regex: (",
    "stores:",
    "indent: -2",
    "encrypted_regex: x",
    "encrypted_suffix:",
];

fn mutated(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(40)).min(bytes.len());
        match random.below(7) {
            0 => _ = bytes.drain(at..end),
            1 | 2 => {
                let word = WORDS[random.below(WORDS.len())];
                bytes.splice(at..at, word.bytes());
            }
            3 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            4 => bytes.truncate(at),
            5 => {
                let copied = bytes[at..end].to_vec();
                let to = random.below(bytes.len() + 1);
                bytes.splice(to..to, copied);
            }
            _ => {
                // A line to another place.
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let mut lines: Vec<_> = text.split_inclusive('\n').collect();
                if !lines.is_empty() {
                    let line = lines.remove(random.below(lines.len()));
                    lines.insert(random.below(lines.len() + 1), line);
                }
                bytes = lines.concat().into_bytes();
            }
        }
    }
    bytes
}

/// What is the same after it was encrypted: all but where comments stand, and those of lists that say nothing.
fn essence(document: &Document) -> Vec<Branch> {
    fn branch(items: &Branch) -> Branch {
        let entry = |item: &Item| item.entry().map(|(key, value)| Item::Entry(key.to_string(), node(value)));
        items.iter().filter_map(entry).collect()
    }
    fn node(value: &Node) -> Node {
        match value {
            Node::Map(items) => Node::Map(branch(items)),
            Node::List(items) => {
                Node::List(items.iter().filter(|item| !matches!(item, Node::Comment(_))).map(node).collect())
            }
            // Whole ones are written without a dot, and so read as what they are.
            Node::Float(number) if number.fract() == 0.0 && number.abs() < 9e18 => Node::Int(*number as i64),
            // Nothing is equal to what is no number.
            Node::Float(number) if number.is_nan() => Node::from("NaN"),
            leaf => leaf.clone(),
        }
    }
    document.branches().iter().map(branch).collect()
}

/// go-yaml promises a wrong indentation for some texts that begin with a space or an empty line, and sops with it.
fn is_lost(text: &[u8]) -> bool {
    text.windows(2).any(|pair| pair == b"|4")
}

/// Where an input is kept that fails.
fn kept(bytes: &[u8]) -> String {
    let file = std::env::temp_dir().join("weir-secrets-fuzz-input");
    std::fs::write(&file, bytes).unwrap();
    format!("see {}", file.display())
}

fn failed<T>(error: &SecretError, bytes: &[u8]) -> T {
    panic!("{error}: {}", kept(bytes))
}

fn plain_laws(bytes: &[u8], format: Format, opened: &Opened, keys: &Keys, random: &mut Random) {
    let Ok(document) = Document::parse(bytes, format) else { return };
    for (to, _) in FORMATS {
        let Ok(text) = document.emit(to, &Layout::default()) else { continue };
        if to == format && format != Format::Ini && !is_lost(&text) {
            let again = Document::parse(&text, format).unwrap_or_else(|error| failed(&error, bytes));
            let (before, after) = (essence(&document), essence(&again));
            assert!(before == after, "{format:?} {}", kept(bytes));
        }
    }
    if random.below(8) != 0 {
        return;
    }
    let mut opened = opened.clone();
    opened.document = document.clone();
    match opened.seal(format, random, 0) {
        Ok(sealed) => {
            let back = sealed.open(keys, Integrity::Checked);
            let back = back.unwrap_or_else(|error| failed(&error, bytes));
            assert!(essence(&back.document) == essence(&document), "{}", kept(bytes));
        }
        Err(error) => assert!(
            matches!(error, SecretError::AlreadyEncrypted | SecretError::Empty | SecretError::Encrypt { .. }),
            "{error}"
        ),
    }
}

fn sealed_laws(bytes: &[u8], format: Format, keys: &Keys, random: &mut Random) {
    let Ok(sealed) = Sealed::parse(bytes, format) else { return };
    let text = sealed.emit(format, &Layout::default());
    if format != Format::Ini
        && let Ok(text) = text
        && !is_lost(&text)
    {
        Sealed::parse(&text, format).unwrap_or_else(|error| failed(&error, bytes));
    }
    let keys = if random.below(4) == 0 { keys } else { &Keys::default() };
    let integrity = if random.below(2) == 0 { Integrity::Checked } else { Integrity::Unchecked };
    if let Ok(opened) = sealed.open(keys, integrity) {
        let _ = opened.document.emit(format, &Layout::with_indent(2));
        let _ = opened.seal(format, random, i64::MAX);
    }
}

const CONFIG: &str = "creation_rules:\n  - path_regex: ^secrets/.*\\.yaml$\n    encrypted_regex: ^(data|stringData)$\n    \
                      age: >-\n      age1w3yqs7jl6fmwf5rwpwl6gsc4fhjgn7ppxmjtlxrmwy004gxu0v6qquavgs,\n      \
                      age133l4mvmkqjn532pl6f0ag2hqxt2qj7ta2urqy6gcu0j083l5mpuszdtdc5\n  - key_groups:\n      - merge:\n          \
                      - pgp: [AB, CD]\n        kms:\n          - {arn: a, role: b, context: {c: d}}\n      - hc_vault: \
                      [https://v:8200/v1/e/keys/k]\n        azure_keyvault: [{vaultUrl: https://v, key: k, version: w}]\n    \
                      shamir_threshold: 2\n    mac_only_encrypted: true\n  - gcp_kms: r\n    hckms: ['r:k']\n    \
                      azure_keyvault: https://v/keys/k/w\nstores:\n  yaml: {indent: 2}\n  json: {indent: -1}\n\
                      destination_rules:\n  - s3_bucket: b\n";

fn config_laws(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(config) = Config::parse(&text) {
        for path in ["secrets/a.yaml", "", "x/../y"] {
            let _ = config.rule_for(path);
        }
    }
}

fn way_laws(bytes: &[u8], document: &Document) {
    let Ok(way) = steps(&String::from_utf8_lossy(bytes)) else { return };
    let mut document = document.clone();
    let _ = document.extract(&way, Format::Json, &Layout::default());
    let _ = document.unset(&way);
    if document.set(&way, Node::Int(1)) == Ok(true) {
        let _ = document.emit(Format::Yaml, &Layout::default()).unwrap();
    }
}

#[test]
fn nothing_panics() {
    let setting =
        |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let mut random = Random(setting("WEIR_FUZZ_SEED", 0x9e37_79b9_7f4a_7c15));
    let mut keys = Keys::default();
    keys.add_age(&String::from_utf8(read("keys/age-1.txt")).unwrap()).unwrap();
    let plain: Vec<_> = FORMATS.map(|(format, end)| (format, read(&format!("plain.{end}")))).into();
    let sealed: Vec<_> = FORMATS.map(|(format, end)| (format, read(&format!("all.sealed.{end}")))).into();
    let opened = Sealed::parse(&sealed[0].1, Format::Yaml).unwrap().open(&keys, Integrity::Checked).unwrap();
    let ways = b"[\"metadata\"][\"labels\"][\"app\"]['list'][3][0]".to_vec();
    for _ in 0..setting("WEIR_FUZZ", 3000) {
        let at = random.below(FORMATS.len());
        match random.below(5) {
            0 | 1 => {
                let bytes = mutated(&plain[at].1, &mut random);
                plain_laws(&bytes, plain[at].0, &opened, &keys, &mut random);
            }
            2 | 3 => {
                let bytes = mutated(&sealed[at].1, &mut random);
                let format = if random.below(9) == 0 { FORMATS[random.below(5)].0 } else { sealed[at].0 };
                sealed_laws(&bytes, format, &keys, &mut random);
            }
            _ if at == 0 => way_laws(&mutated(&ways, &mut random), &opened.document),
            _ => config_laws(&mutated(CONFIG.as_bytes(), &mut random)),
        }
    }
}
