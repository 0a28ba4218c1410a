//! `spillover run`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::problem::Problem;
use super::progress::{Progress, duration};
use super::{EXIT_DONE, EXIT_RUNS_FAILED, print, results, study, talk};
use crate::output::folder::Folder;
use crate::output::manifest::{ConfigFile, Provenance};
use crate::recorders::table::{MEASURES, RUSSIA_SOUTH, Table, TableSet, outcome_name};
use crate::simulation::{self, RunSpec};
use crate::study::conduct::{Conducted, Options, border_names, conduct, file_names};
use crate::study::execute;
use crate::study::plan::{Plan, PlannedRun, Selection};
use crate::study::quantiles::Spread;

/// Arguments of `spillover run`.
#[derive(Clone, clap::Args)]
pub struct Arguments {
    /// The study file
    #[arg(value_name = "STUDY.toml")]
    pub(super) study: PathBuf,
    /// Folder of the results [default: output/<study>]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Replicates of each outcome and variant, instead of study.replicates
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) replicates: Option<u32>,
    /// Runs done at the same time [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Threads inside one run, for a single large world; results stay the same
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads_in_run: u16,
    /// A value laid over the study file; may be given often
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(super) sets: Vec<String>,
    /// Only this outcome of the study; may be given often
    #[arg(long = "outcome", value_name = "NAME")]
    outcomes: Vec<String>,
    /// Only this variant of the study; may be given often
    #[arg(long = "variant", value_name = "NAME")]
    variants: Vec<String>,
    /// Only this replicate, counted from 0; may be given often
    #[arg(long = "replicate", value_name = "NUMBER")]
    replicate: Vec<u32>,
    /// Only this point of the design, counted from 0; may be given often
    #[arg(long = "point", value_name = "NUMBER")]
    points: Vec<u32>,
    /// Tables to write: all, summary (runs, measures, bands, contrasts, summary), or names such as pressure,events [default: all]
    #[arg(long, value_name = "TABLES", value_parser = TableSet::parse)]
    pub(super) tables: Option<TableSet>,
    /// Replace the study in the folder; removes only files that a study wrote
    #[arg(long)]
    pub(super) overwrite: bool,
    /// Say nothing but errors
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// Events as JSON lines on stdout instead of the table
    #[arg(long)]
    pub(super) json: bool,
}

/// Memory for the bands from which on people are told, bytes.
const MUCH_MEMORY: u64 = 1_000_000_000;

/// Memory that the series of all runs take, bytes.
fn series_bytes(plan: &Plan, borders: usize) -> u64 {
    let days = plan.runs.iter().map(|run| u64::from(plan.variant(run).scenario.run.days)).sum::<u64>();
    4 * (MEASURES.len() * borders) as u64 * days
}

/// Runs a study.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let mut sets = arguments.sets.clone();
    sets.extend(arguments.replicates.map(|n| format!("study.replicates={n}")));
    let mut study = study::load(&arguments.study, &sets)?;
    let selection = selection(arguments);
    let tables = arguments.tables.unwrap_or(TableSet::ALL);
    let extent = study::extent(&study);
    let whole = study.plan.runs.len();
    study.plan.select(&selection).map_err(Problem::new)?;
    let plan = &study.plan;

    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = arguments.threads.map_or(cores, usize::from);
    let pool = execute::pool(threads).map_err(Problem::new)?;
    let path = arguments.out.clone().unwrap_or_else(|| Path::new("output").join(&plan.name));
    let about = format!("study: {}\ncommand: {}", plan.name, std::env::args().collect::<Vec<_>>().join(" "));
    let names = file_names(tables, plan);
    let mut folder = Folder::begin(&path, &names, arguments.overwrite, &about).map_err(Problem::new)?;

    let talks = !arguments.quiet && !arguments.json;
    if talks {
        let part = if plan.runs.len() < whole { format!("{} of ", plan.runs.len()) } else { String::new() };
        talk(&format!("{}: {part}{extent}, {threads} at a time", plan.title));
    }
    let borders = border_names(study.map.segments.iter().map(|s| s.name.as_str()));
    let kept = series_bytes(plan, borders.len());
    if talks && kept > MUCH_MEMORY {
        talk(&format!("note: the bands keep {:.1} GB in memory; fewer runs or days need less", kept as f64 / 1e9));
    }
    let options = Options {
        pool: &pool,
        tables,
        provenance: provenance(&study, threads, usize::from(arguments.threads_in_run)),
        repeat: &|run| repeat(arguments, &study, run),
    };
    let one = |run: &PlannedRun| {
        let spec = RunSpec {
            outcome: run.outcome,
            variant: run.variant,
            point: run.point,
            replicate: run.replicate,
            seed: run.seed,
            threads_in_run: usize::from(arguments.threads_in_run),
            tables,
        };
        simulation::run(&study.scenario(run), &study.map, spec)
    };
    let mut progress = Progress::new(plan, arguments.quiet, arguments.json);
    let result = conduct(plan, &borders, &mut folder, &options, one, |event| progress.tell(event));
    progress.end();
    let conducted = result.map_err(Problem::new)?;

    if arguments.json {
        print(&done(&conducted, &borders).to_string());
    } else if !arguments.quiet {
        print(&results::tables(&conducted.summaries, &borders));
        talk(&closing(&conducted));
    }
    Ok(if conducted.failures.is_empty() { EXIT_DONE } else { EXIT_RUNS_FAILED })
}

