//! Fetching from repositories made by the real git, over file:// and http.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../testbed/git_server.rs"]
mod git_server;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use git_server::GitServer;
use weir_fetch::{FetchError, GitAuth, GitReference, GitSpec, Mirror};
use weir_files::RootedPath;

/// A directory of this test alone, gone at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("weir-git-{name}-{}", std::process::id()));
        _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn git(&self, arguments: &[&str]) -> String {
        let answer = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "init.defaultBranch=main"])
            .args(arguments)
            .current_dir(&self.0)
            .output()
            .unwrap();
        assert!(answer.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&answer.stderr));
        String::from_utf8_lossy(&answer.stdout).trim().to_string()
    }

    /// A commit of one file; gives its name.
    fn commit(&self, file: &str, content: &str) -> String {
        let path = self.0.join("work").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self.git(&["-C", "work", "add", "-A"]);
        self.git(&["-C", "work", "commit", "-qm", &format!("write {file}")]);
        self.git(&["-C", "work", "push", "-q", "../repos/app.git", "HEAD:refs/heads/main", "--tags"]);
        self.git(&["-C", "work", "rev-parse", "HEAD"])
    }

    fn repository(name: &str) -> Self {
        let scratch = Self::new(name);
        scratch.git(&["init", "-q", "work"]);
        scratch.git(&["init", "-q", "--bare", "repos/app.git"]);
        scratch
    }

    fn serve(&self) -> GitServer {
        GitServer::start(&self.0.join("repos")).unwrap()
    }

    fn mirror(&self) -> Mirror {
        Mirror::open(&self.0.join("mirrors/app")).unwrap()
    }

    fn spec(&self, reference: GitReference) -> GitSpec {
        GitSpec {
            url: format!("file://{}", self.0.join("repos/app.git").display()),
            reference,
            auth: GitAuth::None,
            ca: None,
            proxy: None,
            timeout: Duration::from_secs(20),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

fn branch(name: &str) -> GitReference {
    GitReference { branch: name.into(), ..GitReference::default() }
}

fn has_git(suite: &str) -> bool {
    let found =
        Command::new("git").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        _ = writeln!(std::io::stderr(), "skipped: {suite}: git is absent");
    }
    found
}

#[test]
fn every_kind_of_reference() {
    if !has_git("every_kind_of_reference") {
        return;
    }
    let scratch = Scratch::repository("references");
    let first = scratch.commit("a/x.yaml", "one");
    scratch.git(&["-C", "work", "tag", "1.0.0"]);
    scratch.git(&["-C", "work", "tag", "-am", "annotated", "1.2.0"]);
    let second = scratch.commit("a/x.yaml", "two");
    scratch.git(&["-C", "work", "tag", "2.0.0-rc.1"]);
    let last = scratch.commit("b.yaml", "three");
    let mirror = scratch.mirror();
    let fetch = |reference| mirror.fetch(&scratch.spec(reference));
    let or = GitReference::default;

    let fetched = fetch(branch("main")).unwrap();
    assert_eq!(fetched.revision, format!("main@sha1:{last}"));
    assert_eq!(fetched.subject, "write b.yaml");
    let tag = fetch(GitReference { tag: "1.2.0".into(), ..or() }).unwrap();
    assert_eq!(tag.revision, format!("1.2.0@sha1:{first}"));
    let semver = fetch(GitReference { semver: ">=1.0.0 <2.0.0".into(), ..or() }).unwrap();
    assert_eq!(semver.revision, format!("1.2.0@sha1:{first}"));
    let name = fetch(GitReference { name: "refs/heads/main".into(), ..or() }).unwrap();
    assert_eq!(name.revision, format!("refs/heads/main@sha1:{last}"));
    let commit = fetch(GitReference { commit: second.clone(), ..or() }).unwrap();
    assert_eq!(commit.revision, format!("sha1:{second}"));
    let on_branch = fetch(GitReference { commit: second.clone(), ..branch("main") }).unwrap();
    assert_eq!(on_branch.revision, format!("main@sha1:{second}"));

    let tree = mirror.tree(&second).unwrap();
    let path = |text| RootedPath::new(text).unwrap();
    assert_eq!(&*tree.read(&path("a/x.yaml")).unwrap(), b"two");
    assert!(!tree.is_file(&path("b.yaml")).unwrap());
    assert!(mirror.tree(&last).unwrap().is_file(&path("b.yaml")).unwrap());

    let missing = fetch(branch("nope")).unwrap_err();
    assert!(matches!(&missing, FetchError::NoReference { .. }), "{missing}");
    assert!(missing.to_string().contains("branch 'nope'"), "{missing}");
    let none = fetch(GitReference { semver: ">=9".into(), ..or() }).unwrap_err();
    assert!(matches!(&none, FetchError::NoReference { .. }), "{none}");
}

#[test]
fn over_http_with_credentials() {
    if !has_git("over_http_with_credentials") {
        return;
    }
    let scratch = Scratch::repository("http");
    let first = scratch.commit("x.yaml", "one");
    let server = scratch.serve();
    server.fault("auth Basic bWU6c2VjcmV0");
    let mirror = scratch.mirror();
    let mut spec = GitSpec { url: server.url("app.git"), ..scratch.spec(branch("main")) };
    let refused = mirror.fetch(&spec).unwrap_err();
    assert!(matches!(refused, FetchError::Authentication { .. }), "{refused}");
    spec.auth = GitAuth::Basic { user: "me".into(), password: "wrong".into() };
    let refused = mirror.fetch(&spec).unwrap_err();
    assert!(matches!(refused, FetchError::Authentication { .. }), "{refused}");
    assert!(!format!("{refused} {spec:?}").contains("wrong"));
    spec.auth = GitAuth::Basic { user: "me".into(), password: "secret".into() };
    assert_eq!(mirror.fetch(&spec).unwrap().commit, first);
    let second = scratch.commit("x.yaml", "two");
    assert_eq!(mirror.fetch(&spec).unwrap().commit, second);
    assert_eq!(mirror.fetch(&spec).unwrap().commit, second);
    server.fault("gone");
    let gone = mirror.fetch(&spec).unwrap_err();
    assert!(matches!(gone, FetchError::Operation { .. }), "{gone}");
    assert!(mirror.tree(&second).is_ok(), "what was fetched stays");
}

#[test]
fn faults_of_the_server_are_told_and_change_nothing() {
    let suite = "faults_of_the_server_are_told_and_change_nothing";
    if !has_git(suite) {
        return;
    }
    let scratch = Scratch::repository("faults");
    let first = scratch.commit("x.yaml", "one");
    let server = scratch.serve();
    let mirror = scratch.mirror();
    let spec = GitSpec {
        url: server.url("app.git"),
        timeout: Duration::from_secs(2),
        ..scratch.spec(branch("main"))
    };
    assert_eq!(mirror.fetch(&spec).unwrap().commit, first);
    scratch.commit("x.yaml", "two");
    for mode in ["500", "hang", "garbage", "slow", "empty", "401", "429", "404", "gone"] {
        server.fault(mode);
        let start = Instant::now();
        let error = mirror.fetch(&spec).unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(10), "{mode} took {:?}", start.elapsed());
        match mode {
            "401" => assert!(matches!(error, FetchError::Authentication { .. }), "{mode}: {error}"),
            "hang" | "slow" => assert!(matches!(error, FetchError::Timeout { .. }), "{mode}: {error}"),
            "500" | "429" | "404" => assert!(error.to_string().contains(mode), "{mode}: {error}"),
            _ => {}
        }
        assert!(mirror.tree(&first).is_ok(), "{mode}");
    }
    server.fault("none");
    assert_ne!(mirror.fetch(&spec).unwrap().commit, first);
}

#[test]
fn a_bad_mirror_is_begun_anew() {
    if !has_git("a_bad_mirror_is_begun_anew") {
        return;
    }
    let scratch = Scratch::repository("bad");
    let first = scratch.commit("x.yaml", "one");
    let spec = scratch.spec(branch("main"));
    scratch.mirror().fetch(&spec).unwrap();
    let directory = scratch.0.join("mirrors/app");
    std::fs::write(directory.join("shallow.lock"), "").unwrap();
    scratch.commit("x.yaml", "two");
    assert!(scratch.mirror().fetch(&spec).is_ok(), "a lock left behind is removed");
    std::fs::write(directory.join("HEAD"), "nonsense").unwrap();
    std::fs::remove_dir_all(directory.join("objects")).unwrap();
    let fetched = scratch.mirror().fetch(&spec).unwrap();
    assert_ne!(fetched.commit, first);
    assert!(scratch.mirror().tree(&fetched.commit).is_ok());
}
