//! `weir helm create`: a chart to begin with.

use std::path::Path;

use super::paths;
use crate::cli::helm::HelmCreate;
use crate::exit::Failure;
use crate::output::print;

/// The files of the chart; `<NAME>` stands for its name.
const FILES: [(&str, &str); 9] = [
    (".helmignore", include_str!("scaffold/helmignore")),
    ("Chart.yaml", include_str!("scaffold/Chart.yaml")),
    ("values.yaml", include_str!("scaffold/values.yaml")),
    ("templates/NOTES.txt", include_str!("scaffold/templates/NOTES.txt")),
    ("templates/_helpers.tpl", include_str!("scaffold/templates/_helpers.tpl")),
    ("templates/deployment.yaml", include_str!("scaffold/templates/deployment.yaml")),
    ("templates/service.yaml", include_str!("scaffold/templates/service.yaml")),
    ("templates/serviceaccount.yaml", include_str!("scaffold/templates/serviceaccount.yaml")),
    ("templates/tests/connection.yaml", include_str!("scaffold/templates/tests/connection.yaml")),
];
const LONGEST: usize = 250;

pub(super) fn run(args: &HelmCreate) -> Result<(), Failure> {
    let folder = Path::new(&args.name);
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let is_legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() || !name.chars().all(is_legal) {
        return Err(Failure::said(
            "Error: chart name must match the regular expression \"^[a-zA-Z0-9._-]+$\"",
        ));
    }
    if name.len() > LONGEST {
        return Err(Failure::said(format!("Error: chart name must be between 1 and {LONGEST} characters")));
    }
    if folder.exists() && !folder.is_dir() {
        return Err(Failure::said(format!(
            "Error: file {} already exists and is not a directory",
            folder.display()
        )));
    }
    print(&format!("Creating {}\n", args.name))?;
    if let Some(starter) = &args.starter {
        return from_starter(folder, &name, starter);
    }
    for (path, text) in FILES {
        let file = folder.join(path);
        if file.exists() {
            print(&format!("WARNING: File {:?} already exists. Overwriting.\n", file.display().to_string()))?;
        }
        paths::write(&file, text.replace("<NAME>", &name).as_bytes(), 0o644)?;
    }
    std::fs::create_dir_all(folder.join("charts"))?;
    Ok(())
}

/// A copy of another chart by this name, which stands where the other one has `<CHARTNAME>`.
fn from_starter(folder: &Path, name: &str, starter: &str) -> Result<(), Failure> {
    let source = paths::data().join("starters").join(starter);
    let shown = source.display();
    let failed = |why: &str| {
        Failure::said(format!("Error: could not load {shown}: {}", why.replacen("open ", "stat ", 1)))
    };
    let chart =
        super::chart::load(&source).map_err(|error| failed(error.message().trim_start_matches("Error: ")))?;
    let said = |error: weir_helm::Error| Failure::said(format!("Error: {error}"));
    for file in chart.package_files().map_err(said)? {
        let Some((_, path)) = file.name.split_once('/') else { continue };
        let is_text = path == "values.yaml" || path.starts_with("templates/");
        match path {
            path if path.starts_with("charts/") => continue,
            "Chart.yaml" => {
                let text = format!(
                    "apiVersion: v2\nappVersion: 0.1.0\ndescription: A Helm chart for Kubernetes\nname: {name}\n\
                     type: application\nversion: 0.1.0\n"
                );
                paths::write(&folder.join(path), text.as_bytes(), 0o644)?;
            }
            path if is_text => {
                let text = String::from_utf8_lossy(&file.data).replace("<CHARTNAME>", name);
                paths::write(&folder.join(path), text.as_bytes(), 0o644)?;
            }
            path => paths::write(&folder.join(path), &file.data, 0o644)?,
        }
    }
    std::fs::create_dir_all(folder.join("charts"))?;
    for below in &chart.dependencies {
        let file = format!("charts/{}-{}.tgz", below.name(), below.metadata.version);
        let archive = below.package(super::package::now()).map_err(said)?;
        paths::write(&folder.join(file), &archive, 0o644)?;
    }
    Ok(())
}
