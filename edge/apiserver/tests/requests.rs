//! Requests and what they are answered, in `tests/requests`: a request line with the media type if it is not JSON, a body,
//! and behind `=>` the code and what must stand in the answer. `path=value` is a field, `path!` one that is not there, `/` in
//! a path goes down, all else is part of a message. `wait` before a request repeats it until the answer fits.

use std::path::Path;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use weir_apiserver::{ApiServer, Options, Service};
use weir_yaml::{Value, from_json, to_json};

#[tokio::test]
async fn requests_are_answered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/requests");
    let entries = std::fs::read_dir(&folder).expect("the folder of cases is there");
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    let mut faults = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("the case can be read");
        let server =
            ApiServer::new(Options { clock: std::sync::Arc::new(|| 1_700_000_000), ..Options::default() });
        let service = server.service();
        for case in
            text.split("\n\n").map(str::trim).filter(|case| !case.is_empty() && !case.starts_with('#'))
        {
            if let Err(fault) = run(&service, case).await {
                faults.push(format!("{}: {fault}\n{case}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[tokio::test]
async fn who_reads_protobuf_alone_is_told_so() {
    let service = ApiServer::new(Options::default()).service();
    let get = async |accept: &str| {
        let request = http::Request::get("/api/v1/namespaces/default/events").header("accept", accept);
        let request = request.body(Full::<bytes::Bytes>::default()).expect("a request");
        let answer = service.clone().answer(request).await;
        let (code, media) = (answer.status().as_u16(), answer.headers().get("content-type").cloned());
        let body = answer.into_body().collect().await.expect("a body").to_bytes();
        (code, media, String::from_utf8_lossy(&body).into_owned())
    };
    let (code, _, text) = get("application/vnd.kubernetes.protobuf").await;
    assert_eq!(code, 406);
    assert!(text.contains("only the following media types are accepted: application/json"), "{text}");
    // What client-go asks for.
    let (code, media, text) = get("application/vnd.kubernetes.protobuf,application/json").await;
    assert_eq!((code, media), (200, Some(http::HeaderValue::from_static("application/json"))));
    assert!(text.contains("\"EventList\""), "{text}");
}

async fn run(service: &Service, case: &str) -> Result<(), String> {
    let (request, wanted) = case.split_once("=>").ok_or("no answer is named")?;
    let (line, body) = request.split_once('\n').unwrap_or((request, ""));
    let waits = line.starts_with("wait ");
    let mut words = line.trim_start_matches("wait ").split(' ');
    let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let media = words.next().unwrap_or("application/json");
    let mut fault = String::new();
    for _ in 0..if waits { 200 } else { 1 } {
        let (code, text) = send(service, method, path, media, body.trim()).await;
        match fits(code, &text, wanted.trim()) {
            Ok(()) => return Ok(()),
            Err(why) => fault = format!("{why}; the answer is {code} {text}"),
        }
        tokio::time::sleep(Duration::from_millis(if waits { 5 } else { 0 })).await;
    }
    Err(fault)
}

async fn send(service: &Service, method: &str, path: &str, media: &str, body: &str) -> (u16, String) {
    let request = http::Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", media)
        .header("user-agent", "tester/1")
        .body(Full::<bytes::Bytes>::from(body.to_owned()))
        .expect("a request");
    let response = service.clone().answer(request).await;
    let code = response.status().as_u16();
    let mut body = response.into_body();
    let mut text = Vec::new();
    // A watch has no end: what comes within a moment is taken.
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(Duration::from_millis(200), body.frame()).await {
        text.extend(frame.into_data().unwrap_or_default());
    }
    (code, String::from_utf8_lossy(&text).into_owned())
}

fn fits(code: u16, text: &str, wanted: &str) -> Result<(), String> {
    let mut lines = wanted.lines().map(str::trim);
    let wanted_code = lines.next().unwrap_or("");
    if code.to_string() != wanted_code {
        return Err(format!("the code is not {wanted_code}"));
    }
    let body = from_json(text.as_bytes()).unwrap_or_default();
    for line in lines {
        let fine = if let Some(path) = line.strip_suffix('!') {
            find(&body, path).is_none()
        } else if let Some((path, value)) =
            line.split_once('=').filter(|(path, _)| !path.contains([' ', '"', '{']))
        {
            find(&body, path).is_some_and(|found| shown(found) == value)
        } else {
            text.contains(line)
        };
        if !fine {
            return Err(format!("{line:?} does not hold"));
        }
    }
    Ok(())
}

fn find<'a>(body: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').try_fold(body, |value, step| match value {
        Value::List(list) => list.get(step.parse::<usize>().ok()?),
        other => other.get(step),
    })
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| to_json(value), str::to_owned)
}
