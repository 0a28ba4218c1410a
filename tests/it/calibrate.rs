//! `spillover calibrate` as a user meets it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use spillover::calibration::evaluate::{Cases, Evaluate};
use spillover::validation::{Settings, regional};

use crate::common;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn spillover(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_spillover"))
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// The shipped study with something changed, beside its configs.
fn changed(folder: &Path, changes: &[(&str, &str)]) -> PathBuf {
    let mut text = fs::read_to_string(format!("{ROOT}/configs/calibration.toml")).unwrap();
    for (from, to) in changes {
        text = common::replaced("calibration.toml", &text, from, to);
    }
    let text = text.replace("\"base.toml\"", &format!("'{ROOT}/configs/base.toml'"));
    let text = text.replace("\"cases/", &format!("\"{ROOT}/configs/cases/"));
    let path = folder.join("study.toml");
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let (code, _, said) = spillover(dir.path(), &["calibrate", "missing.toml"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("cannot read `missing.toml`: no such file"), "{said}");

    let study = changed(
        dir.path(),
        &[("destination.kin_bonus", "destination.kin_bonnus"), ("high = 0.031", "high = 300")],
    );
    let (code, out, said) = spillover(dir.path(), &["calibrate", study.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    for words in [
        "`displacement.destination.kin_bonnus` is no key of the scenario",
        "did you mean `displacement.destination.kin_bonus`?",
        "found 300, allowed: 0 to 0.2",
    ] {
        assert!(said.contains(words), "no `{words}` in\n{said}");
    }
    assert!(!dir.path().join("output").exists());
}

#[test]
fn a_case_that_cannot_be_run_is_told_before_the_first_wave() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("empty")).unwrap();
    fs::write(dir.path().join("empty/case.toml"), "").unwrap();
    let list = "[\"cases/karabakh_2023\", \"cases/chechnya_1999\", \"cases/kobani_2014\"]";
    let study = changed(dir.path(), &[(list, "[\"empty\"]")]);
    let (code, _, said) = spillover(dir.path(), &["calibrate", study.to_str().unwrap()]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("empty"), "{said}");
    assert!(!dir.path().join("output").exists());
}

#[test]
fn waves_are_checked_like_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let study = changed(dir.path(), &[]);
    let (code, _, said) =
        spillover(dir.path(), &["calibrate", study.to_str().unwrap(), "--waves", "0"]);
    assert_eq!(code, Some(2));
    assert!(
        said.contains("`waves` is out of range") && said.contains("found 0, allowed: 1 to 50"),
        "{said}"
    );
}

#[test]
fn other_commands_know_a_calibration_study() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("a_case")).unwrap();
    fs::write(dir.path().join("a_case/case.toml"), "").unwrap();
    let list = "[\"cases/karabakh_2023\", \"cases/chechnya_1999\", \"cases/kobani_2014\"]";
    changed(dir.path(), &[(list, "[\"a_case\"]")]);
    let (code, out, said) = spillover(dir.path(), &["check", "study.toml"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        out.trim(),
        "ok study.toml: 15 parameters, 1 case, 2 waves of 240 sets, 3 replicates"
    );
    let (code, _, said) = spillover(dir.path(), &["run", "study.toml"]);
    assert_eq!(code, Some(2));
    assert_eq!(
        said.trim(),
        "error: study.toml is a calibration study\n  do it with: spillover calibrate study.toml"
    );
}

