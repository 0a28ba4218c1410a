//! Writing files so that the same input gives the same bytes, and readers never see half a file.

use std::path::Path;

use crate::fault::Fault;

/// A decimal without needless zeros: `0.50` is `0.5`, `3.0` is `3`, `-0.0` is `0`.
#[must_use]
pub fn number(x: f64, decimals: usize) -> String {
    let mut text = format!("{x:.decimals$}");
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    if text == "-0" || text.is_empty() { "0".to_owned() } else { text }
}

/// Rounded to so many decimals, as the decimal text would be.
#[must_use]
pub fn rounded(x: f64, decimals: usize) -> f64 {
    format!("{x:.decimals$}").parse().unwrap_or(x)
}

/// Writes a text beside its place and moves it there.
///
/// # Errors
/// When the folder cannot be written to.
pub fn write_text(path: &Path, text: &str) -> Result<(), Fault> {
    let part = path.with_extension("part");
    let write = || {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&part, text)?;
        std::fs::rename(&part, path)
    };
    write().map_err(|e: std::io::Error| Fault::new(format!("{}: {e}", path.display())))
}

/// A table with a header, `\n` line ends and quotes only where they are needed.
#[derive(Debug)]
pub struct Rows {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Rows {
    /// An empty table with these columns.
    #[must_use]
    pub fn new<S: AsRef<str>>(columns: &[S]) -> Self {
        let columns = columns.iter().map(|c| c.as_ref().to_owned()).collect();
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row, in the order of the columns.
    ///
    /// # Panics
    /// When the row has not one value for each column, which is a fault of this crate.
    pub fn push(&mut self, row: Vec<String>) {
        assert_eq!(row.len(), self.columns.len(), "{:?}", self.columns);
        self.rows.push(row);
    }

    /// Writes the table.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn write(&self, path: &Path) -> Result<(), Fault> {
        let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
        let told = |e: csv::Error| Fault::new(format!("{}: {e}", path.display()));
        writer.write_record(&self.columns).map_err(told)?;
        for row in &self.rows {
            writer.write_record(row).map_err(told)?;
        }
        let bytes = writer.into_inner().map_err(|e| Fault::new(e.to_string()))?;
        write_text(path, &String::from_utf8_lossy(&bytes))
    }
}
