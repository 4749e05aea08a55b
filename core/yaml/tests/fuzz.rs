//! Mutated texts: nothing may panic, and what is read, printed and edited must agree with itself.
//!
//! `WEIR_FUZZ` sets how many texts are tried, `WEIR_FUZZ_SEED` which ones.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test may read its corpus and settings and say how many texts it tried"
)]

use weir_yaml::edit::{EditError, insert, remove, set};
use weir_yaml::{
    Dialect, Document, Node, NodeKind, PathStep, Value, first_from_yaml, from_yaml, parse, to_yaml,
    to_yaml_v3, wanted_from_yaml,
};

/// xorshift64*: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 16) as usize % end.max(1)
    }

    fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len())]
    }
}

const PIECES: [&str; 70] = [
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "\r",
    "\r\n",
    ":",
    ": ",
    "-",
    "- ",
    "?",
    "? ",
    "#",
    " # c",
    "\n# c\n",
    "'",
    "\"",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "!",
    "!!str ",
    "!!int ",
    "|",
    ">",
    "|-\n ",
    ">+\n ",
    "|2\n ",
    "%",
    "%YAML 1.1\n",
    "@",
    "`",
    "<<: *a\n",
    "---\n",
    "...\n",
    "\\",
    "\\x",
    "\\u00e9",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{7f}",
    "é",
    "🙂",
    "~",
    "null",
    "yes",
    "1e3",
    "0x1F",
    "1:30",
    "2001-01-01",
    ".inf",
    "=",
    "\0",
    "x",
    "''",
    "\n  more",
    " 'a''b \n   c'",
    " \"a\\n \n   b\"",
    "\\\n  ",
    "\\ ",
    " >-\n   ",
    " |\n",
    "\n   ",
    "# c\n---\n",
];

fn boundary(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at)
}

fn mutate(random: &mut Random, text: &mut String, corpus: &[String]) {
    let at = boundary(text, random.below(text.len() + 1));
    match random.below(8) {
        0 => {
            let end = boundary(text, (at + 1 + random.below(8)).min(text.len())).max(at);
            text.replace_range(at..end, "");
        }
        1..=3 => text.insert_str(at, random.pick(&PIECES)),
        4 => text.truncate(at),
        5 => {
            let other = &corpus[random.below(corpus.len())];
            let start = boundary(other, random.below(other.len()));
            let end = boundary(other, (start + random.below(60)).min(other.len())).max(start);
            text.insert_str(at, &other[start..end]);
        }
        6 => {
            let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
            text.insert_str(line, random.pick(&[" ", "  ", "- ", "\t", "k: "]));
        }
        _ => {
            let end = boundary(text, (at + random.below(40)).min(text.len())).max(at);
            let copy = text[at..end].to_string();
            text.insert_str(end, &copy);
        }
    }
}

/// What is printed is read as the same again, and prints the same.
fn check_printing(value: &Value) {
    // Go prints this key without quotes and then takes it for a merge.
    if has_merge_key(value) {
        return;
    }
    let Ok(text) = to_yaml(value) else { return };
    for dialect in [Dialect::Sigs, Dialect::V3] {
        let again = first_from_yaml(&text, dialect);
        let again = again.unwrap_or_else(|error| panic!("{error} in what was printed:\n{text}"));
        let stable = to_yaml(&again).expect("it was printed before");
        // Line breaks of YAML that JSON does not know are folded once, on the way out.
        if !text.contains("\\N") && !value_has(value, '\u{85}') {
            assert!(again.means(value), "{value:?}\nprinted as\n{text}\nread as {again:?}");
        }
        if dialect == Dialect::Sigs {
            assert_eq!(stable, text);
        }
    }
    for (indent, compact) in [(2, false), (2, true), (4, false), (4, true)] {
        let text = to_yaml_v3(value, indent, compact).expect("yaml.v3 prints everything");
        // yaml.v3 itself cannot read such a text where it stands in a list, nor a block that begins with a tab.
        if text.contains("|4") || begins_with_tab(value) {
            continue;
        }
        let again = first_from_yaml(&text, Dialect::V3);
        let again = again.unwrap_or_else(|error| panic!("{error} in what was printed:\n{text}"));
        assert!(again.means(value), "{value:?}\nprinted as\n{text}\nread as {again:?}");
    }
}