/// The shortest calibration on a real case, twice: the second goes on from the journal and gives the same bytes.
#[test]
fn a_short_calibration_on_karabakh() {
    if !Path::new(ROOT).join("configs/cases/karabakh_2023/case.toml").exists() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let list = "[\"cases/karabakh_2023\", \"cases/chechnya_1999\", \"cases/kobani_2014\"]";
    let study = changed(
        dir.path(),
        &[
            (list, "[\"cases/karabakh_2023\"]"),
            ("replicates = 3", "replicates = 2"),
            ("second_largest\"\n", "largest\"\n"),
            ("waves = 2", "waves = 1"),
            ("runs_per_wave = 240", "runs_per_wave = 10"),
            ("min_keep = 50", "min_keep = 1"),
            // Wide enough that some of ten sets survive, and so few kept that not all are accepted.
            ("cutoff = 3.0", "cutoff = 20.0"),
        ],
    );
    let arguments = ["calibrate", study.to_str().unwrap(), "--out", "results", "--threads", "2"];
    let (code, table, said) = spillover(dir.path(), &arguments);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        table.contains("displacement.hazard.defeat_per_day") && said.contains("10 sets tried"),
        "{table}\n{said}"
    );
    let names = ["runs.csv", "plausible.csv", "summary.json", "central.toml"];
    let read = || names.map(|name| fs::read(dir.path().join("results").join(name)).unwrap());
    let first = read();
    assert_eq!(String::from_utf8_lossy(&first[0]).lines().count(), 11);
    let (code, _, said) = spillover(dir.path(), &arguments);
    assert!(code == Some(2) && said.contains("holds a complete study"), "{said}");
    let (code, _, said) = spillover(dir.path(), &[&arguments[..], &["--overwrite"]].concat());
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("10 sets are known"), "{said}");
    assert!(read() == first);

    // What one command writes the other reads, and it uses the accepted sets alone.
    let plausible = dir.path().join("results/plausible.csv");
    let case = format!("{ROOT}/configs/cases/karabakh_2023");
    let base = format!("{ROOT}/configs/base.toml");
    let validate = |parameters: &Path, out: &str| {
        let arguments = [
            "validate",
            &case,
            "--scenario",
            &base,
            "--replicates",
            "2",
            "--seed",
            "1",
            "--out",
            out,
        ];
        spillover(
            dir.path(),
            &[&arguments[..], &["--parameters", parameters.to_str().unwrap()]].concat(),
        )
    };
    let (code, _, said) = validate(&plausible, "all");
    assert_eq!(code, Some(0), "{said}");
    let text = fs::read_to_string(&plausible).unwrap();
    let (accepted, others): (Vec<&str>, Vec<&str>) =
        text.lines().skip(1).partition(|row| row.ends_with(",true"));
    assert!(!accepted.is_empty() && !others.is_empty(), "{text}");
    let header = text.lines().next().unwrap();
    let own = dir.path().join("own.csv");
    // The others first: were they used, the scores would change.
    fs::write(&own, [&[header][..], &others, &accepted].concat().join("\n") + "\n").unwrap();
    let (code, _, said) = validate(&own, "own");
    assert_eq!(code, Some(0), "{said}");
    let scores = |out: &str| fs::read(dir.path().join(out).join("scores.csv")).unwrap();
    assert!(scores("all") == scores("own"));
    fs::write(&own, [&[header][..], &others].concat().join("\n") + "\n").unwrap();
    let (code, _, said) = validate(&own, "none");
    assert_eq!(code, Some(2));
    assert!(said.contains("sets is accepted") && !dir.path().join("none").exists(), "{said}");
}

#[test]
fn a_set_gives_what_a_run_of_the_case_gives() {
    let folder = Path::new(ROOT).join("configs/cases/karabakh_2023");
    let settings = Settings { replicates: 2, seed: 5, ..common::settings() };
    let cases = Cases::prepare(std::slice::from_ref(&folder), &settings)
        .unwrap_or_else(|p| panic!("{}", p.join("\n")));
    for hazard in [0.2, 0.6, 0.2] {
        let set = vec![("displacement.hazard.defeat_per_day".to_owned(), hazard)];
        let found = cases.run(&set, settings.seed).unwrap();
        let settings = Settings { parameter_sets: vec![set], ..settings.clone() };
        let record =
            regional::run(&folder, &settings).unwrap_or_else(|p| panic!("{}", p.join("\n")));
        assert_eq!(found.len(), record.series.len());
        for (one, other) in found.iter().zip(&record.series) {
            assert_eq!(one.name, format!("karabakh_2023/{}", other.name));
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            for (one, other) in one.points.iter().zip(&other.points) {
                assert_eq!(bits(&one.simulated), bits(&other.simulated));
            }
        }
    }
}

#[test]
fn the_shipped_study_is_sound() {
    let path = Path::new(ROOT).join("configs/calibration.toml");
    match spillover::calibration::study::load(&path, &[]) {
        Ok(plan) => assert_eq!(plan.axes.len(), 15),
        // Where the cases are not there, that is all that is wrong.
        Err(problems) => {
            let said = problems.render(false);
            assert_eq!(
                said.matches("error: ").count(),
                said.matches("is no case").count() + 1,
                "{said}"
            );
        }
    }
}
