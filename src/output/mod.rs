//! The archive: rows to files. Sees rows only, never a world.
//!
//! A folder is complete, or it holds the mark [`folder::MARK`]: there is no third state.

pub mod datapackage;
pub mod describe;
pub mod folder;
pub mod manifest;
#[cfg(feature = "parquet")]
pub mod parquet;

pub use describe::describe;

use std::io;
use std::path::{Path, PathBuf};

/// Why nothing can be written. Each message says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// A finished study is there.
    #[error(
        "{folder} holds a complete study\n  keep it: give another folder with --out\n  replace it: run again with --overwrite"
    )]
    Complete {
        /// The folder.
        folder: String,
    },
    /// A study that did not end is there.
    #[error(
        "{folder} holds an unfinished study ({cause})\n  if it is still running, wait for it\n  otherwise replace it: run again with --overwrite"
    )]
    Unfinished {
        /// The folder.
        folder: String,
        /// Why it is unfinished, as its mark says.
        cause: String,
    },
    /// Another study that did not end is there.
    #[error(
        "{folder} holds {other}, which is not finished\n  give another folder with --out, or replace it: run again with --overwrite"
    )]
    OtherStudy {
        /// The folder.
        folder: String,
        /// What is there.
        other: String,
    },
    /// Another process has the folder by now.
    #[error(
        "{folder}: another process {did} while this one was at work; its files are left alone\n  the runs done here are in the store: when the other has ended, ask for the whole study, by the same command again or by spillover merge"
    )]
    Taken {
        /// The folder.
        folder: String,
        /// What it did with it.
        did: &'static str,
    },
    /// Files that no study wrote are there.
    #[error(
        "{folder} is not empty, and no study wrote `{example}`\n  give an empty or new folder with --out"
    )]
    Foreign {
        /// The folder.
        folder: String,
        /// One of the files.
        example: String,
    },
    /// A file that no study wrote stands where this study would write.
    #[error(
        "{folder} holds `{name}`, which no study wrote, where this study would write\n  move it away, or give another folder with --out"
    )]
    InTheWay {
        /// The folder.
        folder: String,
        /// The file.
        name: String,
    },
    /// The system refuses.
    #[error("cannot {doing} {path}: {source}{}", advice(.source))]
    Io {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: String,
        /// What the system says.
        source: io::Error,
    },
}

impl OutputError {
    /// An error of the system, with what was being done to what.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::Io { doing, path, source }
    }
}

/// What to do about an error of the system, where there is something.
fn advice(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "\n  make room and run the same command again; `--tables summary` needs far less"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "\n  give a folder that you may write to with --out"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "\n  a file stands where a folder should be: give another folder with --out"
        }
        _ => "",
    }
}

/// A file that a study wrote.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct WrittenFile {
    /// Name in the folder.
    pub path: PathBuf,
    /// Size.
    pub bytes: u64,
    /// BLAKE3 of its content, in hexadecimal.
    pub blake3: String,
}
