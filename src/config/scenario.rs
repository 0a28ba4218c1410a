//! The resolved scenario: everything a run needs to know, checked.
//!
//! Scientific parameters have no defaults in code: `configs/base.toml` holds them.

use bevy_ecs::prelude::{Resource, World};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::leadership::Outcome;
use crate::mechanisms::Mechanisms;
use crate::{
    borders, conflict, design, displacement, leadership, ledger, prescribed, sensitivity, states,
};

/// A study file after inheritance: one address space of TOML tables.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What is run: outcomes, replicates, variants.
    pub study: StudySettings,
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
    pub episode: prescribed::Episode,
    /// What `spillover sensitivity` makes of the runs; it changes none.
    pub sensitivity: sensitivity::settings::Sensitivity,
    /// Which points of the parameters are run: the path of a CSV file, or a table with a `kind`. Without it the scenario alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub design: Option<design::settings::Design>,
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

/// `[study]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StudySettings {
    /// Name of the study and of its output folder: letters, digits, `-` and `_`.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,64}$"), extend("x-hint" = "1 to 64 letters, digits, `-` or `_`"))]
    pub name: String,
    /// One line for people.
    pub title: String,
    /// Leadership outcomes to run.
    #[schemars(length(min = 1))]
    pub outcomes: Vec<Outcome>,
    /// Replicates of each outcome and variant.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub replicates: u32,
    /// Seed of the study; with the replicate it fixes the luck of a run.
    #[schemars(range(min = 0, max = 9_007_199_254_740_991_i64))]
    pub seed: u64,
    /// Whether the points of a design share their luck, replicate by replicate, so that they can be compared (as outcomes and
    /// variants do at each point). When they do not, each point draws luck of its own, and bands over the points hold as many
    /// draws of the luck as there are runs.
    pub points_share_luck: bool,
    /// Outcome that the others are compared with in `contrasts.csv`.
    pub contrast_against: Outcome,
    /// Named changes of the scenario, each run with every outcome and replicate; empty: only the scenario itself, as `base`.
    pub variants: Vec<Variant>,
    /// Variant that the others are compared with in `contrasts.csv`, when there are variants.
    pub contrast_variant: String,
}

/// A named change of the scenario.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Name in the column `variant`.
    #[schemars(regex(pattern = r"^[A-Za-z0-9_-]{1,64}$"), extend("x-hint" = "1 to 64 letters, digits, `-` or `_`"))]
    pub name: String,
    /// Keys of the scenario and their values under this variant, as with `--set`.
    pub set: serde_json::Map<String, serde_json::Value>,
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
