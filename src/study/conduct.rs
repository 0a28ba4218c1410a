//! A study from its plan to its folder.

use std::path::PathBuf;
use std::time::Instant;

use super::RESULTS_VERSION;
use super::bands::{Group, bands, comparisons, contrasts};
use super::execute::{Failure, execute};
use super::plan::{Plan, PlannedRun};
use super::summary::Summary;
use crate::output::folder::{DATAPACKAGE, Folder, MANIFEST};
use crate::output::format::{RowWriter, header};
use crate::output::manifest::{Account, Provenance, manifest};
use crate::output::{OutputError, WrittenFile, datapackage::datapackage};
use crate::recorders::table::{BASE_VARIANT, MEASURES, RUSSIA_SOUTH, Table, TableSet, outcome_name};
use crate::recorders::{Headline, RunOutput, Series};
use crate::time::Day;

/// How to go about a study.
pub struct Options<'a> {
    /// Threads over runs.
    pub pool: &'a rayon::ThreadPool,
    /// Tables to write.
    pub tables: TableSet,
    /// What the manifest says of the origin.
    pub provenance: Provenance,
    /// The command that repeats one run, for people.
    pub repeat: &'a dyn Fn(&PlannedRun) -> String,
}

/// What happens while a study goes on.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Time passes.
    Tick,
    /// A run ended; in the order of the plan.
    Run {
        /// Which.
        run: &'a PlannedRun,
        /// Why it failed, if it did.
        failure: Option<&'a str>,
        /// Runs that ended.
        ended: usize,
        /// Days lived by moving groups so far.
        group_days: u64,
    },
    /// The runs are over; bands and contrasts are being made.
    Bands,
}

/// What came of a study.
#[derive(Clone, Debug)]
pub struct Conducted {
    /// The folder.
    pub folder: PathBuf,
    /// What it holds.
    pub files: Vec<WrittenFile>,
    /// Figures about the execution.
    pub account: Account,
    /// Headline numbers by variant and outcome, in the order of the plan.
    pub summaries: Vec<Summary>,
    /// Causes of failed runs with the commands that repeat them.
    pub failures: Vec<(String, String)>,
}

/// The files that a study with these tables writes.
#[must_use]
pub fn file_names(tables: TableSet) -> Vec<&'static str> {
    tables.iter().map(Table::file).chain([DATAPACKAGE, MANIFEST]).collect()
}

/// Borders of the series: the map's segments and Russia's southern border.
#[must_use]
pub fn border_names<'a>(segments: impl Iterator<Item = &'a str>) -> Vec<String> {
    segments.chain([RUSSIA_SOUTH]).map(str::to_owned).collect()
}

