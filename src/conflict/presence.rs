//! Where armed groups are felt, and by how much.

use bevy_ecs::prelude::*;

use super::fight_state::{ActiveGroups, Aftermath};
use super::parameters::Parameters;
use super::rules::{DAY, excitation_due};
use super::state::ArmedGroup;
use super::surroundings::{Offset, Surroundings};
use crate::ids::CellId;
use crate::units::Days;

/// Weighted strength of a group in the state that it fights, and elsewhere.
struct Presence<'a> {
    group: &'a ArmedGroup,
    around: &'a Surroundings,
    at_home: f32,
    as_guest: f32,
}

impl<'a> Presence<'a> {
    fn new(parameters: &Parameters, around: &'a Surroundings, group: &'a ArmedGroup) -> Self {
        let weight = f64::from(group.strength) * parameters.kinds.of(group.kind).contest;
        let as_guest = (weight * parameters.control.guest_contest) as f32;
        Self { group, around, at_home: weight as f32, as_guest }
    }

    /// By who governs a cell, whatever its distance.
    fn weight(&self, cell: CellId) -> f32 {
        if self.around.governor[cell.index()] == self.group.against {
            self.at_home
        } else {
            self.as_guest
        }
    }

    fn neighbourhood(&self) -> impl Iterator<Item = (CellId, &Offset)> {
        self.around.around(self.group.cell)
    }
}

/// Adds up the strength of groups that is felt in each cell.
pub fn sum_presence(
    mut aftermath: ResMut<Aftermath>,
    groups: Res<ActiveGroups>,
    around: Res<Surroundings>,
    parameters: Res<Parameters>,
) {
    let aftermath = &mut *aftermath;
    for cell in aftermath.touched.drain(..) {
        aftermath.presence[cell.index()] = 0.0;
    }
    for active in &groups.list {
        let presence = Presence::new(&parameters, &around, &active.group);
        for (cell, offset) in presence.neighbourhood() {
            let weight = presence.weight(cell);
            let felt = &mut aftermath.presence[cell.index()];
            if *felt <= 0.0 && weight > 0.0 {
                aftermath.touched.push(cell);
            }
            *felt += weight * offset.strength;
        }
    }
}

/// The group's part of the offspring that fall due today: in each cell by its part of the strength felt there, so that
/// no offspring is counted twice and the branching ratio is never exceeded.
pub fn excited_engagements(
    aftermath: &Aftermath,
    around: &Surroundings,
    parameters: &Parameters,
    group: &ArmedGroup,
) -> f64 {
    if !aftermath.any_pending {
        return 0.0;
    }
    let presence = Presence::new(parameters, around, group);
    let mut sum = 0.0_f32;
    for (cell, offset) in presence.neighbourhood() {
        let (pending, felt) = (aftermath.pending[cell.index()], aftermath.presence[cell.index()]);
        if pending > 0.0 && felt > 0.0 {
            sum += pending * (presence.weight(cell) * offset.strength / felt).min(1.0);
        }
    }
    f64::from(sum) * excitation_due(Days(parameters.excitation.decay_days), DAY).0
}

/// The group's part of the strength that is felt where it is based, 0 to 1; 1 for a group that nobody has felt yet.
pub fn part_of_presence(
    aftermath: &Aftermath,
    around: &Surroundings,
    parameters: &Parameters,
    group: &ArmedGroup,
) -> f64 {
    let weight = Presence::new(parameters, around, group).weight(group.cell);
    let felt = aftermath.presence[group.cell.index()];
    if felt > 0.0 { f64::from((weight / felt).min(1.0)) } else { 1.0 }
}
