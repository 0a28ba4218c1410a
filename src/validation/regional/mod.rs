//! Regional cases: ordinary scenarios on a grid map, with observed series beside them.

use std::path::Path;

use super::record::{CaseRecord, Settings};

/// Whether a folder looks like a regional case.
#[must_use]
pub fn is_case(folder: &Path) -> bool {
    folder.join("case.toml").is_file()
}

/// Reads and runs a regional case.
///
/// # Errors
/// In sentences, each with its file and line.
pub fn run(folder: &Path, _settings: &Settings) -> Result<CaseRecord, Vec<String>> {
    Err(vec![format!("{}: regional cases cannot be run yet", folder.display())])
}
