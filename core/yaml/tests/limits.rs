//! Hostile texts are errors, quickly, and never an overflow.

use weir_yaml::{Dialect, first_from_yaml, from_yaml, parse};

const DIALECTS: [Dialect; 3] = [Dialect::Sigs, Dialect::SigsStrict, Dialect::V3];

#[test]
fn deep_nesting_is_an_error() {
    let compact = "- ".repeat(50_000);
    let lines: String = (0..3000).map(|depth| " ".repeat(depth) + "a:\n").collect();
    for text in ["[".repeat(100_000), "{a: ".repeat(100_000), compact, lines, "[{".repeat(100_000)] {
        assert!(parse(&text).is_err());
        for dialect in DIALECTS {
            assert!(from_yaml(&text, dialect).is_err());
        }
    }
    let allowed = "[".repeat(999) + &"]".repeat(999);
    assert!(from_yaml(&allowed, Dialect::V3).is_ok());
}

#[test]
fn depth_by_aliases_is_an_error() {
    let mut text = String::from("a0: &a0 [x]\n");
    for at in 1..5000 {
        text.push_str(&format!("a{at}: &a{at} [*a{}]\n", at - 1));
    }
    for dialect in DIALECTS {
        assert!(from_yaml(&text, dialect).is_err());
    }
}

#[test]
fn billion_laughs_is_an_error() {
    let mut text = String::from("a: &a [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (name, before) in "bcdefghijk".chars().zip("abcdefghij".chars()) {
        let aliases = vec![format!("*{before}"); 9].join(", ");
        text.push_str(&format!("{name}: &{name} [{aliases}]\n"));
    }
    for dialect in DIALECTS {
        let error = from_yaml(&text, dialect).unwrap_err();
        assert_eq!(error.message, "document contains excessive aliasing");
    }
    // The tree of nodes does not expand anything.
    assert!(parse(&text).is_ok());
}

#[test]
fn an_anchor_inside_of_itself_is_an_error() {
    for text in ["&a [*a]", "a: &a {b: *a}", "&a {<<: *a}"] {
        for dialect in DIALECTS {
            let error = from_yaml(text, dialect).unwrap_err();
            assert_eq!(error.message, "anchor 'a' value contains itself", "{text}");
        }
    }
}

#[test]
fn long_texts_of_one_kind_are_quick() {
    for piece in ["a: 1\n", "# c\n", "\n", "? ", "&a ", "- ", "'", "\"", "|\n", "*a ", "[]: ", "a\n\n"] {
        let text = piece.repeat(200_000 / piece.len());
        _ = parse(&text);
        for dialect in DIALECTS {
            _ = from_yaml(&text, dialect);
        }
    }
}

/// go-yaml reads 512 bytes, looks for characters that no YAML may have, and reads on: the first document may end before.
#[test]
fn forbidden_characters_spoil_what_is_read_with_them() {
    let first = "a: 1\n%YAML 1.1\n";
    for (at, is_read) in [(500, false), (511, false), (512, true), (600, true)] {
        let text = format!("{first}#{}\n \0\n", "x".repeat(at - first.len() - 3));
        assert_eq!(text.find('\0'), Some(at));
        let read = first_from_yaml(&text, Dialect::Sigs);
        assert_eq!(read.is_ok(), is_read, "{at}: {read:?}");
        assert!(from_yaml(&text, Dialect::Sigs).is_err());
    }
}
