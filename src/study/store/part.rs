//! Writing a part and its index.
//!
//! The bytes of a run go to the part before its line goes to the index, and both go to the system at once: a process that
//! is killed loses the runs in flight and no others. Both are synced to the disk every few seconds, the part first, so
//! that a machine that loses power loses the last seconds.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::index::{Done, Entry, Head, line};
use super::{FOLDER, frame::Layout};
use crate::output::OutputError;
use crate::output::manifest::unique;
use crate::recorders::Headline;
use crate::study::run_id::RunId;

/// Time between two syncs to the disk.
const SYNC_EVERY: Duration = Duration::from_secs(2);

/// Ending of a part.
pub const PART: &str = "lz4";
/// Ending of an index.
pub const INDEX: &str = "jsonl";

/// Results of a run, ready to be written.
#[derive(Clone, Debug)]
pub struct Packed {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// How they are laid out.
    pub layout: Layout,
    /// Numbers of the run.
    pub headline: Headline,
    /// Days lived by moving groups.
    pub group_days: u64,
    /// Cells entered by moving groups.
    pub hops: u64,
}

/// The part of this process. Its files are made with the first run.
pub struct PartWriter {
    folder: PathBuf,
    head: Head,
    files: Option<Files>,
    /// Bytes that may still be written: fault injection for tests.
    room: Option<u64>,
}

struct Files {
    name: String,
    part: Growing,
    index: Growing,
    synced: Instant,
}

/// A file that only grows.
struct Growing {
    file: File,
    path: PathBuf,
    length: u64,
}

impl Growing {
    fn create(path: PathBuf) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Self { file, path, length: 0 })
    }

    /// Appends all or, as far as the system lets us, nothing.
    fn append(&mut self, bytes: &[u8], room: &mut Option<u64>) -> Result<(), OutputError> {
        let fits = room.is_none_or(|left| left >= bytes.len() as u64);
        let (allowed, full) =
            if fits { (bytes, Ok(())) } else { (&bytes[..bytes.len() / 2], Err(no_room())) };
        let result = self.file.write_all(allowed).and(full);
        if let Err(error) = result {
            let _ = self.file.set_len(self.length);
            return Err(OutputError::io("write", &self.path)(error));
        }
        self.length += bytes.len() as u64;
        *room = room.map(|left| left - bytes.len() as u64);
        Ok(())
    }

    fn sync(&self) -> Result<(), OutputError> {
        self.file.sync_data().map_err(OutputError::io("write", &self.path))
    }
}

fn no_room() -> io::Error {
    io::ErrorKind::StorageFull.into()
}

#[allow(clippy::disallowed_methods)] // when to sync; no figure depends on it
fn now() -> Instant {
    Instant::now()
}

impl PartWriter {
    /// A writer into the store of a study's folder.
    #[must_use]
    pub fn new(study_folder: &Path, head: Head) -> Self {
        Self { folder: study_folder.join(FOLDER), head, files: None, room: None }
    }

    /// From now on only so many bytes go to the disk; then it counts as full. For tests.
    pub fn limit_room(&mut self, bytes: u64) {
        self.room = Some(bytes);
    }

    /// Name of the part without its ending, once there is one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.files.as_ref().map(|f| f.name.as_str())
    }

    /// Writes a run that is done.
    ///
    /// # Errors
    /// When the disk is full or the system refuses for another reason. What was written before stays good.
    pub fn done(&mut self, run_id: RunId, run: usize, packed: Packed) -> Result<(), OutputError> {
        let (files, room) = self.files()?;
        let offset = files.part.length;
        files.part.append(&packed.bytes, room)?;
        let Packed { layout, headline, group_days, hops, .. } = packed;
        let done = Done { run_id, run, offset, layout, headline, group_days, hops };
        files.index.append(&line(&Entry::Done(done)), room)?;
        self.sync_now_and_then()
    }

    /// Writes a run that failed, or that some bytes are damaged.
    ///
    /// # Errors
    /// When the disk is full or the system refuses for another reason.
    pub fn note(&mut self, entry: &Entry) -> Result<(), OutputError> {
        let (files, room) = self.files()?;
        files.index.append(&line(entry), room)?;
        self.sync_now_and_then()
    }

    /// Puts everything on the disk.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn sync(&mut self) -> Result<(), OutputError> {
        if let Some(files) = &mut self.files {
            files.part.sync()?;
            files.index.sync()?;
            files.synced = now();
        }
        Ok(())
    }

    fn sync_now_and_then(&mut self) -> Result<(), OutputError> {
        let due = self.files.as_ref().is_some_and(|f| f.synced.elapsed() >= SYNC_EVERY);
        if due { self.sync() } else { Ok(()) }
    }

    fn files(&mut self) -> Result<(&mut Files, &mut Option<u64>), OutputError> {
        let files = match self.files.take() {
            // Where another process removed the part with those that it merged, what is written from now on has a new one.
            Some(files) if files.index.path.exists() => files,
            _ => create(&self.folder, &self.head, &mut self.room)?,
        };
        Ok((self.files.insert(files), &mut self.room))
    }
}

/// Makes the two files under a name that nobody has.
fn create(folder: &Path, head: &Head, room: &mut Option<u64>) -> Result<Files, OutputError> {
    fs::create_dir_all(folder).map_err(OutputError::io("make the folder", folder))?;
    for attempt in 0..100_u32 {
        let name = unique_name(attempt);
        let index = match Growing::create(folder.join(format!("{name}.{INDEX}"))) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            // Another process took the folder away, empty, in this moment.
            Err(error) if error.kind() == io::ErrorKind::NotFound && attempt < 99 => {
                fs::create_dir_all(folder).map_err(OutputError::io("make the folder", folder))?;
                continue;
            }
            other => other.map_err(OutputError::io("make a file in", folder))?,
        };
        let part = Growing::create(folder.join(format!("{name}.{PART}")))
            .map_err(OutputError::io("make a file in", folder))?;
        let mut files = Files { name, part, index, synced: now() };
        files.index.append(&line(head), room)?;
        // The names too are on the disk; where a folder cannot be synced, nothing is lost by trying.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        return Ok(files);
    }
    Err(OutputError::io("make a file in", folder)(io::ErrorKind::AlreadyExists.into()))
}

/// `run-20261123T130512-4f2a9c1e0d3b`: the moment, and digits that nobody else has.
fn unique_name(attempt: u32) -> String {
    format!("run-{}-{}", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S"), unique(attempt))
}
