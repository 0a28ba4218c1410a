//! From the store to the tables: rows in the order of the plan, then bands, contrasts, summary, precision.
//!
//! The bytes depend on the plan and the runs alone: not on who did which run, in what order, or how often.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::bands::{Group, PairKey, SeriesSource, bands, comparisons, contrasts, pair_key};
use super::plan::{Plan, PlannedRun};
use super::precision::{self, Draw, Precision};
use super::store::index::Done;
use super::store::read::{Copied, ReadError};
use super::store::{Contents, State, Store};
use super::summary::Summary;
use crate::output::folder::Folder;
use crate::output::format::{RowWriter, header};
use crate::recorders::Headline;
use crate::recorders::table::{BASE_VARIANT, RUSSIA_SOUTH, Table, TableSet};
use crate::time::Day;

/// What to make of a store.
pub struct MergeOptions<'a> {
    /// Threads.
    pub pool: &'a rayon::ThreadPool,
    /// Tables to write.
    pub tables: TableSet,
    /// Relative half-width of the interval of a mean that `precision.csv` reckons with.
    pub precision: f64,
    /// The command that repeats one run, for people.
    pub repeat: &'a dyn Fn(&PlannedRun) -> String,
}

impl<'a> MergeOptions<'a> {
    /// All tables, and the usual precision.
    #[must_use]
    pub fn new(pool: &'a rayon::ThreadPool, repeat: &'a dyn Fn(&PlannedRun) -> String) -> Self {
        Self { pool, tables: TableSet::ALL, precision: precision::WANTED, repeat }
    }
}

/// What came of a merge.
#[derive(Clone, Debug, Default)]
pub struct Merged {
    /// Headline numbers by variant and outcome, in the order of the plan.
    pub summaries: Vec<Summary>,
    /// How well their means are known.
    pub precisions: Vec<Precision>,
    /// Causes of failed runs with the commands that repeat them.
    pub failures: Vec<(String, String)>,
    /// Runs with results.
    pub runs_done: usize,
    /// Days lived by moving groups, over all runs.
    pub group_days: u64,
    /// Cells entered by moving groups, over all runs.
    pub hops: u64,
    /// Daily series in the store, bytes before packing.
    pub series_bytes: u64,
    /// Parts that runs were taken from, with how many.
    pub parts: BTreeMap<usize, usize>,
}

/// Runs unpacked at a time, per thread.
const WINDOW_PER_THREAD: usize = 2;

/// Writes the tables of a plan whose runs are all in the store; the folder is not yet sealed. `tick` hears how many runs are
/// written.
///
/// # Errors
/// When the folder or the store fail, or a run's bytes are damaged.
pub fn merge(
    plan: &Plan,
    borders: &[String],
    store: &Store,
    contents: &Contents<'_>,
    folder: &mut Folder,
    options: &MergeOptions<'_>,
    mut tick: impl FnMut(usize),
) -> Result<Merged, ReadError> {
    let mut merged = Merged::default();
    for table in options.tables.iter() {
        folder.append(table.file(), &header(table))?;
    }

    // Runs are unpacked on all threads, some at a time, and written in the order of the plan.
    let window = WINDOW_PER_THREAD * options.pool.current_num_threads();
    for (number, chunk) in contents.runs.chunks(window).enumerate() {
        let read = |state: &State<'_>| match state {
            State::Done(copy) => store.rows(copy).map(Some),
            _ => Ok(None),
        };
        let unpacked: Vec<_> = options.pool.install(|| chunk.par_iter().map(read).collect());
        for (i, (state, rows)) in chunk.iter().zip(unpacked).enumerate() {
            let run = &plan.runs[number * window + i];
            folder
                .append(Table::Runs.file(), &run_row(plan, run, *state, borders, options.repeat))?;
            for (table, bytes) in rows?.into_iter().flatten() {
                if options.tables.contains(table) {
                    folder.append(table.file(), &bytes)?;
                }
            }
            match state {
                State::Done(copy) => merged.count(copy),
                State::Failed(cause) => {
                    merged.failures.push(((*cause).to_owned(), (options.repeat)(run)));
                }
                State::Missing => {}
            }
        }
        tick(number * window + chunk.len());
    }

    // What is made of all of them together.
    write_ensemble(plan, borders, store, contents, folder, options, &mut merged)?;
    Ok(merged)
}

impl Merged {
    fn count(&mut self, copy: &Copied) {
        let Done { layout, group_days, hops, .. } = &copy.done;
        self.runs_done += 1;
        self.group_days += group_days;
        self.hops += hops;
        self.series_bytes += layout
            .series
            .as_ref()
            .map_or(0, |s| 4 * u64::from(s.days * s.measures) * s.stored.len() as u64);
        *self.parts.entry(copy.part).or_default() += 1;
    }
}

/// Runs by outcome and variant, in the order in which the plan first names them.
#[must_use]
pub fn groups<'a>(plan: &'a Plan, contents: &Contents<'_>) -> Vec<Group<'a>> {
    let mut places = BTreeMap::new();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for (position, (run, state)) in plan.runs.iter().zip(&contents.runs).enumerate() {
        let at = *places.entry((run.variant, run.outcome as u8)).or_insert_with(|| {
            let variant = plan.variant(run);
            groups.push(Group {
                outcome: run.outcome.name(),
                variant: &variant.name,
                as_of: variant.as_of,
                days: usize::MAX,
                runs: Vec::new(),
            });
            groups.len() - 1
        });
        if let State::Done(copy) = state {
            groups[at].runs.push((pair_key(run), position));
            if let Some(series) = &copy.done.layout.series {
                groups[at].days = groups[at].days.min(series.days as usize);
            }
        }
    }
    for group in &mut groups {
        group.runs.sort_unstable();
        if group.days == usize::MAX {
            group.days = 0;
        }
    }
    groups
}

