//! A calibration from its plan to its surviving sets.

use std::collections::BTreeMap;

use rayon::ThreadPool;
use serde::Serialize;

use super::evaluate::Evaluate;
use super::implausibility::{Judged, distance};
use super::journal::{Entry, Journal};
use super::region::{Basis, Region};
use super::selection::{accepted, effective_size, medoid, weighted_quantile};
use super::study::Plan;
use crate::study::execute::execute;

/// What happens meanwhile.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Time passes.
    Tick,
    /// A wave begins.
    Wave {
        /// Its number, from 1.
        wave: u32,
        /// What its region was made from.
        basis: Basis,
        /// Its region's share of the whole space.
        volume: f64,
        /// Sets in it.
        sets: usize,
        /// Of them, those that the journal knows.
        known: usize,
    },
    /// A set was tried.
    Set {
        /// Its wave.
        wave: u32,
        /// Its number in the wave.
        set: u32,
        /// Why it failed, if it did.
        failure: Option<&'a str>,
        /// Sets that have ended in this wave.
        ended: usize,
    },
    /// A wave is over.
    WaveEnd {
        /// Its number.
        wave: u32,
        /// Sets of it that survived.
        surviving: usize,
        /// Sets of it that failed.
        failed: usize,
    },
}

/// What became of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It could not be run.
    Failed,
    /// Its implausibility is above the cutoff.
    RuledOut,
    /// It survived.
    Plausible,
    /// It survived and was accepted by the rejection step.
    Accepted,
}

impl Status {
    /// Its word in the tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::RuledOut => "ruled_out",
            Self::Plausible => "plausible",
            Self::Accepted => "accepted",
        }
    }
}

/// A set that was tried.
#[derive(Clone, Debug)]
pub struct Row {
    /// Wave, from 1.
    pub wave: u32,
    /// Set within the wave, from 0.
    pub set: u32,
    /// Values in the order of the parameters.
    pub values: Vec<f64>,
    /// Unit coordinates of the values.
    at: Vec<f64>,
    /// The series, or why there are none.
    judged: Result<Vec<Judged>, String>,
    /// Implausibility over all series; nothing when it failed.
    pub implausibility: Option<f64>,
    /// Distance of the rejection step, in tolerances; nothing when it failed.
    pub distance: Option<f64>,
    /// What became of it.
    pub status: Status,
    /// Weight among the survivors, summing to 1 over them: the inverse of how densely the waves were sown where it lies, so
    /// that weighted survivors are spread evenly over what is left of the ranges. 0 for others.
    pub weight: f64,
}

impl Row {
    /// Implausibility by series; nothing when it failed.
    #[must_use]
    pub fn series(&self) -> Option<impl Iterator<Item = f64>> {
        self.judged.as_ref().ok().map(|judged| judged.iter().map(|s| s.implausibility))
    }

    /// Why it failed.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.judged.as_ref().err().map(String::as_str)
    }
}

/// A wave after its runs.
#[derive(Clone, Debug, Serialize)]
pub struct Wave {
    /// Number, from 1.
    pub wave: u32,
    /// What its region was made from.
    pub basis: Basis,
    /// Box, least and greatest value by parameter.
    pub region: Vec<[f64; 2]>,
    /// Share of the whole space that its region is.
    pub volume: f64,
    /// Sets tried.
    pub tried: usize,
    /// Sets that failed.
    pub failed: usize,
    /// Sets that survived.
    pub surviving: usize,
    /// Sets that survived, this wave and those before.
    pub surviving_so_far: usize,
    /// Quantiles of the survivors so far by parameter, unweighted.
    pub ranges: Vec<Option<Quantiles>>,
}

/// Quantiles of a parameter, its own unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Quantiles {
    /// 5 %.
    pub q05: f64,
    /// Median.
    pub q50: f64,
    /// 95 %.
    pub q95: f64,
}

impl Quantiles {
    fn of(values: &[f64], weights: &[f64]) -> Option<Self> {
        let at = |p| weighted_quantile(values, weights, p);
        (!values.is_empty()).then(|| Self { q05: at(0.05), q50: at(0.5), q95: at(0.95) })
    }
}

