//! Memory of a merge of many runs. Not part of the usual tests: it writes gigabytes and takes minutes.
//!
//! `cargo test --release --test store_scale -- --ignored --nocapture`
//!
//! `SPILLOVER_SCALE_RUNS` (10000) and `SPILLOVER_SCALE_DAYS` (180) set its size.

use std::path::Path;

use spillover::output::folder::{Existing, Folder};
use spillover::recorders::table::{MEASURES, Table, TableSet};
use spillover::recorders::{Headline, RunOutput, Series};
use spillover::scenario;
use spillover::study::conduct::{Options, conduct, file_names};
use spillover::study::execute;
use spillover::study::plan::{Plan, PlannedRun};
use spillover::study::store::FOLDER;

fn size(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().map_or(usual, |text| text.parse().expect("a number"))
}

/// Highest resident memory of this process so far, MB.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

/// A run of the size of a real one, with values that differ from run to run and day to day.
fn output(run: &PlannedRun, borders: usize, days: usize) -> RunOutput {
    let value = |m: usize, b: usize, d: usize| {
        (run.replicate % 97) as f32 + (m * 31 + b) as f32 * 0.01 + (d / 7) as f32
    };
    let mut values = Vec::with_capacity(MEASURES.len() * borders * days);
    for m in 0..MEASURES.len() {
        for b in 0..borders {
            values.extend((0..days).map(|d| value(m, b, d)));
        }
    }
    let rows = format!("continuity,base,{},2026-01-15,RUS-GEO,1,2,3\n", run.replicate)
        .repeat(days * borders / 4);
    RunOutput {
        tables: (0..Table::RECORDED.len())
            .map(|t| if t == 0 { rows.clone().into_bytes() } else { Vec::new() })
            .collect(),
        series: Series { measures: MEASURES.len(), segments: borders, days, values },
        headline: Headline {
            peak: vec![(f64::from(run.replicate % 97), 3); borders],
            ..Headline::default()
        },
        group_days: 1,
        hops: 1,
    }
}

#[test]
#[ignore = "minutes and gigabytes"]
fn ten_thousand_runs_are_merged_in_little_memory() {
    let (runs, days) = (size("SPILLOVER_SCALE_RUNS", 10_000), size("SPILLOVER_SCALE_DAYS", 180));
    let sets = [
        r#"study.outcomes=["continuity", "fragmentation", "civil_strife", "western_pivot", "managed_transition"]"#
            .to_owned(),
        format!("study.replicates={}", runs / 5),
        format!("run.days={days}"),
    ];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/quick.toml");
    let resolved = scenario::load(&path, &sets).unwrap_or_else(|e| panic!("{}", e.render(false)));
    let plan = Plan::new(&resolved.file.study, &resolved.variants, "m").unwrap();
    let borders: Vec<String> =
        (0..31).map(|b| format!("AAA-B{b:02}")).chain(["RUS-SOUTH".to_owned()]).collect();
    let dir = tempfile::tempdir().unwrap();
    let pool = execute::pool(2).unwrap();
    let options = Options::new(&pool, &|_| String::new());
    let existing = Existing::GoOn { study: &plan.name, beyond: false };
    let names = file_names(TableSet::ALL, &plan);
    let mut folder =
        Folder::begin_beside(dir.path(), &names, &existing, "study: quick", &[FOLDER], "ab")
            .unwrap();
    let conducted = conduct(
        &plan,
        &borders,
        &mut folder,
        &options,
        |run| output(run, borders.len(), days),
        |_| {},
    )
    .unwrap();
    assert_eq!(conducted.account.runs_done, plan.runs.len());
    let store: u64 = std::fs::read_dir(dir.path().join(FOLDER))
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum();
    let peak = peak_memory();
    println!(
        "{} runs of {days} days: series {:.2} GB, store {:.2} GB, runs {:.1} s, merge {:.1} s, peak memory {peak:.0?} MB",
        plan.runs.len(),
        conducted.account.series_bytes as f64 / 1e9,
        store as f64 / 1e9,
        conducted.account.runs_seconds,
        conducted.account.wall_seconds - conducted.account.runs_seconds,
    );
    if let Some(peak) = peak {
        assert!(peak < 500.0, "{peak} MB");
    }
}
