//! The prescribed: what a run takes from the scenario's `[episode]` rather than simulates (ODD 6).
//!
//! An episode prescribes residents and displaced people of day 0, violent events, control, advance, classes of threat, who
//! passes which crossing, capacities, exit bars. It serves hindcasts, where only what was known at the time may be an input, and
//! what-if studies. Nothing of it is a flow of people: those are the model's.
//!
//! [`Prescribed`] holds the episode resolved on the map, with every range drawn once. Each step
//! [`update_prescribed`](state::update_prescribed) looks which entries cover the middle of the step. The room is data only: the
//! domains read what holds, and what ends leaves no trace.

use bevy_ecs::prelude::*;

use crate::random::RunKey;
use crate::schedule::{Phase, SubPhase};
use crate::world::RunMap;

pub mod check;
pub mod parameters;
pub mod period;
pub mod place;
pub mod resolve;
pub mod state;

pub use check::check_against_map;
pub use parameters::{Episode, PrescribedEvent, ThreatClass};
pub use period::Period;
pub use place::Place;
pub use state::Prescribed;

/// Registers the system of the room.
pub fn add_to(schedule: &mut Schedule) {
    schedule.add_systems(state::update_prescribed.in_set(SubPhase::Prescribe).in_set(Phase::Clock));
}

/// Puts an episode into a world that holds the map and the run key; before the domains, which start from it.
pub fn populate(world: &mut World, episode: &Episode, as_of: &str) {
    let key = *world.resource::<RunKey>();
    let prescribed = Prescribed::new(episode, as_of, world.resource::<RunMap>(), key);
    world.insert_resource(prescribed);
}

/// Puts the neutral state into a world: nothing is prescribed.
pub fn still(world: &mut World) {
    world.insert_resource(Prescribed::default());
}
