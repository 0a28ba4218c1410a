//! Builds the domain's resources from the parameters and the map.

use bevy_ecs::prelude::*;

use super::crossings::{entering, passages};
use super::parameters::{Parameters, StateStyle};
use super::reserve::reserve_at_start;
use super::roster::Roster;
use super::state::{Guards, KinEntry, Patron, Policies, Standing, still};
use crate::geography::Map;
use crate::ids::TerritoryId;
use crate::leadership::state::IncumbentAid;
use crate::mechanisms::Mechanisms;
use crate::random::RunKey;
use crate::roles::Roles;
use crate::world::{RunMap, RunSettings};

/// Puts the resources of the domain into a world that holds the parameters, the map, the roles and the run key.
pub fn populate(world: &mut World) {
    still(world);
    let parameters = world.resource::<Parameters>();
    let map = world.resource::<RunMap>();
    let roles = *world.resource::<Roles>();
    let roster = Roster::new(map, parameters, roles, &world.resource::<RunSettings>().fronts);
    let policies = starting_policies(map, &roster, world.resource::<Mechanisms>());
    let reserve = reserve_at_start(parameters, &roster, *world.resource::<RunKey>());
    let patron = Patron { posture: parameters.patron.posture, ..Patron::default() };
    let (kin, guards) = (kin_entry(map, &roster), starting_guards(map, &roster));
    world.insert_resource(policies);
    world.insert_resource(kin);
    world.insert_resource(guards);
    world.insert_resource(reserve);
    world.insert_resource(patron);
    world.insert_resource(IncumbentAid::default());
    world.insert_resource(roster);
}

fn starting_policies(map: &Map, roster: &Roster, mechanisms: &Mechanisms) -> Policies {
    let passage = map.crossings.iter().enumerate().map(|(x, point)| {
        [0, 1].map(|d| {
            passages(point, roster.style(entering(map, x, d)), Standing::default(), mechanisms)
        })
    });
    let still = Policies::still(map.crossings.len(), map.territories.len());
    Policies { passage: passage.collect(), ..still }
}

fn kin_entry(map: &Map, roster: &Roster) -> KinEntry {
    let of = |style: &StateStyle| map.communities.iter().map(|c| style.kin.contains(c)).collect();
    KinEntry { by_territory: roster.styles.iter().map(of).collect() }
}

fn starting_guards(map: &Map, roster: &Roster) -> Guards {
    let code = |t: TerritoryId| map.territories[t.index()].code.as_str();
    let sensor = |here: TerritoryId, there: TerritoryId| {
        let style = roster.style(here);
        *style.sensors_towards.get(code(there)).unwrap_or(&style.sensors)
    };
    let sensors = map.segments.iter().map(|s| [sensor(s.a, s.b), sensor(s.b, s.a)]).collect();
    // The reserve of 72 h is counted on the first day, when each state's stock is known.
    Guards { per_km: roster.base_guards.clone(), sensors, ..Guards::still(map.segments.len()) }
}
