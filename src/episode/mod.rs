//! The given: what a run takes from the scenario rather than simulates (ODD 6).
//!
//! An episode prescribes residents and displaced people of day 0, violent events, control, advance, classes of threat, who
//! passes which crossing, capacities, exit bars. It serves hindcasts, where only what was known at the time may be an input, and
//! what-if studies. Nothing of it is a flow of people: those are the model's.
//!
//! [`Given`] holds the episode resolved on the map, with every range drawn once. Each step [`set_stage`] looks which entries cover
//! the middle of the step. Other domains read the stage; policies are laid over those of the states ([`lay_policies`]) and
//! lifted again before the states decide ([`lift_policies`]), so that what ends leaves no trace.

use bevy_ecs::prelude::*;

use crate::conflict::state::Violence;
use crate::geography::Map;
use crate::ids::{CellId, TerritoryId};
use crate::random::{DrawId, RunKey, Stream};
use crate::simulation::ScenarioRes;
use crate::states::{Passage, Policies};
use crate::time::Clock;
use crate::world::RunMap;

pub mod check;
pub mod parameters;
pub mod period;
pub mod place;

pub use check::check_against_map;
pub use parameters::{Episode, PrescribedEvent, ThreatClass};
pub use period::Period;
pub use place::Place;

/// Numbers of the lists: a number keeps its meaning for ever, or draws change.
mod list {
    pub const RESIDENTS: u64 = 0;
    pub const DISPLACED: u64 = 1;
    pub const CONTROL: u64 = 2;
    pub const ADVANCE: u64 = 3;
    pub const THREAT: u64 = 4;
    pub const CAPACITY: u64 = 5;
    pub const EXIT_BAR: u64 = 6;
    pub const REFUGE: u64 = 7;
}

/// Residents of some cells on day 0.
#[derive(Clone, Debug, PartialEq)]
pub struct ResidentsOf {
    /// Cells, ascending.
    pub cells: Vec<CellId>,
    /// Persons.
    pub persons: u64,
}

/// Displaced people of day 0.
#[derive(Clone, Debug, PartialEq)]
pub struct DisplacedAt {
    /// Cells of their homes.
    pub home: Vec<CellId>,
    /// Cells where they are.
    pub at: Vec<CellId>,
    /// Persons.
    pub persons: u64,
}

/// An entry that holds for a time.
#[derive(Clone, Debug)]
struct Timed<T> {
    period: Period,
    what: T,
}

#[derive(Clone, Debug)]
enum Entry {
    Control(Vec<CellId>, f32),
    Advance(Vec<CellId>, f32),
    Threat(Vec<CellId>, ThreatClass, f32),
    Passage(usize, [bool; 2], [bool; 3], Passage),
    Capacity(usize, [bool; 2], f64),
    ExitBar(TerritoryId, f64),
    Refuge(Vec<CellId>, f32),
}

/// What is given of a cell's danger now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Danger {
    /// Control lost to a ground advance in the past days, 0 to 1.
    pub advance: f64,
    /// Share of the hazard of each class of threat, by [`ThreatClass`].
    pub classes: [f64; ThreatClass::COUNT],
}

/// The episode on the map, and its stage now.
#[derive(Resource, Clone, Debug, Default)]
pub struct Given {
    /// Residents of day 0, in the order of the scenario.
    pub residents: Vec<ResidentsOf>,
    /// Displaced people of day 0.
    pub displaced: Vec<DisplacedAt>,
    /// Violent events by day since the as-of date (negative before it), ascending.
    pub events: Vec<(i32, CellId, PrescribedEvent)>,
    entries: Vec<Timed<Entry>>,
    /// Largest capacity given for a crossing and direction at any time.
    most: Vec<[Option<f64>; 2]>,
    /// Which entries are on.
    on: Vec<bool>,
    capacity: Vec<[Option<f64>; 2]>,
    /// Factor on the attraction of places by cell; empty: 1 everywhere.
    refuge: Vec<f32>,
    /// Cells in danger now, ascending, with what is given of it.
    danger: Vec<(CellId, Danger)>,
    /// The same cells alone.
    pub cells_in_danger: Vec<CellId>,
    lifted: Vec<(usize, usize, usize, Passage)>,
    lifted_bars: Vec<(usize, f64)>,
}

