//! The accounts and what is fixed for a run, and their neutral state.

use bevy_ecs::prelude::*;

use crate::ids::AdminId;
use crate::leadership::state::Condition;

/// Puts the neutral state of the domain into a world: empty accounts.
pub fn still(world: &mut World) {
    world.insert_resource(Ledger::default());
    world.insert_resource(Terms::default());
}

/// Names of the categories of arms, in the order of [`Ledger::stock_days`].
pub const CATEGORIES: [&str; 3] = ["airframes", "munitions", "missiles"];

/// Stocks of the lifeline between focus and patron. Written in `Phase::Ledger`.
#[derive(Resource, Clone, Debug, Default)]
pub struct Ledger {
    /// Days that the patron's stock of the categories supplied by the focus lasts at today's use (the least of the categories).
    pub arms_days_of_supply: f64,
    /// Share of the former imports that the patron makes itself by now, 0 to 1.
    pub substitution: f64,
    /// Influence by the patron's own effort over the focus and its neighbours, 0 to 1.
    pub influence_direct: f64,
    /// Influence with the focus as an amplifier, 0 upwards.
    pub influence_amplified: f64,
    /// Prestige, 0 to 1 (1 on day 0).
    pub prestige: f64,
    /// Capability: share of the pre-crisis supplies that still arrives or is substituted, 0 to 1.
    pub capability: f64,
    /// Access to the successors of the leadership, 0 to 1.
    pub access_to_successors: f64,
    /// Trade and energy through the focus against day 0, 0 to 1.
    pub trade: f64,
    /// Stock by category of [`CATEGORIES`], in days of use on day 0.
    pub stock_days: [f64; 3],
    /// Shortfall by category, share of the use on day 0, 0 to 1.
    pub shock: [f64; 3],
    /// Share of the former imports from the focus that is delivered, 0 to 1.
    pub delivered: f64,
    /// Deliveries of the patron to the focus against day 0, 0 to 1.
    pub arms_to_focus: f64,
    /// Days of full loss of imports that substitution has worked on.
    pub lost_days: f64,
    /// Influence over the focus' incumbent leadership, 0 to 1.
    pub influence_over_incumbent: f64,
    /// Influence over its successors, 0 to 1.
    pub influence_over_successors: f64,
    /// Influence over neighbours, in the order of their codes, 0 to 1.
    pub influence_over_neighbours: Vec<f64>,
}

/// What is fixed for a run: uncertain parameters drawn once, routes looked up once, the condition of day 0.
#[derive(Resource, Clone, Debug, Default)]
pub struct Terms {
    /// Half-time of substitution, d.
    pub half_time_days: f64,
    /// Share of the use that comes from the focus, by category.
    pub import_share: [f64; 3],
    /// Half-life of influence, years.
    pub half_life_years: f64,
    /// Crossings of the road corridor (index, direction out of the focus, persons per day as a measure of size).
    pub road: Vec<(usize, usize, f64)>,
    /// First-level units of the focus along the road corridor and along its inland coast.
    pub road_units: Vec<AdminId>,
    /// See `road_units`.
    pub sea_units: Vec<AdminId>,
    /// What the first day was like.
    pub start: Option<Start>,
}

/// What the accounts of a day are measured against.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    /// National condition.
    pub condition: Condition,
    /// Mean control along the road corridor, 0 to 1.
    pub road_control: f64,
    /// Mean control along the coast, 0 to 1.
    pub sea_control: f64,
}
