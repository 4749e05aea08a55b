//! Mutates the manifests of `corpus/` and merges, patches and reads whatever comes out. Nothing may panic, and some laws
//! must hold. `WEIR_FUZZ` says how many inputs to try.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read files and settings")]

use weir_manifest::field_spec::{Create, FieldSpec, split_bracketed_path};
use weir_manifest::kinds::Kinds;
use weir_manifest::merge::kustomize::{MergeOptions, NewItems, merge, merge_three_way};
use weir_manifest::merge::{JsonPatch, json_merge, json_merge_diff, strategic_merge};
use weir_manifest::object::{Origin, expand};
use weir_manifest::selector::{FieldSelector, LabelSelector};
use weir_manifest::{Gvk, Id, ResourceId, hash, order, schema};
use weir_yaml::{Dialect, Value, from_yaml};

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

/// Words that matter to what reads them.
const WORDS: &[&str] = &[
    "$patch: delete",
    "$patch: replace",
    "null",
    "{}",
    "[]",
    "name: web",
    "$retainKeys: [a]",
    "- ",
    "/-1",
    "~1",
    "\\/",
    "metadata:",
    "items:",
    "$deleteFromPrimitiveList/finalizers: [a/b]",
    "80",
    "\"80\"",
    "in (a,b)",
    "!=",
    "List",
];

fn mutated(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    for _ in 0..=random.below(4) {
        let (at, other) = (random.below(lines.len()), random.below(lines.len()));
        match random.below(7) {
            0 if lines.len() > 1 => _ = lines.remove(at),
            1 => lines.insert(at, lines.get(other).cloned().unwrap_or_default()),
            2 if !lines.is_empty() => lines.swap(at, other),
            3 => {
                let word = WORDS[random.below(WORDS.len())];
                let line = lines.get(at).cloned().unwrap_or_default();
                let indent = line.len() - line.trim_start().len();
                lines.insert(at, format!("{}{word}", " ".repeat(indent)));
            }
            4 => {
                let word = WORDS[random.below(WORDS.len())];
                if let Some(line) = lines.get_mut(at)
                    && let Some(colon) = line.find(": ")
                {
                    line.truncate(colon + 2);
                    line.push_str(word);
                }
            }
            _ => {
                if let Some(line) = lines.get_mut(at) {
                    let place = random.below(line.len() + 1);
                    if line.is_char_boundary(place) {
                        line.insert(place, char::from(32 + (random.next() % 95) as u8));
                    }
                }
            }
        }
    }
    lines.join("\n")
}

fn has(value: &Value, test: &dyn Fn(&Value, Option<&str>) -> bool, key: Option<&str>) -> bool {
    test(value, key)
        || match value {
            Value::List(list) => list.iter().any(|item| has(item, test, None)),
            Value::Map(map) => map.iter().any(|(key, item)| has(item, test, Some(key))),
            _ => false,
        }
}

fn json_merge_laws(one: &Value, other: &Value) {
    let mut once = one.clone();
    json_merge(&mut once, other).unwrap();
    let mut twice = once.clone();
    json_merge(&mut twice, other).unwrap();
    assert!(once.means(&twice), "a patch applied twice is one applied once");
    if !has(other, &|value, _| value.is_null(), None) {
        let mut value = one.clone();
        json_merge(&mut value, &json_merge_diff(one, other)).unwrap();
        assert!(value.means(other), "a difference leads from one to the other");
    }
}

fn schema_of(value: &Value) -> Option<schema::Schema> {
    schema::of_kustomize(value.str_at(&["apiVersion"])?, value.str_at(&["kind"])?)
}

