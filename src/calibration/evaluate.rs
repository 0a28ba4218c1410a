//! What a set of parameters is tried on.

use std::path::{Path, PathBuf};

use super::implausibility::{Compared, SeriesOutcome};
use crate::study::RESULTS_VERSION;
use crate::validation::case::{self, Runner};
use crate::validation::record::{Role, SeriesRecord};
use crate::validation::{CaseRecord, Settings};

/// Something that gives series for a set of parameters: the cases, or a toy in tests.
pub trait Evaluate: Sync {
    /// Names of the series, `case/series`, in the order of [`Evaluate::run`].
    fn names(&self) -> &[String];

    /// Case of each series, counted from 0.
    fn cases(&self) -> &[usize];

    /// Stands for all that a result depends on besides the set and the seed: when it changes, earlier results are void.
    fn fingerprint(&self) -> String;

    /// Tries a set: config paths with values.
    ///
    /// # Errors
    /// In words, when a case cannot be run with this set.
    fn run(&self, set: &[(String, f64)], seed: u64) -> Result<Vec<SeriesOutcome>, String>;
}

/// The cases of the proving ground.
pub struct Cases {
    runners: Vec<Runner>,
    settings: Settings,
    names: Vec<String>,
    /// Case of each series.
    owners: Vec<usize>,
    fingerprint: String,
}

