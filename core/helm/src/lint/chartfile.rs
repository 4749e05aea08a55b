//! Rules for Chart.yaml.

use weir_semver::{Range, Version};
use weir_yaml::{Dialect, Value, first_from_yaml};

use super::{Linter, Severity, urls};
use crate::chart::{METADATA, Metadata};
use crate::quote::quoted;
use crate::typed;
use crate::values::go_type;

const FILE: &str = "Chart.yaml";

pub(super) fn lint(linter: &mut Linter<'_>) {
    if linter.is_directory(FILE) == Some(true) {
        let problem = "should be a file, not a directory".to_string();
        linter.rule(Severity::Error, FILE, Err(problem));
    }
    let text = linter.read(FILE).unwrap_or_default();
    let read = typed::read(&text, &METADATA).and_then(typed::Read::whole);
    let fields = match read {
        Ok(fields) => fields,
        Err(error) => {
            linter.rule(Severity::Error, FILE, Err(format!("unable to parse YAML\n\t{error}")));
            return;
        }
    };
    let mut chart = Metadata::default();
    chart.take(&fields);
    linter.rule(Severity::Warning, FILE, strict(&text));
    let raw = std::str::from_utf8(&text).ok().and_then(|text| first_from_yaml(text, Dialect::Sigs).ok());
    let raw = raw.unwrap_or_default();
    let rules: [(Severity, Result<(), String>); 12] = [
        (Severity::Error, name(&chart)),
        (Severity::Error, api_version(&chart)),
        (Severity::Error, is_text(&raw, "version")),
        (Severity::Error, version(&chart)),
        (Severity::Error, is_text(&raw, "appVersion")),
        (Severity::Error, maintainers(&chart)),
        (Severity::Error, sources(&chart)),
        (Severity::Info, if chart.icon.is_empty() { Err("icon is recommended".to_string()) } else { Ok(()) }),
        (Severity::Error, icon(&chart)),
        (Severity::Error, kind(&chart)),
        (Severity::Error, dependencies(&chart)),
        (Severity::Warning, strict_version(&chart)),
    ];
    for (severity, result) in rules {
        linter.rule(severity, FILE, result);
    }
}

fn strict(text: &[u8]) -> Result<(), String> {
    typed::read_strictly(text, &METADATA)
        .map_err(|error| format!("failed to strictly parse chart metadata file\n\t{error}"))
}

fn name(chart: &Metadata) -> Result<(), String> {
    if chart.name.is_empty() {
        return Err("name is required".to_string());
    }
    if crate::path::base(&chart.name) != chart.name {
        return Err(format!("chart name {} is invalid", quoted(&chart.name)));
    }
    Ok(())
}

fn api_version(chart: &Metadata) -> Result<(), String> {
    match chart.api_version.as_str() {
        "v1" | "v2" => Ok(()),
        "" => Err("apiVersion is required. The value must be either \"v1\" or \"v2\"".to_string()),
        other => Err(format!("apiVersion '{other}' is not valid. The value must be either \"v1\" or \"v2\"")),
    }
}

fn is_text(raw: &Value, key: &str) -> Result<(), String> {
    let kind = match raw.get(key) {
        None | Some(Value::String(_)) => return Ok(()),
        Some(Value::Null) => "<nil>",
        Some(Value::Int(_) | Value::UInt(_)) => "float64",
        Some(other) => go_type(other),
    };
    Err(format!("{key} should be of type string but it's of type {kind}"))
}

fn version(chart: &Metadata) -> Result<(), String> {
    if chart.version.is_empty() {
        return Err("version is required".to_string());
    }
    let Ok(version) = Version::parse(&chart.version) else {
        return Err(format!("version '{}' is not a valid SemVer", chart.version));
    };
    let range = Range::parse(">0.0.0-0").expect("a range of our own");
    match range.check(&version) {
        Ok(()) => Ok(()),
        Err(reasons) => match reasons.first() {
            Some(reason) => Err(format!("version {reason}")),
            None => Ok(()),
        },
    }
}

fn strict_version(chart: &Metadata) -> Result<(), String> {
    match Version::parse_strict(&chart.version) {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("version '{}' is not a valid SemVerV2", chart.version)),
    }
}

fn maintainers(chart: &Metadata) -> Result<(), String> {
    for maintainer in chart.maintainers.iter().flatten() {
        let Some(maintainer) = maintainer else { return Err("a maintainer entry is empty".to_string()) };
        let (name, email, url) = (&maintainer.name, &maintainer.email, &maintainer.url);
        if name.is_empty() {
            return Err("each maintainer requires a name".to_string());
        }
        if !email.is_empty() && !urls::is_email(email) {
            return Err(format!("invalid email '{email}' for maintainer '{name}'"));
        }
        if !url.is_empty() && !urls::is_url(url) {
            return Err(format!("invalid url '{url}' for maintainer '{name}'"));
        }
    }
    Ok(())
}

fn sources(chart: &Metadata) -> Result<(), String> {
    match chart.sources.iter().flatten().find(|source| !urls::is_request_url(source)) {
        Some(source) => Err(format!("invalid source URL '{source}'")),
        None => Ok(()),
    }
}

fn icon(chart: &Metadata) -> Result<(), String> {
    if chart.icon.is_empty() || urls::is_request_url(&chart.icon) {
        return Ok(());
    }
    Err(format!("invalid icon URL '{}'", chart.icon))
}

fn kind(chart: &Metadata) -> Result<(), String> {
    if chart.kind.is_empty() || chart.api_version == "v2" {
        return Ok(());
    }
    let version = &chart.api_version;
    Err(format!("chart type is not valid in apiVersion '{version}'. It is valid in apiVersion 'v2'"))
}

fn dependencies(chart: &Metadata) -> Result<(), String> {
    if chart.dependencies.as_ref().is_none_or(Vec::is_empty) || chart.api_version == "v2" {
        return Ok(());
    }
    let version = &chart.api_version;
    Err(format!(
        "dependencies are not valid in the Chart file with apiVersion '{version}'. They are valid in apiVersion 'v2'"
    ))
}
