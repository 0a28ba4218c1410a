//! What the commands share that work on the store of a study: `run`, `status`, `missing`, `merge`.

use std::path::{Path, PathBuf};

use super::problem::Problem;
use super::{EXIT_DISAGREE, EXIT_INCOMPLETE, EXIT_RUNS_FAILED, study, talk};
use crate::output::manifest::{ConfigFile, Provenance};
use crate::recorders::table::TableSet;
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
