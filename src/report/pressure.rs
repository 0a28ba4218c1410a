//! Pressure on the borders: bands, paired differences, single runs, what the index is made of, the headline numbers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::axes::{Axes, Cube, each_row, short};
use super::rows::Rows;
use super::{Gathered, Study};
use crate::borders::components::{self, TERMS};
use crate::quantiles::{Spread, quantile};
use crate::tables::{Column, ColumnKind, RUSSIA_SOUTH, Table};

/// The quantiles of a band.
const BAND: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Limits of the classes above which a stay is counted.
const LIMITS: [f64; 3] = [40.0, 60.0, 80.0];
/// Days in a row above a limit that count as staying above it.
const STAY_DAYS: usize = 7;

/// Runs up to which measures without bands are kept run by run.
const MOST_RUNS: usize = 400;
/// Values of single runs that are packed at most; the page could not hold more.
const MOST_RUN_VALUES: usize = 8_000_000;

/// The terms of the index as the page calls them, in the order of the array `terms`.
#[must_use]
pub fn terms() -> Value {
    components::terms().map(|(term, kind)| json!({ "title": term.title, "kind": kind })).collect()
}

/// What the page calls the measures of the components.
#[must_use]
pub fn titles() -> Value {
    let loads = components::ALL.iter().map(|component| &component.load);
    let observed = components::observables().map(|observable| &observable.quantity);
    Value::Object(loads.chain(observed).map(|q| (q.name.to_owned(), json!(q.title))).collect())
}

/// What the tables of pressure hold, of all studies of the page.
#[derive(Default)]
pub struct Pressure {
    /// Bands by measure: scenario, quantile, border, day.
    level: BTreeMap<String, Cube>,
    /// Bands of the paired difference by measure.
    difference: BTreeMap<String, Cube>,
    /// By scenario: what was subtracted.
    reference: BTreeMap<usize, usize>,
    /// Daily values by measure: scenario, run, border, day. The index, and the measures that have no bands.
    runs: BTreeMap<String, Cube>,
    /// Sums over runs of the terms: scenario, term, border, day.
    terms: Cube,
    /// The runs summed: scenario, 0, border, day.
    summed: Cube,
    /// Order of the measures.
    measures: Vec<String>,
    /// Whether runs of two studies are paired: then all measures are kept run by run.
    compared: bool,
    /// Of studies without daily values, by scenario and border: peak, day of the peak, runs, as in `summary.csv`.
    summary: BTreeMap<(usize, usize), ([Option<[f64; 5]>; 2], usize)>,
    /// Of the same, by scenario: displaced abroad at the end.
    abroad: BTreeMap<usize, [f64; 5]>,
}

/// Reads who ran.
pub fn read_runs(study: &Study, number: usize, axes: &mut Axes, out: &mut Gathered) {
    if let Some(unfinished) = &study.unfinished {
        return unfinished.read_runs(&study.folder, number, axes, out);
    }
    let mut rows = match study.rows("runs") {
        Ok(rows) => rows,
        Err(problem) => return out.note(format!("{problem}: which runs failed is not known")),
    };
    let Ok(keys) = rows.keys() else { return out.note("runs.csv has no column `outcome`".into()) };
    let (status, seed, point) = (rows.find("status"), rows.find("seed"), rows.find("point"));
    let abroad = rows.find("displaced_abroad_persons");
    let mut ends: BTreeMap<usize, Vec<(f64, usize)>> = BTreeMap::new();
    while let Some(record) = rows.next_row() {
        let scenario = axes.scenario(number, record, &keys);
        if status.is_some_and(|s| record.get(s) != Some(b"done")) {
            axes.failed[scenario] += 1;
            continue;
        }
        let Some(run) = axes.run(scenario, record, &keys) else { continue };
        if let Some(value) = abroad.and_then(|c| super::rows::number(record.get(c)?)) {
            ends.entry(scenario).or_default().push((value, run));
        }
        if let Some(seed) = seed.and_then(|c| record.get(c)) {
            let point = point.and_then(|c| record.get(c)).unwrap_or(b"0");
            let of = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
            out.seeds.entry(number).or_default().insert(of(point), of(seed));
        }
    }
    for (scenario, values) in ends {
        axes.typical[scenario] = typical(values);
    }
    if let Some(problem) = rows.problem() {
        out.note(problem);
    }
}

