//! What the commands share that work on the store of a study: `run`, `status`, `missing`, `merge`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::problem::Problem;
use super::{EXIT_DISAGREE, EXIT_INCOMPLETE, EXIT_RUNS_FAILED, study, talk};
use crate::output::folder::MARK;
use crate::output::manifest::{ConfigFile, Provenance};
use crate::recorders::table::{Table, TableSet};
use crate::study::conduct::StudyError;
use crate::study::plan::{Plan, PlannedRun};
use crate::study::store::{FOLDER, Store, read};

/// A study and its folder.
#[derive(Clone, clap::Args)]
pub struct Ask {
    /// The study file
    #[arg(value_name = "STUDY.toml")]
    pub study: PathBuf,
    /// Folder of the results [default: output/<study>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replicates of each outcome and variant, instead of study.replicates
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub replicates: Option<u32>,
    /// A value laid over the study file; may be given often
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub sets: Vec<String>,
}

impl Ask {
    /// Reads and checks the study.
    pub fn load(&self) -> Result<study::Study, Problem> {
        self.load_with(self.replicates)
    }

    /// The same with another number of replicates.
    pub fn load_with(&self, replicates: Option<u32>) -> Result<study::Study, Problem> {
        let mut sets = self.sets.clone();
        sets.extend(replicates.map(|n| format!("study.replicates={n}")));
        study::load(&self.study, &sets)
    }

    /// The folder of the results.
    pub fn folder(&self, plan: &Plan) -> PathBuf {
        self.out.clone().unwrap_or_else(|| Path::new("output").join(&plan.name))
    }

    /// The words that name the study again, for a command line.
    pub fn words(&self) -> Vec<String> {
        let mut words = vec![self.study.display().to_string()];
        for set in &self.sets {
            words.extend(["--set".into(), set.clone()]);
        }
        if let Some(n) = self.replicates {
            words.extend(["--replicates".into(), n.to_string()]);
        }
        words
    }

    /// A command on the same study and folder.
    pub fn command(&self, name: &str, plan: &Plan) -> String {
        let mut words = vec!["spillover".to_owned(), name.to_owned()];
        words.extend(self.words());
        words.extend(["--out".into(), self.folder(plan).display().to_string()]);
        words.iter().map(|w| quoted(w)).collect::<Vec<_>>().join(" ")
    }

    /// The command that repeats one run. `--replicates` changes no run, but must let the replicate in.
    pub fn repeat(&self, plan: &Plan, run: &PlannedRun) -> String {
        let mut words = vec!["spillover".to_owned(), "run".into()];
        words.extend(self.words());
        words.extend(["--outcome".into(), run.outcome.name().into()]);
        if plan.variants.len() > 1 {
            words.extend(["--variant".into(), plan.variant(run).name.clone()]);
        }
        if plan.points() > 1 {
            words.extend(["--point".into(), run.point.to_string()]);
        }
        words.extend(["--replicate".into(), run.replicate.to_string()]);
        words.extend(["--out".into(), format!("output/{}-repeat", plan.name)]);
        words.iter().map(|w| quoted(w)).collect::<Vec<_>>().join(" ")
    }
}

/// A folder named like a store that no study wrote is left alone.
pub fn own_store(folder: &Path) -> Result<(), Problem> {
    let store = folder.join(FOLDER);
    if store.exists() && !read::is_store(&store) {
        return Err(Problem::new(format_args!(
            "{} holds files that no study wrote, where this study would keep its runs\n  move them away, or give another folder with --out",
            store.display()
        )));
    }
    Ok(())
}

/// The ids in the `runs.csv` of a folder, in its order; nothing when there is none.
pub fn listed_runs(folder: &Path) -> Option<Vec<String>> {
    column(folder, "run_id")
}

/// A column of the `runs.csv` of a folder.
fn column(folder: &Path, name: &str) -> Option<Vec<String>> {
    let mut runs = csv::Reader::from_path(folder.join(Table::Runs.file())).ok()?;
    let at = runs.headers().ok()?.iter().position(|column| column == name)?;
    runs.records().map(|row| row.ok()?.get(at).map(str::to_owned)).collect()
}

/// Whether a folder is complete and its tables hold just the runs of this plan. The ids tell: they stand for all that the
/// figures depend on.
pub fn has_runs(folder: &Path, plan: &Plan) -> bool {
    let same = |listed: Vec<String>| {
        listed.len() == plan.runs.len()
            && plan.runs.iter().zip(&listed).all(|(run, id)| run.id.to_string() == *id)
    };
    !folder.join(MARK).exists() && listed_runs(folder).is_some_and(same)
}

