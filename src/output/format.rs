//! Rows as CSV bytes: numbers without exponent, ISO dates, text quoted when it must be. No allocation per row.

use jiff::civil::Date;

use crate::recorders::table::{ColumnKind, Table};

/// Significant digits of a decimal number; digits before the point are never cut.
const SIGNIFICANT: usize = 5;

/// Powers of ten up to the most decimals, one more than the significant digits.
const POWERS: [f64; SIGNIFICANT + 2] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6];

/// Appends a decimal number: five significant digits, at most six decimals, no exponent, no trailing zeros, no `-0`.
/// What is no finite number leaves nothing: an empty field, which every reader takes as missing.
///
/// The same value gives the same bytes everywhere: only multiplication, rounding and integers are used.
pub fn append_number(bytes: &mut Vec<u8>, value: f64) {
    if !value.is_finite() {
        return;
    }
    let size = value.abs();
    if size >= 1e15 {
        // Beyond what the scaled integer holds; never met in practice, so the allocation is of no weight.
        bytes.extend_from_slice(format!("{value:.0}").as_bytes());
        return;
    }
    let mut decimals = match size {
        s if s < 0.1 => SIGNIFICANT + 1,
        s if s < 1.0 => SIGNIFICANT,
        s => SIGNIFICANT.saturating_sub(POWERS.iter().take_while(|&&power| s >= power).count()),
    };
    let mut scaled = (size * POWERS[decimals]).round() as u64;
    if scaled == 0 {
        bytes.push(b'0');
        return;
    }
    while decimals > 0 && scaled.is_multiple_of(10) {
        scaled /= 10;
        decimals -= 1;
    }
    if value < 0.0 {
        bytes.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(scaled).as_bytes();
    if decimals == 0 {
        bytes.extend_from_slice(digits);
    } else if digits.len() > decimals {
        let (whole, rest) = digits.split_at(digits.len() - decimals);
        bytes.extend_from_slice(whole);
        bytes.push(b'.');
        bytes.extend_from_slice(rest);
    } else {
        bytes.extend_from_slice(b"0.");
        bytes.extend_from_slice(&b"000000"[..decimals - digits.len()]);
        bytes.extend_from_slice(digits);
    }
}

/// Appends text, in quotes when it holds a comma, a quote or a line break.
pub fn append_text(bytes: &mut Vec<u8>, text: &str) {
    if text.bytes().any(|b| matches!(b, b',' | b'"' | b'\n' | b'\r')) {
        bytes.push(b'"');
        for byte in text.bytes() {
            if byte == b'"' {
                bytes.push(b'"');
            }
            bytes.push(byte);
        }
        bytes.push(b'"');
    } else {
        bytes.extend_from_slice(text.as_bytes());
    }
}

/// Appends a date as `YYYY-MM-DD` (years 0 to 9999, which is all that a checked scenario reaches).
pub fn append_date(bytes: &mut Vec<u8>, date: Date) {
    let year = date.year().unsigned_abs();
    let (month, day) =
        (u16::from(date.month().unsigned_abs()), u16::from(date.day().unsigned_abs()));
    let digit = |n: u16| b'0' + (n % 10) as u8;
    bytes.extend_from_slice(&[
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(day / 10),
        digit(day),
    ]);
}

/// Collects the rows of one table. In builds with debug assertions each field is checked against its column.
#[derive(Clone, Debug)]
pub struct RowWriter {
    table: Table,
    /// What every row begins with, each field followed by a comma.
    prefix: Vec<u8>,
    prefix_fields: usize,
    bytes: Vec<u8>,
    field: usize,
}

impl RowWriter {
    /// A writer whose rows begin with their first field.
    #[must_use]
    pub fn new(table: Table) -> Self {
        Self { table, prefix: Vec::new(), prefix_fields: 0, bytes: Vec::new(), field: 0 }
    }

    /// A writer for a recorder: every row begins with `outcome,variant,point,replicate`, then the date of
    /// [`RowWriter::start_row`].
    #[must_use]
    pub fn for_run(table: Table, outcome: &str, variant: &str, point: u32, replicate: u32) -> Self {
        let mut writer = Self::new(table);
        writer.push_text(outcome);
        writer.push_text(variant);
        writer.push_int(i64::from(point));
        writer.push_int(i64::from(replicate));
        writer.prefix = std::mem::take(&mut writer.bytes);
        writer.prefix.push(b',');
        writer.prefix_fields = writer.field;
        writer.field = 0;
        writer
    }

    /// Begins a row of a recorder with what its run is and the date.
    pub fn start_row(&mut self, date: Date) {
        self.start_undated_row();
        self.push_date(date);
    }

    /// Begins a row of a recorder with what its run is, in a table without dates.
    pub fn start_undated_row(&mut self) {
        debug_assert_eq!(self.field, 0, "{}: a row begins inside a row", self.table.file());
        self.bytes.extend_from_slice(&self.prefix);
        self.bytes.pop(); // the comma, which the next field brings
        self.field = self.prefix_fields;
    }

    fn next(&mut self, kind: ColumnKind) {
        if cfg!(debug_assertions) {
            let file = self.table.file();
            let Some(column) = self.table.columns().get(self.field) else {
                panic!(
                    "{file}: a row has more fields than its {} columns",
                    self.table.columns().len()
                );
            };
            assert_eq!(column.kind, kind, "{file}: kind of the column `{}`", column.name);
        }
        self.separate();
    }

    fn separate(&mut self) {
        if self.field > 0 {
            self.bytes.push(b',');
        }
        self.field += 1;
    }

    /// A field of text.
    pub fn push_text(&mut self, text: &str) {
        self.next(ColumnKind::Text);
        append_text(&mut self.bytes, text);
    }

    /// A field with a whole number that may be negative.
    pub fn push_int(&mut self, value: i64) {
        self.next(ColumnKind::Integer);
        self.bytes.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    /// A field with a count.
    pub fn push_count(&mut self, value: u64) {
        self.next(ColumnKind::Integer);
        self.bytes.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }

    /// A field with a decimal number; empty when it is not finite.
    pub fn push_num(&mut self, value: f64) {
        self.next(ColumnKind::Number);
        append_number(&mut self.bytes, value);
    }

    /// A field with a date.
    pub fn push_date(&mut self, date: Date) {
        self.next(ColumnKind::Date);
        append_date(&mut self.bytes, date);
    }

    /// A field with a truth value.
    pub fn push_bool(&mut self, value: bool) {
        self.next(ColumnKind::Boolean);
        self.bytes.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// A missing field, of any kind.
    pub fn push_missing(&mut self) {
        debug_assert!(
            self.field < self.table.columns().len(),
            "{}: too many fields",
            self.table.file()
        );
        self.separate();
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        debug_assert_eq!(
            self.field,
            self.table.columns().len(),
            "{}: fields of a row",
            self.table.file()
        );
        self.bytes.push(b'\n');
        self.field = 0;
    }

    /// The rows so far.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Hands out the rows so far and starts anew, keeping nothing.
    pub fn take(&mut self) -> Vec<u8> {
        debug_assert_eq!(self.field, 0, "{}: taken inside a row", self.table.file());
        std::mem::take(&mut self.bytes)
    }

    /// The rows.
    #[must_use]
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.take()
    }
}

/// The header line of a table.
#[must_use]
pub fn header(table: Table) -> Vec<u8> {
    let names: Vec<&str> = table.columns().iter().map(|c| c.name).collect();
    let mut line = names.join(",").into_bytes();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn number(value: f64) -> String {
        let mut bytes = Vec::new();
        append_number(&mut bytes, value);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn numbers_are_short_decimals() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (1e-9, "0"),
            (-1e-9, "0"),
            (0.5, "0.5"),
            (-0.5, "-0.5"),
            (1.0, "1"),
            (0.000_012_34, "0.000012"),
            (0.012_345_678, "0.012346"),
            (0.123_456_78, "0.12346"),
            (9.999_96, "10"),
            (0.999_999, "1"),
            (47.123_456, "47.123"),
            (123_456.7, "123457"),
            (99_999.96, "100000"),
            (1_234_567_890.2, "1234567890"),
            (1e15, "1000000000000000"),
            (-1e20, "-100000000000000000000"),
            (44.05, "44.05"),
            (99.0, "99"),
            (f64::NAN, ""),
            (f64::INFINITY, ""),
        ] {
            assert_eq!(number(value), text, "{value}");
        }
    }

    proptest! {
        #[test]
        fn a_number_comes_back_within_its_digits(value in prop_oneof![-1.0..1.0f64, -1e3..1e3f64, -1e9..1e9f64, -1e18..1e18f64]) {
            let text = number(value);
            prop_assert!(!text.contains(['e', 'E']) && text != "-0" && !text.is_empty());
            prop_assert!(!text.contains('.') || !text.ends_with('0'));
            let back: f64 = text.parse().unwrap();
            prop_assert!((back - value).abs() <= 0.500_001e-4 * value.abs() + 0.500_001e-6, "{value} as {text}");
            prop_assert_eq!(number(back), text);
        }

        #[test]
        fn text_comes_back(text in "[a-z,\"\n\r é]{0,12}", other in "[a-z,]{1,4}") {
            let mut bytes = Vec::new();
            append_text(&mut bytes, &text);
            bytes.push(b',');
            append_text(&mut bytes, &other);
            bytes.push(b'\n');
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
            let row = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(&row[0], text.as_str());
            prop_assert_eq!(&row[1], other.as_str());
        }
    }

    #[test]
    fn a_row_of_a_recorder_begins_with_its_run() {
        let mut rows = RowWriter::for_run(Table::Actions, "fragmentation", "aid, early", 3, 7);
        for day in [15, 16] {
            rows.start_row(date(2026, 1, day));
            rows.push_text("RUS");
            rows.push_text("reinforce");
            rows.push_text("RUS-GEO");
            rows.push_missing();
            rows.end_row();
        }
        assert_eq!(
            String::from_utf8(rows.into_bytes()).unwrap(),
            "fragmentation,\"aid, early\",3,7,2026-01-15,RUS,reinforce,RUS-GEO,\n\
             fragmentation,\"aid, early\",3,7,2026-01-16,RUS,reinforce,RUS-GEO,\n"
        );
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "actions.csv: kind of the column `actor`")]
    fn a_field_of_the_wrong_kind_is_found_in_tests() {
        let mut rows = RowWriter::for_run(Table::Actions, "fragmentation", "base", 0, 7);
        rows.start_row(date(2026, 1, 15));
        rows.push_num(1.0);
    }

    #[test]
    fn the_header_has_the_columns() {
        assert_eq!(
            header(Table::Actions),
            b"outcome,variant,point,replicate,date,actor,action,target,reason\n"
        );
    }
}
