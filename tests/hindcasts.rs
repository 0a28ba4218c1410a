//! Regional cases: the shipped ones run, broken ones are refused with their places, and a result depends on nothing but its inputs.

use std::path::{Path, PathBuf};

use spillover::validation::{Settings, regional};

fn settings(replicates: u32, threads: usize) -> Settings {
    Settings {
        scenario: "configs/base.toml".into(),
        sets: vec![],
        parameter_sets: vec![],
        replicates,
        seed: 1,
        hide_capacities: false,
        threads,
    }
}

fn karabakh() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/cases/karabakh_2023")
}

#[test]
fn every_shipped_case_runs() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/cases");
    let mut seen = 0;
    for folder in cases.read_dir().expect("shipped cases").map(|e| e.expect("an entry").path()) {
        if !regional::is_case(&folder) {
            continue;
        }
        seen += 1;
        let record = regional::run(&folder, &settings(1, 1)).unwrap_or_else(|e| panic!("{}", e.join("\n")));
        assert!(!record.series.is_empty());
        for series in &record.series {
            assert!(series.points.is_sorted_by(|a, b| a.at_days <= b.at_days), "{}", series.name);
            assert!(series.points.iter().all(|p| p.simulated.len() == 1 && p.simulated[0].is_finite()));
        }
    }
    assert!(seen > 0);
}

#[test]
fn the_exodus_begins_when_the_road_opens_and_is_bounded_by_who_lived_there() {
    let record = regional::run(&karabakh(), &settings(4, 1)).unwrap_or_else(|e| panic!("{}", e.join("\n")));
    let crossed = record.series.iter().find(|s| s.name == "crossed").expect("a series");
    for replicate in 0..4 {
        let values: Vec<f64> = crossed.points.iter().map(|p| p.simulated[replicate]).collect();
        assert!(values.is_sorted(), "a cumulative series fell: {values:?}");
        assert!(values[0] < 10_000.0, "half a day after the opening: {}", values[0]);
        let last = *values.last().expect("points");
        assert!((20_000.0..=125_000.0).contains(&last), "{last}");
    }
    // A split is scaled to the observed total of its time.
    let split = &record.splits[0];
    assert!(split.total_given);
    let sum = |f: &dyn Fn(&spillover::validation::record::Point) -> f64| -> f64 {
        split.members.iter().map(|&m| f(&record.series[m].points[0])).sum()
    };
    assert!((sum(&|p| p.simulated[0]) - sum(&|p| p.observed)).abs() < 1e-6);
    assert!((split.gravity_shares.as_ref().expect("shares").iter().sum::<f64>() - 1.0).abs() < 1e-9);
}

#[test]
fn results_depend_on_seed_and_parameters_alone() {
    let prepared = regional::prepare(&karabakh(), &settings(3, 1)).unwrap_or_else(|e| panic!("{}", e.join("\n")));
    let values = |settings: &Settings| -> Vec<Vec<f64>> {
        let record = prepared.run(settings).unwrap_or_else(|e| panic!("{}", e.join("\n")));
        record.series.iter().flat_map(|s| s.points.iter().map(|p| p.simulated.clone())).collect()
    };
    let one = values(&settings(3, 1));
    assert_eq!(one, values(&settings(3, 2)), "threads");
    assert_ne!(one, values(&Settings { seed: 2, ..settings(3, 1) }), "seed");
    let set = |key: &str, value: f64| Settings { parameter_sets: vec![vec![(key.into(), value)]], ..settings(3, 1) };
    let key = "displacement.hazard.defeat_per_day";
    assert_eq!(one, values(&set(key, 0.3)), "a set that says what the scenario says");
    assert_ne!(one, values(&set(key, 0.9)));
    let wrong = prepared.run(&set("displacement.hazard.defeat", 0.3)).unwrap_err();
    assert_eq!(wrong, ["the scenario has no parameter `displacement.hazard.defeat`"]);
    // Replicates take the sets in turn.
    let both = Settings { parameter_sets: vec![vec![(key.into(), 0.9)], vec![(key.into(), 0.3)]], ..settings(2, 1) };
    let first = |v: &[Vec<f64>], r: usize| v.iter().map(|p| p[r]).collect::<Vec<_>>();
    assert_eq!(first(&values(&both), 1), first(&one, 1));
    assert_ne!(first(&values(&both), 0), first(&one, 0));
}

/// What is said of the Karabakh case with a text replaced in one of its files; the folder is written `$DIR`.
fn broken(file: &str, from: &str, to: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["case.toml", "observed.csv", "scenario.toml"] {
        let text = std::fs::read_to_string(karabakh().join(name)).expect("a shipped file");
        let text = text.replace("../../base.toml", &root.join("configs/base.toml").display().to_string());
        let text = text.replace("\"caucasus_10km\"", &format!("\"{}\"", root.join("maps/caucasus_10km").display()));
        let changed = if name == file { text.replacen(from, to, 1) } else { text.clone() };
        assert!(name != file || changed != text, "{from} is not in {file}");
        std::fs::write(folder.path().join(name), changed).expect("a file");
    }
    match regional::prepare(folder.path(), &settings(1, 1)) {
        Ok(_) => "accepted".into(),
        Err(said) => said.join("\n").replace(&folder.path().display().to_string(), "$DIR"),
    }
}

#[test]
fn broken_cases_are_told_with_their_places() {
    for (file, from, to, words) in [
        (
            "case.toml",
            "role = \"calibration\"",
            "role = \"tuning\"",
            "case.toml:3:8|allowed: \"calibration\", \"validation\"",
        ),
        ("case.toml", "observed = ", "observations = ", "unknown key `observations`|missing key `observed`"),
        ("case.toml", "observed.csv", "seen.csv", "case.toml:5:12|there is no file `$DIR/seen.csv`"),
        ("case.toml", "scenario.toml", "s.toml", "there is no file `$DIR/s.toml`"),
        ("case.toml", "kind = \"crossed\"", "kind = \"cross\"", "unknown value for|did you mean `\"crossed\"`?"),
        (
            "case.toml",
            "to = \"ARM\"",
            "to = \"ARN\"",
            "`series[0].measure.to`: the map `caucasus_10km` has no territory `ARN`",
        ),
        ("case.toml", "ARM/Kotayk", "ARM/Kotajk", "did you mean `ARM/Kotayk`?"),
        ("case.toml", "name = \"vehicles\"", "name = \"cars\"", "unknown series `vehicles`"),
        (
            "observed.csv",
            "2023-09-25T06:00,2906",
            "2023-09-25T06:00,about 3000",
            "observed.csv:5:26|`about 3000` is no value",
        ),
        ("observed.csv", "1510,,F", "1510,2 %%,F", "`2 %%` is no error"),
        ("observed.csv", "1510,,F", "1510,,certain", "expected one of F, F~, C, R-h, R-m, R-l, P"),
        ("observed.csv", "2023-10-03T12:00,100625", "2023-11-03T12:00,100625", "2023-11-03T12:00 is outside the run"),
        ("observed.csv", "2023-09-25T00:00", "25 September", "`25 September` is no date or time"),
        ("scenario.toml", "\"C28\"", "\"C280\"", "scenario.toml:|no crossing `C280`"),
    ] {
        let said = broken(file, from, to);
        for word in words.split('|') {
            assert!(said.contains(word), "{file}: {from} -> {to}\n`{word}` is not in\n{said}");
        }
    }
}
