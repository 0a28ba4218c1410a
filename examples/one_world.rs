//! Runs one world and prints a number: people displaced over a border, day by day.
//!
//! `cargo run --release --example one_world`

use std::path::Path;
use std::sync::Arc;

use spillover::displacement::Population;
use spillover::geography::Map;
use spillover::leadership::Outcome;
use spillover::random::RunKey;
use spillover::scenario;
use spillover::simulation::Simulation;

fn main() {
    // A scenario is read with its inheritance and checked as a whole; settings lie on top as with `--set`.
    let settings = ["run.days=90".to_owned()];
    let file = scenario::load(Path::new("configs/quick.toml"), &settings)
        .unwrap_or_else(|problems| panic!("{problems}"))
        .file;
    let scenario = Arc::new(file.scenario);

    // The map as it was known on that date; runs share it.
    let as_of = scenario.run.as_of.parse().expect("a checked date");
    let map = Arc::new(Map::load(Path::new("maps/caucasus_10km"), as_of).expect("a shipped map"));

    // The run key is the luck: the same key gives the same bytes, and the same luck under another outcome.
    let key = RunKey::new(file.study.seed, 0);
    let mut simulation = Simulation::new(&scenario, &map, Outcome::CivilStrife, key, 1);
    for day in 0..scenario.run.days {
        simulation.step();
        if day % 15 == 14 {
            let refugees: u32 = simulation.world().resource::<Population>().refugees.iter().sum();
            println!("day {:>2}: {refugees:>7} refugees", day + 1);
        }
    }
}