/// The run whose displaced abroad at the end are nearest to the median; the first of several.
#[must_use]
pub fn typical(mut values: Vec<(f64, usize)>) -> Option<usize> {
    let mut sorted: Vec<f64> = values.iter().map(|v| v.0).collect();
    if sorted.is_empty() {
        return None;
    }
    sorted.sort_unstable_by(f64::total_cmp);
    let median = quantile(&sorted, 0.5);
    values.sort_unstable_by(|a, b| {
        (a.0 - median).abs().total_cmp(&(b.0 - median).abs()).then(a.1.cmp(&b.1))
    });
    values.first().map(|v| v.1)
}

impl Pressure {
    /// Nothing read yet. `compared`: runs of two studies will be paired.
    #[must_use]
    pub fn new(compared: bool) -> Self {
        Self { compared, ..Self::default() }
    }

    /// Reads the tables of a study.
    pub fn read(&mut self, study: &Study, number: usize, axes: &mut Axes, out: &mut Gathered) {
        self.read_bands(study, number, axes, out, false);
        self.read_bands(study, number, axes, out, true);
        let read = study.rows("pressure").and_then(|rows| self.read_days(rows, number, axes, out));
        match read {
            Ok(problem) => out.notes.extend(problem),
            Err(problem) => {
                out.note(format!(
                    "{problem}: the chance to stay above a limit, single runs and what the index is made of are not shown"
                ));
                // An unfinished study has its numbers in its store.
                if study.unfinished.is_none()
                    && let Err(problem) = study
                        .rows("summary")
                        .and_then(|rows| self.read_summary(rows, number, axes, out))
                {
                    // A study for sensitivity alone has the numbers of each run.
                    match study
                        .rows("measures")
                        .and_then(|rows| self.read_measures(rows, number, axes, out))
                    {
                        Ok(()) => {}
                        Err(other) => {
                            out.note(format!("{problem}, {other}: the cards have no peaks"));
                        }
                    }
                }
            }
        }
    }

    /// Reads the headline numbers of a study without daily values.
    fn read_summary(
        &mut self,
        mut rows: Rows,
        number: usize,
        axes: &mut Axes,
        out: &mut Gathered,
    ) -> Result<(), String> {
        let keys = rows.keys()?;
        let (border, measure, runs) =
            (rows.column("border")?, rows.column("measure")?, rows.column("replicates")?);
        let quantiles = band_columns(&rows)?;
        let mut refused = None;
        while let Some(record) = rows.next_row() {
            let which = match record.get(measure) {
                Some(b"peak_index") => Some(0),
                Some(b"peak_day") => Some(1),
                Some(b"displaced_abroad_persons") => None,
                _ => continue,
            };
            let number_in =
                |column: usize| super::rows::number(record.get(column)?).filter(|v| v.is_finite());
            let mut band = [0.0; 5];
            for (to, column) in band.iter_mut().zip(quantiles) {
                match number_in(column) {
                    Some(value) => *to = value,
                    None => refused = Some(column),
                }
            }
            let count = number_in(runs).unwrap_or_default() as usize;
            if refused.is_some() {
                break;
            }
            let scenario = axes.scenario(number, record, &keys);
            if let Some(which) = which {
                let border = axes.border(record.get(border).unwrap_or_default());
                let (bands, of) = self.summary.entry((scenario, border)).or_default();
                (bands[which], *of) = (Some(band), count);
            } else {
                self.abroad.insert(scenario, band);
            }
        }
        if let Some(column) = refused {
            rows.refuse(column, "a number");
        }
        out.notes.extend(rows.problem());
        Ok(())
    }

    /// Reads the headline numbers run by run, where they are not summed up.
    fn read_measures(
        &mut self,
        mut rows: Rows,
        number: usize,
        axes: &mut Axes,
        out: &mut Gathered,
    ) -> Result<(), String> {
        let keys = rows.keys()?;
        let (border, measure, value) =
            (rows.column("border")?, rows.column("measure")?, rows.column("value")?);
        let mut peaks: BTreeMap<(usize, usize), Vec<f64>> = BTreeMap::new();
        let mut abroad: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        let mut damaged = false;
        while let Some(record) = rows.next_row() {
            let peak = match record.get(measure) {
                Some(b"peak_index") => true,
                Some(b"displaced_abroad_persons") => false,
                _ => continue,
            };
            let read = record.get(value).and_then(super::rows::number).filter(|v| v.is_finite());
            let Some(read) = read else {
                damaged = true;
                break;
            };
            let scenario = axes.scenario(number, record, &keys);
            if peak {
                let border = axes.border(record.get(border).unwrap_or_default());
                peaks.entry((scenario, border)).or_default().push(read);
            } else {
                abroad.entry(scenario).or_default().push(read);
            }
        }
        if damaged {
            rows.refuse(value, "a number");
        }
        let band =
            |values: &mut Vec<f64>| Spread::of(values).map(|s| [s.q05, s.q25, s.q50, s.q75, s.q95]);
        for (at, mut values) in peaks {
            self.summary.insert(at, ([band(&mut values), None], values.len()));
        }
        for (scenario, mut values) in abroad {
            self.abroad.extend(band(&mut values).map(|q| (scenario, q)));
        }
        out.notes.extend(rows.problem());
        Ok(())
    }

