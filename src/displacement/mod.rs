//! Displacement: who leaves, where to, how they travel, where they stay (ODD 7.4).
//!
//! Reads leadership (unrest, control), conflict (fatalities, advance, civilian deaths), states (policies, guards) and the
//! borders' traffic. Writes [`Population`] and the groups, which conflict, borders and the recorders read.
//! Movement of civilians is load on services, never hostility.
//!
//! Data: [`population`], [`group`], [`state`]. Processes: [`threat`] is perceived, residents and groups [`decide`] by the
//! [`choice`] of a destination, they [`travel`], they settle on [`arrival`], live in [`hosting`] and look at their [`homes`];
//! the [`census`] counts them.

use bevy_ecs::prelude::*;

use crate::schedule::{Phase, SubPhase};

pub mod arrival;
pub mod census;
pub mod choice;
pub mod decide;
pub mod group;
pub mod homes;
pub mod hosting;
mod initial;
pub mod parameters;
pub mod population;
pub mod rules;
pub mod state;
pub mod threat;
pub mod travel;
pub mod wayfinding;

pub use initial::{populate, still};
pub use population::Population;

/// Registers the systems of the domain.
pub fn add_to(schedule: &mut Schedule) {
    schedule.add_systems(census::reset_flows.after(SubPhase::Tick).in_set(Phase::Clock));
    schedule.add_systems(
        (threat::perceive_threat, decide::plan_departures, decide::choose_destinations)
            .chain()
            .in_set(Phase::Plan),
    );
    schedule.add_systems(
        (travel::form_groups, travel::move_groups)
            .chain()
            .in_set(SubPhase::Travel)
            .in_set(Phase::Move),
    );
    schedule.add_systems(
        (
            census::record_civilian_deaths,
            arrival::settle_arrivals,
            hosting::update_hosted,
            census::count_displaced,
        )
            .chain()
            .in_set(Phase::Host),
    );
}
