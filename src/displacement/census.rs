//! Civilians killed, and the count of who is where (phase Host).

use bevy_ecs::prelude::*;

use super::group::{DisplacedGroup, Travel};
use super::population::{Population, governing_state};
use crate::conflict::state::Events;
use crate::geography::DestinationKind;
use crate::ids::{CellId, NationalityId};
use crate::time::Clock;
use crate::world::RunMap;

/// System of phase Clock: the flows of a new day start at zero.
pub fn reset_flows(clock: Res<Clock>, mut population: ResMut<Population>) {
    if clock.starts_day {
        population.flows.arrivals.fill(0);
        population.flows.returns.fill(0);
        population.flows.deaths.fill(0);
    }
}

/// System: civilians killed today are taken from the living.
pub fn record_civilian_deaths(
    map: Res<RunMap>,
    events: Res<Events>,
    mut population: ResMut<Population>,
) {
    for &(cell, deaths) in &events.civilian_deaths {
        population.kill(&map, cell, deaths);
    }
}

/// System: counts who is where, for tomorrow's plans, the pressure index and the recorders.
///
/// # Panics
/// Never: the components are dense.
pub fn count_displaced(
    map: Res<RunMap>,
    mut population: ResMut<Population>,
    groups: Query<(&Travel, &DisplacedGroup)>,
) {
    let population = &mut *population;
    let columns = population.nationalities.len();
    for cell in population.peopled.drain(..) {
        population.displaced[cell.index()] = 0;
        population.refugees[cell.index()] = 0;
    }
    population.present.fill(0);
    let mut add =
        |cell: Option<CellId>, state: NationalityId, nationality: NationalityId, persons: u32| {
            population.present[state.index() * columns + nationality.index()] += persons;
            if let Some(cell) = cell {
                if population.displaced[cell.index()] == 0 {
                    population.peopled.push(cell);
                }
                population.displaced[cell.index()] += persons;
                if state != nationality {
                    population.refugees[cell.index()] += persons;
                }
            }
        };

    // Those on the move, then the hosted.
    for (travel, groups) in groups.contiguous_iter().expect("dense components") {
        for (t, g) in travel.iter().zip(groups) {
            let state = governing_state(&map, map.cells.territory[t.cell.index()]);
            add(Some(t.cell), state.into(), g.origin.nationality, g.persons);
        }
    }
    for (d, cohorts) in population.cohorts.iter().enumerate() {
        let destination = &map.destinations[d];
        let on_map = destination.kind != DestinationKind::Beyond;
        for c in cohorts {
            let cell = on_map.then_some(destination.cells[0]);
            add(cell, population.receiving[d], c.origin.nationality, c.persons);
        }
    }
}
