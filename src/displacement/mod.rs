//! Displacement: who leaves, where to, how they travel, where they stay (ODD 7.4).
//!
//! Reads leadership (unrest, control), conflict (fatalities, advance, civilian deaths), states (policies, guards) and the
//! borders' traffic. Writes [`population::Population`], which conflict, borders and the recorders read.
//! Movement of civilians is load on services, never hostility.

use bevy_ecs::prelude::*;

use crate::geography::Map;
use crate::scenario::Scenario;
use crate::schedule::Phase;

pub mod choice;
pub mod decide;
pub mod group;
pub mod hosting;
pub mod parameters;
pub mod population;
pub mod rules;
pub mod threat;
pub mod travel;

pub use population::Population;

/// Registers the systems of the domain.
pub fn add_to(schedule: &mut Schedule) {
    schedule.add_systems(
        (threat::perceive_threat, decide::plan_departures, decide::choose_destinations)
            .chain()
            .in_set(Phase::Plan),
    );
    schedule.add_systems((travel::depart, travel::travel).chain().in_set(Phase::Move));
    schedule.add_systems(
        (
            hosting::bury_the_dead,
            hosting::settle_arrivals,
            hosting::live_in_displacement,
            hosting::count_the_displaced,
        )
            .chain()
            .in_set(Phase::Host),
    );
}

/// Puts the domain's resources into the world.
pub fn populate(world: &mut World, map: &Map, scenario: &Scenario) {
    let given = world.resource::<crate::episode::Given>();
    let mut population =
        Population::new(map, &scenario.displacement, &scenario.mechanisms, &given.residents);
    for displaced in &given.displaced {
        population.settle_given(
            map,
            displaced,
            &scenario.displacement.hosting,
            scenario.mechanisms.kin,
        );
    }
    let mobile = (0..map.cells.len())
        .filter(|&c| population.strata[population::Stratum::Mobile as usize][c] > 0)
        .map(crate::ids::CellId::from_index)
        .collect();
    let kin_entry = world.resource::<crate::states::KinEntry>().clone();
    world.insert_resource(choice::ChoiceTables::new(map, scenario, &population, &kin_entry));
    world.insert_resource(decide::MobileCells(mobile));
    world.insert_resource(decide::DeparturePlan::default());
    world.insert_resource(threat::PerceivedThreat::new(
        map,
        &scenario.run.focus_state,
        &scenario.run.focus_capital,
    ));
    world.insert_resource(travel::NextGroup::default());
    world.insert_resource(travel::Roads::new(map));
    world.insert_resource(hosting::BeyondQuota(vec![f64::INFINITY; map.destinations.len()]));
    world.insert_resource(population);
}

/// System of phase Clock: the flows of a new day start at zero.
pub fn start_day(clock: Res<crate::time::Clock>, mut population: ResMut<Population>) {
    if clock.starts_day {
        population.flows.arrivals.fill(0);
        population.flows.returns.fill(0);
        population.flows.deaths.fill(0);
    }
}
