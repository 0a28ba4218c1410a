//! State forces by province, and the parts of them that go their own way.

use bevy_ecs::prelude::*;

use super::muster::{FighterTally, Founding, Muster};
use super::rules::strength::{defecting_share, obeying_share, unit_size};
use super::surroundings::Surroundings;
use super::{ConflictSettings, GroupKind};
use crate::geography::Map;
use crate::ids::{AdminId, CellId};
use crate::leadership::Leadership;
use crate::random::{self, DrawId, RunKey, Stream};
use crate::states::Intervention;
use crate::time::Clock;
use crate::units::Share;
use crate::world::RunMap;

/// State forces by first-level unit. Written in `Phase::Fight`.
#[derive(Resource, Clone, Debug, Default)]
pub struct StateForces {
    /// Forces that obey: stock times what control and elite cohesion leave, persons.
    pub by_admin: Vec<f64>,
    /// Persons under arms who have not left.
    pub stock: Vec<u32>,
    /// Stock on day 0.
    pub initial: Vec<u32>,
    /// Persons who went armed so far, those who have yet to form a group included.
    pub gone: Vec<u32>,
    /// Persons who went armed and have yet to form a group.
    pub leaving: Vec<u32>,
    /// Persons killed so far.
    pub killed: u64,
    formed: u32,
}

impl StateForces {
    /// Garrisons on day 0: residents times the ratio of the state.
    #[must_use]
    pub fn new(map: &Map, settings: &ConflictSettings) -> Self {
        let stock: Vec<u32> = map
            .admin1
            .iter()
            .map(|unit| {
                let per_person = if Some(unit.state) == settings.iran {
                    settings.iran_forces_per_person
                } else {
                    settings.parameters.forces.other_per_1000 / 1000.0
                };
                libm::round(unit.population as f64 * per_person) as u32
            })
            .collect();
        let none = vec![0; stock.len()];
        Self {
            by_admin: stock.iter().map(|&n| f64::from(n)).collect(),
            initial: stock.clone(),
            gone: none.clone(),
            leaving: none,
            stock,
            killed: 0,
            formed: 0,
        }
    }

    /// Forces that can be brought to bear on a cell, persons.
    #[must_use]
    #[inline]
    pub fn at(
        &self,
        unit: AdminId,
        cell: CellId,
        around: &Surroundings,
        concentration: f64,
    ) -> f64 {
        self.by_admin[unit.index()] * concentration * f64::from(around.state_reach[cell.index()])
    }

    /// Persons of the forces per km2 at a cell, obeying or not: what a group meets.
    #[must_use]
    #[inline]
    pub fn density(&self, unit: AdminId, cell: CellId, around: &Surroundings) -> f64 {
        f64::from(self.stock[unit.index()]) * f64::from(around.state_reach[cell.index()])
            / around.unit_area[unit.index()].max(1.0)
    }

    /// Kills persons of a garrison, at most all; returns how many.
    pub fn kill(&mut self, unit: AdminId, wanted: u32) -> u32 {
        let killed = wanted.min(self.stock[unit.index()]);
        self.stock[unit.index()] -= killed;
        self.killed += u64::from(killed);
        killed
    }
}

/// Scales the garrisons by control and cohesion.
pub fn scale_forces(
    mut forces: ResMut<StateForces>,
    leadership: Res<Leadership>,
    settings: Res<ConflictSettings>,
    map: Res<RunMap>,
    intervention: Option<Res<Intervention>>,
) {
    let floor = settings.parameters.forces.loyal_floor;
    let cohesion = Share::clamped(leadership.national.cohesion);
    let forces = &mut *forces;
    for (unit, admin) in map.admin1.iter().enumerate() {
        let control = Share::clamped(leadership.provinces[unit].control);
        let cohesion = if Some(admin.state) == settings.iran { cohesion } else { Share(1.0) };
        forces.by_admin[unit] =
            f64::from(forces.stock[unit]) * obeying_share(control, cohesion, floor).0;
    }
    // A force sent in from outside stands beside the garrisons of the country's provinces, in proportion to them.
    if let Some(sent) = intervention.filter(|i| i.persons > 0.0)
        && let Some(state) = sent.territory
    {
        let here = |unit: usize| map.admin1[unit].state == state;
        let all: f64 =
            (0..map.admin1.len()).filter(|&u| here(u)).map(|u| f64::from(forces.initial[u])).sum();
        for unit in (0..map.admin1.len()).filter(|&u| here(u)) {
            forces.by_admin[unit] += sent.persons * f64::from(forces.initial[unit]) / all.max(1.0);
        }
    }
}

