//! Builds the accounts of day 0 and looks the routes up.

use bevy_ecs::prelude::*;

use super::balance;
use super::parameters::Parameters;
use super::state::{Ledger, Terms};
use crate::geography::{CrossingStatus, Map, SegmentKind};
use crate::ids::TerritoryId;
use crate::random::{RunKey, Stream};
use crate::roles::Roles;
use crate::world::RunMap;

/// First of the identifiers of the ledger's draws of parameters.
const DRAWS: u64 = 0x4c45_0001;

/// Puts the resources of the domain into a world that holds its parameters, the roles, the map and the run key.
pub fn populate(world: &mut World) {
    let p = world.resource::<Parameters>();
    let map = world.resource::<RunMap>();
    let key = *world.resource::<RunKey>();
    let between = |[lo, hi]: [f64; 2], id: u64| {
        lo + (hi - lo) * key.uniform(Stream::Parameters, DRAWS + id, 0)
    };
    let categories = [p.arms.airframes, p.arms.munitions, p.arms.missiles];
    let mut terms = Terms {
        half_time_days: between(p.arms.substitution_half_time_days, 0),
        half_life_years: between(p.influence.half_life_years, 1),
        import_share: [0, 1, 2].map(|c| between(categories[c].import_share, 2 + c as u64)),
        ..Terms::default()
    };
    if let Some(focus) = world.resource::<Roles>().focus {
        find_routes(map, focus, &p.trade.road_partners, &mut terms);
    }
    let stock_days = categories.map(|c| c.stock_days);
    let mut ledger = Ledger {
        stock_days,
        delivered: 1.0,
        arms_to_focus: 1.0,
        prestige: 1.0,
        capability: 1.0,
        trade: 1.0,
        access_to_successors: p.access.start,
        influence_over_incumbent: p.influence.incumbent.start,
        influence_over_successors: p.influence.successors_start,
        influence_over_neighbours: p.influence.neighbours.values().map(|a| a.start).collect(),
        ..Ledger::default()
    };
    ledger.arms_days_of_supply = balance::least_days_of_supply(&ledger, categories);
    ledger.influence_direct = balance::mean_influence(&ledger, &p.influence);
    ledger.influence_amplified = ledger.influence_direct;
    world.insert_resource(ledger);
    world.insert_resource(terms);
}

fn find_routes(map: &Map, focus: TerritoryId, partners: &[String], terms: &mut Terms) {
    let is_partner = |t: TerritoryId| partners.contains(&map.territories[t.index()].code);
    for (x, point) in map.crossings.iter().enumerate() {
        for direction in 0..2 {
            let (from, to) = (point.sides[direction], point.sides[1 - direction]);
            if from == focus && is_partner(to) && point.status != CrossingStatus::Closed {
                terms.road.push((x, direction, point.capacity_per_day));
                terms.road_units.push(map.cells.admin1[point.cells[direction].index()]);
            }
        }
    }
    for segment in
        map.segments.iter().filter(|s| s.kind == SegmentKind::CaspianApproach && s.a == focus)
    {
        terms.sea_units.extend(segment.cells_a.iter().map(|c| map.cells.admin1[c.index()]));
    }
    for units in [&mut terms.road_units, &mut terms.sea_units] {
        units.sort_unstable();
        units.dedup();
    }
}
