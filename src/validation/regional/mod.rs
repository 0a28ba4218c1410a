//! Regional cases: ordinary scenarios on a grid map, with observed series beside them.
//!
//! [`case`] reads `case.toml` and the observed series; [`probe`] says what of the world each series is compared with. A case is
//! prepared once (files, map) and may then be run with many sets of parameters.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use checked_toml::Diagnostic;
use jiff::civil::Date;

use super::case::{replicates, scenarios};
use super::parameter_sets::Ground;
use super::record::{CaseKind, CaseRecord, Cost, Point, SeriesRecord, Settings, Split};
use crate::displacement::Population;
use crate::episode::{Place, period};
use crate::geography::Map;
use crate::geography::network::great_circle_km;
use crate::leadership::Outcome;
use crate::random::RunKey;
use crate::scenario::{self, Scenario};
use crate::simulation::{self, Simulation};

pub mod case;
pub mod probe;

use case::{Case, Measure, SeriesDefinition};
use probe::{Form, Probe};

/// Whether a folder looks like a regional case.
#[must_use]
pub fn is_case(folder: &Path) -> bool {
    folder.join(case::FILE).is_file()
}

/// Reads and runs a regional case.
///
/// # Errors
/// In sentences, each with its file and line.
pub fn run(folder: &Path, settings: &Settings) -> Result<CaseRecord, Vec<String>> {
    prepare(folder, settings)?.run(settings)
}

/// A case read, checked, with its map: ready to be run with any sets of parameters, from any number of threads.
pub struct Prepared {
    folder: PathBuf,
    case: Case,
    scenario: Arc<Scenario>,
    outcome: Outcome,
    /// The scenario, for sets of parameters to be laid over.
    ground: Ground,
    /// The settings that it was prepared with.
    settings: Settings,
    map: Arc<Map>,
    as_of: Date,
    series: Vec<Series>,
    splits: Vec<Split>,
    fingerprint: String,
}

/// A series with its probe and times.
struct Series {
    record: SeriesRecord,
    probe: Probe,
    /// The split that it belongs to.
    split: Option<usize>,
}

/// What a replicate gave: values by series and point, and its cost.
struct Replicate {
    values: Vec<Vec<f64>>,
    seconds: f64,
    agent_days: f64,
}

/// Reads a case, its scenario and its map. Of the settings only `sets` counts here.
///
/// # Errors
/// With every problem that was found, each with its file and line.
///
/// # Panics
/// Never: the as-of date is checked.
pub fn prepare(folder: &Path, settings: &Settings) -> Result<Prepared, Vec<String>> {
    let shown = |problems: checked_toml::Diagnostics| vec![problems.render(false)];
    let case = case::read(folder).map_err(shown)?;
    let file = &case.file.value;
    let scenario_path: PathBuf = folder.join(&file.scenario);
    if !scenario_path.is_file() {
        let complaint = format!("scenario: there is no file `{}`", scenario_path.display());
        return Err(case::show(&case.file.sources, vec![case.file.place(&complaint)]));
    }
    let resolved = scenario::load(&scenario_path, &settings.sets).map_err(shown)?;
    let as_of: Date = resolved.file.scenario.run.as_of.parse().expect("a checked date");
    let map = Map::load(&resolved.map_dir, as_of).map_err(|problems| vec![problems.to_string()])?;
    let complaints = simulation::check(&resolved.file.scenario, &map);
    if !complaints.is_empty() {
        return Err(shown(resolved.place(0, &complaints)));
    }

    let (series, mut problems) = series_of(&case, &map, as_of);
    let reach = |name: &str| {
        let daily = series.iter().any(|s| s.record.name == name && s.probe.form == Form::Daily);
        if daily { (-0.5, 0.5) } else { (0.0, 0.0) }
    };
    problems.extend(case::check_times(
        &case,
        as_of,
        f64::from(resolved.file.scenario.run.days),
        reach,
    ));
    if !problems.is_empty() {
        return Err(case::show(&case.file.sources, problems));
    }
    let splits = file.split.iter().enumerate().map(|(i, split)| Split {
        name: split.name.clone(),
        members: (0..series.len()).filter(|&s| series[s].split == Some(i)).collect(),
        gravity_shares: gravity_shares(
            &map,
            &resolved.file.scenario,
            &split.home,
            split.members.iter().map(|m| &m.place[..]),
        ),
        capacity_shares: None,
        total_given: true,
        total: None,
    });
    let splits = splits.collect();
    let mut hash = blake3::Hasher::new();
    for part in [&resolved.hash, &map.hash] {
        hash.update(part.as_bytes());
    }
    for path in case.file.sources.files() {
        hash.update(&std::fs::read(&path).unwrap_or_default());
    }
    Ok(Prepared {
        folder: folder.to_owned(),
        ground: Ground::new(&resolved.file.scenario),
        settings: settings.clone(),
        outcome: resolved.file.study.outcomes[0],
        scenario: Arc::new(resolved.file.scenario),
        map: Arc::new(map),
        as_of,
        series,
        splits,
        fingerprint: hash.finalize().to_hex().to_string(),
        case,
    })
}

