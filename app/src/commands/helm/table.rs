//! Tables as Helm prints them.

/// Cells padded to the widest of their column, parted by tabs; what is too wide ends in dots.
pub(super) fn table(rows: &[Vec<String>], widest: usize) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let longest = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
        longest.unwrap_or(0).min(widest)
    };
    let widths: Vec<_> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| fitted(cell, *width)).collect();
        text.push_str(&cells.join("\t"));
        text.push('\n');
    }
    text
}

fn fitted(cell: &str, width: usize) -> String {
    let length = cell.chars().count();
    if length <= width {
        return format!("{cell}{}", " ".repeat(width - length));
    }
    let kept: String = cell.chars().take(width.saturating_sub(3)).collect();
    format!("{kept}...")
}
