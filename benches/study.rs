//! Runs per second of a small study over threads, and what recorders cost.
#![allow(missing_docs)]

mod common;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rayon::prelude::*;
use spillover::leadership::Outcome;
use spillover::recorders::table::{BASE_VARIANT, TableSet};
use spillover::simulation::{RunSpec, run};

fn spec(replicate: u32, tables: TableSet) -> RunSpec<'static> {
    RunSpec {
        outcome: Outcome::Fragmentation,
        variant: BASE_VARIANT,
        point: 0,
        replicate,
        seed: 1,
        threads_in_run: 1,
        tables,
    }
}

fn runs(c: &mut Criterion) {
    let map = common::map("caucasus_10km");
    let scenario = common::scenario(&["run.days=30"]);
    let mut group = c.benchmark_group("eight runs of 30 days");
    group.sample_size(10).throughput(Throughput::Elements(8));
    for threads in [1, 2] {
        let pool =
            rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
        group.bench_function(format!("{threads} threads"), |b| {
            b.iter(|| {
                pool.install(|| {
                    (0..8_u32)
                        .into_par_iter()
                        .map(|r| run(&scenario, &map, spec(r, TableSet::ALL)).hops)
                        .sum::<u64>()
                })
            });
        });
    }
    group.finish();
    let mut group = c.benchmark_group("recorders, a run of 30 days");
    group.sample_size(10);
    for (name, tables) in [("none", TableSet::runs_only()), ("all", TableSet::ALL)] {
        group.bench_function(name, |b| b.iter(|| run(&scenario, &map, spec(0, tables))));
    }
    group.finish();
}

criterion_group!(benches, runs);
criterion_main!(benches);
