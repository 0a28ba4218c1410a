//! The roll of all groups during `Phase::Fight`, and the tally of fighters.
//!
//! The components are the truth between phases; within the serial chain of the fight the roll is, in the order of ids, so
//! that pairs of groups are plain indices. [`call`] fills it, [`dismiss`] writes it back.

use bevy_ecs::prelude::*;

use super::{ArmedGroup, GroupKind, Intent};
use crate::ids::{ArmedGroupId, CellId, CommunityId, TerritoryId};
use crate::time::Day;

/// Fighters by what became of them. `sum of strengths = initial + recruited + defected - killed - deserted - disbanded`.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FighterTally {
    /// In groups on day 0.
    pub initial: u64,
    /// Joined from the people, in groups new and old.
    pub recruited: u64,
    /// Joined from state forces.
    pub defected: u64,
    /// Killed.
    pub killed: u64,
    /// Went home or turned bandit for want of supply.
    pub deserted: u64,
    /// Were in groups that gave up.
    pub disbanded: u64,
}

impl FighterTally {
    /// Fighters who must be in groups now.
    #[must_use]
    pub const fn in_groups(&self) -> i128 {
        (self.initial + self.recruited + self.defected) as i128
            - (self.killed + self.deserted + self.disbanded) as i128
    }
}

/// A group on the roll.
#[derive(Clone, Debug)]
pub struct Mustered {
    entity: Option<Entity>,
    /// The group.
    pub group: ArmedGroup,
    /// Fighters killed today.
    pub killed_today: u32,
}

/// The roll, in the order of ids.
#[derive(Resource, Debug, Default)]
pub struct Muster {
    /// Groups.
    pub groups: Vec<Mustered>,
    /// Number of the next group.
    pub next_id: u32,
}

/// What a new group starts with.
#[derive(Clone, Copy, Debug)]
pub struct Founding {
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

impl Founding {
    /// The group under a number.
    #[must_use]
    pub const fn group(self, id: u32) -> ArmedGroup {
        ArmedGroup {
            id: ArmedGroupId(id),
            kind: self.kind,
            strength: self.strength,
            supply_days: self.supply_days,
            cohesion: self.cohesion,
            cell: self.cell,
            against: self.against,
            kin: self.kin,
            intent: Intent::Hold,
            target: self.cell,
            formed: self.day,
        }
    }
}

impl Muster {
    /// Adds a group with the next number.
    pub fn found(&mut self, founding: Founding) {
        let group = founding.group(self.next_id);
        self.next_id += 1;
        self.groups.push(Mustered { entity: None, group, killed_today: 0 });
    }

    /// Kills fighters of a group, at most all; returns how many.
    pub fn kill(&mut self, index: usize, wanted: u32, tally: &mut FighterTally) -> u32 {
        let mustered = &mut self.groups[index];
        let killed = wanted.min(mustered.group.strength);
        mustered.group.strength -= killed;
        mustered.killed_today += killed;
        tally.killed += u64::from(killed);
        killed
    }
}

/// Calls the groups to the roll.
pub fn call(mut muster: ResMut<Muster>, groups: Query<(Entity, &ArmedGroup)>) {
    muster.groups.clear();
    for (entity, group) in &groups {
        muster.groups.push(Mustered {
            entity: Some(entity),
            group: group.clone(),
            killed_today: 0,
        });
    }
    muster.groups.sort_unstable_by_key(|m| m.group.id);
}

/// Writes the roll back: new groups become entities, groups without fighters cease.
pub fn dismiss(
    mut muster: ResMut<Muster>,
    mut groups: Query<&mut ArmedGroup>,
    mut commands: Commands,
) {
    for mustered in muster.groups.drain(..) {
        match mustered.entity {
            Some(entity) if mustered.group.strength == 0 => commands.entity(entity).despawn(),
            Some(entity) => {
                if let Ok(mut group) = groups.get_mut(entity) {
                    *group = mustered.group;
                }
            }
            None if mustered.group.strength == 0 => {}
            None => {
                commands.spawn(mustered.group);
            }
        }
    }
}

/// Checks that every fighter is accounted for.
///
/// # Errors
/// A sentence with both sides of the account when they differ.
pub fn check_fighters(world: &mut World) -> Result<(), String> {
    let mut groups = world.query::<&ArmedGroup>();
    let present: i128 = groups.iter(world).map(|g| i128::from(g.strength)).sum();
    let tally = *world.resource::<FighterTally>();
    if present == tally.in_groups() {
        Ok(())
    } else {
        Err(format!(
            "{present} fighters are in groups, but the tally gives {} ({tally:?})",
            tally.in_groups()
        ))
    }
}
