//! Measures the server by itself: applies so many objects in this process, then again without a change.

use std::time::Instant;

use http_body_util::{BodyExt, Full};
use weir_apiserver::{ApiServer, Options};

#[tokio::main]
#[expect(clippy::print_stdout, reason = "it prints what it measures")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let count: usize = std::env::args().nth(1).map_or(Ok(3000), |text| text.parse())?;
    let start = Instant::now();
    let workloads = std::env::args().nth(2).is_none();
    let server = ApiServer::new(Options { workloads, ..Options::default() });
    let service = server.service();
    send(&service, "GET", "/version", "").await?;
    println!("first answer after {:?}", start.elapsed());
    for round in ["new", "same"] {
        let start = Instant::now();
        for at in 0..count {
            let (path, body) = object(at);
            send(&service, "PATCH", &path, &body).await?;
        }
        println!("{round}: {:?} per apply", start.elapsed() / u32::try_from(count)?);
    }
    let start = Instant::now();
    let bytes = send(&service, "GET", "/api/v1/configmaps", "").await?;
    println!("list: {:?} for {bytes} bytes", start.elapsed());
    println!(
        "{}",
        std::fs::read_to_string("/proc/self/status")?
            .lines()
            .filter(|l| l.starts_with("VmRSS"))
            .collect::<String>()
    );
    Ok(())
}

fn object(at: usize) -> (String, String) {
    match at % 3 {
        0 => (
            format!("/api/v1/namespaces/default/configmaps/c{at}"),
            format!(
                r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"c{at}","labels":{{"a":"b","kustomize.toolkit.fluxcd.io/name":"u{at}"}}}},"data":{{"k":"v{at}","other":"some longer text that stands for a file"}}}}"#
            ),
        ),
        1 => (
            format!("/api/v1/namespaces/default/services/s{at}"),
            format!(
                r#"{{"apiVersion":"v1","kind":"Service","metadata":{{"name":"s{at}"}},"spec":{{"selector":{{"app":"a{at}"}},"ports":[{{"port":80}}]}}}}"#
            ),
        ),
        _ => (
            format!("/apis/apps/v1/namespaces/default/deployments/d{at}"),
            format!(
                r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"d{at}","labels":{{"app":"a{at}"}}}},"spec":{{"replicas":1,"selector":{{"matchLabels":{{"app":"a{at}"}}}},"template":{{"metadata":{{"labels":{{"app":"a{at}"}}}},"spec":{{"containers":[{{"name":"c","image":"i:1","env":[{{"name":"A","value":"1"}},{{"name":"B","value":"2"}}],"ports":[{{"containerPort":80}}],"resources":{{"requests":{{"cpu":"100m","memory":"64Mi"}}}}}}]}}}}}}}}"#
            ),
        ),
    }
}

async fn send(
    service: &weir_apiserver::Service,
    method: &str,
    path: &str,
    body: &str,
) -> Result<usize, Box<dyn std::error::Error>> {
    let uri =
        if method == "PATCH" { format!("{path}?fieldManager=load&force=true") } else { path.to_owned() };
    let request = http::Request::builder()
        .method(method)
        .uri(uri)
        .header("content-type", "application/apply-patch+yaml")
        .body(Full::<bytes::Bytes>::from(body.to_owned()))?;
    let response = service.clone().answer(request).await;
    let code = response.status();
    let bytes = response.into_body().collect().await?.to_bytes();
    if !code.is_success() {
        return Err(String::from_utf8_lossy(&bytes).into_owned().into());
    }
    Ok(bytes.len())
}
