//! What the tests of the model share: shipped scenarios with settings on top, runs, and readings of what they recorded.
#![allow(dead_code)]

use std::path::Path;
use std::sync::{Arc, OnceLock};

use spillover::geography::Map;
use spillover::leadership::Outcome;
use spillover::recorders::RunOutput;
use spillover::recorders::table::{BASE_VARIANT, MEASURES, Table, TableSet};
use spillover::scenario::{self, Scenario, StudyFile};
use spillover::simulation::{RunSpec, run};
use spillover::validation::Settings;

/// The scenario of the shipped quick study with settings on top.
pub fn quick(sets: &[&str]) -> Arc<Scenario> {
    Arc::new(quick_study(sets).scenario)
}

/// The shipped quick study with settings on top.
pub fn quick_study(sets: &[&str]) -> StudyFile {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    match scenario::load(Path::new("configs/quick.toml"), &sets) {
        Ok(resolved) => resolved.file,
        Err(problems) => panic!("{problems}"),
    }
}

/// The 10 km map at the date of the main study, loaded once a test binary.
pub fn map() -> Arc<Map> {
    static MAP: OnceLock<Arc<Map>> = OnceLock::new();
    Arc::clone(MAP.get_or_init(|| {
        Arc::new(
            Map::load(Path::new("maps/caucasus_10km"), jiff::civil::date(2026, 1, 15))
                .expect("the shipped map"),
        )
    }))
}

/// One run on the 10 km map.
pub fn one(scenario: &Arc<Scenario>, outcome: Outcome, replicate: u32) -> RunOutput {
    run(scenario, &map(), spec(outcome, replicate))
}

/// Seed of the shipped studies.
pub const SEED: u64 = 20_260_115;

/// What names a run.
pub fn spec(outcome: Outcome, replicate: u32) -> RunSpec<'static> {
    RunSpec {
        outcome,
        variant: BASE_VARIANT,
        point: 0,
        replicate,
        seed: SEED,
        threads_in_run: 1,
        tables: TableSet::ALL,
    }
}

/// Daily values of a measure on a border.
pub fn series<'a>(output: &'a RunOutput, measure: &str, border: &str) -> &'a [f32] {
    let m = MEASURES.iter().position(|x| *x == measure).expect("a measure");
    let map = map();
    let b = map.segments.iter().position(|s| s.name == border).unwrap_or(map.segments.len());
    let days = output.series.days;
    &output.series.values[(m * output.series.segments + b) * days..][..days]
}

/// Rows of a table as fields by column name.
pub fn rows(
    output: &RunOutput,
    table: Table,
) -> Vec<std::collections::BTreeMap<&'static str, String>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(&output.tables[table.index()][..])
        .records()
        .map(|record| {
            let record = record.expect("whole rows");
            table.columns().iter().map(|c| c.name).zip(record.iter().map(str::to_owned)).collect()
        })
        .collect()
}

/// Median.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    if n % 2 == 1 { values[n / 2] } else { f64::midpoint(values[n / 2 - 1], values[n / 2]) }
}

/// Largest value of a series.
pub fn peak(values: &[f32]) -> f64 {
    f64::from(values.iter().copied().fold(0.0, f32::max))
}

/// How a case is run: base scenario, three replicates, seed 1, one thread, nothing laid over.
pub fn settings() -> Settings {
    Settings {
        scenario: Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/base.toml"),
        sets: Vec::new(),
        parameter_sets: Vec::new(),
        replicates: 3,
        seed: 1,
        hide_capacities: false,
        threads: 1,
    }
}

/// The text of a file with the first `from` replaced; it must be there.
pub fn replaced(file: &str, text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} is not in {file}");
    text.replacen(from, to, 1)
}

/// A temporary folder with these files, by path within it.
pub fn folder_of<'a>(files: impl IntoIterator<Item = (&'a str, String)>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (file, text) in files {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    folder
}
