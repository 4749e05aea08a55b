//! `weir helm search repo`.

use weir_fetch::{Entry, Index};
use weir_semver::{Range, Version};
use weir_yaml::Value;

use super::paths::Paths;
use super::repo::machine;
use super::repositories::Repositories;
use super::table::table;
use crate::cli::helm::{SearchRepo, TableFormat};
use crate::exit::Failure;
use crate::output::{print, say};

/// What counts as found: in the name, the full name, the description or the keywords.
const WORST: usize = 25;

/// What is kept of a version: an index may have thousands.
struct Found {
    score: usize,
    name: String,
    version: String,
    parsed: Option<Version>,
    app_version: String,
    description: String,
}

enum Matcher {
    All,
    Text(String),
    Pattern(Box<regex::Regex>),
}

pub(super) fn run(paths: &Paths, args: &SearchRepo) -> Result<(), Failure> {
    let wanted = match (&*args.version, args.devel) {
        ("", true) => ">0.0.0-0",
        ("", false) => ">0.0.0",
        (version, _) => version,
    };
    let range = Range::parse(wanted)
        .map_err(|error| Failure::said(format!("Error: an invalid version/constraint format: {error}")))?;
    let matcher = Matcher::new(args)?;
    let repositories = Repositories::read(&paths.repositories)?.all;
    if repositories.is_empty() {
        return Err(Failure::said("Error: no repositories configured"));
    }
    let mut found = Vec::new();
    for repository in &repositories {
        let index = Index::new(paths.index(&repository.name), &repository.url);
        let searched = index.for_each(|_, entries| {
            let scored = entries.iter().filter_map(|entry| Found::of(&repository.name, entry, &matcher));
            found.extend(scored);
        });
        if let Err(error) = searched {
            say(&format!(
                "⚠ repo is corrupt or missing (try 'weir helm repo update'): {}: {error}",
                repository.name
            ));
        }
    }
    found.sort_by(|a, b| (a.score, &a.name).cmp(&(b.score, &b.name)).then_with(|| b.parsed.cmp(&a.parsed)));
    found.retain(|one| one.parsed.as_ref().is_some_and(|version| range.contains(version)));
    if !args.versions {
        let mut seen = std::collections::HashSet::new();
        found.retain(|one| seen.insert(one.name.clone()));
    }
    show(args, found)
}

fn show(args: &SearchRepo, found: Vec<Found>) -> Result<(), Failure> {
    if found.is_empty() && args.fail_on_no_result {
        return Err(Failure::said("Error: no results found"));
    }
    if args.output != TableFormat::Table {
        let rows: Vec<_> = found.iter().map(Found::fields).collect();
        return machine(args.output, &rows);
    }
    if found.is_empty() {
        return print("No results found\n");
    }
    let header = ["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"].map(str::to_string).to_vec();
    let rows = found.into_iter().map(|one| vec![one.name, one.version, one.app_version, one.description]);
    let rows: Vec<_> = std::iter::once(header).chain(rows).collect();
    print(&table(&rows, if args.max_col_width == 0 { usize::MAX } else { args.max_col_width }))
}

impl Matcher {
    fn new(args: &SearchRepo) -> Result<Self, Failure> {
        let words = args.words.join(" ");
        if words.is_empty() {
            return Ok(Self::All);
        }
        if !args.regexp {
            return Ok(Self::Text(words.to_lowercase()));
        }
        let pattern = regex::Regex::new(&words).map_err(|error| Failure::said(format!("Error: {error}")))?;
        Ok(Self::Pattern(Box::new(pattern)))
    }

    /// The part in which it is found first.
    fn score(&self, parts: &[String]) -> Option<usize> {
        let line = parts.join("\u{b}");
        let at = match self {
            Self::All => return Some(0),
            Self::Text(text) => line.to_lowercase().find(text)?,
            Self::Pattern(pattern) => pattern.find(&line)?.start(),
        };
        let ends = line.match_indices('\u{b}').map(|(end, _)| end);
        let score = ends.take_while(|end| at > *end).count();
        (score < WORST).then_some(score)
    }
}

impl Found {
    fn fields(&self) -> Vec<(&str, &str)> {
        vec![
            ("name", &self.name),
            ("version", &self.version),
            ("app_version", &self.app_version),
            ("description", &self.description),
        ]
    }

    fn of(repository: &str, entry: &Entry, matcher: &Matcher) -> Option<Self> {
        let text = |key: &str| entry.metadata.str_at(&[key]).unwrap_or_default().to_string();
        let keywords = entry.metadata.get("keywords").and_then(Value::as_list).unwrap_or_default();
        let keywords: Vec<_> = keywords.iter().filter_map(Value::as_str).collect();
        let (own, description) = (text("name"), text("description"));
        let score = matcher.score(&[
            own.clone(),
            format!("{repository}/{own}"),
            description.clone(),
            keywords.join(" "),
        ])?;
        Some(Self {
            score,
            name: format!("{repository}/{}", entry.name),
            version: entry.version.clone(),
            parsed: Version::parse(&entry.version).ok(),
            app_version: text("appVersion"),
            description,
        })
    }
}