/// Whether the tables of a folder have failed runs.
pub fn has_failed(folder: &Path) -> bool {
    column(folder, "status")
        .is_some_and(|statuses| statuses.iter().any(|status| status == "failed"))
}

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
pub fn standing(folder: &Path, plan: &Plan) -> Result<Standing, Problem> {
    if folder.join(MARK).exists() {
        return Ok(Standing::None);
    }
    let Some(listed) = listed_runs(folder) else { return Ok(Standing::None) };
    let planned: BTreeSet<String> = plan.runs.iter().map(|run| run.id.to_string()).collect();
    let strange = listed.iter().filter(|id| !planned.contains(*id)).count();
    if strange > 0 {
        return Ok(Standing::Other(format!(
            "{strange} of its {} runs are not in what is asked for",
            listed.len()
        )));
    }
    let store = Store::open(folder).map_err(Problem::new)?;
    let lost = listed
        .iter()
        .filter(|id| !u64::from_str_radix(id, 16).is_ok_and(|id| store.knows(id)))
        .count();
    Ok(match lost {
        0 if listed.len() == planned.len() => Standing::Same,
        0 => Standing::Extended,
        _ => Standing::Other(format!(
            "the store does not have {lost} of its {} runs, which would be done again",
            listed.len()
        )),
    })
}

/// The tables that stand in a folder.
pub fn standing_tables(folder: &Path) -> TableSet {
    let there = Table::ALL.into_iter().filter(|table| folder.join(table.file()).is_file());
    there.fold(TableSet::runs_only(), TableSet::with)
}

/// How the line of a mark begins that says which tables a complete study had before it was extended.
const TABLES: &str = "tables: ";

/// That line.
pub fn tables_line(tables: TableSet) -> String {
    format!("{TABLES}{}", tables.iter().map(Table::name).collect::<Vec<_>>().join(","))
}

/// The tables that a study had whose extension was interrupted: its mark tells.
pub fn marked_tables(folder: &Path) -> Option<TableSet> {
    let mark = std::fs::read(folder.join(MARK)).ok()?;
    let text = String::from_utf8_lossy(&mark);
    text.lines()
        .find_map(|line| line.strip_prefix(TABLES))
        .and_then(|names| TableSet::parse(names).ok())
}

/// How many replicates the tables of a folder have.
pub fn standing_replicates(folder: &Path) -> Option<u32> {
    column(folder, "replicate")?
        .iter()
        .filter_map(|number| number.parse::<u32>().ok())
        .max()?
        .checked_add(1)
}

/// Opens the store of a folder and says which tables its runs have, unless they are given.
pub fn open(
    folder: &Path,
    plan: &Plan,
    tables: Option<TableSet>,
) -> Result<(Store, TableSet), Problem> {
    let store = Store::open(folder).map_err(Problem::new)?;
    let tables = tables.or_else(|| store.tables_of(plan)).unwrap_or(TableSet::ALL);
    Ok((store, tables))
}

/// What the manifest says of the origin.
pub fn provenance(study: &study::Study, threads: usize, threads_in_run: usize) -> Provenance {
    let hash = |path: &PathBuf| match std::fs::read(path) {
        Ok(bytes) => blake3::hash(&bytes).to_hex().to_string(),
        Err(error) => format!("unreadable by now: {error}"),
    };
    let resolved = &study.resolved;
    Provenance {
        command: std::env::args().collect(),
        config_files: resolved
            .files
            .iter()
            .map(|path| ConfigFile { path: path.clone(), blake3: hash(path) })
            .collect(),
        config_hash: resolved.hash.clone(),
        resolved_config: resolved.file.to_json(),
        variant_hashes: resolved
            .variants
            .iter()
            .map(|(name, scenario)| {
                let text = serde_json::to_vec(scenario).unwrap_or_default();
                (name.clone(), blake3::hash(&text).to_hex().to_string())
            })
            .collect(),
        map: study.map.name.clone(),
        map_hash: study.map.hash.clone(),
        threads,
        threads_in_run,
    }
}

/// Tells why a study did not end well; the exit code.
pub fn ends(error: StudyError, next: &str) -> Result<u8, Problem> {
    let code = match error {
        StudyError::Output(error) => return Err(Problem::new(error)),
        StudyError::Stopped { .. } => EXIT_RUNS_FAILED,
        StudyError::Incomplete { .. } => EXIT_INCOMPLETE,
        StudyError::Disagreement(_) => EXIT_DISAGREE,
    };
    let next = if code == EXIT_INCOMPLETE { format!("\n  {next}") } else { String::new() };
    talk(&Problem::new(format_args!("{error}{next}")).to_string());
    Ok(code)
}

/// A word as a POSIX shell takes it.
pub fn quoted(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./=:,+@%".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
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