    fn read_bands(
        &mut self,
        study: &Study,
        number: usize,
        axes: &mut Axes,
        out: &mut Gathered,
        difference: bool,
    ) {
        let table = if difference { "contrasts" } else { "pressure_bands" };
        let rows = match study.rows(table) {
            Ok(rows) => rows,
            Err(problem) => {
                let what = if difference {
                    "paired differences are not shown"
                } else {
                    "charts are made from the daily values, where there are any"
                };
                return out.note(format!("{problem}: {what}"));
            }
        };
        let names = (|| -> Result<_, String> {
            Ok((rows.column("border")?, rows.column("measure")?, band_columns(&rows)?))
        })();
        let (border, measure, quantiles) = match names {
            Ok(names) => names,
            Err(problem) => return out.note(problem),
        };
        let against = rows.find("against_outcome").zip(rows.find("against_variant"));
        let point = rows.find("point");
        let (mut first_point, mut several) = (None, false);
        // Differences to the same outcome in the reference variant, which stand in where there are none to another outcome.
        let mut between_variants: BTreeMap<String, Cube> = BTreeMap::new();
        let mut of_variant: BTreeMap<usize, usize> = BTreeMap::new();
        let mut variant_cube = Cube::default();
        let (bands, measures, reference) = (
            if difference { &mut self.difference } else { &mut self.level },
            &mut self.measures,
            &mut self.reference,
        );
        let mut last = String::new();
        let mut cube = Cube::default();
        let read = each_row(rows, axes, number, &[], |row| {
            let name = row.fields.get(measure).unwrap_or_default();
            if name != last.as_bytes() {
                if !last.is_empty() {
                    bands.insert(last.clone(), std::mem::take(&mut cube));
                    between_variants.insert(last.clone(), std::mem::take(&mut variant_cube));
                }
                last = String::from_utf8_lossy(name).into_owned();
                cube = bands.remove(&last).unwrap_or_default();
                variant_cube = between_variants.remove(&last).unwrap_or_default();
                if !measures.contains(&last) {
                    measures.push(last.clone());
                }
            }
            if let Some(point) = point.and_then(|c| row.fields.get(c)) {
                several |= first_point.get_or_insert_with(|| point.to_vec()) != point;
            }
            let border = row.axes.border(row.fields.get(border).unwrap_or_default());
            let mut to = &mut cube;
            if let Some((outcome, variant)) = against {
                let fields = row.fields;
                let field = |column: usize| fields.get(column).unwrap_or_default();
                let own = &row.axes.scenarios[row.scenario];
                let same_variant = field(variant) == own.variant.as_bytes();
                if !same_variant {
                    to = &mut variant_cube;
                }
                let references = if same_variant { &mut *reference } else { &mut of_variant };
                if row.day == 0 || !references.contains_key(&row.scenario) {
                    let subtracted =
                        row.axes.scenario_named(number, field(outcome), field(variant));
                    references.insert(row.scenario, subtracted);
                }
            }
            for (q, &column) in quantiles.iter().enumerate() {
                let value = row.number_or(column, f64::NAN)?;
                to.set([row.scenario, q, border], row.day, value as f32);
            }
            Ok(())
        });
        if !last.is_empty() {
            bands.insert(last.clone(), cube);
            between_variants.insert(last, variant_cube);
        }
        for (scenario, subtracted) in of_variant {
            if reference.contains_key(&scenario) {
                continue;
            }
            reference.insert(scenario, subtracted);
            for (measure, cube) in &mut between_variants {
                bands.entry(measure.clone()).or_default().take(scenario, cube);
            }
        }
        if several {
            // Bands of single points of a design are not what the page shows: it pools the points, from the runs.
            bands.clear();
        }
        match read {
            Ok(problem) => out.notes.extend(problem),
            Err(problem) => out.note(problem),
        }
    }

