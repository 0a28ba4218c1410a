//! A study from its plan to its folder: the missing runs into the store, then the store into the tables.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::ThreadPool;
use serde_json::json;

use super::RESULTS_VERSION;
use super::execute::{Failure, execute_as_they_end};
use super::merge::{MergeOptions, Merged, merge};
use super::plan::{Plan, PlannedRun};
use super::precision::Precision;
use super::store::index::{Entry, Group, Head, columns_digest};
use super::store::part::Packed;
use super::store::read::ReadError;
use super::store::{Contents, LAYOUT, PartWriter, State, Store, frame};
use super::summary::Summary;
use crate::design::points::FILE as DESIGN;
use crate::output::folder::{DATAPACKAGE, Folder, MANIFEST};
use crate::output::manifest::{Account, Provenance, host, manifest, now, pretty, program};
use crate::output::{OutputError, WrittenFile, datapackage::datapackage};
use crate::recorders::RunOutput;
use crate::recorders::table::{MEASURES, RUSSIA_SOUTH, Table, TableSet};

/// A share of the runs: those whose number, divided by `of`, leaves `number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 0.
    pub number: usize,
    /// Of how many.
    pub of: usize,
}

impl Shard {
    /// Reads `2/7`.
    ///
    /// # Errors
    /// When it is not a number from 0 below another.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parsed = text
            .split_once('/')
            .and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
        match parsed {
            Some((number, of)) if number < of => Ok(Self { number, of }),
            Some((number, of)) => Err(format!(
                "shard {number} of {of}: the shards of {of} are 0/{of} to {}/{of}",
                of.saturating_sub(1)
            )),
            None => Err("a shard is a number from 0 and how many there are, such as 2/7".into()),
        }
    }

    /// Whether a run is in it.
    #[must_use]
    pub fn has(self, run: &PlannedRun) -> bool {
        run.index % self.of == self.number
    }
}

/// How to go about a study.
pub struct Options<'a> {
    /// What to make of the runs, and with how many threads.
    pub merge: MergeOptions<'a>,
    /// What the manifest says of the origin.
    pub provenance: Provenance,
    /// Share of the runs; the shares are merged by a command of its own.
    pub shard: Option<Shard>,
    /// Whether no further run begins when one has failed; else the failed run is a row with its cause, and the others go on.
    pub stops_at_failure: bool,
    /// Whether runs that failed before are done again.
    pub retry_failed: bool,
    /// Whether the store goes when the tables are complete and it holds no more than they do: the study can then not be
    /// extended without doing its runs again.
    pub drop_parts: bool,
    /// Bytes that may still be written to the store: fault injection for tests.
    pub room: Option<u64>,
}

impl<'a> Options<'a> {
    /// All runs and all tables, from nowhere in particular; `repeat` gives the command that repeats a run.
    #[must_use]
    pub fn new(pool: &'a ThreadPool, repeat: &'a dyn Fn(&PlannedRun) -> String) -> Self {
        Self {
            merge: MergeOptions::new(pool, repeat),
            provenance: Provenance::default(),
            shard: None,
            stops_at_failure: false,
            retry_failed: false,
            drop_parts: false,
            room: None,
        }
    }
}

/// What happens while a study goes on.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Time passes.
    Tick,
    /// The store was read.
    Found {
        /// Runs that it has.
        ended: usize,
        /// Of how many that are asked of this process.
        of: usize,
        /// Runs of other plans, which stay and are not merged.
        others: usize,
    },
    /// A run ended; in the order in which they end.
    Run {
        /// Which.
        run: &'a PlannedRun,
        /// Why it failed, if it did.
        failure: Option<&'a str>,
        /// Runs that ended, those of the store included.
        ended: usize,
        /// Days lived by moving groups so far, in this process.
        group_days: u64,
    },
    /// Runs that are merged were done by another build of the program: so many of so many.
    OtherBuild(usize, usize),
    /// The runs are over; tables, bands and contrasts are being made.
    Bands,
    /// Bytes of the store are damaged; the run is done again.
    Damaged(&'a str),
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
    /// How well their means are known.
    pub precisions: Vec<Precision>,
    /// Causes of failed runs with the commands that repeat them.
    pub failures: Vec<(String, String)>,
    /// Why the store stays although it was to go.
    pub store_stays: Option<&'static str>,
}

