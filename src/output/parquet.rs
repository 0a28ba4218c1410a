//! Tables of a folder of results as Parquet files, typed as its `datapackage.json` says.
//!
//! Rows are streamed: one row group is in memory at a time. Text is UTF-8, whole numbers are 64-bit integers, decimal
//! numbers 64-bit floats, dates `DATE`, truth values `BOOLEAN`; what the package calls missing is null. Each file carries
//! its entry of the package (meanings and units) under the key [`ENTRY`]. The same tables give the same bytes.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::KeyValue;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use ::parquet::schema::types::{Type, TypePtr};
use jiff::civil::{Date, date};
use serde_json::Value;

use super::folder::DATAPACKAGE;

/// Key of the file's metadata that has the table's entry of `datapackage.json` as JSON.
pub const ENTRY: &str = "spillover.resource";

/// Most rows of a row group.
pub const GROUP_ROWS: usize = 1 << 16;
/// Most bytes of CSV in a row group, but for the row that goes beyond it.
const GROUP_BYTES: usize = 1 << 25;

/// Day 0 of the type `DATE`.
const EPOCH: Date = date(1970, 1, 1);

/// What an export wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Files.
    pub tables: usize,
    /// Rows of all of them.
    pub rows: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// Why an export did not come about. Nothing of it is kept then.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The folder has no package, or one that cannot be followed.
    #[error("{path}: {what}\n  give the folder of a complete study")]
    Package {
        /// The package.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// A table is not what the package says.
    #[error(
        "{path}{place}: {what}\n  the tables were changed or damaged after they were written: make them again with spillover run --overwrite (or merge --overwrite, if its store was kept)"
    )]
    Table {
        /// The table.
        path: String,
        /// Line and column, where there is one; begins with a comma then.
        place: String,
        /// What was found, and what is allowed.
        what: String,
    },
    /// Files of these names exist.
    #[error("{folder} holds {names}\n  name another folder, or add --overwrite")]
    InTheWay {
        /// The folder.
        folder: String,
        /// The files.
        names: String,
    },
    /// The system refuses, for example because the disk is full.
    #[error("cannot write {path}: {cause}")]
    Write {
        /// File or folder.
        path: String,
        /// What the system said.
        cause: String,
    },
}

impl ExportError {
    fn write(path: &Path, cause: impl std::fmt::Display) -> Self {
        Self::Write { path: path.display().to_string(), cause: cause.to_string() }
    }
}

/// Writes every CSV table of the package in `folder` to `out` as `NAME.parquet`: all of them, or none.
///
/// # Errors
/// When the package or a table cannot be read as it should be, with line and column; when `out` holds such files
/// (without `overwrite`); when the system refuses.
pub fn export(folder: &Path, out: &Path, overwrite: bool) -> Result<Exported, ExportError> {
    let tables = tables(folder)?;
    let present: Vec<&str> =
        tables.iter().map(|t| t.target.as_str()).filter(|name| out.join(name).exists()).collect();
    if !overwrite && !present.is_empty() {
        let folder = out.display().to_string();
        return Err(ExportError::InTheWay { folder, names: present.join(", ") });
    }
    let made = !out.exists();
    fs::create_dir_all(out).map_err(|error| ExportError::write(out, error))?;
    let result = convert(folder, &tables, out).and_then(|(done, files)| {
        put_in_place(&tables, files, out, overwrite)?;
        Ok(done)
    });
    if result.is_err() && made {
        // Empty: what was in the making is gone by now.
        let _ = fs::remove_dir(out);
    }
    result
}

/// Files in the making, removed when dropped.
type Making = Vec<tempfile::TempPath>;

fn convert(folder: &Path, tables: &[Table], out: &Path) -> Result<(Exported, Making), ExportError> {
    let mut done = Exported { tables: tables.len(), rows: 0, bytes: 0 };
    let mut files = Vec::with_capacity(tables.len());
    for table in tables {
        let target = out.join(&table.target);
        let write = |error: io::Error| ExportError::write(&target, error);
        let making = tempfile::Builder::new()
            .prefix(".spillover-")
            .suffix(".part")
            .tempfile_in(out)
            .map_err(write)?;
        let file = making.as_file().try_clone().map_err(write)?;
        done.rows += table
            .write(&folder.join(&table.source), file)
            .map_err(|failure| failure.told(folder, table, out))?;
        // Temporary files are private; tables are not.
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            making.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(write)?;
        }
        making.as_file().sync_all().map_err(write)?;
        done.bytes += making.as_file().metadata().map_err(write)?.len();
        files.push(making.into_temp_path());
    }
    Ok((done, files))
}

