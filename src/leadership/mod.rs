//! Leadership of the focus: the trajectory of an outcome, prescribed or endogenous, by province (ODD 7.1).
//!
//! Reads its parameters, the roles, the map, the clock and yesterday's [`IncumbentAid`]; writes [`Leadership`] once a day, in
//! `Phase::Leadership`. Other domains read its effects (unrest, control, cohesion, ...), never decide by the outcome.
//!
//! - [`outcome`]: the list of outcomes;
//! - [`state`]: what others read;
//! - [`parameters`]: the courses of the outcomes as ranges, provinces, outside pressure, hazards;
//! - [`rules`]: the equations (evidence 1.3, 1.4);
//! - `luck`: what a replicate draws;
//! - [`course`]: a run's course, day by day;
//! - [`checks`]: what a schema cannot see, and whether provinces fit the map.

use bevy_ecs::prelude::*;

use crate::mechanisms::Mechanisms;
use crate::random::RunKey;
use crate::roles::Roles;
use crate::schedule::Phase;
use crate::world::RunMap;

pub mod checks;
pub mod course;
mod luck;
pub mod outcome;
pub mod parameters;
pub mod rules;
pub mod state;
#[cfg(test)]
mod tests;

pub use checks::check_against_map;
pub use course::{Course, advance_leadership};
pub use outcome::Outcome;
pub use state::*;

/// Registers the systems of this domain.
pub fn add_to(schedule: &mut Schedule) {
    schedule.add_systems(advance_leadership.in_set(Phase::Leadership));
}

/// The outcome that the run is conditional on.
#[derive(Resource, Clone, Copy, Debug)]
pub struct ConditionalOn(pub Outcome);

/// Puts this domain's resources into a world that holds its parameters, the switches, the roles, the map, the run key and
/// [`ConditionalOn`].
pub fn populate(world: &mut World) {
    let terms = course::Terms {
        parameters: world.resource::<parameters::Parameters>(),
        mechanisms: *world.resource::<Mechanisms>(),
    };
    let map = world.resource::<RunMap>();
    let focus = world.resource::<Roles>().focus;
    let outcome = world.resource::<ConditionalOn>().0;
    let course = Course::new(terms, outcome, map, focus, *world.resource::<RunKey>());
    let has_crisis = terms.mechanisms.leadership_crisis;
    world.insert_resource(if has_crisis { course.reading() } else { course.calm() });
    world.insert_resource(course);
    world.insert_resource(IncumbentAid::default());
}