/// What was learned of a parameter.
#[derive(Clone, Debug)]
pub struct Learned {
    /// Over the survivors, weighted.
    pub plausible: Option<Quantiles>,
    /// Over the accepted, weighted.
    pub accepted: Option<Quantiles>,
    /// 1 - (width of the survivors' 5-95 % interval) / (that of the range as given), on the parameter's scale. Near 0:
    /// the cases say nothing of this parameter by itself.
    pub shrinkage: Option<f64>,
}

/// What was seen of a series.
#[derive(Clone, Debug, Serialize)]
pub struct SeriesAccount {
    /// `case/series`.
    pub name: String,
    /// Least implausibility over all sets: above the cutoff, no set within the ranges reaches the series.
    pub least: Option<f64>,
    /// Share of the sets that it alone rules out or would (implausibility above the cutoff).
    pub ruled_out_share: f64,
}

/// A calibration that is over.
#[derive(Clone, Debug)]
pub struct Calibrated {
    /// The waves.
    pub waves: Vec<Wave>,
    /// Every set that was tried, none left out.
    pub rows: Vec<Row>,
    /// By parameter.
    pub learned: Vec<Learned>,
    /// By series.
    pub series: Vec<SeriesAccount>,
    /// Position in `rows` of the accepted set in the middle; nothing when no set survived.
    pub central: Option<usize>,
    /// Effective number of accepted sets, given their weights.
    pub effective_accepted: f64,
    /// Effective number of survivors, given their weights.
    pub effective_plausible: f64,
    /// Why it ended before the last wave, if it did.
    pub stopped: Option<String>,
}

impl Calibrated {
    /// Sets with a status.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.rows.iter().filter(|row| row.status == status).count()
    }

    /// Sets that survived, accepted or not.
    #[must_use]
    pub fn plausible(&self) -> usize {
        self.count(Status::Plausible) + self.count(Status::Accepted)
    }
}