/// What this process did of a study.
#[derive(Clone, Debug, Default)]
pub struct WorkDone {
    /// Start, UTC.
    pub started: String,
    /// Time of the runs by the wall clock, s.
    pub seconds: f64,
    /// Runs that the store had before.
    pub found: usize,
    /// Runs with results.
    pub done: usize,
    /// Days lived by moving groups.
    pub group_days: u64,
    /// Causes of failed runs with the commands that repeat them.
    pub failures: Vec<(String, String)>,
}

impl WorkDone {
    /// What another stretch did on top.
    pub fn add(&mut self, more: Self) {
        self.seconds += more.seconds;
        self.done += more.done;
        self.group_days += more.group_days;
        self.failures.extend(more.failures);
    }
}

/// Why a study did not end well.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// The folder or the store cannot be written or read.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A run failed, and no further run was to begin.
    #[error(
        "a run failed: {cause}\n  repeat it: {command}\n  go on without it: run the same command again; with it: --retry-failed"
    )]
    Stopped {
        /// Why it failed.
        cause: String,
        /// The command that repeats it.
        command: String,
    },
    /// Runs are missing.
    #[error("{missing} of {planned} runs are missing{}", .damaged.first().map_or(String::new(), |d| format!("; {d}")))]
    Incomplete {
        /// How many.
        missing: usize,
        /// Of how many.
        planned: usize,
        /// What was found to be damaged.
        damaged: Vec<String>,
    },
    /// The same run has different bytes in two places.
    #[error("{0}")]
    Disagreement(String),
}

/// The files that a study with these tables and this plan writes.
#[must_use]
pub fn file_names(tables: TableSet, plan: &Plan) -> Vec<&'static str> {
    let design = plan.design.as_ref().map(|_| DESIGN);
    tables.iter().map(Table::file).chain(design).chain([DATAPACKAGE, MANIFEST]).collect()
}

/// Borders of the series: the map's segments and Russia's southern border.
#[must_use]
pub fn border_names<'a>(segments: impl Iterator<Item = &'a str>) -> Vec<String> {
    segments.chain([RUSSIA_SOUTH]).map(str::to_owned).collect()
}

