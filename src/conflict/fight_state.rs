//! What the processes of the fight share within a day, and nobody else reads: the list of groups, the day's toll, what is felt
//! where.
//!
//! Between phases the components are the truth; within the serial chain of the fight the list of groups is, in the order of
//! ids, so that pairs of groups are plain indices. [`collect_groups`] fills it, [`write_groups_back`] empties it.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::parameters::{Recruitment, SanctuaryWeights};
use super::rules::{grievance, roughness};
use super::state::{
    ArmedGroup, Events, FighterTally, GroupKind, Intent, StateForces, Violence, ViolentEvent,
};
use super::surroundings::Surroundings;
use crate::displacement::Population;
use crate::ids::{AdminId, ArmedGroupId, CellId, CommunityId, TerritoryId};
use crate::leadership::Leadership;
use crate::time::{Clock, Day};
use crate::units::{Metres, Share};
use crate::world::RunMap;

/// A group on the day's list.
#[derive(Clone, Debug)]
pub struct ActiveGroup {
    entity: Option<Entity>,
    /// The group.
    pub group: ArmedGroup,
    /// Fighters killed today.
    pub killed_today: u32,
}

/// The day's list of groups, in the order of ids.
#[derive(Resource, Debug, Default)]
pub struct ActiveGroups {
    /// Groups.
    pub list: Vec<ActiveGroup>,
    /// Number of the next group.
    pub next_id: u32,
}

/// What a new group starts with.
#[derive(Clone, Copy, Debug)]
pub struct NewGroup {
    /// Kind.
    pub kind: GroupKind,
    /// Fighters.
    pub strength: u32,
    /// Where.
    pub cell: CellId,
    /// State that it fights.
    pub against: TerritoryId,
    /// Community that it recruits from.
    pub kin: Option<CommunityId>,
    /// Days of supply.
    pub supply_days: f64,
    /// Cohesion.
    pub cohesion: f64,
    /// Day.
    pub day: Day,
}

impl ActiveGroups {
    /// The group that begins so, under the next number; not on the list.
    pub fn number(&mut self, new: NewGroup) -> ArmedGroup {
        let id = ArmedGroupId(self.next_id);
        self.next_id += 1;
        ArmedGroup {
            id,
            kind: new.kind,
            strength: new.strength,
            supply_days: new.supply_days,
            cohesion: new.cohesion,
            cell: new.cell,
            against: new.against,
            kin: new.kin,
            intent: Intent::Hold,
            target: new.cell,
            formed: new.day,
        }
    }

    /// Adds a group with the next number.
    pub fn form(&mut self, new: NewGroup) {
        let group = self.number(new);
        self.list.push(ActiveGroup { entity: None, group, killed_today: 0 });
    }
}

/// Who fights, and what it costs them.
#[derive(SystemParam)]
pub struct Combatants<'w> {
    /// Armed groups.
    pub groups: ResMut<'w, ActiveGroups>,
    /// State forces.
    pub forces: ResMut<'w, StateForces>,
    tally: ResMut<'w, FighterTally>,
}

impl Combatants<'_> {
    /// A group of the list.
    pub fn group(&self, index: usize) -> &ArmedGroup {
        &self.groups.list[index].group
    }

    /// Kills fighters of a group, at most all; returns how many.
    pub fn kill_fighters(&mut self, index: usize, wanted: u32) -> u32 {
        let active = &mut self.groups.list[index];
        let killed = wanted.min(active.group.strength);
        active.group.strength -= killed;
        active.killed_today += killed;
        self.tally.killed += u64::from(killed);
        killed
    }
}

/// What violence leaves behind by cell, beside [`Violence`].
#[derive(Resource, Clone, Debug, Default)]
pub struct Aftermath {
    /// Offspring of past events still to come (Hawkes).
    pub pending: Vec<f32>,
    /// Weighted strength of groups felt today.
    pub presence: Vec<f32>,
    /// Cells where groups are felt.
    pub touched: Vec<CellId>,
    /// Whether a cell is on the list of active cells.
    listed: Vec<bool>,
    /// Civilians killed today.
    civilians_today: Vec<u32>,
    /// Cells with civilians killed today.
    cells_of_deaths: Vec<CellId>,
    /// Today's events that breed others.
    pub parents: Vec<CellId>,
    /// Ground advances at today's events of flashpoints.
    pub advances: Vec<(CellId, f32)>,
    /// Whether anything is pending at all.
    pub any_pending: bool,
}

