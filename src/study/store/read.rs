//! Finding runs in a store: all indexes of a folder as one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::frame::{self, Damage};
use super::index::{Done, Entry, Head, columns_digest, is_whole, read};
use super::part::{INDEX, PART};
use super::{FOLDER, LAYOUT};
use crate::output::OutputError;
use crate::recorders::table::{Table, TableSet};
use crate::study::plan::Plan;
use crate::study::run_id::{LETTER_SINCE, RunId};

/// Files held open for reading: parts may be many.
const OPEN_FILES: usize = 64;

/// A part with its index.
#[derive(Clone, Debug)]
pub struct Part {
    /// Name without ending.
    pub name: String,
    /// What process wrote it.
    pub head: Head,
    /// Length of the part, bytes.
    pub bytes: u64,
    /// Length of its index as far as it was read, bytes.
    pub index_bytes: u64,
    /// Whole lines about runs.
    pub runs: usize,
    /// Lines of the index that are not whole, or name bytes that the part does not have.
    pub ignored: usize,
    /// Whether a program with other columns wrote it: its runs are not merged.
    pub other_columns: bool,
}

impl Part {
    /// Whether its lines are read; those of programs with other columns or ids are only counted.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        !self.other_columns && self.head.results_version >= LETTER_SINCE
    }
}

/// A run with results, in one of the parts.
#[derive(Clone, Debug)]
pub struct Copied {
    /// Part, by position in [`Store::parts`].
    pub part: usize,
    /// Where, and its numbers.
    pub done: Done,
}

/// All that is known of a run.
#[derive(Clone, Debug, Default)]
struct Known {
    done: Vec<Copied>,
    /// Causes of failures, with the part and the number in its plan.
    failed: BTreeSet<(String, usize, usize)>,
}

/// The store of a folder, as it was when it was opened.
pub struct Store {
    folder: PathBuf,
    parts: Vec<Part>,
    runs: BTreeMap<RunId, Known>,
    open: Mutex<BTreeMap<usize, Arc<File>>>,
}

/// How a planned run stands.
#[derive(Clone, Copy, Debug)]
pub enum State<'a> {
    /// Nobody has done it, or not with all tables that are asked for.
    Missing,
    /// It has results.
    Done(&'a Copied),
    /// It failed, for the cause.
    Failed(&'a str),
}

/// The same run with different bytes in two places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// Position of the run in the plan.
    pub position: usize,
    /// What differs: a table, `daily series`, `headline numbers`.
    pub what: String,
    /// The two parts.
    pub parts: [PathBuf; 2],
}

/// What the store has of a plan.
pub struct Contents<'a> {
    /// By position in the plan.
    pub runs: Vec<State<'a>>,
    /// Runs with different bytes in two places.
    pub disagreements: Vec<Disagreement>,
    /// Runs of other plans (another config, map or version of the results) by part; they are kept.
    pub others: Vec<(usize, usize)>,
}

impl Contents<'_> {
    /// How many runs are done, failed and missing.
    #[must_use]
    pub fn count(&self) -> (usize, usize, usize) {
        self.runs.iter().fold((0, 0, 0), |(done, failed, missing), state| match state {
            State::Done(_) => (done + 1, failed, missing),
            State::Failed(_) => (done, failed + 1, missing),
            State::Missing => (done, failed, missing + 1),
        })
    }

    /// Runs with results of another build than this program, as [`crate::output::manifest::program`] tells of them.
    #[must_use]
    pub fn of_other_builds(&self, store: &Store, program: &serde_json::Value) -> usize {
        let other = |state: &&State<'_>| match state {
            State::Done(copy) => store.parts[copy.part].head.program != *program,
            _ => false,
        };
        self.runs.iter().filter(other).count()
    }
}

/// Why runs cannot be read from their parts, or not be merged.
#[derive(Debug)]
pub enum ReadError {
    /// The system refuses.
    System(OutputError),
    /// The bytes are not what was written.
    Damaged {
        /// Part, by position.
        part: usize,
        /// Where the run begins.
        offset: u64,
        /// What is wrong.
        damage: Damage,
    },
}

impl From<OutputError> for ReadError {
    fn from(error: OutputError) -> Self {
        Self::System(error)
    }
}