/// Gives the files their names. What was named is taken away again when one of them cannot be, unless it replaced another.
fn put_in_place(
    tables: &[Table],
    files: Making,
    out: &Path,
    overwrite: bool,
) -> Result<(), ExportError> {
    let mut named: Vec<PathBuf> = Vec::new();
    for (table, making) in tables.iter().zip(files) {
        let target = out.join(&table.target);
        let result =
            if overwrite { making.persist(&target) } else { making.persist_noclobber(&target) };
        if let Err(error) = result {
            if !overwrite {
                for path in named {
                    let _ = fs::remove_file(path);
                }
            }
            return Err(ExportError::write(&target, error.error));
        }
        named.push(target);
    }
    Ok(())
}

/// A CSV table of a package.
#[derive(Debug)]
struct Table {
    /// Name of the CSV file.
    source: String,
    /// Name of the Parquet file.
    target: String,
    fields: Vec<(String, Kind)>,
    /// Texts that stand for nothing.
    missing: Vec<String>,
    /// The entry of the package, as JSON.
    entry: String,
}

/// A type of Frictionless' table schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Integer,
    Number,
    Date,
    Boolean,
}

impl Kind {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::Text,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "date" => Self::Date,
            "boolean" => Self::Boolean,
            _ => return None,
        })
    }

    /// What a field of this type may hold.
    const fn allowed(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "a whole number of 64 bits",
            Self::Number => "a finite decimal number",
            Self::Date => "a date as YYYY-MM-DD",
            Self::Boolean => "true or false",
        }
    }
}

/// Reads which tables there are.
fn tables(folder: &Path) -> Result<Vec<Table>, ExportError> {
    let path = folder.join(DATAPACKAGE);
    let problem = |what: String| ExportError::Package { path: path.display().to_string(), what };
    let bytes = fs::read(&path).map_err(|error| problem(error.to_string()))?;
    let package: Value =
        serde_json::from_slice(&bytes).map_err(|error| problem(error.to_string()))?;
    let resources = package.get("resources").and_then(Value::as_array);
    let resources = resources.ok_or_else(|| problem("no list `resources`".into()))?;
    let tables: Vec<Table> = resources
        .iter()
        .filter(|resource| resource.get("format").and_then(Value::as_str) == Some("csv"))
        .map(|resource| table(resource).map_err(&problem))
        .collect::<Result<_, _>>()?;
    if tables.is_empty() {
        return Err(problem("no table in CSV among its `resources`".into()));
    }
    let mut targets = BTreeSet::new();
    match tables.iter().find(|table| !targets.insert(&table.target)) {
        Some(twice) => Err(problem(format!("`{}` stands there twice", twice.source))),
        None => Ok(tables),
    }
}