/// Does the runs of the plan and writes the folder. On an error the folder keeps its mark, with the cause in it.
///
/// # Errors
/// When the folder cannot be written.
pub fn conduct(
    plan: &Plan,
    borders: &[String],
    folder: &mut Folder,
    options: &Options<'_>,
    run: impl Fn(&PlannedRun) -> RunOutput + Sync,
    mut tell: impl FnMut(Event<'_>),
) -> Result<Conducted, OutputError> {
    let result = conduct_into(plan, borders, folder, options, run, &mut tell);
    if let Err(error) = &result {
        folder.fail(&error.to_string());
    }
    result
}

#[allow(clippy::disallowed_methods)] // the wall clock is for the manifest; no run sees it
fn conduct_into(
    plan: &Plan,
    borders: &[String],
    folder: &mut Folder,
    options: &Options<'_>,
    run: impl Fn(&PlannedRun) -> RunOutput + Sync,
    tell: &mut impl FnMut(Event<'_>),
) -> Result<Conducted, OutputError> {
    let clock = Instant::now();
    let mut account = Account { started: now(), ..Account::default() };
    for table in options.tables.iter() {
        folder.append(table.file(), &header(table))?;
    }
    let mut kept: Vec<Option<(Series, Headline)>> = Vec::with_capacity(plan.runs.len());
    let mut failures = Vec::new();
    // Two closures tell of events while `execute` works, one at a time.
    let telling = std::cell::RefCell::new(tell);
    execute(
        options.pool,
        plan.runs.len(),
        |position| run(&plan.runs[position]),
        |position, result| {
            let planned = &plan.runs[position];
            let days = plan.variant(planned).scenario.run.days as usize;
            let result = result.and_then(|output| sound(output, borders.len(), days));
            folder.append(Table::Runs.file(), &run_row(plan, planned, &result, borders, options.repeat))?;
            match result {
                Ok(output) => {
                    for (table, bytes) in Table::RECORDED.into_iter().zip(&output.tables) {
                        if options.tables.contains(table) {
                            folder.append(table.file(), bytes)?;
                        }
                    }
                    account.runs_done += 1;
                    account.group_days += output.group_days;
                    account.hops += output.hops;
                    account.series_bytes += 4 * output.series.values.len() as u64;
                    kept.push(Some((output.series, output.headline)));
                    let (ended, group_days) = (position + 1, account.group_days);
                    (telling.borrow_mut())(Event::Run { run: planned, failure: None, ended, group_days });
                }
                Err(Failure { cause }) => {
                    account.runs_failed += 1;
                    kept.push(None);
                    let (ended, group_days) = (position + 1, account.group_days);
                    (telling.borrow_mut())(Event::Run { run: planned, failure: Some(&cause), ended, group_days });
                    failures.push((cause, (options.repeat)(planned)));
                }
            }
            Ok::<(), OutputError>(())
        },
        || (telling.borrow_mut())(Event::Tick),
    )?;
    account.runs_seconds = clock.elapsed().as_secs_f64();
    (telling.borrow_mut())(Event::Bands);

    let summaries = write_ensemble(plan, borders, folder, options, &kept)?;

    let package = datapackage(&plan.name, &plan.title, RESULTS_VERSION, options.tables.iter());
    folder.append(DATAPACKAGE, &pretty(&package))?;
    account.wall_seconds = clock.elapsed().as_secs_f64();
    account.ended = now();
    let written = folder.seal()?;
    let manifest = manifest(&plan.name, RESULTS_VERSION, &plan.hash, &options.provenance, &account, written);
    folder.append(MANIFEST, &pretty(&manifest))?;
    let files = folder.finish()?.to_vec();
    Ok(Conducted { folder: folder.path().to_owned(), files, account, summaries, failures })
}

/// Bands, contrasts and summary of the runs that succeeded.
fn write_ensemble(
    plan: &Plan,
    borders: &[String],
    folder: &mut Folder,
    options: &Options<'_>,
    kept: &[Option<(Series, Headline)>],
) -> Result<Vec<Summary>, OutputError> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut headlines: Vec<Vec<&Headline>> = Vec::new();
    for (planned, kept) in plan.runs.iter().zip(kept) {
        let variant = plan.variant(planned);
        let outcome = outcome_name(planned.outcome);
        if groups.last().is_none_or(|g| g.outcome != outcome || g.variant != variant.name) {
            groups.push(Group { outcome, variant: &variant.name, as_of: variant.as_of, runs: Vec::new() });
            headlines.push(Vec::new());
        }
        if let (Some((series, headline)), Some(group), Some(list)) = (kept, groups.last_mut(), headlines.last_mut()) {
            group.runs.push((planned.replicate, series));
            list.push(headline);
        }
    }
    if options.tables.contains(Table::PressureBands) {
        for group in &groups {
            for chunk in options.pool.install(|| bands(group, borders)) {
                folder.append(Table::PressureBands.file(), &chunk)?;
            }
        }
    }
    if options.tables.contains(Table::Contrasts) {
        for (a, b) in comparisons(&groups, outcome_name(plan.contrast_against), &plan.contrast_variant) {
            for chunk in options.pool.install(|| contrasts(&groups[a], &groups[b], borders)) {
                folder.append(Table::Contrasts.file(), &chunk)?;
            }
        }
    }
    let summaries: Vec<Summary> = groups
        .iter()
        .zip(&headlines)
        .map(|(group, list)| Summary::of(group.outcome, group.variant, borders.len(), list))
        .collect();
    if options.tables.contains(Table::Summary) {
        for summary in &summaries {
            folder.append(Table::Summary.file(), &summary.rows(borders))?;
        }
    }
    Ok(summaries)
}

/// Results of the right shape pass; others are a failure of the run, which says what is wrong with them.
fn sound(output: RunOutput, borders: usize, days: usize) -> Result<RunOutput, Failure> {
    let series = &output.series;
    let shape = [series.measures, series.segments, series.days];
    let expected = [MEASURES.len(), borders, days];
    if shape != expected || series.values.len() != expected.iter().product::<usize>() {
        let cause = format!("series of {shape:?} (measures, borders, days) instead of {expected:?}");
        return Err(Failure { cause });
    }
    if output.tables.len() > Table::RECORDED.len() {
        return Err(Failure { cause: format!("{} tables instead of {}", output.tables.len(), Table::RECORDED.len()) });
    }
    Ok(output)
}

/// The row of `runs.csv`.
fn run_row(
    plan: &Plan,
    run: &PlannedRun,
    result: &Result<RunOutput, Failure>,
    borders: &[String],
    repeat: &dyn Fn(&PlannedRun) -> String,
) -> Vec<u8> {
    let variant = plan.variant(run);
    let mut row = RowWriter::new(Table::Runs);
    row.push_text(&run.id.to_string());
    row.push_count(run.index as u64);
    row.push_text(outcome_name(run.outcome));
    row.push_text(if variant.name.is_empty() { BASE_VARIANT } else { &variant.name });
    row.push_count(u64::from(run.replicate));
    row.push_count(run.seed);
    row.push_text(&variant.parameters);
    match result {
        Ok(output) => {
            let headline = &output.headline;
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
            row.push_count(output.group_days);
            row.push_count(output.hops);
            (0..2).for_each(|_| row.push_missing());
        }
        Err(failure) => {
            row.push_text("failed");
            (0..8).for_each(|_| row.push_missing());
            row.push_text(&failure.cause);
            row.push_text(&repeat(run));
        }
    }
    row.end_row();
    row.into_bytes()
}

fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn pretty(value: &serde_json::Value) -> Vec<u8> {
    let mut text = format!("{value:#}").into_bytes();
    text.push(b'\n');
    text
}
