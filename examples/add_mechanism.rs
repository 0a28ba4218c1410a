//! Adds a mechanism of one's own to the step, and shows what it moves: mediation that holds control of every province of the
//! focus above a floor.
//!
//! A mechanism that stays belongs into a domain folder, with a rule, a parameter and a switch (`docs/adding_things.md`).
//!
//! `cargo run --release --example add_mechanism`

use std::path::Path;
use std::sync::Arc;

use bevy_ecs::prelude::*;
use spillover::displacement::Population;
use spillover::geography::Map;
use spillover::leadership::{Leadership, Outcome, advance_leadership};
use spillover::random::RunKey;
use spillover::scenario;
use spillover::schedule::Phase;
use spillover::simulation::Simulation;

/// Control that mediation holds, 0 to 1. Made up: an example, not evidence.
const FLOOR: f64 = 0.7;

/// The system: verb and object; it names what it reads and writes.
fn mediate_provinces(mut leadership: ResMut<Leadership>) {
    for province in &mut leadership.provinces {
        province.control = province.control.max(FLOOR);
    }
}

fn main() {
    let file = scenario::load(Path::new("configs/quick.toml"), &[])
        .unwrap_or_else(|problems| panic!("{problems}"))
        .file;
    let scenario = Arc::new(file.scenario);
    let as_of = scenario.run.as_of.parse().expect("a checked date");
    let map = Arc::new(Map::load(Path::new("maps/caucasus_10km"), as_of).expect("a shipped map"));

    for is_mediated in [false, true] {
        let key = RunKey::new(file.study.seed, 0);
        let mut simulation = Simulation::new(&scenario, &map, Outcome::CivilStrife, key, 1);
        if is_mediated {
            // An order that is left open is an error when the schedule is built.
            let system = mediate_provinces.in_set(Phase::Leadership).after(advance_leadership);
            simulation.schedule_mut().add_systems(system);
        }
        (0..90).for_each(|_| simulation.step());
        let refugees: u32 = simulation.world().resource::<Population>().refugees.iter().sum();
        println!("mediation {is_mediated}: {refugees} refugees after 90 days");
    }
}
