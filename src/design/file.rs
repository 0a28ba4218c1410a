//! Designs that others made: a CSV file with a row per point whose columns are keys of the scenario. Written by `SALib`, the EMA
//! workbench, R, pandas or Excel: a byte order mark, either line end, quotes, and semicolons with decimal commas are read as
//! these programs mean them.

use std::collections::BTreeMap;
use std::path::Path;

use checked_toml::{
    Diagnostic, FileId, Limits, Node, Sources, Span, Value, View, leaves, lookup, rows::spans,
    shown, tree::from_toml, with_meaning,
};
use serde_json::Value as Json;

use super::factor::{Against, refused, replicate_limits};
use super::keys::nearest_key;
use super::points::{Column, Kind, MOST_POINTS, OUTCOME, Points, REPLICATE, Target, Values};

use super::scheme::{Fault, Scheme};
use crate::scenario::check_value;

/// Bytes of a file at most.
const LARGEST_FILE: u64 = 1 << 30;
/// Problems of a file that are told; the rest of a broken file is noise.
const TOLD: usize = 20;

/// What is expected in the cells of a column.
enum Expected<'s> {
    /// A number of a key, within limits.
    Number { whole: bool, limits: Limits, view: Option<View<'s>> },
    /// One of the outcomes of the study.
    Outcome,
    /// Any other value of a key.
    Other(View<'s>),
}

struct Reader<'a> {
    text: &'a str,
    file: FileId,
    delimiter: u8,
    against: Against<'a>,
    columns: Vec<(Column, Expected<'a>)>,
    /// Position in the file of each column that is taken.
    taken: Vec<usize>,
    /// Values of listed columns by their JSON text.
    known: Vec<BTreeMap<String, usize>>,
}

/// What of a file is taken.
#[derive(Clone, Copy)]
pub(super) struct Taken<'a> {
    /// Columns to pass over.
    pub ignore: &'a [String],
    /// Only so many points from the beginning.
    pub first: Option<u32>,
}

/// Reads a design from a file, and checks that the points are those of the scheme.
///
/// # Errors
/// With every problem found (at most 20), at its row and column.
pub(super) fn read(
    path: &Path,
    taken: Taken<'_>,
    scheme: Option<&Scheme>,
    against: Against<'_>,
    sources: &mut Sources,
) -> Result<(Points, Vec<Span>), Vec<Diagnostic>> {
    let name = shown(&path.display().to_string());
    let refuse = |reason: &str| {
        vec![Diagnostic::nowhere(format!("cannot read the design {name}: {reason}"))]
    };
    match std::fs::metadata(path) {
        Ok(about) if about.is_file() && about.len() <= LARGEST_FILE => {}
        Ok(about) if about.is_file() => {
            return Err(refuse(&format!("larger than {} MB", LARGEST_FILE >> 20)));
        }
        Ok(_) => return Err(refuse("it is a folder, not a file")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(refuse("no such file"));
        }
        Err(error) => return Err(refuse(&error.to_string())),
    }
    let bytes = std::fs::read(path).map_err(|error| refuse(&error.to_string()))?;
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(vec![
            Diagnostic::nowhere(format!("the design {name} is not UTF-8 text"))
                .help("save it as `CSV UTF-8`; a spreadsheet's own format (.xlsx) is not read"),
        ]);
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    let file = sources.add_file(path, text.clone());
    parse(&text, file, taken, scheme, against)
}

/// What separates the fields of the header: the most frequent of comma, semicolon and tab.
fn delimiter(header: &str) -> u8 {
    let mut counts = [(0, b','), (0, b';'), (0, b'\t')];
    let mut quoted = false;
    for byte in header.bytes() {
        quoted ^= byte == b'"';
        if let Some(found) = counts.iter_mut().find(|(_, d)| *d == byte && !quoted) {
            found.0 += 1;
        }
    }
    counts.iter().rev().max_by_key(|(count, _)| *count).map_or(b',', |(_, delimiter)| *delimiter)
}

