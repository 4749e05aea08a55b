//! What we write, read by the real sops: `WEIR_SOPS=/path/to/sops cargo test -p weir-secrets --test oracle`.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "tests read files and start sops")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "tests fail loudly and say what they leave out"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use weir_secrets::{
    Config, Document, Entropy, Format, Integrity, Keys, Layout, Recipe, Recipient, Rule, RuleKind, Sealed,
    steps,
};

const FORMATS: [(Format, &str); 5] = [
    (Format::Yaml, "yaml"),
    (Format::Json, "json"),
    (Format::Dotenv, "env"),
    (Format::Ini, "ini"),
    (Format::Binary, "bin"),
];

struct Random(u64);

impl Entropy for Random {
    fn fill(&mut self, buffer: &mut [u8]) {
        for byte in buffer {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            *byte = (self.0 >> 32) as u8;
        }
    }
}

fn samples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(samples().join(name)).unwrap()
}

fn text(name: &str) -> String {
    String::from_utf8(read(name)).unwrap()
}

fn keys() -> Keys {
    let mut keys = Keys::default();
    for name in ["age-1.txt", "age-2.txt", "age-pq.txt"] {
        keys.add_age(&text(&format!("keys/{name}"))).unwrap();
    }
    for name in ["ssh-ed25519", "ssh-rsa"] {
        keys.add_ssh(&read(&format!("keys/{name}"))).unwrap();
    }
    if cfg!(feature = "pgp") {
        keys.add_pgp(&read("keys/pgp-ed25519.asc")).unwrap();
        keys.add_pgp(&read("keys/pgp-rsa.asc")).unwrap();
    }
    keys
}

