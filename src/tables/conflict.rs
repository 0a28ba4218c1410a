//! `conflict.csv`: armed strength, control and events by state.

use jiff::civil::Date;

use super::events::deaths;
use super::{Look, RowWriter, columns};
use crate::conflict::state::{ArmedGroup, Events, GroupKind, Violence, ViolenceType as Type};
use crate::displacement::Population;
use crate::displacement::population::governing_state;
use crate::leadership::Leadership;

/// What one row is.
pub const ABOUT: &str =
    "One row per run, date and state: armed groups by type, control, events and deaths of the day.";

/// A state's day.
pub struct Row<'a> {
    date: Date,
    state: &'a str,
    tally: &'a Tally,
    control: f64,
}

columns! { r:
    run;
    dated = r.date;
    /// Code of the state (ISO3) or de facto authority.
    text state = r.state;
    /// Armed groups based in the state.
    integer("1") groups = r.tally.groups;
    /// Parts of a state's forces that no longer obey it.
    integer("fighters") fighters_state_remnant = r.tally.fighters(GroupKind::StateRemnant);
    /// Groups that fight for the autonomy of a community.
    integer("fighters") fighters_kin_autonomist = r.tally.fighters(GroupKind::KinAutonomist);
    /// Jihadist groups.
    integer("fighters") fighters_jihadist = r.tally.fighters(GroupKind::Jihadist);
    /// Criminal groups.
    integer("fighters") fighters_criminal = r.tally.fighters(GroupKind::Criminal);
    /// Control by the governing state, mean over residents, 0 to 1.
    number("1") control_mean = r.control;
    /// State-based events that day (UCDP: one side is a government).
    integer("1") events_state_based = r.tally.events(Type::StateBased);
    /// Non-state events that day (between organised groups).
    integer("1") events_non_state = r.tally.events(Type::NonState);
    /// One-sided events that day (against civilians).
    integer("1") events_one_sided = r.tally.events(Type::OneSided);
    /// Deaths in state-based events, all victims.
    integer("persons") deaths_state_based_persons = r.tally.deaths(Type::StateBased);
    /// Deaths in non-state events, all victims.
    integer("persons") deaths_non_state_persons = r.tally.deaths(Type::NonState);
    /// Deaths in one-sided events, all victims.
    integer("persons") deaths_one_sided_persons = r.tally.deaths(Type::OneSided);
    /// Civilians among those deaths.
    integer("persons") deaths_civilians_persons = r.tally.civilians;
}

/// What there is in a state: groups and events by their kinds, control summed over residents.
#[derive(Clone, Default)]
struct Tally {
    groups: u64,
    fighters: [u64; 4],
    events: [u64; 3],
    deaths: [u64; 3],
    civilians: u64,
    residents: f64,
    control: f64,
}

impl Tally {
    fn fighters(&self, kind: GroupKind) -> u64 {
        self.fighters[kind as usize]
    }

    fn events(&self, kind: Type) -> u64 {
        self.events[kind as usize]
    }

    fn deaths(&self, kind: Type) -> u64 {
        self.deaths[kind as usize]
    }
}

/// Writes the states with armed groups, events or less than full control.
pub fn record(look: &Look<'_>, rows: &mut RowWriter) {
    for (territory, tally) in look.map.territories.iter().zip(&tallies(look)) {
        let control = if tally.residents > 0.0 { tally.control / tally.residents } else { 1.0 };
        let calm = tally.groups == 0 && tally.events == [0; 3] && control > 0.9999;
        if !calm && tally.residents > 0.0 {
            rows.push(&Row { date: look.date(), state: &territory.code, tally, control });
        }
    }
}

/// By territory, those that others govern with their governors.
fn tallies(look: &Look<'_>) -> Vec<Tally> {
    let (world, map) = (look.world, look.map);
    let mut tallies = vec![Tally::default(); map.territories.len()];
    let state_of = |cell: usize| governing_state(map, map.cells.territory[cell]).index();

    let mut groups = world.try_query::<&ArmedGroup>();
    for group in groups.iter_mut().flat_map(|groups| groups.iter(world)) {
        let tally = &mut tallies[state_of(group.cell.index())];
        tally.groups += 1;
        tally.fighters[group.kind as usize] += u64::from(group.strength);
    }
    for event in &world.resource::<Events>().today {
        let tally = &mut tallies[state_of(event.cell.index())];
        tally.events[event.kind as usize] += 1;
        tally.deaths[event.kind as usize] += deaths(event);
        tally.civilians += u64::from(event.deaths_civilians);
    }

    // Control by unit first: a cell differs from its unit only where groups challenge it.
    let (leadership, violence) = (world.resource::<Leadership>(), world.resource::<Violence>());
    let population = world.resource::<Population>();
    for (unit, cells) in population.cells_of.iter().enumerate() {
        let control = leadership.provinces[unit].control;
        for cell in cells {
            let residents = f64::from(population.residents[cell.index()]);
            let tally = &mut tallies[state_of(cell.index())];
            tally.residents += residents;
            tally.control +=
                residents * control * (1.0 - f64::from(violence.challenge[cell.index()]));
        }
    }
    tallies
}
