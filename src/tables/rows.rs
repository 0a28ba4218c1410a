//! Rows in the making.

use super::column::{Column, Columns, Row};
use super::format::{append_text, append_whole};

/// Collects the rows of one table as CSV without header. No allocation per row.
#[derive(Clone, Debug, Default)]
pub struct RowWriter {
    /// What [`Columns::run`] writes: the run, each field followed by a comma.
    run: Vec<u8>,
    bytes: Vec<u8>,
}

impl RowWriter {
    /// A writer of rows that tell their runs themselves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A writer of the rows of one run.
    #[must_use]
    pub fn for_run(outcome: &str, variant: &str, point: u32, replicate: u32) -> Self {
        let mut run = Vec::new();
        append_text(&mut run, outcome);
        run.push(b',');
        append_text(&mut run, variant);
        for number in [point, replicate] {
            run.push(b',');
            append_whole(&mut run, Some(u64::from(number)));
        }
        run.push(b',');
        Self { run, bytes: Vec::new() }
    }

    /// Adds a row.
    pub fn push<R: Row>(&mut self, row: &R) {
        R::columns(&mut Fields { row, run: &self.run, bytes: &mut self.bytes });
        // Every field brings a comma; the last one ends the row instead.
        if let Some(last) = self.bytes.last_mut() {
            *last = b'\n';
        }
    }

    /// The rows so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The rows.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// The fields of one row, written as its columns are told.
struct Fields<'a, R> {
    row: &'a R,
    run: &'a [u8],
    bytes: &'a mut Vec<u8>,
}

impl<R> Columns<R> for Fields<'_, R> {
    fn column(&mut self, _column: Column, write: impl Fn(&R, &mut Vec<u8>)) {
        write(self.row, self.bytes);
        self.bytes.push(b',');
    }

    fn run(&mut self) {
        self.bytes.extend_from_slice(self.run);
    }
}

#[cfg(test)]
mod tests {
    use super::super::actions;
    use super::*;

    #[test]
    fn a_row_of_a_run_begins_with_its_run() {
        let mut rows = RowWriter::for_run("fragmentation", "aid, early", 3, 7);
        for day in [15, 16] {
            rows.push(&actions::Row {
                date: jiff::civil::date(2026, 1, day),
                actor: "RUS",
                action: "reinforce",
                target: "RUS-GEO",
                reason: "",
            });
        }
        assert_eq!(
            String::from_utf8(rows.into_bytes()).unwrap(),
            "fragmentation,\"aid, early\",3,7,2026-01-15,RUS,reinforce,RUS-GEO,\n\
             fragmentation,\"aid, early\",3,7,2026-01-16,RUS,reinforce,RUS-GEO,\n"
        );
    }
}
