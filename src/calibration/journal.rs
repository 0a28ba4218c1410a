//! One line for every set that was tried, so that an interrupted calibration goes on where it stopped.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::implausibility::Judged;

/// What came of a set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Wave, from 1.
    pub wave: u32,
    /// Set within the wave, from 0.
    pub set: u32,
    /// Values in the order of the parameters, to see that a journal belongs to the design.
    pub values: Vec<f64>,
    /// The series, or why there are none.
    pub result: Result<Vec<Judged>, String>,
}

/// Form of the file.
const VERSION: u32 = 2;

/// The first line.
fn header(plan: &str) -> serde_json::Value {
    serde_json::json!({ "spillover_calibration": VERSION, "plan": plan })
}

/// A journal that is open, and locked against a second process.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    /// Entries that were there.
    pub known: Vec<Entry>,
    /// Whether the file was there.
    pub resumed: bool,
    /// Journals of other plans in the same folder.
    pub others: Vec<String>,
    /// Whether a torn last line was cut off.
    pub torn: bool,
}

impl Journal {
    /// Opens the journal of a plan in a folder, which is made when missing.
    ///
    /// # Errors
    /// In words: when it cannot be written, another process holds it, or a line before the last is broken.
    pub fn open(folder: &Path, plan: &str) -> Result<Self, String> {
        let failed = |doing: &str, path: &Path, error: &dyn std::fmt::Display| {
            format!("cannot {doing} {}: {error}", path.display())
        };
        fs::create_dir_all(folder).map_err(|e| failed("make the folder", folder, &e))?;
        let name = format!("{}.jsonl", plan.get(..16).unwrap_or(plan));
        let path = folder.join(&name);
        let mut others: Vec<String> = fs::read_dir(folder)
            .map_err(|e| failed("read the folder", folder, &e))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|other| {
                *other != name && Path::new(other).extension().is_some_and(|e| e == "jsonl")
            })
            .collect();
        others.sort();
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| failed("open the journal", &path, &e))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(format!(
                    "{} is in use: another calibration of this plan is running",
                    path.display()
                ));
            }
            // Some file systems know no locks; one process at a time is then the user's care.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|e| failed("read the journal", &path, &e))?;
        let (known, sound) = read(&bytes, plan).map_err(|problem| {
            format!("{}: {problem}\n  move the file away and start again", path.display())
        })?;
        let torn = sound < bytes.len();
        file.set_len(sound as u64).map_err(|e| failed("write the journal", &path, &e))?;
        file.seek(SeekFrom::End(0)).map_err(|e| failed("write the journal", &path, &e))?;
        let mut journal = Self { file, path, known, resumed: sound > 0, others, torn };
        if sound == 0 {
            journal.line(&header(plan))?;
        }
        Ok(journal)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds an entry, and gives it back as it will be read: what is reckoned with is what the journal says, so that a
    /// calibration that was interrupted reckons with the same numbers.
    ///
    /// # Errors
    /// In words, when it cannot be written.
    pub fn add(&mut self, entry: &Entry) -> Result<Entry, String> {
        let text = self.line(entry)?;
        serde_json::from_str(&text)
            .map_err(|error| format!("the journal cannot be read back: {error}"))
    }

    fn line(&mut self, content: &impl Serialize) -> Result<String, String> {
        let failed = |error: &dyn std::fmt::Display| {
            format!("cannot write {}: {error}", self.path.display())
        };
        let mut text = serde_json::to_string(content).map_err(|e| failed(&e))?;
        text.push('\n');
        // One write, past no buffer: a killed process tears one line at most.
        self.file.write_all(text.as_bytes()).map_err(|e| failed(&e))?;
        Ok(text)
    }
}

/// Entries and the length of what is sound. Only the last line may be torn.
fn read(bytes: &[u8], plan: &str) -> Result<(Vec<Entry>, usize), String> {
    let mut known = Vec::new();
    let mut sound = 0;
    let header = serde_json::to_vec(&header(plan)).map_err(|e| e.to_string())?;
    for (number, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        let is_last = sound + line.len() == bytes.len();
        let is_whole = line.ends_with(b"\n");
        if number == 0 {
            match line.strip_suffix(b"\n") {
                Some(found) if found == header => sound += line.len(),
                None if header.starts_with(line) => break,
                _ => return Err("line 1 is not the header of this plan's journal".to_owned()),
            }
        } else {
            match serde_json::from_slice::<Entry>(line) {
                Ok(entry) if is_whole => {
                    known.push(entry);
                    sound += line.len();
                }
                // Only the last line can be without an end.
                Ok(_) => break,
                Err(_) if is_last => break,
                Err(problem) => {
                    return Err(format!("line {} cannot be read ({problem})", number + 1));
                }
            }
        }
    }
    Ok((known, sound))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "0123456789abcdef0123";

    fn entry(set: u32) -> Entry {
        let result = if set == 2 {
            Err("a group was \"lost\"\nin a line".to_owned())
        } else {
            Ok(vec![Judged { implausibility: 0.1 + f64::from(set), square: 1.0 / 3.0 }])
        };
        Entry { wave: 1, set, values: vec![0.25, f64::from(set)], result }
    }

    #[test]
    fn what_was_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(dir.path(), PLAN).unwrap();
        assert!(!journal.resumed);
        let added: Vec<Entry> = (0..4).map(|i| journal.add(&entry(i)).unwrap()).collect();
        drop(journal);
        let again = Journal::open(dir.path(), PLAN).unwrap();
        assert!(again.resumed && !again.torn);
        assert_eq!(again.known, added);
        assert_eq!(again.known[2].result, Err("a group was \"lost\"\nin a line".to_owned()));
    }

    #[test]
    fn a_torn_last_line_is_cut_off_wherever_it_was_torn() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(dir.path(), PLAN).unwrap();
        let path = journal.path().to_owned();
        (0..2).for_each(|i| drop(journal.add(&entry(i)).unwrap()));
        drop(journal);
        let whole = fs::read(&path).unwrap();
        let ends: Vec<usize> =
            whole.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1).collect();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let mut journal = Journal::open(dir.path(), PLAN).unwrap();
            let lines = ends.iter().filter(|end| **end <= length).count();
            assert_eq!(journal.known.len(), lines.saturating_sub(1), "{length} bytes");
            for set in journal.known.len() as u32..2 {
                journal.add(&entry(set)).unwrap();
            }
            drop(journal);
            assert_eq!(fs::read(&path).unwrap(), whole, "{length} bytes");
        }
    }

    #[test]
    fn a_broken_line_in_the_middle_and_a_second_process_are_errors() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(dir.path(), PLAN).unwrap();
        let path = journal.path().to_owned();
        (0..2).for_each(|i| drop(journal.add(&entry(i)).unwrap()));
        let busy = Journal::open(dir.path(), PLAN).unwrap_err();
        assert!(busy.contains("another calibration of this plan is running"), "{busy}");
        drop(journal);
        let text = fs::read_to_string(&path).unwrap().replacen("\"wave\":1", "\"wave\":?", 1);
        fs::write(&path, text).unwrap();
        let message = Journal::open(dir.path(), PLAN).unwrap_err();
        assert!(
            message.contains("line 2 cannot be read") && message.contains("move the file away"),
            "{message}"
        );
    }

    #[test]
    fn another_plan_has_a_journal_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        drop(Journal::open(dir.path(), PLAN).unwrap());
        let other = Journal::open(dir.path(), "fedcba9876543210").unwrap();
        assert!(!other.resumed);
        assert_eq!(other.others, ["0123456789abcdef.jsonl"]);
    }
}
