//! What is in a folder before a study begins there: whose it is, and which files of it are ours.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::mark::{MARK, Mark};
use super::{DATAPACKAGE, Existing, MANIFEST, REPORT, REPORT_HEAD, REPORT_MARK, part};
use crate::output::OutputError;

/// What a folder is.
pub(super) enum State {
    /// Nothing is in it.
    Empty,
    /// A study that ended.
    Complete,
    /// A study that did not.
    Unfinished(Mark),
    /// Files that no study wrote.
    Foreign,
}

/// What was found in a folder.
pub(super) struct Found {
    /// What it is.
    pub state: State,
    /// Names in the folder, but for the mark.
    pub present: BTreeSet<String>,
    /// Names that a study says it wrote here.
    listed: BTreeSet<String>,
}

impl Found {
    /// Looks what is in a folder, apart from the folders `beside`.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn look(path: &Path, beside: &[&str]) -> Result<Self, OutputError> {
        let refused = || OutputError::io("read the folder", path);
        let mut present = BTreeSet::new();
        for entry in fs::read_dir(path).map_err(refused())? {
            let name = entry.map_err(refused())?.file_name().to_string_lossy().into_owned();
            if !beside.contains(&name.as_str()) {
                present.insert(name);
            }
        }
        let package =
            fs::read(path.join(DATAPACKAGE)).ok().and_then(|bytes| listed_by_package(&bytes));
        let mark = if present.contains(MARK) {
            Mark::read(path).map_err(OutputError::io("read", &path.join(MARK)))?
        } else {
            None
        };
        let is_complete = package.is_some();
        let mut listed: BTreeSet<String> = package.unwrap_or_default().into_iter().collect();
        let state = match mark {
            Some(mark) => {
                present.remove(MARK);
                let names = mark.files().filter(|n| is_plain(n));
                listed.extend(names.flat_map(|name| [part(name, ""), name.to_owned()]));
                State::Unfinished(mark)
            }
            None if is_complete => State::Complete,
            None if present.is_empty() => State::Empty,
            None => State::Foreign,
        };
        // A page of older tables would be believed. Somebody else's page of that name stays.
        if is_report(&path.join(REPORT)) {
            listed.insert(REPORT.to_owned());
        } else {
            listed.remove(REPORT);
        }
        Ok(Self { state, present, listed })
    }

    /// Names that are there and were written by a study, in the making or whole.
    pub fn ours(&self) -> impl Iterator<Item = &String> {
        self.present.iter().filter(|name| self.is_ours(name))
    }

    /// Whether a file is one of those listed, or one of them in the making.
    pub fn is_ours(&self, name: &str) -> bool {
        let in_the_making = || {
            let rest = name.strip_suffix(".part")?;
            let (base, token) = rest.rsplit_once('.')?;
            Some(self.listed.contains(base) && token.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        self.listed.contains(name) || in_the_making().unwrap_or(false)
    }

    /// An error when what the folder holds is neither to be replaced nor gone on with.
    pub fn admits(&self, path: &Path, existing: &Existing<'_>) -> Result<(), OutputError> {
        let folder = path.display().to_string();
        match (&self.state, existing) {
            (State::Complete, Existing::Refuse | Existing::GoOn { beyond: false, .. }) => {
                Err(OutputError::Complete { folder })
            }
            (State::Unfinished(mark), Existing::Refuse) => {
                Err(OutputError::Unfinished { folder, cause: mark.cause.clone() })
            }
            (State::Unfinished(mark), Existing::GoOn { study, .. }) => match mark.value("study") {
                Some(name) if name == *study => Ok(()),
                Some(name) => {
                    Err(OutputError::OtherStudy { folder, other: format!("the study `{name}`") })
                }
                // Its mark was never written: anybody's.
                None if mark.is_empty() => Ok(()),
                None => Err(OutputError::Unfinished { folder, cause: mark.cause.clone() }),
            },
            (State::Foreign, _) => match self.present.first().cloned() {
                Some(example) => Err(OutputError::Foreign { folder, example }),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

/// Whether `spillover report` wrote a file.
fn is_report(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(REPORT_HEAD).read_to_end(&mut head));
    read.is_ok() && head.windows(REPORT_MARK.len()).any(|part| part == REPORT_MARK.as_bytes())
}

/// The files that a datapackage of ours lists, itself and the manifest; nothing when a study did not write it.
fn listed_by_package(bytes: &[u8]) -> Option<Vec<String>> {
    let package: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let others = package.get("spillover")?["files"].as_array().into_iter().flatten();
    let tables = package.get("resources")?.as_array()?.iter().filter_map(|r| r.get("path"));
    let names = others.chain(tables).filter_map(|name| name.as_str()).filter(|n| is_plain(n));
    Some([DATAPACKAGE, MANIFEST].into_iter().chain(names).map(str::to_owned).collect())
}

/// A name of a file in this folder, with no way out of it.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\', ':', '\0'])
}