fn has_merge_key(value: &Value) -> bool {
    match value {
        Value::List(list) => list.iter().any(has_merge_key),
        Value::Map(map) => map.iter().any(|(key, value)| key.as_str() == "<<" || has_merge_key(value)),
        _ => false,
    }
}

/// True if a text of several lines begins with a tab.
fn begins_with_tab(value: &Value) -> bool {
    let is_it = |text: &str| text.starts_with('\t') && text.contains('\n');
    match value {
        Value::Map(map) => map.iter().any(|(key, value)| is_it(key) || begins_with_tab(value)),
        Value::List(list) => list.iter().any(begins_with_tab),
        other => other.as_str().is_some_and(is_it),
    }
}

fn value_has(value: &Value, c: char) -> bool {
    match value {
        Value::String(text) => text.contains(c),
        Value::List(list) => list.iter().any(|item| value_has(item, c)),
        Value::Map(map) => map.iter().any(|(key, value)| key.contains(c) || value_has(value, c)),
        _ => false,
    }
}

/// A random place in a document.
fn some_path<'d>(random: &mut Random, document: &'d Document<'_>) -> Vec<PathStep<'d>> {
    let mut path = Vec::new();
    let mut node = document.root();
    while let Some(at) = node.filter(|_| random.below(4) > 0) {
        node = match at.kind() {
            NodeKind::Mapping => {
                let entries: Vec<_> = at.entries().collect();
                let Some((key, value)) = entries.get(random.below(entries.len())).copied() else { break };
                let Some(name) = key.scalar() else { break };
                path.push(PathStep::Key(name));
                Some(value)
            }
            NodeKind::Sequence => {
                let items: Vec<Node<'_, '_>> = at.items().collect();
                let index = random.below(items.len());
                let Some(item) = items.get(index).copied() else { break };
                path.push(PathStep::Index(index));
                Some(item)
            }
            NodeKind::Scalar | NodeKind::Alias => break,
        };
        if matches!(node.map(|node| node.kind()), Some(NodeKind::Mapping)) && random.below(6) == 0 {
            path.push(PathStep::Key("added"));
            break;
        }
    }
    path
}

/// Where the lines of comments right above this offset begin.
fn above_comments(text: &str, at: usize) -> usize {
    let lines = text[..at].split_inclusive('\n').rev().take_while(|line| line.trim_start().starts_with('#'));
    at - lines.map(str::len).sum::<usize>()
}

/// Edits keep what is before and behind them.
fn check_editing(random: &mut Random, text: &str) {
    let Ok(documents) = parse(text) else { return };
    if documents.is_empty() {
        return;
    }
    let at = random.below(documents.len());
    let path = some_path(random, &documents[at]);
    let new: Value = match random.below(5) {
        0 => "text".into(),
        1 => Value::Int(7),
        2 => "two\nlines\n".into(),
        3 => Value::from([("k", Value::from(vec!["v".into()]))]),
        _ => "a: b, c".into(),
    };
    // The indentation of a line goes with the line.
    let before = text[..documents[at].span().start as usize].trim_end_matches(' ').len();
    let (edited, before): (Result<String, EditError>, usize) = match random.below(4) {
        0 | 1 => (set(text, at, &path, &new), before),
        2 => (remove(text, at, &path), before),
        // The comments above an item are its own: what comes before the item comes before them.
        _ => (insert(text, at, &path, 0, &new), above_comments(text, before)),
    };
    let Ok(edited) = edited else { return };
    let behind = text.len() - documents.get(at + 1).map_or(text.len(), |next| next.span().start as usize);
    assert!(edited.starts_with(&text[..before]), "{text:?}\nbecame\n{edited:?}");
    assert!(edited.ends_with(&text[text.len() - behind..]), "{text:?}\nbecame\n{edited:?}");
}

