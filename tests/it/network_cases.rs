//! Network cases end to end: a made-up case written by the test, broken copies of it, and, where `SPILLOVER_FLEE_CASES` names
//! their folder, the published cases.
#![allow(missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use spillover::validation::network::{self, read::read};
use spillover::validation::{CaseRecord, Settings};

use crate::common;

/// A fictional country of two towns, a hub and two camps, with every quirk of the format.
const TINY: [(&str, &str); 10] = [
    (
        "input_csv/locations.csv",
        "\"#name\",region,country,latitude,longitude,location_type,conflict_date,population,,\n\
         Ashwick,North,Homeland,10.0,20.0,conflict_zone,0,3000,,\n\
         Brook,South,Homeland,10.5,20.5,town,,1500\n\
         Hub,,Neighbour,10.6,20.9,forwarding_hub,,\n\
         \n\
         Cedar_Camp,,Neighbour,10.7,21.0,camp,,400\n\
         Dale_Camp,,Farland,9.0,19.0,camp,,\n",
    ),
    (
        "input_csv/routes.csv",
        "#name1,name2,distance,forced_redirection\r\n\
         Ashwick,Brook,60,\r\n\
         Brook,Hub,40,0\r\n\
         Hub,Cedar_Camp,30,2\r\n\
         Ashwick,Dale_Camp,150,\r\n\
         Hub,Ashwick,90\r\n",
    ),
    (
        "input_csv/closures.csv",
        "#closure_type,name1,name2,closure_start,closure_end\n\
         country,Homeland,Farland,0,5\n\
         camp,Cedar_Camp,,20,25\n\
         location,Hub,Ashwick,0,-1\n\
         remove_forced_redirection,Hub,Cedar_Camp,8,0\n",
    ),
    ("input_csv/sim_period.csv", "StartDate,2030-01-01\nLength,30\n"),
    ("input_csv/registration_corrections.csv", "Cedar_Camp,2030-01-21,normalize\n"),
    (
        "source_data/data_layout.csv",
        "total,all.csv\nCedar_Camp,cedar-a.csv,cedar-b.csv\nDale_Camp,dale.csv,\n",
    ),
    ("source_data/all.csv", "2029-12-01,0\n2030-01-31,5000\n"),
    (
        "source_data/cedar-a.csv",
        "Date,count\n2030-01-01,10\n2030-01-11,200\n2030-01-21,100\n2030-01-31,300\n",
    ),
    ("source_data/cedar-b.csv", "2030-01-01,0\n#a note\n2030-01-11,\n2030-01-31,30\n"),
    ("source_data/dale.csv", "2030-1-1,5\n2030-01-31,605\n"),
];

fn conflicts() -> String {
    let day =
        |d: u32| format!("{d}, {}, {},0,0\n", u8::from(d < 12), f64::from(u8::from(d > 6)) * 0.5);
    "#Day, Ashwick,Brook,Hub,Nowhere,\n".to_owned() + &(0..30).map(day).collect::<String>()
}

/// Writes the case with some files changed (`None` removes one).
fn write(changes: &[(&str, Option<&str>)]) -> tempfile::TempDir {
    let conflicts = conflicts();
    let files = TINY.iter().copied().chain([("input_csv/conflicts.csv", conflicts.as_str())]);
    common::folder_of(files.filter_map(|(file, text)| {
        let changed = changes.iter().find(|c| c.0 == file).map(|c| c.1);
        Some((file, changed.unwrap_or(Some(text))?.to_owned()))
    }))
}

fn text_of(file: &str) -> String {
    TINY.iter().find(|f| f.0 == file).map_or_else(conflicts, |f| f.1.to_owned())
}

fn settings(sets: &[&str]) -> Settings {
    Settings { sets: sets.iter().map(ToString::to_string).collect(), seed: 7, ..common::settings() }
}