impl Aftermath {
    /// Nothing left behind, over a number of cells.
    pub fn still(cells: usize) -> Self {
        Self {
            pending: vec![0.0; cells],
            presence: vec![0.0; cells],
            listed: vec![false; cells],
            civilians_today: vec![0; cells],
            ..Self::default()
        }
    }

    /// Whether a cell is on the list of active cells.
    pub fn is_listed(&self, cell: CellId) -> bool {
        self.listed[cell.index()]
    }

    /// Puts a cell on the list of active cells, once.
    pub fn list(&mut self, violence: &mut Violence, cell: CellId) {
        if !self.listed[cell.index()] {
            self.listed[cell.index()] = true;
            violence.active.push(cell);
        }
    }

    /// Drops the cells from the list of active cells where less than `least` is left of everything.
    pub fn forget_quiet_cells(&mut self, violence: &mut Violence, least: f32) {
        let Violence { fatalities, challenge, advance, active, .. } = violence;
        active.retain(|cell| {
            let c = cell.index();
            let left =
                [&mut fatalities[c], &mut challenge[c], &mut advance[c], &mut self.pending[c]];
            let alive = left.iter().any(|x| **x >= least);
            if !alive {
                for x in left {
                    *x = 0.0;
                }
                self.listed[c] = false;
            }
            alive
        });
    }

    /// Civilians killed today, one entry a cell, ascending; they are taken out.
    pub fn take_civilian_deaths(&mut self) -> Vec<(CellId, u32)> {
        let mut cells = std::mem::take(&mut self.cells_of_deaths);
        cells.sort_unstable();
        let mut killed = |cell: CellId| std::mem::take(&mut self.civilians_today[cell.index()]);
        cells.into_iter().map(|cell| (cell, killed(cell))).collect()
    }
}

/// Where the day's events and their civilian dead are booked.
#[derive(SystemParam)]
pub struct EventLog<'w> {
    events: ResMut<'w, Events>,
    /// What they leave behind.
    pub aftermath: ResMut<'w, Aftermath>,
    population: Res<'w, Population>,
}

impl EventLog<'_> {
    /// Notes an event; when it `breeds`, others will follow nearby.
    pub fn record(&mut self, event: ViolentEvent, breeds: bool) {
        if breeds {
            self.aftermath.parents.push(event.cell);
        }
        self.events.today.push(event);
    }

    /// Residents and displaced people in a cell.
    pub fn people(&self, cell: CellId) -> f64 {
        let c = cell.index();
        f64::from(self.population.residents[c]) + f64::from(self.population.displaced[c])
    }

    /// Kills civilians in a cell, at most those who are present; returns how many.
    pub fn kill_civilians(&mut self, cell: CellId, wanted: u32) -> u32 {
        let c = cell.index();
        let present = self.population.residents[c].saturating_add(self.population.displaced[c]);
        let aftermath = &mut *self.aftermath;
        let killed = wanted.min(present.saturating_sub(aftermath.civilians_today[c]));
        if killed > 0 {
            if aftermath.civilians_today[c] == 0 {
                aftermath.cells_of_deaths.push(cell);
            }
            aftermath.civilians_today[c] += killed;
        }
        killed
    }
}

/// The ground that is fought over: the map, and where things lie on it.
#[derive(SystemParam)]
pub struct Ground<'w> {
    /// The map.
    pub map: Res<'w, RunMap>,
    /// Where things lie.
    pub around: Res<'w, Surroundings>,
}

