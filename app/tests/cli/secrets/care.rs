//! Beginning, and what is wrong with a repository: each broken set-up is named with what mends it.

use super::bed::{Bed, SECRET};

#[test]
fn the_key_stays_outside() {
    let bed = Bed::new();
    let rules = bed.text(".sops.yaml");
    assert!(rules.contains(&bed.public()) && !rules.contains("AGE-SECRET"), "{rules}");
    assert!(bed.text(".gitignore").contains("*.agekey"));
    let secret = bed.weir(&["secrets", "init", "--print-secret"]).with(0).stdout;
    assert!(secret.contains("age.agekey: AGE-SECRET-KEY-1"), "{secret}");
    bed.weir(&["secrets", "init", "--key-file", "key.txt"])
        .with(1)
        .says(&["does not belong into the repository"]);
    assert!(!bed.directory.path().join("key.txt").exists());
    assert_eq!(bed.text(".sops.yaml"), rules);
}

#[test]
fn the_check_finds_what_is_in_plain() {
    let bed = Bed::new();
    bed.sealed("apps/a.sops.yaml", SECRET);
    bed.directory.write("apps/other.yaml", "kind: ConfigMap\ndata: {a: b}\n");
    bed.weir(&["secrets", "check"]).with(0);
    bed.directory.write("apps/b.sops.yaml", SECRET);
    let ended = bed.weir(&["secrets", "check"]).with(1);
    let ended =
        ended.says(&["apps/b.sops.yaml: in plain: [\"stringData\"][\"user\"]", "weir secrets encrypt -i"]);
    assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
    // A value that somebody added by hand.
    let sealed = bed.text("apps/a.sops.yaml").replace("stringData:\n", "stringData:\n    token: abc\n");
    bed.directory.write("apps/a.sops.yaml", sealed);
    bed.weir(&["secrets", "check", "apps/a.sops.yaml"]).with(1).says(&["[\"stringData\"][\"token\"]"]);
}

#[test]
fn a_rule_for_everything_is_about_secrets_only() {
    let bed = Bed::new();
    let rules = bed.text(".sops.yaml").replace("\\.sops\\.ya?ml$", ".*.yaml");
    bed.directory.write(".sops.yaml", rules);
    bed.directory.write("map.yaml", "kind: ConfigMap\ndata: {a: b}\n");
    bed.directory.write("later.yaml", "kind: Secret\nstringData: {a: '${FROM_ELSEWHERE}'}\n");
    bed.directory
        .write("both.yaml", "kind: Secret\nstringData: {a: '${ONE}/${TWO}', b: 'op://vault/item'}\n");
    bed.weir(&["secrets", "check"]).with(0);
    // Beside a variable, and around one.
    for value in ["pwd: hunter2", "dsn: 'db://hunter2@${HOST}'"] {
        bed.directory.write("mixed.yaml", format!("kind: Secret\nstringData: {{a: '${{ONE}}', {value}}}\n"));
        bed.weir(&["secrets", "check"]).with(1).says(&["mixed.yaml"]);
    }
    std::fs::remove_file(bed.directory.path().join("mixed.yaml")).unwrap();
    bed.directory.write("secret.yaml", SECRET);
    bed.weir(&["secrets", "check"]).with(1).says(&["secret.yaml"]);
}

fn unit(name: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: {name}, namespace: flux-system}}\nspec: {{path: {path}{more}}}\n"
    )
}

const DECRYPTS: &str = ", decryption: {provider: sops, secretRef: {name: sops-age}}";

/// What the doctor says of a repository with this in it.
fn told(make: impl Fn(&Bed)) -> String {
    let bed = Bed::new();
    make(&bed);
    let ended = bed.weir(&["secrets", "doctor"]).with(1);
    assert!(!ended.stdout.contains("hunter2") && !ended.stdout.contains("AGE-SECRET"), "{}", ended.stdout);
    ended.stdout
}

#[test]
fn the_doctor_knows_what_parents_patch_into_units() {
    let bed = Bed::new();
    let parent = ", patches: [{target: {kind: Kustomization}, patch: '{apiVersion: kustomize.toolkit.fluxcd.io/v1, \
                  kind: Kustomization, metadata: {name: x}, spec: {decryption: {provider: sops, secretRef: {name: \
                  sops-age}}}}'}]";
    bed.directory.write("cluster/parent.yaml", unit("parent", "./units", parent));
    bed.directory.write("units/child.yaml", unit("child", "./apps", ""));
    // Another directory that no unit reads, and texts that are about secrets.
    bed.sealed("apps/a.sops.yaml", SECRET).sealed("talos/b.sops.yaml", SECRET);
    bed.directory
        .write("README.md", "It looks so:\n    sops:\n        mac: ENC[AES256_GCM,...]\n\"mac\": \"ENC[\n");
    bed.directory.write(
        "apps/from.yaml",
        "kind: Secret\nstringData: {host: db, password: 'op://vault/db/password'}\n",
    );
    let told = bed.weir(&["secrets", "doctor"]).with(0).stdout;
    has(&told, &["flux-system/child", "sops-age", "not in the repository"]);
    let told = bed.weir(&["secrets", "doctor", "-o", "yaml"]).with(0).stdout;
    has(
        &told,
        &["file: ./apps/a.sops.yaml", "  - flux-system/child", "unit: flux-system/child", "problems: []"],
    );
}

