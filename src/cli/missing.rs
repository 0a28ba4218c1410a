//! `spillover missing`: the runs that nobody has done, or the shards that have them.

use std::collections::BTreeSet;

use super::problem::Problem;
use super::store::{StudyArgs, ends, open};
use super::{EXIT_DONE, EXIT_INCOMPLETE, print};
use crate::recorders::table::TableSet;
use crate::study::conduct::agree;
use crate::study::plan::PlannedRun;
use crate::study::store::State;

/// Arguments of `spillover missing`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    study: StudyArgs,
    /// Print the numbers of the shards, out of so many, that have missing runs, such as 2,3,7
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    shards: Option<u32>,
    /// Tables that a finished run must have [default: those that the processes were asked for]
    #[arg(long, value_name = "TABLES", value_parser = TableSet::parse)]
    tables: Option<TableSet>,
}

/// Prints what is missing. Exit code 3 when something is.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let study = arguments.study.load()?;
    let plan = &study.plan;
    let (store, tables) = open(&arguments.study.folder(plan), plan, arguments.tables)?;
    let contents = store.contents(plan, tables);
    if let Err(error) = agree(plan, &contents) {
        return ends(error, "");
    }
    let is_missing =
        |(run, state): (&PlannedRun, &State<'_>)| matches!(state, State::Missing).then_some(*run);
    let missing: Vec<PlannedRun> =
        plan.runs.iter().zip(&contents.runs).filter_map(is_missing).collect();
    if let Some(of) = arguments.shards {
        let shards: BTreeSet<usize> = missing.iter().map(|run| run.index % of as usize).collect();
        if !shards.is_empty() {
            print(&shards.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        }
    } else {
        let row = |run: &PlannedRun| {
            let variant = &plan.variant(run).name;
            let outcome = run.outcome.name();
            format!(
                "{},{},{outcome},{variant},{},{}\n",
                run.index, run.id, run.point, run.replicate
            )
        };
        print(&format!(
            "run,run_id,outcome,variant,point,replicate\n{}",
            missing.iter().map(row).collect::<String>()
        ));
    }
    Ok(if missing.is_empty() { EXIT_DONE } else { EXIT_INCOMPLETE })
}
