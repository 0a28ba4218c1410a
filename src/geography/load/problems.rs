//! What is wrong with a map, told so that it can be put right: file, line, column, found, allowed, next step.

use std::fmt::Write as _;

/// Problems that are spelled out; the rest is only counted.
const SHOWN: usize = 20;

/// One thing that is wrong in a map folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// File in the map folder.
    pub file: String,
    /// Line in the file, from 1; none when the whole file is meant.
    pub line: Option<u64>,
    /// Column of a table.
    pub column: Option<String>,
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub allowed: String,
    /// What to do next.
    pub next: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": found {}; allowed: {}. Next: {}.", self.found, self.allowed, self.next)
    }
}

/// A map folder that cannot be used, with everything that was found wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", describe(.folder, .problems, *.total))]
pub struct MapError {
    /// The folder.
    pub folder: String,
    /// The first problems, in the order of files and lines (at most 20).
    pub problems: Vec<Problem>,
    /// How many there are in all.
    pub total: usize,
}

fn describe(folder: &str, problems: &[Problem], total: usize) -> String {
    let plural = if total == 1 { "" } else { "s" };
    let mut text = format!("the map in {folder} cannot be used ({total} problem{plural})");
    for problem in problems {
        let _ = write!(text, "\n  {problem}");
    }
    if total > problems.len() {
        let _ = write!(text, "\n  and {} more", total - problems.len());
    }
    text
}

/// Collects problems while reading goes on.
#[derive(Default)]
pub(super) struct Problems {
    list: Vec<Problem>,
    total: usize,
}

impl Problems {
    pub(super) fn add(&mut self, problem: Problem) {
        self.total += 1;
        if self.list.len() < SHOWN {
            self.list.push(problem);
        }
    }

    /// A problem of a whole file.
    pub(super) fn add_file(
        &mut self,
        file: &str,
        found: impl Into<String>,
        allowed: impl Into<String>,
        next: impl Into<String>,
    ) {
        let (found, allowed, next) = (found.into(), allowed.into(), next.into());
        self.add(Problem { file: file.to_owned(), line: None, column: None, found, allowed, next });
    }

    pub(super) const fn count(&self) -> usize {
        self.total
    }

    /// Ends the reading if anything was found wrong.
    pub(super) fn stop_if_any(&mut self, folder: &std::path::Path) -> Result<(), MapError> {
        if self.total == 0 {
            return Ok(());
        }
        Err(MapError {
            folder: folder.display().to_string(),
            problems: std::mem::take(&mut self.list),
            total: self.total,
        })
    }
}

impl super::field::Tell for Problems {
    fn tell(&mut self, problem: Problem) {
        self.add(problem);
    }
}
