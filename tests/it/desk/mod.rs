//! What the tests of the program share: a folder of the test's own, the program in it, and what it said.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The program, in a folder of the test's own, with the shipped configs and maps in reach by absolute path.
pub struct Desk {
    /// The folder.
    pub folder: tempfile::TempDir,
}

/// A fresh desk.
pub fn desk() -> Desk {
    Desk { folder: tempfile::tempdir().unwrap() }
}

/// The shipped quick study.
pub fn quick() -> String {
    format!("{}/configs/quick.toml", env!("CARGO_MANIFEST_DIR"))
}

impl Desk {
    /// A path on the desk.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spillover"));
        command.current_dir(self.folder.path());
        command
    }

    /// Runs the program.
    pub fn spillover(&self, arguments: &[&str]) -> Said {
        Said::from(self.command().args(arguments).output().unwrap())
    }

    /// Names in a folder of the desk, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.path(folder))
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

/// What a command said.
pub struct Said {
    /// Exit code.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Said {
    /// Checks the exit code and parts of both outputs.
    #[track_caller]
    pub fn ends(self, code: i32, in_out: &[&str], in_err: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        for part in in_out {
            assert!(self.out.contains(part), "`{part}` is not in stdout:\n{}", self.out);
        }
        for part in in_err {
            assert!(self.err.contains(part), "`{part}` is not in stderr:\n{}", self.err);
        }
        self
    }
}

/// Every table of a folder and its description: what must not depend on who ran what.
pub fn tables(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "csv") || p.ends_with("datapackage.json"))
        .map(|p| (p.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&p).unwrap()))
        .collect();
    files.sort();
    files
}

/// Copies the parts of one folder's store into another's.
pub fn copy_store(from: &Path, to: &Path) {
    fs::create_dir_all(to.join("store")).unwrap();
    for entry in fs::read_dir(from.join("store")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join("store").join(path.file_name().unwrap())).unwrap();
    }
}