/// Does the missing runs of the plan and merges all. On an error the folder keeps its mark, with the cause in it, and the
/// store keeps every finished run.
///
/// # Errors
/// When the folder or the store cannot be written, a run fails and that is to stop the study, or the store disagrees with
/// itself.
pub fn conduct(
    plan: &Plan,
    borders: &[String],
    folder: &mut Folder,
    options: &Options<'_>,
    run: impl Fn(&PlannedRun) -> RunOutput + Sync,
    mut notify: impl FnMut(Event<'_>),
) -> Result<Conducted, StudyError> {
    let path = folder.path().to_owned();
    let mut work = || -> Result<Conducted, StudyError> {
        let mut done = run_missing(plan, borders, &path, options, &run, &mut notify)?;
        // Bytes that turn out to be damaged while they are merged are noted, and their runs done again.
        for _ in 0..3 {
            match merge_into(plan, borders, folder, options, &done, &mut notify) {
                Err(StudyError::Incomplete { damaged, .. }) if !damaged.is_empty() => {
                    for damage in &damaged {
                        notify(Event::Damaged(damage));
                    }
                    done.add(run_missing(plan, borders, &path, options, &run, &mut notify)?);
                }
                other => return other,
            }
        }
        Err(StudyError::Disagreement(
            "bytes of the store are damaged again and again\n  look at the disk, or give another folder with --out"
                .into(),
        ))
    };
    let conducted = work();
    if let Err(error) = &conducted {
        folder.fail(&error.to_string());
    }
    conducted
}

/// Does the runs of the plan, or of a shard of it, that the store does not have, and puts them there.
///
/// # Errors
/// When the store cannot be written, a run fails and that is to stop the study, or the store disagrees with itself.
#[allow(clippy::disallowed_methods)] // the wall clock is for the manifest; no run sees it
pub fn run_missing(
    plan: &Plan,
    borders: &[String],
    folder: &Path,
    options: &Options<'_>,
    run: impl Fn(&PlannedRun) -> RunOutput + Sync,
    mut notify: impl FnMut(Event<'_>),
) -> Result<WorkDone, StudyError> {
    let clock = Instant::now();
    let (missing, found, others) = missing_runs(plan, folder, options)?;
    notify(Event::Found { ended: found, of: found + missing.len(), others });

    // What a run gives goes to the store as soon as it ends.
    let mut writer = PartWriter::new(folder, head(plan, options));
    if let Some(room) = options.room {
        writer.limit_room(room);
    }
    let mut done = WorkDone { started: now(), found, ..WorkDone::default() };
    // Two closures notify of events while runs are done, one at a time.
    let notify = RefCell::new(notify);
    let tables = options.merge.tables;
    let one = |position: usize| -> Result<Packed, Failure> {
        let planned = missing[position];
        let days = plan.variant(planned).scenario.run.days as usize;
        sound(run(planned), borders.len(), days).and_then(|output| packed(output, tables))
    };
    let write = |position: usize, result: Result<Result<Packed, Failure>, Failure>| {
        let planned = missing[position];
        let (run_id, run) = (planned.id, planned.index);
        let failure = match result.and_then(|packed| packed) {
            Ok(packed) => {
                done.done += 1;
                done.group_days += packed.group_days;
                writer.done(run_id, run, packed)?;
                None
            }
            Err(Failure { cause }) => {
                writer.note(&Entry::Failed { run_id, run, cause: cause.clone() })?;
                done.failures.push((cause.clone(), (options.merge.repeat)(planned)));
                Some(cause)
            }
        };
        notify.borrow_mut()(Event::Run {
            run: planned,
            failure: failure.as_deref(),
            ended: done.found + done.done + done.failures.len(),
            group_days: done.group_days,
        });
        match failure {
            Some(cause) if options.stops_at_failure => {
                writer.sync()?;
                Err(StudyError::Stopped { cause, command: (options.merge.repeat)(planned) })
            }
            _ => Ok(()),
        }
    };

    // All on the threads of the pool; the disk has everything at the end.
    let tick = || notify.borrow_mut()(Event::Tick);
    execute_as_they_end(options.merge.pool, missing.len(), one, write, tick)?;
    writer.sync()?;
    done.seconds = clock.elapsed().as_secs_f64();
    Ok(done)
}

/// The runs of the plan, or of a shard of it, that are to be done; how many of those asked for the store has, and how many of
/// other plans.
fn missing_runs<'p>(
    plan: &'p Plan,
    folder: &Path,
    options: &Options<'_>,
) -> Result<(Vec<&'p PlannedRun>, usize, usize), StudyError> {
    let store = Store::open(folder)?;
    let contents = store.contents(plan, options.merge.tables);
    agree(plan, &contents)?;
    let is_ours = |run: &PlannedRun| options.shard.is_none_or(|shard| shard.has(run));
    let is_missing = |state: &State<'_>| match state {
        State::Done(_) => false,
        State::Failed(_) => options.retry_failed,
        State::Missing => true,
    };
    let asked = plan.runs.iter().zip(&contents.runs).filter(|(run, _)| is_ours(run));
    let (missing, found): (Vec<_>, Vec<_>) = asked.partition(|(_, state)| is_missing(state));
    let others = contents.others.iter().map(|(_, count)| count).sum();
    Ok((missing.into_iter().map(|(run, _)| run).collect(), found.len(), others))
}

