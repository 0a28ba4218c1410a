//! CSV files that settings name: rows whose fields know their place.

use std::path::Path;

use crate::diagnostics::{Diagnostic, FileId, Sources, Span, shown};
use crate::spelling::nearest;

/// Bytes of a file at most.
const LARGEST_FILE: u64 = 64 << 20;
/// Problems of a file that are told; the rest of a broken file is noise.
const TOLD: usize = 20;

/// A field with its place.
#[derive(Clone, Debug)]
pub struct Field {
    /// Text, without quotes and outer spaces.
    pub text: String,
    /// Place.
    pub span: Span,
}

/// A row, with its fields in the order of the asked columns.
#[derive(Clone, Debug)]
pub struct Row {
    /// Line, from 1.
    pub line: u32,
    /// Fields.
    pub fields: Vec<Field>,
}

/// Reads a CSV file with a header; lines that begin with `#` are comments. The asked columns may stand in any order, others are refused.
///
/// # Errors
/// With every problem found, at its place.
pub fn read(
    path: &Path,
    columns: &[&str],
    sources: &mut Sources,
) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let name = shown(&path.display().to_string());
    let refuse =
        |reason: String| vec![Diagnostic::nowhere(format!("cannot read {name}: {reason}"))];
    let about = std::fs::metadata(path).map_err(|error| refuse(error.to_string()))?;
    if !about.is_file() {
        return Err(refuse("not a file".into()));
    }
    if about.len() > LARGEST_FILE {
        return Err(refuse(format!("larger than {} MB", LARGEST_FILE >> 20)));
    }
    let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    let file = sources.add_file(path, text.clone());
    parse(&text, columns, file)
}

/// [`read`] from a text.
fn parse(text: &str, columns: &[&str], file: FileId) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut problems = Vec::new();
    let mut rows = Vec::new();
    let mut order: Option<Vec<usize>> = None;
    let mut width = 0;
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                problems.push(Diagnostic::in_file(
                    file,
                    format!("line {line} is not valid CSV: {error}"),
                ));
                break;
            }
        };
        let start = record.position().map_or(0, |p| p.byte() as usize);
        let (spans, whole) = spans(text, start, file, b',');
        let span_of = |i: usize| spans.get(i).copied().unwrap_or(whole);
        let Some(order) = &order else {
            width = record.len();
            order = Some(header(&record, columns, &spans, whole)?);
            continue;
        };
        if record.len() != width {
            problems.push(
                Diagnostic::at(
                    whole,
                    format!("{} fields where the header has {width}", record.len()),
                    "this row",
                )
                .help("a text with a comma in it needs quotes"),
            );
            if problems.len() >= TOLD {
                break;
            }
            continue;
        }
        let field = |&i: &usize| Field { text: record[i].to_owned(), span: span_of(i) };
        rows.push(Row {
            line: 1 + text[..whole.start].matches('\n').count() as u32,
            fields: order.iter().map(field).collect(),
        });
    }
    if order.is_none() && problems.is_empty() {
        problems.push(
            Diagnostic::in_file(file, "the file is empty")
                .note(format!("expected the header {}", columns.join(","))),
        );
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

/// The positions of the asked columns in a header.
fn header(
    header: &csv::StringRecord,
    columns: &[&str],
    spans: &[Span],
    whole: Span,
) -> Result<Vec<usize>, Vec<Diagnostic>> {
    let known = || format!("columns: {}", columns.join(", "));
    let mut problems = Vec::new();
    for (i, name) in header.iter().enumerate().filter(|(_, name)| !columns.contains(name)) {
        let message = format!("unknown column {}", shown(name));
        let span = spans.get(i).copied().unwrap_or(whole);
        let guess = nearest(name, columns.iter().copied());
        problems.push(Diagnostic::at(span, message, "no such column").note(known()).guess(guess));
    }
    let mut order = Vec::with_capacity(columns.len());
    for column in columns {
        if let Some(position) = header.iter().position(|name| name == *column) {
            order.push(position);
        } else {
            let message = format!("the column `{column}` is missing");
            problems.push(Diagnostic::at(whole, message, "in this header").note(known()));
        }
    }
    if problems.is_empty() { Ok(order) } else { Err(problems) }
}

/// Places of the fields of the record that starts at a byte (comments and empty lines before it are passed), and of its line.
#[must_use]
pub fn spans(text: &str, start: usize, file: FileId, delimiter: u8) -> (Vec<Span>, Span) {
    let mut start = start.min(text.len());
    while let Some(line) = text[start..].split_inclusive('\n').next() {
        if line.trim().is_empty() || line.starts_with('#') {
            start += line.len();
        } else {
            break;
        }
    }
    let line = text[start..].lines().next().unwrap_or_default();
    let at = |from: usize, to: usize| Span { file, start: start + from, end: start + to };
    let (mut fields, mut begin, mut quoted) = (Vec::new(), 0, false);
    for (i, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if c == char::from(delimiter) && !quoted => {
                fields.push(at(begin, i));
                begin = i + 1;
            }
            _ => {}
        }
    }
    fields.push(at(begin, line.len()));
    (fields, at(0, line.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let mut sources = Sources::default();
        let file = sources.add_file(Path::new("x.csv"), text.to_owned());
        let problems = parse(text, &["date", "value"], file).unwrap_err();
        let diagnostics = crate::Diagnostics::new(sources, problems);
        let json = diagnostics.to_json();
        let line = |p: &serde_json::Value| {
            format!("{}:{} {}", p["line"], p["column"], p["message"].as_str().unwrap())
        };
        json.as_array().unwrap().iter().map(line).collect()
    }

    #[test]
    fn fields_know_their_places() {
        let text = "# a comment\nvalue,date\n\n1,\"a, b\"\n";
        let mut sources = Sources::default();
        let file = sources.add_file(Path::new("x.csv"), text.to_owned());
        let rows = parse(text, &["date", "value"], file).unwrap();
        assert_eq!((rows.len(), rows[0].line), (1, 4));
        assert_eq!(rows[0].fields[0].text, "a, b");
        assert_eq!(sources.slice(rows[0].fields[0].span), "\"a, b\"");
        assert_eq!(sources.line_column(rows[0].fields[0].span), (4, 3));
    }

    #[test]
    fn broken_files_are_told_with_their_places() {
        assert_eq!(told(""), ["null:null the file is empty"]);
        assert_eq!(
            told("date,valu\n"),
            ["1:1 the column `value` is missing", "1:6 unknown column `valu`"]
        );
        assert_eq!(told("date,value\n2020-01-01,1,2\n"), ["2:1 3 fields where the header has 2"]);
    }
}
