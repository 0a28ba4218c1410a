//! The scenario: what a run depends on.
//!
//! Scientific parameters have no defaults in code: `configs/base.toml` holds them.

use bevy_ecs::prelude::{Resource, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::mechanisms::Mechanisms;
use crate::{borders, conflict, displacement, episode, leadership, ledger, states};

/// What a run depends on besides its map, outcome and luck. In a file its tables stand beside those of the study, which
/// reading it passes over.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Scenario {
    /// Where and when.
    pub run: RunSettings,
    /// A switch for every mechanism.
    pub mechanisms: Mechanisms,
    /// Leadership of Iran: trajectories of the outcomes, hazards, outside pressure.
    pub leadership: leadership::parameters::Parameters,
    /// States: guards, policies, Russia's reserve.
    pub states: states::parameters::Parameters,
    /// Armed groups, engagements, control, flashpoints.
    pub conflict: conflict::parameters::Parameters,
    /// Residents, flight, destinations, travel, hosting.
    pub displacement: displacement::parameters::Parameters,
    /// Crossings as queues, the green border, the pressure index.
    pub borders: borders::parameters::Parameters,
    /// Arms pipeline, energy and trade, influence.
    pub ledger: ledger::parameters::Parameters,
    /// What is given rather than simulated: threat, control, policy, capacity of a past or supposed episode.
    pub episode: episode::Episode,
}

impl Scenario {
    /// Puts into a world what a run reads of the scenario, each table as a resource of its own: a system names
    /// the tables that it reads.
    pub fn put_into(&self, world: &mut World) {
        world.insert_resource(self.run.clone());
        world.insert_resource(self.mechanisms);
        world.insert_resource(self.leadership.clone());
        world.insert_resource(self.states.clone());
        world.insert_resource(self.conflict.clone());
        world.insert_resource(self.displacement.clone());
        world.insert_resource(self.borders.clone());
        world.insert_resource(self.ledger.clone());
    }
}

/// `[run]`.
#[derive(Resource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    /// Folder of the map, relative to the file that names it, or the name of a folder in `maps/`.
    pub map: String,
    /// Date of day 0 (ISO). Nothing that happened later is known to the model.
    #[schemars(regex(pattern = r"^\d{4}-\d{2}-\d{2}$"), extend("x-hint" = "a date as year-month-day, such as 2026-01-15"))]
    pub as_of: String,
    /// Days to simulate.
    #[schemars(range(min = 1, max = 3650), extend("x-unit" = "d"))]
    pub days: u32,
    /// Steps in a day: 1 (daily) or 4 (6 h).
    #[schemars(range(min = 1, max = 4), extend("enum" = [1, 4]))]
    pub steps_per_day: u32,
    /// State whose leadership is in question (ISO3).
    pub focus_state: String,
    /// First-level unit of its capital, by the map's name.
    pub focus_capital: String,
    /// Persons in a displaced group at most (super-agent size).
    #[schemars(range(min = 1, max = 10_000), extend("x-unit" = "persons"))]
    pub persons_per_group: u32,
}
