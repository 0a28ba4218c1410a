//! A study from its plan to its folder.

use std::path::PathBuf;
use std::time::Instant;

use super::RESULTS_VERSION;
use super::bands::{Group, bands, comparisons, contrasts};
use super::execute::{Failure, execute};
use super::plan::{Plan, PlannedRun};
use super::summary::Summary;
use crate::design::points::FILE as DESIGN;
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

    let mut package = datapackage(&plan.name, &plan.title, RESULTS_VERSION, options.tables.iter());
    if let Some(design) = &plan.design {
        folder.append(DESIGN, &design.csv())?;
        if let Some(resources) = package["resources"].as_array_mut() {
            resources.push(design.resource());
        }
    }
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
            group.runs.push(((planned.point, planned.replicate), series));
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
    row.push_count(u64::from(run.point));
    row.push_count(u64::from(run.replicate));
    row.push_count(run.seed);
    row.push_text(&plan.parameters(run));
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config;
    use crate::study::execute;

    const DAYS: usize = 3;

    fn plan() -> Plan {
        let sets = [
            r#"study.outcomes=["continuity", "fragmentation"]"#.to_owned(),
            "study.replicates=3".into(),
            format!("run.days={DAYS}"),
        ];
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/quick.toml");
        let resolved = config::load(&path, &sets).unwrap_or_else(|e| panic!("{}", e.render(false)));
        Plan::new(&resolved.scenario, &resolved.variants, "m").unwrap()
    }

    fn output(run: &PlannedRun, borders: usize) -> RunOutput {
        let level = f32::from(run.outcome as u8) * 10.0 + run.replicate as f32;
        RunOutput {
            tables: vec![format!("{level}\n").into_bytes(); Table::RECORDED.len()],
            series: Series {
                measures: MEASURES.len(),
                segments: borders,
                days: DAYS,
                values: vec![level; MEASURES.len() * borders * DAYS],
            },
            headline: Headline {
                displaced_inside: 5,
                displaced_abroad: 1,
                attention_diverted: 0.5,
                peak: vec![(f64::from(level), 2); borders],
                realised_outcome: "continuity".into(),
            },
            group_days: 10,
            hops: 20,
        }
    }

    fn study(folder: &Path, run: impl Fn(&PlannedRun) -> RunOutput + Sync) -> Result<Conducted, OutputError> {
        let plan = plan();
        let borders = border_names(["RUS-GEO"].into_iter());
        let pool = execute::pool(2).unwrap();
        let options = Options {
            pool: &pool,
            tables: TableSet::ALL,
            provenance: Provenance::default(),
            repeat: &|run| format!("again {}", run.index),
        };
        let mut folder = Folder::begin(folder, &file_names(TableSet::ALL, &plan), false, "x")?;
        conduct(&plan, &borders, &mut folder, &options, run, |_| {})
    }

    fn lines(folder: &Path, table: Table) -> Vec<String> {
        std::fs::read_to_string(folder.join(table.file())).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_failed_run_is_a_row_with_cause_and_command_and_the_study_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let conducted = study(dir.path(), |run| {
            assert!(run.index != 1, "a group of people is \"lost\"");
            output(run, if run.index == 5 { 9 } else { 2 })
        })
        .unwrap();
        assert_eq!((conducted.account.runs_done, conducted.account.runs_failed), (4, 2));
        assert_eq!(conducted.failures[0].1, "again 1");
        let runs = lines(dir.path(), Table::Runs);
        assert_eq!(runs.len(), 7);
        assert!(
            runs[1].contains(",continuity,base,0,0,") && runs[1].contains(",done,continuity,5,1,0.5,0,"),
            "{}",
            runs[1]
        );
        assert!(runs[2].contains(",failed,,,,,,,,,\"a group of people is \"\"lost\"\""), "{}", runs[2]);
        assert!(runs[2].ends_with(",again 1"));
        assert!(
            runs[6].contains("series of [15, 9, 3] (measures, borders, days) instead of [15, 2, 3]"),
            "{}",
            runs[6]
        );
        // Rows of the runs that succeeded, in the order of the plan: replicates 0 and 2, then 0 and 1.
        assert_eq!(lines(dir.path(), Table::Pressure)[1..], ["0", "2", "20", "21"]);
        let bands = lines(dir.path(), Table::PressureBands);
        assert!(bands[1].contains("RUS-GEO,index,2,1,0.1,0.5,1,1.5,1.9,0,0,0"), "{}", bands[1]);
        // Only replicate 0 succeeded under both outcomes.
        let contrasts = lines(dir.path(), Table::Contrasts);
        assert!(contrasts[1].starts_with("fragmentation,base,continuity,base,"), "{}", contrasts[1]);
        assert!(contrasts[1].contains("RUS-GEO,index,1,20,20,20,20,20,20,1"), "{}", contrasts[1]);
    }

    #[test]
    fn a_full_disk_ends_the_study_and_leaves_the_cause_in_the_mark() {
        let dir = tempfile::tempdir().unwrap();
        let plan = plan();
        let borders = border_names(["RUS-GEO"].into_iter());
        let pool = execute::pool(1).unwrap();
        let options = Options {
            pool: &pool,
            tables: TableSet::ALL,
            provenance: Provenance::default(),
            repeat: &|_| String::new(),
        };
        for room in [0, 100, 3_000, 9_000] {
            let path = dir.path().join(room.to_string());
            let mut folder = Folder::begin(&path, &file_names(TableSet::ALL, &plan), false, "x").unwrap();
            folder.limit_room(room);
            let error = conduct(&plan, &borders, &mut folder, &options, |run| output(run, 2), |_| {}).unwrap_err();
            assert!(error.to_string().contains("cannot write"), "{error}");
            let mark = std::fs::read_to_string(path.join(crate::output::folder::MARK)).unwrap();
            assert!(mark.contains("cause: cannot write"), "{mark}");
        }
    }

    #[test]
    fn a_study_in_which_every_run_fails_is_still_complete() {
        let dir = tempfile::tempdir().unwrap();
        let conducted = study(dir.path(), |_| panic!("no luck")).unwrap();
        assert_eq!((conducted.account.runs_failed, conducted.failures.len()), (6, 6));
        assert_eq!(lines(dir.path(), Table::PressureBands).len(), 1);
        assert!(conducted.summaries.iter().all(|s| s.runs == 0));
    }
}
