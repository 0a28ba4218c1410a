//! The committed maps come out of the tool, byte for byte.

use std::io::Write as _;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Builds a map and compares every file of it with the committed folder.
fn same_bytes(region: &str, map: &str) {
    let maps = repository().join("maps");
    let out = tempfile::tempdir().expect("a temporary folder");
    let file = maps.join("regions").join(region);
    let built = map_build::build(&file, None, Some(map), out.path(), &mut |_| {});
    let built = built.unwrap_or_else(|e| panic!("{map}: {e}"));
    let mut files: Vec<_> = std::fs::read_dir(&built[0].folder)
        .expect("the folder that was made")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    files.sort();
    let committed = std::fs::read_dir(maps.join(map)).expect("the committed map").count();
    assert_eq!(files.len(), committed, "{map}: {files:?}");
    for name in files {
        let made = std::fs::read(built[0].folder.join(&name)).expect("a file that was made");
        let old = std::fs::read(maps.join(map).join(&name)).expect("a committed file");
        assert!(made == old, "{map}/{}: other bytes than the committed file", name.display());
    }
}

/// As [`same_bytes`], where the geodata lie beside the repository; elsewhere it says that nothing was compared.
fn same_bytes_with(geodata: &str, region: &str, map: &str) {
    let folder = repository().join("../shared").join(geodata);
    if folder.is_dir() {
        return same_bytes(region, map);
    }
    // Past the capture of the test harness: a test that did nothing must not look like one that passed.
    let text = format!(
        "NOT COMPARED: maps/{map} with a fresh build, for ../shared/{geodata} is not there\n"
    );
    let _ = std::io::stderr().write_all(text.as_bytes());
}

#[test]
fn caucasus_10km() {
    same_bytes_with("geodata", "caucasus.toml", "caucasus_10km");
}

#[test]
fn caucasus_5km() {
    same_bytes_with("geodata", "caucasus.toml", "caucasus_5km");
}

#[test]
fn iran_caucasus_10km() {
    same_bytes_with("geodata_wide", "iran_caucasus.toml", "iran_caucasus_10km");
}