impl Given {
    /// The episode of a scenario on a map, with its ranges drawn. Entries that do not fit the map are left out: the scenario's check
    /// refuses them.
    ///
    /// # Panics
    /// When the as-of date is none, which the scenario's check rules out.
    #[must_use]
    pub fn new(episode: &Episode, as_of: &str, map: &Map, key: RunKey) -> Self {
        let as_of = as_of.parse().expect("a checked date");
        let drawn = |list: u64, index: usize, [low, high]: [f64; 2]| {
            low + key.uniform(Stream::Episode, DrawId::range_of_list(list, index), 0)
                * (high - low).max(0.0)
        };
        let cells =
            |place: &str| Place::read(place, map).map(|place| place.cells(map)).unwrap_or_default();
        let mut given = Self::default();
        for (i, e) in episode.residents.iter().enumerate() {
            let persons = libm::round(drawn(list::RESIDENTS, i, e.persons)) as u64;
            given.residents.push(ResidentsOf { cells: cells(&e.place), persons });
        }
        for (i, e) in episode.displaced.iter().enumerate() {
            let persons = libm::round(drawn(list::DISPLACED, i, e.persons)) as u64;
            given.displaced.push(DisplacedAt { home: cells(&e.home), at: cells(&e.at), persons });
        }
        for event in episode.violence.iter().flat_map(|file| &file.events) {
            let day = event.date.duration_since(as_of).as_hours() / 24;
            if let (Ok(day), Some(cell)) =
                (i32::try_from(day), check::land_at(map, event.lat, event.lon))
            {
                given.events.push((day, cell, *event));
            }
        }
        given.events.sort_by_key(|e| e.0);
        let mut add = |from: &str, to: &str, what: Entry| {
            if let Ok(period) = Period::read(from, to, as_of) {
                given.entries.push(Timed { period, what });
            }
        };
        for (i, e) in episode.control.iter().enumerate() {
            add(
                &e.from,
                &e.to,
                Entry::Control(cells(&e.place), drawn(list::CONTROL, i, e.value) as f32),
            );
        }
        for (i, e) in episode.advance.iter().enumerate() {
            add(
                &e.from,
                &e.to,
                Entry::Advance(cells(&e.place), drawn(list::ADVANCE, i, e.value) as f32),
            );
        }
        for (i, e) in episode.threat.iter().enumerate() {
            let intensity = drawn(list::THREAT, i, e.intensity) as f32;
            add(&e.from, &e.to, Entry::Threat(cells(&e.place), e.class, intensity));
        }
        let lane = |crossing: &str, towards: &str| {
            let x = map.crossings.iter().position(|x| x.id == crossing)?;
            // Direction 0 leads to side 1.
            let leads =
                |d: usize| map.territories[map.crossings[x].sides[1 - d].index()].code == towards;
            Some((x, [0, 1].map(|d| towards.is_empty() || leads(d))))
        };
        for e in &episode.passage {
            let classes = [0, 1, 2]
                .map(|c| e.classes.is_empty() || e.classes.iter().any(|k| *k as usize == c));
            if let Some((x, directions)) = lane(&e.crossing, &e.towards) {
                add(&e.from, &e.to, Entry::Passage(x, directions, classes, e.passage));
            }
        }
        let mut most = vec![[None; 2]; map.crossings.len()];
        for (i, e) in episode.capacity.iter().enumerate() {
            let persons = drawn(list::CAPACITY, i, e.persons_per_day);
            if let Some((x, directions)) = lane(&e.crossing, &e.towards) {
                for d in (0..2).filter(|&d| directions[d]) {
                    most[x][d] = Some(most[x][d].unwrap_or(0.0_f64).max(persons));
                }
                add(&e.from, &e.to, Entry::Capacity(x, directions, persons));
            }
        }
        for (i, e) in episode.exit_bar.iter().enumerate() {
            if let Some(state) = map.territory(&e.state) {
                add(&e.from, &e.to, Entry::ExitBar(state, drawn(list::EXIT_BAR, i, e.strength)));
            }
        }
        for (i, e) in episode.refuge.iter().enumerate() {
            add(
                &e.from,
                &e.to,
                Entry::Refuge(cells(&e.place), drawn(list::REFUGE, i, e.factor) as f32),
            );
        }
        given.most = most;
        given.capacity = vec![[None; 2]; map.crossings.len()];
        given.on = vec![false; given.entries.len()];
        given
    }

    /// Persons a day that a crossing can serve in a direction now, where that is given.
    #[must_use]
    pub fn capacity(&self, crossing: usize, direction: usize) -> Option<f64> {
        self.capacity.get(crossing).and_then(|c| c[direction])
    }

    /// The largest capacity given at any time.
    #[must_use]
    pub fn most_capacity(&self, crossing: usize, direction: usize) -> Option<f64> {
        self.most.get(crossing).and_then(|c| c[direction])
    }

    /// Factor on the attraction of places to stay in at a cell now.
    #[must_use]
    pub fn refuge(&self, cell: CellId) -> f64 {
        self.refuge.get(cell.index()).map_or(1.0, |&factor| f64::from(factor))
    }

