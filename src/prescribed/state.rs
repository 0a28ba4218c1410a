//! The episode on the map, and what of it holds now.

use std::collections::BTreeMap;

use bevy_ecs::prelude::*;

use super::parameters::{PrescribedEvent, ThreatClass};
use super::period::Period;
use crate::ids::{CellId, TerritoryId};
use crate::states::parameters::Passage;
use crate::time::Clock;

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

/// A direction of a crossing: the crossing's index, and 0 from side 0 to side 1 or 1 back.
pub(super) type Lane = (usize, usize);

/// What an entry prescribes while it holds.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    Control(Vec<CellId>, f32),
    Advance(Vec<CellId>, f32),
    Threat(Vec<CellId>, ThreatClass, f32),
    Passage(Vec<Lane>, [bool; 3], Passage),
    Capacity(Vec<Lane>, f64),
    ExitBar(TerritoryId, f64),
    Refuge(Vec<CellId>, f32),
}

/// What is prescribed of a cell's danger now.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Danger {
    /// Control lost to a ground advance in the past days, 0 to 1.
    pub advance: f64,
    /// Share of the hazard of each class of threat, by [`ThreatClass`].
    pub classes: [f64; ThreatClass::COUNT],
}

/// What holds now.
#[derive(Clone, Debug, Default)]
pub(super) struct Now {
    /// Which entries hold.
    holding: Vec<bool>,
    control: Vec<f32>,
    danger: BTreeMap<CellId, Danger>,
    passage: BTreeMap<Lane, [Option<Passage>; 3]>,
    capacity: BTreeMap<Lane, f64>,
    exit_bar: BTreeMap<TerritoryId, f64>,
    refuge: Vec<f32>,
}

/// The episode on the map, and what of it holds now. Nothing is prescribed by default.
#[derive(Resource, Clone, Debug, Default)]
pub struct Prescribed {
    /// Residents of day 0, in the order of the scenario.
    pub residents: Vec<ResidentsOf>,
    /// Displaced people of day 0.
    pub displaced: Vec<DisplacedAt>,
    /// Violent events by day since the as-of date (negative before it), ascending.
    pub events: Vec<(i32, CellId, PrescribedEvent)>,
    pub(super) entries: Vec<(Period, Entry)>,
    /// Cells of the map.
    pub(super) cells: usize,
    pub(super) now: Now,
}

impl Prescribed {
    /// Control by the governing state by cell where it is prescribed now, 0 to 1, NaN elsewhere; empty when it is nowhere.
    #[must_use]
    pub fn control(&self) -> &[f32] {
        &self.now.control
    }

    /// Cells in danger now, ascending.
    pub fn cells_in_danger(&self) -> impl Iterator<Item = CellId> {
        self.now.danger.keys().copied()
    }

    /// What is prescribed of the danger of a cell now.
    #[must_use]
    pub fn danger(&self, cell: CellId) -> Danger {
        self.now.danger.get(&cell).copied().unwrap_or_default()
    }

    /// Who passes a crossing in a direction now, by class of people, where that is prescribed.
    #[must_use]
    pub fn passage(&self, crossing: usize, direction: usize) -> [Option<Passage>; 3] {
        self.now.passage.get(&(crossing, direction)).copied().unwrap_or_default()
    }

    /// Persons a day that a crossing can serve in a direction now, where that is prescribed.
    #[must_use]
    pub fn capacity(&self, crossing: usize, direction: usize) -> Option<f64> {
        self.now.capacity.get(&(crossing, direction)).copied()
    }

    /// The largest capacity prescribed at any time.
    #[must_use]
    pub fn most_capacity(&self, crossing: usize, direction: usize) -> Option<f64> {
        let of_lane = |(_, entry): &(Period, Entry)| match entry {
            Entry::Capacity(lanes, n) if lanes.contains(&(crossing, direction)) => Some(*n),
            _ => None,
        };
        self.entries.iter().filter_map(of_lane).reduce(f64::max)
    }

    /// The bar on leaving a state now, 0 to 1, where that is prescribed.
    #[must_use]
    pub fn exit_bar(&self, state: TerritoryId) -> Option<f64> {
        self.now.exit_bar.get(&state).copied()
    }

    /// Factor on the attraction of places to stay in at a cell now.
    #[must_use]
    pub fn refuge(&self, cell: CellId) -> f64 {
        self.now.refuge.get(cell.index()).map_or(1.0, |&factor| f64::from(factor))
    }

    /// What holds when these entries do; a later entry counts before an earlier one.
    fn with(&self, holding: Vec<bool>) -> Now {
        let mut now = Now { holding, ..Now::default() };
        let entries = self.entries.iter().zip(&now.holding).filter(|(_, holds)| **holds);
        for ((_, entry), _) in entries {
            match entry {
                Entry::Control(place, value) => {
                    fill(&mut now.control, place, *value, f32::NAN, self.cells);
                }
                Entry::Refuge(place, factor) => {
                    fill(&mut now.refuge, place, *factor, 1.0, self.cells);
                }
                Entry::Advance(place, value) => {
                    for cell in place {
                        now.danger.entry(*cell).or_default().advance = f64::from(*value);
                    }
                }
                Entry::Threat(place, class, intensity) => {
                    for cell in place {
                        now.danger.entry(*cell).or_default().classes[*class as usize] =
                            f64::from(*intensity);
                    }
                }
                Entry::Passage(lanes, classes, passage) => {
                    for lane in lanes {
                        let by_class = now.passage.entry(*lane).or_default();
                        for class in (0..3).filter(|&c| classes[c]) {
                            by_class[class] = Some(*passage);
                        }
                    }
                }
                Entry::Capacity(lanes, persons) => {
                    now.capacity.extend(lanes.iter().map(|lane| (*lane, *persons)));
                }
                Entry::ExitBar(state, strength) => {
                    now.exit_bar.insert(*state, *strength);
                }
            }
        }
        now
    }
}

/// Sets the cells of a place in a table of all cells, which is empty while nothing is set.
fn fill(table: &mut Vec<f32>, place: &[CellId], value: f32, elsewhere: f32, cells: usize) {
    table.resize(cells, elsewhere);
    for cell in place {
        table[cell.index()] = value;
    }
}

/// System of phase Clock: which entries hold in this step. An entry holds when it covers the middle of the step. The resource
/// counts as changed only when what holds has changed.
pub fn update_prescribed(clock: Res<Clock>, mut prescribed: ResMut<Prescribed>) {
    let time = (f64::from(clock.step) + 0.5) * clock.step_days.0;
    let holding: Vec<bool> = prescribed.entries.iter().map(|(p, _)| p.covers(time)).collect();
    if holding != prescribed.now.holding {
        prescribed.now = prescribed.with(holding);
    }
}