    fn read_days(
        &mut self,
        rows: Rows,
        number: usize,
        axes: &mut Axes,
        out: &mut Gathered,
    ) -> Result<Option<String>, String> {
        let few = axes.runs.iter().map(Vec::len).sum::<usize>() <= MOST_RUNS;
        if !few && self.level.is_empty() {
            out.note(format!(
                "More than {MOST_RUNS} runs without bands: the charts show the index alone"
            ));
        }
        let border = rows.column("border")?;
        let term_names: Vec<&str> = components::terms().map(|(term, _)| term.name).collect();
        let terms: Vec<Option<usize>> = term_names.iter().map(|name| rows.find(name)).collect();
        // Measures without bands: raw observables that hardly move, or all of them in a study by points.
        let mut wanted: Vec<(usize, String)> = Vec::new();
        for column in Table::Pressure.columns() {
            let number = column.kind == ColumnKind::Number;
            let wants =
                number && (few || column.name == "index") && !term_names.contains(&column.name);
            if wants
                && (self.compared
                    || column.name == "index"
                    || !self.level.contains_key(column.name))
            {
                wanted.extend(rows.find(column.name).map(|at| (at, column.name.to_owned())));
            }
        }
        let mut cubes: Vec<Cube> =
            wanted.iter().map(|(_, n)| self.runs.remove(n).unwrap_or_default()).collect();
        let numbers: Vec<usize> =
            wanted.iter().map(|w| w.0).chain(terms.iter().copied().flatten()).collect();
        let read = each_row(rows, axes, number, &numbers, |row| {
            let border = row.axes.border(row.fields.get(border).unwrap_or_default());
            self.summed.add([row.scenario, 0, border], row.day, 1.0);
            for ((column, _), cube) in wanted.iter().zip(&mut cubes) {
                let value = row.number_or(*column, f64::NAN)?;
                cube.set([row.scenario, row.run, border], row.day, value as f32);
            }
            for (t, column) in terms.iter().enumerate() {
                if let Some(column) = column {
                    self.terms.add([row.scenario, t, border], row.day, row.number(*column)? as f32);
                }
            }
            Ok(())
        });
        for ((_, name), cube) in wanted.into_iter().zip(cubes) {
            if !self.measures.contains(&name) {
                self.measures.push(name.clone());
            }
            self.runs.insert(name, cube);
        }
        read
    }

    /// Makes what the page shows of it.
    pub fn finish(mut self, axes: &Axes, out: &mut Gathered) {
        let (scenarios, borders, days) = (axes.scenarios.len(), axes.borders.len(), axes.days);
        let most = axes.runs.iter().map(Vec::len).max().unwrap_or(0);
        self.add_missing_bands(axes);
        let columns = Table::Pressure.columns();
        let shape = [scenarios, 5, borders, days];
        for (kind, bands) in [("level", &self.level), ("difference", &self.difference)] {
            for (measure, cube) in bands {
                // What two studies are laid side by side for goes before what each has of its own.
                let rank = match (measure == "index", kind == "level") {
                    (true, true) => 0,
                    (true, false) => 1,
                    (false, true) => rank_of(&columns, measure),
                    (false, false) => 100 + rank_of(&columns, measure),
                };
                let flat = cube.flat(shape, f32::NAN);
                let step = if measure == "index" { 0.01 } else { super::pack::step_for(&flat) };
                out.block(
                    rank,
                    format!("{kind}/{measure}"),
                    super::pack::linear(&shape, &flat, step),
                );
            }
        }
        if !self.terms.is_empty() {
            let shape = [scenarios, TERMS, borders, days];
            let mut flat = self.terms.flat(shape, f32::NAN);
            // Runs that are not in the table, or not all of them, are not in the mean.
            let each = (borders * days).max(1);
            let summed = self.summed.flat([scenarios, 1, borders, days], f32::NAN);
            for (values, runs) in flat.chunks_mut(TERMS * each).zip(summed.chunks(each)) {
                values.iter_mut().zip(runs.iter().cycle()).for_each(|(v, n)| *v /= n);
            }
            out.block(1, "terms".into(), super::pack::linear(&shape, &flat, 0.01));
        }
        if let Some(index) = self.runs.get("index") {
            let shape = [scenarios, most, borders, days];
            if shape.iter().product::<usize>() > MOST_RUN_VALUES {
                out.note(
                    "There are too many runs to show single ones; pressure.csv has them".into(),
                );
            } else {
                out.block(
                    3,
                    "runs/index".into(),
                    super::pack::linear(&shape, &index.flat(shape, f32::NAN), 0.1),
                );
            }
        }
        self.between_studies(axes, out);
        let mut table =
            self.runs.get("index").map(|index| border_table(index, axes)).unwrap_or_default();
        table.extend(self.summary_table());
        if !table.is_empty() {
            out.put("borders_table", Value::Array(table));
        }
        if !self.abroad.is_empty() {
            out.put(
                "abroad",
                (0..scenarios).map(|s| json!(self.abroad.get(&s).map(|q| q.map(short)))).collect(),
            );
        }
        let about = |name: &str| columns.iter().find(|c| c.name == name);
        // In the order of the table's columns.
        self.measures.sort_by_key(|m| place_of(&columns, m));
        let measures = self.measures.iter().filter(|m| self.level.contains_key(*m));
        out.put(
            "measures",
            measures
                .map(|m| json!({ "name": m, "unit": about(m).map_or("", |c| c.unit), "about": about(m).map_or("", |c| c.about) }))
                .collect(),
        );
        let reference = |s: usize| self.reference.get(&s).copied();
        out.put("reference", (0..scenarios).map(|s| json!(reference(s))).collect());
        out.put("russia_south", json!(RUSSIA_SOUTH));
    }

