//! The folder of a study: complete, or marked unfinished.
//!
//! [`Folder::begin`] puts the mark down first; [`Folder::finish`] takes it away last, when every file stands under its
//! name and is on the disk. A run that is killed, fails or fills the disk leaves the mark, with the cause where there was
//! time to write it; [`mark`] has its text, `found` tells what stands in a folder. Files in the making are called `NAME.part`, or `NAME.TOKEN.part` where several processes may write
//! the same ones. A study keeps its finished runs in a folder of its own beside them, which is not touched here.

mod found;
pub mod mark;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use self::found::{Found, State};
pub use self::mark::MARK;
use self::mark::Mark;
use super::{OutputError, WrittenFile};

/// Description of the tables, and list of what a complete study wrote.
pub const DATAPACKAGE: &str = "datapackage.json";
/// Provenance.
pub const MANIFEST: &str = "manifest.json";

/// The page that `spillover report` writes beside the tables.
pub const REPORT: &str = "report.html";
/// What stands in the head of a page of `spillover report`.
pub const REPORT_MARK: &str = r#"<meta name="generator" content="spillover report">"#;
/// Bytes of a page in which it stands.
pub const REPORT_HEAD: u64 = 1024;

/// Bytes collected per file before they go to the disk.
const BUFFER_BYTES: usize = 1 << 18;

/// A folder in the making.
pub struct Folder {
    path: PathBuf,
    mark_file: File,
    mark: Mark,
    /// Stands in the names of files in the making: nobody else's have it.
    token: String,
    open: BTreeMap<String, OpenFile>,
    written: Vec<WrittenFile>,
    /// Bytes that may still be written: fault injection for tests.
    room: Option<u64>,
}

struct OpenFile {
    file: File,
    buffer: Vec<u8>,
    hash: blake3::Hasher,
    bytes: u64,
}

impl Folder {
    /// Marks a folder as in the making, after it has been made or emptied of what an earlier study wrote there.
    ///
    /// `names` are the files that the study will write; `about` says what is running, for people who find the mark.
    ///
    /// # Errors
    /// When the folder holds a study (without `overwrite`), or foreign files, or cannot be written to.
    pub fn begin(
        path: &Path,
        names: &[&str],
        overwrite: bool,
        about: &str,
    ) -> Result<Self, OutputError> {
        let existing = if overwrite { Existing::Replace } else { Existing::Refuse };
        Self::begin_beside(path, names, &existing, about, &[], "")
    }

    /// The same for a study that keeps folders of its own here: `beside` are their names, which are neither foreign nor
    /// removed; `token` makes the names of files in the making unique.
    ///
    /// # Errors
    /// When what the folder holds is neither to be replaced nor gone on with, or it cannot be written to.
    pub fn begin_beside(
        path: &Path,
        names: &[&str],
        existing: &Existing<'_>,
        about: &str,
        beside: &[&str],
        token: &str,
    ) -> Result<Self, OutputError> {
        fs::create_dir_all(path).map_err(OutputError::io("make the folder", path))?;
        let found = Found::look(path, beside)?;
        found.admits(path, existing)?;
        for name in names.iter().flat_map(|&n| [n.to_owned(), part(n, token)]) {
            if found.present.contains(&name) && !found.is_ours(&name) {
                return Err(OutputError::InTheWay { folder: path.display().to_string(), name });
            }
        }

        // The mark lists old and new files: were this killed half-way, the next --overwrite would still know them.
        let ours = || found.ours().map(String::as_str);
        let listed: BTreeSet<&str> = names.iter().copied().chain(ours()).collect();
        let process =
            if token.is_empty() { String::new() } else { format!("\n{PROCESS}: {token}") };
        let mark = Mark::new(&format!("{about}{process}"), listed);

        // Two studies that begin at the same moment: the second cannot make the mark.
        let mark_path = path.join(MARK);
        let is_new = !matches!(found.state, State::Unfinished(_));
        let refused = || OutputError::io("write", &mark_path);
        let mut mark_file =
            OpenOptions::new().write(true).create_new(is_new).open(&mark_path).map_err(refused())?;
        mark.write(&mut mark_file).map_err(refused())?;
        for name in ours() {
            remove(&path.join(name))?;
        }
        Ok(Self {
            path: path.to_owned(),
            mark_file,
            mark,
            token: token.to_owned(),
            open: BTreeMap::new(),
            written: Vec::new(),
            room: None,
        })
    }

