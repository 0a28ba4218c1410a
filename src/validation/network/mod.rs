//! Cases in the file format of the Flee project: places, routes, conflict days, camps and their counts.

use std::path::Path;

use super::record::{CaseRecord, Settings};

/// Whether a folder looks like a network case.
#[must_use]
pub fn is_case(folder: &Path) -> bool {
    folder.join("input_csv").is_dir()
}

/// Reads and runs a network case.
///
/// # Errors
/// In sentences, each with its file and line.
pub fn run(folder: &Path, _settings: &Settings) -> Result<CaseRecord, Vec<String>> {
    Err(vec![format!("{}: network cases cannot be run yet", folder.display())])
}
