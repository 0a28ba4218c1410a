//! What the tables' rows are arranged by: scenarios (a study's outcome and variant), runs, borders, days.

use super::rows::{KeyColumns, Rows, day_number};
use csv::ByteRecord;

/// A study's outcome and variant: what a card stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Position of the study among those of the page.
    pub study: usize,
    /// Outcome, as in the tables.
    pub outcome: String,
    /// Variant, as in the tables.
    pub variant: String,
}

/// The arrangement, which grows while tables are read.
#[derive(Clone, Debug, Default)]
pub struct Axes {
    /// Scenarios, in the order of the plan.
    pub scenarios: Vec<Scenario>,
    /// By scenario: its runs (point of the design, replicate) in the order of the plan.
    pub runs: Vec<Vec<(String, u32)>>,
    /// By scenario: runs that failed.
    pub failed: Vec<usize>,
    /// By scenario: the run shown as an example; see [`super::pressure::typical`].
    pub typical: Vec<Option<usize>>,
    /// Borders.
    pub borders: Vec<String>,
    /// By study: its first day in days since 1970-01-01.
    pub start: Vec<Option<i32>>,
    /// Number of days, the most of all studies.
    pub days: usize,
    /// By study: number of its own days.
    pub days_of: Vec<usize>,
    last_run: Option<(usize, usize)>,
}

impl Axes {
    /// The scenario of a row.
    pub fn scenario(&mut self, study: usize, record: &ByteRecord, keys: &KeyColumns) -> usize {
        let outcome = record.get(keys.outcome).unwrap_or_default();
        let variant = keys.variant.and_then(|v| record.get(v)).unwrap_or(b"base");
        self.scenario_named(study, outcome, variant)
    }

    /// The scenario of an outcome and a variant.
    pub fn scenario_named(&mut self, study: usize, outcome: &[u8], variant: &[u8]) -> usize {
        let same =
            |s: &Scenario| s.study == study && s.outcome.as_bytes() == outcome && s.variant.as_bytes() == variant;
        self.scenarios.iter().position(same).unwrap_or_else(|| {
            self.scenarios.push(Scenario {
                study,
                outcome: String::from_utf8_lossy(outcome).into_owned(),
                variant: String::from_utf8_lossy(variant).into_owned(),
            });
            self.runs.push(Vec::new());
            self.failed.push(0);
            self.typical.push(None);
            self.scenarios.len() - 1
        })
    }

    /// The run of a row within its scenario; nothing when the replicate is no number.
    pub fn run(&mut self, scenario: usize, record: &ByteRecord, keys: &KeyColumns) -> Option<usize> {
        let text = std::str::from_utf8(record.get(keys.replicate?)?).ok()?;
        let replicate: u32 = text.parse().ok()?;
        let point = keys.point.and_then(|p| record.get(p)).unwrap_or_default();
        let is = |run: &(String, u32)| run.1 == replicate && run.0.as_bytes() == point;
        // Rows of a run stand together.
        if let Some((s, r)) = self.last_run
            && s == scenario
            && is(&self.runs[s][r])
        {
            return Some(r);
        }
        let runs = &mut self.runs[scenario];
        let found = runs.iter().position(is).unwrap_or_else(|| {
            runs.push((String::from_utf8_lossy(point).into_owned(), replicate));
            runs.len() - 1
        });
        self.last_run = Some((scenario, found));
        Some(found)
    }

    /// The border of a row.
    pub fn border(&mut self, name: &[u8]) -> usize {
        self.borders.iter().position(|b| b.as_bytes() == name).unwrap_or_else(|| {
            self.borders.push(String::from_utf8_lossy(name).into_owned());
            self.borders.len() - 1
        })
    }

    /// The day of a date, counted from the study's first; nothing for what is no date or lies before it.
    pub fn day(&mut self, study: usize, field: &[u8]) -> Option<usize> {
        let number = day_number(field)?;
        while self.start.len() <= study {
            self.start.push(None);
            self.days_of.push(0);
        }
        let start = *self.start[study].get_or_insert(number);
        let day = usize::try_from(number - start).ok().filter(|&d| d < LONGEST)?;
        self.days = self.days.max(day + 1);
        self.days_of[study] = self.days_of[study].max(day + 1);
        Some(day)
    }
}

