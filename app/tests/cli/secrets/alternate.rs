//! Random sequences of changes that alternate between weir and the real sops: they end where sops alone ends.
//!
//! `WEIR_SOPS` names the real one; without it nothing is compared. `WEIR_SEQUENCES` says how many, `WEIR_SEED` where the
//! chance begins (`testbed/sops-alternate.sh`).

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use super::bed::Bed;

const SEQUENCES: u64 = 20;
const FORMATS: [&str; 5] = ["yaml", "json", "env", "ini", "txt"];
const RULES: [&[&str]; 8] = [
    &[],
    &["--unencrypted-suffix", "_plain"],
    &["--encrypted-suffix", "_secret"],
    &["--encrypted-regex", "^(data|b.*)$"],
    &["--unencrypted-regex", "^(kind|a.*)$"],
    &["--encrypted-comment-regex", "hide"],
    &["--unencrypted-comment-regex", "show"],
    &["--mac-only-encrypted", "--encrypted-regex", "^(data|c.*)$"],
];
const KEYS: [&str; 6] = ["a", "b_secret", "c_plain", "data", "kind", "deep"];
const VALUES: [&str; 9] =
    ["\"text\"", "\"two\\nlines\\n\"", "\"\"", "\"ünï: {#}\"", "5", "-2.5", "true", "\"007\"", "\" edges \""];

struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn one<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

#[test]
fn both_tools_end_in_the_same_plaintext() {
    let Some(sops) = std::env::var_os("WEIR_SOPS").map(PathBuf::from) else {
        _ = writeln!(std::io::stderr(), "skipped: sequences with the real sops: WEIR_SOPS is not set");
        return;
    };
    let seed = number("WEIR_SEED").unwrap_or_else(|| u64::from(std::process::id()) << 20 | 1);
    let bed = Bed::new();
    // Every file has a rule of its own.
    std::fs::remove_file(bed.directory.path().join(".sops.yaml")).unwrap();
    for sequence in 0..number("WEIR_SEQUENCES").unwrap_or(SEQUENCES) {
        let mut chance = Chance((seed + sequence).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        Sequence { bed: &bed, sops: &sops, name: format!("seed {} of", seed + sequence), format: "" }
            .run(&mut chance);
    }
}

struct Sequence<'a> {
    bed: &'a Bed,
    sops: &'a PathBuf,
    name: String,
    format: &'static str,
}

impl Sequence<'_> {
    fn run(mut self, chance: &mut Chance) {
        self.format = FORMATS[chance.below(FORMATS.len())];
        let (mixed, alone) = (format!("mixed.{}", self.format), format!("alone.{}", self.format));
        let plain = self.document(chance);
        let rule = if self.format == "txt" { RULES[0] } else { RULES[chance.below(RULES.len())] };
        let public = self.bed.public();
        let begin = [rule, &["--age", &public, "-i", "-e"]].concat();
        for (file, ours) in [(&mixed, chance.below(2) == 0), (&alone, false)] {
            self.bed.directory.write(file, &plain);
            if ours {
                let words = [&["secrets", "encrypt", "-i", "--age", &public, file], rule].concat();
                self.bed.weir(&words).with(0);
            } else {
                self.sops(&[&begin[..], &[file]].concat());
            }
        }
        for _ in 0..2 + chance.below(6) {
            let words = self.change(chance);
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            let ours = chance.below(2) == 0;
            let theirs = self.apply(&words, &alone, false);
            assert_eq!(self.apply(&words, &mixed, ours), theirs, "{} {mixed}: {words:?}", self.name);
        }
        let expected = self.sops(&["decrypt", &alone]);
        let found = self.sops(&["decrypt", &mixed]);
        assert_eq!(found, expected, "{} {mixed}, read by sops", self.name);
        assert_eq!(self.bed.plain(&mixed), expected, "{} {mixed}, read by weir", self.name);
        assert_eq!(self.bed.plain(&alone), expected, "{} {alone}, read by weir", self.name);
    }

    fn document(&self, chance: &mut Chance) -> String {
        let values = ["one", "2", "true", "ünï", "\"quoted\"", "3.5"];
        let comment = |chance: &mut Chance| chance.one(&["", "# show this\n", "# hide this\n"]).to_string();
        match self.format {
            "yaml" => {
                let mut text = String::from("kind: Secret\n");
                for key in ["a", "b_secret", "c_plain"] {
                    text += &format!("{}{key}: {}\n", comment(chance), chance.one(&values));
                }
                text += &format!(
                    "data:\n    list:\n        - {}\n        - x: {}\n",
                    chance.one(&values),
                    chance.one(&values)
                );
                if chance.below(4) == 0 {
                    text += "---\ndata:\n    other: document\n";
                }
                text
            }
            "json" => format!(
                "{{\"kind\": \"x\", \"a\": {}, \"data\": {{\"list\": [1, {{\"b\": null}}]}}}}\n",
                chance.one(&["1", "\"z\"", "false"])
            ),
            "env" => format!(
                "{}A={}\nb_secret=x y\ndata={}\n",
                comment(chance),
                chance.one(&values),
                chance.one(&values)
            ),
            "ini" => format!("[kind]\na = {}\n\n[data]\nb_secret = x\n", chance.one(&["one", "2", "true"])),
            _ => format!("anything {}\n\u{1}", chance.one(&values)),
        }
    }

    fn change(&self, chance: &mut Chance) -> Vec<String> {
        let words = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        let way = match self.format {
            "txt" => return words(&["rotate", "-i"]),
            "env" => format!("[\"{}\"]", chance.one(&KEYS)),
            "ini" => format!("[\"{}\"][\"{}\"]", chance.one(&["kind", "data"]), chance.one(&["a", "n"])),
            _ => chance
                .one(&[
                    "[\"KEY\"]",
                    "[\"data\"][\"KEY\"]",
                    "[\"data\"][\"list\"][0]",
                    "[\"deep\"][\"er\"][\"KEY\"]",
                ])
                .replace("KEY", chance.one(&KEYS)),
        };
        let is_flat = matches!(self.format, "env" | "ini");
        match chance.below(6) {
            0 => words(&["rotate", "-i"]),
            1 => words(&["unset", &way]),
            2 if !is_flat => words(&["set", &way, "{\"m\": [1, \"x\", {\"n\": true}], \"k\": \"v\"}"]),
            _ if is_flat => words(&["set", &way, chance.one(&["\"text\"", "\"a b\"", "\"ünï\""])]),
            _ => words(&["set", &way, chance.one(&VALUES)]),
        }
    }

    /// Whether it was done.
    fn apply(&self, words: &[&str], file: &str, ours: bool) -> bool {
        let mut all = vec![words[0]];
        if words[0] == "rotate" {
            all.extend(["-i", file]);
        } else {
            all.push(file);
            all.extend(&words[1..]);
        }
        if ours {
            return self.bed.weir(&[&["secrets"], &all[..]].concat()).code == 0;
        }
        self.run_sops(&all).0
    }

    fn run_sops(&self, words: &[&str]) -> (bool, String) {
        let output = Command::new(self.sops)
            .args(words)
            .current_dir(self.bed.directory.path())
            .envs(self.bed.variables())
            .output()
            .unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr })
                .into_owned(),
        )
    }

    fn sops(&self, words: &[&str]) -> String {
        let (is_done, said) = self.run_sops(words);
        assert!(is_done, "{} sops {words:?}: {said}", self.name);
        said
    }
}
