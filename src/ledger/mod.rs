//! Ledger: arms pipeline, energy and trade, influence, prestige, access to successors (ODD 7.6).
//!
//! Reads the leadership of the focus, the patron's posture and the standing of crossings; writes [`Ledger`], daily. Nothing in
//! the model reads the ledger back: it is what a run comes to, not what drives it.
//!
//! - [`parameters`], [`rules`] (evidence 0.8, 1.3), [`state`]: the accounts;
//! - `populate`: the accounts and routes on day 0; [`balance`]: the accounts of a day.

use bevy_ecs::prelude::*;

use crate::schedule::Phase;

pub mod balance;
pub mod parameters;
mod populate;
pub mod rules;
pub mod state;
#[cfg(test)]
mod tests;

pub use populate::populate;
pub use state::*;

/// Registers the system of the domain.
pub fn add_to(schedule: &mut Schedule) {
    schedule.add_systems(balance::balance_ledger.in_set(Phase::Ledger));
}