    /// What is given of the danger of a cell now.
    #[must_use]
    pub fn danger(&self, cell: CellId) -> Danger {
        self.danger
            .binary_search_by_key(&cell, |d| d.0)
            .map(|i| self.danger[i].1)
            .unwrap_or_default()
    }

    /// Sets the stage for a time; a later entry is laid over an earlier one. Returns the control given by cell when it changed.
    fn set(&mut self, time: f64, cells: usize) -> Option<Vec<f32>> {
        let on: Vec<bool> = self.entries.iter().map(|e| e.period.covers(time)).collect();
        if on == self.on {
            return None;
        }
        self.on = on;
        self.capacity.fill([None; 2]);
        self.refuge.clear();
        let mut control = Vec::new();
        let mut danger = std::collections::BTreeMap::<CellId, Danger>::new();
        for entry in
            self.entries.iter().zip(&self.on).filter(|(_, on)| **on).map(|(entry, _)| entry)
        {
            match &entry.what {
                Entry::Control(place, value) => {
                    control.resize(cells, f32::NAN);
                    for c in place {
                        control[c.index()] = *value;
                    }
                }
                Entry::Advance(place, value) => {
                    for c in place {
                        danger.entry(*c).or_default().advance = f64::from(*value);
                    }
                }
                Entry::Threat(place, class, intensity) => {
                    for c in place {
                        danger.entry(*c).or_default().classes[*class as usize] =
                            f64::from(*intensity);
                    }
                }
                Entry::Capacity(x, directions, persons) => {
                    (0..2)
                        .filter(|&d| directions[d])
                        .for_each(|d| self.capacity[*x][d] = Some(*persons));
                }
                Entry::Refuge(place, factor) => {
                    self.refuge.resize(cells, 1.0);
                    for c in place {
                        self.refuge[c.index()] = *factor;
                    }
                }
                Entry::Passage(..) | Entry::ExitBar(..) => {}
            }
        }
        self.cells_in_danger = danger.keys().copied().collect();
        self.danger = danger.into_iter().collect();
        Some(control)
    }

    fn now(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().zip(&self.on).filter(|(_, on)| **on).map(|(entry, _)| &entry.what)
    }
}

/// Puts the episode into a world that holds the scenario, the map and the run key; before the domains, which start from it.
pub fn populate(world: &mut World) {
    let scenario = world.resource::<ScenarioRes>().clone();
    let map = world.resource::<RunMap>().clone();
    let given =
        Given::new(&scenario.episode, &scenario.run.as_of, &map, *world.resource::<RunKey>());
    world.insert_resource(given);
}

/// System of phase Clock: which entries hold in this step. An entry holds when it covers the middle of the step.
pub fn set_stage(
    clock: Res<Clock>,
    map: Res<RunMap>,
    mut given: ResMut<Given>,
    mut violence: ResMut<Violence>,
) {
    if given.entries.is_empty() {
        return;
    }
    let time = (f64::from(clock.step) + 0.5) * clock.step_days.0;
    if let Some(control) = given.set(time, map.cells.len()) {
        violence.prescribed_control = control;
    }
}

/// System, before the states decide: takes the episode's policies off those of the states.
pub fn lift_policies(mut given: ResMut<Given>, mut policies: ResMut<Policies>) {
    let given = &mut *given;
    // In reverse: of entries over one another, the first kept what the states had decided.
    for (x, direction, class, was) in given.lifted.drain(..).rev() {
        policies.passage[x][direction][class] = was;
    }
    for (state, was) in given.lifted_bars.drain(..).rev() {
        policies.exit_bar[state] = was;
    }
}

/// System, after the states have decided: lays the episode's policies over theirs.
pub fn lay_policies(mut given: ResMut<Given>, mut policies: ResMut<Policies>) {
    let (mut lifted, mut bars) = (Vec::new(), Vec::new());
    for entry in given.now() {
        match entry {
            Entry::Passage(x, directions, classes, passage) => {
                for direction in (0..2).filter(|&d| directions[d]) {
                    for class in (0..3).filter(|&c| classes[c]) {
                        let policy = &mut policies.passage[*x][direction][class];
                        lifted.push((*x, direction, class, *policy));
                        *policy = *passage;
                    }
                }
            }
            Entry::ExitBar(state, strength) => {
                bars.push((state.index(), policies.exit_bar[state.index()]));
                policies.exit_bar[state.index()] = *strength;
            }
            _ => {}
        }
    }
    if !(lifted.is_empty() && bars.is_empty()) {
        (given.lifted, given.lifted_bars) = (lifted, bars);
    }
}
