//! The mark of a folder in the making: a text for people, from which the program reads what is being made.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Name of the mark of a folder in the making.
pub const MARK: &str = "UNFINISHED";

/// How the mark begins.
const BEGINS: &str = "This study is not finished";
/// How its last line begins.
const ENDS: &str = "Run the same command again";
/// What it says until something else is known.
pub(super) const RUNNING: &str = "still running, or ended without a word";
/// Room kept in it, so that the cause of a failure can be written into it when the disk is full.
pub(super) const BYTES: usize = 4096;

/// What a mark says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Why the folder is unfinished, in one line.
    pub cause: String,
    /// What is being made, in lines such as `study: NAME`, and the names of its files.
    about: String,
}

impl Mark {
    /// A mark of something that begins.
    pub(super) fn new<'n>(about: &str, files: impl IntoIterator<Item = &'n str>) -> Self {
        let files = files.into_iter().collect::<Vec<_>>().join("\n");
        Self { cause: RUNNING.into(), about: format!("{about}\n\nfiles:\n{files}\n") }
    }

    /// Reads the mark of a folder; nothing when there is none, or a file of somebody else.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn read(folder: &Path) -> io::Result<Option<Self>> {
        match fs::read(folder.join(MARK)) {
            Ok(bytes) => Ok(Self::parse(&bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(bytes);
        // An empty mark is ours: the disk was full, or the power failed, right after it was made.
        if text.is_empty() {
            return Some(Self { cause: "an empty mark".into(), about: String::new() });
        }
        let rest = text.strip_prefix(BEGINS)?.split_once("\ncause: ").map_or("", |(_, rest)| rest);
        let (cause, about) = rest.split_once('\n').unwrap_or((rest, ""));
        let about = about.rsplit_once(&format!("\n{ENDS}")).map_or(about, |(about, _)| about);
        Some(Self { cause: cause.to_owned(), about: about.trim_start_matches('\n').to_owned() })
    }

    /// Whether nothing is known of what was being made.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.about.is_empty()
    }

    /// What it says after a word and a colon, such as `study`.
    #[must_use]
    pub fn value(&self, word: &str) -> Option<&str> {
        self.about.lines().find_map(|line| line.strip_prefix(word)?.strip_prefix(": "))
    }

    /// Names of the files that were to be written.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        let lines = self.about.lines().skip_while(|&line| line != "files:").skip(1);
        lines.take_while(|line| !line.is_empty())
    }

    /// Writes the mark in place, always the same size.
    pub(super) fn write(&self, file: &mut File) -> io::Result<()> {
        let cause = self.cause.lines().map(str::trim).collect::<Vec<_>>().join("; ");
        let room = BYTES.saturating_sub(self.about.len() + 200);
        let cause: String = cause.chars().take(room / 4).collect();
        let about = &self.about;
        let mut text = format!(
            "{BEGINS}: its files are not to be used.\ncause: {cause}\n\n{about}\n\
             {ENDS}; where that says no, replace this with `--overwrite`.\n"
        );
        let padding = BYTES.saturating_sub(text.len());
        text.push_str(&"\n".repeat(padding));
        file.seek(SeekFrom::Start(0))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    }

    /// Writes a cause into the mark that stands in a file, and keeps all else that it says; an empty one says what this says.
    pub(super) fn fail_in(&self, file: &mut File, cause: &str) -> io::Result<()> {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        let standing = Self::parse(&bytes).filter(|mark| !mark.is_empty());
        Self { cause: cause.to_owned(), ..standing.unwrap_or_else(|| self.clone()) }.write(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_comes_back() {
        let mark = Mark::new("study: x\ntables: runs", ["runs.csv", "manifest.json"]);
        let mut file = tempfile::tempfile().unwrap();
        mark.fail_in(&mut file, "two\n lines").unwrap();
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        let back = Mark::parse(&bytes).unwrap();
        assert_eq!((back.cause.as_str(), bytes.len()), ("two; lines", BYTES));
        assert_eq!((back.value("study"), back.value("tables")), (Some("x"), Some("runs")));
        assert_eq!(back.value("process"), None);
        assert!(back.files().eq(["runs.csv", "manifest.json"]));
        assert_eq!(back.about, mark.about);
        assert_eq!(Mark::parse(b"somebody's notes"), None);
        assert!(Mark::parse(b"").unwrap().is_empty());
    }
}
