//! Tables on the terminal.

use comfy_table::{Cell, CellAlignment, Table, presets};

/// An empty table with a header.
pub fn grid<T: Into<Cell>>(header: impl IntoIterator<Item = T>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(header.into_iter().map(Into::into).collect::<Vec<Cell>>());
    table
}

/// Adds a row: what it is about, then its values, to the right; a dash where there is none.
pub fn row(table: &mut Table, about: &str, values: impl IntoIterator<Item = Option<String>>) {
    let values = values.into_iter().map(|value| right(value.unwrap_or_else(|| "-".into())));
    table.add_row([Cell::new(about)].into_iter().chain(values).collect::<Vec<_>>());
}

/// A cell with its text to the right.
pub fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}
