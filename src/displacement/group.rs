//! `DisplacedGroup`: people of one community who travel together. An entity with two narrow components.

use bevy_ecs::prelude::*;

use crate::ids::{
    AdminId, CellId, CommunityId, DestinationId, DisplacedGroupId, NationalityId, TerritoryId,
};

/// The community of people whose community is not known; nobody's kin.
pub const NO_COMMUNITY: CommunityId = CommunityId(u8::MAX);

/// Parts of a cell's residents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Stratum {
    /// Members of the cell's largest community.
    Main = 0,
    /// Everybody else.
    Other = 1,
    /// The already mobile population (Afghans in Iran).
    Mobile = 2,
}

impl Stratum {
    /// All strata, in the order of their numbers.
    pub const ALL: [Self; 3] = [Self::Main, Self::Other, Self::Mobile];
    /// Number of strata.
    pub const COUNT: usize = Self::ALL.len();
}

/// Where displaced people come from and who they are: it stays theirs wherever they go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Where home is.
    pub home: AdminId,
    /// Nationality.
    pub nationality: NationalityId,
    /// Community.
    pub community: CommunityId,
    /// Stratum of the residents that they belong to.
    pub stratum: Stratum,
}

/// What a group is doing. Kept in a field: moving an entity between archetypes costs a hundred times more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Activity {
    /// On the way to its destination.
    Travelling,
    /// At a gate, about to join its queue.
    AtGate,
    /// In the queue of a crossing.
    Queued,
    /// Has to choose a destination.
    Choosing,
    /// At the green border, about to try.
    AtLine,
    /// Reached a place to stay.
    Arrived,
}

/// The hot part: what the travel loop reads and writes.
#[derive(Component, Clone, Copy, Debug)]
pub struct Travel {
    /// Where it is.
    pub cell: CellId,
    /// Hours of travel already spent on the next link.
    pub hours_banked: f32,
    /// Where it heads for.
    pub destination: DestinationId,
    /// What it is doing.
    pub activity: Activity,
    /// By vehicle rather than on foot.
    pub by_vehicle: bool,
}

impl Travel {
    /// Stops where it is, to choose where to go.
    pub fn stop(&mut self) {
        self.activity = Activity::Choosing;
        self.hours_banked = 0.0;
    }
}

/// Who travels.
#[derive(Component, Clone, Copy, Debug)]
pub struct DisplacedGroup {
    /// The hash that the group's draws are keyed by: it comes from where and when the group left, so that the same people
    /// meet the same luck under every outcome.
    pub draw_key: u64,
    /// Number in the order of departure.
    pub id: DisplacedGroupId,
    /// Persons.
    pub persons: u32,
    /// Step of departure.
    pub departed_step: u32,
    /// Where from and who.
    pub origin: Origin,
    /// On the way home.
    pub returning: bool,
    /// Where they are hosted and go back to, of those who go home to look after what was left behind, and of those who come back from it.
    pub base: Option<DestinationId>,
    /// The territory that it left last, over a border.
    pub came_from: Option<TerritoryId>,
    /// The gate or line where it gave up last; it does not try there again.
    pub gave_up: Option<DestinationId>,
    /// The segment's neighbours tried before, so that nobody tries for ever.
    pub attempts: u8,
}

impl DisplacedGroup {
    /// People of an origin who set out together at a step.
    #[must_use]
    pub const fn part_of(
        origin: Origin,
        persons: u32,
        id: DisplacedGroupId,
        draw_key: u64,
        step: u32,
    ) -> Self {
        Self {
            draw_key,
            id,
            persons,
            departed_step: step,
            origin,
            returning: false,
            base: None,
            came_from: None,
            gave_up: None,
            attempts: 0,
        }
    }

    /// Takes persons out of the group, who go on as a group of their own.
    #[must_use]
    pub fn split_off(&mut self, persons: u32, id: DisplacedGroupId, draw_key: u64) -> Self {
        self.persons -= persons;
        Self { draw_key, id, persons, ..*self }
    }
}
