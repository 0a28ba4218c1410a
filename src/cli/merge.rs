//! `spillover merge`: the tables of a study whose runs were done by several processes.

use super::ending::show_results;
use super::problem::Problem;
use super::progress::Progress;
use super::run::exit_code;
use super::store::{StudyArgs, Voice, about, begin_folder, ends, open, own_store, provenance};
use super::threads;
use crate::output::folder::Existing;
use crate::output::manifest::now;
use crate::recorders::table::TableSet;
use crate::study::conduct::{Options, StudyError, WorkDone, agree, merge_into};
use crate::study::execute;
use crate::study::merge::MergeOptions;
use crate::study::plan::PlannedRun;
use crate::study::standing::{self, Standing, standing};

/// Arguments of `spillover merge`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    study: StudyArgs,
    /// Tables to write [default: those that the processes were asked for]
    #[arg(long, value_name = "TABLES", value_parser = TableSet::parse)]
    tables: Option<TableSet>,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Make the tables of a complete study anew; the store stays
    #[arg(long)]
    overwrite: bool,
    /// Remove the store when the tables are complete and every run succeeded; the study can then not be extended
    #[arg(long)]
    drop_parts: bool,
    #[command(flatten)]
    voice: Voice,
}

/// Merges the store of a study. Exit code 3 when runs are missing, 4 when the store disagrees with itself; the folder then
/// stays as it is.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let args = &arguments.study;
    let study = args.load()?;
    let plan = &study.plan;
    let path = args.folder(plan);
    own_store(&path)?;
    let threads = threads(arguments.threads);
    let pool = execute::pool(threads).map_err(Problem::new)?;

    // The store must have all that is asked for before anything is touched.
    let next = format!(
        "which: {}\n  do them: {}",
        args.command("missing", plan),
        args.command("run", plan)
    );
    let extended = standing(&path, plan).map_err(Problem::new)? == Standing::Extended;
    let beyond = arguments.overwrite || extended;
    let tables = {
        let (store, mut tables) = open(&path, plan, arguments.tables)?;
        if extended && !arguments.overwrite {
            tables = tables.union(standing::tables(&path)); // none is left out unasked
        }
        let contents = store.contents(plan, tables);
        if let Err(error) = agree(plan, &contents) {
            return ends(error, "");
        }
        let (_, _, missing) = contents.count();
        if missing > 0 {
            let error =
                StudyError::Incomplete { missing, planned: plan.runs.len(), damaged: Vec::new() };
            return ends(error, &next);
        }
        tables
    };

    // Then the tables are made in place of what stands there.
    let existing = Existing::GoOn { study: &plan.name, beyond };
    let mut folder =
        begin_folder(&path, plan, tables, &existing, &about(plan)).map_err(Problem::new)?;
    let repeat = |run: &PlannedRun| args.repeat(plan, run);
    let options = Options {
        merge: MergeOptions { tables, ..MergeOptions::new(&pool, &repeat) },
        provenance: provenance(&study, threads, 1),
        drop_parts: arguments.drop_parts,
        ..Options::new(&pool, &repeat)
    };

    let mut progress = Progress::new(plan, arguments.voice);
    let done = WorkDone { started: now(), ..WorkDone::default() };
    let result = merge_into(plan, &study.borders, &mut folder, &options, &done, |event| {
        progress.tell(event);
    });
    progress.end();
    match result {
        Ok(conducted) => {
            show_results(&conducted, &study.borders, arguments.voice);
            Ok(exit_code(conducted.failures.is_empty()))
        }
        Err(error) => {
            folder.fail(&error.to_string());
            ends(error, &next)
        }
    }
}
