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
    if args.starter.is_some() {
        return Err(Failure::said("Error: not supported yet: --starter"));
    }
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
