//! Leadership of Iran: the trajectory of an outcome, prescribed or endogenous, by province (ODD 7.1).

use bevy_ecs::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::AdminId;

pub mod parameters;
pub mod rules;

/// Leadership outcomes. Results are conditional on one of them; the program never states how likely one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The leadership weathers the crisis and stabilises.
    Continuity,
    /// A managed transition.
    ManagedTransition,
    /// Collapse into fragmentation: the periphery slips away.
    Fragmentation,
    /// Collapse into civil strife: armed contest at the centre.
    CivilStrife,
    /// Collapse into a government that turns to the West.
    WesternPivot,
    /// Not prescribed: comes out of competing hazards.
    Endogenous,
}

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

/// What every other domain reads of the leadership. Written only by this domain, in `Phase::Leadership`.
#[derive(Resource, Clone, Debug)]
pub struct Leadership {
    /// Outcome that is prescribed, or has come about so far (`Endogenous` while none has).
    pub outcome: Outcome,
    /// National condition today.
    pub national: Condition,
    /// By [`AdminId`]; units outside Iran have their scenario's constant control and no unrest.
    pub provinces: Vec<ProvinceCondition>,
    /// True on days of an air campaign against Iran (scenario events; none by default).
    pub air_campaign: bool,
}

impl Leadership {
    /// Condition of a unit.
    #[must_use]
    pub fn province(&self, unit: AdminId) -> ProvinceCondition {
        self.provinces[unit.index()]
    }
}

/// Aid to the incumbent from outside, share of Iran's GDP per year. Written by states, read by leadership.
#[derive(Resource, Clone, Copy, Debug, Default)]
pub struct IncumbentAid(pub f64);
