//! What the store costs: runs of `configs/quick.toml` whose results are thrown away beside the same runs put into a store,
//! in turns, so that a busy machine disturbs both. Results come in as many tables as `spillover run` writes.
//!
//! `cargo bench --bench store`; `SPILLOVER_STORE_RUNS` (1000) sets the size.
#![allow(missing_docs, clippy::disallowed_methods)] // a bench may look at the clock

mod common;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use spillover::recorders::RunOutput;
use spillover::recorders::table::{BASE_VARIANT, TableSet};
use spillover::scenario;
use spillover::simulation::{self, RunSpec};
use spillover::study::conduct::{Options, border_names, run_missing};
use spillover::study::execute::{execute_as_they_end, pool};
use spillover::study::plan::{Plan, PlannedRun};

/// Turns of each way.
const TURNS: usize = 10;

/// Processor time of this process so far, s.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: f64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<f64>().ok()).sum();
    ticks / 100.0
}

fn main() {
    let once = std::env::args().any(|argument| argument == "--test");
    let wanted = std::env::var("SPILLOVER_STORE_RUNS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000);
    let runs: usize = if once { TURNS } else { wanted };
    let sets = [
        format!("study.replicates={}", runs.div_ceil(5)),
        format!("run.days={}", if once { 2 } else { 180 }),
    ];
    let resolved =
        scenario::load(Path::new("configs/quick.toml"), &sets).expect("the shipped config");
    let map = common::map("caucasus_10km");
    let mut plan = Plan::new(&resolved.file.study, &resolved.variants, &map.hash).expect("a plan");
    let scenario = Arc::new(resolved.file.scenario);
    let borders = border_names(map.segments.iter().map(|s| s.name.as_str()));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let pool = pool(threads).expect("threads");
    let one = |run: &PlannedRun| -> RunOutput {
        let PlannedRun { outcome, point, replicate, seed, .. } = *run;
        let spec = RunSpec {
            outcome,
            variant: BASE_VARIANT,
            point,
            replicate,
            seed,
            threads_in_run: 1,
            tables: TableSet::ALL,
        };
        simulation::run(&scenario, &map, spec)
    };
    let options = Options::new(&pool, &|_| String::new());
    // Neighbours in a turn are of all outcomes: each turn has the same work.
    let all = std::mem::take(&mut plan.runs);
    let folder = tempfile::tempdir().expect("a folder");
    let mut spent = [[0.0; TURNS]; 2];
    let mut wall = [[0.0; TURNS]; 2];
    for turn in 0..TURNS {
        plan.runs = all.iter().skip(turn).step_by(TURNS).copied().collect();
        for side in [turn % 2, 1 - turn % 2] {
            let (before, clock) = (processor_seconds(), Instant::now());
            if side == 0 {
                let count = plan.runs.len();
                let done: Result<(), ()> =
                    execute_as_they_end(&pool, count, |i| one(&plan.runs[i]), |_, _| Ok(()), || {});
                done.expect("nothing is written");
            } else {
                run_missing(&plan, &borders, folder.path(), &options, one, |_| {})
                    .expect("a store");
            }
            spent[side][turn] = processor_seconds() - before;
            wall[side][turn] = clock.elapsed().as_secs_f64();
        }
    }
    let sum = |values: [f64; TURNS]| values.iter().sum::<f64>();
    let ratios = |times: [[f64; TURNS]; 2]| {
        let mut ratios: Vec<f64> =
            (0..TURNS).map(|t| (times[1][t] / times[0][t] - 1.0) * 100.0).collect();
        ratios.sort_by(f64::total_cmp);
        format!(
            "median turn {:+.2} %, from {:+.2} to {:+.2} %",
            ratios[TURNS / 2],
            ratios[0],
            ratios[TURNS - 1]
        )
    };
    for (what, times) in [("processor", spent), ("wall clock", wall)] {
        println!(
            "{} runs, {threads} threads, {what}: without the store {:.1} s, with it {:.1} s ({:+.2} %; {})",
            all.len(),
            sum(times[0]),
            sum(times[1]),
            (sum(times[1]) / sum(times[0]) - 1.0) * 100.0,
            ratios(times),
        );
    }
}