impl Ground<'_> {
    /// First-level unit of a cell.
    pub fn unit(&self, cell: CellId) -> AdminId {
        self.map.cells.admin1[cell.index()]
    }

    /// Territory of a cell.
    pub fn territory(&self, cell: CellId) -> TerritoryId {
        self.map.cells.territory[cell.index()]
    }

    /// Whether a unit belongs to the focus state.
    pub fn in_focus(&self, unit: AdminId) -> bool {
        self.around.in_focus(&self.map, unit)
    }

    /// Roughness of a cell.
    pub fn roughness(&self, weights: &SanctuaryWeights, cell: CellId) -> Share {
        let heights = Metres(f64::from(self.map.cells.ruggedness[cell.index()]));
        roughness(heights, Metres(weights.rough_m))
    }

    /// Whether a group is in the state that it fights.
    pub fn is_at_home(&self, group: &ArmedGroup, cell: CellId) -> bool {
        self.around.governor[cell.index()] == group.against
    }

    /// Forces of its unit that can be brought to bear on a cell, persons.
    pub fn forces_at(&self, forces: &StateForces, concentration: f64, cell: CellId) -> f64 {
        forces.by_admin[self.unit(cell).index()]
            * concentration
            * f64::from(self.around.state_reach[cell.index()])
    }

    /// Persons of the forces per km2 at a cell, obeying or not: what a group meets.
    pub fn density_of_forces(&self, forces: &StateForces, cell: CellId) -> f64 {
        let unit = self.unit(cell).index();
        f64::from(forces.stock[unit]) * f64::from(self.around.state_reach[cell.index()])
            / self.around.unit_area[unit].max(1.0)
    }

    /// A cell of a unit, drawn by its residents (plus one, so that empty units have cells too), by `u` in [0, 1).
    pub fn populous_cell(&self, unit: AdminId, u: f64) -> Option<CellId> {
        let cells = self.around.cells_of(unit);
        let weight = |c: CellId| u64::from(self.map.cells.population[c.index()]) + 1;
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
}

/// Control and grievance where groups are.
#[derive(SystemParam)]
pub struct Conditions<'w> {
    /// Conditions of the country and its provinces.
    pub leadership: Res<'w, Leadership>,
    /// Control and violence by cell.
    pub violence: Res<'w, Violence>,
    ground: Ground<'w>,
}

impl Conditions<'_> {
    /// Control of a cell by the state that governs it.
    pub fn control(&self, cell: CellId) -> Share {
        Share::clamped(self.violence.control(&self.leadership, self.ground.unit(cell), cell))
    }

    /// Grievance at a cell.
    pub fn grievance(&self, parameters: &Recruitment, cell: CellId) -> Share {
        let unit = self.ground.unit(cell);
        if !self.ground.in_focus(unit) {
            return Share(parameters.grievance_elsewhere);
        }
        grievance(
            parameters,
            Share::clamped(self.leadership.national.stress),
            Share::clamped(self.leadership.province(unit).unrest),
            f64::from(self.violence.fatalities[cell.index()]),
        )
    }
}

/// Calls the groups to the day's list.
pub fn collect_groups(mut groups: ResMut<ActiveGroups>, entities: Query<(Entity, &ArmedGroup)>) {
    let active = |(entity, group): (Entity, &ArmedGroup)| ActiveGroup {
        entity: Some(entity),
        group: group.clone(),
        killed_today: 0,
    };
    groups.list.clear();
    groups.list.extend(entities.iter().map(active));
    groups.list.sort_unstable_by_key(|active| active.group.id);
}

/// Writes the list back: new groups become entities, groups without fighters cease.
pub fn write_groups_back(
    mut groups: ResMut<ActiveGroups>,
    mut entities: Query<&mut ArmedGroup>,
    mut commands: Commands,
) {
    for active in groups.list.drain(..) {
        match active.entity {
            Some(entity) if active.group.strength == 0 => commands.entity(entity).despawn(),
            Some(entity) => {
                if let Ok(mut group) = entities.get_mut(entity) {
                    *group = active.group;
                }
            }
            None if active.group.strength == 0 => {}
            None => {
                commands.spawn(active.group);
            }
        }
    }
}

/// Empties what the last step left.
pub fn clear_events(mut events: ResMut<Events>, clock: Res<Clock>) {
    events.civilian_deaths.clear();
    if clock.starts_day {
        events.today.clear();
    }
}
