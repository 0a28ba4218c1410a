//! States: guards, policies at crossings, reinforcement, aid, the patron's scarce reserve (ODD 7.2).
//!
//! Reads the leadership, the roles and the pressure of past days; writes the resources in [`state`]. States act once a day on
//! information that is some days old.
//!
//! - [`parameters`]: how states decide, the reserve, the patron's posture;
//! - [`rules`]: the equations (evidence 1.3);
//! - [`roster`]: who is who, looked up once;
//! - `populate`: the resources on day 0;
//! - [`posture`]: the patron watches, acts, holds back; [`reserve`]: its forces over their fronts;
//! - [`guards`]: reinforcement and strain; [`crossings`]: open, permit, closed; [`source`]: aid at source, buffers, exit bars.

use bevy_ecs::prelude::*;

use crate::episode;
use crate::mechanisms::Mechanisms;
use crate::schedule::Phase;

pub mod crossings;
pub mod guards;
pub mod parameters;
mod populate;
pub mod posture;
pub mod reserve;
pub mod roster;
pub mod rules;
mod setting;
pub mod source;
pub mod state;
#[cfg(test)]
pub(crate) mod tests;

pub use parameters::{Passage, Posture};
pub use populate::populate;
pub use roster::Roster;
pub use state::*;

/// Whether states decide at all.
fn states_decide(mechanisms: Res<Mechanisms>) -> bool {
    mechanisms.state_decisions
}

/// Registers the systems of the domain: their decisions, under what an episode gives.
pub fn add_to(schedule: &mut Schedule) {
    schedule.add_systems(
        (
            episode::lift_policies,
            (
                posture::take_posture,
                reserve::allocate_reserve,
                guards::post_guards,
                crossings::decide_crossings,
                source::aid_at_source,
                source::set_up_buffers,
                source::bar_exits,
            )
                .chain()
                .run_if(states_decide),
            crossings::hold_closed,
            episode::lay_policies,
        )
            .chain()
            .in_set(Phase::States),
    );
}
