//! What is looked at before a chart is rendered: its kind, its dependencies, the name of the release.

use weir_template::{Env, Functions, Set, Value};

use crate::chart::Chart;
use crate::dependencies;
use crate::error::Error;
use crate::path;
use crate::render::World;

/// The longest name that a release may have.
const LONGEST_NAME: usize = 53;
/// The expression that Helm quotes.
const NAME: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// Only applications with all their dependencies can be installed.
pub fn check_installable(chart: &Chart) -> Result<(), Error> {
    let kind = &chart.metadata.kind;
    if !matches!(kind.as_str(), "" | "application") {
        return Err(Error::new(format!("{kind} charts are not installable")));
    }
    check_dependencies(chart).map_err(|error| {
        Error::new(format!(
            "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to \
             fetch missing dependencies: {error}"
        ))
    })
}

/// All that a chart needs has to be in it.
pub fn check_dependencies(chart: &Chart) -> Result<(), Error> {
    let missing = dependencies::missing(chart);
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join(", ");
    Err(Error::new(format!("found in Chart.yaml, but missing in charts/ directory: {missing}")))
}

/// A release has a name that its objects can have too.
pub fn check_release_name(name: &str) -> Result<(), Error> {
    let failed = |why: String| {
        let name = crate::quote::quoted(name);
        Err(Error::new(format!("release name check failed: release name {name}: {why}")))
    };
    if name.is_empty() {
        return failed("no name provided".to_string());
    }
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_part = |part: &str| {
        part.starts_with(is_letter)
            && part.ends_with(is_letter)
            && part.chars().all(|c| is_letter(c) || c == '-')
    };
    if name.len() <= LONGEST_NAME && name.split('.').all(is_part) {
        return Ok(());
    }
    failed(format!("invalid release name, must match regex {NAME} and the length must not be longer than 53"))
}

/// The name that `--name-template` gives.
pub fn name_of_template(template: &str, world: &World<'_>) -> Result<String, Error> {
    let failed = |error: weir_template::Error| Error::new(error.to_string());
    let mut set = Set::new(std::sync::Arc::new(Functions::sprig()));
    set.parse("name-template", template).map_err(failed)?;
    let env = Env { now: world.now, random: world.random, zones: world.zones, ..Env::default() };
    let mut name = Vec::new();
    std::sync::Arc::new(set).execute("name-template", Value::Nil, &mut name, &env).map_err(failed)?;
    Ok(String::from_utf8_lossy(&name).into_owned())
}

/// True if the path is what the pattern of `--show-only` says.
pub fn path_matches(pattern: &str, path: &str) -> bool {
    path::matches(pattern, path).unwrap_or(false)
}
