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

pub use run::Prepared;

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
    prepare(folder, settings)?.run(settings)
}

/// Reads a network case and its scenario.
///
/// # Errors
/// In sentences, each with its file and line.
pub fn prepare(folder: &Path, settings: &Settings) -> Result<Prepared, Vec<String>> {
    Prepared::new(read::read(folder)?, settings)
}