/// Merges the store of a folder into its tables, which are complete after that.
///
/// # Errors
/// When runs are missing or damaged, the store disagrees with itself, or the folder cannot be written.
#[allow(clippy::disallowed_methods)] // the wall clock is for the manifest; no run sees it
pub fn merge_into(
    plan: &Plan,
    borders: &[String],
    folder: &mut Folder,
    options: &Options<'_>,
    done: &WorkDone,
    mut notify: impl FnMut(Event<'_>),
) -> Result<Conducted, StudyError> {
    let clock = Instant::now();
    notify(Event::Bands);
    folder.is_mine()?;
    let path = folder.path().to_owned();

    // The tables of the runs; what is found to be damaged is noted and left out, which leaves runs missing.
    let tables = options.merge.tables;
    let mut notes = PartWriter::new(&path, head(plan, options));
    let mut damaged = Vec::new();
    let (merged, parts, spent) = loop {
        let store = Store::open(&path)?;
        let contents = store.contents(plan, tables);
        agree(plan, &contents)?;
        let (_, _, missing) = contents.count();
        if missing > 0 {
            return Err(StudyError::Incomplete { missing, planned: plan.runs.len(), damaged });
        }
        let tick = |_| notify(Event::Tick);
        match merge(plan, borders, &store, &contents, folder, &options.merge, tick) {
            Ok(merged) => {
                let of_others = contents.of_other_builds(&store, &program());
                if of_others > 0 {
                    notify(Event::OtherBuild(of_others, plan.runs.len()));
                }
                let more = holds_more(&contents, tables);
                let parts = used(&store, &merged);
                break (merged, parts, options.drop_parts.then_some((more, store)));
            }
            Err(ReadError::System(error)) => return Err(error.into()),
            Err(ReadError::Damaged { part, offset, damage }) => {
                folder.start_over()?;
                damaged.push(format!(
                    "{}: the run at byte {offset} is damaged: {damage}",
                    store.path(part).display()
                ));
                let part = store.parts()[part].name.clone();
                notes.note(&Entry::Damaged { part, offset })?;
                notes.sync()?;
            }
        }
    };

    // What they mean and where they come from; then the folder is complete.
    let account = Account {
        started: done.started.clone(),
        ended: now(),
        wall_seconds: done.seconds + clock.elapsed().as_secs_f64(),
        runs_seconds: done.seconds,
        runs_done: merged.runs_done,
        runs_failed: merged.failures.len(),
        runs_here: done.done + done.failures.len(),
        group_days: merged.group_days,
        group_days_here: done.group_days,
        hops: merged.hops,
        series_bytes: merged.series_bytes,
        parts,
    };
    let files = describe(plan, folder, options, &account)?;

    // The store goes where that is asked for and nothing is lost by it.
    let store_stays = match spent {
        Some((true, _)) => {
            Some("it holds failed runs, runs of other plans, or tables that were not asked for")
        }
        Some((false, store)) if !store.remove()? => Some("another process is at work in it"),
        _ => None,
    };
    let Merged { summaries, precisions, failures, .. } = merged;
    Ok(Conducted { folder: path, files, account, summaries, precisions, failures, store_stays })
}

/// Puts the points, the description of the tables and the manifest beside the tables, and completes the folder.
fn describe(
    plan: &Plan,
    folder: &mut Folder,
    options: &Options<'_>,
    account: &Account,
) -> Result<Vec<WrittenFile>, OutputError> {
    let tables = options.merge.tables.iter();
    let mut package = datapackage(&plan.name, &plan.title, RESULTS_VERSION, tables);
    if let Some(design) = &plan.design {
        folder.append(DESIGN, &design.csv())?;
        if let Some(resources) = package["resources"].as_array_mut() {
            resources.push(design.resource());
        }
    }
    folder.append(DATAPACKAGE, &pretty(&package))?;
    let written = folder.seal()?;
    let manifest =
        manifest(&plan.name, RESULTS_VERSION, &plan.hash, &options.provenance, account, written);
    folder.append(MANIFEST, &pretty(&manifest))?;
    Ok(folder.finish()?.to_vec())
}

/// Whether the store holds more than the tables do: failed runs that may be tried again, runs of other plans, more tables.
fn holds_more(contents: &Contents<'_>, tables: TableSet) -> bool {
    let (_, failed, _) = contents.count();
    let more = |state: &State<'_>| match state {
        State::Done(copy) => {
            copy.done.layout.tables.iter().any(|blob| !tables.contains(blob.table))
        }
        _ => false,
    };
    failed > 0 || !contents.others.is_empty() || contents.runs.iter().any(more)
}