fn table(resource: &Value) -> Result<Table, String> {
    let source = resource.get("path").and_then(Value::as_str).ok_or("a table without a `path`")?;
    let stem =
        source.strip_suffix(".csv").filter(|stem| !stem.is_empty() && !stem.contains(['/', '\\']));
    let stem = stem.ok_or_else(|| {
        format!("found the path `{source}`, allowed: the name of a CSV file beside it")
    })?;
    let schema = resource.get("schema").ok_or_else(|| format!("no `schema` of {source}"))?;
    let fields = schema.get("fields").and_then(Value::as_array);
    let fields =
        fields.filter(|f| !f.is_empty()).ok_or_else(|| format!("no `fields` of {source}"))?;
    let fields = fields.iter().map(|field| {
        let name =
            field.get("name").and_then(Value::as_str).ok_or_else(|| format!("a field of {source} has no `name`"))?;
        let kind = field.get("type").and_then(Value::as_str).unwrap_or_default();
        let found = Kind::parse(kind).ok_or_else(|| {
            format!(
                "{source}, column `{name}`: found the type `{kind}`, allowed: string, integer, number, date, boolean"
            )
        })?;
        Ok((name.to_owned(), found))
    });
    let fields = fields.collect::<Result<Vec<_>, String>>()?;
    let missing = match schema.get("missingValues").and_then(Value::as_array) {
        Some(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        None => vec![String::new()],
    };
    let (source, target) = (source.to_owned(), format!("{stem}.parquet"));
    Ok(Table { source, target, fields, missing, entry: resource.to_string() })
}

/// Why a table was not written.
enum Failure {
    Read { place: String, what: String },
    Write(ParquetError),
}

impl Failure {
    fn told(self, folder: &Path, table: &Table, out: &Path) -> ExportError {
        match self {
            Self::Read { place, what } => ExportError::Table {
                path: folder.join(&table.source).display().to_string(),
                place,
                what,
            },
            // The system's own words where it is the system that refuses.
            Self::Write(ParquetError::External(cause)) => {
                ExportError::write(&out.join(&table.target), cause)
            }
            Self::Write(error) => ExportError::write(&out.join(&table.target), error),
        }
    }
}

impl From<ParquetError> for Failure {
    fn from(error: ParquetError) -> Self {
        Self::Write(error)
    }
}

impl From<csv::Error> for Failure {
    fn from(error: csv::Error) -> Self {
        // A line of its own says it better than the crate's record, line and byte.
        let line = |position: Option<&csv::Position>| {
            position.map_or_else(String::new, |p| format!(", line {}", p.line()))
        };
        match error.kind() {
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => Self::Read {
                place: line(pos.as_ref()),
                what: format!("found {len} fields, allowed: {expected_len}, as in the header"),
            },
            csv::ErrorKind::Utf8 { pos, err } => Self::Read {
                place: format!("{}, field {}", line(pos.as_ref()), err.field() + 1),
                what: "found bytes that are no UTF-8, allowed: text in UTF-8".into(),
            },
            csv::ErrorKind::Io(error) => {
                Self::Read { place: String::new(), what: error.to_string() }
            }
            _ => Self::Read { place: String::new(), what: error.to_string() },
        }
    }
}

impl Table {
    /// Writes the table; how many rows it has.
    fn write(&self, source: &Path, out: File) -> Result<u64, Failure> {
        let file = File::open(source).map_err(|error| Failure::Read {
            place: String::new(),
            what: format!("cannot be read: {error}"),
        })?;
        // The reader of CSV keeps a buffer of its own.
        let mut reader = csv::Reader::from_reader(file);
        let header = reader.headers()?;
        if !header.iter().eq(self.fields.iter().map(|(name, _)| name.as_str())) {
            let names: Vec<&str> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
            return Err(Failure::Read {
                place: ", line 1".into(),
                what: format!(
                    "found the columns {}\n  allowed: those of {DATAPACKAGE}, {}",
                    header.iter().collect::<Vec<_>>().join(","),
                    names.join(",")
                ),
            });
        }
        let properties = WriterProperties::builder()
            .set_compression(Compression::LZ4_RAW)
            .set_key_value_metadata(Some(vec![KeyValue::new(ENTRY.to_owned(), self.entry.clone())]))
            .build();
        let mut writer = SerializedFileWriter::new(out, self.schema()?, Arc::new(properties))?;
        let mut columns: Vec<Column> =
            self.fields.iter().map(|&(_, kind)| Column::new(kind)).collect();
        let (mut rows, mut in_group, mut bytes) = (0, 0, 0);
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record)? {
            for ((column, (name, kind)), text) in columns.iter_mut().zip(&self.fields).zip(&record)
            {
                if self.missing.iter().any(|m| m == text) {
                    column.push_missing();
                } else if !column.push(text) {
                    let line = record.position().map_or(0, csv::Position::line);
                    return Err(Failure::Read {
                        place: format!(", line {line}, column `{name}`"),
                        what: format!("found `{text}`, allowed: {}", kind.allowed()),
                    });
                }
            }
            rows += 1;
            in_group += 1;
            bytes += record.as_slice().len();
            if in_group == GROUP_ROWS || bytes >= GROUP_BYTES {
                write_group(&mut writer, &mut columns)?;
                (in_group, bytes) = (0, 0);
            }
        }
        if in_group > 0 {
            write_group(&mut writer, &mut columns)?;
        }
        writer.close()?;
        Ok(rows)
    }

    fn schema(&self) -> Result<TypePtr, ParquetError> {
        let fields = self.fields.iter().map(|(name, kind)| {
            let (physical, logical) = match kind {
                Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                Kind::Integer => (Physical::INT64, None),
                Kind::Number => (Physical::DOUBLE, None),
                Kind::Date => (Physical::INT32, Some(LogicalType::Date)),
                Kind::Boolean => (Physical::BOOLEAN, None),
            };
            let field = Type::primitive_type_builder(name, physical)
                .with_logical_type(logical)
                .with_repetition(Repetition::OPTIONAL);
            Ok(Arc::new(field.build()?))
        });
        let fields = fields.collect::<Result<Vec<_>, ParquetError>>()?;
        Ok(Arc::new(Type::group_type_builder("schema").with_fields(fields).build()?))
    }
}

