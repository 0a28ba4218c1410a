//! `displacement.csv`, `whereabouts.csv`, `origins.csv`, and the totals of a run.

use bevy_ecs::prelude::*;
use jiff::civil::Date;

use crate::displacement::Population;
use crate::displacement::group::{DisplacedGroup, Origin, Travel};
use crate::displacement::population::governing_state;
use crate::geography::Map;
use crate::ids::TerritoryId;
use crate::output::format::RowWriter;
use crate::simulation::ScenarioRes;
use crate::world::RunMap;

/// One row per state and origin with anybody in it or any flow.
pub fn record(rows: &mut RowWriter, world: &World, _map: &Map, date: Date) {
    let population = world.resource::<Population>();
    let (mobile, host) = (population.mobile_nationality().index(), mobile_host(world));
    let n = population.nationalities.len();
    for state in 0..n {
        for origin in 0..n {
            let pair = state * n + origin;
            let present = population.present[pair];
            let flows =
                [&population.flows.arrivals, &population.flows.returns, &population.flows.deaths]
                    .map(|f| f[pair]);
            if present == 0 && flows == [0; 3] {
                continue;
            }
            rows.start_row(date);
            rows.push_text(&population.nationalities[state]);
            rows.push_text(&population.nationalities[origin]);
            let (inside, hosted) = match standing(state, origin, mobile, host) {
                Standing::Inside => (present, 0),
                Standing::Abroad => (0, present),
                Standing::Home => (0, 0),
            };
            for count in [inside, hosted, flows[0], flows[1], flows[2]] {
                rows.push_count(u64::from(count));
            }
            rows.end_row();
        }
    }
}

/// One row per cell with displaced people in it.
pub fn record_whereabouts(rows: &mut RowWriter, world: &World, map: &Map, date: Date) {
    let population = world.resource::<Population>();
    let mut cells = population.peopled.clone();
    // They stand in the order in which groups were met, which is no order to publish.
    cells.sort_unstable();
    for cell in cells.into_iter().map(crate::ids::CellId::index) {
        rows.start_row(date);
        rows.push_text(&map.admin1[map.cells.admin1[cell].index()].code);
        rows.push_num(f64::from(map.cells.lat[cell]));
        rows.push_num(f64::from(map.cells.lon[cell]));
        rows.push_count(u64::from(population.displaced[cell]));
        rows.push_count(u64::from(population.refugees[cell]));
        rows.end_row();
    }
}

/// One row per home unit and state with anybody of the one in the other. Who has reached their own country is home.
pub fn record_origins<'a>(
    rows: &mut RowWriter,
    world: &World,
    map: &Map,
    date: Date,
    groups: impl Iterator<Item = (&'a Travel, &'a DisplacedGroup)>,
) {
    let population = world.resource::<Population>();
    let (mobile, host) = (population.mobile_nationality().index(), mobile_host(world));
    let states = population.nationalities.len();
    let mut persons = vec![0_u64; map.admin1.len() * states];
    let mut add = |origin: Origin, state: usize, count: u32| {
        if !matches!(standing(state, origin.nationality.index(), mobile, host), Standing::Home) {
            persons[origin.home.index() * states + state] += u64::from(count);
        }
    };
    for (travel, group) in groups {
        let state = governing_state(map, map.cells.territory[travel.cell.index()]);
        add(group.origin, state.index(), group.persons);
    }
    for (cohorts, state) in population.cohorts.iter().zip(&population.receiving) {
        for cohort in cohorts {
            add(cohort.origin, state.index(), cohort.persons);
        }
    }
    for (pair, &count) in persons.iter().enumerate().filter(|(_, count)| **count > 0) {
        rows.start_row(date);
        rows.push_text(&map.admin1[pair / states].code);
        rows.push_text(&population.nationalities[pair % states]);
        rows.push_count(count);
        rows.end_row();
    }
}

/// Where people of an origin stand in a state.
enum Standing {
    /// Displaced inside: nationals in their own state, the mobile population in its host state.
    Inside,
    /// Outside it.
    Abroad,
    /// The mobile population that has reached its own country: home, no longer displaced from here.
    Home,
}

fn standing(state: usize, origin: usize, mobile: usize, host: Option<usize>) -> Standing {
    let inside = if origin == mobile { host } else { Some(origin) };
    if Some(state) == inside {
        Standing::Inside
    } else if state == origin {
        Standing::Home
    } else {
        Standing::Abroad
    }
}

/// The state that hosts the mobile population.
fn mobile_host(world: &World) -> Option<usize> {
    let code = &world.resource::<ScenarioRes>().displacement.mobile.state;
    world.resource::<RunMap>().territory(code).map(TerritoryId::index)
}

/// Displaced persons inside, and abroad.
pub fn totals(world: &World) -> (u64, u64) {
    let population = world.resource::<Population>();
    let (mobile, host) = (population.mobile_nationality().index(), mobile_host(world));
    let n = population.nationalities.len();
    let (mut inside, mut abroad) = (0, 0);
    for state in 0..n {
        for origin in 0..n {
            let persons = u64::from(population.present[state * n + origin]);
            match standing(state, origin, mobile, host) {
                Standing::Inside => inside += persons,
                Standing::Abroad => abroad += persons,
                Standing::Home => {}
            }
        }
    }
    (inside, abroad)
}
