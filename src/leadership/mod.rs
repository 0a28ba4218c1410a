//! Leadership of Iran: the trajectory of an outcome, prescribed or endogenous, by province (ODD 7.1).
//!
//! Reads the scenario, the map, the clock and yesterday's [`IncumbentAid`]; writes [`Leadership`] once a day, in
//! `Phase::Leadership`. Other domains read its effects (unrest, control, cohesion, ...), never decide by the outcome.
//!
//! - [`outcome`]: the list of outcomes;
//! - [`parameters`]: the courses of the outcomes as ranges, provinces, outside pressure, hazards;
//! - [`rules`]: the equations (evidence 1.3, 1.4);
//! - `luck`: what a replicate draws;
//! - [`course`]: a run's course, day by day;
//! - [`checks`]: what a schema cannot see, and whether provinces fit the map.

use bevy_ecs::prelude::*;

use crate::geography::Map;
use crate::ids::AdminId;
use crate::mechanisms::Mechanisms;
use crate::random::RunKey;
use crate::schedule::Phase;
use crate::simulation::ScenarioRes;
use crate::time::{Clock, Day};
use crate::world::RunMap;

pub mod checks;
pub mod course;
mod luck;
pub mod outcome;
pub mod parameters;
pub mod rules;
#[cfg(test)]
mod tests;

pub use checks::check_against_map;
pub use course::Course;
pub use outcome::Outcome;

/// National condition of Iran on a day (evidence 1.4).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Condition {
    /// U: unrest, 0 to 1.
    pub unrest: f64,
    /// C: central control, 0 to 1.
    pub control: f64,
    /// K: elite cohesion, 0 to 1.
    pub cohesion: f64,
    /// E: economic stress, 0 to 1.
    pub stress: f64,
    /// X: outside pressure, 0 to 1.
    pub outside_pressure: f64,
    /// A: alignment with Russia, -1 to 1.
    pub alignment: f64,
}

/// Condition of a first-level unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProvinceCondition {
    /// Unrest, 0 to 1.
    pub unrest: f64,
    /// Control by the state that governs it, 0 to 1.
    pub control: f64,
}

/// Pressure from outside on a day. All zero when the mechanism `external_pressure` is off.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ExternalPressure {
    /// Level of sanctions, 0 to 1.
    pub sanctions: f64,
    /// Level of tariffs, 0 to 1.
    pub tariffs: f64,
    /// Level of conditional military threats, 0 to 1 (1 during an air campaign).
    pub threat: f64,
    /// Level of diplomatic isolation, 0 to 1.
    pub isolation: f64,
    /// Economic stress added to (or, by aid, taken from) the outcome's own curve.
    pub added_stress: f64,
    /// Growth that the added stress stands for, percentage points a year lost.
    pub growth_points_lost: f64,
}

/// What every other domain reads of the leadership. Written only by this domain, in `Phase::Leadership`.
#[derive(Resource, Clone, Debug, PartialEq)]
pub struct Leadership {
    /// Outcome that is prescribed, or has come about so far (`Endogenous` while none has).
    pub outcome: Outcome,
    /// Day on which an endogenous outcome came about.
    pub realised_on: Option<Day>,
    /// National condition today.
    pub national: Condition,
    /// By [`AdminId`]; units outside Iran have their scenario's constant control and no unrest.
    pub provinces: Vec<ProvinceCondition>,
    /// Outside pressure today.
    pub external: ExternalPressure,
    /// True on days of an air campaign against Iran (scenario events; none by default).
    pub air_campaign: bool,
}

impl Leadership {
    /// The reading on day 0 of a run.
    #[must_use]
    pub fn new(
        parameters: &parameters::Parameters,
        mechanisms: Mechanisms,
        outcome: Outcome,
        map: &Map,
        key: RunKey,
    ) -> Self {
        Course::new(parameters, mechanisms, outcome, map, key).reading()
    }

    /// A reading with nothing going on but these provinces: for tests of other domains.
    #[must_use]
    pub fn still(outcome: Outcome, provinces: Vec<ProvinceCondition>) -> Self {
        Self {
            outcome,
            realised_on: None,
            national: Condition { control: 1.0, cohesion: 1.0, ..Condition::default() },
            provinces,
            external: ExternalPressure::default(),
            air_campaign: false,
        }
    }

    /// Condition of a unit.
    #[must_use]
    pub fn province(&self, unit: AdminId) -> ProvinceCondition {
        self.provinces[unit.index()]
    }
}

/// Aid from Russia to the incumbent leadership, as a share of Iran's GDP per year (0 none; 0.01 is one per cent).
///
/// Written by the states domain in `Phase::States`, read here the day after. It acts through economic stress and, a
/// little, through elite cohesion; it never touches an outcome directly.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub struct IncumbentAid(pub f64);

/// Registers the systems of this domain.
pub fn add_to(schedule: &mut Schedule) {
    schedule.add_systems(advance_leadership.in_set(Phase::Leadership));
}

/// Puts this domain's resources into a world that holds [`ScenarioRes`], [`RunMap`] and [`RunKey`].
pub fn populate(world: &mut World, outcome: Outcome) {
    let scenario = world.resource::<ScenarioRes>().clone();
    let map = world.resource::<RunMap>().clone();
    let key = *world.resource::<RunKey>();
    let course = Course::new(&scenario.leadership, scenario.mechanisms, outcome, &map, key);
    world.insert_resource(if course.has_crisis() { course.reading() } else { course.calm() });
    world.insert_resource(course);
    world.insert_resource(IncumbentAid::default());
}

/// Once a day: moves the course to today and publishes it.
pub fn advance_leadership(
    clock: Res<Clock>,
    aid: Res<IncumbentAid>,
    mut course: ResMut<Course>,
    mut leadership: ResMut<Leadership>,
) {
    if clock.starts_day && course.has_crisis() {
        course.advance(clock.day, *aid);
        course.write_to(&mut leadership);
    }
}
