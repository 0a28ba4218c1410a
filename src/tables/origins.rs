//! `origins.csv`: the displaced by home.

use jiff::civil::Date;

use super::displacement::{Standing, Standings};
use super::{Look, RowWriter, columns};
use crate::displacement::Population;
use crate::displacement::group::{DisplacedGroup, Origin, Travel};
use crate::displacement::population::governing_state;
use crate::ids::NationalityId;

/// What one row is.
pub const ABOUT: &str = "One row per run, every seventh date from the start, first-level unit of home and state with displaced people from there, moving or settled, also beyond the edge of the map.";

/// People of a home unit in a state on a day.
pub struct Row<'a> {
    date: Date,
    home: &'a str,
    state: &'a str,
    persons: u64,
}

columns! { r:
    run;
    dated = r.date;
    /// Code of the first-level unit where home is; for Afghans from Iran where they lived.
    text home_admin1 = r.home;
    /// Where they are: code of the state or territory (ISO3; ABK, SOS, NKR, ICH, NAX).
    text state = r.state;
    /// Displaced people of that unit there, moving or settled.
    integer("persons") displaced_persons = r.persons;
}

/// Writes the home units with anybody in a state, once a week. Who has reached their own country is home.
pub fn record(look: &Look<'_>, rows: &mut RowWriter) {
    if !look.is_weekly() {
        return;
    }
    let (world, map) = (look.world, look.map);
    let (population, standings) = (world.resource::<Population>(), Standings::of(world));
    let states = population.nationalities.len();
    let mut persons = vec![0_u64; map.admin1.len() * states];
    let mut add = |origin: Origin, state: NationalityId, count: u32| {
        if standings.of_people(state.index(), origin.nationality.index()) != Standing::Home {
            persons[origin.home.index() * states + state.index()] += u64::from(count);
        }
    };

    let mut groups = world.try_query::<(&Travel, &DisplacedGroup)>();
    for (travel, group) in groups.iter_mut().flat_map(|groups| groups.iter(world)) {
        let state = governing_state(map, map.cells.territory[travel.cell.index()]);
        add(group.origin, state.into(), group.persons);
    }
    for (cohorts, &state) in population.cohorts.iter().zip(&population.receiving) {
        for cohort in cohorts {
            add(cohort.origin, state, cohort.persons);
        }
    }

    for (pair, &persons) in persons.iter().enumerate().filter(|(_, persons)| **persons > 0) {
        rows.push(&Row {
            date: look.date(),
            home: &map.admin1[pair / states].code,
            state: &population.nationalities[pair % states],
            persons,
        });
    }
}