/// Days that a page shows at most: a damaged date must not ask for memory without end.
const LONGEST: usize = 20_000;

/// A reading of dates that remembers the last one, for tables whose rows stand by date.
#[derive(Clone, Debug, Default)]
pub struct Dates {
    text: Vec<u8>,
    day: Option<usize>,
}

impl Dates {
    /// The day of a row's date, or nothing when it is none.
    pub fn day(&mut self, axes: &mut Axes, study: usize, field: &[u8]) -> Option<usize> {
        if self.text != field {
            self.day = axes.day(study, field);
            self.text = field.to_vec();
        }
        self.day
    }
}

/// Values by scenario, run (or quantile), border (or other item) and day. What was never set is missing (NaN).
#[derive(Clone, Debug, Default)]
pub struct Cube(Vec<Vec<Vec<Vec<f32>>>>);

fn grown<T: Default + Clone>(list: &mut Vec<T>, at: usize) -> &mut T {
    if list.len() <= at {
        list.resize(at + 1, T::default());
    }
    &mut list[at]
}

impl Cube {
    /// Sets a value.
    pub fn set(&mut self, [a, b, c]: [usize; 3], day: usize, value: f32) {
        let line = grown(grown(grown(&mut self.0, a), b), c);
        if line.len() <= day {
            line.resize(day + 1, f32::NAN);
        }
        line[day] = value;
    }

    /// Adds to a value; what was missing counts as 0.
    pub fn add(&mut self, at: [usize; 3], day: usize, value: f32) {
        let now = self.line(at).get(day).copied().filter(|v| v.is_finite()).unwrap_or(0.0);
        self.set(at, day, now + value);
    }

    /// Takes all values of a scenario over from another cube.
    pub fn take(&mut self, scenario: usize, from: &mut Self) {
        if let Some(values) = from.0.get_mut(scenario) {
            *grown(&mut self.0, scenario) = std::mem::take(values);
        }
    }

    /// A line of days, which may be shorter than the study.
    #[must_use]
    pub fn line(&self, [a, b, c]: [usize; 3]) -> &[f32] {
        self.0.get(a).and_then(|x| x.get(b)).and_then(|x| x.get(c)).map_or(&[], Vec::as_slice)
    }

    /// Whether nothing was set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All values in one array of this shape, `NaN` (or another value) where nothing was set.
    #[must_use]
    pub fn flat(&self, [na, nb, nc, days]: [usize; 4], missing: f32) -> Vec<f32> {
        let mut out = vec![missing; na * nb * nc * days];
        for (a, x) in self.0.iter().enumerate().take(na) {
            for (b, y) in x.iter().enumerate().take(nb) {
                for (c, line) in y.iter().enumerate().take(nc) {
                    let at = ((a * nb + b) * nc + c) * days;
                    for (to, &from) in out[at..at + days].iter_mut().zip(line) {
                        if from.is_finite() {
                            *to = from;
                        }
                    }
                }
            }
        }
        out
    }
}

/// What a reader of rows is handed: the row's scenario, run, day and fields.
pub struct Row<'a> {
    /// Scenario.
    pub scenario: usize,
    /// Run within it; 0 in tables over replicates.
    pub run: usize,
    /// Day from the study's first.
    pub day: usize,
    /// The fields.
    pub fields: &'a ByteRecord,
    /// The arrangement, for further names.
    pub axes: &'a mut Axes,
}

