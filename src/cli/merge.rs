//! `spillover merge`: the tables of a study whose runs were done by several processes.

use super::ending::tell_of;
use super::problem::Problem;
use super::progress::Progress;
use super::store::{Ask, Standing, ends, open, own_store, provenance, standing, standing_tables};
use super::{EXIT_DONE, EXIT_RUNS_FAILED};
use crate::output::folder::{Existing, Folder};
use crate::study::conduct::{
    Did, OnFailure, Options, StudyError, agree, border_names, file_names, merge_into,
};
use crate::study::merge::Wishes;
use crate::study::store::FOLDER;
use crate::study::{execute, precision};
use crate::tables::TableSet;

/// Arguments of `spillover merge`.
#[derive(clap::Args)]
#[allow(clippy::struct_excessive_bools)] // each is a switch of the command line
pub struct Arguments {
    #[command(flatten)]
    ask: Ask,
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
    /// Say nothing but errors
    #[arg(long, short)]
    quiet: bool,
    /// Events as JSON lines on stdout instead of the table
    #[arg(long)]
    json: bool,
}

/// Merges the store of a study. Exit code 3 when runs are missing, 4 when the store disagrees with itself; the folder then
/// stays as it is.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let ask = &arguments.ask;
    let study = ask.load()?;
    let plan = &study.plan;
    let path = ask.folder(plan);
    own_store(&path)?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = arguments.threads.map_or(cores, usize::from);
    let pool = execute::pool(threads).map_err(Problem::new)?;
    let next =
        format!("which: {}\n  do them: {}", ask.command("missing", plan), ask.command("run", plan));
    let extended = standing(&path, plan)? == Standing::Extended;
    let beyond = arguments.overwrite || extended;
    let tables = {
        let (store, mut tables) = open(&path, plan, arguments.tables)?;
        if extended && !arguments.overwrite {
            tables = tables.union(standing_tables(&path)); // none is left out unasked
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
    let about = format!(
        "study: {}\ncommand: {}",
        plan.name,
        std::env::args().collect::<Vec<_>>().join(" ")
    );
    let existing = Existing::GoOn { study: &plan.name, beyond };
    let token = super::run::token();
    let mut folder = Folder::begin_beside(
        &path,
        &file_names(tables, &study.plan),
        &existing,
        &about,
        &[FOLDER],
        &token,
    )
    .map_err(Problem::new)?;
    let borders = border_names(study.map.segments.iter().map(|s| s.name.as_str()));
    let options = Options {
        wishes: Wishes {
            pool: &pool,
            tables,
            precision: precision::WANTED,
            repeat: &|run| ask.repeat(plan, run),
        },
        provenance: provenance(&study, threads, 1),
        shard: None,
        on_failure: OnFailure::Continue,
        retry_failed: false,
        drop_parts: arguments.drop_parts,
        room: None,
    };
    let mut progress = Progress::new(plan, arguments.quiet, arguments.json);
    let did = Did { started: super::run::utc(), ..Did::default() };
    let result =
        merge_into(plan, &borders, &mut folder, &options, &did, |event| progress.tell(event));
    progress.end();
    match result {
        Ok(conducted) => {
            tell_of(&conducted, &borders, arguments.quiet, arguments.json);
            Ok(if conducted.failures.is_empty() { EXIT_DONE } else { EXIT_RUNS_FAILED })
        }
        Err(error) => {
            folder.fail(&error.to_string());
            ends(error, &next)
        }
    }
}