    /// Marks the folder of a study that another process will finish; a mark that stands there stays, and so do the files
    /// of a complete study. The mark is for [`Joined::fail`].
    ///
    /// # Errors
    /// When the folder holds another study or foreign files, or cannot be written to.
    pub fn join(
        path: &Path,
        names: &[&str],
        study: &str,
        about: &str,
        beside: &[&str],
    ) -> Result<Joined, OutputError> {
        fs::create_dir_all(path).map_err(OutputError::io("make the folder", path))?;
        let found = Found::look(path, beside)?;
        let mark = Mark::new(about, names.iter().copied());
        let has_folders = beside.iter().any(|name| path.join(name).is_dir());
        if matches!(found.state, State::Complete) && has_folders {
            return Ok(Joined { mark_file: None, mark });
        }
        found.admits(path, &Existing::GoOn { study, beyond: false })?;

        let mark_path = path.join(MARK);
        let refused = || OutputError::io("write", &mark_path);
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        let mark_file = match options.clone().create_new(true).open(&mark_path) {
            Ok(mut file) => {
                mark.write(&mut file).map_err(refused())?;
                file
            }
            // Another process was first, or the study went on before.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                options.open(&mark_path).map_err(refused())?
            }
            Err(error) => return Err(refused()(error)),
        };
        Ok(Joined { mark_file: Some(mark_file), mark })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// From now on only so many bytes go to the disk; then it counts as full. For tests.
    pub fn limit_room(&mut self, bytes: u64) {
        self.room = Some(bytes);
    }

    /// Appends to a file of the study, which is made at the first call.
    ///
    /// # Errors
    /// When the disk is full or the system refuses for another reason.
    pub fn append(&mut self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        if !self.open.contains_key(name) {
            let path = self.path.join(part(name, &self.token));
            let file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .open(&path)
                .map_err(OutputError::io("make the file", &path))?;
            let fresh =
                OpenFile { file, buffer: Vec::new(), hash: blake3::Hasher::new(), bytes: 0 };
            self.open.insert(name.to_owned(), fresh);
        }
        let Some(open) = self.open.get_mut(name) else { return Ok(()) };
        open.hash.update(bytes);
        open.bytes += bytes.len() as u64;
        open.buffer.extend_from_slice(bytes);
        if open.buffer.len() >= BUFFER_BYTES {
            let path = self.path.join(part(name, &self.token));
            flush(open, &mut self.room).map_err(OutputError::io("write", &path))?;
        }
        Ok(())
    }

    /// Takes back what was appended and not yet sealed.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn start_over(&mut self) -> Result<(), OutputError> {
        for name in std::mem::take(&mut self.open).into_keys() {
            let path = self.path.join(part(&name, &self.token));
            fs::remove_file(&path).map_err(OutputError::io("remove", &path))?;
        }
        Ok(())
    }

    /// An error when the mark is gone or another process's: it has finished the folder, or will.
    ///
    /// # Errors
    /// Then, with what to do next; and when the system refuses.
    pub fn is_mine(&self) -> Result<(), OutputError> {
        if self.token.is_empty() {
            return Ok(());
        }
        let taken = |did| OutputError::Taken { folder: self.path.display().to_string(), did };
        match Mark::read(&self.path) {
            Ok(Some(mark)) if mark.value(PROCESS) == Some(&self.token) => Ok(()),
            Ok(_) if self.path.join(MARK).exists() => Err(taken("began to write here")),
            Ok(_) => Err(taken("wrote its tables here")),
            Err(error) => Err(OutputError::io("read", &self.path.join(MARK))(error)),
        }
    }

    /// Puts every file written so far under its own name and on the disk. The mark stays.
    ///
    /// # Errors
    /// When the disk is full or the system refuses for another reason, or the folder is another process's by now.
    pub fn seal(&mut self) -> Result<&[WrittenFile], OutputError> {
        self.is_mine()?;
        for (name, mut open) in std::mem::take(&mut self.open) {
            let (from, to) = (self.path.join(part(&name, &self.token)), self.path.join(&name));
            flush(&mut open, &mut self.room).map_err(OutputError::io("write", &from))?;
            open.file.sync_all().map_err(OutputError::io("write", &from))?;
            fs::rename(&from, &to).map_err(OutputError::io("name the file", &to))?;
            self.written.push(WrittenFile {
                path: PathBuf::from(name),
                bytes: open.bytes,
                blake3: open.hash.finalize().to_hex().to_string(),
            });
        }
        Ok(&self.written)
    }

    /// Seals what is open and takes the mark away: the folder is complete.
    ///
    /// # Errors
    /// When the disk is full or the system refuses for another reason; the mark then stays.
    pub fn finish(&mut self) -> Result<&[WrittenFile], OutputError> {
        self.seal()?;
        sync_folder(&self.path);
        remove(&self.path.join(MARK))?;
        sync_folder(&self.path);
        Ok(&self.written)
    }

    /// Writes the cause of a failure into the mark, unless it is another process's by now. Never fails: the mark stays
    /// whatever happens.
    pub fn fail(&mut self, cause: &str) {
        if self.is_mine().is_err() {
            for name in std::mem::take(&mut self.open).into_keys() {
                let _ = fs::remove_file(self.path.join(part(&name, &self.token)));
            }
            return;
        }
        cause.clone_into(&mut self.mark.cause);
        let _ = self.mark.write(&mut self.mark_file);
    }
}

