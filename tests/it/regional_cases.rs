//! The regional cases that come with the program run, and what is given has the effect that it names; broken copies are refused
//! with their places; a result depends on nothing but its inputs.

use std::path::{Path, PathBuf};

use spillover::scenario;
use spillover::validation::record::{CaseRecord, Settings};
use spillover::validation::regional;

use crate::common;

fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/cases").join(case)
}

fn settings(sets: &[&str]) -> Settings {
    Settings {
        sets: sets.iter().map(ToString::to_string).collect(),
        replicates: 2,
        ..common::settings()
    }
}

fn run(case: &str, sets: &[&str]) -> CaseRecord {
    run_with(case, &settings(sets))
}

fn run_with(case: &str, settings: &Settings) -> CaseRecord {
    regional::run(&folder(case), settings)
        .unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

/// Simulated values of a series at its last time.
fn last<'a>(record: &'a CaseRecord, series: &str) -> &'a [f64] {
    let series = record.series.iter().find(|s| s.name == series).expect("the series");
    &series.points.last().expect("a point").simulated
}

#[test]
fn the_deaths_of_chechnya_are_those_of_ucdp() {
    let resolved =
        scenario::load(&folder("chechnya_1999").join("scenario.toml"), &[]).expect("the scenario");
    let events = &resolved.file.scenario.episode.violence[0].events;
    let sum =
        |of: fn(&spillover::episode::PrescribedEvent) -> u32| events.iter().map(of).sum::<u32>();
    // 6,935 in 76 events, less 2 of two events of July to August 1999 that fell on July; by hand from the source.
    assert_eq!((sum(|e| e.deaths_all), sum(|e| e.deaths_civilians)), (6933, 2420));
    assert!(events.iter().all(|e| e.deaths_civilians <= e.deaths_all));
}

#[test]
fn a_closed_line_is_passed_by_permit_alone() {
    let record = run("chechnya_1999", &[]);
    let daily = record.series.iter().find(|s| s.name == "kavkaz_daily_in").expect("the series");
    let at = |day: &str| {
        &daily.points.iter().find(|p| p.at.starts_with(day)).expect("the day").simulated
    };
    // 1 November 1999: exceptions only, 200 permits a day on the map.
    assert!(at("1999-11-01").iter().all(|&n| n <= 200.0), "{:?}", at("1999-11-01"));
    // Open before the closure.
    assert!(at("1999-10-20").iter().all(|&n| n > 200.0), "{:?}", at("1999-10-20"));
}

#[test]
fn who_is_turned_away_elsewhere_stays_where_there_is_refuge() {
    let given = run("chechnya_1999", &[]);
    let everywhere = run("chechnya_1999", &["episode.refuge=[]"]);
    let pairs = last(&given, "present_in_ingushetia")
        .iter()
        .zip(last(&everywhere, "present_in_ingushetia"));
    for (with, without) in pairs {
        assert!(
            with > without,
            "{with} with refuge in Ingushetia alone, {without} where all take people in"
        );
    }
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
        let record = regional::run(&folder, &Settings { replicates: 1, ..common::settings() })
            .unwrap_or_else(|e| panic!("{}", e.join("\n")));
        assert!(!record.series.is_empty());
        for series in &record.series {
            assert!(series.points.is_sorted_by(|a, b| a.at_days <= b.at_days), "{}", series.name);
            assert!(
                series.points.iter().all(|p| p.simulated.len() == 1 && p.simulated[0].is_finite())
            );
        }
    }
    assert!(seen > 0);
}

#[test]
fn the_exodus_begins_when_the_road_opens_and_is_bounded_by_who_lived_there() {
    let record = run_with("karabakh_2023", &Settings { replicates: 4, ..common::settings() });
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
    assert!(
        (split.gravity_shares.as_ref().expect("shares").iter().sum::<f64>() - 1.0).abs() < 1e-9
    );
}