/// The headline numbers of a group, in the order of its runs.
fn headlines<'a>(group: &Group<'_>, contents: &Contents<'a>) -> Vec<&'a Headline> {
    let of = |&(_, position): &(_, usize)| match contents.runs[position] {
        State::Done(copy) => Some(&copy.done.headline),
        _ => None,
    };
    group.runs.iter().filter_map(of).collect()
}

/// The headline numbers of a group with the draw that each belongs to: the replicate, whose luck all points share; or the point,
/// whose parameters all its replicates share.
fn by_draw<'a>(
    by: Draw,
    group: &Group<'_>,
    headlines: &[&'a Headline],
) -> Vec<(u32, &'a Headline)> {
    let draw = |&((point, replicate), _): &(PairKey, usize)| match by {
        Draw::Replicate => replicate,
        Draw::Point => point,
    };
    group.runs.iter().map(draw).zip(headlines.iter().copied()).collect()
}

/// The summary and the precision of each group.
#[must_use]
pub fn summaries(
    plan: &Plan,
    groups: &[Group<'_>],
    contents: &Contents<'_>,
    borders: &[String],
) -> (Vec<Summary>, Vec<Precision>) {
    let mut precisions = Vec::new();
    let mut summaries = Vec::with_capacity(groups.len());
    for group in groups {
        let headlines = headlines(group, contents);
        let summary = Summary::of(group.outcome, group.variant, borders, &headlines);
        let by = if plan.points_share_luck { Draw::Replicate } else { Draw::Point };
        precisions.append(&mut precision::of_summary(
            &summary,
            borders,
            by,
            &by_draw(by, group, &headlines),
        ));
        summaries.push(summary);
    }
    (summaries, precisions)
}

/// The series of the runs of a plan, by position.
struct Series<'a> {
    store: &'a Store,
    contents: &'a Contents<'a>,
}

impl SeriesSource for Series<'_> {
    type Error = ReadError;

    fn border(&self, run: usize, border: usize) -> Result<Vec<f32>, ReadError> {
        match self.contents.runs[run] {
            State::Done(copy) => Ok(self.store.border(copy, border)?),
            _ => Ok(Vec::new()),
        }
    }
}

/// Bands, contrasts, summary and precision of the runs that succeeded.
fn write_ensemble(
    plan: &Plan,
    borders: &[String],
    store: &Store,
    contents: &Contents<'_>,
    folder: &mut Folder,
    options: &MergeOptions<'_>,
    merged: &mut Merged,
) -> Result<(), ReadError> {
    let groups = groups(plan, contents);
    let series = Series { store, contents };
    if options.tables.contains(Table::PressureBands) {
        for group in &groups {
            for chunk in options.pool.install(|| bands(group, borders, &series))? {
                folder.append(Table::PressureBands.file(), &chunk)?;
            }
        }
    }
    if options.tables.contains(Table::Contrasts) {
        for (a, b) in comparisons(&groups, plan.contrast_against.name(), &plan.contrast_variant) {
            for chunk in
                options.pool.install(|| contrasts(&groups[a], &groups[b], borders, &series))?
            {
                folder.append(Table::Contrasts.file(), &chunk)?;
            }
        }
    }
    (merged.summaries, merged.precisions) = summaries(plan, &groups, contents, borders);
    if options.tables.contains(Table::Summary) {
        for summary in &merged.summaries {
            folder.append(Table::Summary.file(), &summary.rows())?;
        }
    }
    if options.tables.contains(Table::Precision) {
        for precision in &merged.precisions {
            folder.append(Table::Precision.file(), &precision.row(options.precision))?;
        }
    }
    Ok(())
}

/// The row of `runs.csv`.
fn run_row(
    plan: &Plan,
    run: &PlannedRun,
    state: State<'_>,
    borders: &[String],
    repeat: &dyn Fn(&PlannedRun) -> String,
) -> Vec<u8> {
    let variant = plan.variant(run);
    let mut row = RowWriter::new(Table::Runs);
    row.push_text(&run.id.to_string());
    row.push_count(run.index as u64);
    row.push_text(run.outcome.name());
    row.push_text(if variant.name.is_empty() { BASE_VARIANT } else { &variant.name });
    row.push_count(u64::from(run.point));
    row.push_count(u64::from(run.replicate));
    row.push_count(run.seed);
    row.push_text(&plan.parameters(run));

    // What came of it: columns that do not apply are empty.
    match state {
        State::Done(Copied { done: Done { headline, group_days, hops, .. }, .. }) => {
            row.push_text("done");
            row.push_text(&headline.realised_outcome);
            row.push_count(headline.displaced_inside);
            row.push_count(headline.displaced_abroad);
            row.push_num(headline.attention_diverted);
            let south = borders.iter().position(|b| b == RUSSIA_SOUTH);
            match south.and_then(|b| headline.peak.get(b)) {
                Some(&(index, day)) => {
                    row.push_num(index);
                    row.push_date(Day(day).date(variant.as_of));
                }
                None => (0..2).for_each(|_| row.push_missing()),
            }
            row.push_count(*group_days);
            row.push_count(*hops);
            (0..2).for_each(|_| row.push_missing());
        }
        State::Failed(cause) => {
            row.push_text("failed");
            (0..8).for_each(|_| row.push_missing());
            row.push_text(cause);
            row.push_text(&repeat(run));
        }
        State::Missing => {
            row.push_text("missing");
            (0..10).for_each(|_| row.push_missing());
        }
    }
    row.end_row();
    row.into_bytes()
}