fn parse(
    text: &str,
    file: FileId,
    Taken { ignore, first }: Taken<'_>,
    scheme: Option<&Scheme>,
    against: Against<'_>,
) -> Result<(Points, Vec<Span>), Vec<Diagnostic>> {
    let header =
        text.lines().find(|l| !l.trim().is_empty() && !l.starts_with('#')).unwrap_or_default();
    let delimiter = delimiter(header);
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut next = |record: &mut csv::StringRecord| {
        csv.read_record(record).map_err(|error| {
            let line = error.position().map_or(0, csv::Position::line);
            vec![Diagnostic::in_file(file, format!("line {line} is not valid CSV: {error}"))]
        })
    };
    let (columns, taken, known) = (Vec::new(), Vec::new(), Vec::new());
    let mut reader = Reader { text, file, delimiter, against, columns, taken, known };
    let mut record = csv::StringRecord::new();
    let has_header = next(&mut record)?;
    if has_header {
        reader.header(&record, ignore, scheme)?;
    }

    // Row by row, as far as problems are told.
    let width = record.len();
    let (mut cells, mut rows): (Vec<f64>, Vec<Span>) = (Vec::new(), Vec::new());
    let mut problems: Vec<Diagnostic> = Vec::new();
    while has_header && problems.len() < TOLD {
        match next(&mut record) {
            Ok(true) if first.is_none_or(|first| rows.len() < first as usize) => {}
            Ok(_) => break,
            Err(found) => {
                problems.extend(found);
                break;
            }
        }
        let start = start_of(&record);
        let whole = || spans(text, start, file, delimiter).1;
        let row = rows.len() + 1;
        if record.len() != width {
            let message = format!("{} fields where the header has {width}", record.len());
            let at = Diagnostic::at(whole(), message, format!("row {row} of the points"));
            problems.push(at.help("a text with the delimiter in it needs quotes"));
        } else if row > MOST_POINTS {
            let most = format!("at most {MOST_POINTS}");
            problems.push(Diagnostic::at(whole(), "too many points", most));
            break;
        } else {
            reader.row(&record, row, &mut cells, &mut problems);
            let end = text[start..].find('\n').map_or(text.len(), |n| start + n);
            rows.push(Span { file, start, end });
        }
    }
    if problems.is_empty() && rows.is_empty() {
        problems.push(
            Diagnostic::in_file(file, "the design has no points")
                .help("write a header with keys of the scenario, then a row per point"),
        );
    }
    if !problems.is_empty() {
        return Err(problems);
    }

    // What the points were made for.
    let columns: Vec<Column> = reader.columns.into_iter().map(|(column, _)| column).collect();
    let Some(scheme) = scheme else {
        return Ok((Points::new(columns, cells, Kind::File), rows));
    };
    let (kind, moves) = scheme.recognise(&columns, &cells, TOLD).map_err(|faults| {
        let told = |fault: Fault| {
            let (fields, whole) = spans(text, rows[fault.point].start, file, delimiter);
            let field = fault.column.and_then(|column| fields.get(reader.taken[column]));
            fault.told(*field.unwrap_or(&whole), &columns)
        };
        faults.into_iter().map(told).collect::<Vec<_>>()
    })?;
    Ok((Points::new(columns, cells, kind).with_moves(moves), rows))
}

/// Where a record begins in its text.
fn start_of(record: &csv::StringRecord) -> usize {
    record.position().map_or(0, |p| p.byte() as usize)
}