impl Row<'_> {
    /// A field's number; missing is 0.
    ///
    /// # Errors
    /// The column, when it holds no number.
    pub fn number(&self, column: usize) -> Result<f64, usize> {
        self.number_or(column, 0.0)
    }

    /// A field's number, or another where the field is empty.
    ///
    /// # Errors
    /// The column, when it holds no number.
    pub fn number_or(&self, column: usize, missing: f64) -> Result<f64, usize> {
        let value = super::rows::number(self.fields.get(column).unwrap_or_default()).ok_or(column)?;
        Ok(if value.is_nan() { missing } else { value })
    }

    /// A field's text.
    #[must_use]
    pub fn text(&self, column: usize) -> String {
        String::from_utf8_lossy(self.fields.get(column).unwrap_or_default()).into_owned()
    }
}

/// Hands every row of a table to a reader, which says which column it could not read, if any.
///
/// # Errors
/// A sentence when a column that names the run or the day is absent; otherwise the damage of the table, if any.
pub fn each_row(
    mut rows: Rows,
    axes: &mut Axes,
    study: usize,
    mut read: impl FnMut(Row<'_>) -> Result<(), usize>,
) -> Result<Option<String>, String> {
    let keys = rows.keys()?;
    let date = rows.column("date")?;
    let mut dates = Dates::default();
    let mut refused = None;
    while let Some(record) = rows.next_row() {
        let scenario = axes.scenario(study, record, &keys);
        let run = match keys.replicate {
            None => Some(0),
            Some(_) => axes.run(scenario, record, &keys),
        };
        let (Some(run), Some(day)) = (run, dates.day(axes, study, record.get(date).unwrap_or_default())) else {
            refused = Some(if run.is_none() {
                (keys.replicate.unwrap_or(0), "a number")
            } else {
                (date, "a date of the study, YYYY-MM-DD")
            });
            break;
        };
        if let Err(column) = read(Row { scenario, run, day, fields: record, axes }) {
            refused = Some((column, "a number"));
            break;
        }
    }
    if let Some((column, expected)) = refused {
        rows.refuse(column, expected);
    }
    Ok(rows.problem())
}

/// Quantiles of a table in which a missing row means zero: groups of (key, value) over this many runs.
///
/// Gives each key with its quantiles, keys ascending; type 7, as everywhere.
#[must_use]
pub fn sparse_quantiles(mut rows: Vec<(u64, f32)>, runs: usize, probabilities: &[f64]) -> Vec<(u64, Vec<f64>)> {
    rows.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut out = Vec::new();
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let mut values = vec![0.0; runs.saturating_sub(group.len())];
        values.extend(group.iter().map(|&(_, v)| f64::from(v)));
        out.push((group[0].0, probabilities.iter().map(|&p| crate::study::quantiles::quantile(&values, p)).collect()));
    }
    out
}

/// A number with six significant digits, more than the tables keep: what remains of binary fractions is cut off.
#[must_use]
pub fn short(value: f64) -> f64 {
    if !value.is_finite() || value.abs() < 1e-12 {
        return if value.is_finite() { 0.0 } else { value };
    }
    let scale = 10.0_f64.powi(5 - libm::floor(libm::log10(value.abs())) as i32);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_rows_count_as_zero() {
        // Four runs: 0 0 10 20 at key 7; the median is 5.
        let out = sparse_quantiles(vec![(7, 20.0), (3, 1.0), (7, 10.0)], 4, &[0.5, 1.0]);
        assert_eq!(out, [(3, vec![0.0, 1.0]), (7, vec![5.0, 20.0])]);
    }

    #[test]
    fn numbers_are_cut_to_six_digits() {
        assert!((short(10.539_999_961_853_027) - 10.54).abs() < 1e-12);
        assert!((short(1_234_567.0) - 1_234_570.0).abs() < 1e-6);
        assert!(short(f64::NAN).is_nan());
    }

    #[test]
    fn cubes_grow_and_keep_gaps() {
        let mut cube = Cube::default();
        cube.set([1, 0, 0], 2, 5.0);
        cube.add([1, 0, 0], 2, 1.0);
        let flat = cube.flat([2, 1, 1, 3], -1.0);
        assert_eq!(flat, [-1.0, -1.0, -1.0, -1.0, -1.0, 6.0]);
    }
}
