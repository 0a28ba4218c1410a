//! Day 0: what a run starts with, and the groups of the scenario scattered over their areas.

use bevy_ecs::prelude::*;

use super::fight_state::{ActiveGroups, Aftermath, NewGroup};
use super::flashpoints::FlashpointPlaces;
use super::parameters::{GroupRow, Parameters};
use super::run_values::RunValues;
use super::state::{FighterTally, FlashpointState, Flashpoints, StateForces, still};
use super::surroundings::{Surroundings, moved};
use crate::geography::Map;
use crate::geography::network::great_circle_km;
use crate::ids::{CellId, TerritoryId};
use crate::mechanisms::Mechanisms;
use crate::random::{self, Draws, RunKey, Stream, between};
use crate::scenario::RunSettings;
use crate::time::Day;
use crate::world::RunMap;

/// Puts the domain's resources and the groups of day 0 into a world that has the scenario's tables, the map and the run key.
pub fn populate(world: &mut World) {
    still(world);
    let map = world.resource::<RunMap>().clone();
    let key = *world.resource::<RunKey>();
    let parameters = world.resource::<Parameters>().clone();
    let focus = map.territory(&world.resource::<RunSettings>().focus_state);
    let values = RunValues::new(&parameters, &map, key);
    let around = Surroundings::new(&map, &parameters, focus);

    // Groups are numbered in the order of their rows.
    let mut groups = ActiveGroups::default();
    let mut tally = FighterTally::default();
    let on = world.resource::<Mechanisms>().armed_groups;
    for (index, row) in parameters.groups.iter().enumerate().filter(|_| on) {
        for new in groups_of_row(row, index, &map, &around, key) {
            tally.initial += u64::from(new.strength);
            let group = groups.number(new);
            world.spawn(group);
        }
    }

    // Flashpoints that do not lie on the map stay silent rows.
    let named = |name: &String| FlashpointState { name: name.clone(), ..Default::default() };
    let rows = parameters.flashpoints.iter().map(|row| named(&row.name)).collect();
    world.insert_resource(Flashpoints { rows });
    world.insert_resource(FlashpointPlaces::new(&map, &parameters, focus));
    world.insert_resource(StateForces::still(garrisons(&map, &parameters, &values, focus)));
    world.insert_resource(Aftermath::still(map.cells.len()));
    world.insert_resource(groups);
    world.insert_resource(tally);
    world.insert_resource(around);
    world.insert_resource(values);
}

/// Garrisons on day 0 by unit: residents times the ratio of the state.
fn garrisons(
    map: &Map,
    parameters: &Parameters,
    values: &RunValues,
    focus: Option<TerritoryId>,
) -> Vec<u32> {
    let garrison = |unit: &crate::geography::Admin1| {
        let per_person = if Some(unit.state) == focus {
            values.focus_forces_per_person
        } else {
            parameters.forces.other_per_1000 / 1000.0
        };
        libm::round(unit.population as f64 * per_person) as u32
    };
    map.admin1.iter().map(garrison).collect()
}

/// The groups of a row: its fighters, drawn once, shared among its groups and scattered over its area.
fn groups_of_row(
    row: &GroupRow,
    index: usize,
    map: &Map,
    around: &Surroundings,
    key: RunKey,
) -> Vec<NewGroup> {
    let (Some(against), true) = (map.territory(&row.against), row.count > 0) else {
        return Vec::new();
    };
    let Some(centre) = area_on_map(row, map) else { return Vec::new() };

    // Fighters of all groups together, and the weights by which they are shared.
    let mut draws = key.draws(Stream::ArmedSetup, index as u64, 0);
    let whole = between(row.strength, random::unit(&mut draws));
    let whole = libm::round(whole.max(0.0)) as u32;
    let weights: Vec<f64> = (0..row.count).map(|_| 0.5 + random::unit(&mut draws)).collect();
    let sum: f64 = weights.iter().sum();

    // The last group takes what rounding has left.
    let mut left = whole;
    let mut new_groups = Vec::new();
    for (i, weight) in weights.iter().enumerate() {
        let last = i + 1 == weights.len();
        let strength =
            if last { left } else { ((f64::from(whole) * weight / sum) as u32).min(left) };
        left -= strength;
        let cell = scattered(row, centre, around, &mut draws);
        if strength > 0 {
            new_groups.push(NewGroup {
                kind: row.kind,
                strength,
                cell,
                against,
                kin: map.community(&row.kin),
                supply_days: row.supply_days,
                cohesion: row.cohesion,
                day: Day(0),
            });
        }
    }
    new_groups
}

/// The cell nearest to the middle of a row's area; none when the area is off the map (a test map, another region).
pub(super) fn area_on_map(row: &GroupRow, map: &Map) -> Option<CellId> {
    map.cell_at(row.lat, row.lon).filter(|c| {
        let (lat, lon) = (f64::from(map.cells.lat[c.index()]), f64::from(map.cells.lon[c.index()]));
        great_circle_km(row.lat, row.lon, lat, lon) <= row.spread_km + 50.0
    })
}

/// A land cell within the area of a row, evenly over the disc; its middle when water fills it.
fn scattered(row: &GroupRow, centre: CellId, around: &Surroundings, draws: &mut Draws) -> CellId {
    let mut found = None;
    for _ in 0..8 {
        let (a, b) = (random::unit(draws), random::unit(draws));
        let (lat, lon) = moved((row.lat, row.lon), row.spread_km * libm::sqrt(a), b);
        // All eight are drawn whatever is found, so that the luck of later groups does not depend on the map.
        found = found.or_else(|| around.cell_at(lat, lon));
    }
    found.unwrap_or(centre)
}
