//! What stands in the folder of a study from earlier: which runs its tables hold, and what they are to a plan.

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;

use super::plan::Plan;
use super::run_id::{NoRunId, RunId};
use super::store::Store;
use crate::output::OutputError;
use crate::output::folder::MARK;
use crate::output::folder::mark::Mark;
use crate::tables::{Table, TableSet};

/// What a folder's complete tables are to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There are none.
    None,
    /// They hold just the runs of the plan, and so does the store.
    Same,
    /// The plan asks for these and more, and the store has them all: nothing is lost when the tables are made anew.
    Extended,
    /// They are to be left alone; why the plan does not extend them.
    Other(String),
}

/// How the complete tables of a folder stand to a plan. The ids of runs tell.
///
/// # Errors
/// When the store cannot be read.
pub fn standing(folder: &Path, plan: &Plan) -> Result<Standing, OutputError> {
    if folder.join(MARK).exists() {
        return Ok(Standing::None);
    }
    let listed = match listed_runs(folder) {
        None => return Ok(Standing::None),
        Some(Err(no_id)) => return Ok(Standing::Other(no_id.to_string())),
        Some(Ok(listed)) => listed,
    };
    let planned: BTreeSet<RunId> = plan.runs.iter().map(|run| run.id).collect();
    let strange = listed.iter().filter(|id| !planned.contains(id)).count();
    if strange > 0 {
        let why = format!("{strange} of its {} runs are not in what is asked for", listed.len());
        return Ok(Standing::Other(why));
    }
    let store = Store::open(folder)?;
    let lost = listed.iter().filter(|id| !store.knows(**id)).count();
    Ok(match lost {
        0 if listed.len() == planned.len() => Standing::Same,
        0 => Standing::Extended,
        _ => Standing::Other(format!(
            "the store does not have {lost} of its {} runs, which would be done again",
            listed.len()
        )),
    })
}

/// Whether a folder is complete and its tables hold just the runs of this plan. The ids tell: they stand for all that the
/// figures depend on.
#[must_use]
pub fn has_runs(folder: &Path, plan: &Plan) -> bool {
    let same = |listed: Vec<RunId>| listed.into_iter().eq(plan.runs.iter().map(|run| run.id));
    !folder.join(MARK).exists() && listed_runs(folder).is_some_and(|ids| ids.is_ok_and(same))
}

/// Whether the tables of a folder have failed runs.
#[must_use]
pub fn has_failed(folder: &Path) -> bool {
    column::<String>(folder, "status")
        .is_some_and(|all| all.iter().any(|status| status.as_deref() == Ok("failed")))
}

/// How many replicates the tables of a folder have.
#[must_use]
pub fn replicates(folder: &Path) -> Option<u32> {
    column::<u32>(folder, "replicate")?.into_iter().flatten().max()?.checked_add(1)
}

/// The ids in the `runs.csv` of a folder, in its order; nothing when there is none.
fn listed_runs(folder: &Path) -> Option<Result<Vec<RunId>, NoRunId>> {
    Some(column(folder, "run_id")?.into_iter().collect())
}

/// A column of the `runs.csv` of a folder.
fn column<T: FromStr>(folder: &Path, name: &str) -> Option<Vec<Result<T, T::Err>>> {
    let mut runs = csv::Reader::from_path(folder.join(Table::Runs.file())).ok()?;
    let at = runs.headers().ok()?.iter().position(|column| column == name)?;
    runs.records().map(|row| Some(row.ok()?.get(at)?.parse())).collect()
}

/// The tables that stand in a folder.
#[must_use]
pub fn tables(folder: &Path) -> TableSet {
    let there = Table::ALL.into_iter().filter(|table| folder.join(table.file()).is_file());
    there.fold(TableSet::runs_only(), TableSet::with)
}

/// The word of a mark before the tables that a complete study had before it was extended.
const TABLES: &str = "tables";

/// The line of a mark that says so.
#[must_use]
pub fn tables_line(tables: TableSet) -> String {
    format!("{TABLES}: {}", tables.iter().map(Table::name).collect::<Vec<_>>().join(","))
}

/// The tables that a study had whose extension was interrupted: its mark tells. Where it was killed after the mark was made
/// and before a word stood in it, no table has been taken away yet.
#[must_use]
pub fn marked_tables(folder: &Path) -> Option<TableSet> {
    let mark = Mark::read(folder).ok()??;
    match mark.value(TABLES) {
        Some(names) => TableSet::parse(names).ok(),
        None if mark.is_empty() && folder.join(Table::Runs.file()).is_file() => {
            Some(tables(folder))
        }
        None => None,
    }
}
