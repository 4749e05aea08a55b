//! Words to people on standard error, data on standard output.

use std::io::{BufWriter, IsTerminal as _, Write as _};

use weir_yaml::{Value, to_json_pretty, to_yaml};

use crate::exit::Failure;

/// Lines to people.
pub(crate) fn say(text: &str) {
    // A closed standard error is no reason to fail.
    _ = writeln!(std::io::stderr(), "{}", painted(text));
}

/// The text as it is shown to people here.
pub(crate) fn painted(text: &str) -> String {
    if is_coloured() { coloured(text) } else { text.to_string() }
}

/// Colour is for terminals, and for those who want it.
fn is_coloured() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    std::io::stderr().is_terminal() && !is_dumb && !is_set("NO_COLOR")
}

/// The text with the mark that begins each line in its colour. The mark says the same without.
fn coloured(text: &str) -> String {
    let line = |line: &str| {
        let mark = line.trim_start_matches([' ', '│', '├', '└', '─']);
        let colour = match mark.chars().next() {
            Some('✔') => 32,
            Some('✗') => 31,
            Some('◎' | '·' | '‖' | '⚠') => 33,
            Some('►' | '?' | '✚') => 36,
            _ => return line.to_string(),
        };
        let (indent, mark) = line.split_at(line.len() - mark.len());
        let (mark, rest) = mark.split_at(mark.chars().next().map_or(0, char::len_utf8));
        format!("{indent}\x1b[{colour}m{mark}\x1b[0m{rest}")
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Data. A reader that went away ends the program quietly, as other tools do.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_parts(&[text])
}

/// The same in parts, which need not be put together for that.
pub(crate) fn print_parts(parts: &[impl AsRef<str>]) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let written = parts.iter().try_for_each(|part| out.write_all(part.as_ref().as_bytes()));
    match written.and_then(|()| out.flush()) {
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

    /// Whether there is nothing below the header.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.len() <= 1
    }

    /// As the flux CLI aligns them: padded with spaces, parted by tabs, a cell of several lines below itself; the header
    /// ends with a space.
    pub(crate) fn text(&self, header: bool) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let skip = usize::from(!header);
        let width = |column: usize| {
            let cells = self.rows.iter().skip(skip).filter_map(|row| row.get(column));
            cells.flat_map(|cell| cell.split('\n')).map(|line| line.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..columns).map(width).collect();
        let mut text = String::new();
        for (at, row) in self.rows.iter().enumerate().skip(skip) {
            let height = row.iter().map(|cell| cell.split('\n').count()).max().unwrap_or(0);
            for line in 0..height {
                for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                    let part = cell.split('\n').nth(line).unwrap_or_default();
                    text.push_str(part);
                    text.extend(std::iter::repeat_n(' ', width.saturating_sub(part.chars().count())));
                    text.push(if at == 0 && column + 1 == columns { ' ' } else { '\t' });
                }
                text.push('\n');
            }
        }
        text
    }
}

/// Objects in a format for machines: a list, or the one that was asked for by name.
pub(crate) fn objects(format: Format, objects: &[Value], by_name: bool) -> Result<String, Failure> {
    let list = || {
        if let ([object], true) = (objects, by_name) {
            return object.clone();
        }
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
    fn marks_are_coloured_and_nothing_else() {
        assert_eq!(
            coloured("✔ done\n  ✗ not\nplain"),
            "\x1b[32m✔\x1b[0m done\n  \x1b[31m✗\x1b[0m not\nplain"
        );
    }

    #[test]
    fn columns_are_padded_and_parted_by_tabs() {
        let mut table = Table::new(&["NAME", "READY"]);
        table.row(vec!["podinfo".into(), "True".into()]);
        assert_eq!(table.text(true), "NAME   \tREADY \npodinfo\tTrue \t\n");
        assert_eq!(table.text(false), "podinfo\tTrue\t\n");
        table.row(vec!["x".into(), "one\nand two".into()]);
        assert_eq!(table.text(false), "podinfo\tTrue   \t\nx      \tone    \t\n       \tand two\t\n");
    }
}
