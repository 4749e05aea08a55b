//! `weir helm push`.

use std::path::Path;
use std::time::Duration;

use weir_fetch::{ChartSource, Descriptor, Manifest, Reference};
use weir_yaml::Value;

use super::paths::Paths;
use super::provenance::beside;
use super::repo::failure;
use super::repositories::access;
use crate::cli::helm::Push;
use crate::exit::Failure;
use crate::output::print;

const CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const PROVENANCE: &str = "application/vnd.cncf.helm.chart.provenance.v1.prov";

pub(super) fn run(paths: &Paths, args: &Push) -> Result<(), Failure> {
    let file = &args.chart;
    if file.is_dir() {
        return Err(Failure::said("Error: cannot push directory, must provide chart archive (.tgz)"));
    }
    let Some(remote) = args.remote.strip_prefix("oci://") else {
        return Err(Failure::said(format!("Error: {} is no registry, write oci://HOST/PATH", args.remote)));
    };
    let bytes =
        std::fs::read(file).map_err(|error| Failure::said(format!("Error: {}: {error}", file.display())))?;
    let chart = weir_helm::Chart::from_archive(&bytes, &file.to_string_lossy())
        .map_err(|error| Failure::said(format!("Error: {error}")))?;
    let metadata = chart.metadata.to_value();
    let text = |key: &str| metadata.str_at(&[key]).unwrap_or_default().to_string();
    let reference = format!("{}/{}:{}", remote.trim_end_matches('/'), text("name"), text("version"));
    let reference: Reference = reference.parse().map_err(|error| Failure::said(format!("Error: {error}")))?;
    let registry = paths.charts(Duration::from_secs(300))?.registry(&source(args)?).map_err(failure)?;
    let failed = |error: weir_fetch::OciError| Failure::said(format!("Error: {error}"));
    let config = chart.metadata.to_json();
    let mut layers = vec![Descriptor::of(CHART, &bytes)];
    let provenance = std::fs::read(beside(file)).ok();
    if let Some(provenance) = &provenance {
        layers.push(Descriptor::of(PROVENANCE, provenance));
        registry.push_blob(&reference, provenance).map_err(failed)?;
    }
    layers.sort_by(|a, b| a.digest.cmp(&b.digest));
    registry.push_blob(&reference, &bytes).map_err(failed)?;
    registry.push_blob(&reference, config.as_bytes()).map_err(failed)?;
    let manifest = Manifest {
        schema_version: 2,
        config: Descriptor::of(CONFIG, config.as_bytes()),
        layers,
        annotations: annotations(&metadata, file),
    };
    let manifest =
        serde_json::to_string(&manifest).map_err(|error| Failure::said(format!("Error: {error}")))?;
    // As Go writes JSON.
    let manifest = manifest.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026");
    let pushed = registry.push_manifest(&reference, manifest.as_bytes()).map_err(failed)?;
    print(&format!("Pushed: {reference}\nDigest: {}\n", pushed.digest))
}

fn source(args: &Push) -> Result<ChartSource, Failure> {
    let path = |file: &Option<std::path::PathBuf>| file.clone().unwrap_or_default();
    let (certificate, key, ca) = (path(&args.cert_file), path(&args.key_file), path(&args.ca_file));
    let files: (&Path, &Path, &Path) = (&certificate, &key, &ca);
    Ok(ChartSource {
        url: args.remote.clone(),
        access: access((&args.username, &args.password), files, args.insecure_skip_tls_verify)?,
        pass_credentials: false,
        plain_http: args.plain_http,
    })
}

/// What registries show of a chart.
fn annotations(metadata: &Value, file: &Path) -> std::collections::BTreeMap<String, String> {
    let mut all = std::collections::BTreeMap::new();
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            all.insert(format!("org.opencontainers.image.{name}"), value.to_string());
        }
    };
    let text = |key: &str| metadata.str_at(&[key]).unwrap_or_default();
    put("description", text("description"));
    put("title", text("name"));
    put("version", text("version"));
    put("url", text("home"));
    let list = |key: &str| metadata.get(key).and_then(Value::as_list).unwrap_or_default();
    put("source", list("sources").first().and_then(Value::as_str).unwrap_or_default());
    let authors = list("maintainers").iter().filter_map(|one| {
        let name = one.str_at(&["name"])?;
        Some(match one.str_at(&["email"]).filter(|email| !email.is_empty()) {
            Some(email) => format!("{name} ({email})"),
            None => name.to_string(),
        })
    });
    put("authors", &authors.collect::<Vec<_>>().join(", "));
    let written = std::fs::metadata(file).and_then(|metadata| metadata.modified()).ok();
    let written = written.and_then(|time| jiff::Timestamp::try_from(time).ok());
    put("created", &written.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()).unwrap_or_default());
    // What a chart says for itself does not change what it is.
    for (key, value) in
        metadata.get("annotations").and_then(Value::as_map).into_iter().flat_map(|map| map.iter())
    {
        let own = ["org.opencontainers.image.title", "org.opencontainers.image.version"];
        if let (false, Some(value)) = (own.contains(&key.as_str()), value.as_str()) {
            all.insert(key.as_str().to_string(), value.to_string());
        }
    }
    all
}