impl Store {
    /// Reads the indexes of the store in a study's folder; an empty store when there is none.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn open(study_folder: &Path) -> Result<Self, OutputError> {
        let folder = study_folder.join(FOLDER);
        let mut store =
            Self { folder, parts: Vec::new(), runs: BTreeMap::new(), open: Mutex::default() };
        let mut names: Vec<String> = match fs::read_dir(&store.folder) {
            Ok(entries) => entries
                .filter_map(|e| e.ok()?.file_name().into_string().ok())
                .filter_map(|name| name.strip_suffix(&format!(".{INDEX}")).map(str::to_owned))
                .collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(OutputError::io("read the folder", &store.folder)(error)),
        };
        names.sort_unstable();
        let mut damaged: BTreeSet<(String, u64)> = BTreeSet::new();
        for name in names {
            store.read_index(name, &mut damaged)?;
        }
        let Self { parts, runs, .. } = &mut store;
        for known in runs.values_mut() {
            known.done.retain(|copy| {
                !damaged.contains(&(parts[copy.part].name.clone(), copy.done.offset))
            });
        }
        Ok(store)
    }

    fn read_index(
        &mut self,
        name: String,
        damaged: &mut BTreeSet<(String, u64)>,
    ) -> Result<(), OutputError> {
        let index = self.folder.join(format!("{name}.{INDEX}"));
        let refused = |error| OutputError::io("read", &index)(error);

        // Line by line: an index may be long.
        let mut reader = BufReader::new(File::open(&index).map_err(refused)?);
        let mut line = Vec::new();
        let mut index_bytes = 0;
        let mut next = |line: &mut Vec<u8>| {
            let read = next_line(&mut reader, line).map_err(refused)?;
            index_bytes += read;
            Ok::<bool, OutputError>(read > 0)
        };

        // The head says whether the rest is ours.
        let any = next(&mut line)?;
        let Some(head) = read::<Head>(&line).filter(|h| h.store == LAYOUT) else {
            // Not a line of ours: nothing in it exists.
            let mut ignored = usize::from(any);
            while next(&mut line)? {
                ignored += 1;
            }
            let head = Head::default();
            self.parts.push(Part {
                name,
                head,
                bytes: 0,
                index_bytes,
                runs: 0,
                ignored,
                other_columns: false,
            });
            return Ok(());
        };
        let bytes = fs::metadata(self.folder.join(format!("{name}.{PART}"))).map_or(0, |m| m.len());
        let part = self.parts.len();

        // Lines about runs; what is not whole, or names bytes that are not there, does not exist.
        let other_columns = head.columns != columns_digest();
        let mut new =
            Part { name, head, bytes, index_bytes: 0, runs: 0, ignored: 0, other_columns };
        while next(&mut line)? {
            let fits = |done: &Done| {
                done.offset.checked_add(done.layout.bytes()).is_some_and(|end| end <= bytes)
            };
            let is_one = match read(&line) {
                _ if !new.is_readable() => is_whole(&line),
                Some(Entry::Done(done)) if fits(&done) => {
                    self.runs.entry(done.run_id).or_default().done.push(Copied { part, done });
                    true
                }
                Some(Entry::Failed { run_id, run, cause }) => {
                    self.runs.entry(run_id).or_default().failed.insert((cause, part, run));
                    true
                }
                Some(Entry::Damaged { part, offset }) => {
                    damaged.insert((part, offset));
                    true
                }
                Some(Entry::Done(_)) | None => false,
            };
            new.runs += usize::from(is_one);
            new.ignored += usize::from(!is_one);
        }
        new.index_bytes = index_bytes;
        self.parts.push(new);
        Ok(())
    }

    /// The parts, by name.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Path of a part, by position.
    #[must_use]
    pub fn path(&self, part: usize) -> PathBuf {
        self.folder.join(format!("{}.{PART}", self.parts[part].name))
    }

    /// Removes the parts that were there when the store was opened, and its folder when nothing else is in it. Nothing is
    /// removed, and the answer is false, when another process works here: a part grew, is new, or is only just begun.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove(&self) -> Result<bool, OutputError> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Ok(true) };
        let mut known = BTreeMap::new();
        for part in &self.parts {
            known.insert(format!("{}.{INDEX}", part.name), (part.index_bytes, part.head.store));
            known.insert(format!("{}.{PART}", part.name), (part.bytes, part.head.store));
        }
        for entry in entries {
            let entry = entry.map_err(OutputError::io("read the folder", &self.folder))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let as_it_was = |&(bytes, layout): &(u64, u32)| {
                layout == LAYOUT && fs::metadata(entry.path()).is_ok_and(|now| now.len() == bytes)
            };
            if is_ours(Path::new(&name)) && !known.get(&name).is_some_and(as_it_was) {
                return Ok(false);
            }
        }
        for name in known.keys() {
            remove_file(&self.folder.join(name))?;
        }
        let _ = fs::remove_dir(&self.folder); // stays when people keep something of their own in it
        Ok(true)
    }

    /// Whether the store knows how a run of this identity ended.
    #[must_use]
    pub fn knows(&self, id: RunId) -> bool {
        self.runs.contains_key(&id)
    }

    /// What the store has of a plan, with all that a choice of tables needs.
    ///
    /// Results win over failures. Of several copies the one in the first part by name counts; of several causes the first in
    /// alphabetical order: the same, whoever ran what and when.
    #[must_use]
    pub fn contents(&self, plan: &Plan, tables: TableSet) -> Contents<'_> {
        let mut disagreements = Vec::new();
        let mut planned = BTreeSet::new();
        let runs = plan
            .runs
            .iter()
            .enumerate()
            .map(|(position, run)| {
                planned.insert(run.id);
                let Some(known) = self.runs.get(&run.id) else { return State::Missing };
                disagreements.extend(self.disagreement(position, &known.done));
                match known.done.iter().find(|copy| copy.done.layout.covers(tables)) {
                    Some(copy) => State::Done(copy),
                    None => known
                        .failed
                        .first()
                        .map_or(State::Missing, |(cause, _, _)| State::Failed(cause)),
                }
            })
            .collect();
        let mut others: BTreeMap<usize, usize> = BTreeMap::new();
        for (part, with) in
            self.parts.iter().enumerate().filter(|(_, part)| !part.is_readable() && part.runs > 0)
        {
            others.insert(part, with.runs);
        }
        for (_, known) in self.runs.iter().filter(|(id, _)| !planned.contains(id)) {
            for part in known.done.iter().map(|c| c.part).chain(known.failed.iter().map(|f| f.1)) {
                *others.entry(part).or_default() += 1;
            }
        }
        Contents { runs, disagreements, others: others.into_iter().collect() }
    }

    /// The runs that processes with this plan put here, by their number in it: for readers that have the folder alone.
    #[must_use]
    pub fn of_plan(&self, hash: &str) -> Vec<(usize, State<'_>)> {
        let ours = |part: usize| self.parts[part].head.plan_hash == hash;
        let mut runs = Vec::new();
        for known in self.runs.values() {
            if let Some(copy) = known.done.iter().find(|copy| ours(copy.part)) {
                runs.push((copy.done.run, State::Done(copy)));
            } else if let Some((cause, _, run)) = known.failed.iter().find(|f| ours(f.1)) {
                runs.push((*run, State::Failed(cause)));
            }
        }
        runs.sort_by_key(|r| r.0);
        runs
    }

    /// All tables that processes with runs of the plan were asked for.
    #[must_use]
    pub fn tables_of(&self, plan: &Plan) -> Option<TableSet> {
        let parts: BTreeSet<usize> = plan
            .runs
            .iter()
            .filter_map(|run| self.runs.get(&run.id))
            .flat_map(|known| {
                known.done.iter().map(|c| c.part).chain(known.failed.iter().map(|f| f.1))
            })
            .collect();
        let names = parts.iter().flat_map(|&p| &self.parts[p].head.tables);
        let found = names.filter_map(|name| Table::ALL.into_iter().find(|t| t.name() == name));
        (!parts.is_empty()).then(|| found.fold(TableSet::runs_only(), TableSet::with))
    }

    /// The first way in which copies of a run differ.
    fn disagreement(&self, position: usize, copies: &[Copied]) -> Option<Disagreement> {
        let (first, rest) = copies.split_first()?;
        rest.iter().find_map(|other| {
            let (a, b) = (&first.done, &other.done);
            let table = a.layout.tables.iter().find_map(|x| {
                let same = b.layout.tables.iter().find(|y| y.table == x.table)?;
                (same.digest != x.digest).then(|| x.table.file().to_owned())
            });
            let series = a.layout.series.as_ref().zip(b.layout.series.as_ref());
            let series =
                series.filter(|(x, y)| x.digest != y.digest).map(|_| "daily series".to_owned());
            let numbers = (a.headline != b.headline
                || (a.group_days, a.hops) != (b.group_days, b.hops))
                .then(|| "headline numbers".to_owned());
            let what = table.or(series).or(numbers)?;
            Some(Disagreement {
                position,
                what,
                parts: [self.path(first.part), self.path(other.part)],
            })
        })
    }

    /// The rows of a run, checked.
    ///
    /// # Errors
    /// When the system refuses, or the bytes are not what was written.
    pub fn rows(&self, copy: &Copied) -> Result<Vec<(Table, Vec<u8>)>, ReadError> {
        let bytes = self.bytes(copy, 0, copy.done.layout.bytes() as usize)?;
        frame::unpack(&bytes, &copy.done.layout).map_err(|damage| damaged(copy, damage))
    }

    /// The daily series of one border of a run, by measure and day.
    ///
    /// # Errors
    /// When the system refuses, or the bytes are not what was written.
    pub fn border(&self, copy: &Copied, border: usize) -> Result<Vec<f32>, ReadError> {
        let series = copy.done.layout.series.as_ref();
        let (Some(series), Some((start, length))) = (series, copy.done.layout.border(border))
        else {
            return Err(damaged(copy, Damage(format!("it has no series of border {border}"))));
        };
        let bytes = self.bytes(copy, start, length as usize)?;
        frame::unpack_border(&bytes, series).map_err(|damage| damaged(copy, damage))
    }

    fn bytes(&self, copy: &Copied, start: u64, length: usize) -> Result<Vec<u8>, ReadError> {
        let path = self.path(copy.part);
        let refused = |error| ReadError::System(OutputError::io("read", &path)(error));
        let file = self.file(copy.part).map_err(refused)?;
        let mut bytes = vec![0; length];
        match read_at(&file, &mut bytes, copy.done.offset + start) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(damaged(copy, Damage("it is cut off".into())))
            }
            Err(error) => Err(refused(error)),
        }
    }

    fn file(&self, part: usize) -> io::Result<Arc<File>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(&part) {
            return Ok(Arc::clone(file));
        }
        if open.len() >= OPEN_FILES {
            open.clear();
        }
        let file = Arc::new(File::open(self.path(part))?);
        open.insert(part, Arc::clone(&file));
        Ok(file)
    }
}

