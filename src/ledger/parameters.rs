//! Parameters of the ledger: each with unit, range, meaning, source.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[ledger]`.
#[derive(Resource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Arms from the focus to the patron.
    pub arms: Arms,
    /// Energy and trade through the focus.
    pub trade: Trade,
    /// The patron's influence over the focus and its neighbours.
    pub influence: Influence,
    /// The patron's prestige.
    pub prestige: Prestige,
    /// Access to the successors of the focus' leadership.
    pub access: Access,
}

/// `[ledger.arms]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arms {
    /// Time from dispatch to delivery.
    #[schemars(range(min = 0.1, max = 365.0), extend("x-unit" = "d", "x-source" = "evidence 1.3 (lag)", "x-certainty" = "P"))]
    pub transit_days: f64,
    /// Days of full loss after which half of the lost imports are made at home, least and most; drawn once per run.
    #[schemars(inner(range(min = 1.0, max = 3650.0)), extend("x-unit" = "d", "x-source" = "evidence 1.3, 5 (T_half subst, 3-9 months)", "x-certainty" = "P"))]
    pub substitution_half_time_days: [f64; 2],
    /// Steepness of the logistic: larger waits longer, then jumps.
    #[schemars(range(min = 0.1, max = 20.0), extend("x-unit" = "1", "x-source" = "evidence 1.3 (logistic)", "x-certainty" = "P"))]
    pub substitution_steepness: f64,
    /// Airframes of one-way drones.
    pub airframes: Category,
    /// Shells and other munitions.
    pub munitions: Category,
    /// Ballistic missiles.
    pub missiles: Category,
}

/// A category of arms.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Share of the use that comes from the focus, least and most; drawn once per run. The rest, made at home or bought elsewhere, balances the use on day 0.
    #[schemars(inner(range(min = 0.0, max = 1.0)), extend("x-unit" = "1", "x-source" = "evidence 0.8, 1.3 (share_imp)", "x-certainty" = "P"))]
    pub import_share: [f64; 2],
    /// Stock on day 0, in days of use.
    #[schemars(range(min = 0.0, max = 3650.0), extend("x-unit" = "d", "x-source" = "design", "x-certainty" = "P"))]
    pub stock_days: f64,
    /// Use against day 0 (1 is unchanged).
    #[schemars(range(min = 0.01, max = 100.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub use_ratio: f64,
}

/// `[ledger.trade]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trade {
    /// Territories across whose line with the focus the road and rail corridor runs.
    #[schemars(extend("x-unit" = "territory codes", "x-source" = "geography: Astara", "x-certainty" = "F"))]
    pub road_partners: Vec<String>,
    /// Share of the trade by road and rail; the rest crosses the inland sea.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub road_share: f64,
    /// Share of the trade that depends on alignment, such as swaps of gas and oil.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub political_share: f64,
}

/// Influence over an actor.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// Influence on day 0.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub start: f64,
    /// Weight in the mean over actors.
    #[schemars(range(min = 0.0, max = 10.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub weight: f64,
}

/// `[ledger.influence]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Influence {
    /// Half-life of influence without effort, least and most; drawn once per run.
    #[schemars(inner(range(min = 0.01, max = 100.0)), extend("x-unit" = "years", "x-source" = "evidence 1.3, 5 (1-3 years)", "x-certainty" = "P"))]
    pub half_life_years: [f64; 2],
    /// Multiplier of the focus as an active amplifier (m).
    #[schemars(range(min = 0.0, max = 10.0), extend("x-unit" = "1", "x-source" = "evidence 1.3 (multiplier)", "x-certainty" = "P"))]
    pub multiplier: f64,
    /// Influence that the focus' own partners carry (sum over proxies).
    #[schemars(range(min = 0.0, max = 10.0), extend("x-unit" = "1", "x-source" = "evidence 1.3 (proxies)", "x-certainty" = "P"))]
    pub proxies: f64,
    /// Over the focus' incumbent leadership.
    pub incumbent: Actor,
    /// Influence over successors on day 0 (their weight is the incumbent's).
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub successors_start: f64,
    /// Time in which influence over an incumbent who is gone is lost.
    #[schemars(range(min = 1.0, max = 3650.0), extend("x-unit" = "d", "x-source" = "design", "x-certainty" = "P"))]
    pub loss_days: f64,
    /// Growth of influence over successors at full access.
    #[schemars(range(min = 0.0, max = 10.0), extend("x-unit" = "1/year", "x-source" = "design", "x-certainty" = "P"))]
    pub successor_gain_per_year: f64,
    /// Loss of influence over neighbours at zero prestige.
    #[schemars(range(min = 0.0, max = 10.0), extend("x-unit" = "1/year", "x-source" = "design", "x-certainty" = "P"))]
    pub prestige_pull_per_year: f64,
    /// Over neighbours, by territory code.
    pub neighbours: BTreeMap<String, Actor>,
}

/// `[ledger.prestige]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Prestige {
    /// Loss when the partner falls, whatever the patron did.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "source text: prestige losses", "x-certainty" = "P"))]
    pub loss_at_fall: f64,
    /// Further loss when it stood by.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "source text: prestige losses", "x-certainty" = "P"))]
    pub loss_of_inaction: f64,
    /// Further loss when it acted with full commitment and failed.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "source text: price of overcommitment", "x-certainty" = "P"))]
    pub loss_of_failure: f64,
    /// How far aid to the incumbent commits.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub commitment_of_aid: f64,
    /// How far reinforcing its own south commits.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub commitment_of_reinforcement: f64,
    /// How far an intervention commits.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub commitment_of_intervention: f64,
    /// Time in which the loss sinks in.
    #[schemars(range(min = 1.0, max = 3650.0), extend("x-unit" = "d", "x-source" = "design", "x-certainty" = "P"))]
    pub loss_days: f64,
    /// Half-life of the loss.
    #[schemars(range(min = 0.01, max = 100.0), extend("x-unit" = "years", "x-source" = "design", "x-certainty" = "P"))]
    pub recovery_years: f64,
}

/// `[ledger.access]`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Access to successors on day 0.
    #[schemars(range(min = 0.0, max = 1.0), extend("x-unit" = "1", "x-source" = "design", "x-certainty" = "P"))]
    pub start: f64,
    /// Time in which full contacts with open successors give access.
    #[schemars(range(min = 1.0, max = 3650.0), extend("x-unit" = "d", "x-source" = "design", "x-certainty" = "P"))]
    pub growth_days: f64,
    /// Time in which access is lost while the patron still backs an incumbent who is gone.
    #[schemars(range(min = 1.0, max = 3650.0), extend("x-unit" = "d", "x-source" = "source text: backing the wrong side", "x-certainty" = "P"))]
    pub wrong_side_days: f64,
}