#[test]
fn results_depend_on_seed_and_parameters_alone() {
    let prepared = regional::prepare(&folder("karabakh_2023"), &common::settings());
    let prepared = prepared.unwrap_or_else(|e| panic!("{}", e.join("\n")));
    let values = |record: &CaseRecord| -> Vec<Vec<f64>> {
        record.series.iter().flat_map(|s| s.points.iter().map(|p| p.simulated.clone())).collect()
    };
    let run = |settings: &Settings| {
        values(&prepared.run(settings).unwrap_or_else(|e| panic!("{}", e.join("\n"))))
    };
    let one = run(&common::settings());
    assert_eq!(one, run(&Settings { threads: 2, ..common::settings() }), "threads");
    assert_ne!(one, run(&Settings { seed: 2, ..common::settings() }), "seed");
    let set = |key: &str, value: f64| Settings {
        parameter_sets: vec![vec![(key.into(), value)]],
        ..common::settings()
    };
    let key = "displacement.hazard.defeat_per_day";
    let base = spillover::scenario::load(&common::settings().scenario, &[])
        .unwrap_or_else(|e| panic!("{e}"))
        .file
        .scenario;
    let said = base.displacement.hazard.defeat_per_day;
    assert_eq!(one, run(&set(key, said)), "a set that says what the scenario says");
    assert_ne!(one, run(&set(key, 1.5 * said)));
    // A case that was prepared once gives what a run from the files gives, also after other runs.
    assert_eq!(run(&set(key, 0.9)), values(&run_with("karabakh_2023", &set(key, 0.9))));
    assert_eq!(one, run(&common::settings()));
    // Replicates take the sets in turn.
    let sets = vec![vec![(key.into(), 1.5 * said)], vec![(key.into(), said)]];
    let both = run(&Settings { parameter_sets: sets, replicates: 2, ..common::settings() });
    let first = |v: &[Vec<f64>], r: usize| v.iter().map(|p| p[r]).collect::<Vec<_>>();
    assert_eq!(first(&both, 1), first(&one, 1));
    assert_ne!(first(&both, 0), first(&one, 0));
    // Vehicles are counted with the persons per vehicle of the set.
    let crowded = prepared
        .run(&set("displacement.travel.persons_per_vehicle", 10.0))
        .expect("a value in range");
    let last = |name: &str| last(&crowded, name)[0];
    assert!(
        last("vehicles") <= last("crossed") / 10.0 + 1e-9,
        "{} {}",
        last("vehicles"),
        last("crossed")
    );
}

#[test]
fn a_set_that_does_not_fit_is_refused_before_it_is_run() {
    let prepared = regional::prepare(&folder("karabakh_2023"), &common::settings());
    let prepared = prepared.unwrap_or_else(|e| panic!("{}", e.join("\n")));
    let fitting = vec![("displacement.hazard.defeat_per_day".to_owned(), 0.3)];
    let said = |key: &str, value: f64| {
        let parameter_sets = vec![fitting.clone(), vec![(key.to_owned(), value)]];
        prepared.run(&Settings { parameter_sets, ..common::settings() }).expect_err(key).join("\n")
    };
    for (key, value, words) in [
        (
            "displacement.hazard.defeat",
            0.3,
            "set 2 of the parameters: the scenario has no parameter `displacement.hazard.defeat`",
        ),
        (
            "displacement.hazard.defeat_per_day",
            -0.5,
            "set 2 of the parameters: `displacement.hazard.defeat_per_day`: found -0.5, allowed: ",
        ),
        ("run.map", 1.0, "`run.map` is not a number"),
        ("run.days", 2.0, "`run.days` cannot differ from set to set"),
    ] {
        let said = said(key, value);
        assert!(said.contains(words), "`{words}` is not in\n{said}");
    }
    let others = Settings { sets: vec!["run.days=5".to_owned()], ..common::settings() };
    let said = prepared.run(&others).unwrap_err();
    assert_eq!(said, ["`sets` is not what the case was prepared with: prepare the case again"]);
}

/// What is said of the Karabakh case with a text replaced in one of its files; the folder is written `$DIR`.
fn broken(file: &str, from: &str, to: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = common::folder_of(["case.toml", "observed.csv", "scenario.toml"].map(|name| {
        let text =
            std::fs::read_to_string(folder("karabakh_2023").join(name)).expect("a shipped file");
        let text =
            text.replace("../../base.toml", &root.join("configs/base.toml").display().to_string());
        let text = text.replace(
            "\"caucasus_10km\"",
            &format!("\"{}\"", root.join("maps/caucasus_10km").display()),
        );
        (name, if name == file { common::replaced(file, &text, from, to) } else { text })
    }));
    match regional::prepare(folder.path(), &common::settings()) {
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
        (
            "case.toml",
            "observed = ",
            "observations = ",
            "unknown key `observations`|missing key `observed`",
        ),
        (
            "case.toml",
            "observed.csv",
            "seen.csv",
            "case.toml:5:12|there is no file `$DIR/seen.csv`",
        ),
        ("case.toml", "scenario.toml", "s.toml", "there is no file `$DIR/s.toml`"),
        (
            "case.toml",
            "kind = \"crossed\"",
            "kind = \"cross\"",
            "unknown value for|did you mean `\"crossed\"`?",
        ),
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
        (
            "observed.csv",
            "2023-10-03T12:00,100625",
            "2023-11-03T12:00,100625",
            "2023-11-03T12:00 is outside the run",
        ),
        ("observed.csv", "2023-09-25T00:00", "25 September", "`25 September` is no date or time"),
        ("scenario.toml", "\"C28\"", "\"C280\"", "scenario.toml:|no crossing `C280`"),
    ] {
        let said = broken(file, from, to);
        for word in words.split('|') {
            assert!(said.contains(word), "{file}: {from} -> {to}\n`{word}` is not in\n{said}");
        }
    }
}
