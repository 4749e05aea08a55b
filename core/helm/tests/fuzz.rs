//! Bytes changed at random: nothing that reads them may panic, hang or take much memory. `WEIR_FUZZ` sets how often,
//! `WEIR_FUZZ_SEED` where to begin.

#![expect(clippy::disallowed_methods, reason = "tests read the environment")]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use weir_helm::release::{Release as Record, Splitting, split_manifests};
use weir_helm::values::{ValueOptions, load};
use weir_helm::{Chart, File, Options, Release, World, archive_files, render};
use weir_yaml::Map;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }
}

fn times() -> (u64, u64) {
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    (number("WEIR_FUZZ", 2_000), number("WEIR_FUZZ_SEED", 1))
}

const TOKENS: [&[u8]; 20] = [
    b"{{", b"}}", b"---\n", b"\n", b": ", b"- ", b"[", b"]", b"{", b"}", b"\"", b"'", b"null", b"1e9",
    b"\xff", b"\0", b"&a ", b"*a", b"$ref", b"\\",
];

fn changed(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        match random.below(5) {
            0 if at < bytes.len() => bytes[at] = random.next() as u8,
            1 if at < bytes.len() => {
                bytes.remove(at);
            }
            2 => {
                let token = TOKENS[random.below(TOKENS.len())];
                bytes.splice(at..at, token.iter().copied());
            }
            3 => bytes.truncate(at),
            _ => {
                let end = (at + random.below(30)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
    bytes
}

const CHART: &[u8] = b"apiVersion: v2\nname: c\nversion: 1.0.0\nappVersion: 1.2\ndependencies:\n- {name: s, version: '*', \
condition: s.on, tags: [a], alias: t, import-values: [data, {child: x, parent: .}]}\nmaintainers: [{name: n}]\n\
annotations: {a: b}\n";
const VALUES: &[u8] = b"a: {b: [1, 2, {c: d}], e: null}\nglobal: {x: 1}\ns: {on: true}\n---\na: {b: x}\n";
const SCHEMA: &[u8] = br##"{"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"d":{"type":"string"}},
"properties":{"a":{"anyOf":[{"$ref":"#/definitions/d"},{"required":["b"]}]},"s":{"additionalProperties":false}}}"##;
const TEMPLATE: &[u8] =
    b"kind: A\nmetadata: {annotations: {helm.sh/hook: test}}\n---\na: {{ .Values.a.b }}\n\
{{ range $k, $v := .Values.a }}{{ $k }}: {{ $v }}\n{{ end }}{{ .Files.Glob \"*\" }}{{ tpl \"{{ . }}\" 1 }}\n";

fn file(name: &str, data: &[u8]) -> File {
    File { name: name.to_string(), data: data.into() }
}

fn files(parts: &[Vec<u8>; 4]) -> Vec<File> {
    vec![
        file("Chart.yaml", &parts[0]),
        file("values.yaml", &parts[1]),
        file("values.schema.json", &parts[2]),
        file("templates/a.yaml", &parts[3]),
        file("charts/s/Chart.yaml", b"apiVersion: v1\nname: s\nversion: 1.0.0\n"),
        file("charts/s/values.yaml", b"exports: {data: {y: 1}}\nx: {z: 1}\n"),
    ]
}

#[test]
fn charts_of_any_bytes_are_read_and_rendered() {
    let (count, seed) = times();
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for _ in 0..count {
        let mut parts = [CHART.to_vec(), VALUES.to_vec(), SCHEMA.to_vec(), TEMPLATE.to_vec()];
        let which = random.below(4);
        parts[which] = changed(&mut random, &parts[which]);
        let Ok(chart) = Chart::from_files(files(&parts)) else { continue };
        _ = render(&chart, &Map::new(), &Release::new("r", "n"), &Options::default(), &World::default());
    }
}

#[test]
fn archives_of_any_bytes_are_unpacked() {
    let (count, seed) = times();
    let mut random = Random(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1);
    let parts = [CHART.to_vec(), VALUES.to_vec(), SCHEMA.to_vec(), TEMPLATE.to_vec()];
    let mut tar = tar::Builder::new(Vec::new());
    for file in files(&parts) {
        let mut header = tar::Header::new_ustar();
        header.set_size(file.data.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, format!("c/{}", file.name), &*file.data).unwrap();
    }
    let tar = tar.into_inner().unwrap();
    let packed = |bytes: &[u8]| {
        let mut out = GzEncoder::new(Vec::new(), Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    assert_eq!(archive_files(&packed(&tar)).unwrap().len(), 6);
    for _ in 0..count {
        // Half of the changes are inside of the compression, where they get further.
        let bytes = match random.below(2) {
            0 => packed(&changed(&mut random, &tar)),
            _ => changed(&mut random, &packed(&tar)),
        };
        _ = Chart::from_archive(&bytes, "c.tgz");
    }
}

#[test]
fn values_of_any_text_are_read() {
    let (count, seed) = times();
    let mut random = Random(seed.wrapping_mul(0xda94_2042_e4dd_58b5) | 1);
    for _ in 0..count {
        _ = load(&changed(&mut random, VALUES));
        let text = changed(&mut random, b"a.b[0].c=1,d={x,y},e[1][2]=z,f=,g\\.h=null");
        let text = String::from_utf8_lossy(&text).into_owned();
        let json = changed(&mut random, br#"a.b={"x":[1,"}"]},c=2 ,d[0]=null"#);
        let json = String::from_utf8_lossy(&json).into_owned();
        for options in [
            ValueOptions { set: vec![text.clone()], ..ValueOptions::default() },
            ValueOptions { literals: vec![text.clone()], ..ValueOptions::default() },
            ValueOptions { set_files: vec![text.clone()], ..ValueOptions::default() },
            ValueOptions { json: vec![json], ..ValueOptions::default() },
        ] {
            _ = options.merged(&mut |_| Err("none".to_string()));
        }
        _ = split_manifests(&text, Splitting::Wide);
        _ = split_manifests(&text, Splitting::Narrow);
    }
}

#[test]
fn records_of_any_bytes_are_read() {
    let (count, seed) = times();
    let mut random = Random(seed.wrapping_mul(0xbf58_476d_1ce4_e5b9) | 1);
    let record =
        Record { name: "r".to_string(), manifest: "a: 1\n".to_string(), ..Record::default() }.encode();
    for _ in 0..count {
        _ = Record::decode(&changed(&mut random, record.as_bytes()));
    }
}
