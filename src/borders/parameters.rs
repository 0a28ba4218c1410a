//! Parameters of borders: each with unit, range, meaning, source.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::parameter_table::table;

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

table! {
    /// Crossings as queues (evidence 1.1.5).
    Crossing {
        /// Factor on every crossing's capacity.
        capacity_factor: 0.01..=10, "1", "evidence section 5 (sweep 0.5 to 1.5)", "F";
        /// Time in which a crossing reaches its capacity once people wait.
        ramp_up_days: 0.01..=30, "d", "evidence 1.1.5: about 1 day (sweep 0.5 to 3)", "C";
        /// Share of capacity that stands ready when nobody waits.
        idle_share: 0..=1, "1", "none found", "P";
        /// Hazard of leaving the queue of a crossing that serves.
        renege_per_day: 0..=1, "1/d", "evidence 1.1.5 (0.02 to 0.1)", "P";
        /// The same where nothing passes for one's class.
        renege_closed_per_day: 0..=2, "1/d", "none found", "P";
        /// Factor on the capacity of road crossings above `winter_elevation_m`, December to March.
        winter_capacity: 0.05..=1, "1", "evidence 1.1.4: season scales capacity by 0.3 to 1", "P";
        /// Height of a crossing above which winter counts.
        winter_elevation_m: -100..=9000, "m", "none found", "P";
        {
            /// Ids of crossings that the scenario holds closed in both directions, whatever states decide.
            #[schemars(extend("x-unit" = "", "x-source" = "scenario", "x-certainty" = "P"))]
            closed: Vec<String>,
        }
    }
}

table! {
    /// The green border (evidence 1.1.6).
    Green {
        /// Detection coefficient of a guard per km.
        detection_per_guard_km: 0..=5, "km", "evidence 1.1.6 and section 5 (0.01 to 0.15)", "P";
        /// Detection coefficient of a full wall and sensors.
        detection_sensor: 0..=10, "1", "wall factor: residual crossing 0.3 (0.13 to 0.7), -ln 0.3", "F~";
        /// Time in the strip, relative.
        crossing_time: 0..=20, "1", "unit strip", "P";
        /// Share of those stopped who try a neighbouring segment; the others give up.
        shift_share: 0..=1, "1", "evidence 1.1.6 (0.3 to 0.7)", "P";
    }
}

/// The pressure index (evidence 1.5).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PressureIndex {
    /// Weight of the humanitarian load D.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub weight_humanitarian: f64,
    /// Weight of irregular crossing N.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub weight_irregular: f64,
    /// Weight of armed presence A.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub weight_armed: f64,
    /// Weight of violence V.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub weight_violence: f64,
    /// Power q of the mean over components.
    #[schemars(range(min = 1, max = 64), extend("x-unit" = "1", "x-source" = "evidence 1.5 (1 compensatory, large: the worst component)", "x-certainty" = "P"))]
    pub power: f64,
    /// Aggregation of threat, vulnerability and impact: `threat_led_geometric`, `equal_geometric` or arithmetic.
    #[schemars(extend("x-unit" = "", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub form: Form,
    /// Floor of threat, vulnerability and impact, so that one zero does not erase the rest.
    #[schemars(range(min = 0.0001, max = 0.5), extend("x-unit" = "1", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub floor: f64,
    /// Days over which a queue counts as demand.
    #[schemars(range(min = 0.1, max = 30), extend("x-unit" = "d", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub queue_days: f64,
    /// Irregular attempts that give N = 0.5.
    #[schemars(range(min = 0.01, max = 1000), extend("x-unit" = "attempts/km/d", "x-source" = "evidence 1.5", "x-certainty" = "P"))]
    pub irregular_reference: f64,
    /// Severity-weighted events per 100 km that set V; V = 0.5 at ln 2 of it.
    #[schemars(range(min = 0.001, max = 1000), extend("x-unit" = "1/100 km", "x-source" = "North Caucasus 2010: 754 killed in about 377 events on 1,232 km give 0.5", "x-certainty" = "C"))]
    pub violence_reference: f64,
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
