//! Broken copies of `maps/tiny` and what is said of them; links, routes and segments of the sound one.

mod faults;
mod travel;

use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};

use super::MapError;
use crate::geography::Map;

const AS_OF: Date = date(2026, 1, 15);

fn tiny_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("maps/tiny")
}

fn tiny() -> Map {
    Map::load(&tiny_folder(), AS_OF).expect("maps/tiny is sound")
}

/// What is done to the bytes of a file; `None` removes it.
type Edit<'a> = dyn Fn(Vec<u8>) -> Option<Vec<u8>> + 'a;

/// A copy of the tiny map with some files changed; `None` removes the file.
fn changed(edits: &[(&str, &Edit<'_>)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for entry in std::fs::read_dir(tiny_folder()).expect("maps/tiny") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|n| n.to_str()).expect("a name").to_owned();
        let mut bytes = Some(std::fs::read(&path).expect("a file"));
        for (file, edit) in edits {
            if *file == name {
                bytes = bytes.and_then(edit);
            }
        }
        if let Some(bytes) = bytes {
            std::fs::write(dir.path().join(name), bytes).expect("a copy");
        }
    }
    dir
}

/// The problems of the tiny map after a text was replaced in a file.
fn problems_after(file: &str, from: &str, to: &str) -> Vec<String> {
    let replace = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.contains(from), "{file} does not contain {from}");
        Some(text.replacen(from, to, 1).into_bytes())
    };
    let dir = changed(&[(file, &replace)]);
    texts(&failure(dir.path(), AS_OF))
}

fn failure(dir: &Path, as_of: Date) -> MapError {
    match Map::load(dir, as_of) {
        Ok(_) => panic!("a broken map was loaded"),
        Err(error) => error,
    }
}

fn texts(error: &MapError) -> Vec<String> {
    error.problems.iter().map(ToString::to_string).collect()
}
