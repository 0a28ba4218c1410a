//! Loading a map, and building routes.
#![allow(missing_docs)]

mod common;

use criterion::{Criterion, criterion_group, criterion_main};
use spillover::geography::TravelMode;
use spillover::time::Month;

fn load(c: &mut Criterion) {
    let mut group = c.benchmark_group("map");
    group.sample_size(10);
    for name in ["tiny", "caucasus_10km", "caucasus_5km"] {
        group.bench_function(format!("load {name}"), |b| b.iter(|| common::map(name)));
    }
    for name in ["caucasus_10km", "caucasus_5km"] {
        let map = common::map(name);
        let iran = map.territory("IRN").expect("Iran is on the map");
        group.bench_function(format!("routes in Iran, {name}"), |b| {
            b.iter(|| {
                spillover::geography::network::build_routes(
                    &map,
                    iran,
                    TravelMode::Vehicle,
                    Month(7),
                )
            });
        });
    }
    group.finish();
}

criterion_group!(benches, load);
criterion_main!(benches);