/// Does the waves. Sets that the journal knows are not run again.
///
/// # Errors
/// In words, when the journal cannot be written or does not belong to the plan.
pub fn conduct(
    plan: &Plan,
    evaluate: &dyn Evaluate,
    pool: &ThreadPool,
    journal: &mut Journal,
    mut tell: impl FnMut(Event<'_>),
) -> Result<Calibrated, String> {
    let rank = plan.study.over_series.rank();
    if rank > evaluate.names().len() {
        return Err(format!(
            "over_series looks at place {rank} among the series, but the cases have {}\n  write over_series = \"largest\"",
            evaluate.names().len()
        ));
    }
    let axes = plan.axes.len();
    let mut rows: Vec<Row> = Vec::new();
    let mut waves: Vec<Wave> = Vec::new();
    let mut regions: Vec<(Region, usize)> = Vec::new();
    let mut stopped = None;
    for number in 1..=plan.study.waves {
        // Where the wave looks.
        let region = if number == 1 {
            Region::whole(axes)
        } else {
            let tried: Vec<(&[f64], f64)> =
                rows.iter().filter_map(|row| Some((&row.at[..], row.implausibility?))).collect();
            let Some(region) = Region::after(&tried, axes, plan.study.cutoff) else {
                stopped = Some("every set failed, so there is nothing to go on from".to_owned());
                break;
            };
            region
        };

        // Its sets.
        let before = rows.len();
        try_wave(plan, evaluate, pool, journal, (number, &region), &mut rows, &mut tell)?;

        // What it left standing.
        let with = |rows: &[Row], status| rows.iter().filter(|row| row.status == status).count();
        let these = &rows[before..];
        let (surviving, failed) = (with(these, Status::Plausible), with(these, Status::Failed));
        tell(Event::WaveEnd { wave: number, surviving, failed });
        let range = |axis: usize| {
            let survivors = rows.iter().filter(|row| row.status == Status::Plausible);
            let values: Vec<f64> = survivors.map(|row| row.values[axis]).collect();
            Quantiles::of(&values, &vec![1.0; values.len()])
        };
        waves.push(Wave {
            wave: number,
            basis: region.basis,
            region: (0..axes)
                .map(|a| [&region.low, &region.high].map(|x| plan.axes[a].value(x[a])))
                .collect(),
            volume: region.volume(),
            tried: these.len(),
            failed,
            surviving,
            surviving_so_far: with(&rows, Status::Plausible),
            ranges: (0..axes).map(range).collect(),
        });
        regions.push((region, these.len()));
    }
    Ok(conclude(plan, evaluate, &regions, rows, waves, stopped))
}

/// Tries the sets of a wave, those of the journal first, and appends their rows in the order of the design.
fn try_wave(
    plan: &Plan,
    evaluate: &dyn Evaluate,
    pool: &ThreadPool,
    journal: &mut Journal,
    (wave, region): (u32, &Region),
    rows: &mut Vec<Row>,
    tell: &mut impl FnMut(Event<'_>),
) -> Result<(), String> {
    let points = region.points(plan.key(), wave, plan.study.runs_per_wave as usize);
    let design: Vec<Vec<f64>> = points.iter().map(|at| plan.values(at)).collect();

    // What the journal knows must be of this design.
    let mut entries: BTreeMap<u32, Entry> = BTreeMap::new();
    for entry in journal.known.iter().filter(|entry| entry.wave == wave) {
        let Some(values) = design.get(entry.set as usize) else { continue };
        let same = entry.values.len() == values.len()
            && entry.values.iter().zip(values).all(|(a, b)| (a - b).abs() <= 1e-12 * b.abs());
        if !same {
            return Err(format!(
                "{}: wave {wave}, set {} is not the set of this plan\n  move the file away and start again",
                journal.path().display(),
                entry.set
            ));
        }
        entries.insert(entry.set, entry.clone());
    }

    // The others are run, on all threads; each is in the journal as soon as it ends.
    let open: Vec<u32> =
        (0..design.len() as u32).filter(|set| !entries.contains_key(set)).collect();
    let (basis, volume) = (region.basis, region.volume());
    tell(Event::Wave { wave, basis, volume, sets: design.len(), known: entries.len() });
    let telling = std::cell::RefCell::new(tell);
    let one = |position: usize| {
        let values = &design[open[position] as usize];
        let set: Vec<(String, f64)> =
            plan.axes.iter().map(|a| a.path.clone()).zip(values.iter().copied()).collect();
        let outcomes = evaluate.run(&set, plan.study.seed)?;
        // A case that changes its series from set to set is a bug of the case, and would shift every column.
        if !outcomes.iter().map(|o| &o.name).eq(evaluate.names()) {
            return Err("the series are not those that the cases promised".to_owned());
        }
        Ok(outcomes.iter().map(|outcome| outcome.judge(plan.study.over_points)).collect::<Vec<_>>())
    };
    execute(
        pool,
        open.len(),
        one,
        |position, result| {
            let set = open[position];
            let result = result.unwrap_or_else(|failure| Err(failure.cause));
            let values = design[set as usize].clone();
            let entry = journal.add(&Entry { wave, set, values, result })?;
            let failure = entry.result.as_ref().err().map(String::as_str);
            (telling.borrow_mut())(Event::Set { wave, set, failure, ended: entries.len() + 1 });
            entries.insert(set, entry);
            Ok::<(), String>(())
        },
        || (telling.borrow_mut())(Event::Tick),
    )?;
    for (entry, values) in entries.into_values().zip(design) {
        rows.push(row(plan, evaluate, entry, values));
    }
    Ok(())
}

/// A set that was tried, judged.
fn row(plan: &Plan, evaluate: &dyn Evaluate, entry: Entry, values: Vec<f64>) -> Row {
    let judged = entry.result;
    let over = |judged: &Vec<Judged>| {
        plan.study.over_series.combine(judged.iter().map(|s| s.implausibility))
    };
    let implausibility = judged.as_ref().ok().map(over);
    let status = match implausibility {
        None => Status::Failed,
        Some(i) if i <= plan.study.cutoff => Status::Plausible,
        Some(_) => Status::RuledOut,
    };
    Row {
        wave: entry.wave,
        set: entry.set,
        at: plan.coordinates(&values),
        values,
        implausibility,
        distance: judged.as_ref().ok().map(|judged| distance(judged, evaluate.cases())),
        judged,
        status,
        weight: 0.0,
    }
}

/// Weighs the survivors: the inverse of how densely all waves together were sown where each lies.
fn weigh(regions: &[(Region, usize)], survivors: &[usize], rows: &mut [Row]) {
    let mut sum = 0.0;
    for &i in survivors {
        let own = rows[i].wave as usize - 1;
        let density: f64 = regions
            .iter()
            .enumerate()
            // A set lies in the region of its own wave, whatever rounding says.
            .filter(|(wave, (region, _))| *wave == own || region.holds(&rows[i].at))
            .map(|(_, (region, sets))| *sets as f64 / region.volume().max(f64::MIN_POSITIVE))
            .sum();
        rows[i].weight = 1.0 / density;
        sum += rows[i].weight;
    }
    for &i in survivors {
        rows[i].weight /= sum;
    }
}

/// Weights, rejection, and what was learned.
fn conclude(
    plan: &Plan,
    evaluate: &dyn Evaluate,
    regions: &[(Region, usize)],
    mut rows: Vec<Row>,
    waves: Vec<Wave>,
    stopped: Option<String>,
) -> Calibrated {
    let survivors: Vec<usize> =
        (0..rows.len()).filter(|i| rows[*i].status == Status::Plausible).collect();
    weigh(regions, &survivors, &mut rows);

    // Those of least distance are accepted.
    let abc = &plan.study.abc;
    let distances: Vec<f64> =
        survivors.iter().map(|i| rows[*i].distance.unwrap_or(f64::INFINITY)).collect();
    let chosen: Vec<usize> = accepted(&distances, abc.keep, abc.min_keep as usize)
        .into_iter()
        .map(|position| survivors[position])
        .collect();
    for &i in &chosen {
        rows[i].status = Status::Accepted;
    }

    // What they say of each parameter, and which of them is in the middle.
    let weights =
        |members: &[usize]| -> Vec<f64> { members.iter().map(|i| rows[*i].weight).collect() };
    let (of_survivors, of_chosen) = (weights(&survivors), weights(&chosen));
    let learned = plan.axes.iter().enumerate().map(|(a, axis)| {
        let values = |members: &[usize]| -> Vec<f64> {
            members.iter().map(|i| rows[*i].values[a]).collect()
        };
        let plausible = Quantiles::of(&values(&survivors), &of_survivors);
        let width = |q: Quantiles| axis.coordinate(q.q95) - axis.coordinate(q.q05);
        Learned {
            plausible,
            accepted: Quantiles::of(&values(&chosen), &of_chosen),
            shrinkage: plausible.map(|q| 1.0 - width(q) / 0.9),
        }
    });
    let points: Vec<&[f64]> = chosen.iter().map(|i| rows[*i].at.as_slice()).collect();
    Calibrated {
        learned: learned.collect(),
        series: accounts(evaluate.names(), &rows, plan.study.cutoff),
        central: medoid(&points, &of_chosen).map(|position| chosen[position]),
        effective_accepted: effective_size(&of_chosen),
        effective_plausible: effective_size(&of_survivors),
        waves,
        rows,
        stopped,
    }
}

/// What was seen of each series over all sets.
fn accounts(names: &[String], rows: &[Row], cutoff: f64) -> Vec<SeriesAccount> {
    let of = |(position, name): (usize, &String)| {
        let judged = rows.iter().filter_map(|row| row.judged.as_ref().ok()?.get(position));
        let all: Vec<f64> = judged.map(|judged| judged.implausibility).collect();
        let beyond = all.iter().filter(|i| **i > cutoff).count();
        SeriesAccount {
            name: name.clone(),
            least: all.iter().copied().min_by(f64::total_cmp),
            ruled_out_share: beyond as f64 / all.len().max(1) as f64,
        }
    };
    names.iter().enumerate().map(of).collect()
}
