//! Tables read row by row, columns by name. A damaged table gives what stands before the damage, and a sentence about it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use csv::ByteRecord;

/// What is known of a table's length before it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Nothing, or as long as its manifest says, or longer: all rows are taken to be there.
    Whole,
    /// Shorter than its manifest says, or in the making.
    Cut,
    /// The rows of whole runs in a store, which knows which runs keep the table.
    Store,
}

/// A table being read.
pub struct Rows {
    /// What is known of its length.
    pub extent: Extent,
    /// How its length differs from the manifest's, in words.
    length: Option<String>,
    reader: csv::Reader<Box<dyn Read>>,
    header: Vec<String>,
    path: PathBuf,
    record: ByteRecord,
    problem: Option<String>,
}

/// The columns that say which run a row belongs to. Tables over replicates have no replicate.
#[derive(Clone, Copy, Debug)]
pub struct KeyColumns {
    /// `outcome`.
    pub outcome: usize,
    /// `variant`; absent in foreign tables.
    pub variant: Option<usize>,
    /// `point` of a sampling design, where there is one.
    pub point: Option<usize>,
    /// `replicate`.
    pub replicate: Option<usize>,
}

impl Rows {
    /// Opens a table of a folder; the file of an unfinished study is taken when there is no finished one.
    ///
    /// # Errors
    /// A sentence that names the file, when there is none or it cannot be read.
    pub fn open(folder: &Path, name: &str) -> Result<Self, String> {
        let Some(path) = file_of(folder, name) else {
            return Err(absent(folder, name));
        };
        let mut file = File::open(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        // The last line of a file in the making may be cut off within a number.
        let part = path.extension().is_some_and(|e| e == "part");
        let whole = if part { whole_lines(&mut file) } else { Ok(u64::MAX) };
        let whole = whole.map_err(|e| format!("{}: {e}", path.display()))?;
        let mut rows = Self::read(path, Box::new(file.take(whole)))?;
        if part {
            rows.extent = Extent::Cut;
        }
        Ok(rows)
    }

    /// Compares the length of a finished table with the one that its manifest names, bytes.
    pub fn expect_length(&mut self, named: u64) {
        let Some(length) = std::fs::metadata(&self.path).ok().map(|m| m.len()) else { return };
        if length < named {
            self.extent = Extent::Cut;
            self.length =
                Some(format!("cut: {length} of the {named} bytes that manifest.json names"));
        } else if length > named {
            self.length =
                Some(format!("changed: {length} bytes where manifest.json names {named}"));
        }
    }

    /// Name of the table.
    #[must_use]
    pub fn name(&self) -> String {
        let file =
            self.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        file.split('.').next().unwrap_or_default().to_owned()
    }

    /// What the table is called in notes.
    #[must_use]
    pub fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// The row that was read last.
    #[must_use]
    pub fn row(&self) -> Option<&ByteRecord> {
        (!self.record.is_empty()).then_some(&self.record)
    }

    /// Whether reading ended at a damage.
    #[must_use]
    pub fn damaged(&self) -> bool {
        self.problem.is_some()
    }

    /// Reads a table from anywhere; `path` is what it is called.
    ///
    /// # Errors
    /// A sentence that names the table, when it cannot be read or is empty.
    pub fn read(path: PathBuf, from: Box<dyn Read>) -> Result<Self, String> {
        let shown = path.display().to_string();
        let mut reader = csv::Reader::from_reader(from);
        let header = reader.byte_headers().map_err(|e| format!("{shown}: {e}"))?;
        let header: Vec<String> =
            header.iter().map(|h| String::from_utf8_lossy(h).into_owned()).collect();
        if header.is_empty() {
            return Err(format!("{shown} is empty"));
        }
        let (extent, record) = (Extent::Whole, ByteRecord::new());
        Ok(Self { extent, length: None, reader, header, path, record, problem: None })
    }

    /// Names of the columns.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// Position of a column, if it is there.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|h| h == name)
    }

    /// Position of a column that must be there.
    ///
    /// # Errors
    /// A sentence that names the file and the column.
    pub fn column(&self, name: &str) -> Result<usize, String> {
        self.find(name).ok_or_else(|| format!("{} has no column `{name}`", self.path.display()))
    }

    /// The columns that name a run.
    ///
    /// # Errors
    /// When there is no `outcome`.
    pub fn keys(&self) -> Result<KeyColumns, String> {
        Ok(KeyColumns {
            outcome: self.column("outcome")?,
            variant: self.find("variant"),
            point: self.find("point"),
            replicate: self.find("replicate"),
        })
    }