/// The series of a case, each with its probe on the map, and what is wrong with them.
fn series_of(case: &Case, map: &Map, as_of: Date) -> (Vec<Series>, Vec<Diagnostic>) {
    // Parts of a split are series of those who settled there.
    let file = &case.file.value;
    let own = file.series.iter().enumerate();
    let own = own.map(|(i, series)| (format!("series[{i}].measure."), series.clone(), None));
    let parts = file.split.iter().enumerate().flat_map(|(i, split)| {
        split.members.iter().map(move |member| {
            let series = SeriesDefinition {
                name: member.name.clone(),
                title: member.title.clone(),
                unit: split.unit.clone(),
                cumulative: false,
                discrepancy: split.discrepancy,
                measure: Measure::Settled { home: split.home.clone(), at: member.place.clone() },
            };
            (format!("split[{i}]."), series, Some(i))
        })
    });

    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (key, series, split) in own.chain(parts) {
        let probe = match Probe::new(&series.measure, map, |at| period::days(at, as_of, 0.0)) {
            Ok(probe) => probe,
            Err((inner, error)) => {
                problems.push(case.file.place(&format!("{key}{inner}: {error}")));
                continue;
            }
        };
        // Without a time of day a figure is that of the day's end; what happens within a day is reckoned round its noon.
        let hour = if probe.form == Form::Daily { 0.5 } else { 1.0 };
        let points = case.observations.iter().filter(|o| o.series == series.name).map(|o| Point {
            at_days: period::days(&o.at, as_of, hour).unwrap_or(f64::NAN),
            at: o.at.clone(),
            observed: o.value,
            error: o.error,
            certainty: o.certainty.clone(),
            source: o.source.clone(),
            simulated: Vec::new(),
        });
        let mut points: Vec<Point> = points.collect();
        points.sort_by(|a, b| a.at_days.total_cmp(&b.at_days));
        let SeriesDefinition { name, title, unit, cumulative, discrepancy, .. } = series;
        let record = SeriesRecord { name, title, unit, cumulative, discrepancy, points };
        found.push(Series { record, probe, split });
    }
    (found, problems)
}

impl Prepared {
    /// BLAKE3 of all that a result depends on beside the program and the settings of a run: the resolved scenario with its
    /// event files, the map, the observed series, `case.toml`.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Name of the case: that of its folder.
    #[must_use]
    pub fn name(&self) -> String {
        let folder = self.folder.canonicalize().unwrap_or_else(|_| self.folder.clone());
        folder.file_name().map_or_else(|| "case".to_owned(), |n| n.to_string_lossy().into_owned())
    }

    /// Runs the case. The result does not depend on the number of threads.
    ///
    /// # Errors
    /// When the settings are not those that it was prepared with (parameter sets, replicates, seed and threads may be
    /// others), a set of parameters does not fit the scenario, or a replicate fails.
    pub fn run(&self, settings: &Settings) -> Result<CaseRecord, Vec<String>> {
        settings.agree_with(&self.settings)?;
        let sets = &settings.parameter_sets;
        let scenarios = scenarios(&self.scenario, &self.ground, sets, |s| self.fitted(s))?;
        let replicates = replicates(settings, &self.name(), |r| {
            let scenario = &scenarios[r as usize % scenarios.len()];
            self.replicate(scenario, RunKey::new(settings.seed, r))
        })?;
        let mut series: Vec<SeriesRecord> = self.series.iter().map(|s| s.record.clone()).collect();
        for replicate in &replicates {
            for (record, values) in series.iter_mut().zip(&replicate.values) {
                for (point, value) in record.points.iter_mut().zip(values) {
                    point.simulated.push(*value);
                }
            }
        }
        let file = &self.case.file.value;
        Ok(CaseRecord {
            name: self.name(),
            title: file.title.clone(),
            kind: CaseKind::Regional,
            role: file.role,
            capacities_hidden: false,
            start: format!("{}T00:00", self.as_of),
            replicates: settings.replicates,
            series,
            splits: self.splits.clone(),
            cost: Cost {
                step_seconds: replicates.iter().map(|r| r.seconds).sum(),
                agent_days: replicates.iter().map(|r| r.agent_days).sum(),
                persons_per_agent: self.scenario.run.persons_per_group,
                stored_bytes_per_agent: 0.0,
            },
            notes: file.notes.clone(),
        })
    }

    /// A scenario that a set of parameters was laid over, when it still fits the map and the observed times.
    fn fitted(&self, scenario: Scenario) -> Result<Scenario, Vec<String>> {
        let mut complaints = simulation::check(&scenario, &self.map);
        if scenario.run.days != self.scenario.run.days {
            complaints.push(
                "`run.days` cannot differ from set to set: give it with the case's scenario"
                    .to_owned(),
            );
        }
        if complaints.is_empty() { Ok(scenario) } else { Err(complaints) }
    }

