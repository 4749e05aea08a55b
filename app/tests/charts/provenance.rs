//! Signed charts: what the real helm signed, and what we sign. `HELM` names the real binary to verify ours, too.

use std::path::Path;
use std::process::Command;

use crate::{Home, server};

/// A home with the keys, and a chart that the real helm signed with one of them.
fn home(name: &str) -> Home {
    let home = Home::new(name);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/charts/provenance");
    std::fs::create_dir_all(home.folder.join("old")).unwrap();
    for file in ["public.gpg", "secret.gpg", "tiny-0.1.0.tgz", "tiny-0.1.0.tgz.prov"] {
        std::fs::copy(folder.join(file), home.folder.join(file)).unwrap();
    }
    for file in ["old/tiny-0.1.0.tgz", "old/tiny-0.1.0.tgz.prov"] {
        std::fs::copy(folder.join(file), home.folder.join(file)).unwrap();
    }
    home.write("word", "word\n");
    home.write("none.gpg", "");
    home
}

const SIGNED: &str = "Signed by: Test <test@example.com>\nUsing Key With Fingerprint: ";

#[test]
fn what_helm_signed_is_verified() {
    let home = home("verify");
    let said = home.said("verify tiny-0.1.0.tgz --keyring public.gpg");
    assert!(said.starts_with(SIGNED) && said.contains("\nChart Hash Verified: sha256:"), "{said}");
    home.said("template x tiny-0.1.0.tgz --verify --keyring public.gpg");
    for (words, why) in [
        ("verify old/tiny-0.1.0.tgz --keyring public.gpg", "openpgp: key expired"),
        ("verify tiny-0.1.0.tgz --keyring none.gpg", "openpgp: signature made by unknown entity"),
        (
            "verify tiny-0.1.0.tgz --keyring nope",
            "failed to load keyring: open nope: no such file or directory",
        ),
        ("verify tiny-0.1.0.tgz --keyring word", "failed to load keyring"),
        ("verify tiny-0.1.0.tgz", "pubring.gpg: no such file or directory"),
        ("verify old --keyring public.gpg", "unpacked charts cannot be verified"),
        ("verify word --keyring public.gpg", "chart must be a tgz file"),
    ] {
        let said = home.refused(words);
        assert!(said.contains(why), "{words}: {said}");
    }
    let provenance = home.read("tiny-0.1.0.tgz.prov");
    home.write("tiny-0.1.0.tgz.prov", &provenance.replace("version: 0.1.0", "version: 0.2.0"));
    let said = home.refused("verify tiny-0.1.0.tgz --keyring public.gpg");
    assert!(said.contains("openpgp: invalid signature"), "{said}");
    home.write("tiny-0.1.0.tgz.prov", &provenance);
    home.write("tiny-0.1.0.tgz", "other");
    let said = home.refused("template x tiny-0.1.0.tgz --verify --keyring public.gpg");
    assert!(said.contains("sha256 sum does not match for tiny-0.1.0.tgz"), "{said}");
}

#[test]
fn what_we_sign_is_verified() {
    let home = home("sign");
    home.said("create web");
    let sign = "package web --sign --keyring secret.gpg --passphrase-file word --key";
    home.said(&format!("{sign} test@ -d site"));
    let verify = "verify site/web-0.1.0.tgz --keyring public.gpg";
    assert!(home.said(verify).starts_with(SIGNED));
    if let Some(helm) = std::env::var_os("HELM") {
        let theirs = Command::new(helm).current_dir(&home.folder).args(verify.split(' ')).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&theirs.stdout), home.said(verify));
    }
    assert!(home.refused(&format!("{sign} nobody")).contains("private key not found"));
    let public = sign.replace("secret.gpg", "public.gpg");
    assert!(home.refused(&format!("{public} test@")).contains("provided key is not a private key"));
    home.write("word", "wrong\n");
    assert!(home.refused(&format!("{sign} test@")).contains("private key checksum failure"));
    assert!(home.refused("package web --sign").contains("--key is required for signing a package"));
}

#[test]
fn repositories_keep_provenance_beside_charts() {
    let home = home("beside");
    std::fs::create_dir_all(home.folder.join("site")).unwrap();
    for file in ["tiny-0.1.0.tgz", "tiny-0.1.0.tgz.prov"] {
        std::fs::rename(home.folder.join(file), home.folder.join("site").join(file)).unwrap();
    }
    home.said("create bare");
    home.said("package bare -d site");
    home.said("repo index site");
    let url = server::serve(home.folder.join("site"));
    let said = home.said(&format!("pull tiny --repo {url} --verify --keyring public.gpg -d got"));
    assert!(said.starts_with(SIGNED), "{said}");
    assert!(home.folder.join("got/tiny-0.1.0.tgz.prov").exists());
    home.said(&format!("pull tiny --repo {url} --prov -d prov"));
    assert!(home.folder.join("prov/tiny-0.1.0.tgz.prov").exists());
    home.said(&format!("template x tiny --repo {url} --verify --keyring public.gpg"));
    let said = home.refused(&format!("template x tiny --repo {url} --verify --keyring none.gpg"));
    assert!(said.contains("made by unknown entity"), "{said}");
    let said = home.refused(&format!("pull bare --repo {url} --verify --keyring public.gpg"));
    assert!(said.contains("failed to fetch provenance"), "{said}");
    assert!(
        home.said(&format!("pull bare --repo {url} --prov -d prov"))
            .contains("WARNING: Verification not found")
    );
    home.write(
        "own/Chart.yaml",
        &format!("apiVersion: v2\nname: own\nversion: 1.0.0\ndependencies:\n- {{name: tiny, version: 0.1.0, repository: {url}}}\n"),
    );
    home.said("dependency update own --verify --keyring public.gpg");
    assert!(home.folder.join("own/charts/tiny-0.1.0.tgz").exists());
    assert!(
        home.refused("dependency update own --verify --keyring none.gpg").contains("made by unknown entity")
    );
}
