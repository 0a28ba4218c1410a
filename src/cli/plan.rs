//! `spillover plan`.

use std::path::PathBuf;

use serde_json::{Value as Json, json};

use super::grid::grid;
use super::problem::Problem;
use super::progress::now;
use super::{EXIT_DONE, print, study, talk, threads};
use crate::recorders::RunOutput;
use crate::recorders::table::TableSet;
use crate::study::execute;
use crate::study::plan::{Plan, PlannedRun};
use crate::text::{BYTES, DURATION, count};

/// Runs shown without `--csv` or `--json`.
const SHOWN: usize = 10;

/// Arguments of `spillover plan`.
#[derive(clap::Args)]
pub struct Arguments {
    /// The study file
    #[arg(value_name = "STUDY.toml")]
    study: PathBuf,
    /// Replicates of each outcome, variant and point, instead of study.replicates
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    replicates: Option<u32>,
    /// A value laid over the study file; may be given often
    #[arg(long = "set", value_name = "KEY=VALUE")]
    sets: Vec<String>,
    /// All runs as CSV on stdout, nothing else
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// All runs as one JSON document on stdout, nothing else
    #[arg(long)]
    json: bool,
    /// Do no run to predict time and disk
    #[arg(long)]
    no_timing: bool,
    /// Tables of which the disk is predicted: all, summary, or names
    #[arg(long, value_name = "TABLES", default_value = "all", value_parser = TableSet::parse)]
    tables: TableSet,
    /// Runs done at the same time, for the prediction [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

/// What one run took.
struct Timing {
    run: usize,
    seconds: f64,
    bytes: u64,
    threads: usize,
}

impl Timing {
    /// Time of so many runs, s.
    fn total_seconds(&self, runs: usize) -> f64 {
        self.seconds * runs.div_ceil(self.threads.max(1)) as f64
    }

    fn total_bytes(&self, runs: usize) -> u64 {
        self.bytes * runs as u64
    }
}

/// Lists the runs of a study.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let mut sets = arguments.sets.clone();
    sets.extend(arguments.replicates.map(|n| format!("study.replicates={n}")));
    let study = study::load(&arguments.study, &sets)?;
    let plan = &study.plan;
    if arguments.csv {
        print(&csv(plan));
        return Ok(EXIT_DONE);
    }
    let timing = if arguments.no_timing { None } else { Some(time_one(arguments, &study)?) };
    if arguments.json {
        print(&json(plan, timing.as_ref()).to_string());
        return Ok(EXIT_DONE);
    }
    talk(&format!("{}: {}", plan.title, study::extent(&study)));
    print(&shown(plan));
    if let Some(timing) = timing {
        talk(&prediction(plan.runs.len(), &timing));
    }
    Ok(EXIT_DONE)
}

/// Does the run in the middle of the plan and looks at the clock.
fn time_one(arguments: &Arguments, study: &study::Study) -> Result<Timing, Problem> {
    let middle = study.plan.runs.len() / 2;
    let Some(run) = study.plan.runs.get(middle) else {
        return Err(Problem::new(
            "the plan has no runs: its points are held to other outcomes than those of the study",
        ));
    };
    let pool = execute::pool(1).map_err(Problem::new)?;
    let begun = now();
    let one = |_| study.simulate(run, arguments.tables, 1);
    let mut bytes = 0;
    let count = |_, result: Result<RunOutput, execute::Failure>| {
        let output = result.map_err(|failure| {
            Problem::new(format_args!("the timed run {middle} failed: {}", failure.cause))
        })?;
        bytes = output.tables.iter().map(|t| t.len() as u64).sum();
        Ok::<(), Problem>(())
    };
    execute::execute(&pool, 1, one, count, || {})?;
    let seconds = begun.elapsed().as_secs_f64();
    Ok(Timing { run: middle, seconds, bytes, threads: threads(arguments.threads) })
}

fn prediction(runs: usize, timing: &Timing) -> String {
    format!(
        "one run takes {} (run {}, timed now): about {} for {runs} runs on {}, and {} of tables by run; bands and contrasts come on top",
        DURATION.of(timing.seconds),
        timing.run,
        DURATION.of(timing.total_seconds(runs)),
        count(timing.threads, "thread"),
        BYTES.of(timing.total_bytes(runs) as f64),
    )
}

const COLUMNS: [&str; 8] =
    ["run", "run_id", "variant", "point", "outcome", "replicate", "seed", "parameters"];

fn fields(plan: &Plan, run: &PlannedRun) -> [String; 8] {
    [
        run.index.to_string(),
        run.id.to_string(),
        plan.variant(run).name.clone(),
        run.point.to_string(),
        run.outcome.name().to_owned(),
        run.replicate.to_string(),
        run.seed.to_string(),
        plan.parameters(run),
    ]
}

fn csv(plan: &Plan) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory does not fail, and every row has the width of the first.
    let _ = writer.write_record(COLUMNS);
    for run in &plan.runs {
        let _ = writer.write_record(fields(plan, run));
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn json(plan: &Plan, timing: Option<&Timing>) -> Json {
    let one = |run: &PlannedRun| {
        json!({
            "run": run.index,
            "run_id": run.id.to_string(),
            "variant": plan.variant(run).name,
            "point": run.point,
            "outcome": run.outcome.name(),
            "replicate": run.replicate,
            "seed": run.seed,
            "parameters": serde_json::from_str::<Json>(&plan.parameters(run)).unwrap_or_default(),
        })
    };
    json!({
        "study": plan.name,
        "title": plan.title,
        "plan_hash": plan.hash,
        "prediction": timing.map(|t| json!({
            "timed_run": t.run,
            "run_seconds": t.seconds,
            "threads": t.threads,
            "seconds": t.total_seconds(plan.runs.len()),
            "bytes": t.total_bytes(plan.runs.len()),
        })),
        "runs": plan.runs.iter().map(one).collect::<Vec<_>>(),
    })
}

/// The first runs and the last, for people.
fn shown(plan: &Plan) -> String {
    let mut table = grid(COLUMNS);
    let runs = plan.runs.len();
    let first = if runs <= SHOWN { runs } else { SHOWN - 1 };
    for run in &plan.runs[..first] {
        table.add_row(fields(plan, run));
    }
    if let (true, Some(last)) = (runs > SHOWN, plan.runs.last()) {
        table.add_row(["..."; 8]);
        table.add_row(fields(plan, last));
    }
    let mut text = table.trim_fmt();
    text.push('\n');
    text.push_str(&count(runs, "run"));
    if runs > SHOWN {
        text.push_str("; all of them: --csv or --json");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prediction_in_words() {
        let timing = Timing { run: 50, seconds: 0.25, bytes: 2_000_000, threads: 2 };
        assert_eq!(
            prediction(101, &timing),
            "one run takes 0.2 s (run 50, timed now): about 13 s for 101 runs on 2 threads, and 202.0 MB of tables by run; bands and contrasts come on top"
        );
    }
}
