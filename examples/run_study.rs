//! Runs a study from a program: the plan's runs on all cores, and what the measures come to.
//!
//! `spillover run` does more: it keeps finished runs, goes on after a kill, writes tables. See `docs/studies.md`.
//!
//! `cargo run --release --example run_study`

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use spillover::geography::Map;
use spillover::scenario;
use spillover::simulation::{RunSpec, run};
use spillover::study::plan::Plan;
use spillover::tables::TableSet;

fn main() {
    let settings = ["run.days=60".to_owned()];
    let resolved = scenario::load(Path::new("configs/quick.toml"), &settings)
        .unwrap_or_else(|problems| panic!("{problems}"));
    let as_of = resolved.file.scenario.run.as_of.parse().expect("a checked date");
    let map = Arc::new(Map::load(Path::new("maps/caucasus_10km"), as_of).expect("a shipped map"));
    let plan = Plan::new(&resolved.file.study, &resolved.variants, &map.hash)
        .unwrap_or_else(|problem| panic!("{problem}"));

    // Runs depend on nothing but the plan: any order and any number of threads gives the same.
    let outputs: Vec<_> = plan
        .runs
        .par_iter()
        .map(|planned| {
            let spec = RunSpec {
                outcome: planned.outcome,
                variant: &plan.variant(planned).name,
                point: planned.point,
                replicate: planned.replicate,
                seed: planned.seed,
                threads_in_run: 1,
                tables: TableSet::runs_only(),
            };
            (planned, run(&plan.scenario(planned), &map, spec))
        })
        .collect();
    for (planned, output) in outputs {
        let abroad = output.headline.displaced_abroad;
        println!("{:>18} {}: {abroad:>7} abroad", planned.outcome.name(), planned.replicate);
    }
}
