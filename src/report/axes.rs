//! What the tables' rows are arranged by: scenarios (a study's outcome and variant), runs, borders, days.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{Extent, KeyColumns, Rows, day_number};
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
    /// By study: first and last day that its manifest names, in days since 1970-01-01. Rows of other days are not taken.
    pub span: BTreeMap<usize, (i32, i32)>,
    /// Runs (scenario, position within it) of all studies, in the order of the plan, which is that of every table's rows.
    order: Vec<(usize, usize)>,
    /// By study and table: the runs whose rows are all there. Tables that were not read have no entry.
    kept: BTreeMap<(usize, String), BTreeSet<(usize, usize)>>,
    last_run: Option<(usize, usize)>,
}

impl Axes {
    /// Whether a table has all rows of a run. Where it has, no row means zero; where it has not, nothing is known.
    #[must_use]
    pub fn has(&self, table: &str, scenario: usize, run: usize) -> bool {
        let study = self.scenarios[scenario].study;
        self.kept
            .get(&(study, table.to_owned()))
            .is_some_and(|kept| kept.contains(&(scenario, run)))
    }

    /// The runs of a scenario that a table has all rows of.
    #[must_use]
    pub fn whole(&self, table: &str, scenario: usize) -> Vec<usize> {
        (0..self.runs[scenario].len()).filter(|&run| self.has(table, scenario, run)).collect()
    }

    /// Says which runs of a table a study's store has.
    pub fn keep(&mut self, study: usize, table: &str, runs: BTreeSet<(usize, usize)>) {
        self.kept.insert((study, table.to_owned()), runs);
    }

    /// Settles which runs of a table count, after it was read up to a run. `cut`: rows are missing from there on.
    ///
    /// Rows stand in the order of the plan, so what comes before the run in which a table is cut is whole, also of runs
    /// that have no row of it; that run and all after it are lost. In a dense table, which has rows of every run, a run
    /// without rows is lost as well.
    fn settle(
        &mut self,
        study: usize,
        rows: &Rows,
        cut: bool,
        last: Option<(usize, usize)>,
        seen: &Seen,
    ) {
        let ours: Vec<_> =
            self.order.iter().copied().filter(|run| self.scenarios[run.0].study == study).collect();
        let mut kept: BTreeSet<(usize, usize)> = match self.kept.get(&(study, rows.name())) {
            Some(kept) if rows.extent == Extent::Store => kept.clone(),
            _ => ours.iter().copied().collect(),
        };
        if cut {
            let end = ours.iter().position(|run| Some(*run) == last).unwrap_or(0);
            let before: BTreeSet<_> = ours[..end].iter().copied().collect();
            kept.retain(|run| before.contains(run));
        }
        kept.retain(|run| {
            !seen.spoiled.contains(run)
                && (!DENSE.contains(&&*rows.name()) || seen.runs.contains(run))
        });
        self.kept.insert((study, rows.name()), kept);
    }

    /// What a note says of the runs that a table does not have; nothing when it has all.
    fn lost(&self, study: usize, table: &str) -> Option<String> {
        let mut parts = Vec::new();
        for (s, scenario) in self.scenarios.iter().enumerate().filter(|(_, s)| s.study == study) {
            let (all, whole) = (self.runs[s].len(), self.whole(table, s).len());
            if whole < all {
                let variant = if scenario.variant == "base" {
                    String::new()
                } else {
                    format!(", {}", scenario.variant)
                };
                parts.push(format!("{whole} of {all} runs of {}{variant}", scenario.outcome));
            }
        }
        (!parts.is_empty()).then(|| format!("what is made of it counts {}", parts.join("; ")))
    }

    /// The scenario of a row.
    pub fn scenario(&mut self, study: usize, record: &ByteRecord, keys: &KeyColumns) -> usize {
        let outcome = record.get(keys.outcome).unwrap_or_default();
        let variant = keys.variant.and_then(|v| record.get(v)).unwrap_or(b"base");
        self.scenario_named(study, outcome, variant)
    }