    /// The next row; nothing at the end, or where the table is damaged.
    pub fn next_row(&mut self) -> Option<&ByteRecord> {
        if self.problem.is_some() {
            return None;
        }
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => Some(&self.record),
            Ok(false) => None,
            Err(e) => {
                let found = match e.kind() {
                    csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
                        let line = pos.as_ref().map_or(0, csv::Position::line);
                        format!("line {line} has {len} fields where the header has {expected_len}")
                    }
                    _ => e.to_string(),
                };
                self.problem =
                    Some(format!("{}: {found}; the rows above it are shown", self.path.display()));
                None
            }
        }
    }

    /// Notes that a field does not hold what its column says. Reading ends there.
    pub fn refuse(&mut self, column: usize, expected: &str) {
        let record = std::mem::take(&mut self.record);
        self.refuse_in(&record, column, expected);
    }

    /// The same, of a row that was read before.
    pub fn refuse_in(&mut self, record: &ByteRecord, column: usize, expected: &str) {
        let line = record.position().map_or(0, csv::Position::line);
        let found = record.get(column).map(String::from_utf8_lossy).unwrap_or_default();
        self.problem = Some(format!(
            "{}: line {line}, column `{}`: found `{found}`, expected {expected}; the rows above it are shown",
            self.path.display(),
            self.header.get(column).map_or("?", String::as_str),
        ));
    }

    /// What was wrong, if anything.
    #[must_use]
    pub fn problem(self) -> Option<String> {
        match (self.problem, self.length) {
            (Some(problem), Some(length)) => Some(format!("{problem}; {length}")),
            (None, Some(length)) => Some(format!("{}: {length}", self.path.display())),
            (problem, None) => problem,
        }
    }
}

/// The sentence about a table that a folder does not have.
#[must_use]
pub fn absent(folder: &Path, name: &str) -> String {
    format!("{} is not there", folder.join(format!("{name}.csv")).display())
}

/// The file of a table: the finished one, or the longest of those in the making (`NAME.csv.part`, `NAME.csv.TOKEN.part`).
#[must_use]
pub fn file_of(folder: &Path, name: &str) -> Option<PathBuf> {
    let whole = folder.join(format!("{name}.csv"));
    if whole.is_file() {
        return Some(whole);
    }
    let begins = format!("{name}.csv.");
    let in_the_making = |file: &str| {
        let rest = file.strip_prefix(&begins)?;
        let token = if rest == "part" { "" } else { rest.strip_suffix(".part")? };
        token.bytes().all(|b| b.is_ascii_hexdigit()).then_some(())
    };
    let files = std::fs::read_dir(folder).ok()?.filter_map(|entry| {
        let entry = entry.ok()?;
        in_the_making(entry.file_name().to_str()?)?;
        Some((entry.metadata().ok()?.len(), entry.path()))
    });
    files.max().map(|(_, path)| path)
}

/// Length of a file's whole lines, bytes; the file is read from its beginning after that.
fn whole_lines(file: &mut File) -> io::Result<u64> {
    const STEP: u64 = 1 << 16;
    let mut end = file.seek(SeekFrom::End(0))?;
    let mut bytes = Vec::new();
    while end > 0 {
        let start = end.saturating_sub(STEP);
        file.seek(SeekFrom::Start(start))?;
        bytes.clear();
        file.by_ref().take(end - start).read_to_end(&mut bytes)?;
        if let Some(at) = bytes.iter().rposition(|b| *b == b'\n') {
            end = start + at as u64 + 1;
            break;
        }
        end = start;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(end)
}

/// A number; NaN for an empty field, which is a missing value; nothing when the field holds something else.
#[must_use]
pub fn number(field: &[u8]) -> Option<f64> {
    if field.is_empty() { Some(f64::NAN) } else { std::str::from_utf8(field).ok()?.parse().ok() }
}

/// The number of an ISO date in days since 1970-01-01, or nothing when the text is no date.
#[must_use]
pub fn day_number(field: &[u8]) -> Option<i32> {
    let digits = |range: std::ops::Range<usize>| -> Option<i32> {
        field
            .get(range)?
            .iter()
            .try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i32::from(b - b'0')))
    };
    if field.len() < 10 || field[4] != b'-' || field[7] != b'-' {
        return None;
    }
    let (year, month, day) = (digits(0..4)?, digits(5..7)?, digits(8..10)?);
    let date = jiff::civil::Date::new(year as i16, month as i8, day as i8).ok()?;
    date.since(jiff::civil::date(1970, 1, 1)).ok().map(|span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_count_days() {
        assert_eq!(day_number(b"1970-01-02"), Some(1));
        assert_eq!(day_number(b"2026-01-15"), Some(20_468));
        assert_eq!(day_number(b"2026-13-15"), None);
        assert_eq!(day_number(b"yesterday"), None);
    }

    #[test]
    fn of_files_in_the_making_the_longest_counts_but_for_a_line_that_is_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("runs.csv.1f.part"), "a,b\n1,2\n").unwrap();
        std::fs::write(dir.path().join("runs.csv.2e.part"), "a,b\n1,2\n3,4567\n3,4").unwrap();
        std::fs::write(dir.path().join("runs.csv.mine.part"), "a,b\n1,2\n3,4567\n3,4\n5,6\n")
            .unwrap();
        let mut rows = Rows::open(dir.path(), "runs").unwrap();
        assert!(rows.next_row().is_some());
        assert_eq!(rows.next_row().unwrap().get(1), Some(&b"4567"[..]));
        assert!(rows.next_row().is_none() && rows.problem().is_none());
    }

    #[test]
    fn damage_is_told_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("runs.csv"), "a,b\n1,2\n3\n5,6\n").unwrap();
        let mut rows = Rows::open(dir.path(), "runs").unwrap();
        assert_eq!(rows.next_row().unwrap().get(0), Some(&b"1"[..]));
        assert!(rows.next_row().is_none());
        assert!(rows.next_row().is_none(), "nothing after the damage is read");
        let problem = rows.problem().unwrap();
        assert!(problem.contains("line 3 has 1 fields where the header has 2"), "{problem}");
        assert!(Rows::open(dir.path(), "pressure").err().unwrap().contains("is not there"));
    }
}
