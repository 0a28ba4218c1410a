//! What the commands share that work on the store of a study: `run`, `status`, `missing`, `merge`.

use std::path::{Path, PathBuf};

use super::problem::Problem;
use super::{EXIT_DISAGREE, EXIT_INCOMPLETE, EXIT_RUNS_FAILED, command_line, study, talk};
use crate::output::OutputError;
use crate::output::folder::{Existing, Folder};
use crate::output::manifest::{ConfigFile, Provenance, unique};
use crate::recorders::table::TableSet;
use crate::study::conduct::{StudyError, file_names};
use crate::study::plan::{Plan, PlannedRun};
use crate::study::store::{FOLDER, Store, read};

/// A study and its folder.
#[derive(Clone, clap::Args)]
pub struct StudyArgs {
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

impl StudyArgs {
    /// Reads and checks the study.
    pub fn load(&self) -> Result<study::Study, Problem> {
        let mut sets = self.sets.clone();
        sets.extend(self.replicates.map(|n| format!("study.replicates={n}")));
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
        let out = ["--out".into(), self.folder(plan).display().to_string()];
        self.line(name, out.into_iter())
    }

    /// A command line with the words that name the study.
    fn line(&self, name: &str, more: impl Iterator<Item = String>) -> String {
        let words = ["spillover".to_owned(), name.to_owned()].into_iter().chain(self.words());
        words.chain(more).map(|w| quoted(&w)).collect::<Vec<_>>().join(" ")
    }

    /// The command that repeats one run. `--replicates` changes no run, but must let the replicate in.
    pub fn repeat(&self, plan: &Plan, run: &PlannedRun) -> String {
        let mut words = vec!["--outcome".into(), run.outcome.name().into()];
        if plan.variants.len() > 1 {
            words.extend(["--variant".into(), plan.variant(run).name.clone()]);
        }
        if plan.points() > 1 {
            words.extend(["--point".into(), run.point.to_string()]);
        }
        words.extend(["--replicate".into(), run.replicate.to_string()]);
        words.extend(["--out".into(), format!("output/{}-repeat", plan.name)]);
        self.line("run", words.into_iter())
    }
}

/// How much a command tells.
#[derive(Clone, Copy, clap::Args)]
pub struct Voice {
    /// Say nothing but errors
    #[arg(long, short)]
    pub quiet: bool,
    /// Events as JSON lines on stdout instead of the table
    #[arg(long)]
    pub json: bool,
}

impl Voice {
    /// Whether it tells people how things go.
    pub fn talks(self) -> bool {
        !self.quiet && !self.json
    }
}

/// Begins the tables of a study in its folder, where its store may stand.
pub fn begin_folder(
    path: &Path,
    plan: &Plan,
    tables: TableSet,
    existing: &Existing<'_>,
    about: &str,
) -> Result<Folder, OutputError> {
    let names = file_names(tables, plan);
    Folder::begin_beside(path, &names, existing, about, &[FOLDER], &unique(0))
}

/// What the mark of a study's folder says of this process.
pub fn about(plan: &Plan) -> String {
    format!("study: {}\ncommand: {}", plan.name, command_line())
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
    let resolved = &study.resolved;
    Provenance {
        command: std::env::args().collect(),
        config_files: resolved.files.iter().map(|path| ConfigFile::read(path)).collect(),
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
