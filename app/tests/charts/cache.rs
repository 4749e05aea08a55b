//! Pulls that are killed, and indexes that are large.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime};

use crate::{Home, server};

/// The most memory that a process used so far, in KiB; nothing once it has ended.
fn peak(process: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn started(home: &Home, words: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
    command.current_dir(&home.folder).arg("helm").args(words.split(' ')).env_clear();
    for name in ["HOME", "HELM_CONFIG_HOME", "HELM_CACHE_HOME", "XDG_CACHE_HOME"] {
        command.env(name, &home.folder);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A server that sends half of a file, says so, and waits until somebody gives up.
fn half(content: Vec<u8>) -> (String, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/web-0.1.0.tgz", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let head = format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", content.len());
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&content[..content.len() / 2]).unwrap();
            sender.send(()).unwrap();
            _ = stream.read(&mut [0]);
        }
    });
    (url, receiver)
}

fn names(folder: &Path) -> Vec<std::path::PathBuf> {
    std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn killed_pulls_leave_nothing_wrong_and_nothing_for_good() {
    let home = Home::new("killed");
    home.said("create web");
    home.said("package web -d site");
    let archive = std::fs::read(home.folder.join("site/web-0.1.0.tgz")).unwrap();
    let (url, sent) = half(archive.clone());
    for _ in 0..3 {
        let mut pull = started(&home, &format!("pull {url}"));
        sent.recv_timeout(Duration::from_secs(30)).unwrap();
        pull.kill().unwrap();
        pull.wait().unwrap();
    }
    assert!(!home.folder.join("web-0.1.0.tgz").exists());
    let charts = home.folder.join("weir/charts");
    assert!(names(&charts.join("sha256")).is_empty(), "no half of a chart is kept");
    let left = names(&charts.join("drafts"));
    assert!(!left.is_empty());
    for draft in &left {
        let old = SystemTime::now() - Duration::from_secs(2 * 60 * 60);
        std::fs::File::options().write(true).open(draft).unwrap().set_modified(old).unwrap();
    }
    std::fs::write(charts.join("drafts/of-somebody"), "now").unwrap();
    let whole = server::serve(home.folder.join("site"));
    assert!(started(&home, &format!("pull {whole}/web-0.1.0.tgz")).wait().unwrap().success());
    assert_eq!(std::fs::read(home.folder.join("web-0.1.0.tgz")).unwrap(), archive);
    assert_eq!(names(&charts.join("drafts")), [charts.join("drafts/of-somebody")]);
}

/// 20 MB, most of it of one chart.
fn index() -> String {
    let mut text = "apiVersion: v1\nentries:\n".to_string();
    for (name, versions) in [("many", 13_000), ("few", 4_000), ("web", 1)] {
        text.push_str(&format!("  {name}:\n"));
        for at in (1..=versions).rev() {
            text.push_str(&format!(
                "  - apiVersion: v2\n    appVersion: 1.{at}.0\n    created: \"2026-01-01T00:00:00.000000000Z\"\n    dependencies:\n"
            ));
            for part in 0..6 {
                text.push_str(&format!(
                    "    - condition: part-{part}.enabled\n      name: part-{part}\n      repository: https://charts.example.com/parts\n      \
                     version: {at}.{part}.*\n"
                ));
            }
            text.push_str(&format!(
                "    description: A chart like many others, with as many words as they have\n    digest: {:064x}\n    keywords:\n    - a\n    \
                 - b\n    maintainers:\n    - email: somebody@example.com\n      name: somebody\n    name: {name}\n    sources:\n    \
                 - https://github.com/example/{name}\n    urls:\n    - {name}-0.{at}.0.tgz\n    version: 0.{at}.0\n", at * 7919
            ));
        }
    }
    text
}

#[test]
fn an_index_of_20_mb_needs_little_memory() {
    let home = Home::new("large");
    let index = index();
    assert!(index.len() > 19 << 20, "{}", index.len());
    home.write("site/index.yaml", &index);
    let url = server::serve(home.folder.join("site"));
    for words in
        [format!("pull many --repo {url}"), format!("repo add large {url}"), "search repo many".to_string()]
    {
        let mut command = started(&home, &words);
        let mut most = 0;
        while command.try_wait().unwrap().is_none() {
            most = most.max(peak(&command).unwrap_or(0));
            std::thread::sleep(Duration::from_millis(2));
        }
        assert!(most < 60 << 10, "{words}: {most} KiB");
        assert!(most > 0 || !Path::new("/proc/self/status").exists());
    }
}