/// Parts of Iran's garrisons stop obeying and form groups, or join groups of former comrades.
pub fn defect(
    mut forces: ResMut<StateForces>,
    mut muster: ResMut<Muster>,
    mut tally: ResMut<FighterTally>,
    leadership: Res<Leadership>,
    settings: Res<ConflictSettings>,
    around: Res<Surroundings>,
    map: Res<RunMap>,
    key: Res<RunKey>,
    clock: Res<Clock>,
) {
    let Some(iran) = settings.iran else { return };
    let parameters = &settings.parameters.defection;
    let national = leadership.national;
    let forces = &mut *forces;
    for unit in 0..forces.stock.len() {
        if map.admin1[unit].state != iran || forces.initial[unit] == 0 {
            continue;
        }
        let share = defecting_share(
            settings.collapse_share,
            parameters.threshold,
            settings.turn_share,
            parameters.turned_alignment,
            Share::clamped(leadership.provinces[unit].control),
            Share::clamped(national.cohesion),
            national.alignment,
        );
        let missing = share.0 - f64::from(forces.gone[unit]) / f64::from(forces.initial[unit]);
        if missing > 0.0 {
            let id = DrawId::garrison(AdminId::from_index(unit));
            let mean = missing * parameters.speed_per_day * f64::from(forces.initial[unit]);
            let left =
                random::poisson(&mut key.draws(Stream::ArmedStrength, id, clock.step), mean) as u32;
            let left = left.min(forces.stock[unit]);
            forces.stock[unit] -= left;
            forces.gone[unit] += left;
            forces.leaving[unit] += left;
        }
        // Keyed by the count of batches so far, as a size waits for its fighters over many days. At most half of those who
        // will go, or a small garrison would wait for ever.
        let mut draws = key.draws(
            Stream::Emergence,
            DrawId::garrison(AdminId::from_index(unit)),
            forces.formed,
        );
        let half = (0.5 * share.0 * f64::from(forces.initial[unit])).max(parameters.unit[0]);
        let size = unit_size(parameters.unit, random::unit(&mut draws)).min(half as u32);
        if forces.leaving[unit] < size.max(1) {
            continue;
        }
        let strength = std::mem::take(&mut forces.leaving[unit]);
        forces.formed += 1;
        tally.defected += u64::from(strength);
        let admin = AdminId::from_index(unit);
        let comrades = muster.groups.iter().position(|m| {
            m.group.kind == GroupKind::StateRemnant
                && m.group.strength > 0
                && m.group.against == iran
                && map.cells.admin1[m.group.cell.index()] == admin
        });
        let joins = random::unit(&mut draws) < parameters.absorbed_share;
        if let (Some(index), true) = (comrades, joins) {
            muster.groups[index].group.strength += strength;
        } else if let Some(cell) = populous_cell(&map, &around, admin, random::unit(&mut draws)) {
            muster.found(Founding {
                kind: GroupKind::StateRemnant,
                strength,
                cell,
                against: iran,
                kin: None,
                supply_days: parameters.supply_days,
                cohesion: settings.parameters.kinds.state_remnant.cohesion,
                day: clock.day,
            });
        } else {
            // A province without land on the map: they go home.
            tally.disbanded += u64::from(strength);
        }
    }
}

/// A cell of a unit, drawn by its residents (plus one, so that empty units have cells too).
#[must_use]
pub fn populous_cell(map: &Map, around: &Surroundings, unit: AdminId, u: f64) -> Option<CellId> {
    let cells = around.cells_of(unit);
    let weight = |c: CellId| u64::from(map.cells.population[c.index()]) + 1;
    let sum: u64 = cells.iter().map(|&c| weight(c)).sum();
    let mut left = (u * sum as f64) as u64;
    for &cell in cells {
        if left < weight(cell) {
            return Some(cell);
        }
        left -= weight(cell);
    }
    cells.last().copied()
}
