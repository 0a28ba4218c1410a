//! The regional cases that come with the program: their files fit the map, and what is given has the effect that it names.

use std::path::{Path, PathBuf};

use spillover::config;
use spillover::validation::record::{CaseRecord, Settings};
use spillover::validation::regional;

fn folder(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/cases").join(case)
}

fn settings(sets: &[&str]) -> Settings {
    Settings {
        scenario: Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/base.toml"),
        sets: sets.iter().map(ToString::to_string).collect(),
        parameter_sets: Vec::new(),
        replicates: 2,
        seed: 1,
        hide_capacities: false,
        threads: 1,
    }
}

fn run(case: &str, sets: &[&str]) -> CaseRecord {
    regional::run(&folder(case), &settings(sets)).unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

/// Simulated values of a series at its last time.
fn last<'a>(record: &'a CaseRecord, series: &str) -> &'a [f64] {
    let series = record.series.iter().find(|s| s.name == series).expect("the series");
    &series.points.last().expect("a point").simulated
}

#[test]
fn every_case_fits_its_map_and_its_series() {
    for case in ["chechnya_1999", "kobani_2014", "south_ossetia_2008"] {
        if let Err(problems) = regional::prepare(&folder(case), &settings(&[])) {
            panic!("{case}: {}", problems.join("\n"));
        }
    }
}

#[test]
fn the_deaths_of_chechnya_are_those_of_ucdp() {
    let resolved = config::load(&folder("chechnya_1999").join("scenario.toml"), &[]).expect("the scenario");
    let events = &resolved.scenario.episode.violence[0].events;
    let sum = |of: fn(&spillover::episode::PrescribedEvent) -> u32| events.iter().map(of).sum::<u32>();
    // 6,935 in 76 events, less 2 of two events of July to August 1999 that fell on July; by hand from the source.
    assert_eq!((sum(|e| e.deaths_all), sum(|e| e.deaths_civilians)), (6933, 2420));
    assert!(events.iter().all(|e| e.deaths_civilians <= e.deaths_all));
}

#[test]
fn a_closed_line_is_passed_by_permit_alone() {
    let record = run("chechnya_1999", &[]);
    let daily = record.series.iter().find(|s| s.name == "kavkaz_daily_in").expect("the series");
    let at = |day: &str| &daily.points.iter().find(|p| p.at.starts_with(day)).expect("the day").simulated;
    // 1 November 1999: exceptions only, 200 permits a day on the map.
    assert!(at("1999-11-01").iter().all(|&n| n <= 200.0), "{:?}", at("1999-11-01"));
    // Open before the closure.
    assert!(at("1999-10-20").iter().all(|&n| n > 200.0), "{:?}", at("1999-10-20"));
}

#[test]
fn who_is_turned_away_elsewhere_stays_where_there_is_refuge() {
    let given = run("chechnya_1999", &[]);
    let everywhere = run("chechnya_1999", &["episode.refuge=[]"]);
    let pairs = last(&given, "present_in_ingushetia").iter().zip(last(&everywhere, "present_in_ingushetia"));
    for (with, without) in pairs {
        assert!(with > without, "{with} with refuge in Ingushetia alone, {without} where all take people in");
    }
}
