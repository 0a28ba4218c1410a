//! `displacement.csv`: the displaced by where they are and where they come from.

use bevy_ecs::prelude::World;
use jiff::civil::Date;

use super::{Look, RowWriter, columns};
use crate::displacement::Population;
use crate::displacement::parameters::Parameters;
use crate::ids::TerritoryId;
use crate::world::RunMap;

/// What one row is.
pub const ABOUT: &str = "One row per run, date, state and origin with anybody in it: displaced people by where they are and where they come from. State and origin are equal for people displaced inside their own state.";

/// People of an origin in a state on a day.
pub struct Row<'a> {
    date: Date,
    population: &'a Population,
    state: usize,
    origin: usize,
    standing: Standing,
}

columns! { r:
    run;
    dated = r.date;
    /// Where they are: code of the state or territory (ISO3; ABK, SOS, NKR, ICH, NAX).
    text state = &r.population.nationalities[r.state];
    /// Where they come from: the same codes; AFG for Afghans who lived in Iran.
    text origin = &r.population.nationalities[r.origin];
    /// Displaced inside their own state (Afghans from Iran: inside Iran), moving or settled.
    integer("persons") displaced_inside_persons = r.present(Standing::Inside);
    /// From another state, moving or settled.
    integer("persons") hosted_persons = r.present(Standing::Abroad);
    /// Entered the state from another that day.
    integer("persons") arrivals_persons = r.population.flows.arrivals[r.pair()];
    /// Went home that day.
    integer("persons") returns_persons = r.population.flows.returns[r.pair()];
    /// Displaced people who died that day, and residents killed at home.
    integer("persons") deaths_persons = r.population.flows.deaths[r.pair()];
}

impl Row<'_> {
    /// Position of state and origin in what is counted by both.
    fn pair(&self) -> usize {
        self.state * self.population.nationalities.len() + self.origin
    }

    /// Those present, where they stand so.
    fn present(&self, standing: Standing) -> u32 {
        if self.standing == standing { self.population.present[self.pair()] } else { 0 }
    }
}

/// Writes the pairs of state and origin with anybody in them or any flow.
pub fn record(look: &Look<'_>, rows: &mut RowWriter) {
    let (population, standings) = (look.world.resource(), Standings::of(look.world));
    for (state, origin) in pairs(population) {
        let standing = standings.of_people(state, origin);
        let row = Row { date: look.date(), population, state, origin, standing };
        let (flows, pair) = (&population.flows, row.pair());
        let counts = [&population.present, &flows.arrivals, &flows.returns, &flows.deaths];
        if counts.iter().any(|count| count[pair] > 0) {
            rows.push(&row);
        }
    }
}

/// Displaced persons inside, and abroad.
#[must_use]
pub fn totals(world: &World) -> (u64, u64) {
    let (population, standings) = (world.resource::<Population>(), Standings::of(world));
    let mut totals = (0, 0);
    for (state, origin) in pairs(population) {
        let pair = state * population.nationalities.len() + origin;
        let persons = u64::from(population.present[pair]);
        match standings.of_people(state, origin) {
            Standing::Inside => totals.0 += persons,
            Standing::Abroad => totals.1 += persons,
            Standing::Home => {}
        }
    }
    totals
}

/// All pairs of state and origin.
fn pairs(population: &Population) -> impl Iterator<Item = (usize, usize)> + use<> {
    let n = population.nationalities.len();
    (0..n * n).map(move |pair| (pair / n, pair % n))
}

/// Where people of an origin stand in a state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Displaced inside: nationals in their own state, the mobile population in its host state.
    Inside,
    /// Outside it.
    Abroad,
    /// The mobile population that has reached its own country: home, no longer displaced from here.
    Home,
}

/// What tells where people stand.
pub(super) struct Standings {
    mobile: usize,
    /// The state that hosts the mobile population.
    host: Option<usize>,
}

impl Standings {
    pub(super) fn of(world: &World) -> Self {
        let host = &world.resource::<Parameters>().mobile.state;
        Self {
            mobile: world.resource::<Population>().mobile_nationality().index(),
            host: world.resource::<RunMap>().territory(host).map(TerritoryId::index),
        }
    }

    pub(super) fn of_people(&self, state: usize, origin: usize) -> Standing {
        let inside = if origin == self.mobile { self.host } else { Some(origin) };
        if Some(state) == inside {
            Standing::Inside
        } else if state == origin {
            Standing::Home
        } else {
            Standing::Abroad
        }
    }
}