/// Which runs the arguments choose.
pub(super) fn selection(arguments: &Arguments) -> Selection {
    Selection {
        outcomes: arguments.outcomes.clone(),
        variants: arguments.variants.clone(),
        replicates: arguments.replicate.clone(),
        points: arguments.points.clone(),
    }
}

fn provenance(study: &study::Study, threads: usize, threads_in_run: usize) -> Provenance {
    let hash = |path: &PathBuf| match std::fs::read(path) {
        Ok(bytes) => blake3::hash(&bytes).to_hex().to_string(),
        Err(error) => format!("unreadable by now: {error}"),
    };
    let files = &study.resolved.files;
    Provenance {
        command: std::env::args().collect(),
        config_files: files.iter().map(|path| ConfigFile { path: path.clone(), blake3: hash(path) }).collect(),
        config_hash: study.resolved.hash.clone(),
        map: study.map.name.clone(),
        map_hash: study.map.hash.clone(),
        threads,
        threads_in_run,
    }
}

/// The command that repeats one run. `--replicates` is not needed: it changes no run, but must let the replicate in.
fn repeat(arguments: &Arguments, study: &study::Study, run: &PlannedRun) -> String {
    let mut words = vec!["spillover".to_owned(), "run".into(), arguments.study.display().to_string()];
    for set in &arguments.sets {
        words.extend(["--set".into(), set.clone()]);
    }
    if let Some(n) = arguments.replicates {
        words.extend(["--replicates".into(), n.to_string()]);
    }
    words.extend(["--outcome".into(), outcome_name(run.outcome).into()]);
    if study.plan.variants.len() > 1 {
        words.extend(["--variant".into(), study.plan.variant(run).name.clone()]);
    }
    if study.plan.design.is_some() {
        words.extend(["--point".into(), run.point.to_string()]);
    }
    words.extend(["--replicate".into(), run.replicate.to_string()]);
    words.extend(["--out".into(), format!("output/{}-repeat", study.plan.name)]);
    words.iter().map(|w| quoted(w)).collect::<Vec<_>>().join(" ")
}

/// A word as a POSIX shell takes it.
fn quoted(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./=:,+@%".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The last words, with the next command.
fn closing(conducted: &Conducted) -> String {
    let account = &conducted.account;
    let bytes: u64 = conducted.files.iter().map(|f| f.bytes).sum();
    let folder = conducted.folder.display().to_string();
    let rate = account.group_days as f64 / account.runs_seconds.max(1e-3);
    let mut text = format!(
        "wrote {} files, {:.1} MB in {folder}; {} runs in {} ({} group-days/s), bands and files in {}",
        conducted.files.len(),
        bytes as f64 / 1e6,
        account.runs_done + account.runs_failed,
        duration(account.runs_seconds),
        thousands(rate),
        duration(account.wall_seconds - account.runs_seconds),
    );
    if let Some((cause, command)) = conducted.failures.first() {
        let _ = write!(
            text,
            "\n{} runs failed; the first: {cause}\n  repeat it: {command}\n  all of them: runs.csv, status `failed`",
            conducted.failures.len()
        );
    }
    let summary = quoted(&format!("{folder}/{}", Table::Summary.file()));
    let _ = write!(text, "\nnext: grep {RUSSIA_SOUTH} {summary}   (every file and column: docs/output_files.md)");
    text
}

fn thousands(value: f64) -> String {
    if value < 1e4 {
        format!("{value:.0}")
    } else if value < 1e6 {
        format!("{:.0} k", value / 1e3)
    } else {
        format!("{:.2} M", value / 1e6)
    }
}

/// The last event.
fn done(conducted: &Conducted, borders: &[String]) -> serde_json::Value {
    let spread = |s: &Option<Spread>| {
        s.map(|s| json!({ "replicates": s.count, "mean": s.mean, "q05": s.q05, "q25": s.q25, "q50": s.q50, "q75": s.q75, "q95": s.q95 }))
    };
    let summaries: Vec<_> = conducted
        .summaries
        .iter()
        .map(|s| {
            let peaks = borders.iter().zip(&s.peaks).map(|(border, peak)| {
                let (index, day) = (peak.map(|p| p.0), peak.map(|p| p.1));
                json!({ "border": border, "index": spread(&index), "day": spread(&day) })
            });
            json!({
                "outcome": s.outcome,
                "variant": s.variant,
                "peaks": peaks.collect::<Vec<_>>(),
                "displaced_inside_persons": spread(&s.displaced_inside),
                "displaced_abroad_persons": spread(&s.displaced_abroad),
                "attention_diverted": spread(&s.attention_diverted),
            })
        })
        .collect();
    json!({
        "event": "done",
        "folder": conducted.folder,
        "files": conducted.files,
        "account": conducted.account,
        "failures": conducted.failures.iter().map(|(cause, command)| json!({ "cause": cause, "command": command })).collect::<Vec<_>>(),
        "summaries": summaries,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(quoted("study.replicates=3"), "study.replicates=3");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
