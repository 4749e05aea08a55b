//! Reads a synthetic stream of manifests and says how fast that went and what it holds:
//! `cargo run --release -p weir-yaml --example read_speed`.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement looks at the clock and says what it saw"
)]

use std::time::Instant;

use weir_yaml::{Dialect, from_yaml, parse, to_yaml};

const TEXT_BYTES: usize = 24 << 20;

fn manifest(n: usize) -> String {
    format!(
        "---\n# Component {n}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{n}\n  namespace: team-{}\n  \
         labels:\n    app.kubernetes.io/name: app-{n}\n    app.kubernetes.io/part-of: \"suite\"\n  annotations:\n    \
         description: a deployment that stands here for many others\nspec:\n  replicas: 3\n  selector:\n    \
         matchLabels:\n      app.kubernetes.io/name: app-{n}\n  template:\n    metadata:\n      labels:\n        \
         app.kubernetes.io/name: app-{n}\n    spec:\n      containers:\n        - name: main\n          image: \
         registry.example.org/team/app:{n}.0.1\n          args: [\"--verbose\", '--port=8080', --config=/etc/app]\n          \
         ports:\n            - containerPort: 8080\n              protocol: TCP\n          env:\n            - name: \
         LOG_LEVEL\n              value: info\n          resources:\n            requests:\n              cpu: 100m\n              \
         memory: 128Mi\n          command:\n            - /bin/sh\n            - -c\n            - |\n              \
         set -e\n              exec /usr/bin/app --serve\n",
        n % 17
    )
}

/// Resident memory in MiB, where the system tells.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: usize = status.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
    (pages * 4096) >> 20
}

fn main() {
    let mut text = String::with_capacity(TEXT_BYTES + 4096);
    for n in 0.. {
        text.push_str(&manifest(n));
        if text.len() >= TEXT_BYTES {
            break;
        }
    }
    let megabytes = text.len() as f64 / 1e6;
    let before = resident();
    for (name, dialect) in [("sigs", Dialect::Sigs), ("strict", Dialect::SigsStrict), ("v3", Dialect::V3)] {
        let start = Instant::now();
        let values = from_yaml(&text, dialect).unwrap();
        let rate = megabytes / start.elapsed().as_secs_f64();
        println!("from_yaml {name}: {rate:.0} MB/s, {} documents", values.len());
        if dialect == Dialect::Sigs {
            // Later rounds reuse memory that this one leaves behind.
            println!("{megabytes:.0} MB of manifests held in {} MiB", resident() - before);
        }
    }
    let start = Instant::now();
    let documents = parse(&text).unwrap().len();
    println!("parse: {:.0} MB/s, {documents} documents", megabytes / start.elapsed().as_secs_f64());
    let values = from_yaml(&text, Dialect::V3).unwrap();
    let start = Instant::now();
    let printed: usize = values.iter().map(|value| to_yaml(value).unwrap().len()).sum();
    println!("to_yaml: {:.0} MB/s", printed as f64 / 1e6 / start.elapsed().as_secs_f64());
}
