//! Reading one comma-separated file of a case, with file, line and column of every value at hand.

use std::path::Path;

use checked_toml::{nearest, question};
use csv::ReaderBuilder;

use crate::geography::load::Problem;
use crate::geography::load::field::{Field, Tell};

/// A row with its line in the file, from 1. Columns are known by their position, as the format has it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    fields: Vec<String>,
}

/// A file as rows, comments and header apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    /// Path inside the case.
    pub(super) file: String,
    /// The first row if it begins with `#` or with the name of the first column.
    pub(super) header: Option<Row>,
    pub(super) rows: Vec<Row>,
}

/// Everything wrong that was found, and what a reader of the results should know.
#[derive(Default)]
pub(super) struct Findings {
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<String>,
}

impl Findings {
    pub(super) fn add_file(
        &mut self,
        file: &str,
        found: impl Into<String>,
        allowed: &str,
        next: &str,
    ) {
        self.problems.push(Problem {
            file: file.to_owned(),
            line: None,
            column: None,
            found: found.into(),
            allowed: allowed.to_owned(),
            next: next.to_owned(),
        });
    }
}

/// What is told of a value, at its place.
impl Findings {
    /// The value may not stand there.
    pub(super) fn refuse(&mut self, field: Field<'_>, allowed: impl Into<String>, next: &str) {
        self.problems.push(field.problem(field.quoted(), allowed, next));
    }

    /// The name stands there a second time.
    pub(super) fn again(&mut self, field: Field<'_>, next: &str) {
        let found = format!("{} again", field.quoted());
        self.problems.push(field.problem(found, "each name once", next));
    }

    /// The value stands, but a reader should know something of it.
    pub(super) fn note(&mut self, field: Field<'_>, what: impl std::fmt::Display) {
        self.notes.push(format!("{}: {what}", field.place()));
    }
}

impl Tell for Findings {
    fn tell(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

/// The files of a case, with what was found in them so far.
pub(super) struct Files<'f> {
    pub(super) folder: &'f Path,
    pub(super) hasher: blake3::Hasher,
    pub(super) findings: Findings,
}

impl Files<'_> {
    /// Reads a file; none (and a problem) when it is missing or no text.
    pub(super) fn read(&mut self, file: &str, first_column: &str) -> Option<Table> {
        let bytes = match std::fs::read(self.folder.join(file)) {
            Ok(bytes) => bytes,
            Err(error) => {
                let next =
                    "restore the file; the format's files are listed in docs/network_cases.md";
                self.findings.add_file(file, error.to_string(), "a readable file", next);
                return None;
            }
        };
        let size = (bytes.len() as u64).to_le_bytes();
        self.hasher.update(file.as_bytes()).update(&size).update(&bytes);
        Table::parse(file, &bytes, first_column, &mut self.findings)
    }

    /// Reads a file that a case may lack, which is noted.
    pub(super) fn optional(&mut self, file: &str, first_column: &str) -> Option<Table> {
        if self.folder.join(file).exists() {
            return self.read(file, first_column);
        }
        self.findings.notes.push(format!("{file} is not there: nothing is read from it"));
        None
    }
}