    /// The scenario of an outcome and a variant.
    pub fn scenario_named(&mut self, study: usize, outcome: &[u8], variant: &[u8]) -> usize {
        let same = |s: &Scenario| {
            s.study == study && s.outcome.as_bytes() == outcome && s.variant.as_bytes() == variant
        };
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
    pub fn run(
        &mut self,
        scenario: usize,
        record: &ByteRecord,
        keys: &KeyColumns,
    ) -> Option<usize> {
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
            self.order.push((scenario, runs.len() - 1));
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

    /// The day of a date, counted from the study's first; nothing for what is no date or no day of the study.
    pub fn day(&mut self, study: usize, field: &[u8]) -> Option<usize> {
        let number = day_number(field)?;
        while self.start.len() <= study {
            self.start.push(None);
            self.days_of.push(0);
        }
        if self.span.get(&study).is_some_and(|(first, last)| !(*first..=*last).contains(&number)) {
            return None;
        }
        // Without a manifest the first row's date has to do.
        let first = self.span.get(&study).map_or(number, |span| span.0);
        let start = *self.start[study].get_or_insert(first);
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
        let value =
            super::rows::number(self.fields.get(column).unwrap_or_default()).ok_or(column)?;
        Ok(if value.is_nan() { missing } else { value })
    }

    /// A field's text.
    #[must_use]
    pub fn text(&self, column: usize) -> String {
        String::from_utf8_lossy(self.fields.get(column).unwrap_or_default()).into_owned()
    }
}

/// Tables with a row of every run on every day.
const DENSE: [&str; 3] = ["pressure", "states", "conflict"];

/// Runs that were met in a table.
#[derive(Default)]
struct Seen {
    runs: BTreeSet<(usize, usize)>,
    /// With rows of days that the study does not have.
    spoiled: BTreeSet<(usize, usize)>,
}

/// Rows of the run being read: they are handed on when all of them are there.
#[derive(Default)]
struct Held {
    of: Option<(usize, usize)>,
    rows: Vec<(usize, ByteRecord)>,
    length: usize,
}

impl Held {
    fn push(&mut self, day: usize, record: &ByteRecord) {
        if let Some(row) = self.rows.get_mut(self.length) {
            row.0 = day;
            row.1.clone_from(record);
        } else {
            self.rows.push((day, record.clone()));
        }
        self.length += 1;
    }

    /// Hands the rows on and forgets them. Gives the row and column that could not be read, if any.
    fn hand_on<R: FnMut(Row<'_>) -> Result<(), usize>>(
        &mut self,
        axes: &mut Axes,
        read: &mut R,
    ) -> Option<(ByteRecord, usize)> {
        let (scenario, run) = self.of.take()?;
        let length = std::mem::take(&mut self.length);
        for (day, fields) in &self.rows[..length] {
            if let Err(column) = read(Row { scenario, run, day: *day, fields, axes }) {
                return Some((fields.clone(), column));
            }
        }
        None
    }
}

/// Hands the rows of a table to a reader, run by run, which says which column it could not read, if any. `numbers` are
/// the columns that hold numbers. Of a damaged table only the runs before the damage are handed on, each of them whole;
/// [`Axes::has`] tells afterwards which.
///
/// # Errors
/// A sentence when a column that names the run or the day is absent; otherwise the damage of the table, if any.
pub fn each_row(
    mut rows: Rows,
    axes: &mut Axes,
    study: usize,
    numbers: &[usize],
    mut read: impl FnMut(Row<'_>) -> Result<(), usize>,
) -> Result<Option<String>, String> {
    let keys = rows.keys()?;
    let date = rows.column("date")?;
    let mut dates = Dates::default();
    let mut held = Held::default();
    let mut seen = Seen::default();
    let mut last = None;
    let mut refused = None;
    let mut outside = Outside::default();
    while let Some(record) = rows.next_row() {
        let scenario = axes.scenario(study, record, &keys);
        let run = match keys.replicate {
            None => Some(0),
            Some(_) => axes.run(scenario, record, &keys),
        };
        let Some(run) = run else {
            refused = Some((record.clone(), keys.replicate.unwrap_or(0), "a number"));
            break;
        };
        let at = (scenario, run);
        if keys.replicate.is_some() && last != Some(at) {
            if !seen.spoiled.contains(&last.unwrap_or(at))
                && let Some((fields, column)) = held.hand_on(axes, &mut read)
            {
                refused = Some((fields, column, "a number"));
                break;
            }
            (held.of, held.length) = (Some(at), 0);
            last = Some(at);
            seen.runs.insert(at);
        }
        let Some(record) = rows.row() else { break };
        let field = record.get(date).unwrap_or_default();
        let Some(day) = dates.day(axes, study, field) else {
            if day_number(field).is_some() && axes.span.contains_key(&study) {
                outside.note(record, field);
                seen.spoiled.insert(at);
                continue;
            }
            refused = Some((record.clone(), date, "a date of the study, YYYY-MM-DD"));
            break;
        };
        let wrong = numbers
            .iter()
            .find(|&&c| super::rows::number(record.get(c).unwrap_or_default()).is_none());
        if let Some(&column) = wrong {
            refused = Some((record.clone(), column, "a number"));
            break;
        }
        if keys.replicate.is_some() {
            held.push(day, record);
        } else if let Err(column) = read(Row { scenario, run, day, fields: record, axes }) {
            refused = Some((record.clone(), column, "a number"));
            break;
        }
    }
    if let Some((record, column, expected)) = &refused {
        rows.refuse_in(record, *column, expected);
    }
    let mut cut = rows.damaged() || rows.extent == Extent::Cut;
    if !cut
        && last.is_none_or(|last| !seen.spoiled.contains(&last))
        && let Some((fields, column)) = held.hand_on(axes, &mut read)
    {
        rows.refuse_in(&fields, column, "a number");
        cut = true;
    }
    let mut told = Vec::new();
    if keys.replicate.is_some() {
        axes.settle(study, &rows, cut, last, &seen);
        // Which runs a store has of a table was told when it was opened.
        let new = cut || rows.extent != Extent::Store || !seen.spoiled.is_empty();
        told.extend(axes.lost(study, &rows.name()).filter(|_| new));
    }
    if let (Some(sentence), Some((first, end))) = (outside.told(&rows, date), axes.span.get(&study))
    {
        let name = |day: i32| {
            let from = jiff::civil::date(1970, 1, 1);
            from.checked_add(jiff::Span::new().days(day))
                .map_or_else(|_| day.to_string(), |date| date.to_string())
        };
        let allowed = format!("{sentence}, the study has {} to {}", name(*first), name(*end));
        told.insert(0, allowed);
    }
    let path = rows.shown();
    told.splice(0..0, rows.problem());
    if let [first, ..] = &mut told[..]
        && !first.starts_with(&path)
    {
        *first = format!("{path}: {first}");
    }
    Ok((!told.is_empty()).then(|| told.join("; ")))
}

/// Rows of days that the study does not have.
#[derive(Default)]
struct Outside {
    count: usize,
    first: Option<(u64, String)>,
}

impl Outside {
    fn note(&mut self, record: &ByteRecord, field: &[u8]) {
        self.count += 1;
        self.first.get_or_insert_with(|| {
            (
                record.position().map_or(0, csv::Position::line),
                String::from_utf8_lossy(field).into_owned(),
            )
        });
    }

    fn told(&self, rows: &Rows, date: usize) -> Option<String> {
        let (line, found) = self.first.as_ref()?;
        let more = if self.count > 1 {
            format!(" (and {} rows more)", self.count - 1)
        } else {
            String::new()
        };
        let column = rows.header().get(date).map_or("date", String::as_str);
        Some(format!("{}: line {line}, column `{column}`: found `{found}`{more}", rows.shown()))
    }
}

/// Quantiles of a table in which a missing row means zero: groups of (key, value) over this many runs.
///
/// Gives each key with its quantiles, keys ascending; type 7, as everywhere.
#[must_use]
pub fn sparse_quantiles(
    mut rows: Vec<(u64, f32)>,
    runs: usize,
    probabilities: &[f64],
) -> Vec<(u64, Vec<f64>)> {
    rows.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut out = Vec::new();
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let mut values = vec![0.0; runs.saturating_sub(group.len())];
        values.extend(group.iter().map(|&(_, v)| f64::from(v)));
        out.push((
            group[0].0,
            probabilities.iter().map(|&p| crate::quantiles::quantile(&values, p)).collect(),
        ));
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