impl<'a> Reader<'a> {
    /// Reads the header.
    fn header(
        &mut self,
        record: &csv::StringRecord,
        ignore: &[String],
        scheme: Option<&Scheme>,
    ) -> Result<(), Vec<Diagnostic>> {
        let (fields, whole) = spans(self.text, start_of(record), self.file, self.delimiter);
        let span_of = |i: usize| fields.get(i).copied().unwrap_or(whole);

        // Columns that are passed over must be there.
        let mut problems = Vec::new();
        for missing in ignore.iter().filter(|name| !record.iter().any(|h| h == name.as_str())) {
            let message = format!("there is no column {} to ignore", shown(missing));
            let problem = Diagnostic::at(whole, message, "in this header");
            problems.push(problem.help("take it out of `ignore`"));
        }

        // The others say what they set.
        let is_taken = |name: &str| !ignore.iter().any(|n| n == name);
        for (i, name) in record.iter().enumerate().filter(|(_, name)| is_taken(name)) {
            if let Some(before) = self.taken.iter().find(|&&j| record.get(j) == Some(name)) {
                let message = format!("the column {} is there twice", shown(name));
                let problem = Diagnostic::at(span_of(i), message, "again here");
                problems.push(problem.related(span_of(*before), "first here"));
                continue;
            }
            self.taken.push(i);
            match self.column(name, span_of(i)) {
                Ok(column) => {
                    self.columns.push(column);
                    self.known.push(BTreeMap::new());
                }
                Err(problem) => problems.push(*problem),
            }
        }
        if problems.is_empty() && self.taken.is_empty() {
            let message = "no column of the design sets anything";
            problems.push(Diagnostic::at(whole, message, "in this header"));
        }

        // What the points are said to be for may ask for more.
        if let (Some(scheme), true) = (scheme, problems.is_empty()) {
            let header: Vec<(&str, Span)> =
                self.taken.iter().map(|i| (&record[*i], span_of(*i))).collect();
            problems.extend(scheme.misses(&header));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// Reads the cells of a row, the number of which is for complaints.
    fn row(
        &mut self,
        record: &csv::StringRecord,
        row: usize,
        cells: &mut Vec<f64>,
        problems: &mut Vec<Diagnostic>,
    ) {
        let (text, file, delimiter, start) =
            (self.text, self.file, self.delimiter, start_of(record));
        for column in 0..self.taken.len() {
            let field = self.taken[column];
            let place = || {
                let (fields, whole) = spans(text, start, file, delimiter);
                fields.get(field).copied().unwrap_or(whole)
            };
            let begin = Span { file, start, end: start };
            match self.cell(column, &record[field], begin, &place) {
                Ok(cell) => cells.push(cell),
                Err(problem) => {
                    let path = &self.columns[column].0.path;
                    let at = format!("row {row} of the points, column `{path}`");
                    problems.push(problem.note(at));
                }
            }
        }
    }

    /// What a column of the header sets.
    fn column(&self, name: &str, span: Span) -> Result<(Column, Expected<'a>), Box<Diagnostic>> {
        let with = |target, values| Column { path: name.to_owned(), target, values };
        if name == REPLICATE {
            let expected = Expected::Number { whole: true, limits: replicate_limits(), view: None };
            return Ok((with(Target::Replicate, Values::Integers), expected));
        }
        if name == OUTCOME {
            return Ok((with(Target::Outcome, Values::Listed(Vec::new())), Expected::Outcome));
        }
        if let Some(problem) = refused(name, span) {
            return Err(Box::new(problem));
        }

        // A key of the scenario: numbers as they are, all else by its list.
        let is_key = lookup(self.against.values, name).is_some_and(|value| !value.is_object());
        let view = self.against.document.at_path(name).filter(|_| is_key);
        let Some(view) = view else {
            let mut keys = leaves(self.against.values);
            keys.extend([REPLICATE, OUTCOME].map(str::to_owned));
            let problem = Diagnostic::at(
                span,
                format!("unknown column {}", shown(name)),
                "no such key of the scenario",
            )
            .note(
                "columns are keys of the scenario (docs/parameters.md), `replicate` or `outcome`",
            );
            let help = match nearest_key(name, &keys) {
                Some(guess) if !name.is_empty() => checked_toml::question(guess),
                _ if name.is_empty() => "row numbers of R or pandas? write the file without them (`row.names = FALSE`, `index=False`), or pass over the column: `design = { kind = \"file\", file = \"...\", ignore = [\"\"] }`".to_owned(),
                _ => format!("to pass over it: `design = {{ kind = \"file\", file = \"...\", ignore = [{name:?}] }}`"),
            };
            return Err(Box::new(problem.help(help)));
        };
        let types = view.types();
        Ok(match types[..] {
            ["number" | "integer"] if view.choices().is_none() => {
                let whole = types == ["integer"];
                let values = if whole { Values::Integers } else { Values::Numbers };
                (
                    with(Target::Key, values),
                    Expected::Number { whole, limits: view.limits(), view: Some(view) },
                )
            }
            _ => (with(Target::Key, Values::Listed(Vec::new())), Expected::Other(view)),
        })
    }

    /// The number of a text, as the program that wrote the file means it.
    fn number(&self, text: &str) -> Option<f64> {
        let comma = self.delimiter == b';' && !text.contains('.') && text.matches(',').count() == 1;
        let number =
            if comma { text.replace(',', ".").parse::<f64>() } else { text.parse::<f64>() };
        number.ok().filter(|number| number.is_finite())
    }

    /// The cell of a column. `begin` is where its row begins, `place` finds the field, which is needed only for a complaint.
    fn cell(
        &mut self,
        column: usize,
        text: &str,
        begin: Span,
        place: &dyn Fn() -> Span,
    ) -> Result<f64, Box<Diagnostic>> {
        let (about, expected) = &self.columns[column];
        let path = about.path.as_str();
        let value = match expected {
            Expected::Number { whole, limits, view } => {
                let number = self.number(text).filter(|n| !whole || n.fract() == 0.0);
                if let Some(number) = number.filter(|n| limits.allow(*n)) {
                    return Ok(number);
                }
                let expected = if *whole { "a whole number" } else { "a number" };
                let allowed = limits.in_words().map(|words| format!("allowed: {words}"));
                let problem = if number.is_some() {
                    let label = format!("found {text}, {}", allowed.unwrap_or_default());
                    Diagnostic::at(place(), format!("{} is out of range", shown(path)), label)
                } else {
                    let found =
                        if text.is_empty() { "an empty field".to_owned() } else { shown(text) };
                    let label = allowed.map_or_else(
                        || format!("expected {expected}"),
                        |a| format!("expected {expected}, {a}"),
                    );
                    Diagnostic::at(
                        place(),
                        format!("{} has {found}, which is not {expected}", shown(path)),
                        label,
                    )
                };
                return Err(Box::new(match view {
                    Some(view) => with_meaning(problem, *view, path),
                    None => problem,
                }));
            }
            Expected::Outcome => {
                if !self.against.outcomes.iter().any(|o| o == text) {
                    let problem = Diagnostic::at(
                        place(),
                        format!("{} is no outcome of the study", shown(text)),
                        "not one of them",
                    )
                    .note(format!("the study has {}", self.against.outcomes.join(", ")))
                    .help("add it to `study.outcomes`");
                    return Err(Box::new(problem));
                }
                Json::String(text.to_owned())
            }
            Expected::Other(view) => {
                let mut node = Node { value: self.other(*view, text), span: begin };
                if !check_value(&node, *view, path).is_empty() {
                    node.span = place();
                    if let Some(problem) = check_value(&node, *view, path).into_iter().next() {
                        return Err(Box::new(problem));
                    }
                }
                node.to_json()
            }
        };

        // Listed values stand once each; the cell is the position in their list.
        let Values::Listed(list) = &mut self.columns[column].0.values else { return Ok(0.0) };
        let at = *self.known[column].entry(value.to_string()).or_insert_with(|| {
            list.push(value);
            list.len() - 1
        });
        Ok(at as f64)
    }

    /// A text as a value of a key that is no plain number.
    fn other(&self, view: View<'_>, text: &str) -> Value {
        let types = view.types();
        let choices = view.choices().unwrap_or_default();
        let is_text =
            types.contains(&"string") || choices.iter().any(|(choice, _)| choice.is_string());
        if is_text {
            return Value::String(text.to_owned());
        }
        match text.to_lowercase().as_str() {
            "true" => return Value::Boolean(true),
            "false" => return Value::Boolean(false),
            _ => {}
        }
        if let Some(number) = self.number(text) {
            let is_whole = number.fract() == 0.0 && number.abs() < 1e15;
            return if is_whole { Value::Integer(number as i128) } else { Value::Float(number) };
        }
        // Lists and tables are written as in TOML.
        let mut ignored = Vec::new();
        let source = format!("x={text}");
        let parsed = toml::de::DeTable::parse(&source).ok();
        let tree = parsed.map(|t| from_toml(t.get_ref(), self.file, &mut ignored));
        match tree.as_ref().and_then(|tree| tree.get("x")) {
            Some(node) => node.value.clone(),
            None => Value::String(text.to_owned()),
        }
    }
}