/// The short way of reading agrees with the long one, into which an odd line break in front leads.
fn check_short_way(text: &str) {
    if text.starts_with('\u{feff}') {
        return;
    }
    for dialect in [Dialect::Sigs, Dialect::SigsStrict, Dialect::V3, Dialect::Spelled] {
        let long = from_yaml(&format!("\u{2028}{text}"), dialect).ok();
        let short = from_yaml(text, dialect).ok();
        assert_eq!(short, long, "{text:?}");
        let all = short.iter().flatten().zip(long.iter().flatten());
        assert!(all.into_iter().all(|(short, long)| same_layout(short, long)), "{text:?}");
        // go-yaml looks for forbidden characters piece by piece: what is in front can move one behind the first document.
        if !text.contains(is_forbidden) {
            let long = first_from_yaml(&format!("\u{2028}{text}"), dialect).ok();
            assert_eq!(first_from_yaml(text, dialect).ok(), long, "{text:?}");
        }
    }
}

fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Equality does not look at the layout of maps.
fn same_layout(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Map(one), Value::Map(other)) => {
            one.layout() == other.layout() && one.values().zip(other.values()).all(|(a, b)| same_layout(a, b))
        }
        (Value::List(one), Value::List(other)) => {
            one.iter().zip(other.iter()).all(|(a, b)| same_layout(a, b))
        }
        _ => true,
    }
}

/// Of what is wanted nothing is lost, and nothing wrong is taken.
fn check_wanted(text: &str) {
    let wanted = |path: &[&str]| path.iter().all(|key| key.len().is_multiple_of(2));
    let (some, whole) = (wanted_from_yaml(text, &wanted), first_from_yaml(text, Dialect::Sigs));
    assert_eq!(some.is_ok(), whole.is_ok(), "{text:?}");
    let (Ok(some), Ok(whole)) = (some, whole) else { return };
    let (Some(some), Some(whole)) = (some.as_map(), whole.as_map()) else {
        assert_eq!(some, whole, "{text:?}");
        return;
    };
    for (key, whole) in whole.iter().filter(|(key, _)| wanted(&[key])) {
        match (some.get(key).and_then(Value::as_map), whole.as_map()) {
            (Some(some), Some(whole)) => {
                for (below, value) in whole.iter().filter(|(below, _)| wanted(&[key, below])) {
                    assert_eq!(some.get(below), Some(value), "{text:?}");
                }
            }
            _ => assert_eq!(some.get(key), Some(whole), "{text:?}"),
        }
    }
}

fn check(random: &mut Random, text: &str) {
    check_wanted(text);
    check_short_way(text);
    for document in parse(text).unwrap_or_default() {
        if let Some(node) = document.root() {
            let _ = (node.span(), node.comments(), node.to_value(Dialect::V3));
            assert!(text.get(node.span().range()).is_some(), "spans lie in the text: {text:?}");
        }
    }
    for dialect in [Dialect::Sigs, Dialect::SigsStrict, Dialect::V3, Dialect::Spelled] {
        for mut value in from_yaml(text, dialect).unwrap_or_default() {
            value.forget_spelling();
            check_printing(&value);
        }
    }
    check_editing(random, text);
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn fuzz_yaml() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus is part of the repository")
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    names.sort();
    let corpus: Vec<String> =
        names.iter().map(|name| std::fs::read_to_string(name).expect("corpus files are UTF-8")).collect();
    let count = setting("WEIR_FUZZ", 2000);
    let seed = setting("WEIR_FUZZ_SEED", 1);
    let mut plain = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    for text in &corpus {
        check(&mut plain, text);
    }
    for at in 0..count {
        let mut random = Random((seed << 40 ^ at).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut text = corpus[random.below(corpus.len())].clone();
        for _ in 0..=random.below(5) {
            mutate(&mut random, &mut text, &corpus);
        }
        if setting("WEIR_FUZZ_SHOW", u64::MAX) == at {
            println!("{text}");
        }
        let result = std::panic::catch_unwind(move || check(&mut random, &text));
        assert!(result.is_ok(), "text {at} of seed {seed} fails; show it with WEIR_FUZZ_SHOW={at}");
    }
    println!("fuzz yaml: {count} texts of seed {seed}");
}
