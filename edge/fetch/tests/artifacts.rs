//! Artifacts: the same bytes every time, checked, forgotten in time.

use std::io::Read as _;
use std::time::Duration;

use weir_fetch::ArtifactStore;
use weir_files::MemoryFiles;

#[test]
fn stored_checked_and_forgotten() {
    let root = std::env::temp_dir().join(format!("weir-artifacts-{}", std::process::id()));
    _ = std::fs::remove_dir_all(&root);
    let store = ArtifactStore::open(&root, "source-controller.flux-system.svc.cluster.local.").unwrap();
    let tree = MemoryFiles::from_iter([("b/y.yaml", "2"), ("a.yaml", "1")]).tree();
    let one = store.put("GitRepository", "ns", "app", "abc", &tree).unwrap();
    assert_eq!(one.path, "gitrepository/ns/app/abc.tar.gz");
    let url = "http://source-controller.flux-system.svc.cluster.local./gitrepository/ns/app/abc.tar.gz";
    assert_eq!(one.url, url);
    let two = store.put("GitRepository", "ns", "app", "def", &tree).unwrap();
    assert_eq!(one.digest, two.digest, "the same files give the same bytes");
    assert!(store.verify(&one.path, &one.digest));

    let mut archive =
        tar::Archive::new(flate2::read::GzDecoder::new(std::fs::File::open(root.join(&one.path)).unwrap()));
    let mut seen = Vec::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        assert_eq!(entry.header().mtime().unwrap(), 0);
        seen.push((entry.path().unwrap().display().to_string(), text));
    }
    let names: Vec<_> = seen.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(names, [("a.yaml", "1"), ("b", ""), ("b/y.yaml", "2")]);

    std::fs::write(root.join(&one.path), "damaged").unwrap();
    assert!(!store.verify(&one.path, &one.digest));
    assert!(!store.verify("../../etc/passwd", &one.digest));

    let keep = (Duration::ZERO, 0);
    store.collect_garbage("GitRepository", "ns", "app", &two.path, keep).unwrap();
    assert!(!root.join(&one.path).exists());
    assert!(root.join(&two.path).exists(), "the current one always stays");
    store.remove("GitRepository", "ns", "app").unwrap();
    assert!(!root.join("gitrepository/ns/app").exists());
    std::fs::remove_dir_all(&root).unwrap();
}
