//! `spillover validate` as a user meets it.

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    #[track_caller]
    fn has(&self, parts: &[&str]) {
        for part in parts {
            assert!(self.err.contains(part), "`{part}` in\n{}", self.err);
        }
    }
}

/// The program in the folder of the project.
fn validate(arguments: &[&str]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_spillover"))
        .current_dir(ROOT)
        .env("NO_COLOR", "1")
        .arg("validate")
        .args(arguments)
        .output()
        .unwrap();
    Said {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The regional cases that are shipped.
fn shipped() -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(Path::new(ROOT).join("configs/cases")) else {
        return Vec::new();
    };
    let mut cases: Vec<PathBuf> =
        entries.map(|e| e.unwrap().path()).filter(|p| p.join("case.toml").is_file()).collect();
    cases.sort();
    cases
}

#[test]
fn a_missing_case_is_an_error_with_its_cause() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let said = validate(&["no_such_case", "--out", out.to_str().unwrap()]);
    assert_eq!(said.code, Some(2));
    said.has(&["error: no_such_case: there is no such folder", "configs/cases"]);
    assert!(!out.exists(), "nothing is written when nothing can run");
    assert_eq!(said.out, "");
}

#[test]
fn a_folder_that_is_no_case_says_what_a_case_has() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let said = validate(&[empty.to_str().unwrap()]);
    assert_eq!(said.code, Some(2));
    said.has(&["neither case.toml (regional) nor input_csv (network)"]);
    let file = folder.path().join("case.toml");
    fs::write(&file, "").unwrap();
    let said = validate(&[file.to_str().unwrap()]);
    assert_eq!(said.code, Some(2));
    said.has(&["is a file", "a case is a folder"]);
}

#[test]
fn a_broken_case_fails_and_leaves_a_marked_folder() {
    let folder = tempfile::tempdir().unwrap();
    let case = folder.path().join("broken");
    fs::create_dir_all(case.join("input_csv")).unwrap();
    let out = folder.path().join("out");
    let said =
        validate(&[case.to_str().unwrap(), "--replicates", "1", "--out", out.to_str().unwrap()]);
    assert_eq!(said.code, Some(2));
    said.has(&["broken", "no case could be scored"]);
    assert_eq!(names(&out), ["UNFINISHED"]);
}

#[test]
fn broken_parameter_files_are_told_with_row_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plausible.csv");
    let says = |text: &str, parts: &[&str]| {
        fs::write(&file, text).unwrap();
        let said = validate(&["some_case", "--parameters", file.to_str().unwrap()]);
        assert_eq!(said.code, Some(2), "{}", said.err);
        said.has(parts);
        assert_eq!(said.out, "");
    };
    says(
        "set,displacement.no.such\n1,2\n",
        &["plausible.csv:2: row 1, column `displacement.no.such`"],
    );
    says(
        "set,nonsense\n1,2\n",
        &["plausible.csv:1: column 2: `nonsense` is no path of a parameter"],
    );
    says(
        "set,run.days\n1,30\n2,many\n",
        &[
            "plausible.csv:3: row 2, column 2 (`run.days`): found `many`",
            "a finite number is allowed",
        ],
    );
    says("set,run.days\n1,30\n2,-5\n", &["plausible.csv:3: row 2, column `run.days`"]);
    let said =
        validate(&["some_case", "--parameters", folder.path().join("gone.csv").to_str().unwrap()]);
    assert_eq!(said.code, Some(2));
    said.has(&["cannot read", "gone.csv"]);
}

#[test]
fn wrong_scenarios_and_settings_are_told() {
    let said = validate(&["some_case", "--scenario", "configs/no_such.toml"]);
    assert_eq!(said.code, Some(2));
    said.has(&["no_such.toml"]);
    let said = validate(&["some_case", "--set", "run.dayz=3"]);
    assert_eq!(said.code, Some(2));
    said.has(&["dayz"]);
    let said = validate(&["some_case", "--replicates", "0"]);
    assert_eq!(said.code, Some(2));
    let said = validate(&["some_case", "--json", "--markdown"]);
    assert_eq!(said.code, Some(2));
}

/// One shipped case from end to end; the shortest by its own settings is the first by name that runs.
#[test]
fn a_shipped_case_is_scored_from_end_to_end() {
    let Some(case) = shipped()
        .into_iter()
        .find(|p| p.ends_with("karabakh_2023"))
        .or_else(|| shipped().into_iter().next())
    else {
        return; // no case is shipped yet
    };
    let name = case.file_name().unwrap().to_str().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let to = out.to_str().unwrap();
    let first = validate(&[&name, "no_such_case", "--replicates", "2", "--out", to, "--json"]);
    assert_eq!(first.code, Some(1), "{}", first.err);
    first.has(&["error: no_such_case: there is no such folder", "1 case failed: no_such_case"]);
    let document: serde_json::Value = serde_json::from_str(&first.out).unwrap();
    assert_eq!(document["cases"][0]["case"], name.as_str());
    assert_eq!(document["failures"][0]["case"], "no_such_case");
    let picture = format!("{name}_as_given.svg");
    let expected = [
        "datapackage.json".to_owned(),
        picture.clone(),
        "manifest.json".into(),
        "scores.csv".into(),
        "series.csv".into(),
        "validation.json".into(),
    ];
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(names(&out), expected);
    let scores = fs::read_to_string(out.join("scores.csv")).unwrap();
    assert!(scores.contains(&format!("{name},as_given,")) && scores.contains(",crps,model,"));

    let again = validate(&[&name, "--replicates", "2", "--out", to]);
    assert_eq!(again.code, Some(2), "a finished folder is not replaced unasked");
    again.has(&["--overwrite"]);
    let again = validate(&[
        &name,
        "--replicates",
        "2",
        "--out",
        to,
        "--overwrite",
        "--markdown",
        "--threads",
        "1",
    ]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert!(again.out.contains("| series | n |"));
    assert_eq!(
        fs::read_to_string(out.join("scores.csv")).unwrap(),
        scores,
        "the same bytes with another thread count"
    );
}
