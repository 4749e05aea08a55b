//! The order of keys: go-yaml's "natural" one, in which `a9` stands before `a10`.
//!
//! It is no order in the strict sense: some keys go round in circles, and Go then prints what chance gives. Ours
//! sorts bytewise first, so that equal maps always print the same.

use std::cmp::Ordering;

use crate::scan::Generation;

pub(super) fn sorted_keys<T: Copy>(mut entries: Vec<(&str, T)>, generation: Generation) -> Vec<(&str, T)> {
    entries.sort_by_key(|(key, _)| *key);
    if !entries.iter().all(|(key, _)| is_simple(key)) {
        entries = merge_sort(entries, &|a, b| is_less(a.0, b.0, generation));
    }
    entries
}

/// True if these keys are in their order already.
pub(super) fn are_sorted<'k>(mut keys: impl Iterator<Item = &'k str>) -> bool {
    let mut before = "";
    keys.all(|key| {
        let is_next = is_simple(key) && before <= key;
        before = key;
        is_next
    })
}

/// True for keys whose natural order is that of their bytes.
fn is_simple(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'.' | b'/'))
}

/// A sort that minds no circles: the standard library's may panic on them.
fn merge_sort<T: Copy>(mut items: Vec<T>, less: &impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut width = 1;
    while width < items.len() {
        let mut merged = Vec::with_capacity(items.len());
        for pair in items.chunks(width * 2) {
            let (mut left, mut right) = pair.split_at(width.min(pair.len()));
            while let (Some(a), Some(b)) = (left.first(), right.first()) {
                let from = if less(b, a) { &mut right } else { &mut left };
                merged.push(from[0]);
                *from = &from[1..];
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        items = merged;
        width *= 2;
    }
    items
}

fn is_less(a: &str, b: &str, generation: Generation) -> bool {
    let differ = a.bytes().zip(b.bytes()).find(|(a, b)| a != b);
    if let Some((first, second)) =
        differ.filter(|pair| pair.0.is_ascii_alphabetic() && pair.1.is_ascii_alphabetic())
    {
        return first < second;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(a, b)| a != b) else { return a.len() < b.len() };
    let (first, second) = (a[at], b[at]);
    match (first.is_alphabetic(), second.is_alphabetic()) {
        (true, true) => first < second,
        (false, false) => number_order(&a, &b, at).unwrap_or(first.cmp(&second)) == Ordering::Less,
        // Behind a digit yaml.v3 puts letters first.
        (first_letter, second_letter) => {
            let after_digit = at > 0 && a[at - 1].is_ascii_digit();
            if generation == Generation::V3 && after_digit { first_letter } else { second_letter }
        }
    }
}

/// Compares the numbers that begin here, by value and then by length.
fn number_order(a: &[char], b: &[char], at: usize) -> Option<Ordering> {
    let mut start = 0;
    if a[at] == '0' || b[at] == '0' {
        // Zeros at the start of a number say nothing, later ones do.
        let before = a[..at].iter().rev().take_while(|c| c.is_ascii_digit());
        start = i64::from(before.into_iter().any(|c| *c != '0'));
    }
    let (first, first_len) = number(&a[at..], start);
    let (second, second_len) = number(&b[at..], start);
    let order = first.cmp(&second).then(first_len.cmp(&second_len));
    (order != Ordering::Equal).then_some(order)
}

/// Value and length of the digits, with Go's overflow.
fn number(text: &[char], start: i64) -> (i64, usize) {
    let digits = text.iter().map_while(|c| c.to_digit(10));
    digits.fold((start, 0), |(number, length), digit| {
        (number.wrapping_mul(10).wrapping_add(i64::from(digit)), length + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(generation: Generation, keys: &[&str]) -> Vec<String> {
        let keys = keys.iter().map(|key| (*key, ())).collect();
        sorted_keys(keys, generation).iter().map(|(key, ())| key.to_string()).collect()
    }

    #[test]
    fn simple_keys_are_sorted_by_their_bytes() {
        let words = ["a", "B", "a-b", "a.b", "a/b", "aB", "ab", "-a", ".a", "/a", "a-", "ab/c.d", "Ab"];
        for generation in [Generation::V2, Generation::V3] {
            for (one, other) in words.iter().flat_map(|one| words.iter().map(move |other| (one, other))) {
                assert!(is_simple(one) && is_less(one, other, generation) == (one < other), "{one} {other}");
            }
        }
        assert!(are_sorted(["a", "b"].into_iter()) && !are_sorted(["b", "a"].into_iter()));
    }

    #[test]
    fn numbers_count_by_value() {
        assert_eq!(
            order(Generation::V2, &["a10", "a9", "a", "A", "1", "-"]),
            ["-", "1", "A", "a", "a9", "a10"]
        );
        assert_eq!(order(Generation::V2, &["1b", "1-"]), ["1-", "1b"]);
        assert_eq!(order(Generation::V3, &["1b", "1-"]), ["1b", "1-"]);
    }

    #[test]
    fn circles_do_no_harm() {
        let keys: Vec<String> =
            (0..200).flat_map(|n| [format!("{n}"), format!("1e+{n}"), format!("{n}x")]).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        assert_eq!(order(Generation::V2, &keys).len(), 600);
    }
}
