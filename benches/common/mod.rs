//! What the benches share: the shipped scenario on a shipped map, and worlds filled with moving groups.
#![allow(dead_code, missing_docs, clippy::missing_panics_doc, clippy::must_use_candidate)]

use std::path::Path;
use std::sync::Arc;

use spillover::displacement::group::{Activity, DisplacedGroup, Travel};
use spillover::displacement::population::is_place_to_stay;
use spillover::displacement::travel::NextGroup;
use spillover::geography::Map;
use spillover::ids::{AdminId, CommunityId, DestinationId};
use spillover::leadership::Outcome;
use spillover::random::{RunKey, Stream};
use spillover::scenario;
use spillover::scenario::Scenario;
use spillover::simulation::Simulation;

/// The scenario of the main study, with other settings on top.
pub fn scenario(sets: &[&str]) -> Arc<Scenario> {
    let sets: Vec<String> = sets.iter().map(ToString::to_string).collect();
    let resolved =
        scenario::load(Path::new("configs/outcomes.toml"), &sets).expect("the shipped config");
    Arc::new(resolved.file.scenario)
}

/// A shipped map at the date of the main study.
pub fn map(name: &str) -> Arc<Map> {
    Arc::new(
        Map::load(&Path::new("maps").join(name), jiff::civil::date(2026, 1, 15))
            .expect("a shipped map"),
    )
}

/// Settings under which nobody leaves home and nobody fights: what is left is what the bench puts in.
pub const STILL: [&str; 5] = [
    "mechanisms.mobile_population=false",
    "mechanisms.engagements=false",
    "mechanisms.vacuum=false",
    "mechanisms.north_caucasus_baseline=false",
    "displacement.hazard.protest_per_day=0.0",
];

/// A simulation under continuity with these settings.
pub fn simulation(scenario: &Arc<Scenario>, map: &Arc<Map>, threads: usize) -> Simulation {
    Simulation::new(scenario, map, Outcome::Continuity, RunKey::new(1, 0), threads)
}

/// Adds groups on foot or by vehicle in Iran, each with a far town of its territory ahead. Their persons are taken from the
/// residents so that everybody is still accounted for.
pub fn add_groups(simulation: &mut Simulation, map: &Map, n: u32, by_vehicle: bool) {
    use spillover::displacement::Population;
    let key = RunKey::new(7, 0);
    let iran = map.territory("IRN").expect("Iran is on the map");
    let territory = &map.territories[iran.index()];
    let towns: Vec<u16> = territory
        .destinations
        .clone()
        .filter(|&d| is_place_to_stay(map.destinations[usize::from(d)].kind))
        .collect();
    let world = simulation.world_mut();
    let mut groups = Vec::with_capacity(n as usize);
    let mut i = 0_u64;
    while groups.len() < n as usize {
        i += 1;
        let cell = territory.cells
            [(key.uniform(Stream::Traits, i, 0) * territory.cells.len() as f64) as usize];
        let town = towns[(key.uniform(Stream::Traits, i, 1) * towns.len() as f64) as usize];
        if world.resource::<Population>().strata[0][cell.index()] == 0 && i < 50 * u64::from(n) {
            continue;
        }
        let persons = u32::from(world.resource::<Population>().strata[0][cell.index()] > 0);
        if persons == 1 {
            world.resource_mut::<Population>().leave_home(cell, 0, 1);
        }
        let id = world.resource_mut::<NextGroup>().take();
        groups.push((
            Travel {
                cell,
                hours_banked: 0.0,
                destination: DestinationId(town),
                activity: Activity::Travelling,
                by_vehicle,
            },
            DisplacedGroup {
                luck: key.hash(Stream::Traits, i, 2),
                id,
                persons,
                departed_step: 0,
                home: AdminId(map.cells.admin1[cell.index()].0),
                nationality: iran,
                community: CommunityId(u8::MAX),
                stratum: 0,
                returning: false,
                base: None,
                came_from: None,
                gave_up: None,
                attempts: 0,
            },
        ));
    }
    world.spawn_batch(groups);
}