/// What to do with a study that the folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing<'a> {
    /// Leave it and say so.
    Refuse,
    /// Go on with an unfinished study of this name; leave others.
    GoOn {
        /// Name of the study.
        study: &'a str,
        /// Whether the tables of a complete study may be made anew.
        beyond: bool,
    },
    /// Replace its files, complete or not.
    Replace,
}

/// A folder in the making that another process will finish.
pub struct Joined {
    /// None beside complete tables.
    mark_file: Option<File>,
    /// What the mark says unless another process wrote it.
    mark: Mark,
}

impl Joined {
    /// Whether the folder holds complete tables, which stay as they are.
    #[must_use]
    pub fn beside_complete(&self) -> bool {
        self.mark_file.is_none()
    }

    /// Writes the cause of a failure into the mark, which keeps what else it says: it may be that of a process that will
    /// finish the folder. Never fails: the mark stays whatever happens.
    pub fn fail(&mut self, cause: &str) {
        if let Some(file) = &mut self.mark_file {
            let _ = self.mark.fail_in(file, cause);
        }
    }
}

/// The word of the mark before the token of the process whose it is.
const PROCESS: &str = "process";

/// Removes a file that may be gone since it was seen: another process named or removed its own, or was first to take a mark away.
fn remove(path: &Path) -> Result<(), OutputError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(OutputError::io("remove", path)),
    }
}

/// Name of a file in the making.
fn part(name: &str, token: &str) -> String {
    if token.is_empty() { format!("{name}.part") } else { format!("{name}.{token}.part") }
}

fn flush(open: &mut OpenFile, room: &mut Option<u64>) -> io::Result<()> {
    if let Some(left) = room {
        *left = left.checked_sub(open.buffer.len() as u64).ok_or(io::ErrorKind::StorageFull)?;
    }
    open.file.write_all(&open.buffer)?;
    open.buffer.clear();
    Ok(())
}

