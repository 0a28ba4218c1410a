//! Parameters of borders: each with unit, range, meaning, source.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::components;

/// How threat T, vulnerability U and impact I make the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `100 T^(1/2) U^(1/4) I^(1/4)`: the default.
    ThreatLedGeometric,
    /// `100 (T U I)^(1/3)`, as INFORM does.
    EqualGeometric,
    /// `100 (T/2 + U/4 + I/4)`: fully compensatory.
    Arithmetic,
}

/// Borders: crossings as queues, the green border, the pressure index.
#[derive(Resource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Crossings as queues.
    pub crossing: Crossing,
    /// The green border.
    pub green: Green,
    /// The pressure index.
    pub pressure: PressureIndex,
}

/// Crossings as queues (evidence 1.1.5).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Crossing {
    /// Factor on every crossing's capacity.
    #[schemars(range(min = 0.01, max = 10), extend("x-unit" = "1", "x-source" = "evidence section 5 (sweep 0.5 to 1.5)", "x-certainty" = "F"))]
    pub capacity_factor: f64,
    /// Time in which a crossing reaches its capacity once people wait.
    #[schemars(range(min = 0.01, max = 30), extend("x-unit" = "d", "x-source" = "evidence 1.1.5: about 1 day (sweep 0.5 to 3)", "x-certainty" = "C"))]
    pub ramp_up_days: f64,
    /// Share of capacity that stands ready when nobody waits.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none found", "x-certainty" = "P"))]
    pub idle_share: f64,
    /// Hazard of leaving the queue of a crossing that serves.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1/d", "x-source" = "evidence 1.1.5 (0.02 to 0.1)", "x-certainty" = "P"))]
    pub renege_per_day: f64,
    /// The same where nothing passes for one's class.
    #[schemars(range(min = 0, max = 2), extend("x-unit" = "1/d", "x-source" = "none found", "x-certainty" = "P"))]
    pub renege_closed_per_day: f64,
    /// Factor on the capacity of road crossings above `winter_elevation_m`, December to March.
    #[schemars(range(min = 0.05, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.1.4: season scales capacity by 0.3 to 1", "x-certainty" = "P"))]
    pub winter_capacity: f64,
    /// Height of a crossing above which winter counts.
    #[schemars(range(min = -100, max = 9000), extend("x-unit" = "m", "x-source" = "none found", "x-certainty" = "P"))]
    pub winter_elevation_m: f64,
    /// Ids of crossings that the scenario holds closed in both directions, whatever states decide.
    #[schemars(extend("x-unit" = "", "x-source" = "scenario", "x-certainty" = "P"))]
    pub closed: Vec<String>,
}

/// The green border (evidence 1.1.6).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Green {
    /// Detection coefficient of a guard per km.
    #[schemars(range(min = 0, max = 5), extend("x-unit" = "km", "x-source" = "evidence 1.1.6 and section 5 (0.01 to 0.15)", "x-certainty" = "P"))]
    pub detection_per_guard_km: f64,
    /// Detection coefficient of a full wall and sensors.
    #[schemars(range(min = 0, max = 10), extend("x-unit" = "1", "x-source" = "wall factor: residual crossing 0.3 (0.13 to 0.7), -ln 0.3", "x-certainty" = "F~"))]
    pub detection_sensor: f64,
    /// Time in the strip, relative.
    #[schemars(range(min = 0, max = 20), extend("x-unit" = "1", "x-source" = "unit strip", "x-certainty" = "P"))]
    pub crossing_time: f64,
    /// Share of those stopped who try a neighbouring segment; the others give up.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.1.6 (0.3 to 0.7)", "x-certainty" = "P"))]
    pub shift_share: f64,
}

/// The pressure index (evidence 1.5).
// The schema alone refuses unknown keys, at their place: serde cannot where a table is flattened into another.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PressureIndex {
    /// Parameters of the components.
    #[serde(flatten)]
    pub components: components::Parameters,
    /// Power q of the mean over components.
    #[schemars(range(min = 1, max = 64), extend("x-unit" = "1", "x-source" = "evidence 1.5 (1 compensatory, large: the worst component)", "x-certainty" = "P"))]
    pub power: f64,
    /// Aggregation of threat, vulnerability and impact: `threat_led_geometric`, `equal_geometric` or arithmetic.
    #[schemars(extend("x-unit" = "", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub form: Form,
    /// Floor of threat, vulnerability and impact, so that one zero does not erase the rest.
    #[schemars(range(min = 0.0001, max = 0.5), extend("x-unit" = "1", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub floor: f64,
    /// Exposed population that counts in full.
    #[schemars(range(min = 1, max = 1000000000), extend("x-unit" = "persons", "x-source" = "none found", "x-certainty" = "P"))]
    pub exposed_reference: f64,
    /// Power of the length-weighted mean over the segments of Russia's southern border.
    #[schemars(range(min = 1, max = 64), extend("x-unit" = "1", "x-source" = "none found", "x-certainty" = "P"))]
    pub aggregate_power: f64,
    /// Segments that make up Russia's southern border.
    #[schemars(extend("x-unit" = "", "x-source" = "issue and evidence 3", "x-certainty" = "P"))]
    pub southern_border: Vec<String>,
    /// Strategic value by segment (corridor, pipeline, distance of the capital), 0 to 1; `default` for the others.
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 1}, "x-unit" = "1", "x-source" = "judgement", "x-certainty" = "P"))]
    pub strategic_value: BTreeMap<String, f64>,
}
