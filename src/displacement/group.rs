//! `DisplacedGroup`: people of one community who travel together. An entity with two narrow components.

use bevy_ecs::prelude::*;

use crate::ids::{AdminId, CellId, CommunityId, DestinationId, DisplacedGroupId, TerritoryId};

/// The community of people whose community is not known; nobody's kin.
pub const NO_COMMUNITY: CommunityId = CommunityId(u8::MAX);

/// What a group is doing. Kept in a field: moving an entity between archetypes costs a hundred times more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Activity {
    /// On the way to its destination.
    Travelling,
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

/// Who travels.
#[derive(Component, Clone, Copy, Debug)]
pub struct DisplacedGroup {
    /// The hash that the group's draws are keyed by: it comes from where and when the group left, so that the same people
    /// meet the same luck under every outcome.
    pub luck: u64,
    /// Number in the order of departure.
    pub id: DisplacedGroupId,
    /// Persons.
    pub persons: u32,
    /// Step of departure.
    pub departed_step: u32,
    /// Where home is.
    pub home: AdminId,
    /// Nationality: index of a state's territory, or the number of territories for the mobile population.
    pub nationality: TerritoryId,
    /// Community.
    pub community: CommunityId,
    /// Stratum of the residents that it belongs to, see [`super::population::Stratum`].
    pub stratum: u8,
    /// On the way home.
    pub returning: bool,
    /// Where they are settled and go back to, of those who go home to look after what was left behind, and of those who come back from it.
    pub base: Option<DestinationId>,
    /// The territory that it left last, over a border.
    pub came_from: Option<TerritoryId>,
    /// The gate or line where it gave up last; it does not try there again.
    pub gave_up: Option<DestinationId>,
    /// The segment's neighbours tried before, so that nobody tries for ever.
    pub attempts: u8,
}

/// What a displaced group counts as, from where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisplacementStatus {
    /// In the state of which it is a national.
    InternallyDisplaced,
    /// Outside it.
    Refugee,
    /// On the way home.
    Returnee,
}

impl DisplacedGroup {
    /// The status of the group in a territory governed by this state.
    #[must_use]
    pub fn status_in(&self, governed_by: TerritoryId) -> DisplacementStatus {
        if self.returning {
            DisplacementStatus::Returnee
        } else if governed_by == self.nationality {
            DisplacementStatus::InternallyDisplaced
        } else {
            DisplacementStatus::Refugee
        }
    }
}
