//! Cases in the file format of the Flee project: places, routes, conflict days, camps and their counts.
//!
//! The files are read where they lie ([`read`]), become a map of places and routes, and the model's own displacement runs on it
//! with the same parameters as on the grid. What is only so on a network is named in [`world`].

use std::path::Path;

use super::record::{CaseRecord, Settings};

pub mod case;
mod counts;
pub mod plan;
pub mod read;
pub mod rules;
mod run;
mod table;
pub mod world;

/// Whether a folder looks like a network case.
#[must_use]
pub fn is_case(folder: &Path) -> bool {
    folder.join("input_csv").is_dir()
}

/// Reads and runs a network case.
///
/// # Errors
/// In sentences, each with its file and line.
pub fn run(folder: &Path, settings: &Settings) -> Result<CaseRecord, Vec<String>> {
    run::run(&read::read(folder)?, settings)
}

/// Runs a network case that was read or made before.
///
/// # Errors
/// In sentences: what is wrong with the scenario or the settings.
pub fn run_case(case: &case::Case, settings: &Settings) -> Result<CaseRecord, Vec<String>> {
    run::run(case, settings)
}