/// Folders cannot be synced on every system, and a failure here takes nothing away from what is written.
fn sync_folder(path: &Path) {
    if let Ok(folder) = File::open(path) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["runs.csv", DATAPACKAGE, MANIFEST];
    const PACKAGE: &[u8] = br#"{"spillover":{},"resources":[{"path":"runs.csv"}]}"#;

    fn begin(path: &Path, overwrite: bool) -> Result<Folder, OutputError> {
        Folder::begin(path, &NAMES, overwrite, "study x")
    }

    fn complete(path: &Path) {
        let mut folder = begin(path, true).unwrap();
        folder.append("runs.csv", b"a,b\n").unwrap();
        folder.append("runs.csv", b"1,2\n").unwrap();
        folder.append(DATAPACKAGE, PACKAGE).unwrap();
        folder.append(MANIFEST, b"{}").unwrap();
        assert!(
            path.join(MARK).exists()
                && path.join("runs.csv.part").exists()
                && !path.join("runs.csv").exists()
        );
        folder.finish().unwrap();
    }

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(path)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_is_complete_or_marked() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/study");
        complete(&path);
        assert_eq!(names(&path), [DATAPACKAGE, MANIFEST, "runs.csv"]);
        assert_eq!(fs::read(path.join("runs.csv")).unwrap(), b"a,b\n1,2\n");
        let message = begin(&path, false).err().unwrap().to_string();
        assert!(
            message.contains("holds a complete study") && message.contains("--overwrite"),
            "{message}"
        );
        complete(&path);
    }

    #[test]
    fn files_that_go_while_a_folder_begins_are_no_error_and_others_are() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("there"), "x").unwrap();
        remove(&dir.path().join("there")).unwrap();
        remove(&dir.path().join("there")).unwrap();
        assert!(names(dir.path()).is_empty());
        fs::create_dir(dir.path().join("folder")).unwrap();
        let message = remove(&dir.path().join("folder")).unwrap_err().to_string();
        assert!(message.contains("cannot remove") && message.contains("folder"), "{message}");
    }

    /// Folders that begin again and again while files in the making vanish from them, as those of another process do.
    #[test]
    fn a_folder_begins_while_another_process_names_its_files() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path();
        let existing = Existing::GoOn { study: "x", beyond: false };
        let begin =
            |token: &str| Folder::begin_beside(path, &NAMES, &existing, "study: x", &[], token);
        begin("cafe").unwrap();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let theirs = path.join(part("runs.csv", "beef"));
                    let _ = fs::write(&theirs, "x");
                    let _ = fs::remove_file(&theirs);
                }
            });
            let failed = (0..300).find_map(|_| begin("cafe").err());
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            assert!(failed.is_none(), "{}", failed.unwrap());
        });
    }

    #[test]
    fn a_failure_leaves_the_mark_with_its_cause() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = begin(dir.path(), false).unwrap();
        folder.append("runs.csv", b"a,b\n").unwrap();
        folder.limit_room(2);
        let error = folder.finish().unwrap_err();
        assert!(error.to_string().contains("make room"), "{error}");
        folder.fail(&error.to_string());
        drop(folder);
        assert_eq!(names(dir.path()), [MARK, "runs.csv.part"]);
        let message = begin(dir.path(), false).err().unwrap().to_string();
        assert!(
            message.contains("unfinished study (cannot write") && message.contains("--overwrite"),
            "{message}"
        );
        complete(dir.path());
        assert_eq!(names(dir.path()), [DATAPACKAGE, MANIFEST, "runs.csv"]);
    }

    #[test]
    fn a_shard_that_fails_beside_an_interrupted_extension_keeps_what_its_mark_says() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("store")).unwrap();
        let existing = Existing::GoOn { study: "x", beyond: false };
        let about = "study: x\ntables: runs,summary";
        let extension =
            Folder::begin_beside(dir.path(), &NAMES, &existing, about, &["store"], "cafe").unwrap();
        let mut shard = Folder::join(dir.path(), &["a.csv"], "x", "study: x", &["store"]).unwrap();
        shard.fail("no luck");
        let mark = Mark::read(dir.path()).unwrap().unwrap();
        assert_eq!((mark.cause.as_str(), mark.value("tables")), ("no luck", Some("runs,summary")));
        assert!(mark.files().eq([DATAPACKAGE, MANIFEST, "runs.csv"]));
        assert!(extension.is_mine().is_ok(), "the folder stays that of the extension");
    }

    #[test]
    fn foreign_files_are_never_touched() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("notes.txt"), "mine").unwrap();
        for overwrite in [false, true] {
            let message = begin(dir.path(), overwrite).err().unwrap().to_string();
            assert!(message.contains("no study wrote `notes.txt`"), "{message}");
        }
        let path = dir.path().join("study");
        complete(&path);
        fs::write(path.join("notes.txt"), "mine").unwrap();
        fs::write(path.join("pressure.csv"), "mine").unwrap();
        let taken = Folder::begin(&path, &["pressure.csv"], true, "").err().unwrap().to_string();
        assert!(taken.contains("holds `pressure.csv`, which no study wrote"), "{taken}");
        assert!(path.join("runs.csv").exists(), "nothing is removed before everything is checked");
        complete(&path);
        assert_eq!(fs::read(path.join("notes.txt")).unwrap(), b"mine");
        assert_eq!(fs::read(path.join("pressure.csv")).unwrap(), b"mine");
    }

    #[test]
    fn a_package_cannot_point_out_of_its_folder() {
        let dir = tempfile::tempdir().unwrap();
        let (outside, path) = (dir.path().join("outside.csv"), dir.path().join("study"));
        fs::create_dir(&path).unwrap();
        fs::write(&outside, "mine").unwrap();
        let package = br#"{"spillover":{},"resources":[{"path":"../outside.csv"}]}"#;
        fs::write(path.join(DATAPACKAGE), package).unwrap();
        drop(begin(&path, true).unwrap());
        assert!(outside.exists());
        assert_eq!(names(&path), [MARK]);
    }

    #[test]
    fn a_mark_of_many_words_keeps_its_list_of_files() {
        let dir = tempfile::tempdir().unwrap();
        let mut folder = begin(dir.path(), false).unwrap();
        folder.append("runs.csv", b"a\n").unwrap();
        folder.fail(&"a long cause\nof two lines ".repeat(1000));
        assert_eq!(fs::metadata(dir.path().join(MARK)).unwrap().len(), mark::BYTES as u64);
        drop(folder);
        complete(dir.path());
        assert_eq!(names(dir.path()), [DATAPACKAGE, MANIFEST, "runs.csv"]);
    }
}
