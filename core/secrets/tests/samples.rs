//! What the real sops wrote, read here; and written again, the same to the byte.

#![expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read files and fail loudly")]

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;

use base64::Engine as _;
use weir_secrets::{
    Branch, Document, Entropy, Format, Integrity, Item, Keys, Layout, Node, Recipe, Recipient, Sealed,
    SecretError,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

fn read(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn text(name: &str) -> String {
    String::from_utf8(read(name)).unwrap()
}

/// Every key of the samples.
fn keys() -> Keys {
    let mut keys = Keys::default();
    for name in ["age-1.txt", "age-2.txt", "age-pq.txt"] {
        keys.add_age(&text(&format!("keys/{name}"))).unwrap();
    }
    for name in ["ssh-ed25519", "ssh-rsa"] {
        keys.add_ssh(&read(&format!("keys/{name}"))).unwrap();
    }
    if cfg!(feature = "pgp") {
        for name in ["pgp-ed25519.asc", "pgp-rsa.asc"] {
            keys.add_pgp(&read(&format!("keys/{name}"))).unwrap();
        }
    }
    keys
}

fn only(name: &str) -> Keys {
    let mut keys = Keys::default();
    keys.add_age(&text(&format!("keys/{name}"))).unwrap();
    keys
}

struct Sample {
    name: String,
    format: Format,
    extension: String,
    sealed: Vec<u8>,
    opened: Vec<u8>,
}

impl Sample {
    fn named(name: &str) -> Self {
        let extension = name.rsplit('.').next().unwrap().to_string();
        let format = Format::of_path(name);
        let [sealed, opened] =
            ["sealed", "opened"].map(|kind| read(&name.replacen('.', &format!(".{kind}."), 1)));
        Self { name: name.to_string(), format, extension, sealed, opened }
    }

    fn all() -> Vec<Self> {
        let mut names: Vec<_> = std::fs::read_dir(folder())
            .unwrap()
            .filter_map(|entry| {
                entry.unwrap().file_name().into_string().unwrap().replace(".sealed.", ".").into()
            })
            .filter(|name: &String| ![".opened.", ".plain."].iter().any(|part| name.contains(part)))
            .filter(|name| !name.starts_with("plain."))
            .filter(|name| name != "record.sh" && name != "README.md" && name != "keys")
            .filter(|name| cfg!(feature = "pgp") || !name.starts_with("pgp"))
            .collect();
        names.sort();
        assert!(names.len() >= 21, "{names:?}");
        names.iter().map(|name| Self::named(name)).collect()
    }

    /// Its own original, or the one of all.
    fn plain(&self) -> Vec<u8> {
        let own = self.name.replacen('.', ".plain.", 1);
        let usual = format!("plain.{}", self.extension);
        read(if folder().join(&own).exists() { &own } else { &usual })
    }
}

/// Bytes that are given, in order.
struct Given(VecDeque<Vec<u8>>);

impl Entropy for Given {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.copy_from_slice(&self.0.pop_front().expect("more is drawn than there was"));
    }
}

/// Bytes that look random enough for a test.
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

/// The nonces of a document, in the order in which they were drawn.
fn nonces(sealed: &Sealed) -> VecDeque<Vec<u8>> {
    fn of_text(text: &[u8], found: &mut VecDeque<Vec<u8>>) {
        let text = String::from_utf8_lossy(text);
        let Some((_, rest)) = text.split_once(",iv:") else { return };
        let digits = rest.split(',').next().unwrap();
        found.push_back(base64::engine::general_purpose::STANDARD.decode(digits).unwrap());
    }
    fn of_node(node: &Node, found: &mut VecDeque<Vec<u8>>) {
        match node {
            Node::Text(text) => of_text(text.bytes(), found),
            Node::Comment(comment) => of_text(comment.text.bytes(), found),
            Node::List(items) => items.iter().for_each(|item| of_node(item, found)),
            Node::Map(branch) => of_branch(branch, found),
            _ => {}
        }
    }
    fn of_branch(branch: &Branch, found: &mut VecDeque<Vec<u8>>) {
        for item in branch {
            match item {
                Item::Comment(comment) => of_text(comment.text.bytes(), found),
                Item::Entry(_, value) => of_node(value, found),
            }
        }
    }
    let mut found = VecDeque::new();
    sealed.branches().iter().for_each(|branch| of_branch(branch, &mut found));
    of_text(sealed.metadata().mac.as_bytes(), &mut found);
    found
}

/// Seconds since 1970 of a time in UTC.
fn seconds(time: &str) -> i64 {
    let part = |from: usize, to: usize| time[from..to].parse::<i64>().unwrap();
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    let leap = |year: i64| i64::from(year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
    let months = [31, 28 + leap(year), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let days = (1970..year).map(|year| 365 + leap(year)).sum::<i64>()
        + months.iter().take(month as usize - 1).sum::<i64>()
        + day
        - 1;
    days * 86_400 + part(11, 13) * 3_600 + part(14, 16) * 60 + part(17, 19)
}

/// Shows the first line that differs.
fn same(ours: &[u8], theirs: &[u8], name: &str) {
    if ours != theirs {
        let [ours, theirs] = [ours, theirs].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let differs = ours.lines().zip(theirs.lines()).find(|(ours, theirs)| ours != theirs);
        panic!("{name}: {differs:?}");
    }
}

#[test]
fn every_sample_opens_to_what_sops_reads_in_it() {
    for sample in Sample::all() {
        let opened = Sealed::parse(&sample.sealed, sample.format)
            .and_then(|sealed| sealed.open(&keys(), Integrity::Checked))
            .unwrap_or_else(|error| panic!("{}: {error}", sample.name));
        let bytes = opened.document.emit(sample.format, &Layout::default()).unwrap();
        same(&bytes, &sample.opened, &sample.name);
    }
}

/// The plain file encrypted with the data key and the nonces of the sample.
#[test]
fn with_the_same_key_and_nonces_the_same_bytes_come_out() {
    for sample in Sample::all() {
        if sample.format == Format::Binary {
            // Read from a file, its rule is the usual one, which sops does not write for a new one.
            continue;
        }
        let sealed = Sealed::parse(&sample.sealed, sample.format).unwrap();
        let mut drawn = Given(nonces(&sealed));
        let mut opened = sealed.open(&keys(), Integrity::Checked).unwrap();
        opened.forget_nonces();
        opened.document = Document::parse(&sample.plain(), sample.format).unwrap();
        let now = seconds(&opened.metadata().last_modified);
        let again = opened.seal(sample.format, &mut drawn, now).unwrap();
        let bytes = again.emit(sample.format, &Layout::default()).unwrap();
        same(&bytes, &sample.sealed, &sample.name);
        assert!(drawn.0.is_empty(), "{}", sample.name);
    }
}

/// Set, unset, edited: what has not changed is the same text in the file.
#[test]
fn what_has_not_changed_keeps_its_ciphertext() {
    let sample = Sample::named("all.json");
    let mut opened =
        Sealed::parse(&sample.sealed, Format::Json).unwrap().open(&keys(), Integrity::Checked).unwrap();
    let way = weir_secrets::steps("[\"a\"][\"n\"]").unwrap();
    assert!(opened.document.set(&way, Node::Int(2)).unwrap());
    let sealed = opened.seal(Format::Json, &mut Random(7), 1_800_000_000).unwrap();
    let bytes = String::from_utf8(sealed.emit(Format::Json, &Layout::default()).unwrap()).unwrap();
    let before = text("all.sealed.json");
    let changed: Vec<_> = before.lines().zip(bytes.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(before.lines().count(), bytes.lines().count());
    let names: Vec<_> = changed.iter().map(|(old, _)| old.trim().split('"').nth(1).unwrap()).collect();
    assert_eq!(names, ["n", "lastmodified", "mac"]);
}

#[test]
fn ours_opens_again_for_every_kind_of_key() {
    let line = |name: &str| text(&format!("keys/{name}")).trim().to_string();
    let public = |name: &str| Keys::public_of(text(name).lines().last().unwrap()).unwrap();
    let recipients =
        [public("keys/age-1.txt"), public("keys/age-pq.txt"), line("ssh-ed25519.pub"), line("ssh-rsa.pub")];
    let recipients = recipients.map(|text| Recipient::age(&text).unwrap());
    for format in [Format::Yaml, Format::Json, Format::Dotenv, Format::Ini, Format::Binary] {
        let plain = read(&format!("plain.{}", extension(format)));
        let document = Document::parse(&plain, format).unwrap();
        // Comments beside values stand above them when they have been opened, as they do for sops.
        let expected = read(&format!("all.opened.{}", extension(format)));
        for recipient in &recipients {
            let recipe = Recipe { groups: vec![vec![recipient.clone()]], ..Recipe::default() };
            let sealed = document.clone().encrypt(&recipe, &keys(), format, &mut Random(1), 0).unwrap();
            let bytes = sealed.emit(format, &Layout::default()).unwrap();
            assert!(format.marks(&bytes), "{format:?}");
            let opened = Sealed::parse(&bytes, format).unwrap().open(&keys(), Integrity::Checked).unwrap();
            let opened = opened.document.emit(format, &Layout::default()).unwrap();
            same(&opened, &expected, &format!("{format:?} {recipient}"));
        }
    }
}

fn extension(format: Format) -> &'static str {
    match format {
        Format::Yaml => "yaml",
        Format::Json => "json",
        Format::Dotenv => "env",
        Format::Ini => "ini",
        Format::Binary => "bin",
    }
}

/// As sops says it, but for the places that it looks at and for what gpg says.
const SHAMIR: &str = "\
cannot get sops data key: Failed to get the data key required to decrypt the SOPS file.

Group 0: FAILED
  age133l4mvmkqjn532pl6f0ag2hqxt2qj7ta2urqy6gcu0j083l5mpuszdtdc5: FAILED
    - | failed to create reader for decrypting sops data key with
      | age: identity did not match any of the recipients: incorrect
      | identity for recipient block

Group 1: SUCCESS
";

/// Two of three groups; each of them alone is not enough.
#[test]
fn groups_need_as_many_as_they_say() {
    let one = only("age-1.txt");
    let sealed = || Sealed::parse(&read("groups.sealed.yaml"), Format::Yaml).unwrap();
    let error = sealed().open(&one, Integrity::Checked).unwrap_err();
    let shown = error.to_string();
    for expected in [
        "Group 0: FAILED",
        "Group 1: SUCCESS",
        "Group 2: FAILED",
        "identity did not match any of the recipients",
        "B56708A88FCD41DAA6851205747D751FA9783B12",
        "and at hand is age1w3yqs7jl",
        "Recovery failed because the file was encrypted with a Shamir threshold of\n2, but only 1 part(s) were \
         successfully recovered, one for each successful\nkey group. In order",
    ] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    assert_eq!(error.exit_code(), 128);
    assert!(error.in_words_of_sops().starts_with("Failed to get the data key"));
    assert!(shown.starts_with(SHAMIR), "{shown}");
    let mut both = one;
    both.add_age(&text("keys/age-2.txt")).unwrap();
    sealed().open(&both, Integrity::Checked).unwrap();
}

#[test]
fn keys_change_and_the_rest_stays() {
    let groups = |names: &[&str]| -> Vec<Vec<Recipient>> {
        names.iter().map(|name| only(name).recipients().collect()).collect()
    };
    let before = Sealed::parse(&read("all.sealed.yaml"), Format::Yaml).unwrap();
    let mut after = before.clone();
    after.update_keys(&keys(), &groups(&["age-2.txt", "age-pq.txt"]), 0, &mut Random(3), 0).unwrap();
    let plugin = vec![vec![Recipient::age("age1yubikey1qfff").unwrap()]];
    let error = after.clone().update_keys(&keys(), &plugin, 0, &mut Random(2), 0).unwrap_err().to_string();
    assert!(error.contains("age1yubikey1qfff: plugins of age are not supported"), "{error}");
    assert_eq!(after.branches(), before.branches());
    assert_eq!((after.metadata().threshold, &after.metadata().mac), (2, &before.metadata().mac));
    let bytes = after.emit(Format::Yaml, &Layout::default()).unwrap();
    let again = Sealed::parse(&bytes, Format::Yaml).unwrap();
    assert!(matches!(again.clone().open(&only("age-1.txt"), Integrity::Checked), Err(SecretError::NoKey(_))));
    let mut opened = again.open(&keys(), Integrity::Checked).unwrap();
    opened.rotate(&keys(), Some(&groups(&["age-2.txt"])), &mut Random(4), 0).unwrap();
    let rotated = opened.seal(Format::Yaml, &mut Random(5), 0).unwrap();
    let same = |one: &Sealed, other: &Sealed| {
        nonces(one).iter().filter(|nonce| nonces(other).contains(nonce)).count()
    };
    assert!(same(&rotated, &before) > 20, "nonces stay, though the key is another one");
    let opened = rotated.open(&only("age-2.txt"), Integrity::Checked).unwrap();
    assert_eq!(*opened.document.emit(Format::Yaml, &Layout::default()).unwrap(), read("all.opened.yaml"));
}

/// Metadata as versions of sops since 3.0 wrote it: empty lists, values without types, times with fractions.
#[test]
fn metadata_of_old_versions_is_understood() {
    let now = text("regex.sealed.yaml");
    for (from, to) in [
        ("sops:\n", "sops:\n    kms: []\n    gcp_kms: []\n    azure_kv: []\n    hc_vault: []\n"),
        ("    version: 3.13.3\n", "    version: 3.7.3\n    pgp: []\n"),
        (
            "    version: 3.13.3\n",
            "    version: 3.0.0\n    unencrypted_suffix: \"\"\n    shamir_threshold: 0\n",
        ),
        ("    version: 3.13.3\n", "    version: 3.5.0\n    kms: null\n    mac_only_encrypted: \"false\"\n"),
        ("    version: 3.13.3\n", "    something: new\n    version: 4.0.0\n"),
    ] {
        let old = now.replace(from, to);
        assert_ne!(old, now);
        let sealed =
            Sealed::parse(old.as_bytes(), Format::Yaml).unwrap_or_else(|error| panic!("{to}: {error}"));
        assert!(sealed.is_encrypted());
        let opened = sealed.open(&keys(), Integrity::Checked).unwrap_or_else(|error| panic!("{to}: {error}"));
        assert_eq!(
            *opened.document.emit(Format::Yaml, &Layout::default()).unwrap(),
            read("regex.opened.yaml")
        );
    }
}

#[test]
fn every_kind_of_key_is_kept() {
    let now = text("regex.sealed.yaml");
    let more = "sops:\n    azure_kv:\n        - created_at: \"2020-01-01T00:00:00Z\"\n          enc: a\n          name: m\n          \
                vault_url: https://v\n          version: w\n    gcp_kms:\n        - created_at: \"2020-01-01T00:00:00Z\"\n          \
                enc: b\n          resource_id: r\n    hc_vault:\n        - created_at: \"2020-01-01T00:00:00Z\"\n          enc: c\n          \
                engine_path: e\n          key_name: k\n          vault_address: http://h\n    hckms:\n        - created_at: \
                \"2020-01-01T00:00:00Z\"\n          enc: d\n          key_id: r:k\n    kms:\n        - arn: x\n          aws_profile: \
                \"\"\n          context:\n            a: b\n          created_at: \"2020-01-01T00:00:00Z\"\n          enc: e\n          \
                role: z\n    pgp:\n        - created_at: \"2020-01-01T00:00:00Z\"\n          enc: f\n          fp: AB\n";
    let all = now.replace("sops:\n", more);
    let sealed = Sealed::parse(all.as_bytes(), Format::Yaml).unwrap();
    let again = String::from_utf8(sealed.emit(Format::Yaml, &Layout::default()).unwrap()).unwrap();
    let sorted = |text: &str| {
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        text.lines().for_each(|line| *lines.entry(line.to_string()).or_default() += 1);
        lines
    };
    assert!(sorted(&again) == sorted(&all));
    let error = sealed.open(&only("age-2.txt"), Integrity::Checked).unwrap_err().to_string();
    let error = error.split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ");
    for kind in
        ["AWS KMS (x+z|a:b)", "GCP KMS (r)", "Azure Key Vault (https://v/keys/m/w)", "Huawei Cloud KMS (r:k)"]
    {
        assert!(error.contains(&format!("not supported yet: keys of {kind}")), "{error}");
    }
}

#[test]
fn each_way_to_fail_has_its_own_words() {
    let sealed = text("regex.sealed.yaml");
    let open = |text: &str| {
        Sealed::parse(text.as_bytes(), Format::Yaml)
            .and_then(|sealed| sealed.open(&only("age-1.txt"), Integrity::Checked))
            .unwrap_err()
    };
    let without = |from: &str, to: &str| {
        let at = sealed.find(from).unwrap();
        let end = at + sealed[at..].find(to).unwrap() + to.len();
        format!("{}{}", &sealed[..at], &sealed[end..])
    };
    let first_document = &sealed[..sealed.find("\n---\n").unwrap() + 1];
    for (text, expected, code) in [
        ("a: b\n".to_string(), "sops metadata not found", 1),
        (without("    mac:", "\n"), "File has no MAC", 51),
        (sealed.replace("    name: web", "    name: app"), "MAC mismatch. File has ", 51),
        (first_document.to_string(), "MAC mismatch. File has ", 51),
        (sealed[..sealed.find("lastmodified").unwrap()].to_string(), "parsing time", 1),
        (
            without("    age:", "    last").replace("modified:", "    lastmodified:"),
            "No keys found in file",
            1,
        ),
        (sealed.replace("    password: ENC", "    user: ENC"), "message authentication failed", 25),
        (
            sealed.replace("port: ENC[AES256_GCM,data:", "port: ENC[AES256_GCM,data"),
            "does not match sops' data format",
            25,
        ),
        (sealed.replace("encrypted_regex: ^(data", "encrypted_regex: ^(metadata"), "not encrypted", 25),
        (sealed.replace("encrypted_regex: ^(data", "encrypted_regex: ^((data"), "no regular expression", 1),
        (
            sealed.replace("    version", "    encrypted_suffix: x\n    version"),
            "Cannot use more than one of",
            1,
        ),
        ("a: [\n".to_string(), "yaml: line ", 2),
        ("- a\n".to_string(), "YAML documents that are sequences are not supported", 2),
    ] {
        let error = open(&text);
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert_eq!(error.exit_code(), code, "{error}");
    }
}

/// Whatever bit of a sample is another one, the file is refused, or has the same values.
#[test]
fn flipped_bits_are_refused_or_change_nothing() {
    let keys = only("age-1.txt");
    for name in ["all.yaml", "all.json", "all.env", "all.ini", "all.bin"] {
        let sample = Sample::named(name);
        let open = |bytes: &[u8]| {
            Sealed::parse(bytes, sample.format).and_then(|sealed| sealed.open(&keys, Integrity::Checked))
        };
        let before = values(&open(&sample.sealed).unwrap().document);
        let mut refused = 0;
        for at in (0..sample.sealed.len() * 8).step_by(37) {
            let mut bytes = sample.sealed.clone();
            bytes[at / 8] ^= 1 << (at % 8);
            match open(&bytes) {
                Err(_) => refused += 1,
                Ok(opened) => assert!(values(&opened.document) == before, "{name}: bit {at}"),
            }
        }
        assert!(refused > 100, "{name}: {refused}");
    }
}

/// What the seal is about: all values in their order. Neither comments are, nor what is empty, nor names.
fn values(document: &Document) -> Vec<Node> {
    fn of_node(node: &Node, found: &mut Vec<Node>) {
        match node {
            Node::Map(branch) => of_branch(branch, found),
            Node::List(items) => items.iter().for_each(|item| of_node(item, found)),
            Node::Null | Node::Comment(_) => {}
            Node::Text(text) if text.is_empty() => {}
            leaf => found.push(leaf.clone()),
        }
    }
    fn of_branch(branch: &Branch, found: &mut Vec<Node>) {
        branch.iter().filter_map(Item::entry).for_each(|(_, value)| of_node(value, found));
    }
    let mut found = Vec::new();
    document.branches().iter().for_each(|branch| of_branch(branch, &mut found));
    found
}

#[test]
fn what_is_set_is_read_as_sops_reads_it() {
    let read = |text: &str| Node::from_json(text.as_bytes());
    assert!(read("5").unwrap() == Node::Float(5.0) && read(" \"x\" ").unwrap() == Node::from("x"));
    let Node::Map(branch) = read("{\"b\": 1, \"a\": [true]}").unwrap() else { panic!("an object") };
    assert!(branch[0] == Item::Entry("b".to_string(), Node::Int(1)));
    for wrong in ["", "x", "{} x", "[", "\"\\x\""] {
        assert_eq!(read(wrong).unwrap_err().to_string(), "Value for --set is not valid JSON", "{wrong}");
    }
}

/// With both at hand, the kind that comes first opens; here it is the one that does not.
#[test]
fn the_order_of_keys_can_be_set() {
    let mut keys = keys();
    assert!(keys.set_order(&["pgp", "pgp"]).is_err() && keys.set_order(&["rsa"]).is_err());
    keys.set_order(&["hc_vault", "pgp"]).unwrap();
    Sealed::parse(&read("both.sealed.yaml"), Format::Yaml).unwrap().open(&keys, Integrity::Checked).unwrap();
}

/// Nothing that is secret is in what is printed for a developer.
#[test]
fn debug_output_shows_no_secret() {
    let opened = Sealed::parse(&read("all.sealed.yaml"), Format::Yaml)
        .unwrap()
        .open(&keys(), Integrity::Checked)
        .unwrap();
    let shown = format!("{opened:?} {:?} {:?}", opened.document, keys());
    for secret in ["p@ss", "8080", "line one", "AGE-SECRET", "PRIVATE", "a head"] {
        assert!(!shown.contains(secret), "{secret}");
    }
    assert!(shown.contains("password") && shown.contains("age1w3yqs7jl"));
}

/// Deep and huge documents end: the ones that nobody writes are refused.
#[test]
fn depth_is_no_danger() {
    let (open, close) = ("{\"a\":".repeat(190), "}".repeat(190));
    let deep = format!("{open}[1]{close}");
    for format in [Format::Json, Format::Yaml] {
        let document = Document::parse(deep.as_bytes(), format).unwrap();
        let recipe = Recipe { groups: vec![only("age-1.txt").recipients().collect()], ..Recipe::default() };
        let sealed = document.encrypt(&recipe, &keys(), format, &mut Random(1), 0).unwrap();
        let bytes = sealed.emit(format, &Layout::default()).unwrap();
        let opened = Sealed::parse(&bytes, format).unwrap().open(&keys(), Integrity::Checked).unwrap();
        opened.document.emit(format, &Layout::default()).unwrap();
    }
    let many = 100_000;
    for (format, text) in [
        (Format::Json, "{\"a\":".repeat(many)),
        (Format::Json, format!("{{\"a\":{}", "[".repeat(many))),
        (Format::Yaml, "{a: ".repeat(many)),
        (Format::Yaml, format!("a: {}", "[".repeat(many))),
        (Format::Yaml, "a: 1\n---\nb: &x {c: *x}\n".to_string()),
        (Format::Dotenv, format!("sops_age{}=1\n", "__map_a".repeat(many))),
        (Format::Ini, format!("[sops]\nage{} = 1\n", "__list_0".repeat(many))),
    ] {
        assert!(Sealed::parse(text.as_bytes(), format).is_err(), "{format:?}");
    }
    let lines: String = (0..many).map(|at| format!("k{at} = {at}\n")).collect();
    let document = Document::parse(lines.as_bytes(), Format::Ini).unwrap();
    document.emit(Format::Ini, &Layout::default()).unwrap();
}

/// No entropy at all.
struct Same;

impl Entropy for Same {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

#[test]
fn what_is_shown_with_its_keys_is_taken_back() {
    let (keys, layout) = (keys(), Layout::default());
    for sample in Sample::all() {
        let opened = Sealed::parse(&sample.sealed, sample.format).unwrap().open(&keys, Integrity::Checked);
        let opened = opened.unwrap();
        let shown = opened.emit_with_keys(sample.format, &layout, 0);
        if sample.name == "all.bin" {
            assert!(shown.unwrap_err().to_string().contains("it is no text"));
            continue;
        }
        let shown = shown.unwrap();
        let mut taken = opened.clone();
        taken.take_with_keys(&shown, sample.format, &keys, &mut Same, 0).unwrap();
        assert_eq!(taken.metadata(), opened.metadata(), "{}", sample.name);
        // As an editor without keys would have it.
        let plain = opened.document.emit(sample.format, &layout).unwrap();
        let plain = Document::parse(&plain, sample.format).unwrap().emit(sample.format, &layout).unwrap();
        assert!(taken.document.emit(sample.format, &layout).unwrap() == plain, "{}", sample.name);
    }
}

#[test]
fn groups_can_be_edited() {
    if !Keys::HAS_PGP {
        return;
    }
    let keys = keys();
    let (text, layout) = (text("groups.sealed.yaml"), Layout::default());
    let mut opened =
        Sealed::parse(text.as_bytes(), Format::Yaml).unwrap().open(&keys, Integrity::Checked).unwrap();
    let shown = String::from_utf8(opened.emit_with_keys(Format::Yaml, &layout, 0).unwrap().to_vec()).unwrap();
    let count = opened.metadata().groups.len();
    let new = "        - age:\n            - recipient: age1";
    let (before, rest) = shown.split_once("    key_groups:\n").unwrap();
    let recipient = only("age-2.txt").at_hand().remove(0);
    let new = new.replace("age1", &recipient);
    let edited = format!("{before}    key_groups:\n{new}\n{rest}")
        .replace("shamir_threshold: 2", "shamir_threshold: 3");
    opened.take_with_keys(edited.as_bytes(), Format::Yaml, &keys, &mut Same, 0).unwrap();
    assert_eq!(opened.metadata().groups.len(), count + 1);
    let bytes = opened.seal(Format::Yaml, &mut Same, 0).unwrap().emit(Format::Yaml, &layout).unwrap();
    let again = Sealed::parse(&bytes, Format::Yaml).unwrap();
    assert_eq!(again.metadata().threshold, 3);
    again.open(&keys, Integrity::Checked).unwrap();
    for (wrong, why) in [
        (edited.replace(&recipient, "age1nobody"), "age1nobody"),
        (edited.replace("recipient:", "receiver:"), "names nobody"),
        (before.replace("sops:", "other:"), "metadata"),
    ] {
        let mut opened =
            Sealed::parse(&bytes, Format::Yaml).unwrap().open(&keys, Integrity::Checked).unwrap();
        let error = opened.take_with_keys(wrong.as_bytes(), Format::Yaml, &keys, &mut Same, 0).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn keys_that_are_no_texts_are_named() {
    for (text, kind) in
        [("1: a\ntrue: b\n", "int"), ("a:\n- ~: 1\n", "null"), ("? [a]\n: b\n", "map or list")]
    {
        let error = Document::parse(text.as_bytes(), Format::Yaml).unwrap_err();
        let words = format!("Tree contains a non-string key (type {kind}). Only string keys are supported");
        assert!(error.to_string().contains(&words), "{error}");
        assert_eq!(error.exit_code(), 2);
    }
}