impl Cases {
    /// The cases in some folders. `settings` says the scenario, what is laid over it, replicates and seed.
    ///
    /// # Errors
    /// As [`Cases::of`], and when a file cannot be read.
    pub fn prepare(folders: &[PathBuf], settings: &Settings) -> Result<Self, Vec<String>> {
        let (mut runners, mut problems) = (Vec::new(), Vec::new());
        let mut hash = program_hash().map_err(|problem| vec![problem])?;
        for folder in folders {
            match case::prepare(folder, settings) {
                Ok(case) => {
                    hash_folder(folder, &mut hash).map_err(|problem| vec![problem])?;
                    // What the case's scenario resolves to, and its map, may lie elsewhere.
                    hash.update(case.fingerprint.as_bytes());
                    runners.push(case.run);
                }
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let fingerprint = hash.finalize().to_hex().to_string();
        Ok(Self { fingerprint, ..Self::of(runners, settings)? })
    }

    /// Runs every case once with the scenario's own values, to know its series and to find what is wrong before hours are
    /// spent.
    ///
    /// # Errors
    /// In sentences: cases that cannot be run, that are for validation, or with a series that nothing can be held against.
    pub fn of(runners: Vec<Runner>, settings: &Settings) -> Result<Self, Vec<String>> {
        let settings = Settings { parameter_sets: Vec::new(), threads: 1, ..settings.clone() };
        let probe = Settings { replicates: 1, ..settings.clone() };
        let (mut names, mut owners, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        for (case, run) in runners.iter().enumerate() {
            match run(&probe) {
                Ok(record) => {
                    problems.extend(unfit(&record));
                    for outcome in outcomes(&record) {
                        if names.contains(&outcome.name) {
                            problems.push(format!(
                                "two series are called {}: give one case another folder name",
                                outcome.name
                            ));
                        }
                        names.push(outcome.name);
                        owners.push(case);
                    }
                }
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() {
            Ok(Self { runners, settings, names, owners, fingerprint: String::new() })
        } else {
            Err(problems)
        }
    }
}

impl Evaluate for Cases {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn cases(&self) -> &[usize] {
        &self.owners
    }

    fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    fn run(&self, set: &[(String, f64)], seed: u64) -> Result<Vec<SeriesOutcome>, String> {
        let settings =
            Settings { parameter_sets: vec![set.to_vec()], seed, ..self.settings.clone() };
        let mut found = Vec::with_capacity(self.names.len());
        for run in &self.runners {
            found.extend(outcomes(&run(&settings).map_err(|problems| problems.join("; "))?));
        }
        Ok(found)
    }
}

/// Why a case cannot be calibrated on.
fn unfit(record: &CaseRecord) -> Vec<String> {
    let mut problems = Vec::new();
    if record.role == Role::Validation {
        problems.push(format!(
            "{} has the role `validation`: parameters are not fitted to it\n  take it out of `cases`, or give it the role `calibration`",
            record.name
        ));
    }
    if record.series.is_empty() {
        problems.push(format!("{} has no observed series", record.name));
    }
    for series in outcomes(record) {
        if series.tolerances().iter().any(|t| !t.is_finite() || *t <= 0.0) {
            problems.push(format!(
                "{} has a point that is taken as known exactly and matched exactly\n  give it an error, or its series a discrepancy",
                series.name
            ));
        }
        if series.points.is_empty() {
            problems.push(format!("{} has no points", series.name));
        }
    }
    problems
}

/// The series of a case with what was simulated.
fn outcomes(record: &CaseRecord) -> Vec<SeriesOutcome> {
    let one = |series: &SeriesRecord| SeriesOutcome {
        name: format!("{}/{}", record.name, series.name),
        discrepancy: series.discrepancy,
        points: series
            .points
            .iter()
            .map(|p| Compared {
                observed: p.observed,
                error: p.error,
                simulated: p.simulated.clone(),
            })
            .collect(),
    };
    record.series.iter().map(one).collect()
}

/// A hash with the program in it, for a journal of another build may hold results of another model.
fn program_hash() -> Result<blake3::Hasher, String> {
    let mut hash = blake3::Hasher::new();
    hash.update(&RESULTS_VERSION.to_le_bytes());
    if let Ok(program) = std::env::current_exe() {
        hash_file(&program, &mut hash)?;
    }
    Ok(hash)
}

fn hash_file(path: &Path, hash: &mut blake3::Hasher) -> Result<(), String> {
    let bytes =
        std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    hash.update(&(bytes.len() as u64).to_le_bytes());
    hash.update(&bytes);
    Ok(())
}

fn hash_folder(folder: &Path, hash: &mut blake3::Hasher) -> Result<(), String> {
    let unread = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unread)? {
        paths.push(entry.map_err(unread)?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            hash_folder(&path, hash)?;
        } else {
            hash.update(path.file_name().unwrap_or_default().as_encoded_bytes());
            hash_file(&path, hash)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            scenario: PathBuf::from("base.toml"),
            sets: Vec::new(),
            parameter_sets: Vec::new(),
            replicates: 3,
            seed: 9,
            hide_capacities: false,
            threads: 4,
        }
    }

    /// A case whose one series is ten times the first parameter (7 without a set), plus the replicate.
    fn case(name: &'static str, role: Role, error: f64) -> Runner {
        Box::new(move |settings| {
            let value = settings.parameter_sets.first().map_or(7.0, |set| 10.0 * set[0].1);
            if value > 1000.0 {
                return Err(vec![format!("{name}: too much"), "twice".to_owned()]);
            }
            assert_eq!(settings.threads, 1, "sets are spread over threads, not replicates");
            let simulated = (0..settings.replicates).map(|r| value + f64::from(r)).collect();
            let mut record = CaseRecord::example(&[("arrivals", true, vec![(20.0, simulated)])]);
            (record.name, record.role) = (name.into(), role);
            record.series[0].discrepancy = 0.0;
            record.series[0].points[0].error = error;
            Ok(record)
        })
    }

    #[test]
    fn a_set_is_laid_over_every_case() {
        let runners = vec![case("a", Role::Calibration, 1.0), case("b", Role::Calibration, 2.0)];
        let cases = Cases::of(runners, &settings()).unwrap_or_else(|p| panic!("{p:?}"));
        assert_eq!(
            (cases.names(), cases.cases()),
            (&["a/arrivals".to_owned(), "b/arrivals".to_owned()][..], &[0, 1][..])
        );
        let found = cases.run(&[("x.y".to_owned(), 2.0)], 1).unwrap();
        assert_eq!(found[1].points[0].simulated, [20.0, 21.0, 22.0]);
        assert_eq!((found[1].points[0].observed, found[1].points[0].error), (20.0, 2.0));
        assert_eq!(cases.run(&[("x.y".to_owned(), 200.0)], 1).unwrap_err(), "a: too much; twice");
    }

    #[test]
    fn cases_that_cannot_be_fitted_are_told_before_the_first_wave() {
        let runners = vec![
            case("a", Role::Validation, 1.0),
            case("b", Role::Calibration, 0.0),
            case("c", Role::Calibration, 1.0),
            case("c", Role::Calibration, 1.0),
        ];
        let problems = Cases::of(runners, &settings()).err().unwrap();
        assert_eq!(
            problems,
            [
                "a has the role `validation`: parameters are not fitted to it\n  take it out of `cases`, or give it the role `calibration`",
                "b/arrivals has a point that is taken as known exactly and matched exactly\n  give it an error, or its series a discrepancy",
                "two series are called c/arrivals: give one case another folder name",
            ]
        );
    }
}
