//! What every decision of a state reads besides the news.

use bevy_ecs::prelude::*;
use bevy_ecs::system::SystemParam;

use super::parameters::Parameters;
use super::roster::Roster;
use crate::ids::TerritoryId;
use crate::mechanisms::Mechanisms;
use crate::roles::Roles;
use crate::time::{Clock, Day};
use crate::world::RunMap;

/// When and where a decision falls, who plays which part, and how states decide.
#[derive(SystemParam)]
pub struct Setting<'w> {
    /// The day.
    pub clock: Res<'w, Clock>,
    /// The map.
    pub map: Res<'w, RunMap>,
    /// Focus and patron.
    pub roles: Res<'w, Roles>,
    /// Styles and lines of every state.
    pub roster: Res<'w, Roster>,
    /// `[states]`.
    pub parameters: Res<'w, Parameters>,
    /// The switches.
    pub mechanisms: Res<'w, Mechanisms>,
}

impl Setting<'_> {
    /// The code of a territory.
    pub fn code(&self, territory: TerritoryId) -> &str {
        &self.map.territories[territory.index()].code
    }

    /// Who acts today, for the log.
    pub fn by(&self, actor: TerritoryId) -> (Day, TerritoryId) {
        (self.clock.day, actor)
    }
}
