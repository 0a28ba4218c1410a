//! What each pure rule costs.
#![allow(missing_docs)]

mod common;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use spillover::borders::components::humanitarian::humanitarian_load;
use spillover::borders::rules as borders;
use spillover::displacement::rules as displacement;
use spillover::units::{Days, Kilometres, PerDay, PersonsPerDay, Share};

fn rules(c: &mut Criterion) {
    let scenario = common::scenario(&[]);
    let (d, b) = (&scenario.displacement, &scenario.borders);
    let mut group = c.benchmark_group("rules");
    let threat = displacement::Threat {
        unrest: 0.8,
        control: 0.4,
        fatalities: 12.0,
        advance: 0.1,
        ..displacement::Threat::default()
    };
    group.bench_function("threat_hazard", |x| {
        x.iter(|| displacement::threat_hazard(black_box(threat), &d.hazard, &d.decision));
    });
    group.bench_function("perceived_hazard", |x| {
        x.iter(|| {
            displacement::perceived_hazard(black_box(PerDay(0.01)), PerDay(0.02), 0.75, Days(1.0))
        });
    });
    group.bench_function("frail_hazard", |x| {
        x.iter(|| displacement::frail_hazard(black_box(PerDay(0.01)), Share(0.7), 1.0));
    });
    group.bench_function("departure_probability", |x| {
        x.iter(|| displacement::departure_probability(black_box(PerDay(0.01)), Days(1.0)));
    });
    group.bench_function("kernel_weight", |x| {
        x.iter(|| {
            displacement::kernel_weight(&d.destination, black_box(Kilometres(120.0)), 5e5, 1e4, 1e6)
        });
    });
    group.bench_function("jam_factor", |x| {
        x.iter(|| displacement::jam_factor(black_box(9_000.0), 12_000.0, 0.15, 4.0, 15.0));
    });
    group.bench_function("host_acceptance", |x| {
        x.iter(|| displacement::host_acceptance(black_box(0.1), 0.2));
    });
    group.bench_function("return_hazard", |x| {
        x.iter(|| displacement::return_hazard(&d.hosting, black_box(Share(0.8)), PerDay(0.001)));
    });
    group.bench_function("readiness", |x| {
        x.iter(|| {
            borders::readiness(black_box(Share(0.5)), true, Share(0.25), Days(1.0), Days(1.0))
        });
    });
    group.bench_function("detection_probability", |x| {
        x.iter(|| borders::detection_probability(&b.green, black_box(7.6), Share(0.2)));
    });
    group.bench_function("humanitarian_load", |x| {
        x.iter(|| {
            humanitarian_load(black_box(PersonsPerDay(900.0)), 2_000.0, 3.0, PersonsPerDay(4_000.0))
        });
    });
    group.bench_function("threat", |x| {
        x.iter(|| borders::threat(&b.pressure, black_box(&[0.4, 0.1, 0.02, 0.3])));
    });
    group.bench_function("index", |x| {
        x.iter(|| borders::index(&b.pressure, black_box(Share(0.4)), Share(0.7), Share(0.5)));
    });
    group.finish();
}

criterion_group!(benches, rules);
criterion_main!(benches);