/// Reads the next line, without its end; its length with it, 0 when there is none. A last line without an end was being
/// written: it counts as a line that is not whole.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<u64> {
    line.clear();
    let read = reader.read_until(b'\n', line)?;
    if line.pop_if(|last| *last == b'\n').is_none() {
        line.clear();
    }
    Ok(read as u64)
}

fn damaged(copy: &Copied, damage: Damage) -> ReadError {
    ReadError::Damaged { part: copy.part, offset: copy.done.offset, damage }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}

/// Whether a folder is a store: it holds parts and indexes and nothing else.
#[must_use]
pub fn is_store(folder: &Path) -> bool {
    fs::read_dir(folder)
        .is_ok_and(|mut entries| entries.all(|e| e.is_ok_and(|e| is_ours(&e.path()))))
}

/// Whether a file has the name of a part or an index.
fn is_ours(path: &Path) -> bool {
    path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with("run-"))
        && path.extension().is_some_and(|e| e == INDEX || e == PART)
}

/// Removes a file; one that is gone by now is no error.
fn remove_file(path: &Path) -> Result<(), OutputError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(OutputError::io("remove", path)),
    }
}

/// Removes all parts of a store, for a new beginning, and its folder when nothing else is in it.
///
/// # Errors
/// When the system refuses.
pub fn remove(study_folder: &Path) -> Result<(), OutputError> {
    let folder = study_folder.join(FOLDER);
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(()) };
    for path in entries.filter_map(|e| Some(e.ok()?.path())) {
        if is_ours(&path) {
            remove_file(&path)?;
        }
    }
    let _ = fs::remove_dir(&folder); // stays when people keep something of their own in it
    Ok(())
}