fn run(folder: &Path, settings: &Settings) -> CaseRecord {
    network::run(folder, settings).unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

#[test]
fn quirks_of_the_format_are_read() {
    let dir = write(&[]);
    let case = read(dir.path()).unwrap_or_else(|p| panic!("{}", p.join("\n")));
    assert_eq!((case.places.len(), case.routes.len(), case.home.as_str()), (5, 5, "Homeland"));
    assert_eq!((case.days, case.start.to_string().as_str()), (30, "2030-01-01"));
    // Two files, both linear, corrected at day 20 (115 + 15 before 320) and truncated.
    let cedar = &case.camps[0].observed;
    let k = (100.0 + 20.0) / (200.0 + 10.0);
    assert_eq!([cedar[0], cedar[10], cedar[20], cedar[29]], [(10.0 * k) as u32, 120, 120, 309]);
    assert_eq!(case.camps[1].observed[29], 585);
    assert!(
        case.routes[2].a_sends_on && !case.routes[2].b_sends_on,
        "2 passes people on from name1 to name2"
    );
    assert!(case.closures[3].until.is_none() && case.closures[2].until.is_none());
    assert!(case.notes.iter().any(|n| n.contains("Nowhere")), "{:?}", case.notes);
    assert_eq!(case.conflict[8], [1.0, 0.5, 0.0, 0.0, 0.0]);
}

#[test]
fn every_fault_is_told_with_its_place_and_the_next_step() {
    let cases = [
        (
            "input_csv/locations.csv",
            "10.5,20.5",
            "ten,20.5",
            "input_csv/locations.csv:3, column `latitude`: found `ten`",
        ),
        (
            "input_csv/locations.csv",
            "town",
            "castle",
            "column `location_type`: found `castle`; allowed: conflict_zone, town",
        ),
        (
            "input_csv/locations.csv",
            "3000",
            "3e3x",
            "locations.csv:2, column `population`: found `3e3x`",
        ),
        (
            "input_csv/locations.csv",
            "Brook,South",
            "Ashwick,South",
            "locations.csv:3, column `name`: found `Ashwick` again",
        ),
        (
            "input_csv/routes.csv",
            "Ashwick,Brook,60",
            "Ashwick,Brok,60",
            "routes.csv:2, column `name2`: found `Brok`; allowed: a name in locations.csv. Next: did you mean `Brook`?",
        ),
        ("input_csv/routes.csv", "150", "-150", "routes.csv:5, column `distance`: found `-150`"),
        (
            "input_csv/routes.csv",
            "30,2",
            "30,7",
            "column `forced_redirection`: found `7`; allowed: a whole number from 0 to 2",
        ),
        (
            "input_csv/routes.csv",
            "Brook,Hub,40,0",
            "Brook",
            "routes.csv:3: found 1 field; allowed: at least 3",
        ),
        ("input_csv/routes.csv", "Brook,Hub", "Hub,Hub", "another place than name1"),
        (
            "input_csv/closures.csv",
            "camp,Cedar",
            "tent,Cedar",
            "closures.csv:3, column `closure_type`: found `tent`",
        ),
        (
            "input_csv/closures.csv",
            "camp,Cedar_Camp,,",
            "camp,Brook,,",
            "closures.csv:3, column `name1`: found `Brook`; allowed: a camp",
        ),
        (
            "input_csv/closures.csv",
            "Hub,Ashwick",
            "Hub,Dale_Camp",
            "allowed: a place with a route to `Hub`",
        ),
        ("input_csv/closures.csv", "20,25", "soon,25", "column `closure_start`: found `soon`"),
        (
            "input_csv/sim_period.csv",
            "2030-01-01",
            "2030-02-30",
            "sim_period.csv:1, column `StartDate`: found `2030-02-30`",
        ),
        (
            "input_csv/sim_period.csv",
            "Length,30",
            "Length,0",
            "sim_period.csv:2, column `Length`: found `0`",
        ),
        ("input_csv/sim_period.csv", "Length,30\n", "", "no row `Length`"),
        (
            "input_csv/registration_corrections.csv",
            "2030-01-21",
            "2030-01-22",
            "registration_corrections.csv:1, column `date`: found `2030-01-22`: is no date of the camp",
        ),
        (
            "input_csv/registration_corrections.csv",
            "Cedar_Camp",
            "Cedar",
            "column `camp`: found `Cedar`",
        ),
        (
            "input_csv/conflicts.csv",
            "3, 1, 0,0,0\n",
            "3, 2, 0,0,0\n",
            "conflicts.csv:5, column `Ashwick`: found `2`",
        ),
        (
            "input_csv/conflicts.csv",
            "3, 1, 0,0,0\n",
            "3, 1\n",
            "conflicts.csv:5: found 2 fields; allowed: 5 fields",
        ),
        (
            "input_csv/conflicts.csv",
            "29, 0, 0.5,0,0\n",
            "",
            "conflicts.csv: found 29 days; allowed: at least 30",
        ),
        (
            "input_csv/conflicts.csv",
            "0,0\n1,",
            "0,1\n1,",
            "conflicts.csv:1, column `name of a place`: found `Nowhere`",
        ),
        (
            "source_data/data_layout.csv",
            "cedar-b.csv",
            "cedar-c.csv",
            "source_data/cedar-c.csv: found",
        ),
        (
            "source_data/data_layout.csv",
            "Dale_Camp,dale.csv,\n",
            "",
            "no row for the camp `Dale_Camp`",
        ),
        (
            "source_data/data_layout.csv",
            "Dale_Camp,dale",
            "Dale,dale",
            "data_layout.csv:3, column `name`: found `Dale`",
        ),
        (
            "source_data/dale.csv",
            "605",
            "many",
            "source_data/dale.csv:2, column `count`: found `many`",
        ),
        (
            "source_data/dale.csv",
            "2030-01-31",
            "31/01/2030",
            "source_data/dale.csv:2, column `date`: found `31/01/2030`",
        ),
    ];
    for (file, from, to, expected) in cases {
        let changed = common::replaced(file, &text_of(file), from, to);
        let dir = write(&[(file, Some(&changed))]);
        let problems = read(dir.path()).map(|_| ()).expect_err(expected);
        assert!(
            problems.iter().any(|p| p.contains(expected)),
            "{file}: {from} -> {to}: {problems:#?}"
        );
        assert!(problems.iter().all(|p| p.contains("Next: ")), "{problems:#?}");
    }
}

#[test]
fn faults_of_several_files_are_told_at_once() {
    let dir = write(&[
        (
            "input_csv/locations.csv",
            Some("#name\nAshwick,N,H,99,0,town,,1\nCedar_Camp,N,F,0,0,camp,,x\n"),
        ),
        ("input_csv/routes.csv", None),
        ("source_data/data_layout.csv", Some("total,all.csv\n")),
    ]);
    let problems = read(dir.path()).map(|_| ()).expect_err("three broken files").join("\n");
    for expected in
        ["found `99`", "found `x`", "routes.csv: found", "no row for the camp `Cedar_Camp`"]
    {
        assert!(problems.contains(expected), "{expected} in {problems}");
    }
    let empty = tempfile::tempdir().expect("a temporary folder");
    assert!(!network::is_case(empty.path()) && read(empty.path()).is_err());
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let dir = write(&[]);
    fs::write(dir.path().join("input_csv/routes.csv"), b"#name1\nA,\xff,1\n").expect("a file");
    let problems = read(dir.path()).map(|_| ()).expect_err("not UTF-8").join("\n");
    assert!(problems.contains("routes.csv:2: found the byte 0xFF"), "{problems}");
}

#[test]
fn closures_and_capacities_are_kept_and_nobody_is_lost() {
    let dir = write(&[]);
    let record = run(dir.path(), &settings(&[]));
    let series =
        |name: &str| &record.series.iter().find(|s| s.name == name).expect("a series").points;
    for r in 0..3 {
        let at = |name: &str, day: usize| series(name)[day].simulated[r];
        // The border to Farland is closed to day 4, and Dale lies 2.5 h off.
        assert!((0..5).all(|day| at("Dale_Camp", day) <= 5.0), "closed");
        assert!(at("Dale_Camp", 12) > 5.0, "open");
        // Cedar has 400 places, and takes nobody while it is closed.
        assert!((0..30).all(|day| at("Cedar_Camp", day) <= 400.0));
        assert!((20..25).all(|day| at("Cedar_Camp", day) <= at("Cedar_Camp", 19)), "closed camp");
        let entered = at("total", 29);
        let observed = series("total")[29].observed;
        assert!(
            entered <= observed && entered > 0.9 * observed,
            "{entered} of {observed} are in camps at the end"
        );
    }
    assert!(record.splits[0].capacity_shares.is_none(), "one capacity is unknown");
    let gravity = record.splits[0].gravity_shares.as_ref().expect("sources reach camps");
    assert!((gravity.iter().sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn results_depend_on_the_seed_alone() {
    let dir = write(&[]);
    let points = |settings: &Settings| {
        let record = run(dir.path(), settings);
        record
            .series
            .iter()
            .flat_map(|s| s.points.iter().map(|p| p.simulated.clone()))
            .collect::<Vec<_>>()
    };
    let one = points(&settings(&[]));
    assert_eq!(one, points(&Settings { threads: 3, ..settings(&[]) }));
    assert_ne!(one, points(&Settings { seed: 8, ..settings(&[]) }));
    assert_ne!(one[29][0].to_bits(), one[29][1].to_bits(), "replicates have luck of their own");
    // A set of parameters of its own for each replicate.
    let far = vec![("displacement.destination.distance_power".to_owned(), 4.0)];
    let sets = Settings { parameter_sets: vec![Vec::new(), far], ..settings(&[]) };
    let mixed = points(&sets);
    assert!(
        mixed.iter().zip(&one).all(|(a, b)| a[0].to_bits() == b[0].to_bits()),
        "replicate 0 has the scenario's own"
    );
    assert_ne!(mixed, one);
    // A case that was prepared once gives what a run from the files gives, also after other runs.
    let prepared =
        network::prepare(dir.path(), &settings(&[])).unwrap_or_else(|p| panic!("{}", p.join("\n")));
    let values = |settings: &Settings| {
        let record = prepared.run(settings).unwrap_or_else(|p| panic!("{}", p.join("\n")));
        record
            .series
            .iter()
            .flat_map(|s| s.points.iter().map(|p| p.simulated.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!((values(&sets), values(&settings(&[])), values(&sets)), (mixed.clone(), one, mixed));
    let wrong = vec![vec![("displacement.destination.distance_power".to_owned(), -4.0)]];
    let said = prepared.run(&Settings { parameter_sets: wrong, ..settings(&[]) }).unwrap_err();
    assert!(
        said[0].starts_with(
            "set 1 of the parameters: `displacement.destination.distance_power`: found -4"
        ),
        "{said:?}"
    );
    let hidden = Settings { hide_capacities: true, ..settings(&[]) };
    let said = prepared.run(&hidden).unwrap_err();
    assert_eq!(
        said,
        ["`hide_capacities` is not what the case was prepared with: prepare the case again"]
    );
}

/// Averaged relative difference (plain, and with simulated totals scaled to the observed), mean over replicates.
fn averaged_relative_difference(record: &CaseRecord) -> [f64; 2] {
    let split = &record.splits[0];
    let total = split.total.as_ref().expect("a total");
    let replicates = record.replicates as usize;
    let mut sums = [0.0; 2];
    for r in 0..replicates {
        for (day, &all) in total.iter().enumerate() {
            let at = |m: usize| &record.series[m].points[day];
            let simulated: f64 = split.members.iter().map(|&m| at(m).simulated[r]).sum();
            for (sum, scale) in
                sums.iter_mut().zip([1.0, if simulated > 0.0 { all / simulated } else { 1.0 }])
            {
                let off: f64 = split
                    .members
                    .iter()
                    .map(|&m| (at(m).simulated[r] * scale - at(m).observed).abs())
                    .sum();
                *sum += if all > 0.0 { off / all } else { 0.0 };
            }
        }
    }
    sums.map(|s| s / (total.len() * replicates) as f64)
}

/// The same of fixed shares of the total.
fn of_shares(record: &CaseRecord, shares: &[f64]) -> f64 {
    let split = &record.splits[0];
    let total = split.total.as_ref().expect("a total");
    let off = |day: usize, all: f64| -> f64 {
        let parts = split.members.iter().zip(shares);
        parts.map(|(&m, share)| (share * all - record.series[m].points[day].observed).abs()).sum()
    };
    total
        .iter()
        .enumerate()
        .map(|(day, &all)| if all > 0.0 { off(day, all) / all } else { 0.0 })
        .sum::<f64>()
        / total.len() as f64
}

#[test]
fn published_cases_are_read_and_run() {
    let Some(folder) = std::env::var_os("SPILLOVER_FLEE_CASES").map(PathBuf::from) else {
        eprintln!(
            "SKIPPED: set SPILLOVER_FLEE_CASES to the folder with mali2012, burundi2015, syria2013, nigeria2016"
        );
        return;
    };
    let sets: Vec<String> = std::env::var("SPILLOVER_SETS")
        .map(|s| s.split_whitespace().map(ToOwned::to_owned).collect())
        .unwrap_or_default();
    // Days, camps, and the published score of a split by capacity, which proves that the counts are read alike.
    // Then the scores of the record (docs/validation.md), given and hidden: a change that makes them worse is seen here.
    let known = [
        ("mali2012", 300, 7, 0.168, [0.130, 0.289]),
        ("burundi2015", 396, 5, 0.337, [0.154, 0.275]),
        ("syria2013", 1095, 4, 0.467, [0.271, 0.335]),
        ("nigeria2016", 1885, 3, 0.087, [0.203, 0.491]),
    ];
    for (name, days, camps, capacity_score, record_of) in known {
        for hide_capacities in [false, true] {
            let asked =
                Settings { replicates: 1, hide_capacities, sets: sets.clone(), ..settings(&[]) };
            let record = run(&folder.join(name), &asked);
            assert_eq!((record.series[0].points.len(), record.series.len()), (days, camps + 1));
            if let Some(shares) = &record.splits[0].capacity_shares {
                let score = of_shares(&record, shares);
                assert!((score - capacity_score).abs() < 0.001, "{name}: {score} by capacity");
            }
            let gravity = of_shares(
                &record,
                record.splits[0].gravity_shares.as_ref().expect("reachable camps"),
            );
            let [plain, scaled] = averaged_relative_difference(&record);
            // Seeds move a score by about 0.015. With other parameters there is no record to hold it against.
            let most =
                if sets.is_empty() { record_of[usize::from(hide_capacities)] + 0.03 } else { 2.0 };
            assert!(plain.is_finite() && plain < most, "{name}: {plain} instead of at most {most}");
            println!(
                "{name:12} {:6} ARD {plain:.3} rescaled {scaled:.3} | gravity-only {gravity:.3} | {} persons an agent, {:.2} s, {:.1} m agent-days/s, {:.1} B stored/agent\n    {}",
                if hide_capacities { "hidden" } else { "given" },
                record.cost.persons_per_agent,
                record.cost.step_seconds,
                record.cost.agent_days / record.cost.step_seconds / 1e6,
                record.cost.stored_bytes_per_agent,
                record.notes.join("\n    "),
            );
        }
    }
}
