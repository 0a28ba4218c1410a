//! The scenario: what a run depends on.
//!
//! Scientific parameters have no defaults in code: `configs/base.toml` holds them.

use bevy_ecs::prelude::World;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::mechanisms::Mechanisms;
pub use crate::world::RunSettings;
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
    /// Leadership of the focus: trajectories of the outcomes, hazards, outside pressure.
    pub leadership: leadership::parameters::Parameters,
    /// States: guards, policies, the patron's reserve.
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
