//! Ledger: arms pipeline, energy and trade, influence, prestige, access to successors (ODD 7.6).

use bevy_ecs::prelude::*;

pub mod parameters;
pub mod rules;

/// Stocks of the lifeline between Iran and Russia. Written in `Phase::Ledger`. (The owner extends this.)
#[derive(Resource, Clone, Debug, Default)]
pub struct Ledger {
    /// Days that Russia's stock of the Iranian-supplied categories lasts at today's use (the least of the categories).
    pub arms_days_of_supply: f64,
    /// Share of the former imports that Russia makes itself by now, 0 to 1.
    pub substitution: f64,
    /// Influence by Russia's own effort over Iran and its neighbours, 0 to 1.
    pub influence_direct: f64,
    /// Influence with Iran as an amplifier, 0 upwards.
    pub influence_amplified: f64,
    /// Prestige, 0 to 1 (1 on day 0).
    pub prestige: f64,
    /// Capability: share of the pre-crisis supplies that still arrives or is substituted, 0 to 1.
    pub capability: f64,
    /// Access to the successors of the leadership, 0 to 1.
    pub access_to_successors: f64,
    /// Trade and energy through Iran against day 0, 0 to 1.
    pub trade: f64,
}
