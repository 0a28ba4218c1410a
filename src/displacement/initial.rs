//! The domain on day 0, and its neutral state.

use bevy_ecs::prelude::*;

use super::choice::ChoiceTables;
use super::parameters::Parameters;
use super::population::Population;
use super::state::{BeyondQuota, DeparturePlan, NextGroup, PerceivedThreat, Roads};
use super::wayfinding::Ways;
use crate::mechanisms::Mechanisms;
use crate::prescribed::state::Prescribed;
use crate::world::{RunMap, RunSettings};

/// Puts the state of day 0 into a world that holds the map, the parameters and the mechanisms: everybody at home, but for
/// what is prescribed.
fn begin(world: &mut World, prescribed: &Prescribed) {
    let map = world.resource::<RunMap>().clone();
    let parameters = world.resource::<Parameters>();
    let mechanisms = world.resource::<Mechanisms>();
    let mut population = Population::new(&map, parameters, mechanisms, &prescribed.residents);
    for displaced in &prescribed.displaced {
        population.host_prescribed(&map, displaced, parameters, mechanisms);
    }
    let tables = ChoiceTables::new(&map, &parameters.destination);
    world.insert_resource(tables);
    world.insert_resource(Ways::new(&map, &population.cells_of));
    world.insert_resource(DeparturePlan::default());
    world.insert_resource(PerceivedThreat::none(&map, world.resource::<RunSettings>()));
    world.insert_resource(NextGroup::default());
    world.insert_resource(Roads::new(&map));
    world.insert_resource(BeyondQuota(vec![f64::INFINITY; map.destinations.len()]));
    world.insert_resource(population);
}

/// Puts the neutral state into a world that holds the map, the parameters and the mechanisms: everybody at home and
/// nobody under threat.
pub fn still(world: &mut World) {
    begin(world, &Prescribed::default());
}

/// Puts the state of day 0 into a world that holds the map, the run, the parameters and what is prescribed.
pub fn populate(world: &mut World) {
    world.resource_scope(|world, prescribed: Mut<Prescribed>| begin(world, &prescribed));
}
