//! Words to people on standard error, data on standard output.

use std::io::Write as _;

use weir_yaml::{Value, to_json_pretty, to_yaml};

use crate::exit::Failure;

/// A line to people.
pub(crate) fn say(text: &str) {
    // A closed standard error is no reason to fail.
    _ = writeln!(std::io::stderr(), "{text}");
}

/// Data. A reader that went away ends the program quietly, as other tools do.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        other => Ok(other?),
    }
}

/// How lists are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Columns for people.
    #[default]
    Table,
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// `kind/name`, a line each.
    Name,
}

/// Columns, the header first.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(header: &[&str]) -> Self {
        Self { rows: vec![header.iter().map(|cell| (*cell).to_string()).collect()] }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// As the flux CLI aligns them: padded with spaces, parted by tabs.
    pub(crate) fn text(&self, header: bool) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let skip = usize::from(!header);
        let width = |column: usize| {
            let cells = self.rows.iter().skip(skip).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in self.rows.iter().skip(skip) {
            for (cell, width) in row.iter().zip(&widths) {
                let cell = cell.replace('\n', " ");
                text.push_str(&cell);
                text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count())));
                text.push('\t');
            }
            text.push('\n');
        }
        text
    }
}

/// Objects in a format for machines.
pub(crate) fn objects(format: Format, objects: &[Value]) -> Result<String, Failure> {
    let list = || {
        let mut list = Value::from([("apiVersion", "v1"), ("kind", "List")]);
        list.set_at(&["items"], Value::from(objects.to_vec()));
        list
    };
    Ok(match format {
        Format::Json => format!("{}\n", to_json_pretty(&list())),
        Format::Yaml => to_yaml(&list()).map_err(|e| Failure::new(e.to_string()))?,
        Format::Name | Format::Table => objects.iter().map(|object| format!("{}\n", name(object))).collect(),
    })
}

/// `kind/name`.
pub(crate) fn name(object: &Value) -> String {
    let kind = object.str_at(&["kind"]).unwrap_or_default().to_lowercase();
    format!("{kind}/{}", object.str_at(&["metadata", "name"]).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_padded_and_parted_by_tabs() {
        let mut table = Table::new(&["NAME", "READY"]);
        table.row(vec!["podinfo".into(), "True".into()]);
        assert_eq!(table.text(true), "NAME   \tREADY\t\npodinfo\tTrue \t\n");
        assert_eq!(table.text(false), "podinfo\tTrue\t\n");
    }
}
