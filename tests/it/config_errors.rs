//! The shipped scenarios load; what is wrong with them when they are changed is told in these words; what is generated from
//! them is current. The many ways to write a bad file are in `src/config/refused.txt`.

use std::path::{Path, PathBuf};

use spillover::scenario;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn configs() -> Vec<PathBuf> {
    let listing = root().join("configs").read_dir().unwrap();
    let mut found: Vec<PathBuf> = listing.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    // A study of another command, with a form of its own; tests/it/calibrate.rs looks at it.
    found.retain(|path| !spillover::calibration::study::is_one(path));
    found.sort();
    found
}

/// What is said of a shipped scenario with these changes; the folder of the project is written `$ROOT`.
fn answer(name: &str, sets: &[&str]) -> String {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    match scenario::load(&root().join("configs").join(name), &sets) {
        Ok(_) => "accepted".to_owned(),
        Err(problems) => problems.to_string().replace(&root().display().to_string(), "$ROOT"),
    }
}

#[test]
fn every_shipped_scenario_is_accepted() {
    assert!(configs().len() >= 5);
    for path in configs() {
        let resolved = scenario::load(&path, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(resolved.hash.len(), 64);
        assert!(resolved.map_dir.ends_with("caucasus_10km"), "{}", resolved.map_dir.display());
    }
}

#[test]
fn counterfactuals_differ_in_what_moscow_does_and_in_nothing_else() {
    let resolved = scenario::load(&root().join("configs/counterfactuals.toml"), &[]).unwrap();
    assert_eq!(resolved.variants.len(), 5);
    let without_moscow = |scenario: &scenario::Scenario| {
        let mut scenario = serde_json::to_value(scenario).unwrap();
        let moscow = scenario["states"]["moscow"].take();
        (scenario, (moscow["posture"].clone(), moscow["outreach"].clone()))
    };
    let (first, _) = without_moscow(&resolved.variants[0].1);
    let mut choices = Vec::new();
    for (_, scenario) in &resolved.variants {
        let (rest, choice) = without_moscow(scenario);
        assert_eq!(rest, first);
        assert!(!choices.contains(&choice));
        choices.push(choice);
    }
}

#[test]
fn equal_scenarios_have_equal_hashes_however_they_are_written() {
    let hash = |sets: &[&str]| {
        let sets: Vec<_> = sets.iter().map(ToString::to_string).collect();
        scenario::load(&root().join("configs/quick.toml"), &sets).unwrap().hash
    };
    let written = hash(&["run.days=7", "borders.pressure.aggregate_power=3"]);
    assert_eq!(written, hash(&["borders.pressure.aggregate_power=3.0", "run={ days = 0x7 }"]));
    assert_ne!(written, hash(&["run.days=8"]));
}

#[test]
fn quick_is_the_main_study_cut_short() {
    let main = scenario::load(&root().join("configs/outcomes.toml"), &[]).unwrap().file;
    let quick = scenario::load(&root().join("configs/quick.toml"), &[]).unwrap().file;
    assert!(quick.scenario.run.days < main.scenario.run.days);
    assert!(quick.study.replicates < main.study.replicates);
    let model = |file: &scenario::StudyFile| {
        let mut json = file.to_json();
        json["study"]["name"].take();
        json["study"]["title"].take();
        json["study"]["replicates"].take();
        json["run"]["days"].take();
        json
    };
    assert_eq!(model(&quick), model(&main));
}

#[test]
fn problems_of_the_real_scenario_are_told_where_they_were_written() {
    insta::assert_snapshot!(answer("quick.toml", &["displacement.decision.memory_per_day=2"]), @r"
    error: `displacement.decision.memory_per_day` is out of range
     --> --set:1:38
      |
    1 | displacement.decision.memory_per_day=2
      |                                      ^ found 2, allowed: 0 to 0.99
      |
      = note: `memory_per_day`: Share of yesterday's perceived threat kept today. Unit: 1/d.
    ");
    insta::assert_snapshot!(answer("quick.toml", &["states.moscow.posture=intervention"]), @r#"
    error: unknown value for `states.moscow.posture`
     --> --set:1:23
      |
    1 | states.moscow.posture=intervention
      |                       ^^^^^^^^^^^^ not one of the choices
      |
      = note: allowed: "restraint", "aid_incumbent", "reinforce_south", "intervene"
      = note: `posture`: What it does once need and patience allow.
      = help: did you mean `"intervene"`?
    "#);
    insta::assert_snapshot!(answer("quick.toml", &["memory_per_day=0.5"]), @r"
    error: unknown key `memory_per_day` at the top level
     --> --set:1:1
      |
    1 | memory_per_day=0.5
      | ^^^^^^^^^^^^^^ no such key
      |
      = note: keys at the top level: `study`, `run`, `mechanisms`, `leadership`, `states`, `conflict`, `displacement`, `borders`, `ledger`, `episode`, `sensitivity`, `design`
      = help: `memory_per_day` is a key of [displacement.decision]
    ");
    insta::assert_snapshot!(answer("quick.toml", &["run.map=caucasus_5k"]), @r#"
    error: there is no map `caucasus_5k`
     --> --set:1:9
      |
    1 | run.map=caucasus_5k
      |         ^^^^^^^^^^^ no folder of this name
      |
      = note: looked for: caucasus_5k, maps/caucasus_5k, $ROOT/configs/../maps/caucasus_5k, $ROOT/configs/maps/caucasus_5k
      = help: did you mean `"caucasus_5km"`?
    "#);
    insta::assert_snapshot!(answer("quick.toml", &["states.decisions.release_below=90"]), @r"
    error: `states.decisions.release_below`: 90 is above reinforce_above = 40
     --> --set:1:32
      |
    1 | states.decisions.release_below=90
      |                                ^^
    ");
}

#[test]
fn a_complaint_that_comes_after_loading_finds_its_place() {
    let sets = ["run.days=3".to_owned()];
    let resolved = scenario::load(&root().join("configs/quick.toml"), &sets).unwrap();
    let complaints =
        ["run.days: too few for this map".to_owned(), "nothing to point at".to_owned()];
    insta::assert_snapshot!(resolved.place(0, &complaints), @r"
    error: nothing to point at

    error: `run.days`: too few for this map
     --> --set:1:10
      |
    1 | run.days=3
      |          ^

    error: 2 problems found
    ");
}

/// `SPILLOVER_BLESS=1 cargo test --test it config_errors` writes the file anew.
#[test]
fn the_schema_for_editors_is_current() {
    let path = root().join("configs/scenario.schema.json");
    let current = format!("{:#}\n", scenario::schema());
    if std::env::var_os("SPILLOVER_BLESS").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == current,
        "configs/scenario.schema.json is not current: run `spillover schema > {}`",
        path.display()
    );
}

/// A map from names to numbers has no `range` of schemars; `extend("additionalProperties" = {"type": "number", "minimum": 0,
/// "maximum": 5}, "x-unit" = .., ..)` says the same.
#[test]
fn every_quantity_of_the_model_has_meaning_unit_range_source_and_certainty() {
    let gaps = scenario::undocumented();
    assert!(gaps.is_empty(), "{}", gaps.join("\n"));
}

#[test]
fn the_page_of_parameters_is_current() {
    let fresh = scenario::parameters_table(std::path::Path::new("configs/base.toml"))
        .expect("the base scenario");
    let kept = std::fs::read_to_string("docs/parameters.md").expect("docs/parameters.md");
    assert!(
        fresh.trim() == kept.trim(),
        "docs/parameters.md is not current: spillover schema --parameters > docs/parameters.md"
    );
}