#[test]
fn the_doctor_passes_over_what_git_ignores() {
    let bed = Bed::new();
    let key = std::fs::read_to_string(bed.key_file()).unwrap();
    bed.directory.write("age.key", key);
    bed.weir(&["secrets", "doctor"]).with(1);
    bed.directory.write(".gitignore", "age.key\n");
    bed.git("init -q", 0);
    bed.weir(&["secrets", "doctor"]).with(0);
}

fn has(told: &str, texts: &[&str]) {
    for text in texts {
        assert!(told.contains(text), "it does not say '{text}':\n{told}");
    }
}

#[test]
fn the_doctor_names_the_way_out() {
    let other = Bed::new();
    has(
        &told(|bed| _ = bed.directory.write("a.sops.yaml", SECRET)),
        &["in plain under a rule", "encrypt -i ./a.sops.yaml"],
    );
    has(&told(|bed| _ = bed.directory.write("a.yaml", SECRET)), &["a Secret in plain that no rule is for"]);
    has(
        &told(|bed| {
            bed.sealed("apps/a.sops.yaml", SECRET).directory.write("units.yaml", unit("apps", "./apps", ""));
        }),
        &["unit flux-system/apps (./units.yaml) applies it, and has no spec.decryption", "secretRef"],
    );
    has(
        &told(|bed| {
            let key = std::fs::read_to_string(other.key_file()).unwrap();
            let key = key.lines().last().unwrap();
            let secret = format!(
                "apiVersion: v1\nkind: Secret\nmetadata: {{name: sops-age, namespace: flux-system}}\nstringData: {{age.agekey: {key}}}\n"
            );
            bed.directory.write("units.yaml", unit("apps", "./apps", DECRYPTS));
            bed.sealed("apps/a.sops.yaml", SECRET).sealed("key.sops.yaml", &secret.replace("agekey", "key"));
        }),
        &["whose data is named age.key", "--from-file=age.agekey="],
    );
    has(
        &told(|bed| {
            other.sealed("a.sops.yaml", SECRET);
            bed.directory.write("a.sops.yaml", other.text("a.sops.yaml"));
        }),
        &[&format!("it is for {}", other.public()), "updatekeys -y ./a.sops.yaml", "SOPS_AGE_KEY_FILE"],
    );
    has(
        &told(|bed| {
            bed.sealed("a.sops.yaml", SECRET);
            std::fs::rename(bed.directory.path().join("a.sops.yaml"), bed.directory.path().join("a.yaml"))
                .unwrap();
        }),
        &["no rule of", "add a rule whose path_regex matches a.yaml"],
    );
    has(
        &told(|bed| {
            bed.sealed("a.sops.yaml", SECRET);
            let text = bed.text("a.sops.yaml").replace("    encrypted_regex: ^(data|stringData)$\n", "");
            bed.directory.write("a.sops.yaml", text);
        }),
        &["no encrypted_regex", "--encrypted-regex '^(data|stringData)$'"],
    );
    has(
        &told(|bed| {
            bed.directory.write("a.yaml", SECRET);
            let age = bed.public();
            bed.weir(&["secrets", "encrypt", "-i", "--config", "/dev/null", "--age", &age, "a.yaml"]).with(0);
        }),
        &["its kind and name are encrypted too"],
    );
    has(
        &told(|bed| {
            let key = std::fs::read_to_string(bed.key_file()).unwrap();
            bed.directory.write("key.txt", key);
        }),
        &["key.txt:3", "a private key in the repository"],
    );
    has(
        &told(|bed| {
            bed.sealed("a.sops.yaml", SECRET)
                .directory
                .write(".sops.yaml", "creation_rules:\n  - path_regex: '('\n");
        }),
        &[".sops.yaml: error loading config: line 2"],
    );
    has(
        &told(|bed| {
            bed.sealed("a.sops.yaml", SECRET);
            let text = bed.text("a.sops.yaml");
            let cut = text.find("    mac:").unwrap();
            bed.directory.write("a.sops.yaml", &text[..cut]);
        }),
        &["a.sops.yaml"],
    );
}
