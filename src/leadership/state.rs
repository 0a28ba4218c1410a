//! What every other domain reads of the leadership, and its neutral state.

use bevy_ecs::prelude::*;

use super::outcome::Outcome;
use crate::ids::AdminId;
use crate::time::Day;
use crate::world::RunMap;

/// Puts the neutral state of the domain into a world with a map: every unit calm and under full control, no aid.
pub fn still(world: &mut World) {
    let quiet = ProvinceCondition { unrest: 0.0, control: 1.0 };
    let provinces = vec![quiet; world.resource::<RunMap>().admin1.len()];
    world.insert_resource(Leadership::still(Outcome::Continuity, provinces));
    world.insert_resource(IncumbentAid::default());
}

/// National condition of the focus on a day (evidence 1.4).
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
    /// A: alignment with the patron, -1 to 1.
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
    /// By [`AdminId`]; units outside the focus have their scenario's constant control and no unrest.
    pub provinces: Vec<ProvinceCondition>,
    /// Outside pressure today.
    pub external: ExternalPressure,
    /// True on days of an air campaign against the focus (scenario events; none by default).
    pub air_campaign: bool,
}

impl Leadership {
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

/// Aid from the patron to the incumbent leadership, as a share of the focus' GDP per year (0 none; 0.01 is one per cent).
///
/// Written by the states domain in `Phase::States`, read here the day after. It acts through economic stress and, a
/// little, through elite cohesion; it never touches an outcome directly.
#[derive(Resource, Clone, Copy, Debug, Default, PartialEq)]
pub struct IncumbentAid(pub f64);