/// A folder of its own for this test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("weir-secrets-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("gnupg")).unwrap();
        let all = ["age-1.txt", "age-2.txt", "age-pq.txt"].map(|name| text(&format!("keys/{name}"))).concat();
        std::fs::write(folder.join("keys.txt"), all).unwrap();
        Self(folder)
    }

    /// What sops prints, if it does.
    fn sops(&self, sops: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let done = Command::new(sops)
            .args(arguments)
            .current_dir(&self.0)
            .env("GNUPGHOME", self.0.join("gnupg"))
            .env("SOPS_AGE_KEY_FILE", self.0.join("keys.txt"))
            .env("SOPS_AGE_SSH_PRIVATE_KEY_FILE", samples().join("keys/ssh-ed25519"))
            .env("SOPS_AGE_SSH_PRIVATE_KEY_CMD", format!("cat {}", samples().join("keys/ssh-rsa").display()))
            .output()
            .unwrap();
        if done.status.success() {
            Ok(done.stdout)
        } else {
            Err(String::from_utf8_lossy(&done.stderr).into_owned())
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Everybody that the samples have keys of.
fn recipients() -> Vec<Recipient> {
    let of_file = |name: &str| Keys::public_of(text(name).lines().last().unwrap()).unwrap();
    let mut all: Vec<_> = ["keys/age-1.txt", "keys/age-pq.txt"].map(of_file).into();
    all.extend(["keys/ssh-ed25519.pub", "keys/ssh-rsa.pub"].map(|name| text(name).trim().to_string()));
    let mut all: Vec<_> = all.iter().map(|text| Recipient::age(text).unwrap()).collect();
    if cfg!(feature = "pgp") {
        all.extend(keys().recipients().filter(|recipient| matches!(recipient, Recipient::Pgp(_))));
    }
    all
}

#[test]
fn sops_reads_what_we_write() {
    let Some(sops) = std::env::var_os("WEIR_SOPS").map(PathBuf::from) else {
        eprintln!("skipped: sops: WEIR_SOPS is not set");
        return;
    };
    let folder = Folder::new("reads");
    if cfg!(feature = "pgp") {
        let import = Command::new("gpg")
            .args(["--batch", "--quiet", "--import"])
            .args(["pgp-ed25519.asc", "pgp-rsa.asc"].map(|name| samples().join("keys").join(name)))
            .env("GNUPGHOME", folder.0.join("gnupg"))
            .status();
        assert!(import.unwrap().success());
    }
    let recipients = recipients();
    let rule = |kind, text| Rule::new(kind, text).unwrap();
    let rules = [
        Rule::default(),
        rule(RuleKind::EncryptedRegex, "^(stringData|a|P.*|database)$"),
        rule(RuleKind::UnencryptedSuffix, "_suffix"),
    ];
    for (format, end) in FORMATS {
        let document = Document::parse(&read(&format!("plain.{end}")), format).unwrap();
        let single = recipients.iter().map(|recipient| (vec![vec![recipient.clone()]], 0));
        let several =
            recipients.windows(3).map(|some| (some.iter().map(|one| vec![one.clone()]).collect(), 2));
        for (at, (groups, threshold)) in single.chain(several).enumerate() {
            let rule = rules[at % rules.len()].clone();
            let recipe = Recipe { groups, threshold, rule, mac_only_encrypted: at % 2 == 1 };
            let mut random = Random(at as u64 + 1);
            let sealed =
                document.clone().encrypt(&recipe, &keys(), format, &mut random, 1_800_000_000).unwrap();
            let file = format!("sealed.{end}");
            let bytes = sealed.emit(format, &Layout::default()).unwrap();
            std::fs::write(folder.0.join(&file), &bytes).unwrap();
            let ours = Sealed::parse(&bytes, format).unwrap().open(&keys(), Integrity::Checked).unwrap();
            let ours = ours.document.emit(format, &Layout::default()).unwrap();
            let theirs = folder.sops(&sops, &["decrypt", &file]);
            let theirs = theirs.unwrap_or_else(|error| panic!("{format:?} {at}: {error}"));
            assert!(theirs == *ours, "{format:?} {at}");
        }
    }
}

/// Both change the same file in turns.
#[test]
fn sops_and_we_take_turns() {
    let Some(sops) = std::env::var_os("WEIR_SOPS").map(PathBuf::from) else {
        eprintln!("skipped: sops: WEIR_SOPS is not set");
        return;
    };
    let folder = Folder::new("turns");
    for (format, end) in [(Format::Yaml, "yaml"), (Format::Json, "json")] {
        let file = format!("turns.{end}");
        let path = folder.0.join(&file);
        std::fs::write(&path, read(&format!("all.sealed.{end}"))).unwrap();
        for turn in 0..6 {
            let sealed = Sealed::parse(&std::fs::read(&path).unwrap(), format).unwrap();
            let mut opened = sealed.open(&keys(), Integrity::Checked).unwrap();
            opened
                .document
                .set(&steps(&format!("[\"turn{turn}\"]")).unwrap(), format!("ours {turn}").into())
                .unwrap();
            if turn % 3 == 2 {
                opened.rotate(&keys(), None, &mut Random(turn + 9), 0).unwrap();
            }
            let sealed = opened.seal(format, &mut Random(turn + 1), 1_800_000_000 + turn as i64).unwrap();
            std::fs::write(&path, sealed.emit(format, &Layout::default()).unwrap()).unwrap();
            let value = format!("\"theirs {turn}\"");
            folder.sops(&sops, &["set", &file, &format!("[\"turn{turn}b\"]"), &value]).unwrap();
            if turn % 3 == 1 {
                folder.sops(&sops, &["rotate", "--in-place", &file]).unwrap();
            }
            folder.sops(&sops, &["unset", &file, &format!("[\"turn{turn}\"]")]).unwrap();
        }
        let theirs = folder.sops(&sops, &["decrypt", &file]).unwrap();
        let sealed = Sealed::parse(&std::fs::read(&path).unwrap(), format).unwrap();
        let opened = sealed.open(&keys(), Integrity::Checked).unwrap();
        assert!(theirs == *opened.document.emit(format, &Layout::default()).unwrap(), "{format:?}");
        assert!(String::from_utf8(theirs).unwrap().contains("theirs 5"), "{format:?}");
    }
}

/// The same configurations ask for the same.
#[test]
fn sops_reads_the_same_in_configurations() {
    let Some(sops) = std::env::var_os("WEIR_SOPS").map(PathBuf::from) else {
        eprintln!("skipped: sops: WEIR_SOPS is not set");
        return;
    };
    let folder = Folder::new("configurations");
    let of_file = |name: &str| Keys::public_of(text(name).lines().last().unwrap()).unwrap();
    let [one, two] = ["keys/age-1.txt", "keys/age-2.txt"].map(of_file);
    let ssh = text("keys/ssh-ed25519.pub").trim().to_string();
    let configs = [
        format!("creation_rules:\n- age: {one}\n"),
        format!(
            "creation_rules:\n- path_regex: ^sub/\n  age: {one}\n- path_regex: \\.yaml$\n  age: '{two}, {one},'\n"
        ),
        format!("creation_rules:\n- path_regex: ^/.*sub\n  age: {one}\n- age:\n  - {two}\n  - {ssh}\n"),
        format!(
            "creation_rules:\n- path_regex: (?i)FILE\n  age: {one}\n  encrypted_regex: ^a$\n  mac_only_encrypted: true\n"
        ),
        format!(
            "creation_rules:\n- age: >-\n    {one},\n    {two}\n  unencrypted_suffix: _x\n  shamir_threshold: 1\n"
        ),
        format!(
            "creation_rules:\n- key_groups:\n  - age: [{one}]\n  - merge:\n    - age: [{two}, {two}]\n    age: ['{ssh}']\n\
             \x20 shamir_threshold: 2\n  unencrypted_comment_regex: nope\nstores: {{yaml: {{indent: 2}}}}\n"
        ),
        format!("keys: &us\n- {one}\n- {two}\ncreation_rules:\n- key_groups:\n  - age: *us\n"),
        format!("creation_rules:\n- path_regex: other\n  age: {one}\n"),
        format!("creation_rules:\n- age: {one}\n  encrypted_suffix: a\n  encrypted_regex: b\n"),
        format!("creation_rules:\n- path_regex: '('\n  age: {one}\n"),
        "creation_rules:\n- age: nobody\n".to_string(),
        "creation_rules:\n- age: [1]\n".to_string(),
        "creation_rules:\n- age: {}\n".to_string(),
        "creation_rules: []\n".to_string(),
        "creation_rules: {}\n".to_string(),
    ];
    std::fs::create_dir_all(folder.0.join("sub")).unwrap();
    for file in ["file.yaml", "sub/file.yaml"] {
        std::fs::write(folder.0.join(file), "a: 1\nb:\n    c: x\n").unwrap();
    }
    for (at, config) in configs.iter().enumerate() {
        std::fs::write(folder.0.join(".sops.yaml"), config).unwrap();
        for file in ["file.yaml", "sub/file.yaml"] {
            let theirs = folder.sops(&sops, &["encrypt", file]);
            let ours = Config::parse(config).map_err(|problems| problems[0].to_string()).and_then(|config| {
                let rule = config.rule_for(file).map_err(|problem| problem.to_string())?;
                Ok(rule.ok_or("none")?.recipe.clone())
            });
            let recipe = match (&theirs, ours) {
                (Ok(_), Ok(ours)) => ours,
                (Err(_), Err(_)) => continue,
                (theirs, ours) => panic!("{at} {file}: {:?} {:?}", theirs.as_ref().err(), ours.err()),
            };
            let theirs = Sealed::parse(theirs.as_ref().unwrap(), Format::Yaml).unwrap();
            let document =
                Document::parse(&std::fs::read(folder.0.join(file)).unwrap(), Format::Yaml).unwrap();
            let ours = document.encrypt(&recipe, &keys(), Format::Yaml, &mut Random(1), 0).unwrap();
            let told = |sealed: &Sealed| {
                let metadata = sealed.metadata();
                let rule = (metadata.rule.kind(), metadata.rule.text().to_string());
                (metadata.recipient_groups(), metadata.threshold, rule, metadata.mac_only_encrypted)
            };
            assert_eq!(told(&ours), told(&theirs), "{at} {file}");
        }
    }
}