    fn replicate(&self, scenario: &Arc<Scenario>, key: RunKey) -> Replicate {
        #[allow(clippy::disallowed_methods, reason = "what a case costs; no result depends on it")]
        let begun = Instant::now();
        let per_day = f64::from(scenario.run.steps_per_day);
        let steps = (scenario.run.days * scenario.run.steps_per_day) as usize;
        // Position 0 is the start of day 0; a time between the ends of steps lies between two positions.
        let position = |time: f64| (time * per_day).clamp(0.0, steps as f64);

        // What is read when: the ends of steps round each time, nothing else.
        let mut readings: Vec<Vec<f64>> = Vec::with_capacity(self.series.len());
        for series in &self.series {
            let mut row = vec![f64::NAN; steps + 1];
            for time in series.record.points.iter().flat_map(|p| series.probe.times(p.at_days)) {
                let at = position(time);
                (row[at.floor() as usize], row[at.ceil() as usize]) = (0.0, 0.0);
            }
            readings.push(row);
        }
        let last =
            (0..=steps).rev().find(|&s| readings.iter().any(|row| !row[s].is_nan())).unwrap_or(0);

        // The run, up to the last reading.
        let mut simulation = Simulation::new(scenario, &self.map, self.outcome, key, 1);
        let mut agent_days = 0.0;
        for step in 0..=last {
            if step > 0 {
                simulation.step();
                let present = &simulation.world().resource::<Population>().present;
                let persons: u64 = present.iter().map(|&n| u64::from(n)).sum();
                agent_days += persons as f64 / f64::from(scenario.run.persons_per_group) / per_day;
            }
            for (series, row) in self.series.iter().zip(&mut readings) {
                if !row[step].is_nan() {
                    row[step] = series.probe.read(simulation.world_mut(), &self.map);
                }
            }
        }

        // The values at the observed times.
        let persons = scenario.displacement.travel.persons_per_vehicle;
        let values = self.series.iter().zip(&readings).map(|(series, row)| {
            let reading = |time: f64| {
                let at = position(time);
                let (low, high) = (row[at.floor() as usize], row[at.ceil() as usize]);
                low + (high - low) * at.fract()
            };
            let value = |p: &Point| series.probe.value(p.at_days, persons, reading);
            series.record.points.iter().map(value).collect()
        });
        let mut values: Vec<Vec<f64>> = values.collect();
        for split in &self.splits {
            scale_to_observed(&self.series, &split.members, &mut values);
        }
        Replicate { values, seconds: begun.elapsed().as_secs_f64(), agent_days }
    }
}

/// Scales the parts of a split to the observed total of each time; where nobody is simulated at any part they stay 0.
fn scale_to_observed(series: &[Series], members: &[usize], values: &mut [Vec<f64>]) {
    let points = members.first().map_or(0, |&m| values[m].len());
    let totals: Vec<(f64, f64)> = (0..points)
        .map(|point| {
            let simulated: f64 = members.iter().map(|&m| values[m][point]).sum();
            let observed: f64 =
                members.iter().map(|&m| series[m].record.points[point].observed).sum();
            (simulated, observed)
        })
        .collect();
    for &m in members {
        for (value, &(simulated, observed)) in values[m].iter_mut().zip(&totals) {
            *value *= if simulated > 0.0 { observed / simulated } else { 1.0 };
        }
    }
}

/// Shares of places by residents and distance from home alone, with the scenario's power and softening of distance.
fn gravity_shares<'a>(
    map: &Map,
    scenario: &Scenario,
    home: &str,
    places: impl Iterator<Item = &'a str>,
) -> Option<Vec<f64>> {
    let at = |c: usize| (f64::from(map.cells.lat[c]), f64::from(map.cells.lon[c]));
    let home = Place::read(home, map).ok()?.cells(map);
    let residents = |c: usize| f64::from(map.cells.population[c]);
    let all: f64 = home.iter().map(|c| residents(c.index())).sum();
    let mean = |f: fn((f64, f64)) -> f64| {
        home.iter().map(|c| residents(c.index()) * f(at(c.index()))).sum::<f64>() / all
    };
    let (lat, lon) = (mean(|p| p.0), mean(|p| p.1));
    let choice = &scenario.displacement.destination;
    let weight = |c: usize| {
        let km = great_circle_km(lat, lon, at(c).0, at(c).1);
        residents(c) * libm::pow(km + choice.softening_km, -choice.distance_power)
    };
    let of_place = |place| {
        let cells = Place::read(place, map).ok()?.cells(map);
        Some(cells.iter().map(|c| weight(c.index())).sum::<f64>())
    };
    let weights: Vec<f64> = places.map(of_place).collect::<Option<_>>()?;
    let sum: f64 = weights.iter().sum();
    (sum > 0.0 && sum.is_finite()).then(|| weights.iter().map(|w| w / sum).collect())
}
