//! Reading one CSV file of a map, with the line number of every row at hand.

use std::collections::BTreeMap;

use checked_toml::{nearest, question};
use csv::StringRecord;

use super::field::Field;
use super::problems::{Problem, Problems};

/// A well-formed CSV file: UTF-8, unique column names, rows of equal length.
pub(super) struct Table {
    pub(super) file: &'static str,
    headers: StringRecord,
    /// Line and fields of each row.
    rows: Vec<(u64, StringRecord)>,
}

/// A column that a table has.
#[derive(Clone, Copy)]
pub(super) struct Column<'n> {
    name: &'n str,
    index: usize,
}

/// One row of a table.
#[derive(Clone, Copy)]
pub(super) struct Row<'t> {
    file: &'static str,
    pub(super) line: u64,
    record: &'t StringRecord,
}

impl Table {
    /// Reads the bytes of a file; every fault of form is a problem, and then there is no table.
    pub(super) fn parse(file: &'static str, bytes: &[u8], problems: &mut Problems) -> Option<Self> {
        let before = problems.count();
        let at = |line, found: String, allowed: &str, next: &str| Problem {
            file: file.to_owned(),
            line: Some(line),
            column: None,
            found,
            allowed: allowed.to_owned(),
            next: next.to_owned(),
        };
        if let Err(error) = std::str::from_utf8(bytes) {
            let line = 1 + bytes[..error.valid_up_to()]
                .iter()
                .map(|&b| u64::from(b == b'\n'))
                .sum::<u64>();
            let byte = format!("the byte 0x{:02X}, which is not UTF-8", bytes[error.valid_up_to()]);
            problems.add(at(line, byte, "text in UTF-8", "save the file as UTF-8"));
            return None;
        }
        // Unequal rows are let through by the parser, so that all of them can be told at once.
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
        let headers = match reader.headers() {
            Ok(headers) if !headers.is_empty() => headers.clone(),
            _ => {
                problems.add_file(
                    file,
                    "an empty file",
                    "a header line and rows",
                    "restore the file",
                );
                return None;
            }
        };
        let mut rows = Vec::new();
        let mut lines = Lines { bytes, at: 0, line: 1 };
        for record in reader.into_records() {
            match record {
                Ok(record) if record.len() == headers.len() => {
                    rows.push((lines.of(&record), record));
                }
                Ok(record) => problems.add(at(
                    lines.of(&record),
                    format!("{} fields", record.len()),
                    &format!("{} fields, as in the header", headers.len()),
                    "look for a missing or extra comma, or a file that was cut off",
                )),
                Err(error) => {
                    let line = error.position().map_or(1, csv::Position::line);
                    problems.add(at(line, error.to_string(), "a row of CSV", "correct this row"));
                }
            }
        }
        (problems.count() == before).then_some(Self { file, headers, rows })
    }

    /// Where these columns stand; a missing one is a problem.
    pub(super) fn columns<'n, const N: usize>(
        &self,
        names: [&'n str; N],
        problems: &mut Problems,
    ) -> Option<[Column<'n>; N]> {
        let mut complete = true;
        let found = names.map(|name| {
            let index = self.headers.iter().position(|h| h == name).unwrap_or_else(|| {
                complete = false;
                let has: Vec<_> = self.headers.iter().collect();
                problems.add(Problem {
                    file: self.file.to_owned(),
                    line: Some(1),
                    column: Some(name.to_owned()),
                    found: "no such column".to_owned(),
                    allowed: format!("a header with it (there are: {})", has.join(", ")),
                    next: "add the column or correct its name".to_owned(),
                });
                0
            });
            Column { name, index }
        });
        complete.then_some(found)
    }

    /// All column names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.headers.iter()
    }

    pub(super) fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, record)| Row { file: self.file, line: *line, record })
    }
}

/// Counts lines along a file. The reader's own count stands before the blank lines that it skips.
struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// Line of a record, from 1; records must come in order.
    fn of(&mut self, record: &StringRecord) -> u64 {
        let start = record.position().map_or(0, |p| p.byte() as usize);
        while let Some(&byte) = self.bytes.get(self.at) {
            if self.at >= start && byte != b'\n' && byte != b'\r' {
                break;
            }
            self.line += u64::from(byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

impl<'t> Row<'t> {
    pub(super) fn field(self, column: Column<'t>) -> Field<'t> {
        Field::new(&self.record[column.index], self.file, self.line, column.name)
    }
}

/// What only maps have.
impl Field<'_> {
    /// A number as `real`, or nothing.
    pub(super) fn real_or_empty(
        &self,
        low: f64,
        high: f64,
        problems: &mut Problems,
    ) -> Option<f64> {
        if self.text.is_empty() { None } else { self.real(low, high, problems) }
    }

    /// A name out of a list kept in another file.
    pub(super) fn listed<T: Copy>(
        &self,
        list: &BTreeMap<String, T>,
        list_file: &str,
        problems: &mut Problems,
    ) -> Option<T> {
        let value = list.get(self.text).copied();
        if value.is_none() {
            let near = nearest(self.text, list.keys().map(String::as_str));
            let next = near.map_or_else(
                || format!("correct this value or add it to {list_file}"),
                |name| format!("{} Otherwise add it to {list_file}", question(name)),
            );
            problems.add(self.problem(self.quoted(), format!("a name in {list_file}"), next));
        }
        value
    }

    /// One of a closed list of words.
    pub(super) fn word<T: Copy>(&self, words: &[(&str, T)], problems: &mut Problems) -> Option<T> {
        let value = words.iter().find(|(word, _)| *word == self.text).map(|&(_, value)| value);
        if value.is_none() {
            let names: Vec<_> = words
                .iter()
                .map(|(w, _)| if w.is_empty() { "nothing".to_owned() } else { format!("`{w}`") })
                .collect();
            problems.add(self.problem(self.quoted(), names.join(", "), "correct this value"));
        }
        value
    }
}