impl Table {
    /// A file as rows; none (and a problem) when it is no text.
    fn parse(
        file: &str,
        bytes: &[u8],
        first_column: &str,
        findings: &mut Findings,
    ) -> Option<Self> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.trim_start_matches('\u{feff}'),
            Err(error) => {
                let before = &bytes[..error.valid_up_to()];
                findings.problems.push(Problem {
                    file: file.to_owned(),
                    line: Some(String::from_utf8_lossy(before).matches('\n').count() as u64 + 1),
                    column: None,
                    found: format!(
                        "the byte 0x{:02X}, which is not UTF-8",
                        bytes[error.valid_up_to()]
                    ),
                    allowed: "text in UTF-8".to_owned(),
                    next: "save the file as UTF-8".to_owned(),
                });
                return None;
            }
        };
        let mut table = Self { file: file.to_owned(), ..Self::default() };
        for (i, line) in text.lines().enumerate() {
            // No value of the format holds a line break, so that a line is a row whatever its quotes.
            let mut reader = ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .trim(csv::Trim::All)
                .from_reader(line.as_bytes());
            let Some(Ok(record)) = reader.records().next() else { continue };
            let fields: Vec<String> = record.iter().map(ToOwned::to_owned).collect();
            let row = Row { line: i as u64 + 1, fields };
            let first = row.fields.first().map_or("", String::as_str);
            if row.fields.iter().all(String::is_empty) {
                continue;
            }
            let plain = first.trim_start_matches('#').trim();
            let names_columns = plain.eq_ignore_ascii_case(first_column)
                || (first_column == "Date" && plain == "DateTime");
            if first.starts_with('#')
                || (names_columns && table.header.is_none() && table.rows.is_empty())
            {
                table.header.get_or_insert(row);
            } else {
                table.rows.push(row);
            }
        }
        Some(table)
    }

    /// The value in a column by position; nothing where the row is too short.
    pub(super) fn field<'t>(&'t self, row: &'t Row, index: usize, column: &'t str) -> Field<'t> {
        let text = row.fields.get(index).map_or("", String::as_str);
        Field::new(text, &self.file, row.line, column)
    }

    /// Tells of rows with fewer fields than this, and gives the others.
    pub(super) fn rows_of(
        &self,
        least: usize,
        columns: &str,
        findings: &mut Findings,
    ) -> Vec<&Row> {
        let (good, short): (Vec<&Row>, Vec<&Row>) =
            self.rows.iter().partition(|row| row.fields.len() >= least);
        for row in short {
            let found = format!(
                "{} field{}",
                row.fields.len(),
                if row.fields.len() == 1 { "" } else { "s" }
            );
            findings.problems.push(Problem {
                file: self.file.clone(),
                line: Some(row.line),
                column: None,
                found,
                allowed: format!("at least {least}: {columns}"),
                next: "look for a missing comma, or a file that was cut off".to_owned(),
            });
        }
        good
    }
}

impl Row {
    pub(super) fn len(&self) -> usize {
        self.fields.len()
    }

    /// The fields, those at the end that are empty left out.
    pub(super) fn used(&self) -> &[String] {
        let end = self.fields.iter().rposition(|f| !f.is_empty()).map_or(0, |last| last + 1);
        &self.fields[..end]
    }
}

/// What only the format of network cases has.
impl<'t> Field<'t> {
    /// A text that must not be empty.
    pub(super) fn name(&self, findings: &mut Findings) -> Option<&'t str> {
        if self.text.is_empty() {
            findings.problems.push(self.problem("nothing", "a name", "fill it in"));
            return None;
        }
        Some(self.text)
    }

    /// [`Field::whole`], or another value where nothing stands.
    pub(super) fn whole_or(
        &self,
        empty: i64,
        low: i64,
        high: i64,
        findings: &mut Findings,
    ) -> Option<i64> {
        if self.text.is_empty() { Some(empty) } else { self.whole(low, high, findings) }
    }

    /// A date, year-month-day; leading zeros may be missing.
    pub(super) fn date(&self, findings: &mut Findings) -> Option<jiff::civil::Date> {
        let mut parts = self.text.split('-');
        let mut part = || parts.next().map(str::trim);
        let date = (|| {
            let (year, month, day) =
                (part()?.parse().ok()?, part()?.parse().ok()?, part()?.parse().ok()?);
            jiff::civil::Date::new(year, month, day).ok().filter(|_| part().is_none())
        })();
        if date.is_none() {
            let allowed = "a date as year-month-day, such as 2012-02-29";
            findings.refuse(*self, allowed, "correct this date");
        }
        date
    }

    /// Position of this name in a list.
    pub(super) fn one_of<'n>(
        &self,
        names: impl Iterator<Item = &'n str> + Clone,
        allowed: &str,
        findings: &mut Findings,
    ) -> Option<usize> {
        let found = names.clone().position(|name| name == self.text);
        if found.is_none() {
            let near = nearest(self.text, names);
            let next = near.map_or_else(
                || "correct this name".to_owned(),
                |name| format!("{} Otherwise correct this name", question(name)),
            );
            findings.problems.push(self.problem(self.quoted(), allowed, next));
        }
        found
    }
}