fn write_group(
    writer: &mut SerializedFileWriter<File>,
    columns: &mut [Column],
) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    for column in columns {
        let next = group.next_column()?;
        let mut out =
            next.ok_or_else(|| ParquetError::General("fewer columns than the schema has".into()))?;
        column.write(&mut out)?;
        out.close()?;
    }
    group.close()?;
    Ok(())
}

/// A column of the row group in the making.
struct Column {
    cells: Cells,
    /// For every row 1, or 0 where it is missing.
    present: Vec<i16>,
}

/// Values that are there.
enum Cells {
    /// All texts one after the other, and where each ends.
    Text(Vec<u8>, Vec<usize>),
    Integer(Vec<i64>),
    Number(Vec<f64>),
    /// Days since [`EPOCH`].
    Date(Vec<i32>),
    Boolean(Vec<bool>),
}

impl Column {
    fn new(kind: Kind) -> Self {
        let cells = match kind {
            Kind::Text => Cells::Text(Vec::new(), Vec::new()),
            Kind::Integer => Cells::Integer(Vec::new()),
            Kind::Number => Cells::Number(Vec::new()),
            Kind::Date => Cells::Date(Vec::new()),
            Kind::Boolean => Cells::Boolean(Vec::new()),
        };
        Self { cells, present: Vec::new() }
    }

    fn push_missing(&mut self) {
        self.present.push(0);
    }

    /// Takes a value; false when it is not of the column's kind.
    fn push(&mut self, text: &str) -> bool {
        match &mut self.cells {
            Cells::Text(bytes, ends) => {
                bytes.extend_from_slice(text.as_bytes());
                ends.push(bytes.len());
            }
            Cells::Integer(values) => match text.parse() {
                Ok(value) => values.push(value),
                Err(_) => return false,
            },
            Cells::Number(values) => match text.parse() {
                Ok(value) if f64::is_finite(value) => values.push(value),
                _ => return false,
            },
            Cells::Date(values) => match Date::strptime("%Y-%m-%d", text) {
                Ok(day) => values.push((day - EPOCH).get_days()),
                Err(_) => return false,
            },
            Cells::Boolean(values) => match text.parse() {
                Ok(value) => values.push(value),
                Err(_) => return false,
            },
        }
        self.present.push(1);
        true
    }

    /// Writes what was collected, and begins anew.
    fn write(&mut self, out: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let present = Some(&self.present[..]);
        match &mut self.cells {
            Cells::Text(bytes, ends) => {
                let all = ByteArray::from(std::mem::take(bytes));
                let mut start = 0;
                let slice = |end| {
                    let begin = std::mem::replace(&mut start, end);
                    all.slice(begin, end - begin)
                };
                let values: Vec<ByteArray> = ends.drain(..).map(slice).collect();
                out.typed::<ByteArrayType>().write_batch(&values, present, None)?;
            }
            Cells::Integer(values) => {
                out.typed::<Int64Type>().write_batch(values, present, None)?;
                values.clear();
            }
            Cells::Number(values) => {
                out.typed::<DoubleType>().write_batch(values, present, None)?;
                values.clear();
            }
            Cells::Date(values) => {
                out.typed::<Int32Type>().write_batch(values, present, None)?;
                values.clear();
            }
            Cells::Boolean(values) => {
                out.typed::<BoolType>().write_batch(values, present, None)?;
                values.clear();
            }
        }
        self.present.clear();
        Ok(())
    }
}
