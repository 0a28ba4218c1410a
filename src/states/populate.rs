//! Builds the domain's resources from the scenario and the map.

use bevy_ecs::prelude::*;

use super::crossings::{Standing, Standings, entering, passages};
use super::{
    ActionLog, Guards, Intervention, KinEntry, Moscow, Policies, Policy, Posted, Roster, russia,
};
use crate::geography::Map;
use crate::ids::TerritoryId;
use crate::leadership::IncumbentAid;
use crate::mechanisms::Mechanisms;
use crate::random::RunKey;
use crate::simulation::ScenarioRes;
use crate::world::RunMap;

/// Puts the resources of the domain into a world that holds the scenario, the map and the run key.
pub fn populate(world: &mut World) {
    let scenario = world.resource::<ScenarioRes>().clone();
    let map = world.resource::<RunMap>().clone();
    let key = *world.resource::<RunKey>();
    let parameters = &scenario.states;
    let roster = Roster::new(&map, parameters);
    world.insert_resource(starting_policies(&map, &roster, &scenario.mechanisms));
    world.insert_resource(Standings { by: vec![[Standing::default(); 2]; map.crossings.len()] });
    world.insert_resource(kin_entry(&map, &roster));
    world.insert_resource(starting_guards(&map, &roster));
    world.insert_resource(Posted {
        persons: vec![[0; 2]; map.segments.len()],
        stock: vec![0; map.territories.len()],
        free: vec![0; map.territories.len()],
        held: vec![[1.0; 2]; map.segments.len()],
        ..Posted::default()
    });
    world.insert_resource(ActionLog::default());
    world.insert_resource(russia::reserve_at_start(parameters, key));
    world.insert_resource(Intervention::default());
    world.insert_resource(Moscow { posture: parameters.moscow.posture, ..Moscow::default() });
    world.insert_resource(IncumbentAid::default());
    world.insert_resource(roster);
}

fn starting_policies(map: &Map, roster: &Roster, mechanisms: &Mechanisms) -> Policies {
    let passage = map.crossings.iter().enumerate().map(|(x, point)| {
        [0, 1].map(|d| {
            passages(point, roster.style(entering(map, x, d)), Standing::default(), mechanisms)
                .map(Policy::of)
        })
    });
    let n = map.territories.len();
    Policies {
        passage: passage.collect(),
        exit_bar: vec![Policy::default(); n],
        source_aid: vec![0.0; n],
        buffer: vec![false; n],
    }
}

fn kin_entry(map: &Map, roster: &Roster) -> KinEntry {
    let of = |style: &super::parameters::StateStyle| {
        map.communities.iter().map(|c| style.kin.contains(c)).collect()
    };
    KinEntry { by_territory: roster.styles.iter().map(of).collect() }
}

fn starting_guards(map: &Map, roster: &Roster) -> Guards {
    let code = |t: TerritoryId| map.territories[t.index()].code.as_str();
    let sensor = |here: TerritoryId, there: TerritoryId| {
        let style = roster.style(here);
        *style.sensors_towards.get(code(there)).unwrap_or(&style.sensors)
    };
    let sensors = map.segments.iter().map(|s| [sensor(s.a, s.b), sensor(s.b, s.a)]).collect();
    Guards {
        per_km: roster.base_guards.clone(),
        sensors,
        strain: vec![[0.0; 2]; map.segments.len()],
        // Counted on the first day, when each state's stock is known.
        reserve_72h: vec![0.0; map.segments.len()],
    }
}