fn strategic_laws(one: &Value, other: &Value) {
    let options = |new_items| MergeOptions { new_items, ..MergeOptions::default() };
    let _ = merge(one, other, options(NewItems::Last));
    let merged = merge(one, other, options(NewItems::First));
    let has_directive = has(other, &|_, key| key.is_some_and(|key| key.starts_with('$')), None);
    // In known kinds lists merge, and such a patch may find its own items the second time.
    let is_known = |value: &Value| has(value, &|value, _| schema_of(value).is_some(), None);
    if let (Ok(Some(once)), false) = (&merged, has_directive)
        && ![one, other, once].into_iter().any(is_known)
    {
        let twice = merge(once, other, options(NewItems::First)).unwrap();
        assert!(twice.is_some_and(|twice| twice.means(once)), "a patch applied twice is one applied once");
    }
    let _ = merge_three_way(one, other, one, true);
    let _ = merge_three_way(one, one, other, false);
    if let Some(schema) = schema::of_kind(&Gvk::of(one)) {
        let _ = strategic_merge(one, other, schema);
        let _ = strategic_merge(other, one, schema);
    }
}

fn reading_laws(value: &Value, text: &str, random: &mut Random) {
    let id = ResourceId::of(value);
    if !id.name.contains(['/', '.'])
        && !id.gvk.version.contains(['.', '/'])
        && !id.gvk.kind.contains(['.', '/'])
    {
        let _ = ResourceId::parse(&id.to_string());
    }
    assert!(id.is_same(&id));
    for object in expand(value.clone(), Origin::default()) {
        let _ = (object.id().to_string(), hash::name_hash(&object.value));
        assert!(order::flux(&object.id(), &Id::of(&object.value)).is_eq());
    }
    let mut kinds = Kinds::new();
    kinds.add_definition(value);
    let line = text.lines().nth(random.below(text.lines().count())).unwrap_or("");
    if let Ok(selector) = LabelSelector::parse(line) {
        assert_eq!(LabelSelector::parse(&selector.to_string()).as_ref(), Ok(&selector));
    }
    if let Ok(selector) = FieldSelector::parse(line) {
        assert_eq!(
            FieldSelector::parse(&selector.to_string()).map(|it| it.to_string()),
            Ok(selector.to_string())
        );
    }
    let _ = split_bracketed_path(line, '.');
    let spec =
        FieldSpec { gvk: Gvk::new("", "", ""), path: line.trim().replace(": ", "/").into(), create: true };
    let mut copy = value.clone();
    let _ = spec.visit(&mut copy, Some(Create::Scalar), &mut |_, value| {
        *value = Value::from("x");
        Ok(())
    });
}

#[test]
fn nothing_panics() {
    let folder = format!("{}/tests/corpus", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let corpus: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let count = std::env::var("WEIR_FUZZ").ok().and_then(|count| count.parse().ok()).unwrap_or(2000);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut earlier = Value::Null;
    for _ in 0..count {
        let text = mutated(&corpus[random.below(corpus.len())], &mut random);
        let Ok(values) = from_yaml(&text, Dialect::V3) else { continue };
        for value in values {
            json_merge_laws(&value, &earlier);
            strategic_laws(&value, &earlier);
            strategic_laws(&earlier, &value);
            for (patch, target) in [(&value, &earlier), (&earlier, &value)] {
                if let Ok(patch) = JsonPatch::new(patch) {
                    let mut target = target.clone();
                    let _ = patch.apply_in_kustomize(&mut target);
                }
            }
            reading_laws(&value, &text, &mut random);
            if random.below(3) > 0 {
                earlier = value;
            }
        }
    }
}

/// Far deeper values than anybody writes are refused, not walked until the stack ends.
#[test]
fn depth_is_limited() {
    let deep = |levels: usize| (0..levels).fold(Value::Null, |inner, _| Value::from([("a", inner)]));
    for levels in [500, 590, 2000] {
        let value = deep(levels);
        let is_refused = levels > 600;
        assert_eq!(merge(&value, &value, MergeOptions::default()).is_err(), is_refused, "{levels}");
        assert_eq!(merge_three_way(&value, &value, &value, true).is_err(), is_refused, "{levels}");
        assert_eq!(json_merge(&mut value.clone(), &value).is_err(), is_refused, "{levels}");
    }
}
