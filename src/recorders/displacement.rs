//! `displacement.csv`, and the totals of a run.

use bevy_ecs::prelude::*;
use jiff::civil::Date;

use crate::displacement::Population;
use crate::geography::Map;
use crate::ids::TerritoryId;
use crate::output::format::RowWriter;
use crate::simulation::{MapRes, ScenarioRes};

/// One row per state and origin with anybody in it or any flow.
pub fn record(rows: &mut RowWriter, world: &World, _map: &Map, date: Date) {
    let population = world.resource::<Population>();
    let n = population.nationalities.len();
    for state in 0..n {
        for origin in 0..n {
            let pair = state * n + origin;
            let present = population.present[pair];
            let flows =
                [&population.flows.arrivals, &population.flows.returns, &population.flows.deaths].map(|f| f[pair]);
            if present == 0 && flows == [0; 3] {
                continue;
            }
            rows.start_row(date);
            rows.push_text(&population.nationalities[state]);
            rows.push_text(&population.nationalities[origin]);
            let (inside, hosted) = if state == origin { (present, 0) } else { (0, present) };
            for count in [inside, hosted, flows[0], flows[1], flows[2]] {
                rows.push_count(u64::from(count));
            }
            rows.end_row();
        }
    }
}

/// Displaced persons inside, and abroad. The mobile population counts as inside while it is in its host state, as home and so
/// not at all once it has reached its own, and as abroad anywhere else.
pub fn totals(world: &World) -> (u64, u64) {
    let population = world.resource::<Population>();
    let host = world.resource::<MapRes>().territory(&world.resource::<ScenarioRes>().displacement.mobile.state);
    let n = population.nationalities.len();
    let mobile = population.mobile_nationality().index();
    let (mut inside, mut abroad) = (0, 0);
    for state in 0..n {
        for origin in 0..n {
            let persons = u64::from(population.present[state * n + origin]);
            let at_home = if origin == mobile { host.map(TerritoryId::index) } else { Some(origin) };
            if Some(state) == at_home {
                inside += persons;
            } else if state != origin {
                abroad += persons;
            }
        }
    }
    (inside, abroad)
}