/// The parts that a merge took runs from, for the manifest.
fn used(store: &Store, merged: &Merged) -> Vec<serde_json::Value> {
    let of = |(&part, &runs): (&usize, &usize)| {
        let part = &store.parts()[part];
        json!({ "name": part.name, "runs": runs, "bytes": part.bytes, "head": part.head })
    };
    merged.parts.iter().map(of).collect()
}

/// An error when the same run has different bytes in two places; it names both.
///
/// # Errors
/// With the first such run and how many there are.
pub fn agree(plan: &Plan, contents: &Contents<'_>) -> Result<(), StudyError> {
    let Some(first) = contents.disagreements.first() else { return Ok(()) };
    let run = &plan.runs[first.position];
    let more: BTreeSet<usize> = contents.disagreements.iter().map(|d| d.position).collect();
    let [a, b] = &first.parts;
    Err(StudyError::Disagreement(format!(
        "run {} ({}, {}, point {}, replicate {}) has different {} in two places ({} runs in all):\n  {}\n  {}\n  the same run gives \
         the same bytes: one of them comes from another program or a faulty machine\n  their indexes say which program and \
         machine wrote them; move the wrong part and its index away, then go on",
        run.id,
        run.outcome.name(),
        plan.variant(run).name,
        run.point,
        run.replicate,
        first.what,
        more.len(),
        a.display(),
        b.display(),
    )))
}

fn head(plan: &Plan, options: &Options<'_>) -> Head {
    let Provenance { command, config_hash, map_hash, threads, .. } = &options.provenance;
    Head {
        store: LAYOUT,
        study: plan.name.clone(),
        plan_hash: plan.hash.clone(),
        results_version: RESULTS_VERSION,
        config_hash: config_hash.clone(),
        map_hash: map_hash.clone(),
        columns: columns_digest(),
        tables: options.merge.tables.iter().map(|table| table.name().to_owned()).collect(),
        shard: options.shard.map(|Shard { number, of }| format!("{number}/{of}")),
        command: command.clone(),
        threads: *threads,
        started: now(),
        program: program(),
        host: host(),
        groups: groups(plan),
    }
}

/// How many runs of each outcome and variant a plan asks for, in its order.
fn groups(plan: &Plan) -> Vec<Group> {
    let same = |a: &PlannedRun, b: &PlannedRun| a.variant == b.variant && a.outcome == b.outcome;
    let group = |runs: &[PlannedRun]| Group {
        outcome: runs[0].outcome.name().to_owned(),
        variant: plan.variant(&runs[0]).name.clone(),
        first: runs[0].index,
        last: runs[runs.len() - 1].index,
        runs: runs.len(),
    };
    plan.runs.chunk_by(same).map(group).collect()
}

/// Results as they go to the store; on the thread of the run.
fn packed(output: RunOutput, tables: TableSet) -> Result<Packed, Failure> {
    let (bytes, layout) = frame::pack(&output, tables).map_err(|cause| Failure { cause })?;
    let RunOutput { headline, group_days, hops, .. } = output;
    Ok(Packed { bytes, layout, headline, group_days, hops })
}

/// Results of the right shape pass; others are a failure of the run, which says what is wrong with them.
fn sound(output: RunOutput, borders: usize, days: usize) -> Result<RunOutput, Failure> {
    let series = &output.series;
    let shape = [series.measures, series.segments, series.days];
    let expected = [MEASURES.len(), borders, days];
    if shape != expected || series.values.len() != expected.iter().product::<usize>() {
        let cause =
            format!("series of {shape:?} (measures, borders, days) instead of {expected:?}");
        return Err(Failure { cause });
    }
    if output.tables.len() > Table::RECORDED.len() {
        return Err(Failure {
            cause: format!("{} tables instead of {}", output.tables.len(), Table::RECORDED.len()),
        });
    }
    let headline = &output.headline;
    if !headline.attention_diverted.is_finite()
        || headline.peak.iter().any(|(index, _)| !index.is_finite())
    {
        return Err(Failure { cause: "a headline number is not finite".into() });
    }
    Ok(output)
}

#[cfg(test)]
mod tests;
