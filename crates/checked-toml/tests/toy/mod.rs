//! What tests of bad files share: a small model in place of a real one, and the reader of the cases.

use std::path::Path;

use serde_json::Value;

/// The base file.
pub const BASE: &str = include_str!("base.toml");

/// The schema of the small model, in the form that `schemars` generates for Rust types.
pub fn schema() -> Value {
    serde_json::from_str(include_str!("schema.json")).unwrap()
}

/// A folder with a map, a base file, and these files.
pub fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("maps/toyland")).unwrap();
    for (name, bytes) in [("base.toml", BASE.as_bytes())].iter().chain(files) {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

/// Does the cases of a file: `answer` says what is told of `study.toml` in a folder with some arguments.
pub fn refused(file: &str, least: usize, answer: impl Fn(&Path, &[String]) -> String) {
    let all = std::fs::read_to_string(file).unwrap();
    let (introduction, cases) = all.split_once("\n#### ").unwrap();
    let (mut renewed, mut wrong) = (introduction.to_owned(), Vec::new());
    for case in cases.split("\n#### ") {
        let (input, expected) = case.split_once("\n---- says\n").unwrap();
        let (mut files, mut sets): (Vec<(&str, &[u8])>, _) = (Vec::new(), Vec::new());
        for part in input.split("\n---- ").skip(1) {
            match part.split_once('\n').unwrap_or((part, "")) {
                ("--set", text) => sets = text.lines().map(str::to_owned).collect(),
                (file, text) => files.push((file, text.as_bytes())),
            }
        }
        let folder = folder(&files);
        let found = answer(folder.path(), &sets);
        let found = found.replace(&folder.path().display().to_string(), "$DIR");
        if found.trim_end() != expected.trim_end() {
            wrong.push(format!("#### {input}\n---- expected\n{expected}\n---- found\n{found}\n"));
        }
        renewed.extend(["\n#### ", input, "\n---- says\n", found.trim_end(), "\n"]);
    }
    if std::env::var_os("SPILLOVER_BLESS").is_some() {
        std::fs::write(file, renewed).unwrap();
    } else {
        assert!(wrong.is_empty(), "{} answers differ:\n{}", wrong.len(), wrong.join("\n"));
    }
    assert!(cases.split("\n#### ").count() >= least, "only a few cases");
}