    /// Bands of the measures that have runs but no bands, and of all their differences in a study by points.
    fn add_missing_bands(&mut self, axes: &Axes) {
        for (measure, cube) in &self.runs {
            if self.level.contains_key(measure) {
                continue;
            }
            let mut bands = Cube::default();
            for (s, runs) in axes.runs.iter().enumerate() {
                spread(&mut bands, s, axes, |b, d| {
                    (0..runs.len()).filter_map(|r| value(cube.line([s, r, b]), d)).collect()
                });
            }
            self.level.insert(measure.clone(), bands);
        }
    }

    /// One row per scenario and border of a study without daily values.
    fn summary_table(&self) -> Vec<Value> {
        let row = |(&(s, b), (bands, runs)): (_, &([Option<[f64; 5]>; 2], usize))| {
            let [peak, day] = bands.map(|band| band.map(|q| q.map(short)));
            Some(
                json!({ "s": s, "b": b, "n": runs, "peak": peak?, "peak_day": day, "above": null, "stays": null }),
            )
        };
        self.summary.iter().filter_map(row).collect()
    }

    /// Differences of the same outcome between two studies, run by run; only under the same luck.
    fn between_studies(&self, axes: &Axes, out: &mut Gathered) {
        let pairs: Vec<(usize, usize)> = axes
            .scenarios
            .iter()
            .enumerate()
            .filter(|(_, s)| s.study == 1)
            .filter_map(|(b, s)| {
                let twin = |t: &super::axes::Scenario| {
                    t.study == 0 && t.outcome == s.outcome && t.variant == s.variant
                };
                axes.scenarios.iter().position(twin).map(|a| (a, b))
            })
            .collect();
        if pairs.is_empty() {
            return;
        }
        if let Some(why) = out.unpaired {
            return out.note(why.into());
        }
        let mut other = vec![Value::Null; axes.scenarios.len()];
        let same: Vec<Vec<(usize, usize)>> = pairs
            .iter()
            .map(|&(a, b)| {
                other[b] = json!(a);
                let runs = axes.runs[b].iter().enumerate();
                runs.filter_map(|(rb, run)| {
                    axes.runs[a].iter().position(|r| r == run).map(|ra| (ra, rb))
                })
                .collect()
            })
            .collect();
        let columns = Table::Pressure.columns();
        let shape = [axes.scenarios.len(), 5, axes.borders.len(), axes.days];
        for (measure, cube) in &self.runs {
            let mut bands = Cube::default();
            for (&(a, b), same) in pairs.iter().zip(&same) {
                spread(&mut bands, b, axes, |border, d| {
                    let of = |s, r| value(cube.line([s, r, border]), d);
                    same.iter().filter_map(|&(ra, rb)| Some(of(b, rb)? - of(a, ra)?)).collect()
                });
            }
            let flat = bands.flat(shape, f32::NAN);
            let (rank, step) = if measure == "index" {
                (1, 0.01)
            } else {
                (rank_of(&columns, measure) + 1, super::pack::step_for(&flat))
            };
            out.block(rank, format!("between/{measure}"), super::pack::linear(&shape, &flat, step));
        }
        out.put("twin", Value::Array(other));
    }
}

