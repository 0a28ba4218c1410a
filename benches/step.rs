//! The whole step, its travel, each phase, and a still world, at 1 k to 1 M moving groups on both maps.
//!
//! Read "hop" as one group entering one cell, with everything a step does included; "group-day on foot" as a walking
//! group's whole day.
#![allow(missing_docs, clippy::disallowed_methods)]

mod common;

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use spillover::displacement::travel::Roads;

/// Time of `days` steps of fresh worlds, per unit that `count` finds in the roads' counters.
fn per_unit(
    iterations: u64,
    map: &std::sync::Arc<spillover::geography::Map>,
    scenario: &std::sync::Arc<spillover::scenario::Scenario>,
    groups: u32,
    by_vehicle: bool,
    count: fn(&Roads) -> f64,
) -> Duration {
    let (mut seconds, mut units) = (0.0, 0.0);
    // Enough worlds for the clock; the result is scaled to the iterations asked for.
    for _ in 0..iterations.clamp(1, 3) {
        let mut simulation = common::simulation(scenario, map, 1);
        simulation.step();
        common::add_groups(&mut simulation, map, groups, by_vehicle);
        let before = count(simulation.world().resource::<Roads>());
        let start = Instant::now();
        for _ in 0..if by_vehicle { 1 } else { 5 } {
            simulation.step();
        }
        seconds += start.elapsed().as_secs_f64();
        units += count(simulation.world().resource::<Roads>()) - before;
    }
    Duration::from_secs_f64(seconds / units.max(1.0) * iterations as f64)
}

fn moving(c: &mut Criterion) {
    for name in ["caucasus_10km", "caucasus_5km"] {
        let map = common::map(name);
        let scenario = common::scenario(&common::STILL);
        let mut group = c.benchmark_group(format!("step/{name}"));
        group.sample_size(10);
        for n in [1_000_u32, 10_000, 100_000, 1_000_000] {
            group.bench_with_input(BenchmarkId::new("hop by vehicle", n), &n, |b, &n| {
                b.iter_custom(|i| per_unit(i, &map, &scenario, n, true, |r| r.hops as f64));
            });
            group.bench_with_input(BenchmarkId::new("hop on foot", n), &n, |b, &n| {
                b.iter_custom(|i| per_unit(i, &map, &scenario, n, false, |r| r.hops as f64));
            });
            group.bench_with_input(BenchmarkId::new("group-day on foot", n), &n, |b, &n| {
                b.iter_custom(|i| per_unit(i, &map, &scenario, n, false, |r| r.group_days));
            });
        }
        group.finish();
    }
}

fn still(c: &mut Criterion) {
    let mut group = c.benchmark_group("still world, a day");
    for name in ["caucasus_10km", "caucasus_5km"] {
        let map = common::map(name);
        let scenario = common::scenario(&common::STILL);
        let mut simulation = common::simulation(&scenario, &map, 1);
        simulation.step();
        group.bench_function(name, |b| b.iter(|| simulation.step()));
    }
    group.finish();
}

fn outcomes(c: &mut Criterion) {
    use spillover::leadership::Outcome;
    use spillover::random::RunKey;
    use spillover::simulation::Simulation;
    let map = common::map("caucasus_10km");
    let scenario = common::scenario(&[]);
    let mut group = c.benchmark_group("a run of 60 days");
    group.sample_size(10).throughput(Throughput::Elements(60));
    for outcome in [Outcome::Continuity, Outcome::Fragmentation, Outcome::CivilStrife] {
        group.bench_function(format!("{outcome:?}"), |b| {
            b.iter(|| {
                let mut simulation =
                    Simulation::new(&scenario, &map, outcome, RunKey::new(1, 0), 1);
                (0..60).for_each(|_| simulation.step());
            });
        });
    }
    group.finish();
}

/// Each phase by itself, in a world of civil strife after 60 days with walking groups added, at 1 k to 1 M of them.
fn phases(c: &mut Criterion) {
    use spillover::leadership::Outcome;
    use spillover::random::RunKey;
    use spillover::schedule::ORDER;
    use spillover::simulation::Simulation;
    for name in ["caucasus_10km", "caucasus_5km"] {
        let map = common::map(name);
        let scenario = common::scenario(&[]);
        let mut group = c.benchmark_group(format!("phase/{name}"));
        group.sample_size(10);
        for n in [1_000_u32, 10_000, 100_000, 1_000_000] {
            for phase in ORDER {
                group.bench_function(BenchmarkId::new(format!("{phase:?}"), n), |b| {
                    b.iter_custom(|iterations| {
                        let mut simulation = Simulation::new(
                            &scenario,
                            &map,
                            Outcome::CivilStrife,
                            RunKey::new(1, 0),
                            1,
                        );
                        (0..60).for_each(|_| simulation.step());
                        common::add_groups(&mut simulation, &map, n, false);
                        simulation.keep_phases(&[phase]);
                        simulation.step(); // builds the schedule anew
                        // Groups arrive after some days: time the first steps only, and scale.
                        let steps = iterations.clamp(1, 3);
                        let start = Instant::now();
                        (0..steps).for_each(|_| simulation.step());
                        start.elapsed().mul_f64(iterations as f64 / steps as f64)
                    });
                });
            }
        }
        group.finish();
    }
}

criterion_group!(benches, still, moving, outcomes, phases);
criterion_main!(benches);
