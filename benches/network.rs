//! Network cases at one agent per person on one core: agents times days a second, as Flee counts them.
//!
//! With `SPILLOVER_FLEE_CASES` naming the folder of the published cases, mali2012 and burundi2015 are timed; otherwise a made-up
//! network of the same size, which is said aloud.
#![allow(missing_docs, clippy::disallowed_methods)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use spillover::random::RunKey;
use spillover::scenario;
use spillover::validation::network::case::{Camp, Case, Place, PlaceKind, Route};
use spillover::validation::network::plan::Plan;
use spillover::validation::network::read::read;
use spillover::validation::network::world::{Network, for_networks};

/// A chain of towns with camps at every third of them: as many places, days and persons as asked for.
fn made_up(name: &str, towns: usize, camps: usize, days: u32, persons: u32) -> Case {
    let place = |i: usize| Place {
        name: format!("P{i}"),
        country: if i < towns { "Home" } else { "Abroad" }.to_owned(),
        lat: 10.0 + 0.1 * i as f64,
        lon: 20.0,
        kind: if i < towns { PlaceKind::Way } else { PlaceKind::Camp },
        population: if i < towns { 200_000 } else { 0 },
        capacity: (i >= towns).then(|| 1.2 * f64::from(persons) / camps as f64),
    };
    let route = |a: usize, b: usize| Route {
        a,
        b,
        km: 60.0 + (a % 7) as f64 * 25.0,
        a_sends_on: false,
        b_sends_on: false,
    };
    let chain = (1..towns).map(|i| route(i - 1, i));
    let sites = (0..camps).map(|c| route((3 * c + 1) % towns, towns + c));
    let conflict = |day: u32| {
        (0..towns + camps).map(|i| f32::from(i < towns && day as usize >= 9 * i)).collect()
    };
    Case {
        name: name.to_owned(),
        start: jiff::civil::date(2030, 1, 1),
        days,
        home: "Home".to_owned(),
        places: (0..towns + camps).map(place).collect(),
        routes: chain.chain(sites).collect(),
        closures: Vec::new(),
        conflict: (0..days).map(conflict).collect(),
        camps: (0..camps)
            .map(|c| Camp {
                place: towns + c,
                observed: (0..days)
                    .map(|day| persons / camps as u32 * (day + 30) / (days + 30))
                    .collect(),
                source: "made up".to_owned(),
            })
            .collect(),
        notes: Vec::new(),
        hash: String::new(),
    }
}

fn cases() -> Vec<Case> {
    if let Some(folder) = std::env::var_os("SPILLOVER_FLEE_CASES").map(PathBuf::from) {
        let read = |name: &str| {
            read(&folder.join(name)).unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
        };
        return ["mali2012", "burundi2015"].map(read).into();
    }
    eprintln!(
        "SKIPPED: mali2012 and burundi2015 (set SPILLOVER_FLEE_CASES to their folder); made-up networks of their size instead"
    );
    vec![
        made_up("made up, size of mali2012", 16, 7, 300, 90_000),
        made_up("made up, size of burundi2015", 25, 5, 396, 212_000),
    ]
}

fn agent_days(c: &mut Criterion) {
    let sets = ["run.persons_per_group=1".to_owned()];
    let resolved =
        scenario::load(Path::new("configs/base.toml"), &sets).expect("the shipped config");
    let scenario = Arc::new(for_networks(resolved.file.scenario));
    for case in cases() {
        for hide_capacities in [false, true] {
            let plan = Arc::new(Plan::new(&case, hide_capacities));
            let world = |r: u32| Network::new(&plan, &scenario, case.start, RunKey::new(1, r), 1);
            let mut network = world(0);
            let mut agents = 0_u64;
            for day in 0..case.days {
                network.step(day);
                let present = network.present();
                agents += present.groups + present.settled;
            }
            let mut group = c.benchmark_group(format!("network/{}", case.name));
            group.sample_size(10).throughput(Throughput::Elements(agents));
            group.bench_function(
                if hide_capacities { "capacities hidden" } else { "capacities given" },
                |b| {
                    b.iter_custom(|iterations| {
                        let mut spent = Duration::ZERO;
                        for i in 0..iterations {
                            let mut network = world(i as u32);
                            let before = Instant::now();
                            for day in 0..case.days {
                                network.step(day);
                            }
                            spent += before.elapsed();
                            black_box(network.settled());
                        }
                        spent
                    });
                },
            );
            group.finish();
        }
    }
}

criterion_group!(benches, agent_days);
criterion_main!(benches);