/// How soon a measure is left out: the components of the index go after the observables that they are made of. The next
/// rank is that of the measure's difference between two studies.
fn rank_of(columns: &[Column], measure: &str) -> u8 {
    10 + 2 * place_of(columns, measure).min(40) as u8
}

/// Position of a measure among the columns; behind them when it is none.
fn place_of(columns: &[Column], measure: &str) -> usize {
    columns.iter().position(|c| c.name == measure).unwrap_or(columns.len())
}

fn value(line: &[f32], day: usize) -> Option<f64> {
    line.get(day).copied().filter(|v| v.is_finite()).map(f64::from)
}

/// The columns of the quantiles of a band.
fn band_columns(rows: &Rows) -> Result<[usize; 5], String> {
    let column = |name| rows.column(name);
    Ok([column("q05")?, column("q25")?, column("q50")?, column("q75")?, column("q95")?])
}

/// Fills a scenario's bands from values over runs.
fn spread(
    bands: &mut Cube,
    scenario: usize,
    axes: &Axes,
    values: impl Fn(usize, usize) -> Vec<f64>,
) {
    for border in 0..axes.borders.len() {
        for day in 0..axes.days {
            for (q, value) in band(values(border, day)).enumerate() {
                bands.set([scenario, q, border], day, value);
            }
        }
    }
}

/// The quantiles of a band; none of no values.
pub fn band(mut values: Vec<f64>) -> impl Iterator<Item = f32> {
    values.sort_unstable_by(f64::total_cmp);
    let of = move |p| (!values.is_empty()).then(|| quantile(&values, p) as f32);
    BAND.into_iter().filter_map(of)
}

/// The longest stay above a limit, days in a row.
#[must_use]
pub fn longest_stay(line: &[f32], limit: f64) -> usize {
    let (mut longest, mut now) = (0, 0);
    for &value in line {
        now = if f64::from(value) > limit { now + 1 } else { 0 };
        longest = longest.max(now);
    }
    longest
}

/// A spread as the page reads it.
#[must_use]
pub fn band_json(mut values: Vec<f64>) -> Value {
    Spread::of(&mut values)
        .map_or(Value::Null, |s| json!([s.q05, s.q25, s.q50, s.q75, s.q95].map(short)))
}

/// One row per scenario and border: peak, its day, days above the limits, shares of runs that stay above them.
fn border_table(index: &Cube, axes: &Axes) -> Vec<Value> {
    let mut rows = Vec::new();
    for (s, runs) in axes.runs.iter().enumerate() {
        for b in 0..axes.borders.len() {
            let lines: Vec<&[f32]> = (0..runs.len())
                .map(|r| index.line([s, r, b]))
                .filter(|l| l.iter().any(|v| v.is_finite()))
                .collect();
            if lines.is_empty() {
                continue;
            }
            let (mut peaks, mut peak_days) = (Vec::new(), Vec::new());
            for line in &lines {
                let mut best = (f64::NEG_INFINITY, 0);
                for (d, &v) in line.iter().enumerate() {
                    if f64::from(v) > best.0 {
                        best = (f64::from(v), d);
                    }
                }
                peaks.push(best.0);
                peak_days.push(best.1 as f64);
            }
            let above = LIMITS.map(|limit| {
                band_json(
                    lines
                        .iter()
                        .map(|l| l.iter().filter(|v| f64::from(**v) > limit).count() as f64)
                        .collect(),
                )
            });
            let stays = LIMITS.map(|limit| {
                let staying = lines.iter().filter(|l| longest_stay(l, limit) >= STAY_DAYS).count();
                short(staying as f64 / lines.len() as f64)
            });
            rows.push(json!({
                "s": s, "b": b, "n": lines.len(),
                "peak": band_json(peaks), "peak_day": band_json(peak_days), "above": above, "stays": stays,
            }));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stay_is_counted_in_days_in_a_row() {
        let line = [61.0, 61.0, 60.0, 70.0, 70.0, 70.0, 1.0];
        assert_eq!(longest_stay(&line, 60.0), 3);
        assert_eq!(longest_stay(&line, 70.0), 0);
    }

    #[test]
    fn the_example_is_the_run_nearest_to_the_median() {
        assert_eq!(typical(vec![(1.0, 0), (9.0, 1), (5.0, 2), (100.0, 3)]), Some(1));
        assert_eq!(typical(vec![]), None);
    }
}
