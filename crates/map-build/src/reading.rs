//! Reading layers and hand tables, with faults that say what is wrong and where.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::fault::Fault;

/// A CSV table with its column names.
#[derive(Debug)]
pub struct Table {
    /// Where it was read.
    pub file: PathBuf,
    headers: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'t> {
    table: &'t Table,
    record: &'t csv::StringRecord,
    /// Line in the file, from 1, if no field has a line break.
    pub line: usize,
}

/// All bytes of a file, unpacked if its name ends in `.gz`.
fn bytes(path: &Path) -> Result<Vec<u8>, Fault> {
    let told = |e: std::io::Error| {
        let next = if e.kind() == std::io::ErrorKind::NotFound {
            "; name the folder of layers in the region file (`layers`) or with --layers"
        } else {
            ""
        };
        Fault::new(format!("{}: {e}{next}", path.display()))
    };
    let bytes = std::fs::read(path).map_err(told)?;
    if path.extension().is_some_and(|e| e == "gz") {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(bytes.as_slice())
            .read_to_end(&mut plain)
            .map_err(told)?;
        return Ok(plain);
    }
    Ok(bytes)
}

/// A JSON file.
///
/// # Errors
/// When it cannot be read or is no JSON.
pub fn json(path: &Path) -> Result<Value, Fault> {
    serde_json::from_slice(&bytes(path)?)
        .map_err(|e| Fault::new(format!("{}: {e}", path.display())))
}

/// The features of a `GeoJSON` file.
///
/// # Errors
/// When it cannot be read or has none.
pub fn features(path: &Path) -> Result<Vec<Value>, Fault> {
    match json(path)?["features"].take() {
        Value::Array(features) => Ok(features),
        _ => Err(Fault::new(format!("{}: no `features`; give GeoJSON", path.display()))),
    }
}

/// The polygons of a geometry, each with its rings of points (longitude, latitude).
#[must_use]
pub fn polygons(geometry: &Value) -> Vec<Vec<Vec<(f64, f64)>>> {
    let list = |v: &Value| v.as_array().cloned().unwrap_or_default();
    let polygons = match geometry["type"].as_str() {
        Some("MultiPolygon") => list(&geometry["coordinates"]),
        _ => vec![geometry["coordinates"].clone()],
    };
    let point = |p: &Value| (p[0].as_f64().unwrap_or(0.0), p[1].as_f64().unwrap_or(0.0));
    let ring = |ring: &Value| list(ring).iter().map(point).collect();
    polygons.iter().map(|polygon| list(polygon).iter().map(ring).collect()).collect()
}

impl Table {
    /// Reads a table that must have these columns.
    ///
    /// # Errors
    /// When it cannot be read, a row is short, or a column lacks.
    pub fn read(path: &Path, columns: &[&str]) -> Result<Self, Fault> {
        let bytes = bytes(path)?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let told = |e: csv::Error| Fault::new(format!("{}: {e}", path.display()));
        let headers: Vec<String> =
            reader.headers().map_err(told)?.iter().map(str::to_owned).collect();
        let lacking: Vec<&str> =
            columns.iter().copied().filter(|c| !headers.iter().any(|h| h == c)).collect();
        if !lacking.is_empty() {
            let text = format!("{}: lacks the columns {}", path.display(), lacking.join(", "));
            return Err(Fault::new(text));
        }
        let rows = reader.into_records().collect::<Result<_, _>>().map_err(told)?;
        Ok(Self { file: path.to_owned(), headers, rows })
    }

    /// Where a column stands, if there is one.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|h| h == name)
    }

    /// Where a column stands.
    ///
    /// # Errors
    /// When there is no such column.
    pub fn must_have(&self, name: &str) -> Result<usize, Fault> {
        self.column(name)
            .ok_or_else(|| Fault::new(format!("{}: lacks the column {name}", self.file.display())))
    }

    /// The rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.rows.iter().enumerate().map(|(i, record)| Row { table: self, record, line: i + 2 })
    }
}

impl<'t> Row<'t> {
    /// The text in a column; nothing where the table has no such column.
    #[must_use]
    pub fn text(&self, column: &str) -> &'t str {
        self.table.column(column).map_or("", |i| &self.record[i])
    }

    /// The text at a place that [`Table::column`] gave.
    #[must_use]
    pub fn at(&self, column: usize) -> &'t str {
        &self.record[column]
    }

    /// A number.
    ///
    /// # Errors
    /// When the field holds none.
    pub fn number<N: std::str::FromStr>(&self, column: &str) -> Result<N, Fault> {
        self.text(column).parse().map_err(|_| self.fault(column, "a number"))
    }

    /// What is wrong with a field.
    #[must_use]
    pub fn fault(&self, column: &str, allowed: &str) -> Fault {
        let (file, text) = (self.table.file.display(), self.text(column));
        Fault::new(format!(
            "{file}:{}, column `{column}`: found `{text}`; allowed: {allowed}",
            self.line
        ))
    }
}
