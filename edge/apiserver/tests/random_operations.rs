//! The same random operations on this server and on a real one give the same answers and the same objects.
//!
//! The real server is the one of the kubeconfig that `WEIR_TEST_KUBECONFIG` names. `WEIR_TEST_SEED` and
//! `WEIR_TEST_SEQUENCES` choose the operations. With `WEIR_TEST_RECORD=1` its answers are written down in
//! `random_operations/recorded.txt`, which is played against this server where there is no real one.

#[path = "random_operations/client.rs"]
mod client;
#[path = "random_operations/generate.rs"]
mod generate;

use client::{Answer, Server};
use generate::{Generator, Operation};
use weir_apiserver::{ApiServer, Options};
use weir_yaml::{Value, from_json};

/// Operations on one object before the next begins.
const LENGTH: usize = 14;

#[tokio::test(flavor = "multi_thread")]
async fn both_servers_answer_the_same() {
    let Ok(kubeconfig) = std::env::var("WEIR_TEST_KUBECONFIG") else {
        client::skipped("random_operations: WEIR_TEST_KUBECONFIG is not set");
        return;
    };
    let number =
        |name: &str, or: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or);
    let real = Server::of_kubeconfig(&kubeconfig).expect("the kubeconfig can be read");
    let own = Server::Embedded(ApiServer::new(Options { workloads: false, ..Options::default() }).service());
    let (seed, sequences) = (number("WEIR_TEST_SEED", 1), number("WEIR_TEST_SEQUENCES", 60));
    let namespace = format!("random-{seed}");
    prepare(&real, &namespace).await;
    prepare(&own, &namespace).await;
    let record = std::env::var_os("WEIR_TEST_RECORD").is_some();
    let mut recorded = String::new();
    let mut differences = Vec::new();
    for sequence in 0..sequences {
        let mut generator = Generator::new(seed.wrapping_mul(1_000_003).wrapping_add(sequence));
        let subject = generator.subject(&namespace, &format!("o{sequence}"));
        let mut story = Vec::new();
        for _ in 0..LENGTH {
            let operation = generator.operation(&subject);
            story.push(operation.to_string());
            let (a, b) = (run(&own, &operation).await, run(&real, &operation).await);
            let (a, b) = (clean(a), clean(b));
            if record {
                recorded.push_str(&format!("> {operation}\n< {}\n", b.replace('\n', "\\n")));
            }
            if a != b {
                differences.push(format!(
                    "sequence {sequence}:\n  {}\nown:  {}\nreal: {}",
                    story.join("\n  "),
                    a,
                    b
                ));
                break;
            }
        }
    }
    real.send("DELETE", &format!("/api/v1/namespaces/{namespace}"), "application/json", "").await;
    if record {
        std::fs::write(recording(), recorded).expect("the recording can be written");
    }
    let total = differences.len();
    differences.truncate(5);
    assert!(
        total == 0,
        "{total} of {sequences} sequences differ (seed {seed})\n\n{}",
        differences.join("\n\n")
    );
}

fn recording() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/random_operations/recorded.txt")
}

#[tokio::test]
async fn this_server_answers_as_the_real_one_did() {
    let own = Server::Embedded(ApiServer::new(Options { workloads: false, ..Options::default() }).service());
    let text = std::fs::read_to_string(recording()).expect("the recording is there");
    let namespace = text.split("/namespaces/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or("");
    prepare(&own, namespace).await;
    let mut lines = text.lines();
    let mut faults = Vec::new();
    while let (Some(operation), Some(answer)) = (lines.next(), lines.next()) {
        let operation = Operation::read(operation.trim_start_matches("> "));
        let own = clean(run(&own, &operation).await).replace('\n', "\\n");
        let real = answer.trim_start_matches("< ");
        if own != real {
            faults.push(format!("{operation}\nown:  {own}\nreal: {real}"));
        }
    }
    assert!(faults.is_empty(), "{} answers differ\n\n{}", faults.len(), faults[0]);
}

async fn prepare(server: &Server, namespace: &str) {
    let definition = include_str!("random_operations/definition.json");
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    server.send("POST", path, "application/json", definition).await;
    let body =
        format!("{{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{{\"name\":\"{namespace}\"}}}}");
    server.send("POST", "/api/v1/namespaces", "application/json", &body).await;
    for _ in 0..200 {
        let answer = server.send("GET", "/apis/random.example.com/v1/things", "application/json", "").await;
        if answer.code == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the definition is not served");
}

async fn run(server: &Server, operation: &Operation) -> Answer {
    let Operation { method, path, media, body } = operation;
    if method != "PUT" {
        return server.send(method, path, media, body).await;
    }
    // An update changes what is there: the body holds the fields to set.
    let found = server.send("GET", path, media, "").await;
    let mut object = found.body.clone();
    if found.code != 200 {
        return found;
    }
    let changes = from_json(body.as_bytes()).expect("the generator writes JSON");
    lay_over(&mut object, &changes);
    if object.str_at(&["kind"]) != Some("Thing") {
        object.remove_at(&["metadata", "resourceVersion"]);
    }
    server.send(method, path, media, &weir_yaml::to_json(&object)).await
}

fn lay_over(target: &mut Value, changes: &Value) {
    match changes {
        Value::Map(map) => {
            for (key, value) in map {
                lay_over(target.make_map().entry(key), value);
            }
        }
        other => *target = other.clone(),
    }
}

/// Takes out what cannot be the same, and what other controllers write meanwhile.
fn clean(answer: Answer) -> String {
    let mut body = answer.body;
    if body.str_at(&["kind"]) == Some("Status") {
        let text = |path: &[&str]| body.str_at(path).unwrap_or("").to_owned();
        return format!("{} {} {}", answer.code, text(&["reason"]), in_order(&text(&["message"])));
    }
    for key in ["uid", "resourceVersion", "creationTimestamp"] {
        body.remove_at(&["metadata", key]);
    }
    body.remove_at(&["metadata", "annotations", "deployment.kubernetes.io/revision"]);
    if body.at(&["metadata", "annotations"]).and_then(Value::as_map).is_some_and(weir_yaml::Map::is_empty) {
        body.remove_at(&["metadata", "annotations"]);
    }
    if body.str_at(&["kind"]) != Some("Thing") {
        body.remove_at(&["status"]);
    }
    for key in ["clusterIP", "clusterIPs"] {
        body.remove_at(&["spec", key]);
    }
    let managed = body.at(&["metadata", "managedFields"]).and_then(Value::as_list).unwrap_or_default();
    let mut managed: Vec<Value> = managed
        .iter()
        .filter(|one| one.str_at(&["manager"]) != Some("kube-controller-manager"))
        .cloned()
        .collect();
    for entry in &mut managed {
        entry.remove_at(&["time"]);
    }
    // Entries are in the order of their times, which differ.
    managed.sort_by_key(weir_yaml::to_json);
    body.set_at(&["metadata", "managedFields"], managed);
    format!("{} {}", answer.code, weir_yaml::to_json(&body))
}

/// The real server lists the faults of a custom resource in any order.
fn in_order(message: &str) -> String {
    let Some((head, list)) = message.split_once(": [") else { return message.to_owned() };
    let mut parts: Vec<&str> = list.trim_end_matches(']').split(", spec.").collect();
    parts.iter_mut().for_each(|part| *part = part.trim_start_matches("spec."));
    parts.sort_unstable();
    format!("{head}: {}", parts.join(" | "))
}
